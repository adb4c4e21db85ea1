"""How fast a box speaks: jitter against storms, a gate for windows, a bucket for the backlog."""

import asyncio
import random
from dataclasses import dataclass
from time import monotonic

from mqtt.outbox import Outbox

PATIENT = 6
"""So many failed attempts are waited for, at least, when the broker asks for patience."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast and how patiently. Times in seconds; a rate of 0 has no limit.

    `spread` delays the first connection after boot by a random part; `phase` spreads the windows of a fleet likewise.
    An acknowledgement is relied upon when its connection has outlived it by `settle`.
    `windows` CBOR reports go into one message, unless the first of them has waited for `hold`.
    """

    spread: float = 60.0
    base: float = 1.0
    cap: float = 900.0
    phase: float = 0.0
    window: int = 20
    messages: float = 20.0
    bytes: float = 64_000.0
    stall: float = 30.0
    settle: float = 5.0
    live: float = 10.0
    health: float = 900.0
    windows: int = 1
    hold: float = 3600.0

    def jitter(self, attempt: int) -> float:
        """Full jitter, so that a fleet that lost its broker at one moment does not come back at one moment."""
        return random.uniform(0, min(self.cap, self.base * 2.0 ** min(attempt, 30)))


class Gate:
    """Holds windows back, never alerts: for the box's phase, and until enough windows have come for one message."""

    def __init__(self, phase: float, windows: int, hold: float) -> None:
        self._phase, self._windows = phase, windows
        self._hold = phase + (hold if windows > 1 else 0.0)
        self._opens = 0.0
        self._enough = False
        self._was_open = True
        self._rest: asyncio.Timeout | None = None

    def open(self, waiting: int) -> bool:
        """Whether windows may go now, of which `waiting` wait."""
        if self._windows > 1 and waiting >= self._windows and not self._enough:
            self._enough = True
            self._opens = min(self._opens, monotonic() + self._phase)
        self._was_open = monotonic() >= self._opens
        return self._was_open

    def swing(self) -> None:
        """Stay open from now on: there is no later."""
        self._hold = self._opens = 0.0
        if self._rest is not None:
            self._rest.reschedule(asyncio.get_running_loop().time())

    async def wait(self, outbox: Outbox) -> None:
        """Return when something was stored, or when the gate opens; what comes first after a rest is held back."""
        resting = self._was_open
        try:
            async with asyncio.timeout(None if resting else max(0.0, self._opens - monotonic())) as self._rest:
                await outbox.wait()
        except TimeoutError:
            return
        finally:
            self._rest = None
        if resting and self._hold:
            self._opens, self._enough = monotonic() + self._hold, False


class Bucket:
    """A token bucket over messages and bytes a second, with one second's worth in stock."""

    def __init__(self, messages: float, size: float) -> None:
        self._rates = (messages, size)
        self._levels = [messages, size]
        self._at = monotonic()

    async def take(self, size: int) -> None:
        """Return when one message of `size` bytes may go."""
        now = monotonic()
        for n, (rate, cost) in enumerate(zip(self._rates, (1.0, float(size)), strict=True)):
            self._levels[n] = min(rate, self._levels[n] + rate * (now - self._at)) - cost
        self._at = now
        waits = [-level / rate for level, rate in zip(self._levels, self._rates, strict=True) if rate and level < 0]
        if waits:
            await asyncio.sleep(max(waits))
