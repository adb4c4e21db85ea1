"""Plays documents to a broker as their boxes would: same topics, QoS and retained flags; refuses to flood it."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from events import Condition, State
from mqtt.broker import Broker
from mqtt.codec import Form, encode
from mqtt.connection import Connection, Hello, Refused
from mqtt.dial import connect
from mqtt.recording import Recorded
from mqtt.topics import SAID, Topic, topic_of

IN_FLIGHT = 100
"""Most unacknowledged messages, where the broker allows as many."""


class Player:
    """One connection for a recording, made by `opened`."""

    def __init__(self, broker: Broker, first: Recorded) -> None:
        self._broker = replace(broker, session_expiry=0)
        self._first = first
        self._waiting: set[int] = set()
        self._freed = asyncio.Event()
        self._connection: Connection | None = None
        self._alive: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect with MQTT 5, or 3.1.1 where the broker has no 5. Raises Refused."""
        try:
            self._connection = await self._connect(five=self._broker.five)
        except Refused as refusal:
            if not refusal.version or not self._broker.five:
                raise
            self._connection = await self._connect(five=False)
        self._connection.ended.add_done_callback(lambda _: self._freed.set())
        self._alive = asyncio.create_task(self._connection.keep_alive(), name="keep alive")

    async def _connect(self, *, five: bool) -> Connection:
        site_box = self._first.topic.rpartition("/")[0]
        gone = State(state=Condition.OFFLINE, session=0)
        hello = Hello(
            client_id=f"replay-{site_box.rpartition('/')[2]}",
            will_topic=f"{site_box}/{Topic.STATE}",
            will=encode(gone, Form.JSON),
            content_type=Form.JSON,
        )
        return await connect(self._broker, hello, five=five, on_ack=self._acked, on_message=lambda _: None)

    async def say(self, one: Recorded) -> None:
        """Publish one document as JSON; waits while too many are in flight. Raises Refused when the broker is gone."""
        assert self._connection is not None
        topic = topic_of(one.topic)
        assert topic is not None
        said, envelope = SAID[topic], one.envelope
        payload = encode(envelope.event, Form.JSON, envelope.store, envelope.seq)
        await self._until(min(IN_FLIGHT, self._connection.granted.receive_maximum) - 1)
        number = self._connection.publish(one.topic, payload, qos=said.qos, retain=said.retain)
        if number is None:
            raise Refused(self._connection.ended.result().advice)
        if said.qos:
            self._waiting.add(number)

    async def finish(self) -> None:
        """Return when everything has been acknowledged. Raises Refused when the broker is gone before."""
        await self._until(0)

    async def close(self) -> None:
        """Say goodbye."""
        if self._alive is not None:
            self._alive.cancel()
            with suppress(asyncio.CancelledError):
                await self._alive
        if self._connection is not None:
            await self._connection.close()

    def _acked(self, number: int, code: int) -> None:
        self._waiting.discard(number)
        self._freed.set()

    async def _until(self, most: int) -> None:
        assert self._connection is not None
        ended = self._connection.ended
        while len(self._waiting) > most or ended.done():
            if ended.done():
                raise Refused(ended.result().advice)
            self._freed.clear()
            await self._freed.wait()
