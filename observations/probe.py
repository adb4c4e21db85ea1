"""A WiFi probe request, for as long as it takes to tokenise it."""

from dataclasses import dataclass

from observations.base import Observation


@dataclass(frozen=True, slots=True, repr=False)
class ProbeRequest(Observation):
    """A phone asking which networks are there, heard by `sensor` at `at` (clock seconds).

    `address` is the transmitter's (6 bytes); `sequence` the 12-bit frame counter. `abilities` are the coarse
    information elements (supported rates, HT and extended capabilities) that all radios of one model send alike;
    network names and every other element were dropped by the parser. `rssi_dbm` and `frequency_mhz` are None
    where the radio driver does not say them.
    """

    at: float
    sensor: str
    address: bytes
    sequence: int
    rssi_dbm: int | None
    frequency_mhz: int | None
    abilities: bytes
