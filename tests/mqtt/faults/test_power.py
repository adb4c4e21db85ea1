"""The whole daemon on a medium whose power is cut: how many seconds of counts are lost, and nothing that was stored."""

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.mqtt.backend import Backend, Tally
from tests.mqtt.faults.conftest import Tell
from tests.mqtt.faults.medium import Disk
from tests.mqtt.faults.test_whole import CONFIG, morning, run, stored
from tests.mqtt.mosquitto import Mosquitto

pytestmark = [pytest.mark.broker, pytest.mark.faults, pytest.mark.timeout(3600)]

CUTS = 20
WINDOW_S = 10
MOST_LOST_S = 5.0


def run_alone(config: Path) -> None:
    """A box's process, before all others: seconds are asked of a box that has its machine to itself, as boxes have."""
    os.setpriority(os.PRIO_PROCESS, 0, -15)
    run(config)


def covered_until(reports: list[dict[str, Any]]) -> float:
    """Until when (epoch seconds) the counts have arrived: the end of what the last window's camera saw of it."""
    return max(float(report["start"] + report["seconds"] * report["quality"][0]["seen"]) for report in reports)


def test_a_power_cut_costs_at_most_five_seconds_of_counts(tmp_path: Path, tell: Tell) -> None:
    """A window is seen from its start: what it saw less than its time until the cut was lost with the power."""
    chance = random.Random(23)
    disk = Disk(tmp_path / "image", tmp_path / "disk")
    mosquitto = Mosquitto(tmp_path / "m")
    mosquitto.start()
    config = tmp_path / "box.toml"
    values = {"state": disk.folder, "zone": morning(), "port": mosquitto.port, "begins": int(time.time()) - 1800}
    config.write_text(
        CONFIG.format(speed=1, seconds=WINDOW_S, **values).replace(f"{disk.folder}/run", f"{tmp_path}/run")
    )
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["daemon.main", "daemon.simulated", "cv2", "ai_edge_litert.interpreter"])
    child = context.Process(target=run_alone, args=(config,))
    lost: list[float] = []
    cut = 0.0
    try:
        with Backend(mosquitto.port) as backend:
            for trial in range(CUTS + 1):
                births = len(backend.of("birth"))
                child.start()
                assert backend.until(lambda births=births: len(backend.of("birth")) > births, 180)  # type: ignore[misc]
                if trial:
                    store, last, _ = stored(disk.folder)
                    kept = {(store, seq) for seq in range(1, last + 1)}
                    assert backend.until(lambda all=kept: all <= set(backend.arrivals()), 180)  # type: ignore[misc]
                    lost.append(cut - covered_until([one for one in backend.documents("report") if one["start"] < cut]))
                if trial < CUTS:
                    time.sleep(chance.uniform(1.2, 2.5) * WINDOW_S)
                    cut = time.time()
                    disk.cut()
                os.kill(child.pid or 0, signal.SIGKILL)
                child.join(60)
                child = context.Process(target=run_alone, args=(config,))
                disk.unmount()
                disk.mount()
            arrivals = backend.arrivals()
    finally:
        if child.is_alive():
            child.kill()
            child.join(60)
        disk.unmount()
        mosquitto.kill()
    tally = Tally.of(set(arrivals), arrivals)
    told = f"lost with the power: {sum(lost) / CUTS:.1f} s of counts on average, at most {max(lost):.1f} s"
    tell("power cut, whole daemon", CUTS, tally, told)
    assert max(lost) <= MOST_LOST_S, lost
    assert tally.out_of_order == 0
