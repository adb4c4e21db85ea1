"""Who comes again on another day has the phone of the first time, and a box that is asked tells the share."""

from collections import defaultdict
from typing import Any

import pytest

from bench._box import CONFIG, MIDNIGHT, TICK, StoreBox, requests
from cli.truth import rehearsal, rows
from config import parse
from mqtt.codec import Envelope, document
from privacy.returning import Week
from simulation.air import Air
from simulation.demand import Demand
from simulation.people import Role
from simulation.phones import phones
from simulation.regulars import RETURN, regulars
from simulation.store import Store

EVENING = 21
BUSY = Demand(visits=(0,) * 24, passers=(450,) * 24)


def night(origin: float) -> Store:
    """Three hours of a busy street before midnight, and three after it."""
    return Store(seed=6, origin=origin, hour=EVENING, hours=6, demand=BUSY)


@pytest.fixture(scope="module")
def days() -> Store:
    return night(EVENING * 3600.0)


def test_nobody_comes_again_on_the_same_day() -> None:
    assert not regulars(Store(seed=6, hour=10, hours=3))


def test_some_come_again_the_next_day_each_as_one_who_was_there(days: Store) -> None:
    first = regulars(days)
    people = {person.number: person for person in days.people}
    later = [one for one in days.people if one.walk.start >= 86_400 and one.role is not Role.STAFF]
    assert len(first) == pytest.approx(RETURN * len(later), rel=0.2)
    assert len(set(first.values())) == len(first), "nobody comes twice at once"
    for now, then in first.items():
        assert people[then].walk.start < 86_400 <= people[now].walk.start
        assert people[then].role is people[now].role


def test_the_phone_keeps_its_address_and_nobody_else_has_it(days: Store) -> None:
    first = regulars(days)
    addresses: dict[bytes, set[int]] = defaultdict(set)
    for phone in phones(days.people, days.seed, first):
        if phone.model.fixed:
            address = next((call.address for call in phone.calls()), None)
            if address is not None:
                addresses[address].add(phone.owner.number)
    shared = [numbers for numbers in addresses.values() if len(numbers) > 1]
    assert len(shared) > 5
    for numbers in shared:
        assert len({first.get(number, number) for number in numbers}) == 1


def test_a_box_that_is_asked_tells_the_share_and_its_interval_holds_the_truth(days: Store) -> None:
    config = parse(CONFIG + "[privacy]\nreturning = true\n")
    box = StoreBox(config=config)
    box.box.tokeniser.returning = Week()
    box.sense(days, [((one.at, 2, one) for one in requests(days, "air"))], TICK)
    known = rehearsal(config, night(MIDNIGHT + days.origin))
    told: list[dict[str, Any]] = [document(Envelope(report)) for report in box.reports]
    found = [row for report in told for row in rows(known, report) if row["section"] == "returning"]
    assert len(found) > 12, "from an hour or two after midnight on"
    assert all(row["in_interval"]["share"] for row in found)
    assert found[-1]["true"]["share"] == pytest.approx(RETURN, abs=0.12)
    assert abs(found[-1]["error"]["share"]) < 0.02


def test_a_day_without_one_before_it_has_no_share() -> None:
    config = parse(CONFIG)
    known = rehearsal(config, Store(seed=6, origin=MIDNIGHT + 36_000.0, hour=10, hours=1))
    assert known.figures("returning", {"share": 0.5}, MIDNIGHT + 36_000.0, MIDNIGHT + 37_000.0) == {}
    assert next(Air(known.store).arriving())
