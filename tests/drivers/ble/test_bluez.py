"""The two sources through bluetoothd: the real bleak on a private bus, against a scripted org.bluez."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.base import Device, DriverUnavailable
from drivers.ble.bluez import BluezSource
from drivers.ble.driver import BleDriver, every_source
from drivers.ble.host import Host
from drivers.ble.kernel import KernelSource
from drivers.ble.source import Adapter, Heard, SourceName
from observations import Advertisement, Carrier
from simulation.kernel import Kernel
from tests.fakes.clock import FastClock
from tests.fakes.org_bluez import FakeBluez, PrivateBus, private_bus

pytestmark = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="needs dbus-daemon (apt install dbus)")

HCI0 = Adapter(0, bytes.fromhex("00aabbccddee"), True)
IPHONE = bytes.fromhex("02011a0aff4c0010050a1c2b3c4d")
ANDROID = bytes.fromhex("0303f3fe0516f3fe4a17")
VISITOR = "4A:00:00:00:00:01"


def ignore_broken_sockets(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """dbus-fast forgets the future of a write into a bus that died; anything else is still an error."""
    if not isinstance(context.get("exception"), OSError):
        loop.default_exception_handler(context)


@pytest.fixture
async def bus() -> AsyncIterator[PrivateBus]:
    asyncio.get_running_loop().set_exception_handler(ignore_broken_sockets)
    # A socket's path must be short, which pytest's folders are not.
    with tempfile.TemporaryDirectory(prefix="ble") as folder:
        async with private_bus(Path(folder)) as bus:
            yield bus


@asynccontextmanager
async def crowd(bluez: FakeBluez, *adverts: tuple[str, bytes]) -> AsyncIterator[None]:
    async def advertise() -> None:
        count = 0
        while True:
            count += 1
            for address, data in adverts:
                await bluez.advert(address, data, rssi_dbm=-60 - 10 * (count % 2))
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(advertise(), name="crowd")
        yield
        task.cancel()


class Ear:
    """Where a source tells what it hears and how it ended."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.ended = asyncio.get_running_loop().create_future()
        self._more = asyncio.Event()

    def hear(self, heard: Heard) -> None:
        self.heard.append(heard)
        self._more.set()

    def fail(self, error: Exception) -> None:
        if not self.ended.done():
            self.ended.set_result(error)

    async def hears(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.heard) < count:
                self._more.clear()
                await self._more.wait()

    async def code(self) -> str:
        error = await asyncio.wait_for(self.ended, 5)
        assert isinstance(error, DriverUnavailable)
        return error.code


def source(mode: str) -> BluezSource:
    return BluezSource("passive" if mode == "passive" else "active")


@pytest.mark.parametrize("mode", ["passive", "active"])
async def test_adverts_come_with_their_payload(bus: PrivateBus, mode: str) -> None:
    async with FakeBluez.run(bus.address) as bluez:
        ear = Ear()
        async with (
            source(mode).listen(HCI0, ear.hear, ear.fail),
            crowd(bluez, (VISITOR, IPHONE), ("5A:00:00:00:00:02", ANDROID)),
        ):
            await ear.hears(10)
    iphone = next(one for one in ear.heard if one.address[0] == 0x4A)
    android = next(one for one in ear.heard if one.address[0] == 0x5A)
    assert iphone.random
    assert iphone.rssi_dbm in (-60, -70)
    assert iphone.payload.manufacturer == ((0x004C, bytes.fromhex("10050a1c2b3c4d")),)
    assert android.payload.service_data == ((0xFEF3, b"\x4a\x17"),)
    assert android.payload.services == (0xFEF3,)


async def test_passive_scanning_never_asks_for_discovery(bus: PrivateBus) -> None:
    async with FakeBluez.run(bus.address) as bluez:
        ear = Ear()
        async with source("passive").listen(HCI0, ear.hear, ear.fail), crowd(bluez, (VISITOR, IPHONE)):
            await ear.hears(1)
            assert bluez.monitored
        assert "StartDiscovery" not in bluez.calls
        assert "UnregisterMonitor" in bluez.calls


@pytest.mark.parametrize("mode", ["passive", "active"])
async def test_what_dies_is_told_by_name(bus: PrivateBus, mode: str) -> None:
    async with FakeBluez.run(bus.address) as bluez:
        ear = Ear()
        async with source(mode).listen(HCI0, ear.hear, ear.fail):
            await asyncio.sleep(0.1)
            await bluez.unplug()
            assert await ear.code() == "gone"
        await bluez.plug()
        ear = Ear()
        async with source(mode).listen(HCI0, ear.hear, ear.fail):
            await asyncio.sleep(0.1)
            await bluez.switch(False)
            assert await ear.code() == "powered_off"
        await bluez.switch(True)
        ear = Ear()
        async with source(mode).listen(HCI0, ear.hear, ear.fail):
            await asyncio.sleep(0.1)
            bluez.crash()
            assert await ear.code() == "no_bluetoothd"


