"""What a reader hears while a technician stands beside it: tags, read rates and the window they call for, by SKU.

Tells no serial. Items are kept apart by their EPC for as long as the survey lasts, and forgotten with it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import fmean

from analytics.evidence import RULES
from observations import Inventory

LOW_TENTH = 0.1


@dataclass(frozen=True, slots=True)
class Row:
    """One SKU (or GTIN that is not in the plan) before one antenna.

    `read_rate` is the mean share of epochs (0..1) in which a tag answered and `weakest` that of the poorest tenth;
    `window_s` is how long a pick of such a poor tag takes to be certain with nobody near.
    """

    antenna: int
    sku: str
    planned: bool
    tags: int
    read_rate: float
    weakest: float
    rssi_db: float | None
    window_s: float


@dataclass(slots=True)
class _Tag:
    sku: str
    planned: bool
    reads: int = 0
    strength: float = 0.0
    told: int = 0


@dataclass(slots=True)
class _Antenna:
    epochs: int = 0
    seconds: float = 0.0
    unknown: int = 0
    tags: dict[bytes, _Tag] = field(default_factory=dict)


class ShelfSurvey:
    """Fed with a reader's inventories; `skus` names the trade items of the plan."""

    def __init__(self, skus: Mapping[str, str]) -> None:
        self._skus = skus
        self._antennas: dict[int, _Antenna] = {}

    def feed(self, seen: Inventory) -> None:
        """One inventory."""
        antenna = self._antennas.setdefault(seen.antenna, _Antenna())
        antenna.epochs += 1
        antenna.seconds += seen.seconds
        antenna.unknown = max(antenna.unknown, seen.unknown)
        for read in seen.reads:
            sku = self._skus.get(read.gtin)
            tag = antenna.tags.setdefault(read.epc, _Tag(sku or read.gtin, sku is not None))
            tag.reads += 1
            if read.rssi_db is not None:
                tag.strength += read.rssi_db
                tag.told += 1

    @property
    def epochs(self) -> int:
        """Inventories heard."""
        return sum(antenna.epochs for antenna in self._antennas.values())

    @property
    def unknown(self) -> int:
        """Most tags heard at once that name no trade item."""
        return max((antenna.unknown for antenna in self._antennas.values()), default=0)

    def rows(self) -> list[Row]:
        """By antenna and SKU; a tag that has answered once is told too."""
        return [
            _row(number, antenna, sku, [tag for tag in antenna.tags.values() if tag.sku == sku])
            for number, antenna in sorted(self._antennas.items())
            for sku in sorted({tag.sku for tag in antenna.tags.values()})
        ]


def window_epochs(rate: float, tags: int) -> int:
    """Epochs of silence after which one of `tags`, read at this rate, has gone, as analytics.evidence judges it."""
    rate = min(max(rate, 0.05), 0.95)
    nats = math.log(RULES.certain * max(tags, 1) / RULES.unseen)
    return math.ceil(nats / (math.log1p(-RULES.stray) - math.log1p(-rate)))


def _row(number: int, antenna: _Antenna, sku: str, tags: list[_Tag]) -> Row:
    rates = sorted(tag.reads / antenna.epochs for tag in tags)
    weakest = rates[int(LOW_TENTH * len(rates))]
    strengths = [tag.strength / tag.told for tag in tags if tag.told]
    return Row(
        number,
        sku,
        tags[0].planned,
        len(tags),
        round(fmean(rates), 2),
        round(weakest, 2),
        round(fmean(strengths), 1) if strengths else None,
        round(window_epochs(weakest, len(antenna.tags)) * antenna.seconds / antenna.epochs, 1),
    )
