"""`till-serial:/dev/ttyUSB1?baud=9600` and `till-tcp:127.0.0.1:10000`: a till's receipts, counted as they end.

Receives only: nothing is ever written to a serial line, and the TCP port listens on loopback and answers nothing.
"""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import cast

from drivers.base import Clock, Device, DriverMisconfigured, DriverUnavailable
from drivers.serial_line import open_line
from drivers.stream import Bounded, beside
from drivers.till.escpos import EscPos
from drivers.till.marks import Marks
from drivers.till.receipts import Receipts
from drivers.till.text import Text
from observations import Receipt

BEAT_S = 1.0
MOST_PEERS = 4
_BACKLOG = 256


class TillDriver:
    """One till, in mode `escpos` or `text`; `patterns` are those of `Marks.of`.

    While its line is up a till says `idle` once a second, so that a quiet till and a dead one differ.
    """

    def __init__(
        self,
        device: Device,
        *,
        name: str,
        clock: Clock,
        mode: str = "escpos",
        merge_s: float = 3.0,
        patterns: dict[str, str] | None = None,
    ) -> None:
        if mode not in ("escpos", "text"):
            raise DriverMisconfigured("bad_option", "mode is escpos or text")
        self._device, self._name, self._clock = device, name, clock
        self._mode, self._merge_s = mode, merge_s
        self._marks = Marks.of(patterns or {})
        self._receipts()

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Receipt]]:
        """Begin to listen. Raises DriverUnavailable or DriverMisconfigured."""
        return self._tcp() if self._device.scheme == "till-tcp" else self._serial()

    def _receipts(self) -> Receipts:
        return Receipts(Text(self._marks) if self._mode == "text" else EscPos(self._marks), self._merge_s)

    def _put(self, queue: Bounded[Receipt], receipts: Receipts, data: bytes) -> None:
        now = self._clock.now()
        for kind in receipts.feed(now, data):
            queue.put(Receipt(now, self._name, kind))

    @asynccontextmanager
    async def _serial(self) -> AsyncIterator[AsyncIterator[Receipt]]:
        baud = self._device.options.get("baud", "9600")
        if not (baud.isascii() and baud.isdigit()):
            raise DriverMisconfigured("bad_option", "baud is a whole number")
        queue: Bounded[Receipt] = Bounded(_BACKLOG)
        async with beside(self._listen(queue, int(baud)), f"till-{self._name}"):
            yield queue

    async def _listen(self, queue: Bounded[Receipt], baud: int) -> None:
        receipts = self._receipts()
        try:
            async with open_line(self._device.target, baud) as line:
                while True:
                    data = await line.read(BEAT_S)
                    self._put(queue, receipts, data)
                    queue.put(Receipt(self._clock.now(), self._name, "idle"))
        except (DriverUnavailable, DriverMisconfigured) as error:
            queue.close(error)

    @asynccontextmanager
    async def _tcp(self) -> AsyncIterator[AsyncIterator[Receipt]]:
        host, port = _loopback(self._device.target)
        queue: Bounded[Receipt] = Bounded(_BACKLOG)
        peers: set[_Peer] = set()
        try:
            server = await asyncio.get_running_loop().create_server(lambda: _Peer(peers, self._peer(queue)), host, port)
        except OSError as error:
            raise DriverUnavailable("busy", "the till's port cannot be listened on") from error
        async with server, beside(self._beat(queue, peers), f"till-{self._name}"):
            try:
                yield queue
            finally:
                for peer in tuple(peers):
                    peer.drop()

    def _peer(self, queue: Bounded[Receipt]) -> Callable[[bytes], None]:
        receipts = self._receipts()
        return lambda data: self._put(queue, receipts, data)

    async def _beat(self, queue: Bounded[Receipt], peers: "set[_Peer]") -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            for peer in peers:
                peer.say(b"")
            if peers:
                queue.put(Receipt(self._clock.now(), self._name, "idle"))


class _Peer(asyncio.Protocol):
    """One connection of a till; more than `MOST_PEERS` are closed at once."""

    def __init__(self, peers: "set[_Peer]", say: Callable[[bytes], None]) -> None:
        self._peers = peers
        self.say = say
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if len(self._peers) >= MOST_PEERS:
            self._transport.abort()
        else:
            self._peers.add(self)

    def data_received(self, data: bytes) -> None:
        if self in self._peers:
            self.say(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._peers.discard(self)

    def drop(self) -> None:
        """Close the connection now."""
        if self._transport is not None:
            self._transport.abort()


def _loopback(target: str) -> tuple[str, int]:
    host, colon, port = target.rpartition(":")
    with suppress(ValueError):
        if colon and ipaddress.ip_address(host.strip("[]")).is_loopback and 0 <= int(port) <= 65_535:
            return host.strip("[]"), int(port)
    raise DriverMisconfigured("not_loopback", "a till's port listens on this box only: till-tcp:127.0.0.1:PORT")
