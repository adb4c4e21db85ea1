"""The driver against the kernel's end of the management socket: what it hears, what it says of itself, what it does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.ble.driver import BleDriver
from drivers.ble.host import Host
from drivers.ble.kernel import KernelSource
from drivers.ble.roster import Match
from drivers.ble.source import Source, SourceName
from drivers.ble.watch import Step
from observations import AddressKind, Advertisement, Carrier
from simulation.kernel import Kernel
from tests.fakes.clock import FastClock

PHONE = bytes.fromhex("02011a0aff4c0010050a1c2b3c4d")
UUID = "e2c56db5-dffb-48d2-b060-d0f5a71096e0"
BADGE = bytes.fromhex("0201061aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010002c5")
VISITOR, STATIC = "4a:00:00:00:00:01", "c0:00:00:00:00:02"


@pytest.fixture
async def kernel() -> AsyncIterator[Kernel]:
    kernel = Kernel()
    yield kernel
    kernel.close()


def driver(
    kernel: Kernel, device: str = "hci:0", *, speed: float = 1.0, root: Path = Path("/nowhere"), **settings: object
) -> BleDriver:
    settings.setdefault("probe_s", 0.2)
    return BleDriver(
        Device.parse(device),
        name="counter",
        clock=FastClock(speed),
        host=Host(kernel.connect, root),
        sources={SourceName.MANAGEMENT: lambda: KernelSource(kernel.connect)},
        **settings,  # type: ignore[arg-type]
    )


@asynccontextmanager
async def crowd(kernel: Kernel, *adverts: tuple[str, bytes]) -> AsyncIterator[None]:
    """Devices that advertise a hundred times a second for as long as the body."""

    async def advertise() -> None:
        while True:
            for address, data in adverts:
                kernel.advert(address, data)
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(advertise(), name="crowd")
        yield
        task.cancel()


async def test_an_advert_becomes_an_observation(kernel: Kernel) -> None:
    ble = driver(kernel)
    async with crowd(kernel, (VISITOR, PHONE)), ble.open() as heard:
        seen = await anext(heard)
    assert (seen.sensor, seen.address, seen.kind) == ("counter", bytes.fromhex("4a0000000001"), AddressKind.RESOLVABLE)
    assert (seen.rssi_dbm, seen.carrier, seen.badge) == (-60, Carrier.PHONE, None)
    assert ble.state.source == "management"
    assert ble.state.adapter == "hci0"
    assert not kernel.monitors  # given back


async def test_badges_are_recognised_and_weak_signals_dropped_unseen(kernel: Kernel) -> None:
    ble = driver(kernel, badges=[Match.parse(f"ibeacon:{UUID}", "sales")], floor_dbm=-70)
    async with ble.open() as heard:
        kernel.advert(VISITOR, PHONE, rssi_dbm=-71)
        kernel.advert(STATIC, BADGE, rssi_dbm=-69)
        seen = await anext(heard)
    assert seen.badge is not None
    assert seen.badge.role == "sales"


@pytest.mark.parametrize("device", ["hci:", "hci:0", "hci:00:AA:BB:CC:DD:EE"])
async def test_adapters_by_index_and_address(kernel: Kernel, device: str) -> None:
    async with crowd(kernel, (VISITOR, PHONE)), driver(kernel, device).open() as heard:
        await anext(heard)


@pytest.mark.parametrize("device", ["hci:1", "hci:00:AA:BB:CC:DD:00"])
async def test_an_absent_adapter_is_waited_for(kernel: Kernel, device: str) -> None:
    with pytest.raises(DriverUnavailable) as raised:
        async with driver(kernel, device).open():
            pass
    assert raised.value.code == "gone"
    assert "AA" not in raised.value.reason


async def test_devices_that_mean_nothing_are_misconfigured(kernel: Kernel) -> None:
    with pytest.raises(DriverMisconfigured):
        async with driver(kernel, "hci:usb").open():
            pass
    with pytest.raises(DriverMisconfigured, match="management"):
        driver(kernel, "hci:0?source=telepathy")
    with pytest.raises(DriverMisconfigured, match="badge"):
        driver(kernel, reference="nonsense")


async def test_the_shops_own_beacon_is_sent_only_when_asked_for_and_falls_silent(kernel: Kernel) -> None:
    async with driver(kernel).open():
        assert not kernel.transmitted
    ble = driver(kernel, transmit=f"ibeacon:{UUID}/1/2")
    async with ble.open():
        assert kernel.transmitted == BADGE
        assert ble.state.transmits
    assert not kernel.transmitted


async def test_a_beacon_that_is_not_whole_cannot_be_sent(kernel: Kernel) -> None:
    with pytest.raises(DriverMisconfigured, match="whole"):
        driver(kernel, transmit=f"ibeacon:{UUID}")


async def ended_by(heard: AsyncIterator[Advertisement]) -> DriverUnavailable:
    async def drain() -> None:
        async for _ in heard:
            pass

    with pytest.raises(DriverUnavailable) as raised:
        await asyncio.wait_for(drain(), 5)
    return raised.value


async def test_an_unplugged_adapter_ends_the_stream_at_once_and_comes_back(kernel: Kernel) -> None:
    ble = driver(kernel)
    async with crowd(kernel, (VISITOR, PHONE)):
        async with ble.open() as heard:
            await anext(heard)
            kernel.unplug()
            assert (await ended_by(heard)).code == "gone"
        with pytest.raises(DriverUnavailable):
            async with ble.open():
                pass
        kernel.plug()
        async with ble.open() as heard:
            await anext(heard)


async def test_an_adapter_that_is_switched_off_is_switched_on_again(kernel: Kernel) -> None:
    ble = driver(kernel)
    async with crowd(kernel, (VISITOR, PHONE)):
        async with ble.open() as heard:
            await anext(heard)
            kernel.switch(False)
            assert (await ended_by(heard)).code == "powered_off"
        async with ble.open() as heard:
            await anext(heard)
    assert kernel.powered


async def test_the_monitor_is_asked_for_again_when_bluetoothd_restarts(kernel: Kernel) -> None:
    async with driver(kernel).open() as heard:
        kernel.bluetoothd_restarts()
        assert not kernel.monitors
        async with crowd(kernel, (VISITOR, PHONE)), asyncio.timeout(2):
            await anext(heard)


async def test_without_the_capability_it_is_denied_by_name(kernel: Kernel) -> None:
    kernel.privileged = False
    with pytest.raises(DriverUnavailable) as raised:
        async with driver(kernel).open():
            pass
    assert raised.value.code == "denied"
    assert "CAP_NET_ADMIN" in raised.value.reason


async def test_an_empty_shop_is_quiet_and_is_never_reset(kernel: Kernel) -> None:
    ble = driver(kernel, speed=1000)
    async with ble.open() as heard:
        await asyncio.sleep(2)  # half an hour of nothing
        assert ble.state.verdict == "quiet"
        assert ble.state.remedies == 0
        async with crowd(kernel, (VISITOR, PHONE)):
            await anext(heard)
    asked = kernel.commands.count(0x0023)
    assert 1 <= asked <= 6  # it asked the controller, ever less often


async def test_a_frozen_controller_is_found_by_asking_and_climbs_the_ladder(kernel: Kernel) -> None:
    ble = driver(kernel, speed=1000)
    async with crowd(kernel, (VISITOR, PHONE)):
        async with ble.open() as heard:
            await anext(heard)
            kernel.frozen = True
            assert (await ended_by(heard)).code == "stalled"
        kernel.frozen = False
        async with ble.open() as heard:
            await anext(heard)
        assert ble.state.remedies == 1


async def test_a_silently_dead_scanner_is_found_by_its_reference_beacon(kernel: Kernel) -> None:
    """The controller answers everything and reports nothing: only the beacon that must be there can tell."""
    ble = driver(kernel, speed=50, reference=f"ibeacon:{UUID}/1/2", reference_s=20.0)
    async with crowd(kernel, (STATIC, BADGE)):
        async with ble.open() as heard:
            await anext(heard)
            kernel.deaf = True
            assert (await ended_by(heard)).code == "stalled"
        async with ble.open() as heard:  # restarted, which does not help
            assert (await ended_by(heard)).code == "stalled"
        async with ble.open() as heard:  # power cycled, which does
            await anext(heard)
    assert ble.state.remedies == 2


async def test_stopping_in_the_middle_of_the_self_test_leaves_nothing_open(kernel: Kernel) -> None:
    async def listen() -> None:
        async with driver(kernel, probe_s=30.0).open():
            raise AssertionError("nothing was heard, so nothing was open")

    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(listen(), name="listen")
        await asyncio.sleep(0.5)
        assert kernel.monitors
        listening.cancel()
    await asyncio.sleep(0.05)
    assert not kernel.monitors


async def test_a_blocked_radio_is_unblocked_where_it_may_be(kernel: Kernel, tmp_path: Path) -> None:
    switch = tmp_path / "sys/class/rfkill/rfkill3"
    switch.mkdir(parents=True)
    (switch / "type").write_text("bluetooth\n")
    (switch / "soft").write_text("1\n")
    (switch / "hard").write_text("0\n")
    with pytest.raises(DriverUnavailable) as raised:
        await Host(kernel.connect, tmp_path).ready(await Host(kernel.connect).find("0"))
    assert raised.value.code == "blocked"
    (tmp_path / "dev").mkdir()
    await Host(kernel.connect, tmp_path).ready(await Host(kernel.connect).find("0"))
    assert (tmp_path / "dev/rfkill").read_bytes() == bytes([0, 0, 0, 0, 2, 3, 0, 0])
    (switch / "hard").write_text("1\n")
    with pytest.raises(DriverUnavailable, match="switch on this machine"):
        await Host(kernel.connect, tmp_path).ready(await Host(kernel.connect).find("0"))


async def test_a_usb_adapter_is_replugged_and_a_soldered_one_power_cycled(kernel: Kernel, tmp_path: Path) -> None:
    host = Host(kernel.connect, tmp_path)
    adapter = await host.find("0")
    await host.remedy(adapter, Step.USB_RESET)
    assert kernel.commands.count(0x0005) == 2  # off and on
    device = tmp_path / "sys/devices/usb1/1-1/1-1:1.0"
    device.mkdir(parents=True)
    (device.parent / "authorized").write_text("1")
    link = tmp_path / "sys/class/bluetooth/hci0"
    link.mkdir(parents=True)
    (link / "device").symlink_to(device)
    (device.parent / "authorized").write_text("")
    await host.remedy(adapter, Step.USB_RESET)
    assert kernel.commands.count(0x0005) == 2
    assert (device.parent / "authorized").read_text() == "1"


async def test_where_the_user_may_not_replug_the_port_is_reset(
    kernel: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = tmp_path / "sys/devices/usb1/1-1/1-1:1.0"
    (device.parent / "authorized").mkdir(parents=True)  # which nobody can write
    device.mkdir()
    (device.parent / "busnum").write_text("1\n")
    (device.parent / "devnum").write_text("7\n")
    link = tmp_path / "sys/class/bluetooth/hci0"
    link.mkdir(parents=True)
    (link / "device").symlink_to(device)
    node = tmp_path / "dev/bus/usb/001/007"
    node.parent.mkdir(parents=True)
    node.touch()
    host = Host(kernel.connect, tmp_path)
    adapter = await host.find("0")
    await host.remedy(adapter, Step.USB_RESET)
    assert kernel.commands.count(0x0005) == 2  # a file is no port: off and on instead
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(
        "fcntl.ioctl", lambda port, request: asked.append((str(Path(f"/proc/self/fd/{port}").readlink()), request))
    )
    await host.remedy(adapter, Step.USB_RESET)
    assert asked == [(str(node), 0x5514)]
    assert kernel.commands.count(0x0005) == 2


async def test_power_that_rfkill_forbids_is_said(kernel: Kernel) -> None:
    kernel.powered, kernel.rfkilled = False, True
    with pytest.raises(DriverUnavailable) as raised:
        async with driver(kernel).open():
            pass
    assert raised.value.code == "blocked"


async def test_a_deaf_better_source_loses_to_one_that_hears(kernel: Kernel) -> None:
    """Two sources on two kernels: the first opens and hears nothing, the second is where the shop is."""
    other = Kernel()
    named = KernelSource(other.connect)
    named.name = SourceName.ACTIVE
    sources: dict[SourceName, Callable[[], Source]] = {
        SourceName.MANAGEMENT: lambda: KernelSource(kernel.connect),
        SourceName.ACTIVE: lambda: named,
    }
    ble = BleDriver(
        Device.parse("hci:0"),
        name="counter",
        clock=FastClock(),
        host=Host(kernel.connect, Path("/nowhere")),
        sources=sources,
        probe_s=2.0,
    )
    async with AsyncExitStack() as stack:
        stack.callback(other.close)
        await stack.enter_async_context(crowd(other, (VISITOR, PHONE)))
        heard = await stack.enter_async_context(ble.open())
        await anext(heard)
        assert ble.state.source == "active"
        assert ble.state.tried == {"management": "silent"}
