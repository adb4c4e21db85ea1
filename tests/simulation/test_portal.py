"""What is carried out of the store is known, and a box's portal tells it, paid and unpaid."""

from collections import Counter
from itertools import groupby

import pytest

from analytics.portal import Portal
from bench._senses import carried_out, shelf
from privacy.tokens import Tokeniser
from simulation.goods import ShelfOfStore
from simulation.portal import PortalOfStore
from simulation.store import Store


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(seed=5, hour=12, hours=2)


@pytest.fixture(scope="module")
def goods(store: Store) -> ShelfOfStore:
    return shelf(store)


def test_whoever_keeps_something_carries_it_out_and_some_of_it_is_not_shown(store: Store, goods: ShelfOfStore) -> None:
    portal = PortalOfStore(store, [goods])
    assert 15 < len(portal.leavings) <= len(goods.kept())
    assert 0 < sum(not one.paid for one in portal.leavings) < len(portal.leavings) / 3
    again = PortalOfStore(store, [shelf(store)])
    assert again.leavings == portal.leavings


def test_a_box_tells_what_passed_and_what_of_it_was_unpaid(store: Store, goods: ShelfOfStore) -> None:
    skus = {one.item.gtin: "tea" for one in goods.takings}
    told, tokens = Portal("gate", [("gate", 2)]), Tokeniser(skus=skus)
    for inventory in carried_out(store, "gate"):
        told.feed(inventory.at, tokens.tokenise(inventory))
    values = told.tallies(0.0, 1.0)[0].values
    portal = PortalOfStore(store, [goods])
    ended = [one for one in portal.leavings if one.at < store.origin + store.hours * 3600 - 5]
    assert values["passed"] == pytest.approx(len(ended), abs=1)
    assert values["unpaid"] == sum(not one.paid for one in ended)


def test_the_portal_does_not_hear_what_is_at_the_till(store: Store) -> None:
    heard = [(one.antenna, read.epc) for one in carried_out(store, "gate", 0.5) for read in one.reads]
    order: dict[bytes, list[int]] = {}
    for antenna, epc in heard:
        order.setdefault(epc, []).append(antenna)
    ways = Counter(tuple(antenna for antenna, _ in groupby(antennas)) for antennas in order.values())
    assert set(ways) <= {(2, 1), (1,), (2,)}, "first the till, then the portal"
    assert ways[2, 1] > ways[1,] > 0
