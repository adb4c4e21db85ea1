"""Goods that leave by a door with a reader: each item once, and whether a till's reader had it first."""

import math
from collections.abc import Collection
from dataclasses import dataclass

from observations import GoodsSighting, Tally, Value

PAID_S = 1800.0
"""Seconds for which goods that were heard at a till are paid."""

AGAIN_S = 60.0
"""Seconds of silence after which the same item at the portal is another passage."""

CERTAIN = 2
"""Reads that make a passage: one may be a reflection from inside the shop."""


@dataclass(slots=True)
class _Passage:
    reads: int
    heard_at: float
    counted: bool = False


class Portal:
    """The `portals` of a report: fed with the sightings of the portal's reader and, if there is one, of the tills'.

    `name` is the portal's reader; `tills` are other readers' antennas at tills, as (reader, antenna). Goods that lie
    too near the portal are heard all day: an item heard without a pause of `AGAIN_S` is one passage.
    """

    def __init__(self, name: str, tills: Collection[tuple[str, int]] = ()) -> None:
        self.name = name
        self._tills = frozenset(tills)
        self._paid: dict[int, float] = {}
        self._passages: dict[int, _Passage] = {}
        self._passed = self._unpaid = 0

    def feed(self, at: float, seen: GoodsSighting) -> None:
        """One inventory at the portal or at a till."""
        at_till = (seen.reader, seen.antenna) in self._tills
        for read in seen.goods:
            if at_till:
                self._paid[read.item] = at
            elif seen.reader == self.name:
                self._pass(at, read.item)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The goods carried out since the last restart."""
        values: dict[str, Value] = {
            "portal": self.name,
            "passed": self._passed,
            "unpaid": self._unpaid if self._tills else None,
        }
        return [Tally("portals", start, end, values)]

    def restart(self, at: float) -> None:
        """Begin the next window."""
        self._passed = self._unpaid = 0
        self._paid = {item: paid for item, paid in self._paid.items() if at - paid <= PAID_S}
        self._passages = {item: one for item, one in self._passages.items() if at - one.heard_at <= AGAIN_S}

    def _pass(self, at: float, item: int) -> None:
        passage = self._passages.get(item)
        if passage is None or at - passage.heard_at > AGAIN_S:
            passage = self._passages[item] = _Passage(0, at)
        passage.reads += 1
        passage.heard_at = at
        if passage.reads >= CERTAIN and not passage.counted:
            passage.counted = True
            self._passed += 1
            self._unpaid += at - self._paid.get(item, -math.inf) > PAID_S
