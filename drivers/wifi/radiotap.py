"""Where radiotap keeps what we need; every layout is worked out once. It reads no frame, only `present` words.

Source: https://www.radiotap.org/fields/defined and the kernel's net/wireless/radiotap.c.
"""

from functools import lru_cache
from typing import TypeAlias

FLAGS, CHANNEL, SIGNAL = 1, 3, 5
NAMESPACE, VENDOR = 29, 30

# (size, alignment) of field 0, 1, 2, ...; the walk ends at the first field that is not in this table.
FIELDS = (
    *((8, 8), (1, 1), (1, 1), (4, 2), (2, 2), (1, 1), (1, 1), (2, 2), (2, 2), (2, 2)),
    *((1, 1), (1, 1), (1, 1), (1, 1), (2, 2), (2, 2), (1, 1), (1, 1), (8, 4), (3, 1)),
    *((8, 4), (12, 2), (12, 8), (12, 2), (12, 2), (6, 2), (1, 1), (4, 2)),
)
ABSENT = 0
"""The offset of a field that is not there: byte 0 is radiotap's version and never a field."""


Layout: TypeAlias = tuple[int, int, int]
"""Offsets in bytes of flags, channel and signal from the start of the frame; ABSENT (0) what is not there."""


@lru_cache(256)
def layout(words: tuple[int, ...]) -> Layout:
    """Where flags, channel and signal are, for these `present` words. The first one of each kind counts."""
    found: dict[int, int] = {}
    offset = 4 + 4 * len(words)
    for word in words:
        for field in range(NAMESPACE):
            if not word >> field & 1:
                continue
            if field >= len(FIELDS):
                return _offsets(found)
            size, alignment = FIELDS[field]
            offset = -(-offset // alignment) * alignment
            found.setdefault(field, offset)
            offset += size
        if word >> VENDOR & 1 or not word >> NAMESPACE & 1:
            break
    return _offsets(found)


def _offsets(found: dict[int, int]) -> Layout:
    return found.get(FLAGS, ABSENT), found.get(CHANNEL, ABSENT), found.get(SIGNAL, ABSENT)
