"""Impinj E-series and R2000 modules (Indy, Rodinbell, Invelion, Yanzeo): `A0 length address command data sum`.

The sum is the two's complement of all bytes before it. A round ends and must be asked for again.
"""

from dataclasses import dataclass

from drivers.rfid.codec.framing import CodecError, Tag

PUBLIC = 0xFF
RESET, FIRMWARE = 0x70, 0x72
ANTENNA_SET, ANTENNA_GET = 0x74, 0x75
POWER_SET, POWER_GET = 0x76, 0x77
REGION_SET, REGION_GET = 0x78, 0x79
INVENTORY = 0x8B
SUCCESS, ANTENNA_MISSING = 0x10, 0x22

REGIONS = {"us": (0x01, 7, 59), "eu": (0x02, 0, 6), "cn": (0x03, 43, 53)}
"""Region, first and last channel: 0 is 865.0 MHz, 7 is 902.0 MHz, in steps of 500 kHz."""

_RSSI_OFFSET_DBM = -129


@dataclass(frozen=True, slots=True, repr=False)
class Frame:
    """One frame, in either direction."""

    command: int
    data: bytes = b""
    address: int = 0x01


@dataclass(frozen=True, slots=True)
class RoundEnd:
    """The end of a round: which antenna (1..8), how many reads a second, how many tags."""

    antenna: int
    reads_per_s: int
    reads: int


def encode(frame: Frame) -> bytes:
    """The frame on the wire."""
    body = bytes((0xA0, len(frame.data) + 3, frame.address, frame.command)) + frame.data
    return body + bytes((-sum(body) & 0xFF,))


class Framing:
    """How frames of this family are found in a stream."""

    starts = b"\xa0"

    def length(self, stream: bytearray, at: int) -> int | None:
        if len(stream) - at < 2:
            return None
        return stream[at + 1] + 2 if stream[at + 1] >= 3 else 0

    def decode(self, raw: bytes) -> Frame:
        if len(raw) < 5 or raw[0] != 0xA0 or raw[1] + 2 != len(raw):
            raise CodecError("not a frame")
        if sum(raw) & 0xFF:
            raise CodecError("wrong sum")
        return Frame(raw[3], raw[4:-1], raw[2])


def row(frame: Frame) -> Tag | RoundEnd | int:
    """What a frame of an inventory says: a tag, the round's end, or an error code. Raises CodecError.

    A tag is `channel_and_antenna pc(2) epc rssi`, the end `antenna reads_per_s(2) reads(4)`.
    """
    data = frame.data
    if frame.command != INVENTORY or not data:
        raise CodecError("not of an inventory")
    if len(data) == 1:
        return data[0]
    if len(data) == 7:
        return RoundEnd((data[0] & 0x07) + 1, data[1] << 8 | data[2], int.from_bytes(data[3:7], "big"))
    if len(data) < 4:
        raise CodecError("too short for a tag")
    pc, epc, strength = data[1] << 8 | data[2], data[3:-1], data[-1]
    if (pc >> 11) * 2 != len(epc):
        raise CodecError("the tag's length and its control word disagree")
    antenna = (data[0] & 0x03) + 1 + (4 if strength & 0x80 else 0)
    return Tag(pc, epc, antenna, (strength & 0x7F) + _RSSI_OFFSET_DBM)
