"""The three open beacon formats, both ways: iBeacon, AltBeacon, Eddystone-UID. Anything else is no beacon."""

import struct
from enum import StrEnum
from typing import NamedTuple

from drivers.ble.payload import Payload

APPLE = 0x004C
EDDYSTONE = 0xFEAA

_IBEACON = b"\x02\x15"
_ALTBEACON = b"\xbe\xac"
_EDDYSTONE_UID = 0x00
_TX_AT_1M_LESS_THAN_AT_0M_DB = 41


class Format(StrEnum):
    """The beacon formats by the names that the configuration uses."""

    IBEACON = "ibeacon"
    ALTBEACON = "altbeacon"
    EDDYSTONE = "eddystone"


ID_LEN = {Format.IBEACON: 20, Format.ALTBEACON: 20, Format.EDDYSTONE: 16}


class Beacon(NamedTuple):
    """`identity` is UUID, major, minor (20 bytes); the AltBeacon identifier (20); namespace and instance (16).

    `power_dbm` is what the sender says its signal is at one metre.
    """

    format: Format
    identity: bytes
    power_dbm: int

    def __repr__(self) -> str:
        return "<Beacon>"


def beacon(payload: Payload) -> Beacon | None:
    """The beacon that a payload carries."""
    for company, value in payload.manufacturer:
        if company == APPLE and len(value) == 23 and value[:2] == _IBEACON:
            return Beacon(Format.IBEACON, value[2:22], _signed(value[22]))
        # AltBeacon leaves the company to its maker: the code after it is what tells.
        if len(value) == 24 and value[:2] == _ALTBEACON:
            return Beacon(Format.ALTBEACON, value[2:22], _signed(value[22]))
    for service, value in payload.service_data:
        # Frames of 20 bytes carry two reserved ones, which early transmitters leave out.
        if service == EDDYSTONE and len(value) >= 18 and value[0] == _EDDYSTONE_UID:
            return Beacon(Format.EDDYSTONE, value[2:18], _signed(value[1]) - _TX_AT_1M_LESS_THAN_AT_0M_DB)
    return None


def advertising_data(shown: Beacon) -> bytes:
    """The 31 bytes or fewer that transmit `shown`, flags included: the inverse of `beacon`. Raises ValueError."""
    if len(shown.identity) != ID_LEN[shown.format]:
        raise ValueError(f"{shown.format} needs an identity of {ID_LEN[shown.format]} bytes")
    flags = b"\x02\x01\x06"
    power = struct.pack("b", shown.power_dbm)
    if shown.format is Format.IBEACON:
        return flags + b"\x1a\xff" + struct.pack("<H", APPLE) + _IBEACON + shown.identity + power
    if shown.format is Format.ALTBEACON:
        # 0xFFFF is the company number reserved for those who have none.
        return flags + b"\x1b\xff\xff\xff" + _ALTBEACON + shown.identity + power + b"\x00"
    near = struct.pack("b", min(127, shown.power_dbm + _TX_AT_1M_LESS_THAN_AT_0M_DB))
    service = struct.pack("<H", EDDYSTONE)
    return flags + b"\x03\x03" + service + b"\x17\x16" + service + b"\x00" + near + shown.identity + b"\x00\x00"


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte
