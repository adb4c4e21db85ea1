"""The box's timeline: monotonic seconds for everything that is counted, wall time only for dating windows."""

import asyncio
import ctypes
import datetime
import math
import time
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from events import ClockState

BUILT = 1_763_769_600
"""2025-11-22: no box runs this code earlier, so a clock that says so has not been set since boot."""

STA_UNSYNC, STA_NANO = 0x40, 0x2000


@dataclass(frozen=True, slots=True)
class Wall:
    """What the wall clock says: epoch seconds, seconds east of UTC of the shop's time zone, and how far to trust it."""

    epoch: float
    offset: int
    state: ClockState


HELD_S = 0.005
"""Real seconds after which a sleeper looks again at a clock that may be held."""


class BoxClock:
    """Seconds since boot that never step, optionally running `speed` times faster than real time for replays.

    A simulated camera holds it, so that a machine that is too slow for `speed` gets a slower day and not a poorer one.
    """

    def __init__(self, timezone: str | None = None, speed: float = 1.0) -> None:
        self._zone = ZoneInfo(timezone) if timezone else None
        self.speed = speed
        self.origin = time.clock_gettime(time.CLOCK_BOOTTIME)
        self._epoch = time.time()
        self._since, self._at = self.origin, self.origin
        self._limit = math.inf

    def now(self) -> float:
        """Clock seconds."""
        return min(self._at + (time.clock_gettime(time.CLOCK_BOOTTIME) - self._since) * self.speed, self._limit)

    def hold(self, limit: float = math.inf) -> None:
        """Do not run beyond clock second `limit` until told another one; without one, run freely again."""
        self._at, self._since = self.now(), time.clock_gettime(time.CLOCK_BOOTTIME)
        self._limit = max(limit, self._at)

    async def sleep_until(self, at: float) -> None:
        """Sleep until clock second `at`; returns at once when it has passed."""
        while True:
            left = (at - self.now()) / self.speed
            await asyncio.sleep(max(0.0, left))
            if self.now() >= at:
                return
            if self._limit < math.inf:
                await asyncio.sleep(HELD_S)

    async def sleep(self, seconds: float) -> None:
        """Sleep for `seconds` of this clock."""
        await self.sleep_until(self.now() + seconds)

    def trusted(self) -> float | None:
        """Epoch seconds now, None while the clock is not to be trusted."""
        wall = self.wall(self.now())
        return None if wall.state is ClockState.UNSYNCED else wall.epoch

    def wall(self, at: float) -> Wall:
        """What the wall clock says at clock second `at`, judged by what it says now."""
        real = self.speed == 1.0
        epoch = time.time() + (at - self.now()) if real else self._epoch + (at - self.origin)
        offset = datetime.datetime.fromtimestamp(epoch, self._zone).astimezone(self._zone).utcoffset()
        return Wall(epoch, int(offset.total_seconds()) if offset else 0, _state(epoch))


def _state(epoch: float) -> ClockState:
    if epoch < BUILT:
        return ClockState.UNSYNCED
    return ClockState.SYNCED if _disciplined() else ClockState.HOLDOVER


class _Timex(ctypes.Structure):
    """The head of struct timex (adjtimex(2)); the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_long * 40),
    )


def _disciplined() -> bool:
    """Whether the kernel says that something keeps its clock right."""
    timex = _asked()
    return timex is not None and not timex.status & STA_UNSYNC


def offset_s() -> float | None:
    """By how much the kernel still corrects its clock; None while nothing keeps it right."""
    timex = _asked()
    if timex is None or timex.status & STA_UNSYNC:
        return None
    return int(timex.offset) / (1e9 if timex.status & STA_NANO else 1e6)


def _asked() -> _Timex | None:
    timex = _Timex()
    return timex if ctypes.CDLL(None).adjtimex(ctypes.byref(timex)) >= 0 else None
