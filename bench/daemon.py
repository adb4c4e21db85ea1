"""The whole daemon on a clip at real speed: start, memory, processor, bytes to the broker and to the disk."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench._machine import show
from cli.trial import embedded_broker
from mqtt.subscriber import Message, subscribed


def main(argv: list[str]) -> int:
    """Run the daemon once and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m bench daemon", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("examples/clip.toml"))
    parser.add_argument("--camera", help="device of every camera (file:clip.mp4); else as configured")
    parser.add_argument("--models", help="folder with the models")
    parser.add_argument("--seconds", type=float, default=120.0, help="stop after this long if the clip has not ended")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    show(asyncio.run(_measure(options)), options.json)
    return 0


async def _measure(options: argparse.Namespace) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        async with embedded_broker() as port, subscribed("127.0.0.1", port, "passerby/#") as messages:
            seen: list[tuple[float, Message]] = []
            listening = asyncio.create_task(_listen(messages, seen))
            began = time.monotonic()
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "daemon.main", str(options.config), *_sets(options, Path(folder), port)
            )
            figures = await _watch(child, options.seconds)
            await asyncio.sleep(1)
            listening.cancel()
        written = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
    reports = [message for _, message in seen if message.topic.endswith("/report")]
    births = [at for at, message in seen if message.topic.endswith("/birth")]
    first = [at for at, message in seen if message.topic.endswith("/report")]
    return {
        **figures,
        "seconds_to_birth": round(births[0] - began, 2) if births else None,
        "seconds_to_first_report": round(first[0] - began, 2) if first else None,
        "reports": len(reports),
        "report_bytes": sum(len(json.dumps(message.payload, separators=(",", ":"))) for message in reports),
        "state_bytes": written,
        "counted": _counted(reports),
    }


def _sets(options: argparse.Namespace, folder: Path, port: int) -> list[str]:
    sets: dict[str, Any] = {
        "mqtt.broker": f"mqtt://127.0.0.1:{port}",
        "mqtt.protocol": "3.1.1",
        "mqtt.start_spread": 0,
        "box.state": str(folder / "state"),
        "box.run": str(folder / "run"),
        "box.log": "warning",
    }
    if options.camera:
        sets["cameras.*.device"] = options.camera
    if options.models:
        sets["models.directory"] = options.models
    return [part for key, value in sets.items() for part in ("--set", f"{key}={json.dumps(value)}")]


async def _watch(child: asyncio.subprocess.Process, limit: float) -> dict[str, object]:
    """Sample the daemon (its decoder child counted apart) every half second until it ends or `limit` is over."""
    process = psutil.Process(child.pid)
    began, rss, cpu, decoder = time.monotonic(), [0], 0.0, 0.0
    times_s = [0.0]
    while child.returncode is None and time.monotonic() - began < limit:
        try:
            held = process.memory_info().rss
            if held == 0:  # it has ended and nobody has taken note yet
                break
            rss.append(held)
            times_s.append(time.monotonic() - began)
            times = process.cpu_times()
            cpu = times.user + times.system
            decoder = max(decoder, sum(sum(one.cpu_times()[:2]) for one in process.children()))
        except psutil.NoSuchProcess:
            break
        await asyncio.sleep(0.5)
    ran = time.monotonic() - began
    if child.returncode is None:
        child.terminate()
    await child.wait()
    return {
        "ran_s": round(ran, 1),
        "exit": child.returncode,
        "rss_peak_mb": round(max(rss) / 2**20, 1),
        "rss_last_mb": round(rss[-1] / 2**20, 1),
        **_growth(times_s, rss),
        "cpu_s": round(cpu, 2),
        "cpu_share_of_a_core": round(cpu / ran, 3),
        "decoder_cpu_s": round(decoder, 2),
    }


def _growth(seconds: list[float], rss: list[int]) -> dict[str, float]:
    """Memory a quarter of the run after the start, and the slope from there to the end (least squares)."""
    at, held = np.array(seconds), np.array(rss) / 2**20
    settled = at >= at[-1] / 4
    if settled.sum() < 10:
        return {}
    slope = float(np.polyfit(at[settled] / 3600, held[settled], 1)[0])
    return {"rss_settled_mb": round(float(held[settled][0]), 1), "rss_slope_mb_an_hour": round(slope, 2)}


async def _listen(messages: Any, seen: list[tuple[float, Message]]) -> None:
    async for message in messages:
        seen.append((time.monotonic(), message))  # noqa: PERF401 - read while this still waits


def _counted(reports: list[Message]) -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    for report in reports:
        for line in report.payload.get("lines", []):
            total = totals.setdefault(line["line"], {"in": 0, "out": 0})
            total["in"] += line["in"]
            total["out"] += line["out"]
    return totals
