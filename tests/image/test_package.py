"""The package under real systemd: installed, run with four virtual sensors, hung, misconfigured, upgraded, purged."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from image.deb.build import build
from provisioning.seed import fresh, write
from simulation.reader.field import gtin14
from tests.drivers.wifi.air import Air
from tests.drivers.wifi.frames import common, probe
from tests.rig.container import Container
from tests.rig.devices._kernel import eventually
from tests.rig.wheels import dependencies, requirements

pytestmark = [pytest.mark.boots, pytest.mark.timeout(900)]

CONFIG = """
[box]
site = "shop"
timezone = "UTC"
[window]
seconds = 10
[cameras.floor]
device = "sim:?hour=12&hours=12"
model = "simulated_people_320x180_int8"
fps = 2.0
[lines.door]
camera = "floor"
points = [[0.588, 0.496], [0.385, 0.496]]
[ble.counter]
device = "sim:?hour=12&hours=12"
[wifi.street]
device = "mon:air0"
channels = [6]
[readers.wall]
device = "sim:?shelf=tea"
[goods]
planogram = "/etc/passerby/shelf.csv"
[mqtt]
start_spread = 0.0
"""
SHELF = f"gtin,sku,antenna\n{gtin14(1)},assam,1\n{gtin14(2)},oolong,1\n"
NET_ADMIN, NET_RAW = 1 << 12, 1 << 13


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The package, and the same as a later version."""
    folder = tmp_path_factory.mktemp("deb")
    wheels = dependencies("x86_64", requirements("rig"))
    first = build(folder, "amd64", "bookworm", "0.1.0", wheels=wheels, compression="none")
    unpacked, second = folder / "unpacked", folder / "later.deb"
    subprocess.run(["dpkg-deb", "-R", first, unpacked], check=True)
    control = unpacked / "DEBIAN/control"
    control.write_text(
        control.read_text(encoding="utf-8").replace("Version: 0.1.0", "Version: 0.1.1"), encoding="utf-8"
    )
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", unpacked, second], check=True, stdout=-3)
    shutil.rmtree(unpacked)
    return first, second


class Boxed:
    """The container as a box: the package in it, a broker beside it, a TAP as its WiFi radio."""

    def __init__(self, container: Container, air: Air) -> None:
        self.container = container
        self.air = air
        self._root = Path(f"/proc/{container.leader}/root")

    def install(self, package: Path) -> str:
        shutil.copy(package, self._root / "var/tmp/passerby.deb")
        return self.container.run("dpkg", "--install", "/var/tmp/passerby.deb", seconds=300)

    def status(self) -> dict[str, Any]:
        """`passerby status --json`, {} while there is none."""
        said = self.container._enter("passerby", "status", "--json").stdout
        document: dict[str, Any] = json.loads(said) if said.startswith("{") else {}
        return document if document.get("running") else {}

    def running(self) -> set[str]:
        return {one["sensor"] for one in self.status().get("sensors", ()) if one["state"] == "running"}

    def acknowledged(self) -> int:
        return int(self.status().get("details", {}).get("broker", {}).get("acknowledged", 0))

    def exists(self, path: str) -> bool:
        return os.path.lexists(self._root / path.lstrip("/"))


@pytest.fixture
def boxed(container: Container) -> Iterator[Boxed]:
    container.run("systemctl", "start", "mosquitto.service")
    with Air("air0") as air:
        subprocess.run(["ip", "link", "set", "air0", "netns", str(container.leader)], check=True)
        container.run("ip", "link", "set", "air0", "up")
        yield Boxed(container, air)


def test_a_box_from_package_to_purge(boxed: Boxed, packages: tuple[Path, Path]) -> None:
    container = boxed.container
    boxed.install(packages[0])
    assert container.run("id", "--user", "--name", "passerby").strip() == "passerby"
    assert container.shown("passerby.service", "ActiveState") == "inactive", "no configuration, no daemon"
    assert boxed.exists("/usr/share/man/man1/passerby.1.gz")
    _is_provisioned_by_a_seed(boxed)
    _runs_with_four_sensors(boxed)
    _is_confined(boxed)
    _is_restarted_when_it_hangs(boxed)
    _is_not_restarted_with_a_wrong_configuration(boxed)
    _keeps_its_state_when_upgraded(boxed, packages[1])
    _goes_without_a_trace(boxed)


def _is_provisioned_by_a_seed(boxed: Boxed) -> None:
    container = boxed.container
    sensors = '[cameras.floor]\ndevice = "sim:"\nmodel = "simulated_people_320x180_int8"\n'
    seed = fresh("shop", "mqtt://127.0.0.1:1883", {"sensors": sensors})
    container.write("/boot/firmware/box.toml", write(seed))
    container.run("systemctl", "start", "passerby-provision.service", seconds=180)
    assert not boxed.exists("/boot/firmware/box.toml")
    assert container.run("stat", "--format=%a %G", "/etc/passerby/config.toml").strip() == "640 passerby"
    assert container.run("stat", "--format=%a %U", "/etc/credstore/passerby.key").strip() == "600 root"
    eventually("the daemon has begun by itself", lambda: boxed.running() == {"camera"}, 120)
    assert boxed.status()["details"]["box"] == seed.box


