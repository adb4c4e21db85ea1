"""A display beside the door, over a real broker: who is there now, also for who subscribes after the box has gone."""

import asyncio
import contextlib
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.assets import ASSETS
from tests.mqtt.backend import Backend
from tests.mqtt.mosquitto import Mosquitto

pytestmark = [pytest.mark.broker, pytest.mark.assets, pytest.mark.timeout(240)]

CONFIG = """
[box]
site = "shop"
id = "box1"
state = "{state}"
run = "{state}/run"
[models]
directory = "{assets}/models"
[mqtt]
broker = "mqtt://127.0.0.1:{port}"
start_spread = 0
[cameras.door]
device = "file:{assets}/video/onebyone_v1-3.mp4?loop=1"
fps = 4.0
[cameras.gone]
device = "file:{state}/nothing.mp4"
[zones.table]
camera = "door"
corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
[zones.dark]
camera = "gone"
corners = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
"""
OFTENER = "import daemon.voice; daemon.voice.LIVE_S = 0.2; from daemon.main import main; main()"
TOPIC = "passerby/1/shop/box1/live"


def persons(document: dict[str, Any]) -> dict[str, int | None]:
    return {row["zone"]: row.get("persons") for row in document["zones"]}


async def test_who_is_there_now_and_what_was_last_known(tmp_path: Path) -> None:
    mosquitto = Mosquitto(tmp_path / "m")
    mosquitto.start()
    config = tmp_path / "box.toml"
    config.write_text(CONFIG.format(state=tmp_path / "state", assets=ASSETS, port=mosquitto.port))
    try:
        with Backend(mosquitto.port, "passerby/1/+/+/live") as backend:
            child = await asyncio.create_subprocess_exec(sys.executable, "-c", OFTENER, str(config))
            try:
                await asyncio.to_thread(
                    backend.until, lambda: {0, 1} <= {persons(one)["table"] for one in backend.documents("live")}, 120.0
                )
            finally:
                with contextlib.suppress(ProcessLookupError):
                    child.terminate()
                assert await child.wait() == 0
            said = backend.documents("live")
        assert {0, 1} <= {persons(one)["table"] for one in said}
        assert {persons(one)["dark"] for one in said} == {None}
        assert all(abs(one["at"] - time.time()) < 300 for one in said)
        with Backend(mosquitto.port, TOPIC) as display:
            await asyncio.to_thread(display.until, lambda: bool(display.documents("live")), 30.0)
            (kept,) = display.documents("live")
        assert kept["at"] >= said[-1]["at"]
        assert set(persons(kept)) == {"table", "dark"}
    finally:
        mosquitto.kill()
