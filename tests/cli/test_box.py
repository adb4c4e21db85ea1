"""What an operator asks a running box, and a dead one: over the control socket, with exit codes for scripts."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

BOX = """
[box]
site = "shop"
state = "{0}/state"
run = "{0}/run"
[mqtt]
broker = "mqtt://127.0.0.1:9"
start_spread = 0
[cameras.door]
device = "{1}"
model = "simulated_people_320x180_int8"
[lines.door]
camera = "door"
points = [[0.567, 0.496], [0.419, 0.496]]
"""


async def passerby(*arguments: str) -> tuple[int, str, str]:
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "cli.main", *arguments, stdout=-1, stderr=-1)
    out, err = await child.communicate()
    return child.returncode or 0, out.decode(), err.decode()


@asynccontextmanager
async def box(folder: Path, device: str = "sim:") -> AsyncIterator[Path]:
    file = folder / "box.toml"
    file.write_text(BOX.format(folder, device))
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "daemon.main", str(file), stderr=-3)
    try:
        for _ in range(600):
            if (folder / "run" / "control.sock").exists():
                break
            await asyncio.sleep(0.05)
        yield folder / "run"
    finally:
        if child.returncode is None:
            child.terminate()
        assert await child.wait() == 0


async def until(run: Path, state: str) -> tuple[int, dict[str, object]]:
    """The status once the camera is in that state."""
    for _ in range(200):
        code, out, _ = await passerby("status", "--run", str(run), "--json")
        document = json.loads(out)
        if document.get("sensors") and document["sensors"][0]["state"] == state:
            return code, document
        await asyncio.sleep(0.1)
    raise AssertionError(f"the camera never was {state}: {document}")


async def test_a_box_that_runs_says_so_and_keeps_its_last_words(tmp_path: Path) -> None:
    async with box(tmp_path) as run:
        code, document = await until(run, "running")
        assert code == 0
        assert document["running"] is True
        code, out, _ = await passerby("privacy", "--run", str(run), "--json")
        assert code == 0
        assert json.loads(out)["preset"] == "strict"
        code, out, _ = await passerby("status", "--run", str(run))
        assert code == 0
        assert re.search(r"camera +door +sim: +running", out)
        assert "\x1b" not in out
    code, out, _ = await passerby("status", "--run", str(run), "--json")
    assert code == 3
    assert json.loads(out)["running"] is False
    assert json.loads(out)["sensors"][0]["name"] == "door"


async def test_a_box_whose_only_camera_cannot_work_has_failed(tmp_path: Path) -> None:
    async with box(tmp_path, "file:missing.mp4") as run:
        code, document = await until(run, "misconfigured")
        assert code == 2
        assert document["sensors"][0]["reason"] == "missing"  # type: ignore[index]


@pytest.mark.parametrize("command", ["status", "events", "privacy"])
async def test_with_no_box_every_command_says_what_to_do_and_exits_3(tmp_path: Path, command: str) -> None:
    code, out, err = await passerby(command, "--run", str(tmp_path / "run"))
    assert code == 3
    assert "start it" in " ".join((out + err).split())


async def test_a_file_that_is_wrong_stops_the_daemon_with_78_and_every_reason(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text("[window]\nseconds = 0\n[camera.a]\n")
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "daemon.main", str(file), stderr=-1)
    _, err = await child.communicate()
    assert child.returncode == 78
    assert b"window.seconds = 0" in err
    assert b"Did you mean 'cameras'?" in err
    code, _, shown = await passerby("config", "check", str(file))
    assert code == 78
    assert "window.seconds = 0" in shown
    assert "2 problems" in shown
