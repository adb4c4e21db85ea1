"""Timelines of phones near a radio: what is one device, what is near, what is persons."""

from pathlib import Path

import numpy as np
import pytest

from analytics.radio.kappa import Kappa
from analytics.radio.kinds import Kinds
from analytics.radio.phones import Phones
from analytics.radio.site import Recalibration, calibrate
from analytics.radio.slices import Slice, Vector, features
from observations import DeviceSighting, Value

_COUNTS = ("devices_low", "devices", "devices_high")


def sighting(at: float, token: int, kind: int = 1, rssi_dbm: int = -60, randomised: bool = True) -> DeviceSighting:
    return DeviceSighting(at, "door", 1, token, kind, rssi_dbm, randomised)


def counted(seen: list[DeviceSighting], seconds: float = 300.0) -> dict[str, Value]:
    phones = Phones("door")
    for one in sorted(seen, key=lambda s: s.at):
        phones.feed(one.at, one)
    [tally] = phones.tallies(0.0, seconds)
    return dict(tally.values)


def scans(kind: int, every: float = 40.0, rssi_dbm: int = -60, until: float = 300.0) -> list[DeviceSighting]:
    """A phone that scans regularly, with a new address each time, three frames a scan."""
    return [
        sighting(start + n * 0.02, round(start * 10) + kind * 10_000, kind, rssi_dbm)
        for start in np.arange(3.0, until, every)
        for n in range(3)
    ]


def test_a_phone_that_changes_its_address_is_one_device() -> None:
    told = counted(scans(1))
    assert (told["devices"], told["devices_low"], told["heard"]) == (1, 1, 24)


def test_phones_of_different_models_are_counted_and_placed() -> None:
    loudest = {1: -50, 2: -70, 3: -70, 4: -85}
    told = counted([one for kind, dbm in loudest.items() for one in scans(kind, every=90.0, rssi_dbm=dbm)])
    assert told["devices"] == 4
    assert (told["near"], told["inside"], told["far"]) == (1, 2, 1)
    assert (told["dwellers"], told["passers"]) == (4, 0)


def test_an_address_that_shows_two_classes_makes_them_one_device() -> None:
    seen = [*scans(1, every=90.0), *scans(2, every=90.0), sighting(100.0, 777, 1), sighting(100.1, 777, 2)]
    assert counted(seen)["devices"] == 1
    kinds = Kinds()
    for one in seen:
        kinds.feed(one.at, one.token, one.device_class, one.rssi_dbm)
    assert len(set(kinds.labels((one.device_class, one.at) for one in seen))) == 1


def test_a_token_that_two_strangers_share_joins_nobody() -> None:
    seen = [*scans(1, every=90.0), *scans(2, every=90.0), sighting(100.0, 777, 1), sighting(130.0, 777, 2)]
    assert counted(seen)["devices"] == 2


def test_an_epoch_that_ends_inside_the_window_doubles_nobody() -> None:
    phones = Phones("door")
    for one in scans(1):
        late = one.at > 150
        kind = 900 if late else 1
        phones.feed(one.at, DeviceSighting(one.at, "door", 2 if late else 1, one.token, kind, -60, True))
    [tally] = phones.tallies(0.0, 300.0)
    assert tally.values["devices"] == 1


def test_what_was_heard_once_is_nobody() -> None:
    assert counted([*scans(1), sighting(50.0, 9, 2), sighting(50.1, 9, 2)])["devices"] == 1


def identical(phones: int, dice: np.random.Generator, seconds: float) -> list[DeviceSighting]:
    """Phones of one model, each in a place of its own, that scan at a rate of their own, by chance."""
    every = 60 / np.exp(np.log(1.3) + dice.standard_normal(phones))
    seen = []
    for gap, place in zip(every, -62 + 7 * dice.standard_normal(phones), strict=True):
        at = float(dice.random() * gap)
        while at < seconds:
            token, level = int(dice.integers(1 << 40)), round(place + 2 * dice.standard_normal())
            seen += [sighting(at + n * 0.02, token, 1, level) for n in range(3)]
            at += float(dice.exponential(gap))
    return seen


