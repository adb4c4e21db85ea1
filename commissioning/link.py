"""The daemon as the page sees it: questions on the control socket, and the door, line by line; it keeps nothing."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

LONGEST = 4 << 20
"""Bytes of one answer: a picture in base64 is well under it."""
PATIENCE_S = 5.0
ANEW_S, AGAIN_S = 30.0, 0.1
"""Seconds in which the daemon has begun anew, and between two looks whether it has."""


class Away(Exception):
    """Nobody answers on the control socket."""


class Declined(Exception):
    """The daemon answers that it will not, and why."""


class Link:
    """The control socket in the directory `run`."""

    def __init__(self, run: Path) -> None:
        self._path = run / "control.sock"

    async def ask(self, question: dict[str, object]) -> dict[str, Any]:
        """One question, one answer. Raises Away, Declined."""
        lines = self.watch(question)
        try:
            return json.loads(await anext(lines))  # type: ignore[no-any-return]
        except StopAsyncIteration:
            raise Away from None
        finally:
            await lines.aclose()

    async def reread(self) -> None:
        """Let the daemon read its file, and return when it works with what that says. Raises Away, Declined."""
        async with aclosing(self.watch({"ask": "events"}, patience=ANEW_S)) as life:
            await anext(life)
            if not (await self.ask({"ask": "reread"}))["again"]:
                return
            try:
                async with asyncio.timeout(ANEW_S):
                    async for _ in life:
                        pass
            except TimeoutError:
                raise Away from None
        for _ in range(round(ANEW_S / AGAIN_S)):
            with suppress(Away):
                await self.ask({"ask": "status"})
                return
            await asyncio.sleep(AGAIN_S)
        raise Away

    async def watch(self, question: dict[str, object], patience: float = PATIENCE_S) -> AsyncGenerator[bytes, None]:
        """One question, every line that answers it, until none comes for a while. Raises Away at first, Declined."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                reader, writer = await asyncio.open_unix_connection(self._path, limit=LONGEST)
        except (OSError, TimeoutError):
            raise Away from None
        try:
            line = await _answered(reader, writer, question)
            if line.startswith(b'{"error"'):
                raise Declined(str(json.loads(line)["error"]))
            while line.endswith(b"\n"):
                yield line[:-1]
                async with asyncio.timeout(patience):
                    line = await reader.readline()
        except (ConnectionError, TimeoutError):
            return
        finally:
            writer.close()


async def _answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, question: dict[str, object]) -> bytes:
    """The first line of the answer. Raises Away."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            writer.write(json.dumps(question).encode() + b"\n")
            return await reader.readline()
    except (OSError, TimeoutError):
        raise Away from None
