"""The installed package with the kernel's own camera, radio, adapter and reader: found, allowed, read and reported."""

import asyncio
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulation.reader.field import Field, gtin14, stocked
from simulation.reader.yrm100 import Yrm100
from tests.rig.devices import Adapter, Camera, Monitor, Reader
from tests.rig.devices._kernel import command
from tests.rig.firmware import firmware

pytestmark = [pytest.mark.rig, pytest.mark.timeout(420)]

NEARBY = bytes.fromhex("02011a0aff4c0010050a1c2b3c4d")
CONFIG = """
[box]
site = "shop"
timezone = "UTC"
[window]
seconds = 10
[cameras.floor]
device = "{camera}?size=640x480"
model = "simulated_people_320x180_int8"
fps = 1.0
[ble.counter]
device = "{adapter}"
[wifi.street]
device = "{monitor}"
channels = [6]
[readers.wall]
device = "{reader}?protocol=yrm100&baud=115200&region=eu"
[goods]
planogram = "/etc/passerby/shelf.csv"
[mqtt]
start_spread = 0.0
"""


PLAIN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


def status() -> dict[str, Any]:
    said = subprocess.run(["passerby", "status", "--json"], capture_output=True, text=True, check=False, env=PLAIN)
    document: dict[str, Any] = json.loads(said.stdout) if said.stdout.startswith("{") else {}
    return document


@pytest.fixture
def broker() -> Iterator[None]:
    command("systemctl", "start", "mosquitto.service")
    yield
    command("systemctl", "stop", "passerby.service", "mosquitto.service", seconds=60)


async def test_the_service_reads_all_four(
    camera: Camera, monitor: Monitor, adapter: Adapter, reader: Reader, broker: None
) -> None:
    items = stocked(5, 1, rate=0.9)
    adapter.advertise("4A:00:00:00:00:01", NEARBY, -50, per_second=5)
    etc = Path("/etc/passerby")
    etc.mkdir(exist_ok=True)
    devices = {"camera": camera.device, "adapter": adapter.device, "monitor": monitor.device, "reader": reader.device}
    (etc / "config.toml").write_text(CONFIG.format(**devices), encoding="ascii")
    (etc / "shelf.csv").write_text(f"gtin,sku,antenna\n{gtin14(1)},assam,1\n", encoding="ascii")
    for file in etc.iterdir():
        command("chgrp", "passerby", str(file))
        file.chmod(0o640)
    command("systemctl", "daemon-reload", seconds=60)
    began = time.monotonic()
    running: set[str] = set()
    acknowledged = 0
    async with firmware(reader, Yrm100(Field(items))):
        command("systemctl", "--no-block", "start", "passerby.service", seconds=60)
        while time.monotonic() < began + 240:
            await asyncio.to_thread(monitor.probe, "corner-shop", 2437)
            said = await asyncio.to_thread(status)
            running = {one["sensor"] for one in said.get("sensors", ()) if one["state"] == "running"}
            acknowledged = said.get("details", {}).get("broker", {}).get("acknowledged", 0)
            if running == {"camera", "wifi", "ble", "rfid"} and acknowledged:
                break
    print(f"four sensors run and a report is acknowledged after {time.monotonic() - began:.0f} s")
    assert running == {"camera", "wifi", "ble", "rfid"}
    assert acknowledged
    pid = command("systemctl", "show", "--property=MainPID", "--value", "passerby.service").strip()
    assert command("stat", "--format=%U", f"/proc/{pid}").strip() == "passerby"
    assert Path(f"/proc/{pid}/exe").resolve().name.startswith("python3")
