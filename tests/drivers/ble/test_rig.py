"""The three sources on the real kernel and bluetoothd: what share of the air each hears, and how each failure ends."""

import asyncio
import ctypes
import json
import os
import random
import signal
import socket
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from drivers.base import Device, DriverUnavailable
from drivers.ble.driver import BleDriver, every_source
from drivers.ble.host import Host
from drivers.ble.source import Heard, SourceName
from tests.fakes.clock import FastClock
from tests.rig.devices import Adapter
from tests.rig.devices._kernel import command

pytestmark = [pytest.mark.rig, pytest.mark.timeout(400)]

IPHONE, ANDROID, BADGE, TAG, MAKER = (f"4A:00:00:00:00:{n:02X}" for n in range(1, 6))
SAID = {
    IPHONE: "02011a0aff4c0010050a1c2b3c4d",
    ANDROID: "0303f3fe0516f3fe4a17",
    BADGE: "0201061aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010002c5",
    TAG: "07ff4c0012020001",
    MAKER: "02010404ff750042",
}
NAMES = {IPHONE: "iphone", ANDROID: "android", BADGE: "ibeacon", TAG: "find_my", MAKER: "flags04_maker"}
REFERENCE = "ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0/1/2"
MONITOR_CHANNEL = 2


@pytest.fixture(autouse=True)
def experimental() -> Iterator[None]:
    """bluetoothd as passive scanning needs it: bookworm's has monitors only with --experimental."""
    folder = Path("/run/systemd/system/bluetooth.service.d")
    folder.mkdir(parents=True, exist_ok=True)
    lines = "[Service]\nExecStart=\nExecStart=/usr/libexec/bluetooth/bluetoothd --experimental\n"
    (folder / "rig.conf").write_text(lines, encoding="ascii")
    command("systemctl", "daemon-reload")
    yield
    (folder / "rig.conf").unlink()


class Truth:
    """What the controller really reported to the kernel, counted on the HCI monitor channel."""

    def __init__(self) -> None:
        self.reported: Counter[str] = Counter()
        self._socket = socket.socket(31, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 1)
        address = struct.pack("<HHH", 31, 0xFFFF, MONITOR_CHANNEL)
        assert ctypes.CDLL(None).bind(self._socket.fileno(), address, len(address)) == 0

    def start(self) -> None:
        asyncio.get_running_loop().add_reader(self._socket, self._readable)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _readable(self) -> None:
        with suppress(BlockingIOError):
            while True:
                frame = self._socket.recv(4096)
                if frame[:2] == b"\x03\x00" and frame[6] == 0x3E and frame[8] == 0x02:
                    self.reported[":".join(f"{byte:02X}" for byte in frame[17:11:-1])] += 1


def record(name: str, figures: object) -> None:
    """Keep figures where `python -m bench ble --rig` finds them."""
    file = Path(os.environ["PASSERBY_RIG_RESULTS"]) / "ble.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps({**known, name: figures}), encoding="utf-8")


async def chatter(adapter: Adapter) -> None:
    """The five devices, ten adverts a second each, their strength wandering as people walk."""
    strength = random.Random(1)
    for address, data in SAID.items():
        adapter.advertise(address, bytes.fromhex(data), -65, per_second=10)
    while True:
        await asyncio.sleep(0.5)
        # A controller that is being pulled by another thread takes no more orders.
        with suppress(ValueError, BrokenPipeError, AssertionError):
            for address, data in SAID.items():
                adapter.advertise(address, bytes.fromhex(data), -65 + strength.randint(-7, 7), per_second=10)


@asynccontextmanager
async def talking(adapter: Adapter) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(chatter(adapter), name="chatter")
        yield
        task.cancel()


async def patiently(attempt: Callable[[], Awaitable[None]]) -> None:
    """bluetoothd needs a moment after an adapter has appeared."""
    for _ in range(20):
        with suppress(DriverUnavailable):
            await attempt()
            return
        await asyncio.sleep(0.5)
    await attempt()


@pytest.mark.parametrize("name", list(SourceName))
async def test_the_share_that_a_source_hears(adapter: Adapter, name: SourceName) -> None:
    heard: Counter[str] = Counter()

    def hear(one: Heard) -> None:
        heard[":".join(f"{byte:02X}" for byte in one.address)] += 1

    host = Host()
    reported: Counter[str] = Counter()
    async with talking(adapter):
        found = await host.ready(await host.find(adapter.device.removeprefix("hci:")))
        await asyncio.sleep(3)

        async def listen() -> None:
            async with every_source()[name]().listen(found, hear, lambda error: None):
                await asyncio.sleep(3)
                truth = Truth()
                truth.start()
                heard.clear()
                await asyncio.sleep(15)
                truth.close()
                reported.update(truth.reported)

        await patiently(listen)
    shares = {NAMES[address]: round(heard[address] / max(1, reported[address]), 3) for address in SAID}
    total = round(heard.total() / max(1, reported.total()), 3)
    record(f"share_{name.value}", {"all": total, **shares, "reported": reported.total()})
    print(name.value, total, shares)
    assert reported.total() > 100
    if name is SourceName.MANAGEMENT:
        assert total >= 0.98
        assert min(shares.values()) >= 0.95


