"""A day of the whole daemon in minutes: its clock runs faster, sensors are simulated, store and broker are real.

What grows is fitted over the last three quarters of the run. Windows, tokens, checkpoints and reports come as often as
in a day; pictures come `--fps` a second of real time, so pixels are not part of what is accelerated. The simulated
camera holds the box's clock where the machine is too slow, so the hours are counted by the windows that were reported.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from bench._machine import machine, show
from cli.trial import embedded_broker
from mqtt.subscriber import subscribed
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
    parser.add_argument("--minutes", type=float, default=10.0, help="of ours")
    parser.add_argument("--fps", type=float, default=2.0, help="pictures a second of ours")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    show(asyncio.run(_measure(options)), options.json)
    return 0


async def _measure(options: argparse.Namespace) -> dict[str, object]:
    speed = options.hours * 60 / options.minutes
    reports = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shelf.csv").write_text(f"gtin,sku,antenna\n{gtin14(1)},assam,1\n{gtin14(2)},oolong,1\n")
        async with embedded_broker() as port, subscribed("127.0.0.1", port, "passerby/#") as messages:
            text = CONFIG.format(speed=speed, fps=options.fps / speed, folder=folder, port=port)
            (folder / "box.toml").write_text(text)
            child = await asyncio.create_subprocess_exec(sys.executable, "-m", "daemon.main", str(folder / "box.toml"))

            async def count() -> None:
                nonlocal reports
                async for message in messages:
                    reports += message.topic.endswith("/report")

            listening = asyncio.create_task(count())
            samples = await _sampled(child, folder / "state", options.minutes * 60)
            if child.returncode is None:
                child.terminate()
            code = await child.wait()
            listening.cancel()
    hours = reports * WINDOW_S / 3600
    return {**_told(samples, hours), "reports": reports, "exit": code, "asked_speed": speed, "machine": machine()}


async def _sampled(child: asyncio.subprocess.Process, state: Path, seconds: float) -> list[Sample]:
    process = psutil.Process(child.pid)
    began, samples = time.monotonic(), []
    while child.returncode is None and time.monotonic() - began < seconds:
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
        "rss_mb": [round(settled[:, 1].min() / 2**20, 1), round(settled[:, 1].max() / 2**20, 1)],
        **ranges,
    }
