"""A way to a broker that can be shut, so that a test says who reaches a broker first after it was killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from mqtt.advice import of_error
from mqtt.broker import Broker
from mqtt.publisher import Publisher
from tests.mqtt.backend import Backend
from tests.mqtt.box import until
from tests.mqtt.mosquitto import Mosquitto, free_port

REFUSED = of_error(ConnectionRefusedError())


class Way:
    """The same broker by another port, `broker`. While shut it refuses, as the port of a dead broker does."""

    def __init__(self, broker: Broker) -> None:
        self._port = broker.port
        self.broker = replace(broker, port=free_port())
        self._server: asyncio.Server | None = None
        self._carrying: set[asyncio.Task[Any]] = set()

    async def open(self) -> None:
        """Carry whoever comes."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.broker.port)

    def shut(self) -> None:
        """Refuse whoever comes; who is on the way goes on."""
        assert self._server is not None
        self._server.close()

    async def end(self) -> None:
        """Nobody is on the way any more."""
        self.shut()
        for task in self._carrying:
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        writers = [writer]
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._port)
            writers.append(back)
            await asyncio.gather(_carry(reader, back), _carry(there, writer))
        except ConnectionError:
            pass
        finally:
            for one in writers:
                one.close()
            self._carrying.discard(task)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def way(broker: Broker) -> AsyncIterator[Way]:
    """An open one."""
    found = Way(broker)
    await found.open()
    try:
        yield found
    finally:
        await found.end()


@asynccontextmanager
async def killed(mosquitto: Mosquitto, backend: Backend, way: Way, publisher: Publisher) -> AsyncIterator[None]:
    """The broker is dead, and the box has noticed; afterwards the backend has subscribed before `way` is open again.

    What a broker acknowledges while nobody listens is lost to everybody, unless it keeps the listener's session. One
    that hangs up and is there again at once has been sent poison, as far as a box can tell.
    """
    way.shut()
    mosquitto.kill()
    yield
    await asyncio.to_thread(backend.gone)
    assert await until(lambda: publisher.stats().advice == REFUSED, 30)
    mosquitto.start()
    await asyncio.to_thread(backend.ready)
    await way.open()
