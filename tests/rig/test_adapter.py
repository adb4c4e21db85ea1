"""The virtual Bluetooth adapter, heard through the real bluetoothd: chosen adverts with chosen strength."""

import asyncio
from collections import defaultdict
from contextlib import suppress

import pytest
from bleak import BleakScanner
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from tests.rig.devices import Adapter

pytestmark = pytest.mark.rig

BEACON = "C0:00:00:00:00:01"
PHONE = "4C:00:00:00:00:02"
IBEACON = bytes.fromhex("0201061aff4c000215" + "ab" * 16 + "00010002" + "c5")
FLAGS = bytes.fromhex("02011a")


async def heard(seconds: float, adapter: Adapter, wanted: set[str]) -> dict[str, list[AdvertisementData]]:
    """What bluetoothd reports within this time, or until every wanted address has been heard."""
    reports: dict[str, list[AdvertisementData]] = defaultdict(list)
    everyone = asyncio.Event()

    def report(device: BLEDevice, advert: AdvertisementData) -> None:
        reports[device.address].append(advert)
        if wanted and wanted <= reports.keys():
            everyone.set()

    async with BleakScanner(report, bluez={"adapter": adapter.name}):
        with suppress(TimeoutError):
            await asyncio.wait_for(everyone.wait(), seconds)
    return reports


async def test_bluetoothd_hears_what_is_advertised_as_strong_as_it_was_said(adapter: Adapter) -> None:
    adapter.advertise(BEACON, IBEACON, -47)
    adapter.advertise(PHONE, FLAGS, -83)

    reports = await heard(30, adapter, {BEACON, PHONE})

    assert {address: found[-1].rssi for address, found in reports.items()} == {BEACON: -47, PHONE: -83}
    assert reports[BEACON][-1].manufacturer_data == {0x004C: IBEACON[7:]}


async def test_who_falls_silent_is_not_heard(adapter: Adapter) -> None:
    adapter.advertise(BEACON, IBEACON, -47)
    adapter.advertise(BEACON, IBEACON, -47, per_second=0)
    adapter.advertise(PHONE, FLAGS, -60)

    assert set(await heard(8, adapter, set())) == {PHONE}


async def test_a_pulled_adapter_comes_back_under_its_name(adapter: Adapter) -> None:
    adapter.unplug()
    adapter.replug()
    adapter.advertise(BEACON, IBEACON, -55)

    reports = await heard(30, adapter, {BEACON})
    assert reports[BEACON][-1].rssi == -55
