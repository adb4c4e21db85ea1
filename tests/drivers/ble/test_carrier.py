import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ble.carrier import address_kind, carrier
from drivers.ble.payload import parse
from observations import AddressKind, Carrier


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("02011a 0aff4c00 1005 0a1c2b3c4d", Carrier.PHONE),  # nearby info
        ("02011a 0cff4c00 0c07 00112233445566", Carrier.PHONE),  # Handoff alone
        ("07ff4c00 1202 0001", Carrier.ACCESSORY),  # Find My alone: a tag or a device switched off
        ("0eff4c00 1202 0001 1005 0a1c2b3c4d", Carrier.PHONE),  # a phone that also helps to find others
        ("02011a 09ff4c00 0704 01020304", Carrier.ACCESSORY),  # earphones
        ("0dff4c00 0b01 00 1005 0a1c2b3c4d", Carrier.ACCESSORY),  # a watch
        ("07ff4c00 0902 0001", Carrier.FIXTURE),  # television
        ("0201061aff4c000215e2c56db5dffb48d2b060d0f5a71096e000010002c5", Carrier.BEACON),
        ("03 03 f3fe 0516f3fe4a17", Carrier.PHONE),
        ("03 03 6ffd", Carrier.PHONE),
        ("05 16 2cfe 0102", Carrier.ACCESSORY),  # Fast Pair
        ("03 03 edfe", Carrier.ACCESSORY),  # tag
        ("0416aafe41", Carrier.ACCESSORY),  # find-my-device network
        ("0416aafe10", Carrier.BEACON),
        ("0516 95fe 3058", Carrier.FIXTURE),
        ("06ff0600 01 09 20", Carrier.COMPUTER),
        ("06ff0600 01 08 20", Carrier.PHONE),
        ("04ff750042", Carrier.PHONE),
        ("02011a", Carrier.UNKNOWN),
        ("", Carrier.UNKNOWN),
    ],
)
def test_carriers(payload: str, expected: Carrier) -> None:
    data = bytearray.fromhex(payload)
    # The lines above are written for reading; lengths of manufacturer data are filled in here.
    marker = data.find(b"\xff")
    if marker > 0:
        data[marker - 1] = len(data) - marker
    assert carrier(parse(bytes(data))) is expected


@given(st.binary(max_size=64))
def test_every_payload_has_a_carrier(data: bytes) -> None:
    assert carrier(parse(data)) in Carrier


@pytest.mark.parametrize(
    ("address", "random", "expected"),
    [
        ("c00000000001", True, AddressKind.STATIC),
        ("708194dfbaa0", True, AddressKind.RESOLVABLE),
        ("3f0000000000", True, AddressKind.NON_RESOLVABLE),
        ("8f0000000000", True, AddressKind.NON_RESOLVABLE),
        ("c00000000001", False, AddressKind.PUBLIC),
    ],
)
def test_address_kinds(address: str, random: bool, expected: AddressKind) -> None:
    assert address_kind(bytes.fromhex(address), random=random) is expected
