"""The three sources on the real kernel and bluetoothd: what share of the air each hears, and how each failure ends."""

import asyncio
import ctypes
import signal
import socket
import struct
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from drivers.base import DriverUnavailable
from drivers.ble.driver import every_source
from drivers.ble.host import Host
from drivers.ble.source import Heard, SourceName
from tests.drivers.ble.rig_radio import NAMES, SAID, blocking, noticed, record, running, speak, talking
from tests.rig.devices import Adapter
from tests.rig.devices._kernel import command

pytestmark = [pytest.mark.rig, pytest.mark.timeout(400)]

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
        await asyncio.sleep(2)

        async def listen() -> None:
            async with every_source()[name]().listen(found, hear, lambda error: None):
                await asyncio.sleep(2)
                truth = Truth()
                truth.start()
                heard.clear()
                await asyncio.sleep(10)
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


@pytest.mark.parametrize("source", ["management", "active"])
async def test_an_unplugged_adapter(adapter: Adapter, source: str) -> None:
    async with running(adapter, source) as radio:
        pulled = time.monotonic()
        await blocking(adapter.unplug)
        await asyncio.sleep(3)
        seen, code = noticed(radio, pulled)
        await blocking(adapter.replug)
        back = time.monotonic()
        speak(adapter)
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


def switch(name: str) -> Path:
    """The adapter's switch in /sys/class/rfkill."""
    return next(Path("/sys/class/bluetooth", name).glob("rfkill*"))


@pytest.mark.parametrize("source", ["management", "active"])
async def test_a_radio_that_somebody_blocks_while_it_listens(adapter: Adapter, source: str) -> None:
    async with running(adapter, source) as radio:
        blocked = time.monotonic()
        (switch(adapter.name) / "soft").write_text("1", encoding="ascii")
        again = await radio.hears(blocked + 1.0)
        seen, code = noticed(radio, blocked)
    figures = {"noticed_s": seen, "as": code, "recovered_s": round(again - blocked, 2)}
    record(f"rfkill_{source}", figures)
    print(source, figures, radio.ended)
    assert code in ("powered_off", "blocked")
    assert (switch(adapter.name) / "soft").read_text(encoding="ascii") == "0\n"
