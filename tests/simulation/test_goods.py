"""The simulated store's shelf: what is taken is gone, what is put back is there, and the engine finds it."""

import math

from analytics.evidence import Evidence
from simulation.goods import ShelfOfStore
from simulation.reader.field import SLOT_S, gtin14
from simulation.store import Store

HOUR = 3600


def test_the_same_store_takes_the_same_goods_and_the_engine_sees_them_go() -> None:
    gtins = [gtin14(n) for n in range(8)]
    shelves = [ShelfOfStore(Store(seed=3, hour=12, hours=1), "tea", gtins) for _ in range(2)]
    evidence = Evidence()
    numbers = {item.epc: n for n, item in enumerate(shelves[0].field.items)}
    taken: list[tuple[float, int]] = []
    for step in range(1, int(HOUR / SLOT_S)):
        at = step * SLOT_S
        for shelf in shelves:
            shelf.advance(at)
        answers = shelves[0].field.inventory(at, 1)
        changes = evidence.epoch(at, {numbers[a.epc]: (numbers[a.epc] // 6, math.nan) for a in answers})
        taken += [(at, item) for item in changes.taken]
    first, second = ([(one.at, one.item.epc, one.back) for one in shelf.takings] for shelf in shelves)
    assert first == second
    for_good = [one for one in shelves[0].takings if one.at < HOUR - 600 and (one.back or HOUR) - one.at > 300]
    assert len(for_good) > 5
    for one in for_good:
        assert any(item == numbers[one.item.epc] and one.at <= at < (one.back or HOUR) for at, item in taken)
    for at, item in taken:
        assert any(
            numbers[one.item.epc] == item and one.at <= at < (one.back or HOUR) + 1 for one in shelves[0].takings
        )
