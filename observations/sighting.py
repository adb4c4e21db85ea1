"""What analytics may know of a radio in somebody's pocket: a token, a class, how loud it was, and when."""

from dataclasses import dataclass

from observations.base import Observation


@dataclass(frozen=True, slots=True, repr=False)
class DeviceSighting(Observation):
    """One transmission of one device, heard by `sensor` (a configured name) at `at` (clock seconds).

    `token` stands for the device's address under the key of `epoch`: tokens of different epochs cannot be
    linked, and many addresses may share one token. `device_class` is 16 bits, keyed by the same epoch, of what
    the device says of its abilities: phones of one model share it. `randomised` says that the address calls
    itself locally administered. `sequence` is the radio's own 12-bit frame counter, None where there is none.
    """

    at: float
    sensor: str
    epoch: int
    token: int
    device_class: int
    rssi_dbm: int
    randomised: bool
    sequence: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class BadgeSighting(Observation):
    """One transmission of one badge of the shop's own list, heard by `sensor` at `at` (clock seconds).

    `token` stands for the badge under the key of `epoch`; `role` is the configured role of whoever wears it. There
    is no name to be had, and nothing that counts per badge may leave the box.
    """

    at: float
    sensor: str
    epoch: int
    token: int
    role: str
    rssi_dbm: int
