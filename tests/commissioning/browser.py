"""A page over a daemon's control socket, and a browser reduced to its requests: real sockets, nothing else."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from commissioning.guard import Guard
from commissioning.link import Link
from commissioning.routes import Routes
from commissioning.versions import Versions
from commissioning.visit import Visit
from commissioning.web import listening
from daemon.control import serve

CONFIG = """# our shop
[cameras.floor]
device = "sim:"
[cameras.back]
device = "sim:"
[lines.door]
camera = "floor" # the mat
points = [[0.6, 0.5], [0.4, 0.5]]
[wifi.box]
device = "sim:"
"""


@dataclass
class Daemon:
    """What answers on the control socket, and what it was asked."""

    asked: list[dict[str, object]] = field(default_factory=list)
    refuses: str = ""
    lines: list[dict[str, object]] = field(default_factory=list)
    anew: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, question: dict[str, object]) -> dict[str, object]:
        self.asked.append(question)
        if self.refuses:
            raise ValueError(self.refuses)
        if question["ask"] == "reread":
            self.anew.set()
        return {"again": True, "line": "door", "now": 100.0, "missed": [{"at": 95.0, "way": "in"}]}

    async def events(self, question: dict[str, object]) -> AsyncGenerator[dict[str, object], None]:
        self.anew.clear()
        yield {"watching": True}
        await self.anew.wait()

    async def door(self, question: dict[str, object]) -> AsyncGenerator[dict[str, object], None]:
        self.asked.append(question)
        if self.refuses:
            raise ValueError(self.refuses)
        yield {"open": question["camera"], "now": 0.0}
        for line in self.lines:
            yield line
        while True:
            await asyncio.sleep(0.05)
            yield {"now": 100.0}


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """What a browser says to the page at `port`."""

    port: int
    cookie: str = ""

    async def send(self, method: str, path: str, body: bytes = b"", /, **headers: str) -> Reply:
        """One request as a browser on the page makes it; headers (with _ for -) replace its own, "" leaves one out."""
        origin = f"http://127.0.0.1:{self.port}"
        sent = {"Host": f"127.0.0.1:{self.port}", "Content-Length": str(len(body)), "Connection": "close"}
        sent |= {"Cookie": self.cookie} | ({} if method == "GET" else {"Origin": origin})
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items() if value)
        return await self.raw(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)

    async def raw(self, request: bytes) -> Reply:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        return Reply(int(status.split()[1]) if status else 0, headers, body)

    async def ask(self, path: str, document: object = None) -> Reply:
        """A GET, or with a document a POST."""
        return await (
            self.send("GET", path) if document is None else self.send("POST", path, json.dumps(document).encode())
        )

    async def bring(self, token: str) -> Reply:
        """Open the link with this token."""
        reply = await self.ask("/enter", {"token": token})
        self.cookie = reply.headers.get("set-cookie", "").partition(";")[0] or self.cookie
        return reply

    async def live(self) -> AsyncGenerator[dict[str, Any], None]:
        """What a tab is told."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET /live HTTP/1.1\r\nHost: localhost:{self.port}\r\nCookie: {self.cookie}\r\n\r\n".encode())
        try:
            while (line := await reader.readline()) not in (b"", b"0\r\n"):
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])
        finally:
            writer.close()


@dataclass(kw_only=True)
class Page(Client):
    """A page that is being served, and its parts."""

    guard: Guard
    visit: Visit
    daemon: Daemon
    file: Path

    async def enter(self) -> Reply:
        """Open the printed link."""
        return await self.bring(self.guard.token)


@asynccontextmanager
async def page(folder: Path, minutes: float = 1.0) -> AsyncIterator[Page]:
    """A page whose visit is under way, and a daemon that answers it."""
    daemon, file = Daemon(), folder / "box.toml"
    file.write_text(CONFIG)
    guard, link = Guard(time.monotonic), Link(folder)
    visit = Visit(link, "floor", minutes, time.monotonic)
    answers = dict.fromkeys(("reread", "audit", "status"), daemon.answer)
    async with (
        serve(folder / "control.sock", answers, {"door": daemon.door, "events": daemon.events}),
        listening(Routes(guard, visit, link, Versions(file)).answer, 0) as server,
    ):
        looking = asyncio.create_task(visit.run())
        port = server.sockets[0].getsockname()[1]
        yield Page(port, guard=guard, visit=visit, daemon=daemon, file=file)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
