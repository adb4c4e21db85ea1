import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ble.beacons import ID_LEN, Beacon, Format, advertising_data, beacon
from drivers.ble.payload import Payload, parse

IBEACON = bytes.fromhex("0201061aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010002c5")
ALTBEACON = bytes.fromhex("1bff1801beac" + "00112233445566778899aabbccddeeff" + "0007002a" + "ba" + "00")
EDDYSTONE = bytes.fromhex("0303aafe1716aafe00e7" + "00010203040506070809" + "0a0b0c0d0e0f" + "0000")


def test_ibeacon() -> None:
    identity = bytes.fromhex("e2c56db5dffb48d2b060d0f5a71096e000010002")
    assert beacon(parse(IBEACON)) == Beacon(Format.IBEACON, identity, -59)


def test_altbeacon_of_any_company() -> None:
    assert beacon(parse(ALTBEACON)) == Beacon(
        Format.ALTBEACON, bytes.fromhex("00112233445566778899aabbccddeeff0007002a"), -70
    )


@pytest.mark.parametrize("reserved", [2, 0])
def test_eddystone_uid_with_and_without_the_reserved_bytes(reserved: int) -> None:
    frame = bytes.fromhex("00e7" + "00010203040506070809" + "0a0b0c0d0e0f") + bytes(reserved)
    # -25 dBm at 0 m is -66 dBm at 1 m.
    assert beacon(Payload((), ((0xFEAA, frame),), ())) == Beacon(Format.EDDYSTONE, frame[2:18], -66)


@pytest.mark.parametrize("cut", range(len(EDDYSTONE) - 2))
def test_a_cut_beacon_is_none(cut: int) -> None:
    assert beacon(parse(EDDYSTONE[:cut])) is None
    assert beacon(parse(IBEACON[: min(cut, len(IBEACON) - 1)])) is None


def test_other_frames_of_eddystone_are_no_identity() -> None:
    assert beacon(Payload((), ((0xFEAA, b"\x20" + bytes(17)),), ())) is None


@given(st.sampled_from(Format), st.data(), st.integers(-100, 20))
def test_what_is_transmitted_is_what_is_heard(form: Format, data: st.DataObject, power_dbm: int) -> None:
    shown = Beacon(form, data.draw(st.binary(min_size=ID_LEN[form], max_size=ID_LEN[form])), power_dbm)
    raw = advertising_data(shown)
    assert len(raw) <= 31
    assert beacon(parse(raw)) == shown


def test_an_identity_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="20 bytes"):
        advertising_data(Beacon(Format.IBEACON, b"short", -59))
