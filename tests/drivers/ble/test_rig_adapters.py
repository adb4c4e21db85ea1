"""Adapters themselves, on the real kernel: on USB, two at once, sending the shop's own beacon, and surveyed."""

import asyncio
import json
import os
import subprocess
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from drivers.base import Device
from drivers.ble.beacons import Beacon, Format, advertising_data
from drivers.ble.driver import BleDriver
from drivers.ble.host import Host
from drivers.ble.watch import Step
from tests.drivers.ble.rig_radio import (
    BADGE,
    IPHONE,
    REFERENCE,
    SAID,
    blocking,
    noticed,
    record,
    running,
    speak,
)
from tests.fakes.clock import FastClock
from tests.rig.devices import Adapter
from tests.rig.devices._kernel import eventually

pytestmark = [pytest.mark.rig, pytest.mark.timeout(300)]


def driver(device: str, transmit: str | None = None) -> BleDriver:
    return BleDriver(
        Device.parse(f"{device}?source=management"), name="rig", clock=FastClock(), probe_s=2.0, transmit=transmit
    )


async def test_a_usb_stick_is_pulled_and_plugged_in_again(stick: Adapter) -> None:
    async with running(stick, "management") as radio:
        pulled = time.monotonic()
        await blocking(stick.unplug)
        await asyncio.sleep(2)
        seen, code = noticed(radio, pulled)
        await blocking(stick.replug)
        back = time.monotonic()
        speak(stick)
        again = await radio.hears(back)
    figures = {"noticed_s": seen, "as": code, "recovered_s": round(again - back, 2)}
    record("unplugged_usb_management", figures)
    print(figures)
    assert code in ("gone", "powered_off")
    assert seen is not None
    assert seen < 5


@pytest.mark.parametrize("whose", ["root", "service"])
async def test_a_usb_stick_is_replugged_by_software(stick: Adapter, whose: str) -> None:
    device = Path(f"/sys/class/bluetooth/{stick.name}/device").resolve().parent
    number = (device / "devnum").read_text(encoding="ascii")
    async with running(stick, "management") as radio:
        before = time.monotonic()
        if whose == "root":
            await Host().remedy(await Host().find("0"), Step.USB_RESET)
        else:
            await blocking(_reset_as_the_service)
        again = await radio.hears(before + 1)
        seen, code = noticed(radio, before)
    figures = {"noticed_s": seen, "as": code, "recovered_s": round(again - before, 2)}
    record(f"usb_reset_by_{whose}", figures)
    print(figures)
    assert seen is not None, "the kernel took the adapter away"
    assert (device / "devnum").read_text(encoding="ascii") == number, "it is the same plug"


def _reset_as_the_service() -> None:
    """The remedy as passerby.service's user takes it, with what the package's udev rules allow him."""
    program = (
        "import asyncio\nfrom drivers.ble.host import Host\nfrom drivers.ble.watch import Step\n"
        "async def main():\n    host = Host()\n    await host.remedy(await host.find('0'), Step.USB_RESET)\n"
        "asyncio.run(main())\n"
    )
    user = ["setpriv", "--reuid=passerby", "--regid=passerby", "--clear-groups", "--no-new-privs"]
    python = "/opt/passerby/bin/python"
    said = subprocess.run([*user, python, "-c", program], capture_output=True, text=True, check=True, cwd="/")
    assert "cannot be reset" not in said.stderr


async def test_two_adapters_hear_each_its_own_air(adapter: Adapter, second_adapter: Adapter) -> None:
    adapter.advertise(IPHONE, bytes.fromhex(SAID[IPHONE]), -50, per_second=10)
    second_adapter.advertise(IPHONE, bytes.fromhex(SAID[IPHONE]), -80, per_second=10)
    address = Path(f"/sys/class/bluetooth/{second_adapter.name}/address")
    named = address.read_text(encoding="ascii").strip() if address.exists() else "00:AA:01:00:00:01"
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(driver("hci:0").open())
        other = await stack.enter_async_context(driver(f"hci:{named}").open())
        async with asyncio.timeout(60):
            strengths = [{(await anext(adverts)).rssi_dbm for _ in range(5)} for adverts in (first, other)]
    assert strengths == [{-50}, {-80}]


async def test_the_shops_own_beacon_is_sent_where_it_is_asked_for_and_only_while_open(adapter: Adapter) -> None:
    adapter.advertise(IPHONE, bytes.fromhex(SAID[IPHONE]), -50, per_second=10)
    assert adapter.transmitted() == b""
    async with driver("hci:0").open() as adverts, asyncio.timeout(60):
        await anext(adverts)
        assert adapter.transmitted() == b"", "nothing is sent unless it is asked for"

    asked = driver("hci:0", transmit=REFERENCE)
    async with asked.open() as adverts, asyncio.timeout(60):
        await anext(adverts)
        assert asked.state.transmits
        eventually("the beacon is on the air", lambda: adapter.transmitted() != b"")
        sent = adapter.transmitted()
        await anext(adverts)
    assert sent == advertising_data(Beacon(Format.IBEACON, bytes.fromhex(SAID[BADGE])[9:29], -59))
    eventually("silence again", lambda: adapter.transmitted() == b"")


def test_the_survey_lists_every_adapter_and_what_it_hears(
    adapter: Adapter, second_adapter: Adapter, tmp_path: Path
) -> None:
    speak(adapter)
    config = tmp_path / "box.toml"
    config.write_text(
        f'[box]\nsite = "shop"\n[badges.sales]\nid = "{REFERENCE.removeprefix("ibeacon:")}"\nrole = "sales"\n',
        encoding="ascii",
    )
    said = subprocess.run(
        ["passerby", "ble", "survey", "--seconds", "12", "--config", str(config), "--json"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": ""},
    )
    heard, silent = json.loads(said.stdout)["radios"]
    assert (heard["source"], heard["adapter"], silent["adapter"]) == ("management", "hci0", "hci1")
    assert heard["adverts_per_second"] > 5
    assert set(heard["rssi_dbm"]) == {"-70"}
    assert heard["badges"] == {"sales": 1}
    assert silent["adverts"] == 0
    shown = said.stdout.upper()
    assert not [address for address in SAID if address in shown or address.replace(":", "") in shown]
