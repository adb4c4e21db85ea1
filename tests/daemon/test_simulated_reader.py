"""`sim:` as a reader of goods: inventories in the clock's seconds, and options that are not known are refused."""

from itertools import pairwise

import pytest

from analytics.planogram import parse
from daemon.clock import BoxClock
from daemon.simulated import simulated_reader
from drivers.base import Device, DriverMisconfigured
from simulation.reader.field import SLOT_S, gtin14

PLAN = parse(f"gtin,sku,antenna\n{gtin14(1)},assam,1\n{gtin14(2)},oolong,1\n".encode())


async def test_the_stores_shelf_is_read_by_its_plan() -> None:
    reader = simulated_reader(
        Device.parse("sim:?shelf=tea&seed=2"), name="wall", clock=BoxClock("UTC", 20.0), plan=PLAN
    )
    async with reader.open() as inventories:
        seen = [await anext(inventories) for _ in range(8)]
    assert {read.gtin for one in seen for read in one.reads} == {gtin14(1), gtin14(2)}
    assert len({read.epc for one in seen for read in one.reads}) == 12
    for before, after in pairwise(seen):
        assert after.seconds == pytest.approx(after.at - before.at)


async def test_the_reader_at_the_exit_hears_the_portal_and_the_till() -> None:
    reader = simulated_reader(Device.parse("sim:?at=exit&seed=2"), name="gate", clock=BoxClock("UTC", 20.0), plan=PLAN)
    async with reader.open() as inventories:
        assert {(await anext(inventories)).antenna for _ in range(4)} == {1, 2}


async def test_an_inventory_lasts_as_long_as_a_tag_answers_or_not() -> None:
    reader = simulated_reader(Device.parse("sim:?shelf=tea&seed=2"), name="wall", clock=BoxClock("UTC", 2.0), plan=PLAN)
    async with reader.open() as inventories:
        seen = [await anext(inventories) for _ in range(5)]
    assert seen[-1].at - seen[0].at > 3 * SLOT_S - 0.3


@pytest.mark.parametrize("options", ["shelf=bread", "colour=red", "seed=x", "at=roof"])
def test_what_is_not_known_is_refused(options: str) -> None:
    with pytest.raises(DriverMisconfigured):
        simulated_reader(Device.parse(f"sim:?{options}"), name="wall", clock=BoxClock("UTC", 1.0), plan=PLAN)
