"""The commissioning page: seconds to its first picture, what it costs at five pictures a second, and its size.

A daemon looks at the simulated store in real time for two spells of `--seconds`, with the page shut and open. A clip
is counted twice, shut and open.
"""

import argparse
import asyncio
import base64
import gzip
import json
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil

from bench._machine import show
from cli.trial import embedded_broker
from commissioning.routes import PAGE
from mqtt.subscriber import subscribed

STORE = """
[box]
state = "{folder}/state"
run = "{folder}/run"
[cameras.floor]
device = "sim:?hour=12"
model = "simulated_people_320x180_int8"
fps = 8.0
"""


def main(argv: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench commission", description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each spell lasts")
    parser.add_argument("--clip", type=Path, help="a clip that is counted with the page shut and open")
    parser.add_argument("--models", type=Path, help="folder with the models for the clip")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    show(asyncio.run(_measure(options)), options.json)
    return 0


async def _measure(options: argparse.Namespace) -> dict[str, object]:
    files = [file.read_bytes() for file in PAGE.iterdir()]
    figures: dict[str, object] = {
        "bundle_bytes": sum(map(len, files)),
        "bundle_gzip_bytes": sum(len(gzip.compress(file)) for file in files),
        **await _costs(options.seconds),
    }
    if options.clip:
        shut, opened = [await _counted(options, look) for look in (False, True)]
        figures |= {"clip_counted_shut": shut, "clip_counted_open": opened, "same": shut == opened}
    return figures


async def _costs(seconds: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "box.toml").write_text(STORE.format(folder=folder))
        async with embedded_broker() as port, _daemon(folder / "box.toml", port, {}) as daemon:
            await _there(folder / "run")
            await asyncio.sleep(5)
            shut = await _cpu([daemon], seconds)
            began = time.monotonic()
            async with _page(folder / "run") as (page, lines):
                first = await _picture(lines) - began
                at, pictures, sizes = time.monotonic(), 0, 0
                before = _used(daemon), _used(page)
                while time.monotonic() - at < seconds:
                    sizes += len(await _next(lines))
                    pictures += 1
                lasted = time.monotonic() - at
                used = _used(daemon) - before[0], _used(page) - before[1]
    return {
        "seconds_from_command_to_first_picture": round(first, 2),
        "pictures_a_second": round(pictures / lasted, 1),
        "picture_bytes": round(sizes / pictures),
        "daemon_cpu_shut": round(shut, 4),
        "daemon_cpu_open": round(used[0] / lasted, 4),
        "page_process_cpu": round(used[1] / lasted, 4),
    }


@asynccontextmanager
async def _daemon(config: Path, port: int, sets: dict[str, Any]) -> AsyncIterator[psutil.Process]:
    sets |= {"mqtt.broker": f"mqtt://127.0.0.1:{port}", "mqtt.protocol": "3.1.1", "mqtt.start_spread": 0}
    argv = [part for key, value in sets.items() for part in ("--set", f"{key}={json.dumps(value)}")]
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "daemon.main", str(config), *argv), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield psutil.Process(child.pid)
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()


async def _there(run: Path) -> None:
    while not (run / "control.sock").exists():  # noqa: ASYNC110 - a file that another process makes
        await asyncio.sleep(0.02)


@asynccontextmanager
async def _page(run: Path) -> AsyncIterator[tuple[psutil.Process, asyncio.StreamReader]]:
    """`passerby commission`, entered; what the tab is told."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "cli.main", "commission", "--run", str(run)), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        printed = b""
        while not (link := re.search(rb"http://127.0.0.1:(\d+)/#(\S+)\n", printed)):
            printed += await child.stdout.readline()
        host = f"127.0.0.1:{int(link[1])}"
        reader, writer = await asyncio.open_connection("127.0.0.1", int(link[1]), limit=1 << 22)
        body = json.dumps({"token": link[2].decode()})
        head = f"POST /enter HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(f"{head}{body}".encode())
        answer = (await reader.readuntil(b"\r\n\r\n")).decode()
        await reader.readexactly(2)
        cookie = re.search(r"(?i)set-cookie: ([^;]+)", answer)
        assert cookie
        writer.write(f"GET /live HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie[1]}\r\n\r\n".encode())
        yield psutil.Process(child.pid), reader
        writer.close()
    finally:
        child.terminate()
        await child.wait()


async def _next(lines: asyncio.StreamReader) -> bytes:
    """The next picture."""
    while line := await lines.readline():
        if line.startswith(b"data: ") and (coded := json.loads(line[6:]).get("picture")):
            return base64.b64decode(coded)
    raise EOFError


async def _picture(lines: asyncio.StreamReader) -> float:
    await _next(lines)
    return time.monotonic()


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _cpu(processes: list[psutil.Process], seconds: float) -> float:
    before, at = sum(map(_used, processes)), time.monotonic()
    await asyncio.sleep(seconds)
    return (sum(map(_used, processes)) - before) / (time.monotonic() - at)


async def _counted(options: argparse.Namespace, look: bool) -> dict[str, Any]:
    """What the clip's reports count in all, with or without somebody at the door."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sets: dict[str, Any] = {"box.state": f"{name}/state", "box.run": f"{name}/run"}
        sets |= {"cameras.*.device": f"file:{options.clip.resolve()}"}
        sets |= {"models.directory": str(options.models.resolve())} if options.models else {}
        async with embedded_broker() as port, subscribed("127.0.0.1", port, "passerby/#") as messages:
            totals: dict[str, int] = {}
            async with _daemon(Path("examples/clip.toml").resolve(), port, sets) as daemon:
                viewing = asyncio.create_task(_view(folder / "run")) if look else None
                async for message in messages:
                    if message.topic.endswith("/state") and message.payload.get("state") == "offline":
                        break
                    for line in message.payload.get("lines", []) if message.topic.endswith("/report") else []:
                        for way in ("in", "out"):
                            totals[f"{line['line']} {way}"] = totals.get(f"{line['line']} {way}", 0) + line[way]
                await asyncio.to_thread(daemon.wait, 30)
            if viewing is not None:
                viewing.cancel()
                await asyncio.gather(viewing, return_exceptions=True)
    return totals


async def _view(run: Path) -> None:
    await _there(run)
    async with _page(run) as (_, lines):
        while True:
            await _next(lines)
