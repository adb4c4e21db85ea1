"""The page's line to the daemon: whoever does not answer is left, and nothing of the attempt stays open."""

import asyncio
from pathlib import Path

import pytest

from commissioning import link


async def test_a_daemon_that_says_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "PATIENCE_S", 0.2)
    asked, left = asyncio.Event(), asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        asked.set()
        await reader.read()
        left.set()
        writer.close()

    async with await asyncio.start_unix_server(mute, tmp_path / "control.sock"):
        with pytest.raises(link.Away):
            await link.Link(tmp_path).ask({"ask": "status"})
        asking = asyncio.create_task(link.Link(tmp_path).ask({"ask": "status"}))
        async with asyncio.timeout(10):
            await left.wait()
            left.clear()
            asked.clear()
            await asked.wait()
            asking.cancel()
            await left.wait()
