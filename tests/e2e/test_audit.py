"""The audit in a whole box: what it has learnt outlives a kill, and a till that dies is doubted and named."""

import asyncio
import json
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bench._box import CONFIG as HARNESS
from bench._box import StoreBox
from bench.fusion import day
from cli.trial import zone
from config import load
from daemon.memory import Memory
from tests.e2e.trial import run_box

CONFIG = """
[cameras.floor]
device = "{camera}"
model = "simulated_people_320x180_int8"
fps = 5.0
[lines.door]
camera = "floor"
points = [[0.594, 0.505], [0.377, 0.505]]
[lines.exit]
camera = "floor"
points = [[0.319, 0.505], [0.203, 0.505]]
[areas.shop]
lines = ["door", "exit"]
[wifi.air]
device = "{wifi}"
gate_dbm = -80
inside_dbm = -60
near_dbm = -50
[tills.till]
device = "{till}"
[audits.shop]
area = "shop"
radio = "air"
tills = ["till"]
"""
KILLED = 3


def known(state: Path) -> dict[str, Any]:
    """What the box has written down of its audit; nothing before it did."""
    file = state / "audits.json"
    audits: dict[str, Any] = json.loads(file.read_text())["audits"]["shop"]["witnesses"] if file.exists() else {}
    return audits


def windows(state: Path) -> int:
    """How many windows of radio and till it remembers."""
    return len(known(state)["radio till"]["recent"]) if known(state) else 0


@pytest.mark.timeout(300)
async def test_a_killed_box_knows_what_it_had_learnt(tmp_path: Path) -> None:
    config = tmp_path / "box.toml"
    story = "seed=5&hour=18&hours=2"
    config.write_text(
        CONFIG.format(camera="file:none.mp4", wifi=f"sim:?{story}", till=f"sim:?{story}")
        + f"[window]\nseconds = 10\n[box]\nspeed = 10.0\nstate = '{tmp_path}/state'\nrun = '{tmp_path}/run'\n"
    )
    before, remembered = 0, []
    for _ in range(KILLED):
        child = await asyncio.create_subprocess_exec(sys.executable, "-m", "daemon.main", str(config))
        try:
            while windows(tmp_path / "state") < before + 2:
                assert child.returncode is None
                await asyncio.sleep(0.1)
        finally:
            os.kill(child.pid, signal.SIGKILL)
            await child.wait()
        before = windows(tmp_path / "state")
        remembered.append(before)
    assert remembered == sorted(remembered)
    assert remembered[0] >= 2
    assert remembered[-1] >= 2 * KILLED, "each life adds to the one before"


@pytest.mark.faults
@pytest.mark.timeout(900)
async def test_a_till_that_dies_loses_trust_and_is_named(tmp_path: Path) -> None:
    """A day of the store has taught the box; then its till prints no receipt, and camera and radio say so."""
    config, state = tmp_path / "box.toml", tmp_path / "state"
    began = int(time.time()) // 300 * 300 + 300
    story = f"seed=7001&hour=17&hours=1.5&begins={began}"
    config.write_text(CONFIG.format(camera=f"sim:?{story}", wifi=f"sim:?{story}", till=f"sim:?{story}&dull=0"))
    state.mkdir()
    taught(config, state)
    trial = await run_box(config, tmp_path, box__timezone=zone(began, 17), box__speed=40.0)
    assert trial.code == 0, trial.printed.decode()
    reports: list[Any] = trial.of("report")
    doubted = [row for report in reports for row in report["quality"] if row.get("trust") is not None]
    assert {row["sensor"] for row in doubted} == {"till"}
    assert min(row["trust"] for row in doubted if row["reason"] == "contradicted") < 0.3
    alerts: list[Any] = trial.of("alert")
    named = [(one["sensor"], one["name"], one["code"]) for one in alerts if one["kind"] == "miscalibrated"]
    assert ("till", "till", "contradicted") in named
    assert {sensor for sensor, _, code in named if code == "contradicted"} == {"till"}


@pytest.mark.faults
@pytest.mark.timeout(900)
async def test_a_camera_that_no_longer_sees_the_exit_is_unbalanced_at_closing(tmp_path: Path) -> None:
    """Something hangs over the left half of the lens: people come in by the door and never leave by the exit."""
    config = tmp_path / "box.toml"
    began = int(time.time()) // 300 * 300 + 300
    story = f"seed=7001&hour=17&hours=0.75&begins={began}"
    clock = zone(began, 17)
    opens, closes = (
        datetime.fromtimestamp(began + seconds, ZoneInfo(clock)).strftime("%H:%M") for seconds in (0, 1800)
    )
    config.write_text(
        CONFIG.format(camera=f"sim:?{story}&dull=0", wifi=f"sim:?{story}", till=f"sim:?{story}")
        + f'[hours]\nopens = "{opens}"\ncloses = "{closes}"\n'
    )
    trial = await run_box(config, tmp_path, box__timezone=clock, box__speed=40.0)
    assert trial.code == 0, trial.printed.decode()
    reports: list[Any] = trial.of("report")
    whole = [report for report in reports if began <= report["start"] < began + 2700 - 300]
    trust = {report["start"] - began: report["quality"][0].get("trust") for report in whole}
    assert all(told is None for at, told in trust.items() if at < 1800)
    closed = [report["quality"] for report in whole if report["start"] >= began + 1800]
    assert closed
    for camera, radio, till in closed:
        assert (camera["name"], camera["reason"]) == ("floor", "unbalanced")
        assert camera["trust"] < 0.8
        assert (radio.get("trust"), till.get("trust")) == (None, None)
    alerts: list[Any] = trial.of("alert")
    assert ("floor", "unbalanced") in [(one["name"], one["code"]) for one in alerts if one["kind"] == "miscalibrated"]


def taught(config: Path, state: Path) -> None:
    """What a box that counts as `config` says would have written down after a day without a fault."""
    box = StoreBox()
    assert "[audits.shop]" in HARNESS
    box.live(day(7, 0))
    Memory(box.box, state).keep()
    known = json.loads((state / "audits.json").read_text())
    same = StoreBox(config=load(config))
    Memory(same.box, state.parent).keep()
    known["audits"]["shop"]["of"] = json.loads((state.parent / "audits.json").read_text())["audits"]["shop"]["of"]
    (state / "audits.json").write_text(json.dumps(known))
