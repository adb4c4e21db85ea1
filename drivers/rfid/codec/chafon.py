"""Chafon and its kin (UHFReader18, 288M, 86): `length address command [status] data crc(2)`, without a start byte.

The CRC is CRC-16/MCRF4XX over everything before it, low byte first. Replies carry a status, commands do not.
"""

from binascii import crc_hqx
from collections.abc import Iterator
from dataclasses import dataclass

from drivers.rfid.codec.framing import CodecError, Tag

BROADCAST = 0xFF
INVENTORY, INFO, FREQUENCY, SCAN_TIME, POWER = 0x01, 0x21, 0x22, 0x25, 0x2F
OK, DONE, TIME_OVER, MORE, FULL = 0x00, 0x01, 0x02, 0x03, 0x04
NO_TAGS, ANTENNA_FAULT = 0xFB, 0xF8
UHFREADER18_TYPES = frozenset((0x08, 0x09))

REGIONS = {"cn": (0x13, 0x40), "us": (0x31, 0x80), "kr": (0x1F, 0xC0), "eu": (0x4E, 0x00)}
"""The band's highest and lowest channel as the reader wants them: two band bits and six of the channel, each."""

_MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True, repr=False)
class Command:
    """What the host says."""

    command: int
    data: bytes = b""
    address: int = BROADCAST


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """What the reader answers; `status` is a word of the protocol's own list."""

    command: int
    status: int
    data: bytes = b""
    address: int = 0


@dataclass(frozen=True, slots=True)
class Info:
    """What the reader tells of itself: firmware, type, band, power (dBm), scan time (units of 100 ms)."""

    firmware: tuple[int, int]
    type: int
    highest: int
    lowest: int
    power_dbm: int
    scan_time: int


def crc(data: bytes) -> bytes:
    """CRC-16/MCRF4XX, low byte first. Bytes are mirrored so that the unmirrored CRC of the library can be used."""
    value = crc_hqx(data.translate(_MIRROR), 0xFFFF)
    return bytes((_MIRROR[value >> 8], _MIRROR[value & 0xFF]))


def encode(frame: Command | Reply) -> bytes:
    """The frame on the wire."""
    status = bytes((frame.status,)) if isinstance(frame, Reply) else b""
    body = bytes((frame.address, frame.command)) + status + frame.data
    body = bytes((len(body) + 2,)) + body
    return body + crc(body)


class Framing:
    """How replies are found in a stream: any byte may be a length, so only the CRC tells."""

    starts = b""

    def length(self, stream: bytearray, at: int) -> int | None:
        return stream[at] + 1 if stream[at] >= 5 else 0

    def decode(self, raw: bytes) -> Reply:
        if len(raw) < 6 or raw[0] + 1 != len(raw):
            raise CodecError("not a frame")
        if crc(raw[:-2]) != raw[-2:]:
            raise CodecError("wrong crc")
        return Reply(raw[2], raw[3], raw[4:-2], raw[1])


def info(reply: Reply) -> Info:
    """The reader's description: `firmware(2) type protocols highest lowest power scan_time ...`. Raises CodecError."""
    data = reply.data
    if reply.command != INFO or reply.status != OK or len(data) < 8:
        raise CodecError("not a description")
    return Info((data[0], data[1]), data[2], data[4], data[5], data[6], data[7])


def tags(reply: Reply, *, with_rssi: bool) -> Iterator[Tag]:
    """The tags of an inventory. Raises CodecError when they do not fill the frame exactly.

    A 288M answers `antenna_bit n {length epc rssi}`, an UHFReader18 (`with_rssi` False) `n {length epc}`. The rssi is
    the reader's own scale; no control word is given, so one is made from the length.
    """
    data, at = reply.data, 1
    antenna = 1
    if with_rssi:
        if len(data) < 2 or not data[0]:
            raise CodecError("no antenna")
        antenna, data = data[0].bit_length(), data[1:]
    for _ in range(data[0] if data else 0):
        if at >= len(data):
            raise CodecError("fewer tags than announced")
        end = at + 1 + (data[at] & 0x7F)
        if end + with_rssi > len(data):
            raise CodecError("a tag is cut short")
        epc = data[at + 1 : end]
        yield Tag(len(epc) // 2 << 11, epc, antenna, float(data[end]) if with_rssi else None)
        at = end + with_rssi
    if data and at != len(data):
        raise CodecError("more bytes than tags")


def inventory(session: int, q: int, antenna: int, scan_time: int, target: int = 0) -> bytes:
    """The data of a 288M inventory on one antenna (1..8), of `scan_time` units of 100 ms, with no mask."""
    return bytes((q, session, target, 0x80 | (antenna - 1), scan_time))
