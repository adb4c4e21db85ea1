"""btsnoop recordings (RFC 1761 with Bluetooth's link types): HCI packets to adverts. Total, and bounded by a record.

Reads the H4 and the bare HCI form, as phones and `btmon --write` leave them behind, and the legacy and extended
advertising reports of the Core Specification (Vol 4 Part E 7.7.65.2 and .13). It refuses every other packet.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from drivers.base import CodecError

_MAGIC = b"btsnoop\x00"
_BARE, _H4, _MONITOR = 1001, 1002, 2001
_RECORD = struct.Struct(">IIIIq")
_MOST = 65536
_EVENT, _LE_META = 0x04, 0x3E
_LEGACY, _EXTENDED = 0x02, 0x0D
_MONITOR_EVENT = 3
_RANDOM = (1, 3)
_PUBLIC = (0, 2)
_NO_RSSI = 127


class Reported(NamedTuple):
    """One advert and when it was recorded (seconds on the recorder's clock); address most significant byte first."""

    at: float
    address: bytes
    random: bool
    rssi_dbm: int
    data: bytes

    def __repr__(self) -> str:
        return "<Reported>"


def recorded(file: BinaryIO) -> Iterator[Reported]:
    """The adverts of a recording, in its order. Raises CodecError when it is none; a cut end is a normal end."""
    head = file.read(16)
    if len(head) != 16 or head[:8] != _MAGIC:
        raise CodecError("this is no btsnoop recording")
    _, link = struct.unpack(">II", head[8:])
    if link not in (_BARE, _H4, _MONITOR):
        raise CodecError(f"a recording of link type {link} is not read")
    while len(record := file.read(_RECORD.size)) == _RECORD.size:
        _, length, flags, _, microseconds = _RECORD.unpack(record)
        if length > _MOST:
            raise CodecError("a record is longer than any packet")
        packet = file.read(length)
        if len(packet) != length:
            return
        event = _event(link, flags, packet)
        if event is not None:
            yield from reports(microseconds / 1e6, event)


def reports(at: float, event: bytes) -> Iterator[Reported]:
    """The adverts of one HCI event (code, length, parameters); none when it is something else or broken."""
    if len(event) < 4 or event[0] != _LE_META or event[1] != len(event) - 2:
        return
    if event[2] == _LEGACY:
        yield from _legacy(at, event[3], event[4:])
    elif event[2] == _EXTENDED:
        yield from _extended(at, event[3], event[4:])


def _event(link: int, flags: int, packet: bytes) -> bytes | None:
    if link == _H4:
        return packet[1:] if packet[:1] == bytes([_EVENT]) else None
    if link == _MONITOR:
        return packet if flags & 0xFFFF == _MONITOR_EVENT else None
    # Bare: bit 0 says received, bit 1 command or event.
    return packet if flags & 3 == 3 else None


def _legacy(at: float, count: int, body: bytes) -> Iterator[Reported]:
    """Reports one after another: event type, address type, address, length, data, signal strength."""
    place = 0
    for _ in range(count):
        if len(body) < place + 9:
            return
        length = body[place + 8]
        end = place + 9 + length
        if len(body) <= end:
            return
        yield from _one(at, body[place + 1], body[place + 2 : place + 8], body[end], body[place + 9 : end])
        place = end + 1


def _extended(at: float, count: int, body: bytes) -> Iterator[Reported]:
    place = 0
    for _ in range(count):
        if len(body) < place + 24:
            return
        end = place + 24 + body[place + 23]
        if len(body) < end:
            return
        yield from _one(at, body[place + 2], body[place + 3 : place + 9], body[place + 13], body[place + 24 : end])
        place = end


def _one(at: float, kind: int, address: bytes, rssi: int, data: bytes) -> Iterator[Reported]:
    rssi_dbm = rssi - 256 if rssi > 127 else rssi
    if kind in (*_PUBLIC, *_RANDOM) and rssi_dbm != _NO_RSSI:
        yield Reported(at, address[::-1], kind in _RANDOM, rssi_dbm, data)
