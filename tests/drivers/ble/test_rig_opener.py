"""On the real kernel: a process without any capability listens through the socket that the opener hands to it."""

import asyncio
import json
from typing import Any

import pytest

from tests.rig.devices import Adapter
from tests.rig.devices._kernel import command

pytestmark = [pytest.mark.rig, pytest.mark.timeout(300)]

BARE = ("User=passerby", "CapabilityBoundingSet=", "NoNewPrivileges=yes", "RestrictAddressFamilies=AF_UNIX AF_INET")


async def test_the_service_hears_through_the_opener_alone(adapter: Adapter) -> None:
    adapter.advertise("4A:00:00:00:00:01", bytes.fromhex("02011a0aff4c0010050a1c2b3c4d"), -60, per_second=10)
    command("systemctl", "start", "passerby-bluetooth.socket")
    try:
        told = await _survey(adapter)
    finally:
        command("systemctl", "stop", "passerby-bluetooth.socket")
    print(told)
    assert told["source"] == "management"
    assert told["adverts"] > 10
    assert (await _survey(adapter)).get("failed") in ("no_bluetooth", "denied"), "and not without it"


async def _survey(adapter: Adapter) -> dict[str, Any]:
    unit = [word for setting in BARE for word in ("--property", setting)]
    survey = ["/opt/passerby/bin/passerby", "ble", "survey", "--seconds", "15", "--json"]
    survey += ["--device", f"{adapter.device}?source=management"]
    child = await asyncio.create_subprocess_exec(
        "systemd-run", "--quiet", "--pipe", "--wait", *unit, *survey, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await child.communicate()
    radio: dict[str, Any] = json.loads(said)["radios"][0]
    return radio
