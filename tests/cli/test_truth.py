"""What a trial prints beside a report is the truth of the window's part in which there was a store."""

from datetime import datetime
from math import isfinite
from pathlib import Path
from typing import get_origin, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from click import UsageError
from click.testing import CliRunner

from cli.trial import _fault, _opening, simulated, trial, zone
from cli.truth import beside, rehearsal, rows, scrolled
from config import parse
from events import Report
from simulation.rehearsal import Rehearsal
from simulation.store import Store
from simulation.truth import footfall

BEGAN = 1_800_000_100.0
EXAMPLE = Path("examples/store.toml")


def report(start: int, told: tuple[int, int]) -> dict[str, object]:
    return {"start": start, "seconds": 300, "lines": [{"line": "door", "in": told[0], "out": told[1]}]}


@pytest.fixture(scope="module")
def known() -> Rehearsal:
    config = parse(EXAMPLE.read_text(encoding="utf-8"))
    return rehearsal(config, Store(seed=3, origin=BEGAN, hours=0.25))


@pytest.mark.parametrize(
    ("start", "since", "until"),
    [
        (1_800_000_000, BEGAN, 1_800_000_300),
        (1_800_000_300, 1_800_000_300, 1_800_000_600),
        (1_800_000_900, 1_800_000_900, BEGAN + 900),
    ],
)
def test_the_error_is_what_was_told_less_what_was(known: Rehearsal, start: int, since: float, until: float) -> None:
    door = next(one for one in footfall(known.store, since, until) if one.line == "door")
    (row,) = rows(known, report(start, (door.inwards + 2, door.outwards)))
    assert row == {
        "section": "lines",
        "line": "door",
        "true": {"in": door.inwards, "out": door.outwards},
        "error": {"in": 2, "out": 0},
    }
    assert "(+2)" in next(scrolled([row])).plain
    assert "(exact)" in next(scrolled([row])).plain


def test_a_window_of_which_a_sensor_missed_a_part_says_so_first(known: Rehearsal) -> None:
    quality = [{"sensor": "camera", "name": "floor", "seen": 0.16}, {"sensor": "till", "name": "one", "seen": 1.0}]
    window = report(1_800_000_300, (0, 0)) | {"quality": quality}
    first, second = (line.plain for line in scrolled(rows(known, window), window))
    assert first.endswith("of the whole window, of which was seen: floor 16%")
    assert "lines door" in second
    quality[0]["seen"] = 0.99
    assert len(list(scrolled(rows(known, window), window))) == 1


def test_an_interval_that_the_box_states_is_held_against_the_truth(known: Rehearsal) -> None:
    told = {"name": "box", "devices": 5, "devices_low": 0, "devices_high": 1000, "persons": None}
    window = {"start": 1_800_000_300, "seconds": 300, "phones": [told]}
    (row,) = rows(known, window)
    assert row["true"]["devices"] > 0
    assert row["in_interval"] == {"devices": True}


@pytest.mark.parametrize("seconds", [1e-3, 1.0, 2.5, 4.0, 5.0, 61.0])
def test_a_window_may_have_any_part_of_the_story(known: Rehearsal, seconds: float) -> None:
    """It ended 1.7 s after a window began, and the mean of no moment was asked for."""
    first, last = BEGAN, BEGAN + 900
    sections = ("devices", "phones", "staff", "staff_zones", "service", "occupancy", "zones", "queues", "visits")
    told = {"name": "back", "zone": "counter", "counter": "counter", "queue": "queue", "area": "shop"}
    figures = {"occupancy": 1.0, "present": 1.0, "on_duty": 1.0, "customers": 1.0, "views": 1, "joined": 1, "visits": 1}
    for section in sections:
        for start, end in ((first - 60, first + seconds), (last - seconds, last + 60)):
            true = known.figures(section, told | figures, start, end)
            assert all(isfinite(value) for value in true.values()), section
    assert known.figures("devices", told | figures, last - seconds, last + 60)["occupancy"] >= 0


