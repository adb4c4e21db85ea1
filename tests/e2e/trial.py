"""A whole box as a child process, with a broker between it and us that writes down every byte that it was sent."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cli.trial import embedded_broker
from mqtt.subscriber import Message, subscribed


@dataclass
class Trial:
    """What a box did: its messages as a subscriber saw them, the bytes it sent, what it printed, how it ended."""

    messages: list[Message] = field(default_factory=list)
    sent: bytearray = field(default_factory=bytearray)
    printed: bytes = b""
    code: int | None = None

    def outputs(self, folder: Path) -> Iterator[tuple[str, bytes]]:
        """Everything that came out of the box, by name: its files, what it printed, what it sent."""
        yield "log", self.printed
        yield "wire", bytes(self.sent)
        for file in folder.rglob("*"):
            if file.is_file():
                yield f"file {file.name}", file.read_bytes()

    def of(self, topic: str) -> list[dict[str, object]]:
        """The documents of one topic, in order."""
        return [message.payload for message in self.messages if message.topic.endswith(f"/{topic}")]


async def run_box(
    config: Path, state: Path, prelude: str = "", stop_after: float = 0.0, /, **overrides: object
) -> Trial:
    """Run the daemon on `config` until its recordings end, or for `stop_after` seconds. Overrides have __ for dots.

    `prelude` is Python that runs in the daemon's process first: to plant a leak.
    """
    trial = Trial()
    async with embedded_broker() as port, _recorder(port, trial.sent) as recorded:  # noqa: SIM117
        async with subscribed("127.0.0.1", port, "passerby/#") as messages:
            listener = asyncio.create_task(_collect(messages, trial.messages))
            sets = {
                "mqtt.broker": f"mqtt://127.0.0.1:{recorded}",
                "mqtt.protocol": "3.1.1",
                "mqtt.start_spread": 0.0,
                "box.state": str(state / "state"),
                "box.run": str(state / "run"),
                **{key.replace("__", "."): value for key, value in overrides.items()},
            }
            argv = [part for key, value in sets.items() for part in ("--set", f"{key}={json.dumps(value)}")]
            program = prelude + "\nfrom daemon.main import main\nmain()"
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", program, str(config), *argv),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=os.environ | {"TMPDIR": str(state)},
            )
            if stop_after:
                asyncio.get_running_loop().call_later(stop_after, child.terminate)
            trial.printed, _ = await child.communicate()
            trial.code = child.returncode
            await _farewell(trial)
            listener.cancel()
    return trial


async def _farewell(trial: Trial) -> None:
    """What was published last is on its way: wait for the word that the box is offline, for a while."""
    for _ in range(100):
        if any(one.get("state") == "offline" for one in trial.of("state")):
            return
        await asyncio.sleep(0.05)


async def _collect(messages: AsyncIterator[Message], into: list[Message]) -> None:
    async for message in messages:
        into.append(message)  # noqa: PERF401 - what has come by the end is read while this still waits


@asynccontextmanager
async def _recorder(port: int, sent: bytearray) -> AsyncIterator[int]:
    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray | None) -> None:
        while data := await reader.read(65536):
            if kept is not None:
                kept += data
            writer.write(data)
            await writer.drain()
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(relay(reader, up_writer, sent), relay(up_reader, writer, None), return_exceptions=True)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
