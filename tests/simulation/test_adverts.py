"""What the store advertises is what the real Bluetooth driver takes for phones and for the shop's badges."""

import asyncio
from collections import defaultdict

import pytest

from drivers.base import Device
from drivers.ble.driver import BleDriver
from drivers.ble.host import Host
from drivers.ble.kernel import KernelSource
from drivers.ble.roster import Match
from drivers.ble.source import SourceName
from observations import Advertisement, Carrier
from simulation.adverts import ADVERTISING, BADGE_UUID, ROTATION_SECONDS, Ether, advertise
from simulation.kernel import Kernel
from simulation.people import Role
from simulation.store import Store
from tests.fakes.clock import FastClock


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(seed=9, hours=0.5, hour=12)


def test_a_phone_has_one_address_at_a_time_and_changes_it(store: Store) -> None:
    spans: dict[tuple[int, bytes], list[float]] = defaultdict(list)
    for advert in Ether(store).adverts():
        if not advert.badge:
            assert advert.address[0] >> 6 == 0b01
            spans[advert.owner.number, advert.address].append(advert.at)
    assert max(at[-1] - at[0] for at in spans.values()) <= ROTATION_SECONDS
    owners = {owner for owner, _ in spans}
    others = [person for person in store.people if person.role is not Role.STAFF]
    assert len(owners) / len(others) == pytest.approx(ADVERTISING, abs=0.06)


def test_a_badge_stays_itself(store: Store) -> None:
    badges = [advert for advert in Ether(store).adverts() if advert.badge]
    assert len({(advert.owner.number, advert.address, advert.data) for advert in badges}) == len(
        {person.number for person in store.people if person.role is Role.STAFF}
    )


async def test_the_real_driver_hears_phones_and_badges(store: Store) -> None:
    kernel, clock = Kernel(), FastClock(60.0)
    driver = BleDriver(
        Device.parse("hci:0"),
        name="counter",
        clock=clock,
        host=Host(kernel.connect),
        badges=[Match.parse(f"ibeacon:{BADGE_UUID.hex()}", "staff")],
        probe_s=60.0,
        sources={SourceName.MANAGEMENT: lambda: KernelSource(kernel.connect)},
    )
    later = Store(seed=9, hours=0.5, hour=12, origin=clock.now())

    def send(address: bytes, data: bytes, rssi_dbm: int) -> None:
        kernel.advert(address.hex(":"), data, rssi_dbm=rssi_dbm)

    seen: list[Advertisement] = []
    async with asyncio.TaskGroup() as tasks:
        air = tasks.create_task(advertise(Ether(later), clock, clock.now(), send), name="air")
        async with asyncio.timeout(20), driver.open() as heard:
            while len(seen) < 200:
                seen.append(await anext(heard))
        air.cancel()
    kernel.close()
    assert {one.badge.role for one in seen if one.badge} == {"staff"}
    assert {one.carrier for one in seen if not one.badge} == {Carrier.PHONE}
