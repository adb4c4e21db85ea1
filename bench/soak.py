"""A day of the whole daemon in half an hour: its clock runs faster, sensors are simulated, store and broker are real.

What grows is fitted over the last three quarters of the run. Windows, tokens, checkpoints and reports come as often as
in a day; pictures come `--fps` a second of real time, so pixels are not part of what is accelerated. The simulated
camera holds the box's clock where the machine is too slow, so the run lasts until the windows of so many hours were
reported, at most twice `--minutes`; exit status 1 when they were not.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from bench._machine import machine, show
from cli.trial import embedded_broker
from mqtt.subscriber import Message, subscribed
from simulation.reader.field import gtin14

CONFIG = """
[box]
site = "soak"
timezone = "UTC"
speed = {speed}
state = "{folder}/state"
run = "{folder}/run"
log = "warning"
[cameras.floor]
device = "sim:?hour=0&hours=24"
model = "simulated_people_320x180_int8"
fps = {fps}
[lines.door]
camera = "floor"
points = [[0.588, 0.496], [0.385, 0.496]]
[ble.counter]
device = "sim:?hour=0&hours=24"
[wifi.street]
device = "sim:?hour=0&hours=24"
[readers.wall]
device = "sim:?shelf=tea"
[goods]
planogram = "{folder}/shelf.csv"
[mqtt]
broker = "mqtt://127.0.0.1:{port}"
protocol = "3.1.1"
start_spread = 0.0
"""
WINDOW_S = 300
Sample = tuple[float, int, int, int, int]


def main(argv: list[str]) -> int:
    """Run the soak once and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m bench soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0, help="of the box's clock")
    parser.add_argument("--minutes", type=float, default=30.0, help="of ours")
    parser.add_argument("--fps", type=float, default=2.0, help="pictures a second of ours")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    told = asyncio.run(_measure(options))
    show(told, options.json)
    return 0 if told["exit"] == 0 and told["complete"] else 1


async def _measure(options: argparse.Namespace) -> dict[str, object]:
    speed = options.hours * 60 / options.minutes
    wanted = options.hours * 3600 // WINDOW_S - 1  # the last window is over when the store is
    heard = Reported()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shelf.csv").write_text(f"gtin,sku,antenna\n{gtin14(1)},assam,1\n{gtin14(2)},oolong,1\n")
        async with embedded_broker() as port, subscribed("127.0.0.1", port, "passerby/#") as messages:
            text = CONFIG.format(speed=speed, fps=options.fps / speed, folder=folder, port=port)
            (folder / "box.toml").write_text(text)
            child = await asyncio.create_subprocess_exec(sys.executable, "-m", "daemon.main", str(folder / "box.toml"))
            listening = asyncio.create_task(heard.listen(messages))
            samples = await _sampled(child, folder / "state", options.minutes * 120, lambda: heard.reports >= wanted)
            if child.returncode is None:
                child.terminate()
            code = await child.wait()
            listening.cancel()
    hours = heard.reports * WINDOW_S / 3600
    figures = {"reports": heard.reports, "sensors": sorted(heard.sensors), "exit": code}
    figures |= {"complete": heard.reports >= wanted, "wall_minutes": round(samples[-1][0] / 60, 1)}
    return {**_told(samples, hours), **figures, "asked_speed": speed, "machine": machine()}


@dataclass
class Reported:
    """What the broker has got: how many windows, and which sensors saw something in one."""

    reports: int = 0
    sensors: set[str] = field(default_factory=set)

    async def listen(self, messages: AsyncIterator[Message]) -> None:
        """Count until cancelled."""
        async for message in messages:
            if message.topic.endswith("/report"):
                self.reports += 1
                quality = message.payload["quality"]
                self.sensors |= {one["sensor"] for one in quality if one["seen"]}


async def _sampled(
    child: asyncio.subprocess.Process, state: Path, seconds: float, done: Callable[[], bool]
) -> list[Sample]:
    process = psutil.Process(child.pid)
    began, samples = time.monotonic(), []
    while child.returncode is None and time.monotonic() - began < seconds and not done():
        await asyncio.sleep(2)
        try:
            disk = sum(file.stat().st_size for file in state.rglob("*") if file.is_file())
            figures = process.memory_info().rss, process.num_fds(), process.num_threads(), disk
        except (psutil.NoSuchProcess, OSError):
            continue
        samples.append((time.monotonic() - began, *figures))
    return samples


def _told(samples: list[Sample], box_hours: float) -> dict[str, object]:
    """Growth an hour of the box's clock, and ranges, after the first quarter of the run."""
    settled = np.array(samples[len(samples) // 4 :], float)
    hours = settled[:, 0] / samples[-1][0] * box_hours
    slope = np.polyfit(hours, settled[:, 1] / 2**20, 1)[0]
    ranges = {
        what: [int(settled[:, column].min()), int(settled[:, column].max())]
        for column, what in ((2, "file_descriptors"), (3, "threads"), (4, "state_bytes"))
    }
    return {
        "box_hours": round(box_hours, 1),
        "rss_mb_per_box_hour": round(float(slope), 3),
        "rss_mb": [round(float(edge) / 2**20, 1) for edge in (settled[:, 1].min(), settled[:, 1].max())],
        **ranges,
    }
