"""A simulated day through the real daemon, its real drivers and a real broker, told by what a subscriber was sent."""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import psutil

from cli.trial import embedded_broker, simulated
from cli.truth import Row, beside
from mqtt.subscriber import Message, subscribed
from simulation.rehearsal import Rehearsal
from tests.mqtt.mosquitto import PROGRAM, Mosquitto

FASTEST = 20.0
"""The clock's speed at most: the camera holds it, so the day goes as fast as the machine looks at pictures. A reader's
round is 100 ms of real time on a real serial port, and after two seconds of the clock without one it counts as gone."""

_AGES_S = 1e6


@dataclass(slots=True)
class Cost:
    """What a day took: seconds of wall and of all cores for the daemon (rendering included), and its largest RSS."""

    broker: str = ""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    rss_mb: float = 0.0


async def day(
    config: Path, sets: dict[str, str], options: dict[str, str], cost: Cost, within_s: float = float("inf")
) -> AsyncIterator[tuple[Rehearsal, Message, list[Row]]]:
    """Each message of the day with the truth of its rows, of as much of it as fits into `within_s` seconds of real
    time. `cost` is filled in by the end."""
    with tempfile.TemporaryDirectory() as folder:
        async with _broker(Path(folder), cost) as port, subscribed("127.0.0.1", port, "passerby/#") as messages:
            sets = sets | {
                "box.speed": str(FASTEST),
                "mqtt.broker": json.dumps(f"mqtt://127.0.0.1:{port}"),
                "mqtt.protocol": '"3.1.1"',
                "mqtt.start_spread": "0",
                "box.state": json.dumps(f"{folder}/state"),
                "box.run": json.dumps(f"{folder}/run"),
            }
            told, known = simulated(config, sets, options, [])
            assert known is not None, "the configuration shows no simulated store"
            argv = [part for key, value in (sets | told).items() for part in ("--set", f"{key}={value}")]
            began = monotonic()
            child = await asyncio.create_subprocess_exec(sys.executable, "-m", "daemon.main", str(config), *argv)
            watching = asyncio.create_task(_watch(child.pid, cost))
            ending = asyncio.get_running_loop().call_later(min(within_s, _AGES_S), child.terminate)
            try:
                async for message in messages:
                    yield known, message, beside(known, message.topic, message.payload)
                    if message.topic.endswith("/state") and message.payload.get("state") == "offline":
                        break
                assert await child.wait() == 0, "the daemon failed"
                cost.wall_s = monotonic() - began
            finally:
                ending.cancel()
                watching.cancel()
                if child.returncode is None:
                    child.terminate()


@asynccontextmanager
async def _broker(folder: Path, cost: Cost) -> AsyncIterator[int]:
    cost.broker = "mosquitto" if PROGRAM else "amqtt"
    if not PROGRAM:
        async with embedded_broker() as port:
            yield port
        return
    mosquitto = Mosquitto(folder / "mosquitto")
    mosquitto.start()
    try:
        yield mosquitto.port
    finally:
        mosquitto.kill()


async def _watch(pid: int, cost: Cost) -> None:
    process = psutil.Process(pid)
    while True:
        try:
            times = process.cpu_times()
            cost.cpu_s = times.user + times.system
            cost.rss_mb = max(cost.rss_mb, process.memory_info().rss / 1e6)
        except psutil.NoSuchProcess:
            return
        await asyncio.sleep(1.0)
