"""What a subscriber sees: messages of a broker on this machine, decoded. For the trial and for tests, never the box."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from mqtt.codec import decode, document
from mqtt.topics import SAID, topic_of


@dataclass(frozen=True, slots=True)
class Message:
    """One received document; where several came in one message, there is one of these for each."""

    topic: str
    payload: Any


@asynccontextmanager
async def subscribed(host: str, port: int, topics: str) -> AsyncIterator[AsyncIterator[Message]]:
    """Messages under `topics` from now on. Raises OSError when there is no broker."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Message] = asyncio.Queue()
    ready = asyncio.Event()
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv311)

    def heard(_client: Client, _data: object, message: MQTTMessage) -> None:
        for told in _documents(message):
            loop.call_soon_threadsafe(queue.put_nowait, Message(message.topic, told))

    def connected(*_: Any) -> None:
        client.subscribe(topics, 1)

    def granted(*_: Any) -> None:
        loop.call_soon_threadsafe(ready.set)

    client.on_message, client.on_connect, client.on_subscribe = heard, connected, granted
    await asyncio.to_thread(client.connect, host, port)
    client.loop_start()
    await ready.wait()

    async def messages() -> AsyncIterator[Message]:
        while True:
            yield await queue.get()

    try:
        yield messages()
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)


def _documents(message: MQTTMessage) -> list[Any]:
    topic = topic_of(message.topic)
    if topic is None or topic not in SAID:
        return [message.payload.decode("utf-8", "replace")]
    return [document(envelope) for envelope in decode(SAID[topic].event, bytes(message.payload))]
