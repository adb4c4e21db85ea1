"""Timelines of phones around one radio: who counts, from when to when, and what a change of address does to it."""

import random

import pytest

from analytics import devices
from analytics.devices import Devices
from observations import DeviceSighting, Value


def hear(metric: Devices, at: float, token: int, rssi_dbm: int = -60) -> None:
    metric.feed(at, DeviceSighting(at, "door", 1, token, 0, rssi_dbm, True))


def stays(metric: Devices, token: int, start: float, end: float, every: float = 1.0) -> None:
    for step in range(int((end - start) / every) + 1):
        hear(metric, start + step * every, token)


def report(metric: Devices, start: float = 0, end: float = 300) -> dict[str, Value]:
    (tally,) = metric.tallies(start, end)
    assert tally.kind == "devices"
    return {**tally.values, "reason": tally.reason}


def test_nobody() -> None:
    assert report(Devices("door")) == {
        "name": "door",
        "occupancy": 0.0,
        "min_devices": 0,
        "heard": 0,
        "reason": None,
    }


def test_device_seconds_over_the_seconds_of_the_window() -> None:
    metric = Devices("door")
    stays(metric, 1, 0, 150)
    assert report(metric)["occupancy"] == 0.5
    assert report(metric)["min_devices"] == 1
    assert report(metric)["heard"] == 151


def test_pauses_up_to_alive_are_bridged_and_longer_ones_are_not() -> None:
    metric = Devices("door", alive_s=12)
    hear(metric, 0, 1)
    hear(metric, 12, 1)
    hear(metric, 30, 1)
    hear(metric, 40, 1)
    assert report(metric)["occupancy"] == pytest.approx(22 / 300)


def test_alive_now_ends_after_the_timeout() -> None:
    metric = Devices("door", alive_s=12)
    stays(metric, 1, 0, 10)
    assert metric.inside(10) == 1
    assert metric.inside(22) == 1
    assert metric.inside(22.1) == 0


def test_one_advert_alone_is_nobody() -> None:
    metric = Devices("door")
    for token in range(50):
        hear(metric, token, token)
    assert metric.inside(50) == 0
    assert report(metric)["occupancy"] == 0
    assert report(metric)["min_devices"] == 0


def test_a_change_of_address_counts_nobody_twice() -> None:
    metric = Devices("door")
    for number in range(10):  # one phone that changes ten times
        stays(metric, number, number * 30, number * 30 + 29)
    assert report(metric)["min_devices"] == 1
    assert report(metric)["occupancy"] == pytest.approx(290 / 300)


def test_devices_that_are_heard_at_once_are_different() -> None:
    metric = Devices("door")
    for at in range(100):
        for token in range(5):
            hear(metric, at + token / 10, token)
    assert report(metric)["min_devices"] == 5


def test_the_gate_has_two_thresholds() -> None:
    metric = Devices("door", enter_dbm=-70, leave_dbm=-80)
    for at in range(20):
        hear(metric, at, 1, -75)
    assert metric.inside(20) == 0
    for at in range(20, 40):
        hear(metric, at, 1, -65)
    assert metric.inside(40) == 1
    for at in range(40, 60):
        hear(metric, at, 1, -78)
    assert metric.inside(60) == 1
    for at in range(60, 80):
        hear(metric, at, 1, -90)
    assert metric.inside(80) == 0


def test_noise_around_one_threshold_does_not_flap() -> None:
    noise = random.Random(1)
    metric = Devices("door", enter_dbm=-70, leave_dbm=-77)
    inside = []
    for at in range(300):
        hear(metric, at, 1, -68 + noise.randint(-6, 6))
        inside.append(metric.inside(at))
    assert sum(a != b for a, b in zip(inside[1:], inside, strict=False)) == 1


def test_who_is_inside_stays_inside_over_the_windows_end() -> None:
    metric = Devices("door")
    stays(metric, 1, 0, 299)
    metric.restart(300)
    stays(metric, 1, 300, 450)
    second = report(metric, 300, 600)
    assert second["min_devices"] == 1
    assert second["occupancy"] == pytest.approx(151 / 300)
    metric.restart(600)
    assert report(metric, 600, 900)["min_devices"] == 0


def test_tallies_are_a_pure_question() -> None:
    metric = Devices("door")
    stays(metric, 1, 0, 100)
    assert report(metric) == report(metric)


def test_a_flood_of_invented_addresses_costs_bounded_memory_and_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "MOST_ALIVE", 100)
    metric = Devices("door")
    for number in range(10_000):
        hear(metric, number / 1000, number)
    assert len(metric._devices) <= 100
    flooded = report(metric)
    assert (flooded["occupancy"], flooded["min_devices"], flooded["reason"]) == (None, None, "overloaded")


def test_a_gate_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(ValueError, match="leave_dbm"):
        Devices("door", enter_dbm=-80, leave_dbm=-70)
