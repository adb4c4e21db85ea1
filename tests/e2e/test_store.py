"""The simulated store through the whole box: rendered frames, the int8 model, the daemon, a broker, the truth."""

import time
from pathlib import Path
from typing import Any

import pytest

from cli.truth import rows
from simulation.store import Store
from tests.e2e.trial import run_box

EXAMPLE = Path("examples/store.toml")
SPEED, HOURS = 6.0, 0.13


@pytest.mark.timeout(240)
async def test_the_box_counts_who_comes_and_goes_and_says_when_its_camera_was_gone(tmp_path: Path) -> None:
    began = int(time.time())
    store = Store(seed=5, origin=began, hour=12, hours=HOURS)
    device = f"sim:?seed=5&hour=12&hours={HOURS}&begins={began}&fault=340"
    trial = await run_box(EXAMPLE, tmp_path, **{"cameras.*.device": device}, box__speed=SPEED, window__seconds=60)
    assert trial.code == 0, trial.printed.decode()
    reports: list[Any] = trial.of("report")
    clear = [one for one in reports if one["start"] > began and one["start"] + 60 < began + 330]
    doors = [row for one in clear for row in rows(store, one) if row["line"] in ("door", "exit")]
    people = sum(row["in"] + row["out"] for row in doors)
    assert people >= 6
    assert sum(abs(row["in_error"]) + abs(row["out_error"]) for row in doors) <= max(2, people // 8)
    lost = [one["quality"][0] for one in reports if one["start"] < began + 370 and one["start"] + 60 > began + 340]
    assert any(one["seen"] < 0.9 and one["reason"] == "sensor_failed" for one in lost)
    states: list[Any] = trial.of("state")
    assert [one["state"] for one in states] == ["online", "degraded", "online", "offline"]
