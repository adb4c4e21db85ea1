"""A way to a broker that can be shut, so that a test says who reaches a broker first after it was killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from mqtt.broker import Broker
from tests.mqtt.backend import Backend
from tests.mqtt.mosquitto import Mosquitto


@asynccontextmanager
async def way(broker: Broker) -> AsyncIterator[tuple[Broker, asyncio.Event]]:
    """The same broker by a way that is open while the event is set."""
    is_open = asyncio.Event()
    is_open.set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await is_open.wait()
        try:
            there, back = await asyncio.open_connection("127.0.0.1", broker.port)
            await asyncio.gather(carry(reader, back), carry(there, writer))
        except ConnectionError:
            writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        yield replace(broker, port=server.sockets[0].getsockname()[1]), is_open


@asynccontextmanager
async def killed(mosquitto: Mosquitto, backend: Backend, is_open: asyncio.Event) -> AsyncIterator[None]:
    """The broker is dead; afterwards it lives, and the backend has subscribed before any box reaches it.

    What a broker acknowledges while nobody listens is lost to everybody, unless it keeps the listener's session.
    """
    is_open.clear()
    mosquitto.kill()
    yield
    await asyncio.to_thread(backend.gone)
    mosquitto.start()
    await asyncio.to_thread(backend.ready)
    is_open.set()
