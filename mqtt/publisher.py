"""The only code that talks to the broker: it drains the outbox, keeps the box's state known, and never gives up.

    publisher = Publisher(broker, topics, documents, pace, form=Form.JSON, ears={Topic.ACTION: act})
    await publisher.run(outbox)      until cancelled; then it says `offline` itself and leaves
    publisher.refresh()              state and health have changed: say them now
    publisher.reply(...)             an answer to an action; publisher.retain(...) for `reported`
    publisher.stats()                for `passerby status`

`published` is told every topic and payload that was handed to the network: the ledger.

What comes from the outbox is QoS 1, in order within a topic, at most `Pace.window` (and the broker's Receive Maximum)
in flight, deleted only when the broker has acknowledged it and has lived on for a moment. `Documents` are asked for
what is said at once and not stored: birth and state at every connection, live and health at their intervals.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic, time

from events import DropReason
from mqtt.advice import Advice, Move, of_code
from mqtt.broker import Broker
from mqtt.codec import Form, merge
from mqtt.connection import Connection, Ended, Hello, Inbound, Refused
from mqtt.dial import connect
from mqtt.flight import Belief, Flight
from mqtt.herald import Documents, Herald
from mqtt.outbox import Keep, Outbox, OutboxStalled, OutboxUnavailable, Row
from mqtt.pace import Bucket, Gate, Pace
from mqtt.suspects import Suspects
from mqtt.topics import SAID, Topic, Topics

log = logging.getLogger(__name__)

_PATIENT = 6
_PACKET_OVERHEAD = 64
_FAREWELL_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherStats:
    """The publisher now; `advice` is why there is no connection or why nothing moves, None while all is well."""

    connected: bool
    session: int
    protocol: str
    advice: Advice | None
    in_flight: int
    sent: int
    acknowledged: int
    refused: int
    reconnects: int
    ack_seconds: float | None


class Publisher:
    """One box's voice at one broker. All methods are for the event loop that runs it."""

    def __init__(
        self,
        broker: Broker,
        topics: Topics,
        documents: Documents,
        pace: Pace | None = None,
        *,
        form: Form = Form.JSON,
        ears: Mapping[Topic, Callable[[Inbound], None]] | None = None,
        published: Callable[[str, bytes], None] = lambda topic, payload: None,
    ) -> None:
        self._broker, self._topics = broker, topics
        self._pace, self._form = pace or Pace(), form
        self._herald = Herald(documents, self._pace)
        self._ears = {topics.of(topic): ear for topic, ear in (ears or {}).items()}
        self._five = broker.five
        self._published = published
        self._session = 0
        self._reconnects = -1
        self._connection: Connection | None = None
        self._advice: Advice | None = Advice("starting", "the first connection has not been tried yet")
        self._flight, self._belief = Flight(), Belief(self._pace.settle)
        self._gate = Gate(random.uniform(0, self._pace.phase), self._pace.windows, self._pace.hold)
        self._suspects = Suspects()
        self._sent = self._acknowledged = self._refused = 0
        self._ack_seconds: float | None = None
        self._refusal: Advice | None = None

    # --- what the daemon calls

    async def run(self, outbox: Outbox) -> None:
        """Publish until cancelled."""
        await asyncio.sleep(random.uniform(0, self._pace.spread))
        attempt = 0
        while True:
            before = self._acknowledged
            try:
                ended = await self._session_with(outbox)
                attempt = 0 if self._acknowledged > before else attempt + 1
            except Refused as refusal:
                self._suspects.away()
                ended = Ended(refusal.advice, by_peer=False)
                attempt += 1
                was_five, self._five = self._five, self._broker.five and not (self._five and refusal.version)
                if was_five and not self._five:
                    continue
            # Some brokers hang up on whom they refuse; why they refused is the news, not that they hung up.
            advice = self._refusal if self._refusal and ended.by_peer and ended.code is None else ended.advice
            if advice != self._advice:
                log.warning("mqtt: %s: %s", advice.word, advice.remedy)
            self._advice = advice
            await asyncio.sleep(self._delay(attempt, advice))

    def refresh(self) -> None:
        """State, health or live figures have changed: say them now."""
        self._herald.refresh()

    def hasten(self) -> None:
        """Hold no window back any more: the box is about to stop."""
        self._gate.swing()
        self._belief.seconds = 0.0
        self._flight.news.set()

    def retain(self, topic: Topic, payload: bytes) -> None:
        """Say a retained document now and again at each connection, until it is replaced."""
        self._herald.retain(topic, payload)

    def reply(self, request: Inbound, payload: bytes) -> bool:
        """Answer a request; False when there is no connection, and the answer is then forgotten."""
        if self._connection is None:
            return False
        topic = request.response_topic or self._topics.of(Topic.REPLY)
        mid = self._connection.reply(topic, payload, request.correlation)
        if mid is not None:
            self._published(topic, payload)
        return mid is not None

    def stats(self) -> PublisherStats:
        """The figures of this moment."""
        return PublisherStats(
            connected=self._connection is not None,
            session=self._session,
            protocol="5" if self._five else "3.1.1",
            advice=self._advice,
            in_flight=len(self._flight.sent),
            sent=self._sent,
            acknowledged=self._acknowledged,
            refused=self._refused,
            reconnects=max(0, self._reconnects),
            ack_seconds=self._ack_seconds,
        )

    # --- one connection

    def _delay(self, attempt: int, advice: Advice) -> float:
        return self._pace.jitter(max(attempt, _PATIENT) if advice.move is Move.WAIT else attempt)

    async def _session_with(self, outbox: Outbox) -> Ended:
        self._session += 1
        self._refusal = None
        self._flight = Flight()
        hello = Hello(
            client_id=self._topics.box,
            will_topic=self._topics.of(Topic.STATE),
            will=self._herald.documents.state(self._session, True),
            content_type=self._form.value,
            listen=tuple(self._ears),
        )
        connection = await connect(self._broker, hello, five=self._five, on_ack=self._acked, on_message=self._heard)
        await outbox.again()
        if (guilty := self._suspects.sentence()) is not None:
            await self._bury(guilty, DropReason.POISONED, outbox)
        self._flight.open(min(self._pace.window, connection.granted.receive_maximum))
        self._connection, self._advice = connection, None
        self._reconnects += 1
        log.info("mqtt: connected, session %d, MQTT %s", self._session, "5" if self._five else "3.1.1")
        try:
            ended = await self._serve(connection, outbox)
        except asyncio.CancelledError:
            await self._farewell(connection)
            self._belief.seconds = 0.0
            raise
        finally:
            self._connection = None
            self._settle(outbox)
            self._belief.doubt()
        self._suspects.accuse(ended, self._flight)
        return ended

    async def _serve(self, connection: Connection, outbox: Outbox) -> Ended:
        try:
            return await self._talk(connection, outbox)
        except* (OutboxStalled, OutboxUnavailable):
            connection.abort(Advice("outbox", "the outbox cannot be read: see its own state"))
        return await connection.ended

    async def _talk(self, connection: Connection, outbox: Outbox) -> Ended:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(connection.keep_alive(), name="mqtt keepalive"),
                group.create_task(self._watch(connection), name="mqtt watchdog"),
                group.create_task(self._drain(connection, outbox), name="mqtt drain"),
                group.create_task(self._collect(outbox), name="mqtt acknowledged"),
                group.create_task(self._proclaim(connection, outbox), name="mqtt herald"),
            ]
            ended = await asyncio.shield(connection.ended)
            for task in tasks:
                task.cancel()
        return ended

    async def _farewell(self, connection: Connection) -> None:
        """Wait a moment for what is in flight, say offline ourselves, and close."""
        self._say(connection, Topic.STATE, self._herald.documents.state(self._session, True))
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await self._flight.empty()
        except TimeoutError:
            log.warning("mqtt: left with %d messages unacknowledged; they stay stored", len(self._flight.sent))
        await connection.close()

    async def _watch(self, connection: Connection) -> None:
        """A broker that acknowledges nothing is as good as gone, however open its socket is."""
        while True:
            await asyncio.sleep(min(1.0, self._pace.stall / 4))
            if monotonic() - self._flight.oldest() > self._pace.stall:
                connection.abort(Advice("stalled", "the broker acknowledges nothing: it or the network is stuck"))

    async def _proclaim(self, connection: Connection, outbox: Outbox) -> None:
        await self._herald.run(self._session, await outbox.streams(), partial(self._say, connection))

    def _say(self, connection: Connection, topic: Topic, payload: bytes | None, expiry: int | None = None) -> None:
        if payload is None:
            return
        manner = SAID.get(topic)
        qos, retain = (manner.qos, manner.retain) if manner else (1, True)
        mid = connection.publish(self._topics.of(topic), payload, qos=qos, retain=retain, expiry=expiry)
        if mid is not None:
            self._published(self._topics.of(topic), payload)
        if qos and mid is not None:
            self._flight.took_off(mid, [])

    # --- draining

    async def _drain(self, connection: Connection, outbox: Outbox) -> None:
        bucket = Bucket(self._pace.messages, self._pace.bytes)
        ready: deque[Row] = deque()
        while True:
            await self._flight.unpaused()
            ready.extendleft(reversed(self._flight.again()))
            if not ready:
                least = Keep.DETAIL if self._gate.open(outbox.stats().by_keep.get("count", 0)) else Keep.ALERT
                ready += await outbox.batch(max(1, self._pace.window * self._pace.windows), least)
            if not ready:
                await self._gate.wait(outbox)
                continue
            await self._flight.room(alone=self._suspects.careful > 0)
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
            self._flight.return_(rows)

    def _send(self, connection: Connection, rows: list[Row], payload: bytes) -> None:
        latest = max((row.expires or 0.0) for row in rows)
        expiry = int(latest - time()) if all(row.expires for row in rows) else None
        topic = self._topics.of(Topic(rows[0].topic))
        mid = connection.publish(topic, payload, expiry=expiry)
        if mid is not None:
            self._published(topic, payload)
            self._flight.took_off(mid, rows)
            self._sent += len(rows)

    def _acked(self, mid: int, code: int) -> None:
        sent = self._flight.landed(mid, code)
        if sent is not None:
            self._ack_seconds = monotonic() - sent.at

    async def _collect(self, outbox: Outbox) -> None:
        """Take what was acknowledged out of the outbox, and judge what was refused."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._belief.due()):
                    await self._flight.news.wait()
            self._flight.news.clear()
            self._settle(outbox)
            for rows, code in self._flight.turned_away():
                await self._refuse(rows, of_code(code), outbox)

    def _settle(self, outbox: Outbox) -> None:
        arrived = self._flight.arrived()
        self._belief.heard(arrived)
        if sure := self._belief.sure():
            outbox.done(sure)
        self._acknowledged += len(arrived)
        self._suspects.acquit(arrived)

    async def _refuse(self, rows: list[Row], advice: Advice, outbox: Outbox) -> None:
        """One message may be at fault, and is tried three times; or all are, and then the box waits."""
        self._refused += len(rows)
        self._advice = self._refusal = advice
        log.warning("mqtt: the broker refuses a message: %s: %s", advice.word, advice.remedy)
        if advice.move is Move.WAIT:
            self._flight.pause(self._pace.jitter(_PATIENT))
        elif len(rows) > 1:
            self._suspects.beware()
        elif self._suspects.strike(rows[0]):
            await self._bury(rows[0], DropReason.REFUSED, outbox)
            return
        self._flight.return_(rows)

    async def _bury(self, row: Row, reason: DropReason, outbox: Outbox) -> None:
        log.error("mqtt: message %d of %s goes to the dead letters: %s", row.seq, row.topic, reason)
        await outbox.bury([row], reason)

    def _heard(self, inbound: Inbound) -> None:
        ear = self._ears.get(inbound.topic)
        if ear is not None:
            ear(inbound)
