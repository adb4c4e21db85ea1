"""The daemon on the product's architecture: a clip, its int8 model, and what a broker gets."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from cli.trial import embedded_broker
from drivers.camera.ffmpeg import ffmpeg_binary
from mqtt.subscriber import subscribed
from tests.assets import ASSETS
from tests.rig.arm64 import Arm64
from tests.rig.wheels import TREE

pytestmark = [pytest.mark.boots, pytest.mark.assets, pytest.mark.timeout(5400)]

CLIP = ASSETS / "video/onebyone_v1-3.mp4"
BEGINNING, WHOLE = 10, 72
"""Seconds of the clip: the first person has come in; three have, and have left. Of emulation it takes far more."""
Run = Callable[[list[str]], Awaitable[int]]


async def counted(run: Run, place: str, models: str) -> dict[str, list[int]]:
    """In and out by line, of a daemon that `run` starts; `place` is where it has its folders and the clip."""
    sums: dict[str, list[int]] = {"enter": [0, 0], "exit": [0, 0]}
    async with embedded_broker() as port, subscribed("127.0.0.1", port, "passerby/+/+/+/report") as messages:

        async def listen() -> None:
            async for message in messages:
                for line in message.payload["lines"]:
                    sums[line["line"]][0] += line["in"]
                    sums[line["line"]][1] += line["out"]

        listening = asyncio.create_task(listen())
        sets: dict[str, Any] = {
            "mqtt.broker": f"mqtt://127.0.0.1:{port}",
            "mqtt.protocol": "3.1.1",
            "mqtt.start_spread": 0,
            "box.state": f"{place}/state",
            "box.run": f"{place}/run",
            "cameras.camera.device": f"file:{place}/clip.mp4?speed=max",
            "cameras.camera.fps": 4.0,
            "models.directory": models,
        }
        told = [part for key, value in sets.items() for part in ("--set", f"{key}={json.dumps(value)}")]
        assert await run(["-m", "daemon.main", "examples/clip.toml", *told]) == 0
        await asyncio.sleep(0.5)
        listening.cancel()
    return sums


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (BEGINNING, {"enter": [1, 0], "exit": [0, 0]}),
        pytest.param(WHOLE, {"enter": [3, 0], "exit": [0, 3]}, marks=pytest.mark.minutes),
    ],
)
async def test_the_daemon_counts_a_clip_as_here(
    arm64: Arm64, tmp_path: Path, seconds: int, expected: dict[str, list[int]]
) -> None:
    cut = [
        ffmpeg_binary(),
        "-v",
        "error",
        "-t",
        str(seconds),
        "-i",
        str(CLIP),
        "-c",
        "copy",
        str(tmp_path / "clip.mp4"),
    ]
    await asyncio.to_thread(subprocess.run, cut, check=True)

    async def there(arguments: list[str]) -> int:
        began = time.monotonic()
        done = await asyncio.to_thread(arm64.run, "python3", *arguments, results=tmp_path, seconds=5000.0)
        assert done.returncode == 0, done.stderr
        print(f"{seconds} s of the clip in {time.monotonic() - began:.0f} s under qemu-user")
        return done.returncode

    async def here(arguments: list[str]) -> int:
        return await (await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=TREE)).wait()

    foreign = await counted(there, "/srv/results", "/srv/shared/assets/models")
    native = await counted(here, str(tmp_path), str(ASSETS / "models"))
    assert foreign == native == expected