def _runs_with_four_sensors(boxed: Boxed) -> None:
    container = boxed.container
    container.write("/etc/passerby/config.toml", CONFIG)
    container.write("/etc/passerby/shelf.csv", SHELF)
    container.run("systemd-tmpfiles", "--create", "/usr/lib/tmpfiles.d/passerby.conf")
    container.run("chgrp", "passerby", "/etc/passerby/shelf.csv")
    container.run("systemctl", "daemon-reload")
    began = time.monotonic()
    container.run("systemctl", "restart", "passerby.service", seconds=180)
    eventually("four sensors run", lambda: boxed.running() == {"camera", "wifi", "ble", "rfid"}, 120)
    frame = common(-50) + probe()
    for _ in range(20):
        boxed.air.send(frame)
    eventually("the first report is acknowledged", lambda: boxed.acknowledged() > 0, 120)
    print(f"start to first acknowledged report: {time.monotonic() - began:.1f} s, of which the window is up to 10")
    radio = boxed.status()["details"]["sensors"]["street"]
    assert radio["frames"] + radio.get("gated", 0) >= 20, "what the TAP sent was heard"
    eventually("status text", lambda: "4 of 4 sensors" in container.shown("passerby.service", "StatusText"), 60)


def _is_confined(boxed: Boxed) -> None:
    container = boxed.container
    pid = container.shown("passerby.service", "MainPID")
    status = dict(
        line.split(":\t", 1) for line in container.run("cat", f"/proc/{pid}/status").splitlines() if ":\t" in line
    )
    assert int(status["CapBnd"], 16) == NET_ADMIN | NET_RAW
    assert int(status["CapEff"], 16) == NET_ADMIN | NET_RAW
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert status["Uid"].split()[0] == container.run("id", "--user", "passerby").strip()
    limits = container.run("cat", f"/proc/{pid}/limits")
    assert "Max core file size        0 " in limits
    listening = container.run("ss", "--listening", "--tcp", "--udp", "--processes", "--no-header")
    assert "passerby" not in listening
    assert f"pid={pid}" not in listening


def _is_restarted_when_it_hangs(boxed: Boxed) -> None:
    container = boxed.container
    container.write("/run/systemd/system/passerby.service.d/quick.conf", "[Service]\nWatchdogSec=15\n")
    container.run("systemctl", "daemon-reload")
    container.run("systemctl", "restart", "passerby.service", seconds=180)
    pid = container.shown("passerby.service", "MainPID")
    container.run("systemctl", "kill", "--signal=STOP", "--kill-who=main", "passerby.service")
    eventually("the watchdog's restart", lambda: container.shown("passerby.service", "NRestarts") != "0", 90)
    eventually("it runs again", lambda: boxed.running() == {"camera", "wifi", "ble", "rfid"}, 120)
    assert container.shown("passerby.service", "MainPID") != pid
    container.run("rm", "-r", "/run/systemd/system/passerby.service.d")
    container.run("systemctl", "daemon-reload")


def _is_not_restarted_with_a_wrong_configuration(boxed: Boxed) -> None:
    container = boxed.container
    container.write("/etc/passerby/config.toml", CONFIG.replace("fps = 2.0", "fps = -2.0"))
    container._enter("systemctl", "restart", "passerby.service")
    eventually("it has failed", lambda: container.shown("passerby.service", "ActiveState") == "failed", 60)
    assert container.shown("passerby.service", "ExecMainStatus") == "78"
    assert container.shown("passerby.service", "NRestarts") == "0"
    assert "cameras.floor.fps" in container.run("journalctl", "--unit", "passerby.service", "--no-pager")
    container.write("/etc/passerby/config.toml", CONFIG)
    container.run("systemctl", "restart", "passerby.service", seconds=180)


def _keeps_its_state_when_upgraded(boxed: Boxed, later: Path) -> None:
    container = boxed.container
    name = container.run("cat", "/var/lib/passerby/box-id")
    container.run("systemctl", "stop", "mosquitto.service")
    eventually("reports wait", lambda: boxed.status().get("outbox_rows", 0) > 0, 60)
    pid = container.shown("passerby.service", "MainPID")
    boxed.install(later)
    assert "0.1.1" in container.run("dpkg-query", "--show", "passerby")
    eventually("the new one runs", lambda: container.shown("passerby.service", "MainPID") not in (pid, "0"), 60)
    eventually("what waited still waits", lambda: boxed.status().get("outbox_rows", 0) > 0, 60)
    container.run("systemctl", "start", "mosquitto.service")
    eventually("and leaves", lambda: boxed.acknowledged() > 0, 120)
    assert container.run("cat", "/var/lib/passerby/box-id") == name


def _goes_without_a_trace(boxed: Boxed) -> None:
    container = boxed.container
    container.run("dpkg", "--remove", "passerby", seconds=120)
    assert container.shown("passerby.service", "LoadState") == "not-found"
    assert boxed.exists("/var/lib/passerby/box-id"), "removed is not purged"
    assert not boxed.exists("/opt/passerby/lib"), "compiled files go as well"
    container.run("dpkg", "--purge", "passerby", seconds=120)
    traces = ["/var/lib/passerby", "/etc/passerby", "/var/cache/passerby", "/opt/passerby", "/usr/lib/passerby"]
    traces += ["/etc/systemd/system/multi-user.target.wants/passerby.service", "/usr/bin/passerby"]
    assert [trace for trace in traces if boxed.exists(trace)] == []
