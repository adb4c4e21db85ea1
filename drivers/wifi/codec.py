"""Bytes from a monitor interface to a ProbeRequest: pure, total, and blind to every name a phone calls out.

Network names, vendor elements and all else that tells one phone from another of its model are skipped unread.
Source: IEEE 802.11-2020 9.3.3.9 (probe request) and 9.4.2 (elements); radiotap.org.
"""

from struct import Struct

from drivers.base import CodecError
from drivers.wifi.radiotap import layout
from observations import ProbeRequest

ABILITIES = bytes(kind in (1, 45, 50, 127) for kind in range(256))
"""1 where an element is one of: supported rates, HT capabilities, extended rates, extended capabilities."""
PROBE_REQUEST = 0x40
FCS_AT_END, BAD_FCS = 0x10, 0x40
HEADER_BYTES = 24
FCS_BYTES = 4
EXTENDED = 1 << 31
"""Of a present word: another one follows."""

_radiotap = Struct("<BxHI").unpack_from
_header = Struct("<10x6s6xH").unpack_from
_word = Struct("<I").unpack_from
_frequency = Struct("<H").unpack_from


def probe_request(frame: bytes, at: float, sensor: str) -> ProbeRequest | None:
    """The probe request in a radiotap `frame`, None if it is another kind of frame or has a bad checksum.

    Raises CodecError if there is no whole 802.11 header. A frame cut in its elements gives those that are whole.
    """
    total = len(frame)
    if total < 8:
        raise CodecError("shorter than a radiotap header")
    version, start, present = _radiotap(frame)
    if version or start + HEADER_BYTES > total:
        raise CodecError("no whole 802.11 header behind radiotap")
    if frame[start] != PROBE_REQUEST:
        return None
    flags_at, channel_at, signal_at = layout((present,) if present < EXTENDED else present_words(frame, start))
    if 0 < flags_at < start:
        flags = frame[flags_at]
        if flags & BAD_FCS:
            return None
        if flags & FCS_AT_END:
            total -= FCS_BYTES
    rssi_dbm = (frame[signal_at] ^ 0x80) - 0x80 if 0 < signal_at < start else None
    frequency_mhz = _frequency(frame, channel_at)[0] if 0 < channel_at < start - 1 else None
    address, counter = _header(frame, start)
    return ProbeRequest(
        at, sensor, address, counter >> 4, rssi_dbm, frequency_mhz, abilities(frame, start + HEADER_BYTES, total)
    )


def bare_probe_request(frame: bytes, at: float, sensor: str) -> ProbeRequest | None:
    """The same for an 802.11 frame without radiotap (link type 105), which says neither strength nor channel."""
    if len(frame) < HEADER_BYTES:
        raise CodecError("no whole 802.11 header")
    if frame[0] != PROBE_REQUEST:
        return None
    address, counter = _header(frame, 0)
    return ProbeRequest(at, sensor, address, counter >> 4, None, None, abilities(frame, HEADER_BYTES, len(frame)))


def present_words(frame: bytes, length: int) -> tuple[int, ...]:
    """All `present` words of a radiotap header of `length` bytes; CodecError if they run out of it."""
    words = []
    for offset in range(4, length - 3, 4):
        words.append(_word(frame, offset)[0])
        if words[-1] < EXTENDED:
            return tuple(words)
    raise CodecError("radiotap's present words have no end")


def abilities(frame: bytes, here: int, end: int) -> bytes:
    """The elements of kinds ABILITIES between two offsets, as sent; a torn last element is not one."""
    found = b""
    last = end - 2
    while here <= last:
        after = here + 2 + frame[here + 1]
        if ABILITIES[frame[here]] and after <= end:
            found += frame[here:after]
        here = after
    return found
