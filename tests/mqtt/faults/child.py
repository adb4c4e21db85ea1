"""A box in a process of its own, to be killed: it stores as fast as it can and says each number once it is stored."""

import asyncio
import os
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from mqtt.broker import Broker
from mqtt.outbox import Outbox, open_outbox
from mqtt.publisher import Publisher
from tests.mqtt.box import FAST, TOPICS, documents, window


@dataclass(frozen=True, slots=True)
class Orders:
    """Where to store, where to publish, and how many messages to store before only draining."""

    path: Path
    broker: str
    count: int


def live(orders: Orders, pipe: Connection) -> None:
    """Run until killed, or until everything is stored and drained."""
    asyncio.run(_live(orders, pipe))


async def _live(orders: Orders, pipe: Connection) -> None:
    async with open_outbox(orders.path, group_s=0.03) as outbox:
        publisher = Publisher(Broker.of_url(orders.broker), TOPICS, documents(), FAST)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(publisher.run(outbox), name="publisher")
            await _store(orders.count, outbox, pipe)
            while outbox.stats().rows:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            task.cancel()


async def _store(count: int, outbox: Outbox, pipe: Connection) -> None:
    async def one(number: int) -> None:
        seq = await outbox.put(window(number))
        (store,) = [stream.store for stream in await outbox.streams() if stream.topic == "report"]
        os.write(pipe.fileno(), f"{store} {seq}\n".encode())

    for start in range(0, count, 50):
        await asyncio.gather(*(one(number) for number in range(start, min(count, start + 50))))
