"""Several dongles as one radio: real packet sockets on TAP devices that are pulled and plugged in again."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import ClassVar

import pytest

from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.registry import driver as registered
from drivers.wifi import driver as driving
from drivers.wifi import ear
from drivers.wifi.driver import MonitorDriver
from drivers.wifi.port import index_of
from tests.drivers.wifi import frames
from tests.drivers.wifi.air import Air
from tests.drivers.wifi.test_driver import Wall, monitor, take


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.02)


def sent(sequence: int, rssi_dbm: int = -50) -> bytes:
    return frames.common(rssi_dbm) + frames.probe(sequence=sequence)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driving, "RETURN_SECONDS", 0.2)


async def test_two_dongles_are_one_stream_and_a_frame_that_both_hear_is_one() -> None:
    with Air("pbtwo0") as one, Air("pbtwo1") as two:
        driver = monitor("pbtwo0+pbtwo1")
        async with driver.open() as heard:
            for n in range(20):
                one.send(sent(n, -70))
                two.send(sent(n, -50))
                two.send(sent(1000 + n))
                await asyncio.sleep(0.001)
            requests = await take(heard, 40)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await anext(heard)
    assert [r.sequence for r in requests] == [number for n in range(20) for number in (n, 1000 + n)]
    assert {r.rssi_dbm for r in requests} == {-50}
    assert [r.at for r in requests] == sorted(r.at for r in requests)
    assert driver.duty.frames == {6: 60}
    assert (driver.broken, driver.skipped) == (0, 0)


async def test_one_that_is_pulled_is_told_and_taken_back() -> None:
    with Air("pbtwo2") as one:
        two = Air("pbtwo3")
        driver = monitor("pbtwo2+pbtwo3")
        async with driver.open() as heard:
            two.send(sent(1))
            await take(heard, 1)
            two.close()
            await until(lambda: list(driver.absent) == ["pbtwo3"])
            assert driver.absent["pbtwo3"].code == "gone"
            one.send(sent(2))
            assert (await take(heard, 1))[0].sequence == 2
            with Air("pbtwo3") as again:
                await until(lambda: not driver.absent)
                again.send(sent(3))
                one.send(sent(4))
                assert sorted(r.sequence for r in await take(heard, 2)) == [3, 4]
    assert driver.duty.frames == {6: 4}


async def test_it_begins_with_those_that_are_there() -> None:
    with Air("pbtwo5") as two:
        driver = monitor("pbtwo4+pbtwo5")
        async with driver.open() as heard:
            assert list(driver.absent) == ["pbtwo4"]
            two.send(sent(1))
            await take(heard, 1)


async def test_when_all_are_gone_so_is_the_radio() -> None:
    one, two = Air("pbtwo6"), Air("pbtwo7")
    async with monitor("pbtwo6+pbtwo7").open() as heard:
        one.close()
        two.close()
        with pytest.raises(DriverUnavailable) as caught:
            await take(heard, 1)
        assert caught.value.code == "gone"
    with pytest.raises(DriverUnavailable):
        async with monitor("pbtwo6+pbtwo7").open():
            pytest.fail("opened what is not there")
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("wifi-")]


async def test_one_that_is_no_radio_is_a_mistake_of_the_configuration() -> None:
    with Air("pbtwo8"), pytest.raises(DriverMisconfigured) as caught:
        async with monitor("pbtwo8+lo").open():
            pytest.fail("opened the loopback interface")
    assert caught.value.code == "wrong_type"


async def test_a_fourth_is_a_spare_until_one_of_three_is_pulled() -> None:
    airs = [Air(f"pbtwo{letter}") for letter in "abcd"]
    driver = monitor("+".join(air.name for air in airs))
    try:
        async with driver.open() as heard:
            assert list(driver.spare) == ["pbtwod"]
            airs[3].send(sent(1))
            airs[2].send(sent(2))
            assert (await take(heard, 1))[0].sequence == 2
            airs[0].close()
            await until(lambda: list(driver.absent) == ["pbtwoa"])
            assert not driver.spare
            airs[3].send(sent(3))
            assert (await take(heard, 1))[0].sequence == 3
    finally:
        for air in airs:
            air.close()


class WritingTuner:
    """In place of nl80211, which tunes no TAP device: writes down which interface was sent where."""

    sent: ClassVar = defaultdict[str, list[int]](list)

    def __init__(self, interface: str, index: int) -> None:
        self._interface = interface

    def tune(self, channel: int) -> None:
        self.sent[self._interface].append(channel)

    def close(self) -> None:
        """It holds nothing."""


async def test_the_channels_of_one_that_is_pulled_go_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ear, "Tuner", WritingTuner)
    monkeypatch.setattr(ear, "prepare", lambda interface: bool(index_of(interface)))
    sent = WritingTuner.sent
    sent.clear()
    with Air("pbtwoe"):
        two = Air("pbtwof")
        driver = registered(Device.parse("mon:pbtwoe+pbtwof"), name="door", clock=Wall(), dwell=1.0)
        assert isinstance(driver, MonitorDriver)
        async with driver.open():
            await until(lambda: len(sent["pbtwoe"]) >= 3)
            assert sent == {"pbtwoe": [1, 11, 1], "pbtwof": [6]}
            shared = driver.duty.seconds
            assert set(shared) == {1, 6, 11}
            assert shared[6] == pytest.approx(shared[1] + shared[11], abs=0.5)
            two.close()
            await until(lambda: 6 in sent["pbtwoe"])
            alone = len(sent["pbtwoe"])
            with Air("pbtwof"):
                await until(lambda: len(sent["pbtwof"]) == 2 and len(sent["pbtwoe"]) > alone)
            assert sent["pbtwof"] == [6, 6]
