"""The kernel's Bluetooth management protocol (BlueZ doc/mgmt-api.txt): frames to values and back, nothing else.

Total: a frame that is cut short or not understood is None.
"""

import struct
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from drivers.ble.patterns import PATTERNS

NO_INDEX = 0xFFFF

READ_INDEX_LIST = 0x0003
READ_INFO = 0x0004
SET_POWERED = 0x0005
START_DISCOVERY = 0x0023
STOP_DISCOVERY = 0x0024
ADD_ADVERTISING = 0x003E
REMOVE_ADVERTISING = 0x003F
ADD_MONITOR = 0x0052
REMOVE_MONITOR = 0x0053

SUCCESS = 0x00
BUSY = 0x0A
REJECTED = 0x0B
INVALID_INDEX = 0x11
RFKILLED = 0x12
PERMISSION_DENIED = 0x14

LOW_ENERGY = 0x06
"""The address types of a discovery: LE public and LE random."""

POWERED = 0x00000001
LE_ENABLED = 0x00000200

_HEADER = struct.Struct("<HHH")
_FOUND = struct.Struct("<6sBbIH")
_SMALL = struct.Struct("<HB")
_COMPLETE, _STATUS, _INDEX_ADDED, _INDEX_REMOVED = 0x0001, 0x0002, 0x0004, 0x0005
_NEW_SETTINGS, _DEVICE_FOUND = 0x0006, 0x0012
_MONITOR_REMOVED, _MONITOR_DEVICE_FOUND = 0x002C, 0x002F
_LE_PUBLIC, _LE_RANDOM = 1, 2
_NO_RSSI = 127


class Found(NamedTuple):
    """An advert: address most significant byte first, raw advertising data."""

    adapter: int
    address: bytes
    random: bool
    rssi_dbm: int
    data: bytes

    def __repr__(self) -> str:
        return "<Found>"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command; `body` is empty unless it succeeded."""

    index: int
    command: int
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class IndexAdded:
    """An adapter appeared."""

    index: int


@dataclass(frozen=True, slots=True)
class IndexRemoved:
    """An adapter was pulled or its driver gave up."""

    index: int


@dataclass(frozen=True, slots=True)
class Settings:
    """The adapter's settings changed: somebody switched its power or low energy."""

    index: int
    flags: int


@dataclass(frozen=True, slots=True)
class MonitorRemoved:
    """An advertisement monitor is gone: bluetoothd removes everybody's when it starts."""

    index: int
    handle: int


Event: TypeAlias = Found | Reply | IndexAdded | IndexRemoved | Settings | MonitorRemoved


class Info(NamedTuple):
    """An adapter. `flags` are its current settings."""

    address: bytes
    flags: int

    def __repr__(self) -> str:
        return "<Info>"


def decode(frame: bytes) -> Event | None:
    """One datagram of the management socket."""
    if len(frame) < _HEADER.size:
        return None
    code, index, length = _HEADER.unpack_from(frame)
    if len(frame) != _HEADER.size + length:
        return None
    if code == _MONITOR_DEVICE_FOUND:
        return _found(frame, _HEADER.size + 2, index)
    if code == _DEVICE_FOUND:
        return _found(frame, _HEADER.size, index)
    if code in (_COMPLETE, _STATUS) and length >= _SMALL.size:
        command, status = _SMALL.unpack_from(frame, _HEADER.size)
        return Reply(index, command, status, frame[_HEADER.size + _SMALL.size :] if code == _COMPLETE else b"")
    return _changed(code, index, frame[_HEADER.size :])


def command(code: int, index: int = NO_INDEX, body: bytes = b"") -> bytes:
    """One command."""
    return _HEADER.pack(code, index, len(body)) + body


def add_monitor(index: int) -> bytes:
    """Ask for passive scanning. The kernel refuses a monitor without patterns."""
    rows = b"".join(struct.pack("<BBB31s", p.kind, p.offset, len(p.value), p.value) for p in PATTERNS)
    return command(ADD_MONITOR, index, bytes([len(PATTERNS)]) + rows)


def handle(body: bytes) -> int:
    """The handle in the reply to `add_monitor`."""
    return body[0] | body[1] << 8 if len(body) >= 2 else 0


def remove_monitor(index: int, monitor: int) -> bytes:
    """Give a monitor back."""
    return command(REMOVE_MONITOR, index, struct.pack("<H", monitor))


def add_advertising(index: int, data: bytes) -> bytes:
    """Transmit `data` as instance 1, for ever, neither connectable nor scannable (ADV_NONCONN_IND)."""
    return command(ADD_ADVERTISING, index, struct.pack("<BIHHBB", 1, 0, 0, 0, len(data), 0) + data)


def remove_advertising(index: int) -> bytes:
    """Fall silent again."""
    return command(REMOVE_ADVERTISING, index, b"\x01")


def indices(body: bytes) -> tuple[int, ...]:
    """The adapters in the reply to READ_INDEX_LIST."""
    if len(body) < 2:
        return ()
    count = min(body[0] | body[1] << 8, (len(body) - 2) // 2)
    return struct.unpack_from(f"<{count}H", body, 2)


def info(body: bytes) -> Info | None:
    """The adapter in the reply to READ_INFO."""
    if len(body) < 17:
        return None
    return Info(body[5::-1], int.from_bytes(body[13:17], "little"))


def _found(frame: bytes, at: int, index: int) -> Found | None:
    if len(frame) < at + _FOUND.size:
        return None
    address, kind, rssi_dbm, _flags, length = _FOUND.unpack_from(frame, at)
    data = frame[at + _FOUND.size :]
    if kind not in (_LE_PUBLIC, _LE_RANDOM) or len(data) != length or rssi_dbm == _NO_RSSI:
        return None
    return Found(index, address[::-1], kind == _LE_RANDOM, rssi_dbm, data)


def _changed(code: int, index: int, body: bytes) -> Event | None:
    if code == _INDEX_ADDED:
        return IndexAdded(index)
    if code == _INDEX_REMOVED:
        return IndexRemoved(index)
    if code == _NEW_SETTINGS and len(body) >= 4:
        return Settings(index, int.from_bytes(body[:4], "little"))
    if code == _MONITOR_REMOVED and len(body) >= 2:
        return MonitorRemoved(index, body[0] | body[1] << 8)
    return None
