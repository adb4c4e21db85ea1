"""Returning devices and sketches across boxes: what they say of many, and that they say nothing of one."""

import random

import pytest

from privacy.returning import Refused, SiteKey, Sketch, Week


def crowd(seed: int, count: int) -> list[bytes]:
    dice = random.Random(seed)
    return [dice.randbytes(6) for _ in range(count)]


@pytest.mark.parametrize(("regulars", "new"), [(300, 700), (50, 450), (900, 100)])
def test_the_share_of_returning_devices_is_known_within_its_interval(regulars: int, new: int) -> None:
    week, before = Week(random.Random(7).randbytes), crowd(1, 4000)
    for address in before:
        week.see(address)
    week.end_day()
    for address in [*before[:regulars], *crowd(2, new)]:
        week.see(address)
    told, truth = week.returning(), regulars / (regulars + new)
    assert told.share is not None
    assert told.low is not None
    assert told.high is not None
    assert told.share == pytest.approx(truth, abs=0.05)
    assert told.low <= truth <= told.high


@pytest.mark.parametrize("key", range(20))
def test_below_the_floor_nothing_is_said(key: int) -> None:
    week = Week(random.Random(key).randbytes)
    for address in crowd(1, 100):
        week.see(address)
    week.end_day()
    for address in crowd(1, 4):
        week.see(address)
    assert week.returning().share is None
    for address in crowd(9, 500):
        week.see(address)
    assert week.returning().share is None


@pytest.mark.parametrize("key", range(20))
def test_weeks_are_unlinkable(key: int) -> None:
    one, other = Week(random.Random(key).randbytes), Week(random.Random(100 + key).randbytes)
    for address in crowd(1, 2000):
        one.see(address)
        other.see(address)
    one.end_day()
    other._before = one._before
    assert other.returning().share is None


def test_boxes_merge_without_counting_a_device_twice() -> None:
    site = SiteKey(random.Random(7).randbytes(32))
    door, hall = Sketch(site), Sketch(site)
    people = crowd(3, 900)
    for address in people[:600]:
        door.see(address)
    for address in people[300:]:
        hall.see(address)
    assert door.count() == pytest.approx(600, rel=0.05)
    assert door.merged(hall.export()) == pytest.approx(900, rel=0.05)


def test_a_sketch_of_few_does_not_leave() -> None:
    sketch = Sketch(SiteKey(bytes(32)))
    for address in crowd(1, 3):
        sketch.see(address)
    with pytest.raises(Refused):
        sketch.export()
    with pytest.raises(Refused):
        sketch.merged(b"short")


def test_who_sees_sketches_without_the_key_cannot_test_membership() -> None:
    """The attacker has the sketch and both lists, members and strangers, and the best guess of a key: chance is all."""
    sketch = Sketch(SiteKey(random.Random(7).randbytes(32)))
    members, strangers = crowd(1, 1500), crowd(2, 1500)
    for address in members:
        sketch.see(address)
    stolen = sketch.export()
    for guess in (bytes(32), b"passerby", random.Random(8).randbytes(32)):
        attack = Sketch(SiteKey(guess))

        def hits(addresses: list[bytes], attack: Sketch = attack) -> float:
            found = 0
            for address in addresses:
                attack._bits = bytearray(len(stolen))
                attack.see(address)
                found += any(mine & theirs for mine, theirs in zip(attack._bits, stolen, strict=True))
            return found / len(addresses)

        assert abs(hits(members) - hits(strangers)) < 0.07  # four standard errors of 1500 draws


def test_yesterday_cannot_be_recomputed_from_todays_key() -> None:
    site = SiteKey(random.Random(7).randbytes(32))
    yesterday = site.key
    site.ratchet()
    assert site.day == 1
    assert site.key != yesterday
    old, new = Sketch(SiteKey(yesterday)), Sketch(site)
    for address in crowd(1, 1000):
        old.see(address)
        new.see(address)
    both = bytes(a & b for a, b in zip(old.export(), new.export(), strict=True))
    overlap = sum(octet.bit_count() for octet in both)
    assert overlap == pytest.approx(1000 * 1000 / 8192, rel=0.35)
