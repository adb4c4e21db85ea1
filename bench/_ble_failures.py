"""How soon the Bluetooth driver notices that something died, and how soon it hears again once that is back."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from drivers.base import Device, DriverUnavailable
from drivers.ble.driver import BleDriver
from drivers.ble.host import Host
from drivers.ble.kernel import KernelSource
from drivers.ble.source import SourceName
from simulation.kernel import Kernel
from tests.fakes.clock import FastClock
from tests.fakes.org_bluez import FakeBluez, private_bus

RUNS = 5
IPHONE = bytes.fromhex("02011a0aff4c0010050a1c2b3c4d")


async def failures() -> dict[str, object]:
    """Seconds from the failure to its being named, and from its end to the next advert (a retry every 0.1 s)."""
    # dbus-fast forgets the future of its last write into a bus that died, which asyncio would print.
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    with tempfile.TemporaryDirectory(prefix="ble") as folder:
        async with private_bus(Path(folder)) as bus:
            bluetoothd = [await _restarted(bus.address) for _ in range(RUNS)]
            gone = [await _bus_gone(bus.address, bus.kill, bus.start) for _ in range(RUNS)]
    kernel = [await _unplugged() for _ in range(RUNS)]
    return {
        "note": "scripted kernel and org.bluez on a real dbus-daemon; the rig's figures are of the real ones",
        "adapter_unplugged_management": _seconds(kernel),
        "bluetoothd_crashed_active": _seconds(bluetoothd),
        "bus_gone_active": _seconds(gone),
    }


def _seconds(runs: list[tuple[float, float]]) -> dict[str, float]:
    return {
        "noticed_s": round(median(noticed for noticed, _ in runs), 3),
        "recovered_s": round(median(recovered for _, recovered in runs), 3),
    }


async def _talk(say: Callable[[], Awaitable[None] | None]) -> None:
    while True:
        said = say()
        if said is not None:
            await said
        await asyncio.sleep(0.01)


async def _reopened(driver: BleDriver) -> None:
    while True:
        try:
            async with driver.open() as heard:
                await anext(heard)
                return
        except DriverUnavailable:
            await asyncio.sleep(0.1)


async def _named(driver: BleDriver, fail: Callable[[], Awaitable[None] | None]) -> float:
    async with driver.open() as heard:
        await anext(heard)
        before = time.monotonic()
        failing = fail()
        if failing is not None:
            await failing
        try:
            async for _ in heard:
                pass
        except DriverUnavailable:
            return time.monotonic() - before
    raise AssertionError("the failure was not noticed")


async def _unplugged() -> tuple[float, float]:
    kernel = Kernel()
    driver = BleDriver(
        Device.parse("hci:0"),
        name="bench",
        clock=FastClock(),
        host=Host(kernel.connect, Path("/nowhere")),
        sources={SourceName.MANAGEMENT: lambda: KernelSource(kernel.connect)},
    )
    async with asyncio.TaskGroup() as tasks:
        crowd = tasks.create_task(_talk(lambda: kernel.advert("4a:00:00:00:00:01", IPHONE)), name="crowd")
        noticed = await _named(driver, kernel.unplug)
        kernel.plug()
        before = time.monotonic()
        await _reopened(driver)
        crowd.cancel()
    kernel.close()
    return noticed, time.monotonic() - before


def _active() -> BleDriver:
    return BleDriver(Device.parse("hci:0?source=active"), name="bench", clock=FastClock(), probe_s=2.0)


async def _restarted(address: str) -> tuple[float, float]:
    driver = _active()
    async with FakeBluez.run(address) as bluez, asyncio.TaskGroup() as tasks:
        crowd = tasks.create_task(_talk(lambda: bluez.advert("4A:00:00:00:00:01", IPHONE)), name="crowd")
        noticed = await _named(driver, bluez.crash)
        crowd.cancel()
    return noticed, await _back(driver, address)


async def _bus_gone(address: str, kill: Callable[[], None], start: Callable[[], None]) -> tuple[float, float]:
    driver = _active()
    async with FakeBluez.run(address) as bluez, asyncio.TaskGroup() as tasks:
        crowd = tasks.create_task(_talk(lambda: bluez.advert("4A:00:00:00:00:01", IPHONE)), name="crowd")
        noticed = await _named(driver, kill)
        crowd.cancel()
    start()
    return noticed, await _back(driver, address)


async def _back(driver: BleDriver, address: str) -> float:
    async with FakeBluez.run(address) as bluez, asyncio.TaskGroup() as tasks:
        crowd = tasks.create_task(_talk(lambda: bluez.advert("4A:00:00:00:00:01", IPHONE)), name="crowd")
        before = time.monotonic()
        await _reopened(driver)
        crowd.cancel()
    return time.monotonic() - before
