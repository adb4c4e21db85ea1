"""The simulated store through the whole box: every sensor, its real driver, the daemon, a broker, the truth."""

import time
from pathlib import Path
from typing import Any

import pytest

from cli.trial import zone
from cli.truth import rehearsal, rows
from config import load
from simulation.store import Store
from tests.e2e.trial import run_box

EXAMPLE = Path("examples/store.toml")
SPEED, HOURS = 30.0, 0.13
"""The clock waits for the camera: a slow machine takes longer and sees no less."""


@pytest.mark.timeout(240)
async def test_the_box_counts_who_comes_and_goes_and_says_which_sensor_was_gone(tmp_path: Path) -> None:
    began = int(time.time()) // 60 * 60 + 80
    store = Store(seed=5, origin=began, hour=12, hours=HOURS)
    known = rehearsal(load(EXAMPLE), store)
    story = f"seed=5&hour=12&hours={HOURS}&begins={began}"
    devices = {
        "cameras.floor.device": f"sim:?{story}&fault=340",
        "wifi.box.device": f"sim:?{story}&fault=200",
        "wifi.street.device": f"sim:?{story}",
        "ble.back.device": f"sim:?{story}&at=back",
        "ble.counter.device": f"sim:?{story}&at=counter&fault=200",
        "readers.tea.device": f"sim:?{story}&shelf=tea&fault=200",
        "readers.gate.device": f"sim:?{story}&at=exit&shelf=tea",
        "tills.one.device": f"sim:?{story}&fault=200",
    }
    trial = await run_box(
        EXAMPLE, tmp_path, **devices, box__timezone=zone(began, 12), box__speed=SPEED, window__seconds=60
    )
    assert trial.code == 0, trial.printed.decode()
    reports: list[Any] = trial.of("report")
    clear = [one for one in reports if one["start"] > began and one["start"] + 60 < began + 330]
    doors = [row for one in clear for row in rows(known, one) if row.get("line") in ("door", "exit")]
    people = sum(row["true"][way] for row in doors for way in ("in", "out"))
    assert people >= 6
    assert sum(abs(row["error"][way]) for row in doors for way in ("in", "out")) <= max(2, people // 8)
    for name, at in (("floor", 340), ("box", 200), ("counter", 200), ("tea", 200), ("one", 200)):
        around = [one for one in reports if one["start"] < began + at + 30 and one["start"] + 60 > began + at]
        lost = [sensor for one in around for sensor in one["quality"] if sensor["name"] == name]
        assert any(one["seen"] < 0.9 and one["reason"] == "sensor_failed" for one in lost), name
    sections = {section for one in reports for section, told in one.items() if told}
    assert sections >= {"devices", "phones", "service", "portals", "shelves", "staff", "tills", "zones"}
    rung = [row for one in reports for row in rows(known, one) if row["section"] == "tills"]
    receipts = sum(row["true"]["transactions"] for row in rung)
    assert receipts >= 1
    assert sum(row["true"]["transactions"] + row["error"]["transactions"] for row in rung) == receipts
    states: list[Any] = trial.of("state")
    told = [one["state"] for one in states]
    assert (told[0], told[-2:]) == ("online", ["online", "offline"])
    assert set(told[1:-2]) >= {"degraded"}
