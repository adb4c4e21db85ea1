"""What the rig's Bluetooth tests share: five devices in the air, and the driver as the supervisor runs it."""

import asyncio
import json
import os
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from drivers.base import Device, DriverUnavailable
from drivers.ble.driver import BleDriver
from tests.fakes.clock import FastClock
from tests.rig.devices import Adapter

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


def record(name: str, figures: object) -> None:
    """Keep figures where `python -m bench ble --rig` finds them."""
    file = Path(os.environ["PASSERBY_RIG_RESULTS"]) / "ble.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.write_text(json.dumps({**known, name: figures}), encoding="utf-8")


def speak(adapter: Adapter) -> None:
    """The five devices, ten adverts a second each."""
    for address, data in SAID.items():
        adapter.advertise(address, bytes.fromhex(data), -65, per_second=10)


async def chatter(adapter: Adapter) -> None:
    """The five devices, their strength wandering as people walk."""
    strength = random.Random(1)
    speak(adapter)
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
