"""The service on a real light of the kernel: udev gives it, the sandbox lets it through, a person could count it."""

import time
from pathlib import Path

import pytest

from drivers.led.codes import Step, code
from tests.drivers.led.test_codes import counted
from tests.rig.devices._kernel import command, eventually

pytestmark = [pytest.mark.rig, pytest.mark.timeout(300)]

CONFIG = """
[box]
site = "shop"
led = "{led}"
[readers.wall]
device = "serial:/dev/ttyUSB7?region=eu"
[goods]
planogram = "/etc/passerby/shelf.csv"
"""
LIGHT_S = 25.0


def watched(led: Path, seconds: float) -> list[Step]:
    """What the kernel says that its light did."""
    steps, on, since = list[Step](), False, time.monotonic()
    until = since + seconds
    while time.monotonic() < until:
        now_on = (led / "brightness").read_text().strip() != "0"
        if now_on is not on:
            steps.append(Step(on, time.monotonic() - since))
            on, since = now_on, time.monotonic()
        time.sleep(0.02)
    return steps


def trigger(led: Path) -> str:
    return (led / "trigger").read_text().partition("[")[2].partition("]")[0]


def test_the_service_blinks_a_missing_reader_on_a_keyboards_light() -> None:
    led = next(Path("/sys/class/leds").glob("*::capslock"))
    assert led.joinpath("brightness").group() == "passerby", "by the udev rule"
    before = trigger(led)
    Path("/etc/passerby/config.toml").write_text(CONFIG.format(led=led.name), encoding="utf-8")
    Path("/etc/passerby/shelf.csv").write_text("gtin,sku,antenna\n04012345678901,assam,1\n", encoding="utf-8")
    command("chgrp", "passerby", "/etc/passerby/config.toml", "/etc/passerby/shelf.csv")
    command("chmod", "640", "/etc/passerby/config.toml", "/etc/passerby/shelf.csv")
    command("systemctl", "daemon-reload")
    command("systemctl", "start", "--no-block", "passerby.service")
    try:
        eventually("the light is the daemon's", lambda: trigger(led) == "none", 120)
        codes = counted(watched(led, LIGHT_S))
    finally:
        command("systemctl", "stop", "--no-block", "passerby.service")
        Path("/etc/passerby/config.toml").unlink()
    print(codes)
    assert codes.count(code("absent")) >= 2
    eventually("it is the kernel's again", lambda: trigger(led) == before, 60)
