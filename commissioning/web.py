"""A web server for one page: small requests, whole answers, streams of events; for a few browsers at a time."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import h11

log = logging.getLogger(__name__)

LONGEST = 256 * 1024
"""Bytes of a request's body; a longer one is refused."""
PATIENCE_S = 30.0
"""Seconds that a browser may think between two requests of a connection, and take for one."""
MOST = 32
"""Connections at a time; one more is hung up on."""
ALWAYS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)


@dataclass(frozen=True, slots=True)
class Request:
    """What a browser asks, and from which address: header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    peer: str = ""

    def document(self) -> dict[str, Any]:
        """The body as a JSON object. Raises Refused."""
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise Refused(400, "the body must be a JSON object")
        return found


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer."""

    status: int = 200
    kind: str = "application/json"
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = field(default=())


Stream: TypeAlias = AsyncGenerator[str, None]
"""Lines of JSON, sent as server-sent events."""

Answer = Callable[[Request], Awaitable[Response | Stream]]


class Refused(Exception):
    """What is asked is not done, with the HTTP status and a sentence for the person who sees it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


def told(document: object, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """A document as an answer."""
    return Response(status, body=json.dumps(document, separators=(",", ":")).encode(), headers=headers)


@asynccontextmanager
async def listening(answer: Answer, port: int, host: str = "127.0.0.1") -> AsyncIterator[asyncio.Server]:
    """Serve `answer`, on loopback where no other host is named; port 0 is any. Raises OSError."""
    conversations: set[asyncio.Task[None] | None] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.add(asyncio.current_task())
        try:
            if len(conversations) <= MOST:
                await _converse(_Browser(reader, writer), answer)
        except (ConnectionError, TimeoutError) as error:
            log.debug("a browser went away: %s", type(error).__name__)
        except asyncio.CancelledError:  # at the end only; streams of Python 3.11 would report it as an error
            log.debug("a conversation ends with the page")
        finally:
            conversations.discard(asyncio.current_task())
            writer.close()

    server = await asyncio.start_server(accept, host, port)
    try:
        yield server
    finally:
        server.close()
        ending = [task for task in conversations if task is not None]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)


async def _converse(browser: "_Browser", answer: Answer) -> None:
    while True:
        answered: Response | Stream
        try:
            async with asyncio.timeout(PATIENCE_S):
                request = await browser.request()
            if request is None:
                return
            answered = await answer(request)
        except h11.RemoteProtocolError:
            answered = told({"error": "This is no request that a browser makes."}, 400)
        except Refused as refusal:
            answered = told({"error": refusal.why}, refusal.status)
        if isinstance(answered, Response):
            await browser.whole(answered)
        else:
            async with aclosing(answered) as stream:
                await browser.stream(stream)
        if not browser.again():
            return


class _Browser:
    """One connection, as h11 understands it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._peer: str = writer.get_extra_info("peername")[0]
        self._h11 = h11.Connection(h11.SERVER)

    async def request(self) -> Request | None:
        """The next request; None when there is none any more. Raises h11.RemoteProtocolError, Refused when too long."""
        asked, body = await self._next(), b""
        if not isinstance(asked, h11.Request):
            return None
        while isinstance(part := await self._next(), h11.Data):
            body += part.data
            if len(body) > LONGEST:
                raise Refused(413, "That is more than a page has to say.")
        headers = {name.decode("ascii"): value.decode("latin-1") for name, value in asked.headers}
        return Request(asked.method.decode("ascii"), asked.target.decode("latin-1"), headers, body, self._peer)

    async def whole(self, answer: Response) -> None:
        """Send an answer."""
        own = (("Content-Type", answer.kind), ("Content-Length", str(len(answer.body))))
        self._send(h11.Response(status_code=answer.status, headers=[*own, *ALWAYS, *answer.headers]))
        self._send(h11.Data(data=answer.body))
        self._send(h11.EndOfMessage())
        await self._writer.drain()

    async def stream(self, lines: Stream) -> None:
        """Send events until there are no more, or the browser is gone."""
        self._send(h11.Response(status_code=200, headers=[("Content-Type", "text/event-stream"), *ALWAYS]))
        await self._writer.drain()
        async for line in lines:
            self._send(h11.Data(data=b"data: " + line.encode() + b"\n\n"))
            await self._writer.drain()
        self._send(h11.EndOfMessage())
        await self._writer.drain()

    def again(self) -> bool:
        """Whether the connection can carry another request."""
        if self._h11.our_state is not h11.DONE or self._h11.their_state is not h11.DONE:
            return False
        self._h11.start_next_cycle()
        return True

    async def _next(self) -> object:
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            self._h11.receive_data(await self._reader.read(65536))
        return event

    def _send(self, event: h11.Response | h11.Data | h11.EndOfMessage) -> None:
        self._writer.write(self._h11.send(event) or b"")
