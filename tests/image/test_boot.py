"""A box that nobody touches: it takes its seed from a stick, reports, boots again and calls its slot good."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from provisioning.places import STICK
from provisioning.seed import fresh, write
from tests.rig.machine import Machine, Share
from tests.rig.missing import Missing
from tests.rig.root import box
from tests.rig.suite import JOBS
from tests.rig.wheels import TREE

pytestmark = [pytest.mark.boots, pytest.mark.minutes, pytest.mark.timeout(3600)]

BOOTS = int(os.environ.get("PASSERBY_BOOTS", "2"))
GOOD_AFTER_S = int(os.environ.get("PASSERBY_GOOD_AFTER", "5"))
"""The image waits for two minutes; that long, and more boots, are asked for by hand."""
SENSORS = """
[window]
seconds = 10
[cameras.floor]
device = "v4l2:/dev/video0?size=640x480"
model = "simulated_people_320x180_int8"
fps = 0.5
[lines.door]
camera = "floor"
points = [[0.588, 0.496], [0.385, 0.496]]
[wifi.street]
device = "mon:wlan2"
channels = [6]
[ble.counter]
device = "hci:0"
[readers.wall]
device = "serial:/dev/ttyACM0?protocol=yrm100&baud=115200&region=eu"
[goods]
planogram = "/usr/share/doc/passerby/examples/planogram.csv"
"""


@dataclass(frozen=True, slots=True)
class Boot:
    """One boot as the host's clock saw it."""

    folder: Path
    began: float

    @property
    def reported(self) -> float:
        """Seconds from power on until the broker had the first report."""
        return (self.folder / "report").stat().st_mtime - self.began

    def said(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture
def boots(tmp_path: Path) -> list[Boot]:
    """What the box did in each of its boots."""
    try:
        root = box()
    except Missing as missing:
        pytest.skip(str(missing))
    share, logs = tmp_path / "share", tmp_path / "logs"
    (share / "results").mkdir(parents=True)
    logs.mkdir()
    for name in ("boot", "enter"):
        shutil.copy(JOBS / name, share / name.replace("boot", "job"))
    (share / "good_after").write_text(str(GOOD_AFTER_S))
    machine = Machine(
        root,
        [Share("rig", share, writable=True), Share("tree", TREE)],
        disks=[stick(tmp_path, write(fresh("shop", "mqtt://127.0.0.1:1883", {"sensors": SENSORS})))],
        arguments="systemd.wants=mosquitto.service rauc.slot=A passerby.slot=A",
        own=tmp_path / "own.img",
    )
    subprocess.run(["cp", "--sparse=always", root.image, tmp_path / "own.img"], check=True)
    done = []
    for number in range(1, BOOTS + 1):
        done.append(Boot(share / f"results/boot{number}", time.time()))
        done[-1].folder.mkdir()
        assert machine.boot(logs, seconds=900), (logs / "job.log").read_text(errors="replace")
    (tmp_path / "own.img").unlink()
    return done


def stick(folder: Path, text: str) -> Path:
    """A disk of the stick's name with a seed on it."""
    (folder / "stick").mkdir()
    (folder / "stick/box.toml").write_text(text, encoding="utf-8")
    image = folder / "stick.img"
    subprocess.run(["mke2fs", "-q", "-L", STICK, "-d", folder / "stick", image, "4M"], check=True)
    return image


def test_a_box_with_a_seed_reports_and_calls_its_slot_good_by_itself(boots: list[Boot]) -> None:
    for boot in boots:
        document = json.loads(boot.said("status"))
        assert {one["sensor"]: one["state"] for one in document["sensors"]} == dict.fromkeys(
            ("camera", "wifi", "ble", "rfid"), "running"
        )
        assert document["details"]["broker"]["acknowledged"] > 0
    first, *later = (boot.reported for boot in boots)
    print(f"power on to first report: {first:.0f} s with a seed to take and a start spread of up to 60 s")
    print(f"of the same box later, without the spread: {median(later):.0f} s ({min(later):.0f} to {max(later):.0f})")
    for boot in boots[1:]:
        assert "ExecMainStatus=0" in boot.said("good"), boot.said("journal.log")[-3000:]
        assert "[all]\ntryboot_a_b=1\nboot_partition=2" in boot.said("autoboot.txt")
