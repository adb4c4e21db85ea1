"""`gate-serial:/dev/serial/by-id/...?baud=9600`: a gate's or a beam's pulses; it receives only and keeps no byte.

Whatever arrives is a pulse, and what follows it within `merge_s` belongs to it: a relay board that sends a character, a
counter that sends a line with its total and a bouncing contact are the same.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from drivers.base import Clock, Device, DriverMisconfigured, DriverUnavailable
from drivers.serial_line import open_line
from drivers.stream import Bounded, beside
from observations import Pulse

BEAT_S = 1.0
_BACKLOG = 256


class GateDriver:
    """One gate or beam. While its line is up it says once a second that nothing happened (`count` 0)."""

    def __init__(self, device: Device, *, name: str, clock: Clock, merge_s: float = 0.3) -> None:
        self._device, self._name, self._clock, self._merge_s = device, name, clock, merge_s
        baud = device.options.get("baud", "9600")
        if not (baud.isascii() and baud.isdigit()):
            raise DriverMisconfigured("bad_option", "baud is a whole number")
        self._baud = int(baud)

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Pulse]]:
        """Begin to listen. Raises DriverUnavailable or DriverMisconfigured."""
        return self._opened()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[AsyncIterator[Pulse]]:
        queue: Bounded[Pulse] = Bounded(_BACKLOG)
        async with beside(self._listen(queue), f"gate-{self._name}"):
            yield queue

    async def _listen(self, queue: Bounded[Pulse]) -> None:
        last = float("-inf")
        try:
            async with open_line(self._device.target, self._baud) as line:
                while True:
                    heard = await line.read(BEAT_S)
                    now = self._clock.now()
                    pulse = bool(heard) and now - last > self._merge_s
                    last = now if heard else last
                    if pulse or not heard:
                        queue.put(Pulse(now, self._name, int(pulse)))
        except (DriverUnavailable, DriverMisconfigured) as error:
            queue.close(error)
