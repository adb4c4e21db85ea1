"""Which adverts to ask for where one must ask by pattern: everything that phones and beacons are known to begin with.

A kernel without filter hardware reports every advert once one pattern is set; controllers that filter by themselves,
and bluetoothd's monitors, report only what matches.
"""

from typing import NamedTuple

from drivers.ble.payload import FLAGS, MANUFACTURER, SERVICE_DATA_16

_COMPLETE_SERVICES_16 = 0x03


class Pattern(NamedTuple):
    """Advertising data of type `kind` that has `value` at `offset`."""

    offset: int
    kind: int
    value: bytes


PATTERNS = (
    *(Pattern(0, MANUFACTURER, company) for company in (b"\x4c\x00", b"\x75\x00")),
    *(Pattern(0, SERVICE_DATA_16, uuid) for uuid in (b"\xf3\xfe", b"\xaa\xfe")),
    Pattern(2, MANUFACTURER, b"\xbe\xac"),
    *(Pattern(0, FLAGS, bytes([flags])) for flags in (0x06, 0x02, 0x1A, 0x04)),
    *(Pattern(0, MANUFACTURER, company) for company in (b"\xe0\x00", b"\x06\x00")),
    *(Pattern(0, SERVICE_DATA_16, uuid) for uuid in (b"\xf1\xfc", b"\x6f\xfd")),
    Pattern(0, _COMPLETE_SERVICES_16, b"\xf3\xfe"),
)
"""Most telling first."""

MOST_FOR_BLUETOOTHD = 7
"""bluetoothd 5.66 keeps the length of a monitor in one byte: with an eighth pattern it corrupts its heap and dies."""
