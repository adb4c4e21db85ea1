"""The real driver on a real packet socket: what it hears, and what it says when the radio goes wrong."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from subprocess import run
from time import monotonic

import pytest

from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.registry import driver as registered
from drivers.wifi.driver import MonitorDriver
from drivers.wifi.port import Port, set_up
from observations import ProbeRequest
from tests.drivers.wifi import frames
from tests.drivers.wifi.air import Air

MIX = 20


class Wall:
    """The clock of the running machine."""

    def now(self) -> float:
        return monotonic()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - monotonic()))


def monitor(interface: str) -> MonitorDriver:
    made = registered(Device.parse(f"mon:{interface}"), name="door", clock=Wall())
    assert isinstance(made, MonitorDriver)
    return made


def transmit(air: Air, count: int) -> None:
    """`count` frames of which one in MIX is a probe request and the others are beacons."""
    for n in range(count):
        frame = frames.probe(sequence=n % 4096) if n % MIX == 0 else frames.beacon(n)
        air.send(frames.common(-40 - n % 40) + frame)


async def take(heard: AsyncIterator[ProbeRequest], count: int) -> list[ProbeRequest]:
    async with asyncio.timeout(10):
        return [await anext(heard) for _ in range(count)]


async def test_probe_requests_pass_and_beacons_die_in_the_kernel() -> None:
    with Air("pbmon0") as air:
        driver = monitor("pbmon0")
        async with driver.open() as heard:
            transmit(air, 400)
            requests = await take(heard, 400 // MIX)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await anext(heard)
    assert [r.sequence for r in requests] == list(range(0, 400, MIX))
    assert {r.sensor for r in requests} == {"door"}
    assert driver.duty.frames == {6: 400 // MIX}
    assert driver.broken == 0


async def test_a_broken_frame_is_counted_and_the_next_one_heard() -> None:
    with Air("pbmon1") as air:
        driver = monitor("pbmon1")
        async with driver.open() as heard:
            air.send(b"\0\0\x08\0\0\0\0\0" + b"\x40" + bytes(12))
            air.send(frames.common(-40) + frames.probe(sequence=9))
            assert (await take(heard, 1))[0].sequence == 9
    assert driver.broken == 1


async def test_taken_down_is_down_and_opening_again_brings_it_up() -> None:
    with Air("pbmon2") as air:
        for _ in range(2):
            async with monitor("pbmon2").open() as heard:
                air.send(frames.common(-40) + frames.probe())
                await take(heard, 1)
                set_up("pbmon2", up=False)
                with pytest.raises(DriverUnavailable) as caught:
                    await take(heard, 1)
                assert caught.value.code == "down"


async def test_unplugged_is_gone_and_plugged_in_again_is_heard() -> None:
    air = Air("pbmon3")
    async with monitor("pbmon3").open() as heard:
        air.close()
        with pytest.raises(DriverUnavailable) as caught:
            await take(heard, 1)
        assert caught.value.code == "gone"
    with pytest.raises(DriverUnavailable) as caught:
        async with monitor("pbmon3").open():
            pytest.fail("opened what is not there")
    assert caught.value.code == "gone"
    with Air("pbmon3") as again:
        async with monitor("pbmon3").open() as heard:
            again.send(frames.common(-40) + frames.probe())
            await take(heard, 1)


def test_renamed_is_told_as_such() -> None:
    with Air("pbmon4") as air:
        port = Port("pbmon4")
        try:
            port.check()
            air.rename("pbmon5")
            with pytest.raises(DriverUnavailable) as caught:
                port.check()
            assert caught.value.code == "renamed"
            with pytest.raises(DriverUnavailable) as caught:
                port.receive(1)
            assert caught.value.code == "renamed"
        finally:
            port.close()


def test_another_type_of_interface_is_a_mistake_of_the_configuration() -> None:
    with Air("pbtap0", link=1), pytest.raises(DriverMisconfigured) as caught:
        Port("pbtap0")
    assert caught.value.code == "wrong_type"


async def test_a_wired_interface_is_never_switched() -> None:
    with pytest.raises(DriverMisconfigured) as caught:
        async with monitor("lo").open():
            pytest.fail("opened the loopback interface")
    assert caught.value.code == "wrong_type"


def test_without_permission_it_says_which() -> None:
    code = (
        "import os\n"
        "from drivers.base import DriverMisconfigured\n"
        "from drivers.wifi.port import Port\n"
        "os.setuid(65534)\n"
        "try: Port('pbmon6')\n"
        "except DriverMisconfigured as error: print(error.code, error.reason)\n"
    )
    if os.getuid() != 0:
        pytest.skip("only root can give up its rights")
    with Air("pbmon6"):
        done = run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("no_permission listening needs CAP_NET_RAW"), done.stderr


def test_what_nobody_fetches_is_counted_as_lost() -> None:
    with Air("pbmon7") as air:
        port = Port("pbmon7")
        try:
            transmit(air, 100)
            assert port.count_lost() == 0
            for n in range(20_000):
                air.send(frames.common(-40) + frames.probe(sequence=n % 4096))
            fetched = 0
            while batch := port.receive(1000):
                fetched += len(batch)
            assert port.count_lost() == 20_000 + 100 // MIX - fetched
            assert port.lost > 0
        finally:
            port.close()


async def test_leaving_releases_the_interface() -> None:
    with Air("pbmon8") as air:
        for _ in range(3):
            async with monitor("pbmon8").open() as heard:
                air.send(frames.common(-40) + frames.probe())
                await take(heard, 1)
        assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("wifi-")]


@pytest.mark.parametrize("options", [{"channels": (15,)}, {"channels": ()}, {"dwell": 0.5}])
def test_what_cannot_be_tuned_is_refused_at_once(options: dict[str, object]) -> None:
    with pytest.raises(DriverMisconfigured):
        registered(Device.parse("mon:wlan9"), name="door", clock=Wall(), **options)
