"""The reader's driver on a real USB serial line: goods are read, the cable is pulled, and the same name works again."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from drivers.base import Device, DriverUnavailable
from drivers.rfid.driver import ReaderDriver
from simulation.reader.field import Field, stocked
from simulation.reader.yrm100 import Yrm100
from tests.rig.devices import Reader
from tests.rig.firmware import firmware

pytestmark = pytest.mark.rig


class Wall:
    """The loop's own clock."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now()))


@pytest.mark.timeout(120)
async def test_goods_before_and_after_the_cable_is_pulled(reader: Reader) -> None:
    items = stocked(5, 1, rate=0.9)
    driver = ReaderDriver(
        Device.parse(f"{reader.device}?protocol=yrm100&baud=115200&region=eu"), name="shelf", clock=Wall()
    )
    for plug in range(2):
        seen: set[str] = set()
        async with firmware(reader, Yrm100(Field(items))) as task, driver.open() as inventories:
            for _ in range(6):
                seen |= {read.gtin for read in (await anext(inventories)).reads}
            task.cancel()
            reader.unplug()
            with pytest.raises(DriverUnavailable) as pulled:
                await anext(inventories)
        assert seen == {item.gtin for item in items}
        assert pulled.value.code == "gone"
        if plug == 0:
            with pytest.raises(DriverUnavailable) as absent:
                await anext(aiter_of(driver))
            assert absent.value.code == "absent"
            reader.replug()


async def aiter_of(driver: ReaderDriver) -> AsyncIterator[object]:
    async with driver.open() as inventories:
        async for inventory in inventories:
            yield inventory
