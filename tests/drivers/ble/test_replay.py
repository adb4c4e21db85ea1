import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import CodecError, Device, DriverMisconfigured
from drivers.ble.replay import ReplayDriver
from drivers.ble.roster import Match
from drivers.ble.snoop import Reported, recorded, reports
from observations import AddressKind, Advertisement, Carrier
from tests.drivers.ble.btsnoop import h4_extended, h4_report, write
from tests.fakes.clock import FastClock

PHONE = bytes.fromhex("4a0000000001")
IPHONE = bytes.fromhex("02011a0aff4c0010050a1c2b3c4d")
BADGE = bytes.fromhex("0201061aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010002c5")


async def played(path: Path, options: str = "speed=max", **settings: object) -> list[Advertisement]:
    device = Device.parse(f"btsnoop:{path}?{options}")
    driver = ReplayDriver(device, name="day", clock=FastClock(1000), **settings)  # type: ignore[arg-type]
    async with driver.open() as adverts:
        return [advert async for advert in adverts]


@pytest.mark.parametrize("options", ["speed=max", "speed=real"])
async def test_a_recording_is_a_radio_with_its_own_times(tmp_path: Path, options: str) -> None:
    write(tmp_path / "a", [(100.0, h4_report(PHONE, -60, IPHONE)), (102.5, h4_extended(PHONE, -61, IPHONE))])
    first, second = await played(tmp_path / "a", options)
    assert (first.sensor, first.address, first.rssi_dbm) == ("day", PHONE, -60)
    assert (first.kind, first.carrier) == (AddressKind.RESOLVABLE, Carrier.PHONE)
    assert second.rssi_dbm == -61
    assert second.at - first.at == pytest.approx(2.5)


async def test_badges_and_the_floor_work_as_on_a_radio(tmp_path: Path) -> None:
    write(tmp_path / "a", [(1.0, h4_report(PHONE, -60, BADGE)), (1.1, h4_report(PHONE, -91, BADGE))])
    badges = [Match.parse("ibeacon:e2c56db5-dffb-48d2-b060-d0f5a71096e0", "sales")]
    (only,) = await played(tmp_path / "a", badges=badges, floor_dbm=-90)
    assert only.badge is not None


async def test_a_clock_that_steps_back_is_no_negative_time(tmp_path: Path) -> None:
    write(tmp_path / "a", [(100.0, h4_report(PHONE, -60, IPHONE)), (50.0, h4_report(PHONE, -60, IPHONE))])
    first, second = await played(tmp_path / "a")
    assert second.at == first.at


async def test_what_is_no_recording_is_said(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"hello, this is not one")
    with pytest.raises(DriverMisconfigured, match="btsnoop"):
        await played(tmp_path / "a")
    with pytest.raises(DriverMisconfigured, match="exist"):
        await played(tmp_path / "b")
    with pytest.raises(DriverMisconfigured, match="speed"):
        await played(tmp_path / "a", "speed=2")
    write(tmp_path / "c", [], link=1003)
    with pytest.raises(DriverMisconfigured, match="link type"):
        await played(tmp_path / "c")


def test_several_reports_in_one_event() -> None:
    one = h4_report(PHONE, -60, IPHONE)[5:]
    event = b"\x3e" + bytes([2 + 2 * len(one)]) + b"\x02\x02" + one + one
    assert list(reports(1.0, event)) == 2 * [Reported(1.0, PHONE, True, -60, IPHONE)]


@given(st.binary(max_size=300))
def test_any_file_is_adverts_or_a_codec_error(data: bytes) -> None:
    for head in (b"", b"btsnoop\x00\x00\x00\x00\x01\x00\x00\x03\xea"):
        try:
            list(recorded(io.BytesIO(head + data)))
        except CodecError:
            continue


@given(st.binary(max_size=255), st.sampled_from([0x02, 0x0D]), st.integers(0, 255))
def test_any_event_is_adverts_of_six_byte_addresses_or_nothing(body: bytes, kind: int, count: int) -> None:
    event = b"\x3e" + bytes([(2 + len(body)) & 0xFF, kind, count]) + body
    assert all(len(one.address) == 6 for one in reports(0.0, event))
