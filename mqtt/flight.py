"""What is in flight on one connection, and what has landed; it decides nothing."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from mqtt.outbox import Row


@dataclass(slots=True)
class Sent:
    """One packet in flight, sent at `at` (monotonic seconds)."""

    rows: list[Row]
    at: float


@dataclass(slots=True)
class Flight:
    """What is in flight on one connection, and what has landed since it was last asked."""

    limit: int = 1
    sent: dict[int, Sent] = field(default_factory=dict)
    _landed: list[Row] = field(default_factory=list)
    _refused: list[tuple[list[Row], int]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    freed: asyncio.Event = field(default_factory=asyncio.Event)
    trusted: bool = False
    _back: list[Row] = field(default_factory=list)
    _paused_until: float = 0.0

    def open(self, limit: int) -> None:
        """The broker allows `limit` at once."""
        self.limit = max(1, limit)

    async def room(self, *, alone: bool) -> None:
        """Return when one more may be sent."""
        while len(self.sent) >= (1 if alone else self.limit):
            self.freed.clear()
            await self.freed.wait()

    def took_off(self, mid: int, rows: list[Row]) -> None:
        """A packet was sent with these rows in it; none, for a document that is not stored."""
        self.sent[mid] = Sent(rows, monotonic())

    def landed(self, mid: int, code: int) -> Sent | None:
        """An acknowledgement; codes from 0x80 are refusals."""
        sent = self.sent.pop(mid, None)
        if sent is None:
            return None
        self.freed.set()
        if code < 0x80:
            self.trusted = True
            self._landed += sent.rows
        elif sent.rows:
            self._refused.append((sent.rows, code))
        self.news.set()
        return sent

    def arrived(self) -> list[Row]:
        """The rows that landed since the last call."""
        rows, self._landed = self._landed, []
        return rows

    def turned_away(self) -> list[tuple[list[Row], int]]:
        """What was refused since the last call, each with its reason code."""
        refused, self._refused = self._refused, []
        return refused

    def return_(self, rows: list[Row]) -> None:
        """These are to be sent again."""
        self._back += rows
        self.freed.set()

    def again(self) -> list[Row]:
        """What is to be sent again, in its order."""
        rows, self._back = sorted(self._back, key=lambda row: (-row.keep, row.id)), []
        return rows

    def pause(self, seconds: float) -> None:
        """Send nothing for a while."""
        self._paused_until = max(self._paused_until, monotonic() + seconds)

    async def unpaused(self) -> None:
        """Return when something may be sent again, as far as is known now."""
        await asyncio.sleep(max(0.0, self._paused_until - monotonic()))

    async def empty(self) -> None:
        """Return when nothing is in flight."""
        while self.sent:
            self.freed.clear()
            await self.freed.wait()

    def oldest(self) -> float:
        """When the oldest that is still in flight was sent; now, when nothing is."""
        return next((sent.at for sent in self.sent.values()), monotonic())


class Belief:
    """Acknowledgements that are too young to be relied upon: a broker that dies now may have written none of them.

    What was acknowledged is believed once its connection has outlived the acknowledgement by `seconds`, or at its
    second acknowledgement, so that connections that never last as long deliver all the same.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._young: deque[tuple[float, Row]] = deque()
        self._doubted: set[int] = set()

    def heard(self, rows: Sequence[Row]) -> None:
        """These were acknowledged just now."""
        now = monotonic()
        for row in rows:
            if row.id in self._doubted:
                self._doubted.discard(row.id)
                self._young.appendleft((float("-inf"), row))
            else:
                self._young.append((now, row))

    def due(self) -> float | None:
        """Seconds until the next is old enough, None when there is none."""
        return max(0.0, self._young[0][0] + self.seconds - monotonic()) if self._young else None

    def sure(self) -> list[Row]:
        """Those that are old enough, each once."""
        rows: list[Row] = []
        while self._young and self._young[0][0] + self.seconds <= monotonic():
            rows.append(self._young.popleft()[1])
        return rows

    def doubt(self) -> None:
        """The connection is gone: what is still young will be sent again."""
        self._doubted |= {row.id for _, row in self._young}
        self._young.clear()