@pytest.mark.parametrize("mode", ["passive", "active"])
async def test_the_bus_dies_and_comes_back(bus: PrivateBus, mode: str) -> None:
    async with FakeBluez.run(bus.address):
        ear = Ear()
        async with source(mode).listen(HCI0, ear.hear, ear.fail):
            await asyncio.sleep(0.1)
            bus.kill()
            assert await ear.code() == "no_bus"
    with pytest.raises(DriverUnavailable) as raised:
        async with source(mode).listen(HCI0, ear.hear, ear.fail):
            pass
    assert raised.value.code == "no_bus"
    bus.start()
    async with FakeBluez.run(bus.address) as bluez:
        ear = Ear()
        async with source(mode).listen(HCI0, ear.hear, ear.fail), crowd(bluez, (VISITOR, IPHONE)):
            await ear.hears(3)


async def test_a_hung_bluetoothd_does_not_hang_us(bus: PrivateBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.ble.bluetoothd._CALL_S", 0.2)
    monkeypatch.setattr("drivers.ble.bluez._START_S", 0.2)
    monkeypatch.setattr("drivers.ble.bluez._STOP_S", 0.2)
    async with FakeBluez.run(bus.address) as bluez:
        ear = Ear()
        async with source("active").listen(HCI0, ear.hear, ear.fail) as listening:
            assert await listening.answers()
            bluez.hung = True
            assert not await listening.answers()
        with pytest.raises(DriverUnavailable) as raised:
            async with source("active").listen(HCI0, ear.hear, ear.fail):
                pass
        assert raised.value.code == "stalled"


async def test_nobody_there(bus: PrivateBus) -> None:
    ear = Ear()
    with pytest.raises(DriverUnavailable) as raised:
        async with source("active").listen(HCI0, ear.hear, ear.fail):
            pass
    assert raised.value.code == "no_bluetoothd"


def driver(kernel: Kernel, device: str = "hci:0") -> BleDriver:
    """Without the capability: what is left is bluetoothd."""
    sources = every_source()
    sources[SourceName.MANAGEMENT] = lambda: KernelSource(kernel.connect)
    return BleDriver(
        Device.parse(device),
        name="door",
        clock=FastClock(),
        host=Host(kernel.connect, Path("/nowhere")),
        sources=sources,
        probe_s=0.3,
    )


@pytest.fixture
async def kernel() -> AsyncIterator[Kernel]:
    kernel = Kernel(privileged=False)
    yield kernel
    kernel.close()


async def first(ble: BleDriver, bluez: FakeBluez) -> Advertisement:
    async with crowd(bluez, (VISITOR, IPHONE)), ble.open() as heard:
        return await anext(heard)


async def test_without_the_capability_passive_is_chosen_and_said(bus: PrivateBus, kernel: Kernel) -> None:
    async with FakeBluez.run(bus.address) as bluez:
        ble = driver(kernel)
        assert (await first(ble, bluez)).carrier is Carrier.PHONE
        assert (ble.state.source, ble.state.tried) == ("passive", {"management": "denied"})


async def test_monitors_that_bluetoothd_accepts_and_never_runs_are_found_out(bus: PrivateBus, kernel: Kernel) -> None:
    async with FakeBluez.run(bus.address) as bluez:
        bluez.monitors_work = False
        ble = driver(kernel)
        await first(ble, bluez)
        assert (ble.state.source, ble.state.tried) == ("active", {"management": "denied", "passive": "silent"})


async def test_in_an_empty_shop_the_better_source_is_kept(bus: PrivateBus, kernel: Kernel) -> None:
    async with FakeBluez.run(bus.address) as bluez:
        ble = driver(kernel)
        async with ble.open() as heard:
            assert ble.state.source == "passive"
            async with crowd(bluez, (VISITOR, IPHONE)):
                await asyncio.wait_for(anext(heard), 5)


async def test_power_is_switched_through_bluetoothd_where_the_kernel_refuses(bus: PrivateBus, kernel: Kernel) -> None:
    async with FakeBluez.run(bus.address) as bluez:
        bluez.powered = kernel.powered = False
        assert (await first(driver(kernel), bluez)).sensor == "door"
        assert bluez.powered
