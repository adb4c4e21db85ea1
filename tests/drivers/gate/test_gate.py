"""Gates on a pseudo-terminal: whatever arrives is a pulse, a bounce is none, an unplugged line is an error."""

import asyncio
import os
import tty
from collections.abc import AsyncIterator, Callable

import pytest

from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.gate.driver import GateDriver
from observations import Pulse


class Wall:
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now()))


async def counts(pulses: AsyncIterator[Pulse], until: Callable[[list[int]], bool]) -> list[int]:
    said: list[int] = []
    async with asyncio.timeout(10):
        while not until(said):
            said.append((await anext(pulses)).count)
    return said


async def test_a_line_of_a_counter_is_one_pulse_and_a_quiet_gate_lives() -> None:
    master, slave = os.openpty()
    for end in (master, slave):
        tty.setraw(end)
    os.set_blocking(master, False)
    device = Device.parse(f"gate-serial:{os.ttyname(slave)}?baud=9600")
    async with GateDriver(device, name="entry", clock=Wall(), merge_s=0.1).open() as pulses:
        assert await counts(pulses, lambda said: 0 in said) == [0]
        for line in (b"00017\r\n", b"\x01", b"0"):
            os.write(master, line)
            os.write(master, b"\n")
            await asyncio.sleep(0.4)
        assert await counts(pulses, lambda said: 0 in said) == [1, 1, 1, 0]
        with pytest.raises(BlockingIOError):
            os.read(master, 1)
        os.close(slave)
        os.close(master)
        with pytest.raises(DriverUnavailable):
            await counts(pulses, lambda said: False)


async def test_a_gate_that_is_not_there_is_unavailable_and_a_bad_baud_a_mistake() -> None:
    with pytest.raises(DriverUnavailable):
        async with GateDriver(Device.parse("gate-serial:/dev/ttyNONE"), name="entry", clock=Wall()).open() as pulses:
            await anext(pulses)
    with pytest.raises(DriverMisconfigured):
        GateDriver(Device.parse("gate-serial:/dev/ttyUSB0?baud=fast"), name="entry", clock=Wall())
