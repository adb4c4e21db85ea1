"""A box in the simulated store, its commissioning page, and a real browser; skipped where there is no Chromium."""

import asyncio
import contextlib
import json
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from cli.trial import embedded_broker

playwright = pytest.importorskip("playwright.async_api", reason="pip install playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP shop.example 127.0.0.1"),
)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: sudo apt install chromium")


@dataclass
class Browser:
    """Chromium, what it asked whom, and what its console complained of."""

    inner: Any
    hosts: set[str | None] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    async def context(self, **options: Any) -> Any:
        """A fresh profile; see Browser.new_context of Playwright."""
        context = await self.inner.new_context(**options)
        context.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("console", self._heard)
        context.set_default_timeout(20_000)
        return context

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless browser."""
    async with playwright.async_playwright() as driver:
        inner = await driver.chromium.launch(executable_path=CHROMIUM, args=list(SWITCHES))
        try:
            yield Browser(inner)
        finally:
            await inner.close()


@dataclass
class Box:
    """A daemon in the store, which can be stopped and started, and its file."""

    file: Path
    run: Path
    port: int
    child: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the daemon and wait until it answers."""
        self.child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "daemon.main", str(self.file)),
            *("--set", f"mqtt.broker={json.dumps(f'mqtt://127.0.0.1:{self.port}')}"),
        )
        while not (self.run / "control.sock").exists():  # noqa: ASYNC110 - a file that another process makes
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Stop it in good order."""
        if self.child is not None and self.child.returncode is None:
            self.child.terminate()
            assert await self.child.wait() == 0

    async def ask(self, name: str) -> dict[str, Any]:
        """One question on the control socket."""
        reader, writer = await asyncio.open_unix_connection(self.run / "control.sock", limit=1 << 22)
        writer.write(json.dumps({"ask": name}).encode() + b"\n")
        found: dict[str, Any] = json.loads(await reader.readline())
        writer.close()
        return found


@asynccontextmanager
async def box(folder: Path, config: str) -> AsyncIterator[Box]:
    """A box with `config`, in which {folder} is replaced."""
    file = folder / "box.toml"
    file.write_text(config.replace("{folder}", str(folder)))
    async with embedded_broker() as port:
        one = Box(file, folder / "run", port)
        await one.start()
        try:
            yield one
        finally:
            await one.stop()


@asynccontextmanager
async def commission(one: Box, *options: str) -> AsyncIterator[str]:
    """`passerby commission`; its link."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", "commission", "--run", str(one.run), *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={"PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"},
    )
    assert child.stdout is not None
    printed = b""
    try:
        while not (found := re.search(rb"http://\S+\n", printed)):
            line = await child.stdout.readline()
            assert line, printed
            printed += line
        assert b"ssh -L " in printed
        yield found[0].decode().strip()
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        rest, _ = await child.communicate()
        assert child.returncode == 0, printed + rest
        assert rest.endswith(b"The page has ended.\n"), rest