@pytest.mark.parametrize(("phones", "off"), [(1, 0.2), (2, 0.5), (4, 0.4), (8, 0.4), (16, 0.4)])
def test_identical_phones_are_counted_by_where_they_lie_and_how_often_they_scan(phones: int, off: float) -> None:
    """The count may err by what one phone's rate leaves open, and the interval says so."""
    dice = np.random.default_rng(phones)
    told = [counted(identical(phones, dice, 300.0)) for _ in range(30)]
    low, count, high = (np.array([one[key] for one in told], float) for key in _COUNTS)
    assert count.mean() == pytest.approx(phones, rel=off)
    assert np.mean((low <= phones) & (phones <= high)) >= 0.9


@pytest.mark.parametrize("phones", [1, 2, 4, 8])
def test_identical_phones_in_one_place_are_told_as_few_but_the_interval_knows_better(phones: int) -> None:
    """At one strength and with steady scans nothing tells them apart; what is told must not hide that."""
    dice, told = np.random.default_rng(phones), []
    for _ in range(40):
        every = 60 / np.exp(np.log(1.5) + dice.standard_normal(phones))
        begin = dice.random(phones) * every
        seen = [
            sighting(s.at + start, s.token + 100_000 * n, 1)
            for n, (gap, start) in enumerate(zip(every, begin, strict=True))
            for s in scans(1, every=float(gap), until=1200.0)
        ]
        told.append(counted(seen, 1200.0))
    low, count, high = (np.array([one[key] for one in told], float) for key in _COUNTS)
    assert np.mean((low <= phones) & (phones <= high)) >= 0.9
    assert 1 <= count.mean() <= phones + 0.2


def test_two_identical_phones_that_lie_apart_are_two() -> None:
    seen = [
        *scans(1, every=40.0, rssi_dbm=-45),
        *[sighting(s.at + 17, s.token + 7, 1, -65) for s in scans(1, every=50.0)],
    ]
    told = counted(seen)
    assert (told["devices_low"], told["devices"]) == (2, 2)


def test_a_phone_that_is_carried_past_is_one() -> None:
    """It comes nearer and goes away again: its levels follow each other and do not alternate."""
    told = counted(
        [sighting(s.at, s.token, 1, round(-85 + 40 * (1 - abs(s.at / 150 - 1)))) for s in scans(1, every=20.0)]
    )
    assert told["devices_low"] == 1


def test_one_that_never_stops_searching_is_not_a_crowd() -> None:
    assert counted(scans(1, every=6.0))["devices"] in (1, 2)


def test_fixed_addresses_are_counted_one_by_one() -> None:
    seen = [sighting(t, token, 7, randomised=False) for token in (1, 2, 3) for t in (1.0, 31.0, 61.0)]
    assert counted(seen)["devices"] == 3


def test_who_passes_is_no_dweller() -> None:
    told = counted([*scans(1), *[s for s in scans(2, every=10.0) if s.at < 40]])
    assert (told["dwellers"], told["passers"]) == (1, 1)


def test_identical_phones_are_placed_and_add_up() -> None:
    """Two models, of each one phone near and several who pass further away."""
    seen = [
        one
        for model in (1, 2)
        for every, dbm in ((45.0, -45), (41.0, -70), (43.0, -68), (47.0, -90), (53.0, -88))
        for one in scans(model, every=every, rssi_dbm=dbm)
    ]
    told = {name: int(value) for name, value in counted(seen).items() if isinstance(value, int | np.integer)}
    assert told["near"] + told["inside"] + told["far"] == told["devices"] == told["dwellers"] + told["passers"]
    assert told["devices"] > 4
    assert told["near"] >= 2
    assert min(told["inside"], told["far"]) >= 1


def test_a_flood_of_invented_addresses_is_said_and_not_counted() -> None:
    phones = Phones("door")
    for n in range(5000):
        phones.feed(n / 100, sighting(n / 100, n, n % 60_000 + 1))
    [tally] = phones.tallies(0.0, 300.0)
    assert tally.values["devices"] is None
    assert tally.values["reason"] == "overloaded"