def test_what_is_asked_of_the_store_is_asked_of_every_device() -> None:
    told, known = simulated(EXAMPLE, {}, {"seed": "7", "hours": "0.5"}, [("wifi", 60.0), ("counter", 90.0)])
    assert known is not None
    assert (known.store.seed, known.store.hours) == (7, 0.5)
    devices = {"cameras.floor", "wifi.box", "wifi.street", "ble.back", "ble.counter", "readers.tea", "readers.gate"} | {
        "tills.one"
    }
    assert set(told) == {"box.timezone", *(f"{name}.device" for name in devices)}
    del told["box.timezone"]
    for device in told.values():
        for part in ("seed=7", "hours=0.5", f"begins={int(known.store.origin)}"):
            assert part in device
    faulty = [name for name, device in told.items() if "fault=" in device]
    assert faulty == ["wifi.box.device", "wifi.street.device", "ble.counter.device"]
    assert "shelf=tea" in told["readers.tea.device"]


def test_a_sensor_may_go_dull_at_an_hour_of_the_story() -> None:
    told, _ = simulated(EXAMPLE, {}, {"seed": "7"}, dull=[_fault("till@2h"), _fault("street@90m")])
    assert {
        name: device.partition("dull=")[2].strip(chr(34)) for name, device in told.items() if "dull=" in device
    } == {
        "wifi.street.device": "5400.0",
        "tills.one.device": "7200.0",
    }
    with pytest.raises(UsageError, match="camera, floor, wifi, box, street, till, one"):
        simulated(EXAMPLE, {}, {}, dull=[_fault("rfid@1h")])


@pytest.mark.parametrize(
    ("path", "fault"), [("examples/clip.toml", "camera@60s"), ("examples/store.toml", "portal@60s")]
)
def test_a_fault_of_what_is_not_simulated_is_refused(path: str, fault: str) -> None:
    with pytest.raises(UsageError):
        simulated(Path(path), {}, {}, [_fault(fault)])


def test_a_fault_without_a_time_is_refused() -> None:
    with pytest.raises(UsageError, match="camera@60s"):
        _fault("camera")


@pytest.mark.parametrize(("hour", "utc"), [(10, 3), (9, 23), (0, 12), (23, 0), (12, 12)])
def test_a_trial_has_the_storys_hour_on_its_clock(hour: int, utc: int) -> None:
    epoch = 1_800_000_000 // 86_400 * 86_400 + utc * 3600 + 1234
    assert datetime.fromtimestamp(epoch, ZoneInfo(zone(epoch, hour))).hour == hour


@pytest.mark.parametrize("hours", ["0", "-1", "1e9"])
def test_a_store_that_is_never_open_is_refused(hours: str) -> None:
    told = CliRunner().invoke(trial, ["--config", str(EXAMPLE), "--hours", hours])
    assert told.exit_code == 2
    assert "--hours" in told.output


def test_a_trial_says_what_it_shows(known: Rehearsal) -> None:
    said = _opening(EXAMPLE, {"box.speed": "20.0"}, known.store)
    assert "from 10:00 for 0.25 h, seed 3, at 20 times real time" in said
    assert "one every 15 s" in said


def test_hands_are_known_where_this_box_counts_none_and_it_is_said_why() -> None:
    config = parse(EXAMPLE.read_text(encoding="utf-8"))
    known = rehearsal(config, Store(seed=3, origin=BEGAN, hour=12, hours=1))
    window = {"start": int(BEGAN) + 900, "seconds": 1800, "lines": []}
    (row,) = beside(known, "passerby/1/a/b/report", window)
    true = row["true"]
    assert true["touched"] == true["picked"] + true["put_back"] > true["reached"] > 0
    assert true["passers"] >= true["reached"]
    zone = known.figures("zones", {"zone": "tea", "views": 0}, BEGAN + 900, BEGAN + 2700)
    assert true["passers"] == zone["views"]
    (line,) = scrolled([row], window)
    assert "five pixels" in line.plain
    assert f"picked {true['picked']}" in line.plain
    counted = {"shelf": "tea", **dict.fromkeys(true, 0)}
    (told,) = beside(known, "passerby/1/a/b/report", window | {"hands": [counted]})
    assert told["true"] == true
    assert told["error"]["picked"] == -true["picked"]


def test_every_section_of_a_report_has_a_truth(known: Rehearsal) -> None:
    sections = {name for name, kind in get_type_hints(Report).items() if get_origin(kind) is tuple}
    assert sections - known.sections == {"quality"}
