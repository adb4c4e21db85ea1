"""The control socket: one line of JSON asks, one line answers (or many, for what is watched). Local, never TCP."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

log = logging.getLogger(__name__)

LONGEST = 64 * 1024
"""Bytes of a question; a longer one is refused."""

Answer = Callable[[dict[str, object]], Awaitable[dict[str, object]]]
Watch = Callable[[dict[str, object]], AsyncGenerator[dict[str, object], None]]


@asynccontextmanager
async def serve(
    path: Path, answers: Mapping[str, Answer], watches: Mapping[str, Watch]
) -> AsyncIterator[asyncio.AbstractServer]:
    """Answer on `path`: {"ask": NAME, ...}. An unknown or broken question is answered with {"error": ...}."""

    conversations: set[asyncio.Task[None] | None] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.add(asyncio.current_task())
        try:
            question = _question(await reader.readline())
            name = str(question.get("ask"))
            if name in watches:
                async with aclosing(watches[name](question)) as items:
                    async for item in items:
                        await _say(writer, item)
            elif name in answers:
                await _say(writer, await answers[name](question))
            else:
                known = ", ".join(sorted([*answers, *watches]))
                await _say(writer, {"error": f"nobody answers {name!r}; there are {known}"})
        except ValueError as error:
            await _say(writer, {"error": str(error)})
        except ConnectionError:
            log.debug("a control client went away")
        except asyncio.CancelledError:  # at the end of `serve` only; streams of Python 3.11 would report it as an error
            log.debug("a conversation ends with the box")
        finally:
            conversations.discard(asyncio.current_task())
            writer.close()

    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(converse, path, limit=LONGEST)
    path.chmod(0o660)
    try:
        yield server
    finally:
        server.close()
        path.unlink(missing_ok=True)
        ending = [task for task in conversations if task is not None]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)


def _question(line: bytes) -> dict[str, object]:
    try:
        question = json.loads(line)
    except ValueError:
        raise ValueError("a question is one line of JSON") from None
    if not isinstance(question, dict):
        raise ValueError("a question is a JSON object")
    return question


async def _say(writer: asyncio.StreamWriter, item: dict[str, object]) -> None:
    writer.write(json.dumps(item, separators=(",", ":")).encode() + b"\n")
    await writer.drain()
