"""Advertising data: length-type-value structures to a payload. Total: a broken structure ends the payload there.

Names, appearance and every other structure that could tell a person are skipped, not kept.
"""

from typing import NamedTuple

FLAGS = 0x01
SERVICES_16 = (0x02, 0x03)
SERVICE_DATA_16 = 0x16
MANUFACTURER = 0xFF

MAX_LEN = 1650
"""The longest extended advertising data that a host gathers (Core Specification, Vol 4 Part E 7.8.64)."""

_BASE_UUID = "-0000-1000-8000-00805f9b34fb"


class Payload(NamedTuple):
    """What counting needs of one advert. Company identifiers and 16-bit service UUIDs are the assigned numbers."""

    manufacturer: tuple[tuple[int, bytes], ...] = ()
    service_data: tuple[tuple[int, bytes], ...] = ()
    services: tuple[int, ...] = ()

    def __repr__(self) -> str:
        return "<Payload>"


def structures(data: bytes) -> list[tuple[int, bytes]]:
    """The (type, value) structures of advertising data, in order (Core Specification Supplement, Part A).

    A zero length ends the significant part; a length past the end drops that structure and what follows.
    """
    found: list[tuple[int, bytes]] = []
    at, end = 0, min(len(data), MAX_LEN)
    while at < end:
        length = data[at]
        if length == 0 or at + 1 + length > end:
            break
        found.append((data[at + 1], data[at + 2 : at + 1 + length]))
        at += 1 + length
    return found


def parse(data: bytes) -> Payload:
    """The payload of raw advertising data."""
    manufacturer: list[tuple[int, bytes]] = []
    service_data: list[tuple[int, bytes]] = []
    services: list[int] = []
    for kind, value in structures(data):
        if kind == MANUFACTURER and len(value) >= 2:
            manufacturer.append((value[0] | value[1] << 8, value[2:]))
        elif kind == SERVICE_DATA_16 and len(value) >= 2:
            service_data.append((value[0] | value[1] << 8, value[2:]))
        elif kind in SERVICES_16:
            services.extend(value[i] | value[i + 1] << 8 for i in range(0, len(value) - 1, 2))
    return Payload(tuple(manufacturer), tuple(service_data), tuple(services))


def short_uuid(text: str) -> int | None:
    """The 16-bit number of a UUID that D-Bus wrote in full, None for one of the 128-bit kind."""
    text = text.lower()
    if len(text) != 36 or not text.startswith("0000") or not text.endswith(_BASE_UUID):
        return None
    try:
        return int(text[4:8], 16)
    except ValueError:
        return None
