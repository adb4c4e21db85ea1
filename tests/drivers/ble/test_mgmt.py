import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ble import mgmt
from drivers.ble.patterns import MOST_FOR_BLUETOOTHD, PATTERNS

ADDRESS = bytes.fromhex("c0ffee000001")


def found(
    address: bytes = ADDRESS, kind: int = 2, rssi: int = -60, data: bytes = b"\x02\x01\x06", pad: int = 0
) -> bytes:
    body = address[::-1] + struct.pack("<BbIH", kind, rssi, 0, len(data) + pad) + data
    return struct.pack("<HHH", 0x0012, 0, len(body)) + body


def test_device_found() -> None:
    assert mgmt.decode(found()) == mgmt.Found(0, ADDRESS, True, -60, b"\x02\x01\x06")


def test_monitor_device_found_has_a_handle_before_the_same() -> None:
    body = struct.pack("<H", 7) + found(kind=1, rssi=-128)[6:]
    frame = struct.pack("<HHH", 0x002F, 3, len(body)) + body
    assert mgmt.decode(frame) == mgmt.Found(3, ADDRESS, False, -128, b"\x02\x01\x06")


@pytest.mark.parametrize(
    "frame",
    [b"", b"\x12\x00\x00", found()[:-1], found() + b"x", found(pad=1), found(kind=0), found(rssi=127)],
    ids=["empty", "cut header", "cut", "longer", "inner length", "classic Bluetooth", "no signal strength"],
)
def test_what_is_not_an_advert_is_none(frame: bytes) -> None:
    assert mgmt.decode(frame) is None


def test_replies_and_changes() -> None:
    assert mgmt.decode(bytes.fromhex("0100 0000 0500 5200 00 0900")) == mgmt.Reply(0, mgmt.ADD_MONITOR, 0, b"\x09\x00")
    assert mgmt.handle(b"\x09\x00") == 9
    assert mgmt.decode(bytes.fromhex("0200 0000 0300 5200 14")) == mgmt.Reply(
        0, mgmt.ADD_MONITOR, mgmt.PERMISSION_DENIED, b""
    )
    assert mgmt.decode(bytes.fromhex("0400 0100 0000")) == mgmt.IndexAdded(1)
    assert mgmt.decode(bytes.fromhex("0500 0100 0000")) == mgmt.IndexRemoved(1)
    assert mgmt.decode(bytes.fromhex("0600 0000 0400 01020000")) == mgmt.Settings(0, 0x201)
    assert mgmt.decode(bytes.fromhex("2c00 0000 0200 0900")) == mgmt.MonitorRemoved(0, 9)


def test_adapters() -> None:
    assert mgmt.indices(bytes.fromhex("0200 0000 0100")) == (0, 1)
    assert mgmt.indices(bytes.fromhex("ffff 0000")) == (0,)
    body = ADDRESS[::-1] + bytes([12]) + b"\x5d\x00" + bytes(4) + b"\x01\x02\x00\x00" + bytes(263)
    assert mgmt.info(body) == mgmt.Info(ADDRESS, mgmt.POWERED | mgmt.LE_ENABLED)
    assert mgmt.info(body[:16]) is None


def test_commands_have_the_lengths_that_they_say() -> None:
    for frame in (
        mgmt.command(mgmt.READ_INDEX_LIST),
        mgmt.add_monitor(0),
        mgmt.remove_monitor(0, 9),
        mgmt.add_advertising(0, bytes(31)),
        mgmt.remove_advertising(0),
    ):
        assert struct.unpack("<HHH", frame[:6])[2] == len(frame) - 6
    monitor = mgmt.add_monitor(0)[6:]
    assert len(monitor) == 1 + 34 * monitor[0]
    assert 0 < monitor[0] <= 16


@given(st.binary(max_size=400))
def test_anything_is_a_value_or_none(frame: bytes) -> None:
    mgmt.decode(frame)
    mgmt.indices(frame)
    mgmt.info(frame)
    mgmt.handle(frame)


@given(st.binary(max_size=80), st.sampled_from([0x0001, 0x0002, 0x0006, 0x0012, 0x002C, 0x002F]))
def test_any_body_under_a_true_header_is_a_value_or_none(body: bytes, code: int) -> None:
    event = mgmt.decode(struct.pack("<HHH", code, 0, len(body)) + body)
    if isinstance(event, mgmt.Found):
        assert len(event.address) == 6
        assert event.data == body[-len(event.data) :] if event.data else True


def test_what_bluetoothd_is_asked_for_fits_the_byte_in_which_it_keeps_the_length() -> None:
    assert 1 + 34 * MOST_FOR_BLUETOOTHD <= 255 < 1 + 34 * (MOST_FOR_BLUETOOTHD + 1)
    assert len(PATTERNS) > MOST_FOR_BLUETOOTHD
