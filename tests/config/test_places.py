"""A drawing that cannot count is named with its key before anything runs."""

import pytest

from config import ConfigError, parse
from config.places import Hours

CAMERA = '[cameras.door]\ndevice = "file:clip.mp4"\n'


def problems(text: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        parse(CAMERA + text)
    return {problem.key: str(problem) for problem in caught.value.problems}


@pytest.mark.parametrize(
    ("text", "key", "fault"),
    [
        ('[lines.a]\ncamera = "door"\npoints = [[0.1, 0.99], [0.9, 0.99]]', "lines.a.points", "nobody can cross"),
        ('[lines.a]\ncamera = "door"\npoints = [[0.5, 0.5], [0.5, 0.5]]', "lines.a", "two different points"),
        ('[lines.a]\ncamera = "door"\npoints = [[0.1, 0.5], [0.9, 0.5]]\nuturns = "ignored"', "lines.a", "deferred"),
        (
            '[zones.z]\ncamera = "door"\ncorners = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]]',
            "zones.z.corners", "cross each other",
        ),
        (
            '[queues.q]\ncamera = "door"\ncorners = [[0.1, 0.1], [0.2, 0.1], [0.3, 0.1]]\ncounters = ['
            "{ customer = [[0.5, 0.5], [0.9, 0.5], [0.9, 0.9]] }]", "queues.q", "three corners",
        ),
        ('[areas.shop]\nlines = ["dor"]\n[lines.dor2]\ncamera="door"\npoints=[[0.1, 0.5], [0.9, 0.5]]',
         "areas.shop.lines", "dor2"),
        ('[targets.t]\ncamera = "door"\ncorners = [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9]]\nyaw = [20.0, -20.0]',
         "targets.t", "smaller"),
        ('[heatmaps.h]\ncamera = "door"\npicture = [[0.1, 0.5], [0.5, 0.5], [0.9, 0.5], [0.5, 0.9]]\n'
         "metres = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [1.0, 3.0]]", "heatmaps.h", "one line"),
        (
            '[shop_windows.w]\ncamera = "door"\ncorners = [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9]]\n'
            "door = [[0.1, 0.01], [0.9, 0.01]]", "shop_windows.w.door", "nobody can cross",
        ),
        (
            '[queues.q]\ncamera = "door"\ncorners = [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9]]\ncounters = ['
            "{ customer = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.9]] }]", "queues.q.counters[0].customer",
            "cross each other",
        ),
        (
            '[hands.h]\ncamera = "door"\ncorners = [[0.1, 0.5], [0.9, 0.5], [0.9, 0.9]]\n'
            "plane = [[0.5, 0.5], [0.51, 0.5], [0.51, 0.51]]", "hands.h.plane", "less than a thousandth",
        ),
        ('[hours]\nopens = "09:00"', "hours", "together"),
        ('[wifi.back]\ndevice = "mon:wlan1"\n[ble.back]\ndevice = "hci:0"', "ble.back", "WiFi radio"),
        ('[wifi.back]\ndevice = "mon:"', "wifi.back.device", "write mon:wlan1"),
        ('[wifi.back]\ndevice = "mon:wlan1+"', "wifi.back.device", "mon:wlan1+wlan2 for two"),
        ('[wifi.back]\ndevice = "mon:wlan1+wlan1"', "wifi.back.device", "'wlan1' is named twice"),
    ],
)  # fmt: skip
def test_bad_geometry_is_named(text: str, key: str, fault: str) -> None:
    found = problems(text)
    assert list(found) == [key]
    assert fault in found[key]


@pytest.mark.parametrize(
    ("opens", "closes", "open_at", "closed_at"),
    [("09:00", "20:00", (9, 19), (8, 20)), ("18:00", "02:00", (18, 1), (2, 17))],
)
def test_a_shop_may_close_after_midnight(
    opens: str, closes: str, open_at: tuple[int, ...], closed_at: tuple[int, ...]
) -> None:
    hours = Hours(opens=opens, closes=closes)
    assert not any(hours.closed(hour * 3600) for hour in open_at)
    assert all(hours.closed(hour * 3600) for hour in closed_at)
    assert not Hours().closed(0)
