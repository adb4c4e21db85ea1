"""The daemon on the product's architecture: a clip, its int8 model, and a broker that gets the truth."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from cli.trial import embedded_broker
from mqtt.subscriber import subscribed
from tests.rig.arm64 import Arm64

pytestmark = [pytest.mark.boots, pytest.mark.assets, pytest.mark.timeout(900)]

CLIP = "file:/srv/shared/assets/video/onebyone_v1-3.mp4?speed=max"


async def test_the_daemon_counts_a_clip_on_arm64(arm64: Arm64, tmp_path: Path) -> None:
    reports: list[Any] = []
    async with embedded_broker() as port, subscribed("127.0.0.1", port, "passerby/+/+/+/report") as messages:

        async def listen() -> None:
            async for message in messages:
                reports.append(message.payload)  # noqa: PERF401 - read while this still waits

        listening = asyncio.create_task(listen())
        sets = {
            "mqtt.broker": f"mqtt://127.0.0.1:{port}",
            "mqtt.protocol": "3.1.1",
            "mqtt.start_spread": 0,
            "box.state": "/srv/results/state",
            "box.run": "/tmp/run",
            "cameras.camera.device": CLIP,
            "models.directory": "/srv/shared/assets/models",
        }
        told = [part for key, value in sets.items() for part in ("--set", f"{key}={json.dumps(value)}")]
        daemon = ["python3.11", "-m", "daemon.main", "examples/clip.toml", *told]
        done = await asyncio.to_thread(arm64.run, *daemon, results=tmp_path)
        await asyncio.sleep(0.5)
        listening.cancel()
    assert done.returncode == 0, done.stderr
    counted = {"enter": [0, 0], "exit": [0, 0]}
    for line in (line for report in reports for line in report["lines"]):
        counted[line["line"]][0] += line["in"]
        counted[line["line"]][1] += line["out"]
    assert counted == {"enter": [3, 0], "exit": [0, 3]}
