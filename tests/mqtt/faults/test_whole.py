"""The whole daemon, killed at random times while it looks, counts and publishes: nothing that it stored is lost."""

import multiprocessing
import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.mqtt.backend import Backend, Tally
from tests.mqtt.faults.conftest import Tell
from tests.mqtt.mosquitto import Mosquitto

pytestmark = [pytest.mark.broker, pytest.mark.timeout(3600)]

KILLS = [pytest.param(3, marks=pytest.mark.table), pytest.param(200, marks=pytest.mark.faults)]
SPEED = 6
BELIEVED_LATER = 12
"""A window a second waits for its acknowledgement to be five seconds old."""
CONFIG = """
[box]
site = "shop"
id = "box1"
state = "{state}"
run = "{state}/run"
speed = {speed}.0
log = "error"
timezone = "{zone}"
[window]
seconds = {seconds}
checkpoint = 5.0
[mqtt]
broker = "mqtt://127.0.0.1:{port}"
start_spread = 0
[cameras.floor]
device = "sim:?hour=12&hours=11&begins={begins}"
model = "simulated_people_320x180_int8"
fps = 8.0
[lines.door]
camera = "floor"
points = [[0.588, 0.496], [0.385, 0.496]]
[lines.exit]
camera = "floor"
points = [[0.332, 0.496], [0.224, 0.496]]
"""


def run(config: Path) -> None:
    """A box's process."""
    from daemon.main import main

    sys.argv = ["passerbyd", str(config)]
    main()


def morning() -> str:
    """A time zone in which it is four in the morning, so that no local day ends while the test runs."""
    behind = (datetime.now(UTC).hour - 4) % 24
    return f"Etc/GMT+{behind}" if behind <= 12 else f"Etc/GMT-{24 - behind}"


def stored(state: Path) -> tuple[str, int, int]:
    """The report stream's store and last number, and how many messages wait, as the box's own file says."""
    with closing(sqlite3.connect(state / "outbox.sqlite")) as db:
        store, seq = db.execute("SELECT store, seq FROM streams WHERE topic = 'report'").fetchone()
        (rows,) = db.execute("SELECT count(*) FROM messages").fetchone()
    return str(store), int(seq), int(rows)


def counted(reports: list[dict[str, Any]]) -> tuple[int, int]:
    """Persons in the windows, and in the day's totals of the last one; both ways over all lines."""
    last = max(reports, key=lambda report: int(report["seq"]))
    windows = sum(line["in"] + line["out"] for report in reports for line in report.get("lines", []))
    return windows, sum(line["day_in"] + line["day_out"] for line in last["lines"])


@pytest.mark.parametrize("kills", KILLS)
def test_the_whole_daemon_killed_at_random_times_loses_nothing_that_it_stored(
    tmp_path: Path, tell: Tell, kills: int
) -> None:
    chance = random.Random(17)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["daemon.main", "daemon.simulated", "cv2", "ai_edge_litert.interpreter"])
    state = tmp_path / "state"
    mosquitto = Mosquitto(tmp_path / "m")
    mosquitto.start()
    config = tmp_path / "box.toml"
    begins = int(time.time()) - 1800
    values = {"state": state, "zone": morning(), "port": mosquitto.port, "begins": begins}
    config.write_text(CONFIG.format(speed=SPEED, seconds=SPEED, **values))
    try:
        with Backend(mosquitto.port) as backend:
            for trial in range(kills + 1):
                before = len(backend.messages)
                child = context.Process(target=run, args=(config,))
                child.start()
                if trial < kills:
                    backend.until(lambda start=before: len(backend.messages) > start, 30)  # type: ignore[misc]
                    time.sleep(chance.uniform(0.0, 4.0))
                    os.kill(child.pid or 0, signal.SIGKILL)
                else:
                    backend.until(lambda start=before: len(backend.messages) > start, 30)  # type: ignore[misc]
                    assert backend.until(lambda: bool(backend.of("report")), 300), (
                        "no life was long enough for a report"
                    )
                    assert backend.until(lambda: stored(state)[2] <= BELIEVED_LATER, 300)
                    child.terminate()
                child.join(60)
                assert child.exitcode == (0 if trial == kills else -signal.SIGKILL)
            store, last, waiting = stored(state)
            everything = {(store, seq) for seq in range(1, last + 1)}
            backend.until(lambda: everything <= set(backend.arrivals()), 20)
            tally = Tally.of(everything, backend.arrivals())
            reports = {report["seq"]: report for report in backend.documents("report")}
    finally:
        for left in multiprocessing.active_children():
            left.kill()
        mosquitto.kill()
    windows, day = counted(list(reports.values()))
    note = f"{tally.duplicated / kills:.1f} again a kill; {windows} crossings, day's totals {day}"
    tell("kill -9 of the whole daemon", kills, tally, note)
    assert waiting == 0
    assert (tally.lost, tally.out_of_order) == (0, 0)
    assert windows == day, "what the windows say and what the day says is the same, whatever was killed"
