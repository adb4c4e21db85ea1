"""Cameras: CPU of a 720p stream, how soon a loss is an alert and a return a picture, what 500 failures leave behind.

python -m bench camera [--json] [--trials 20] [--seconds 20] [--failures 500]; needs the RTSP server of the tests.
"""

import argparse
import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from bench._machine import show
from bench.vision import Still
from daemon.assembly import CAMERA_CAP
from daemon.clock import BoxClock
from daemon.faults import Faults
from daemon.supervisor import supervise
from daemon.vitals import Stage, Vitals
from drivers.base import Device, DriverUnavailable
from drivers.camera.clip import ClipDriver
from drivers.camera.ffmpeg import ffmpeg_binary
from drivers.camera.rtsp import RtspDriver
from events import Code, Name, Sensor
from events.state import Cause
from observations import Frame
from tests.fakes.network_camera import NetworkCamera, missing, network_camera

HOUR_FRAMES = 36_000
AT_ONCE = 4
TRIES = 5
TRIAL_S = 120.0
"""Seconds after which a trial has failed: twice what is promised for the alert alone."""

STEPS = ("picture", "noticed", "alert", "first picture after return")

Figures = dict[str, Any]


def main(argv: list[str]) -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(prog="bench camera", description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--trials", type=int, default=20, help="of each kind of loss")
    options.add_argument("--seconds", type=float, default=20.0)
    options.add_argument("--failures", type=int, default=500)
    chosen = options.parse_args(argv)
    if reason := missing():
        print(reason)
        return 1
    show(
        {
            "720p h264, 10 pictures/s": asyncio.run(_cost("h264", 10, "all", chosen.seconds)),
            "720p h265, 10 pictures/s": asyncio.run(_cost("h265", 10, "all", chosen.seconds)),
            "720p h264, 25 pictures/s, 10 looked at": asyncio.run(_cost("h264", 25, "all", chosen.seconds)),
            "720p h264, 10 pictures/s, keys only": asyncio.run(_cost("h264", 10, "keys", chosen.seconds)),
            "lost and found": asyncio.run(_trials(chosen.trials)),
            "an hour of replay": asyncio.run(_replay()),
            f"{chosen.failures} failures": asyncio.run(_failures(chosen.failures)),
        },
        chosen.json,
    )
    return 0


def _driver(address: str, decode: str = "all") -> RtspDriver:
    return RtspDriver(Device.parse(address), name="bench", clock=BoxClock(), fps=10.0, decode=decode)


async def _cost(codec: str, fps: int, decode: str, seconds: float) -> Figures:
    """CPU of the child and of ours for one camera; the server's is not in it. A machine too busy to serve the stream
    says so instead."""
    with network_camera(codec, "1280x720", fps) as camera:
        for _ in range(TRIES):
            with suppress(DriverUnavailable):
                return await _watched(camera.address, decode, seconds)
    return {"error": "the stream stalled again and again: is the machine busy?"}


async def _watched(address: str, decode: str, seconds: float) -> Figures:
    async with _driver(address, decode).open() as frames:
        child = next(one for one in psutil.Process().children() if "ffmpeg" in one.name())
        await anext(frames)
        theirs, ours, began, count = sum(child.cpu_times()[:2]), time.process_time(), time.monotonic(), 0
        async for _ in frames:
            count += 1
            if time.monotonic() - began >= seconds:
                break
        theirs, ours = sum(child.cpu_times()[:2]) - theirs, time.process_time() - ours
        lasted = time.monotonic() - began
        return {
            "pictures/s": round(count / lasted, 1),
            "decoder, share of a core (%)": round(100 * theirs / lasted, 1),
            "daemon, share of a core (%)": round(100 * ours / lasted, 1),
            "decoder, ms a second of stream": round(1000 * theirs / lasted, 1),
            "together, ms a picture": round(1000 * (theirs + ours) / count, 2),
            "decoder RSS (MB)": round(child.memory_info().rss / 1e6),
        }


@dataclass
class Trial:
    """One loss of one camera: how many seconds each of the STEPS took, and what it waited for in vain."""

    how: str
    times: dict[str, float] = field(default_factory=dict)
    failed: str = ""


async def _trials(trials: int) -> Figures:
    """Kill and freeze cameras and bring them back, `trials` of each, a few at once, as the daemon supervises them."""
    rounds = max(1, 2 * trials // AT_ONCE)
    with ExitStack() as stack:
        cameras = [stack.enter_context(network_camera()) for _ in range(AT_ONCE)]
        told = await asyncio.gather(*(_tried(camera, rounds, n) for n, camera in enumerate(cameras)))
    return _summary(list(itertools.chain(*told)))


def _summary(rows: list[Trial]) -> Figures:
    failed = [f"{row.how}: {row.failed}" for row in rows if row.failed]
    figures: Figures = {"trials": len(rows), "failed": failed}
    for how in ("killed", "frozen"):
        for what in STEPS[1:]:
            if times := sorted(row.times[what] for row in rows if row.how == how and not row.failed):
                worst = [round(median(times), 1), round(times[-1], 1)]
                figures[f"{how}: {what} (s), median and worst of {len(times)}"] = worst
    return figures


async def _tried(camera: NetworkCamera, rounds: int, number: int) -> list[Trial]:
    vitals, clock = Vitals(Sensor.CAMERA, f"camera{number}", "rtsp:"), BoxClock()
    seen = [0.0]

    async def look(frames: AsyncIterator[Frame]) -> None:
        async for _ in frames:
            seen[0] = clock.now()

    rows = []
    work = supervise(vitals, lambda: _driver(camera.address).open(), look, clock, cap=CAMERA_CAP)
    running = asyncio.create_task(work, name=vitals.name)
    try:
        for n in range(rounds):
            rows.append(trial := Trial("killed" if (n + number) % 2 else "frozen"))
            try:
                async with asyncio.timeout(TRIAL_S):
                    if rows[:-1] and rows[-2].failed:
                        camera.kill()
                        await asyncio.to_thread(camera.start)
                    await _lose(camera, trial, vitals, clock, seen)
            except TimeoutError:
                missing = STEPS[len(trial.times)]
                trial.failed = f"no {missing} within {TRIAL_S:.0f} s: {vitals.stage} {vitals.code or ''}".strip()
            print(vitals.name, trial, file=sys.stderr)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
    return rows


async def _lose(camera: NetworkCamera, trial: Trial, vitals: Vitals, clock: BoxClock, seen: list[float]) -> None:
    faults = Faults(lambda at: at)

    def alerting() -> bool:
        lost = vitals.stage is Stage.UNAVAILABLE
        cause = Cause(code=Code(vitals.code or "failed"), sensor=vitals.sensor, name=Name(vitals.name))
        return any(alert.active for alert in faults.judge(clock.now(), [cause] if lost else []))

    began = clock.now()
    await _until(lambda: vitals.stage is Stage.RUNNING and clock.now() - seen[0] < 1)
    gone = clock.now()
    trial.times["picture"] = gone - began
    camera.kill() if trial.how == "killed" else camera.freeze()
    await _until(lambda: vitals.stage is Stage.UNAVAILABLE)
    trial.times["noticed"] = clock.now() - gone
    await _until(alerting)
    trial.times["alert"] = clock.now() - gone
    await asyncio.to_thread(camera.start) if trial.how == "killed" else camera.thaw()
    back = clock.now()
    await _until(lambda: seen[0] > back)
    trial.times["first picture after return"] = clock.now() - back


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 what is waited for is in other processes
        await asyncio.sleep(0.05)


async def _replay() -> Figures:
    """An hour of ten pictures a second, read as fast as they come."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hour.mkv"
        source = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=10", "-frames:v", str(HOUR_FRAMES)]
        command = [ffmpeg_binary(), "-v", "error", *source, "-pix_fmt", "yuv420p", "-preset", "ultrafast", str(path)]
        await (await asyncio.create_subprocess_exec(*command)).wait()
        began, count, last = time.monotonic(), 0, 0.0
        device = Device.parse(f"file:{path}?speed=max")
        async with ClipDriver(device, name="bench", clock=Still()).open() as frames:
            async for frame in frames:
                count, last = count + 1, frame.at
        took = time.monotonic() - began
        return {"pictures lost": HOUR_FRAMES - count, "last at (s)": round(last, 3), "took (s)": round(took, 1)}


async def _failures(failures: int) -> Figures:
    """Real ffmpegs that nobody answers; what this process holds after the 20th and after the last."""
    camera, me = _driver("rtsp://127.0.0.1:9/cam"), psutil.Process()
    before, began = (0, 0, 0, 0), time.monotonic()
    for n in range(failures):
        with suppress(DriverUnavailable):
            async with camera.open():
                pass
        if n == min(20, failures - 1):
            before = _held(me)
    after = _held(me)
    names = ("RSS (kB)", "threads", "descriptors", "children")
    grown = {f"{name} grown by": b - a for name, a, b in zip(names, before, after, strict=True)}
    return {**grown, "seconds each": round((time.monotonic() - began) / failures, 3)}


def _held(me: psutil.Process) -> tuple[int, int, int, int]:
    return me.memory_info().rss // 1000, me.num_threads(), me.num_fds(), len(me.children(recursive=True))
