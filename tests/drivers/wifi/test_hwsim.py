"""The real driver on the kernel's own virtual radios: nl80211 changes the channel, and a phone really searches."""

import asyncio
import subprocess
from time import monotonic

import pytest

from drivers.base import Device, DriverUnavailable
from drivers.wifi.driver import MonitorDriver
from observations import ProbeRequest
from tests.rig.devices import Monitor

pytestmark = [pytest.mark.rig, pytest.mark.timeout(300)]


class Wall:
    """The clock of the machine."""

    def now(self) -> float:
        return monotonic()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - monotonic()))


def walking(interface: str, *channels: int) -> MonitorDriver:
    return MonitorDriver(Device.parse(f"mon:{interface}"), name="door", clock=Wall(), channels=channels, dwell=3.0)


async def hear(monitor: Monitor, driver: MonitorDriver, wanted: set[int], seconds: float = 120) -> list[ProbeRequest]:
    """Listen while the phone scans channel after channel, until every wanted channel was heard."""
    heard: list[ProbeRequest] = []
    async with driver.open() as requests, asyncio.timeout(seconds):
        turn = 0
        while not wanted <= {r.frequency_mhz for r in heard}:
            await asyncio.to_thread(monitor.probe, "corner-shop", (2412, 2437, 2462)[turn % 3])
            turn += 1
            try:
                async with asyncio.timeout(1.5):
                    while True:
                        heard.append(await anext(requests))
            except TimeoutError:
                continue
    return heard


async def test_a_walking_radio_hears_the_phone_on_every_channel(monitor: Monitor) -> None:
    driver = walking(monitor.interface, 1, 6, 11)
    heard = await hear(monitor, driver, {2412, 2437, 2462})
    assert {request.rssi_dbm for request in heard} != {None}
    assert all(len(request.address) == 6 and request.abilities for request in heard)
    assert set(driver.duty.seconds) == {1, 6, 11}
    assert driver.broken == driver.lost == 0


def unmade(interface: str) -> None:
    """Back to what a dongle is when it is plugged in."""
    subprocess.run(["ip", "link", "set", interface, "down"], check=True)
    subprocess.run(["iw", "dev", interface, "set", "type", "managed"], check=True)


async def test_a_radio_of_another_type_is_made_a_monitor(monitor: Monitor) -> None:
    await asyncio.to_thread(unmade, monitor.interface)
    heard = await hear(monitor, walking(monitor.interface, 6), {2437})
    assert heard


async def test_a_pulled_stick_is_gone_and_comes_back(monitor: Monitor) -> None:
    driver = walking(monitor.interface, 6)

    async def until_pulled() -> None:
        async with driver.open() as requests, asyncio.timeout(60):
            await asyncio.to_thread(monitor.unplug)
            while True:
                await anext(requests)

    with pytest.raises(DriverUnavailable) as caught:
        await until_pulled()
    assert caught.value.code == "gone"
    monitor.replug()
    assert await hear(monitor, driver, {2437})
