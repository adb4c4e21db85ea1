"""Carries the outbox's messages over whichever connection there is; deletes none before its arrival is believed.

What goes out is QoS 1, in order within a topic, at most `Pace.window` (and the broker's Receive Maximum) in flight.
What a broker refuses is tried again, alone, and becomes a dead letter when it is that message and nothing else.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, time

from events import DropReason
from mqtt.advice import NO_SUBSCRIBERS, Advice, Move, of_code
from mqtt.codec import Form, merge
from mqtt.connection import Connection, Ended
from mqtt.flight import Belief, Flight
from mqtt.outbox import Keep, Outbox, Row
from mqtt.pace import PATIENT, Bucket, Gate, Pace
from mqtt.suspects import Suspects
from mqtt.topics import SAID, Topic, Topics

log = logging.getLogger(__name__)

_PACKET_OVERHEAD = 64


@dataclass(slots=True)
class Carried:
    """How many messages were sent, acknowledged and refused, and how long the last acknowledgement took (s)."""

    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    ack_seconds: float | None = None


class Courier:
    """One box's messages on their way. `published` is told every topic and payload that the network took."""

    def __init__(self, topics: Topics, pace: Pace, form: Form, published: Callable[[str, bytes], None]) -> None:
        self._topics, self._pace, self._form, self._published = topics, pace, form, published
        self._belief = Belief(pace.settle)
        self._gate = Gate(random.uniform(0, pace.phase), pace.windows, pace.hold)
        self._suspects = Suspects()
        self.flight = Flight()
        self.carried = Carried()
        self.refusal: Advice | None = None
        """Why the broker refused a message on this connection."""
        self.unheard = False
        """Whether the broker had nobody to give the last message to that it acknowledged on this connection."""

    # --- one connection after the other

    def clear(self) -> None:
        """A connection is going to be tried: nothing is in flight."""
        self.flight, self.refusal, self.unheard = Flight(), None, False

    async def begin(self, limit: int, outbox: Outbox) -> None:
        """There is a connection on which `limit` may be in flight: everything that has not arrived goes again."""
        await outbox.again()
        if (guilty := self._suspects.sentence()) is not None:
            await self._bury(guilty, DropReason.POISONED, outbox)
        self.flight.open(min(self._pace.window, limit))

    def away(self) -> None:
        """The broker cannot be reached."""
        self._suspects.away()

    def end(self, outbox: Outbox) -> None:
        """The connection is gone: what was acknowledged just now may not have been written, and goes again."""
        self._settle(outbox)
        self._belief.doubt()

    def accuse(self, ended: Ended) -> None:
        """See in how a connection ended whether a message was to blame."""
        self._suspects.accuse(ended, self.flight)

    def hasten(self) -> None:
        """Hold no window back any more: the box is about to stop."""
        self._gate.swing()
        self.trust()
        self.flight.news.set()

    def trust(self) -> None:
        """From now on what is acknowledged is believed at once."""
        self._belief.seconds = 0.0

    # --- draining

    async def drain(self, connection: Connection, outbox: Outbox) -> None:
        """Send what is stored, for ever."""
        bucket = Bucket(self._pace.messages, self._pace.bytes)
        ready: deque[Row] = deque()
        while True:
            await self.flight.unpaused()
            ready.extendleft(reversed(self.flight.again()))
            if not ready:
                least = Keep.DETAIL if self._gate.open(outbox.stats().by_keep.get("count", 0)) else Keep.ALERT
                ready += await outbox.batch(max(1, self._pace.window * self._pace.windows), least)
            if not ready:
                await self._gate.wait(outbox)
                continue
            await self.flight.room(alone=self._suspects.careful > 0)
            rows = self._next(ready)
            payload = rows[0].payload if len(rows) == 1 else self._merged(rows)
            await bucket.take(len(payload))
            limit = connection.granted.maximum_packet
            if limit is not None and len(payload) + _PACKET_OVERHEAD + len(self._topics.of(Topic.REPORT)) > limit:
                await self._too_large(rows, outbox)
                continue
            self._send(connection, rows, payload)

    def _next(self, ready: deque[Row]) -> list[Row]:
        """One row; or, in columns, as many reports in a row as go into one message."""
        rows = [ready.popleft()]
        if self._form.columnar and not self._suspects.careful:
            while ready and len(rows) < self._pace.windows and ready[0].topic == rows[0].topic == Topic.REPORT:
                rows.append(ready.popleft())
        return rows

    def _merged(self, rows: Sequence[Row]) -> bytes:
        return merge(SAID[Topic(rows[0].topic)].event, [row.payload for row in rows], self._form)

    async def _too_large(self, rows: list[Row], outbox: Outbox) -> None:
        if len(rows) == 1:
            await outbox.bury(rows, DropReason.TOO_LARGE)
        else:
            self._suspects.beware()
            self.flight.return_(rows)

    def _send(self, connection: Connection, rows: list[Row], payload: bytes) -> None:
        latest = max((row.expires or 0.0) for row in rows)
        expiry = int(latest - time()) if all(row.expires for row in rows) else None
        topic = self._topics.of(Topic(rows[0].topic))
        mid = connection.publish(topic, payload, expiry=expiry)
        if mid is not None:
            self._published(topic, payload)
            self.flight.took_off(mid, rows)
            self.carried.sent += len(rows)

    # --- arriving

    def acked(self, mid: int, code: int) -> None:
        """The broker has acknowledged or refused a packet."""
        sent = self.flight.landed(mid, code)
        if sent is not None:
            self.carried.ack_seconds = monotonic() - sent.at
            self.unheard = code == NO_SUBSCRIBERS if sent.rows else self.unheard

    async def collect(self, outbox: Outbox, refused: Callable[[Advice], None]) -> None:
        """Take what has arrived out of the outbox, for ever; `refused` is told why the broker refuses something."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._belief.due()):
                    await self.flight.news.wait()
            self.flight.news.clear()
            self._settle(outbox)
            for rows, code in self.flight.turned_away():
                self.refusal = of_code(code)
                refused(self.refusal)
                await self._refuse(rows, self.refusal, outbox)

    def _settle(self, outbox: Outbox) -> None:
        arrived = self.flight.arrived()
        self._belief.heard(arrived)
        if sure := self._belief.sure():
            outbox.done(sure)
        self.carried.acknowledged += len(arrived)
        self._suspects.acquit(arrived)

    async def _refuse(self, rows: list[Row], advice: Advice, outbox: Outbox) -> None:
        """One message may be at fault, and is tried three times; or all are, and then the box waits."""
        self.carried.refused += len(rows)
        log.warning("mqtt: the broker refuses a message: %s: %s", advice.word, advice.remedy)
        if advice.move is Move.WAIT:
            self.flight.pause(self._pace.jitter(PATIENT))
        elif len(rows) > 1:
            self._suspects.beware()
        elif self._suspects.strike(rows[0]):
            await self._bury(rows[0], DropReason.REFUSED, outbox)
            return
        self.flight.return_(rows)

    async def _bury(self, row: Row, reason: DropReason, outbox: Outbox) -> None:
        log.error("mqtt: message %d of %s goes to the dead letters: %s", row.seq, row.topic, reason)
        await outbox.bury([row], reason)
