"""Writes btsnoop recordings, so that tests need nobody's real adverts."""

import struct
from collections.abc import Iterable
from pathlib import Path

EPOCH_US = 0x00DCDDB30F2F8000
"""Microseconds from the year 0 to 1970, which is where btsnoop begins to count."""


def h4_report(address: bytes, rssi_dbm: int, data: bytes, *, random: bool = True) -> bytes:
    """One LE Advertising Report event (Vol 4 Part E 7.7.65.2) behind its H4 type."""
    report = struct.pack("<BB", 0, random) + address[::-1] + bytes([len(data)]) + data + struct.pack("b", rssi_dbm)
    body = b"\x02\x01" + report
    return b"\x04\x3e" + bytes([len(body)]) + body


def h4_extended(address: bytes, rssi_dbm: int, data: bytes) -> bytes:
    """The same as an LE Extended Advertising Report (7.7.65.13)."""
    head = struct.pack("<HB", 0x0010, 1) + address[::-1] + struct.pack("<BBBbbHB", 1, 0, 0xFF, 127, rssi_dbm, 0, 0)
    body = b"\x0d\x01" + head + bytes(6) + bytes([len(data)]) + data
    return b"\x04\x3e" + bytes([len(body)]) + body


def write(path: Path, packets: Iterable[tuple[float, bytes]], *, link: int = 1002) -> None:
    """A recording of (seconds, H4 packet)."""
    with path.open("wb") as file:
        file.write(b"btsnoop\x00" + struct.pack(">II", 1, link))
        for at, packet in packets:
            stamp = EPOCH_US + round(at * 1e6)
            file.write(struct.pack(">IIIIq", len(packet), len(packet), 3, 0, stamp) + packet)
