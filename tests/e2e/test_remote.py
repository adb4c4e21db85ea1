"""A backend configures and asks a whole box, over a real broker: applied, refused, taken back, answered, replayed."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from tests.mqtt.backend import Backend
from tests.mqtt.mosquitto import Mosquitto

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]

CONFIG = """
[box]
site = "shop"
id = "box1"
state = "{state}"
run = "{state}/run"
[window]
seconds = 1
[mqtt]
broker = "mqtt://127.0.0.1:{port}"
start_spread = 0
[cameras.floor]
device = "sim:"
model = "simulated_people_320x180_int8"
fps = 1.0
[lines.door]
camera = "floor"
points = [[0.588, 0.496], [0.385, 0.496]]
"""
TOPIC = "passerby/1/shop/box1/"
SAFE = 90.0


@contextlib.asynccontextmanager
async def running(folder: Path, port: int) -> AsyncIterator[None]:
    config = folder / "box.toml"
    config.write_text(CONFIG.format(state=folder / "state", port=port))
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "daemon.main", str(config))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        assert await child.wait() == 0


async def seen(backend: Backend, what: Callable[[], Any]) -> Any:
    """What a subscriber comes to see, which is waited for."""
    await asyncio.to_thread(backend.until, lambda: bool(what()), SAFE)
    found = what()
    assert found, backend.documents("reported") + backend.documents("reply")
    return found


def configured(backend: Backend, outcome: str, version: int) -> list[dict[str, Any]]:
    said = [one for one in backend.documents("reported") if one.get("desired") == version]
    return [one for one in said if one["outcome"] == outcome]


def desire(backend: Backend, version: int, **settings: str) -> None:
    rows = [{"key": key.replace("__", "."), "value": value} for key, value in settings.items()]
    backend.publish(TOPIC + "desired", json.dumps({"version": version, "settings": rows}).encode(), retain=True)


def ask(backend: Backend, action: str, number: str, seconds: float = 60, correlation: bytes = b"c") -> None:
    properties: Any = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.ResponseTopic = f"backend/replies/{number}/reply"
    properties.CorrelationData = correlation
    document = {"id": number, "action": action, "expires": int(time.time() + seconds)}
    backend.publish(TOPIC + "action", json.dumps(document).encode(), properties=properties)


async def test_a_box_is_configured_and_asked_from_afar(tmp_path: Path) -> None:
    mosquitto = Mosquitto(tmp_path / "m")
    mosquitto.start()
    try:
        with Backend(mosquitto.port, "#") as backend:
            async with running(tmp_path, mosquitto.port):
                await seen(backend, lambda: backend.documents("report"))
                desire(backend, 1, window__seconds="2", lines__exit='{camera="floor", points=[[0.3, 0.5], [0.2, 0.5]]}')
                (applied, *_) = await seen(backend, lambda: configured(backend, "applied", 1))
                assert applied["applied"] == 1
                await seen(backend, lambda: [r for r in backend.documents("report") if r["seconds"] == 2])
                assert {line["line"] for line in backend.documents("report")[-1]["lines"]} == {"door", "exit"}
                assert backend.documents("birth")[-1]["config"] == applied["config"]

                desire(backend, 2, window__seconds="0", privacy__floor="1")
                (refused, *_) = await seen(backend, lambda: configured(backend, "refused", 2))
                assert refused["applied"] == 1
                assert "window.seconds" in [error["key"] for error in refused["errors"]]

                desire(backend, 3, cameras__floor__model='"no_such_model"')
                (back, *_) = await seen(backend, lambda: configured(backend, "rolled_back", 3))
                assert (back["applied"], back["config"]) == (1, applied["config"])
                assert [error["key"] for error in back["errors"]] == ["camera.floor"]

                for number in ("one", "two", "one"):
                    ask(backend, "preflight", number, correlation=number.encode())
                ask(backend, "diagnostics", "three")
                ask(backend, "reset_totals", "late", seconds=-1)
                await seen(backend, lambda: len(backend.of("reply")) >= 5)
                reports = len(backend.of("report"))
                await seen(backend, lambda: len(backend.of("report")) > reports + 1)
        replies = [
            (message[0].split("/")[-2], json.loads(message[1]), getattr(properties, "CorrelationData", None))
            for message, properties in zip(backend.messages, backend.properties, strict=True)
            if message[0].endswith("/reply")
        ]
        said = [(topic, reply["id"], reply["result"], reply.get("reason"), data) for topic, reply, data in replies]
        assert said == [
            ("one", "one", "done", None, b"one"),
            ("two", "two", "done", None, b"two"),
            ("one", "one", "refused", "replayed", b"one"),
            ("three", "three", "done", None, b"c"),
            ("late", "late", "refused", "expired", b"c"),
        ]
        assert {check["check"] for check in replies[0][1]["checks"]} >= {"camera.floor", "disk", "outbox"}
        assert replies[3][1]["health"][0]["outbox_rows"] >= 0
        seqs = [document["seq"] for document in backend.documents("report")]
        assert sorted(set(seqs)) == list(range(1, max(seqs) + 1)), "no window was lost over the restarts"
    finally:
        mosquitto.kill()