def test_the_next_window_begins_empty() -> None:
    phones = Phones("door")
    for one in scans(1):
        phones.feed(one.at, one)
    phones.restart(300.0)
    [tally] = phones.tallies(300.0, 600.0)
    assert (tally.values["devices"], tally.values["heard"]) == (0, 0)
    assert tally.values["persons"] is None
    assert tally.values["reason"] == "not_calibrated"


def test_kappa_is_learnt_used_and_watched() -> None:
    kappa = Kappa()
    assert kappa.persons(10) is None
    for n in range(48):
        kappa.teach(10, 14 + n % 3)
    told = kappa.persons(20)
    assert told is not None
    assert told.persons == pytest.approx(30, abs=0.5)
    assert told.low < 30 < told.high
    assert not kappa.drifted
    for _ in range(12):
        kappa.teach(10, 25)
    assert kappa.drifted


def test_a_taught_radio_says_persons_and_raises_the_alarm_when_they_drift() -> None:
    phones = Phones("door")
    start = 0.0
    told: list[object] = []
    for window in range(40):
        for kind in range(1, 5):
            for one in scans(kind):
                phones.feed(start + one.at, sighting(start + one.at, one.token, kind))
        phones.teach(start, start + 300, 6.0 if window < 28 else 12.0)
        if window == 27:
            [tally] = phones.tallies(start, start + 300)
            assert tally.values["persons"] == pytest.approx(6.0, abs=0.1)
        told += [(alarm.values["kind"], alarm.values["active"]) for alarm in phones.alarms(start + 300)]
        start += 300
        phones.restart(start)
    assert told == [("miscalibrated", True)]


def windows(seed: int, count: int) -> tuple[Vector, Vector, list[str]]:
    """Invented windows in which persons carry phones, among passers outside whom the gate lets through."""
    dice = np.random.default_rng(seed)
    rows, persons, days = [], [], []
    for number in range(count):
        many = int(dice.integers(0, 20)) if number % 3 else 0
        piece = Slice(0.0)
        for person in range(many):
            for n in range(int(dice.integers(1, 5))):
                piece.feed(
                    sighting(float(dice.random() * 300), person * 10 + n, person % 7 + 1, int(-45 - dice.random() * 20))
                )
        for stranger in range(int(dice.integers(0, 30))):
            piece.feed(sighting(float(dice.random() * 300), 5000 + stranger, stranger % 9 + 1, -88))
        rows.append(features([piece]))
        persons.append(many)
        days.append(f"day {number % 6}")
    return np.array(rows), np.array(persons, float), days


def test_a_site_learns_how_many_persons_are_there(tmp_path: Path) -> None:
    model = calibrate(*windows(1, 120))
    rows, persons, _ = windows(2, 80)
    said = model.predict(rows)
    assert np.abs(said - persons).mean() < 2.0
    assert ((said >= 0.5) == (persons > 0)).mean() > 0.95
    inside = [
        e.low <= truth <= e.high for e, truth in ((model.estimate(r), p) for r, p in zip(rows, persons, strict=True))
    ]
    assert np.mean(inside) > 0.75
    model.save(tmp_path / "site.npz")
    again = type(model).load(tmp_path / "site.npz")
    assert np.allclose(again.predict(rows), said)
    (tmp_path / "torn.npz").write_bytes((tmp_path / "site.npz").read_bytes()[:100])
    with pytest.raises((ValueError, OSError)):
        type(model).load(tmp_path / "torn.npz")


def test_too_few_windows_are_no_calibration() -> None:
    with pytest.raises(ValueError, match="50 windows"):
        calibrate(*windows(1, 20))


def test_recalibration_follows_the_door_counter() -> None:
    door = Recalibration()
    for _ in range(60):
        door.teach(5.0, 8.0)
    assert door.scale == pytest.approx(1.6)
    assert door.drifted
    assert Recalibration().scale == 1.0


def test_features_have_one_shape_however_long_the_box_has_run() -> None:
    piece = Slice(0.0)
    piece.feed(sighting(1.0, 4, 2, -50))
    assert features([piece]).shape == features([Slice(0.0)] * 8 + [piece]).shape
    assert features([Slice(0.0)]).sum() == 0
