"""The control socket answers one line with one line, and survives what is no question."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from daemon.control import serve


async def status(question: dict[str, object]) -> dict[str, object]:
    return {"state": "ok", "asked": question["ask"]}


async def events(question: dict[str, object]) -> AsyncGenerator[dict[str, object], None]:
    for number in range(3):
        yield {"topic": "t", "payload": number}


async def ask(path: Path, line: bytes) -> list[dict[str, object]]:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(line)
    writer.write_eof()
    answer = [json.loads(one) for one in (await reader.read()).splitlines()]
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_question_and_a_watch_are_answered(tmp_path: Path) -> None:
    path = tmp_path / "run" / "control.sock"
    async with serve(path, {"status": status}, {"events": events}):
        assert await ask(path, b'{"ask": "status"}\n') == [{"state": "ok", "asked": "status"}]
        assert [one["payload"] for one in await ask(path, b'{"ask": "events"}\n')] == [0, 1, 2]
        assert path.stat().st_mode & 0o777 == 0o660
    assert not path.exists()


@pytest.mark.parametrize("line", [b"\n", b"nonsense\n", b"[]\n", b"{}\n", b'{"ask": "format disk"}\n', b"x" * 200_000])
async def test_what_is_no_question_gets_an_error_and_the_next_one_an_answer(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "control.sock"
    async with serve(path, {"status": status}, {}):
        (answer,) = await ask(path, line)
        assert "error" in answer
        assert await ask(path, b'{"ask": "status"}\n') == [{"state": "ok", "asked": "status"}]
