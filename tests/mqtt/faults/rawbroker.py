"""A broker that misbehaves on purpose: it speaks just enough MQTT 5 to accept, and answers publishes as it is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

CONNECT, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, DISCONNECT = 1, 3, 4, 8, 9, 12, 14
HANG_UP = -1
SILENCE = -2


@dataclass(slots=True)
class RawBroker:
    """`answer(payload)` is a reason code, SILENCE or HANG_UP; `payloads` are the acknowledged publishes of reports.

    `grants` are the properties of its CONNACK, `packets` all that it got: kind and body.
    """

    answer: Callable[[bytes], int]
    grants: bytes = b""
    port: int = 0
    payloads: list[bytes] = field(default_factory=list)
    packets: list[tuple[int, bytes]] = field(default_factory=list)
    connections: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, until it or we hang up."""
        self.connections += 1
        try:
            while await self._packet(reader, writer):
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _packet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        (head,) = await reader.readexactly(1)
        body = await reader.readexactly(await _varint(reader))
        kind = head >> 4
        self.packets.append((kind, body))
        if kind == CONNECT:
            writer.write(bytes([0x20, 3 + len(self.grants), 0, 0, len(self.grants)]) + self.grants)
        elif kind == PINGREQ:
            writer.write(bytes([0xD0, 0]))
        elif kind == PUBLISH and head & 6:
            return self._publish(body, writer)
        return kind != DISCONNECT

    def _publish(self, body: bytes, writer: asyncio.StreamWriter) -> bool:
        end = 2 + int.from_bytes(body[:2], "big")
        mid, payload = body[end : end + 2], body[end + 3 + body[end + 2] :]
        code = 0 if not body[2:end].endswith(b"report") else self.answer(payload)
        if code == HANG_UP:
            return False
        if code != SILENCE:
            writer.write(bytes([PUBACK << 4, 3, *mid, code]))
        if code == 0 and body[2:end].endswith(b"report"):
            self.payloads.append(payload)
        return True


async def _varint(reader: asyncio.StreamReader) -> int:
    value = shift = 0
    while True:
        (byte,) = await reader.readexactly(1)
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value


@asynccontextmanager
async def raw_broker(answer: Callable[[bytes], int], grants: bytes = b"") -> AsyncIterator[RawBroker]:
    """A running one on a free port of loopback."""
    broker = RawBroker(answer, grants)
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    broker.port = server.sockets[0].getsockname()[1]
    try:
        yield broker
    finally:
        server.close()


@asynccontextmanager
async def black_hole(port: int) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A forwarder to `port`: while its event is set it keeps every connection open and moves nothing."""
    swallow = asyncio.Event()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                while swallow.is_set():  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, up_writer), pump(up_reader, writer))

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], swallow
    finally:
        server.close()
