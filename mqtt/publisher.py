"""The only code that talks to the broker: it drains the outbox, keeps the box's state known, and never gives up.

    publisher = Publisher(broker, topics, documents, pace, form=Form.JSON, ears={Topic.ACTION: act})
    await publisher.run(outbox)      until cancelled; then it says `offline` itself and leaves
    publisher.refresh()              state and health have changed: say them now
    publisher.reply(...)             an answer to an action; publisher.retain(...) for `reported`
    publisher.stats()                for `passerby status`

`published` is told every topic and payload that was handed to the network: the ledger.

What is stored goes out by the courier. `Documents` are asked for what is said at once and not stored: birth and state
at every connection, live and health at their intervals.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import monotonic

from mqtt.advice import UNHEARD, Advice, Move
from mqtt.broker import Broker
from mqtt.codec import Form
from mqtt.connection import Connection, Ended, Hello, Inbound, Refused
from mqtt.courier import Courier
from mqtt.dial import connect
from mqtt.herald import Documents, Herald
from mqtt.outbox import Outbox, OutboxStalled, OutboxUnavailable
from mqtt.pace import PATIENT, Pace
from mqtt.topics import SAID, Topic, Topics

log = logging.getLogger(__name__)

_FAREWELL_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherStats:
    """The publisher now; `advice` is why it is not connected, nothing moves or nobody listens; None: all is well."""

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
        self._courier = Courier(topics, self._pace, form, published)

    # --- what the daemon calls

    async def run(self, outbox: Outbox) -> None:
        """Publish until cancelled."""
        await asyncio.sleep(random.uniform(0, self._pace.spread))
        attempt = 0
        while True:
            before = self._courier.carried.acknowledged
            try:
                ended = await self._session_with(outbox)
                attempt = 0 if self._courier.carried.acknowledged > before else attempt + 1
            except Refused as refusal:
                self._courier.away()
                ended = Ended(refusal.advice, by_peer=False)
                attempt += 1
                was_five, self._five = self._five, self._broker.five and not (self._five and refusal.version)
                if was_five and not self._five:
                    continue
            # Some brokers hang up on whom they refuse; why they refused is the news, not that they hung up.
            why = self._courier.refusal
            advice = why if why and ended.by_peer and ended.code is None else ended.advice
            if advice != self._advice:
                log.warning("mqtt: %s: %s", advice.word, advice.remedy)
            self._advice = advice
            await asyncio.sleep(self._delay(attempt, advice))

    def refresh(self) -> None:
        """State, health or live figures have changed: say them now."""
        self._herald.refresh()

    def hasten(self) -> None:
        """Hold no window back any more: the box is about to stop."""
        self._courier.hasten()

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
        carried = self._courier.carried
        return PublisherStats(
            connected=self._connection is not None,
            session=self._session,
            protocol="5" if self._five else "3.1.1",
            advice=self._advice or (UNHEARD if self._courier.unheard else None),
            in_flight=len(self._courier.flight.sent),
            sent=carried.sent,
            acknowledged=carried.acknowledged,
            refused=carried.refused,
            reconnects=max(0, self._reconnects),
            ack_seconds=carried.ack_seconds,
        )

    # --- one connection

    def _delay(self, attempt: int, advice: Advice) -> float:
        return self._pace.jitter(max(attempt, PATIENT) if advice.move is Move.WAIT else attempt)

    async def _session_with(self, outbox: Outbox) -> Ended:
        self._session += 1
        self._courier.clear()
        hello = Hello(
            client_id=self._topics.box,
            will_topic=self._topics.of(Topic.STATE),
            will=self._herald.documents.state(self._session, True),
            content_type=self._form.value,
            listen=tuple(self._ears),
        )
        courier = self._courier
        connection = await connect(self._broker, hello, five=self._five, on_ack=courier.acked, on_message=self._heard)
        self._connection, self._advice = connection, None
        self._reconnects += 1
        log.info("mqtt: connected, session %d, MQTT %s", self._session, "5" if self._five else "3.1.1")
        try:
            ended = await self._serve(connection, outbox)
        except asyncio.CancelledError:
            await self._farewell(connection)
            courier.trust()
            raise
        finally:
            self._connection = None
            courier.end(outbox)
        courier.accuse(ended)
        return ended

    async def _serve(self, connection: Connection, outbox: Outbox) -> Ended:
        try:
            await self._courier.begin(connection.granted.receive_maximum, outbox)
            return await self._talk(connection, outbox)
        except* (OutboxStalled, OutboxUnavailable):
            connection.abort(Advice("outbox", "the outbox cannot be read: see its own state"))
        return await connection.ended

    async def _talk(self, connection: Connection, outbox: Outbox) -> Ended:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(connection.keep_alive(), name="mqtt keepalive"),
                group.create_task(self._watch(connection), name="mqtt watchdog"),
                group.create_task(self._courier.drain(connection, outbox), name="mqtt drain"),
                group.create_task(self._courier.collect(outbox, self._refused), name="mqtt acknowledged"),
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
                await self._courier.flight.empty()
        except TimeoutError:
            log.warning("mqtt: left with %d messages unacknowledged; they stay stored", len(self._courier.flight.sent))
        await connection.close()

    async def _watch(self, connection: Connection) -> None:
        """A broker that acknowledges nothing is as good as gone, however open its socket is."""
        while True:
            await asyncio.sleep(min(1.0, self._pace.stall / 4))
            if monotonic() - self._courier.flight.oldest() > self._pace.stall:
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
            self._courier.flight.took_off(mid, [])

    def _refused(self, advice: Advice) -> None:
        self._advice = advice

    def _heard(self, inbound: Inbound) -> None:
        ear = self._ears.get(inbound.topic)
        if ear is not None:
            ear(inbound)
