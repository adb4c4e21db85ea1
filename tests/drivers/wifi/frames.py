"""Frames as phones and drivers make them, built here byte by byte."""

import struct
from collections.abc import Sequence

BROADCAST = b"\xff" * 6
PHONE = bytes.fromhex("da1122334455")
RATES = bytes.fromhex("010402040b16")
MORE_RATES = bytes.fromhex("32080c1218243048606c")
HT = bytes.fromhex("2d1aef0117ffff") + bytes(21)
EXTENDED = bytes.fromhex("7f080400088400000040")
VENDOR = bytes.fromhex("dd070050f208000000")
CHANNEL_6 = bytes.fromhex("030106")
ELEMENTS = (RATES, MORE_RATES, CHANNEL_6, HT, EXTENDED, VENDOR)
FCS = b"\xde\xad\xbe\xef"

Field = tuple[int, str, int, int]
"""Bit of `present`, struct code, alignment, value."""


def radiotap(fields: Sequence[Field], more_words: Sequence[int] = ()) -> bytes:
    """A header with these fields in order, and further `present` words behind the first."""
    present = sum(1 << bit for bit, *_ in fields)
    words = [present, *more_words]
    words = [word | 1 << 31 for word in words[:-1]] + words[-1:]
    body = struct.pack(f"<{len(words)}I", *words)
    for _, code, alignment, value in fields:
        body += b"\0" * (-(4 + len(body)) % alignment) + struct.pack("<" + code, value)
    return struct.pack("<BBH", 0, 0, 4 + len(body)) + body


def common(rssi_dbm: int, flags: int = 0, mhz: int = 2437) -> bytes:
    """What most drivers send: flags, rate, channel, signal, antenna."""
    return radiotap([(1, "B", 1, flags), (2, "B", 1, 2), (3, "I", 2, mhz), (5, "b", 1, rssi_dbm), (11, "B", 1, 0)])


def probe(address: bytes = PHONE, sequence: int = 1, name: bytes = b"", elements: Sequence[bytes] = ELEMENTS) -> bytes:
    """A probe request without FCS."""
    header = struct.pack("<HH6s6s6sH", 0x0040, 0, BROADCAST, address, BROADCAST, sequence << 4 & 0xFFFF)
    return header + bytes([0, len(name)]) + name + b"".join(elements)


def beacon(sequence: int = 1) -> bytes:
    """An access point announcing itself."""
    header = struct.pack("<HH6s6s6sH", 0x0080, 0, BROADCAST, b"\x02ap\0\0\1", b"\x02ap\0\0\1", sequence << 4 & 0xFFFF)
    return header + struct.pack("<QHH", sequence, 100, 0x431) + b"\x00\x04shop" + RATES + bytes(96)


def capture(frames: Sequence[tuple[float, bytes]], link: int = 127) -> bytes:
    """A little-endian pcap file with microseconds."""
    body = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    for at, frame in frames:
        body += struct.pack("<IIII", int(at), round(at % 1 * 1e6), len(frame), len(frame)) + frame
    return body