class Radio:
    """The driver as the supervisor runs it: opened again and again, with the time of everything."""

    def __init__(self, adapter: Adapter, source: str) -> None:
        self.driver = BleDriver(
            Device.parse(f"{adapter.device}?source={source}"),
            name="rig",
            clock=FastClock(),
            reference=REFERENCE,
            reference_s=10.0,
            probe_s=2.0,
        )
        self.heard_at = 0.0
        self.ended: list[tuple[float, str]] = []

    async def run(self) -> None:
        while True:
            try:
                async with self.driver.open() as adverts:
                    async for _ in adverts:
                        self.heard_at = time.monotonic()
            except DriverUnavailable as error:
                self.ended.append((time.monotonic(), error.code))
            await asyncio.sleep(0.5)

    async def hears(self, since: float, seconds: float = 120) -> float:
        """When something was heard after `since`."""
        async with asyncio.timeout(seconds):
            while self.heard_at <= since:  # noqa: ASYNC110  what is waited for comes from the kernel
                await asyncio.sleep(0.02)
        return self.heard_at


@asynccontextmanager
async def running(adapter: Adapter, source: str) -> AsyncIterator[Radio]:
    radio = Radio(adapter, source)
    async with talking(adapter), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(radio.run(), name="radio")
        await radio.hears(0.0)
        await asyncio.sleep(3)
        radio.ended.clear()
        yield radio
        task.cancel()


def noticed(radio: Radio, since: float) -> tuple[float | None, str]:
    return next(((round(at - since, 2), code) for at, code in radio.ended if at >= since), (None, "unaffected"))


async def blocking(call: Callable[[], object]) -> None:
    """The radio must not wait for what we do to it."""
    await asyncio.to_thread(call)


@pytest.mark.parametrize("source", ["management", "active"])
async def test_an_unplugged_adapter(adapter: Adapter, source: str) -> None:
    async with running(adapter, source) as radio:
        pulled = time.monotonic()
        await blocking(adapter.unplug)
        await asyncio.sleep(3)
        seen, code = noticed(radio, pulled)
        await blocking(adapter.replug)
        back = time.monotonic()
        for address, data in SAID.items():
            adapter.advertise(address, bytes.fromhex(data), -60, per_second=10)
        again = await radio.hears(back)
    figures = {"noticed_s": seen, "as": code, "recovered_s": round(again - back, 2)}
    record(f"unplugged_{source}", figures)
    print(source, figures)
    assert code in ("gone", "powered_off", "no_bluetoothd")
    assert seen is not None
    assert seen < 5


@pytest.mark.parametrize("source", ["management", "active"])
async def test_bluetoothd_is_restarted(adapter: Adapter, source: str) -> None:
    async with running(adapter, source) as radio:
        restarted = time.monotonic()
        await blocking(lambda: command("systemctl", "restart", "bluetooth.service"))
        again = await radio.hears(time.monotonic())
        await asyncio.sleep(3)
        await radio.hears(time.monotonic())
        seen, code = noticed(radio, restarted)
    figures = {"noticed_s": seen, "as": code, "heard_again_s": round(again - restarted, 2)}
    record(f"bluetoothd_restarted_{source}", figures)
    print(source, figures)


@pytest.mark.parametrize("source", ["management", "active"])
async def test_a_frozen_controller(adapter: Adapter, source: str) -> None:
    assert adapter._controller is not None
    async with running(adapter, source) as radio:
        frozen = time.monotonic()
        adapter._controller.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(60):
            while not radio.ended:  # noqa: ASYNC110  as above
                await asyncio.sleep(0.05)
        seen, code = noticed(radio, frozen)
        thawed = time.monotonic()
        adapter._controller.send_signal(signal.SIGCONT)
        again = await radio.hears(thawed, 200)
    figures = {"noticed_s": seen, "as": code, "recovered_s": round(again - thawed, 2)}
    record(f"controller_frozen_{source}", {**figures, "remedies": radio.driver.state.remedies})
    print(source, figures)
    assert seen is not None
    assert seen < 20
