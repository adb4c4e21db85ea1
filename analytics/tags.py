"""The tagged items before one antenna, in the order of the shelf, a row of figures each; it judges nothing."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]

Heard = Mapping[int, tuple[int, float]]
"""The items of one epoch, each with the rank of its SKU along the shelf and its signal strength (dB, or NaN)."""

_TAG = np.dtype(
    [
        ("item", np.uint64),
        ("rank", np.int64),
        ("present", np.bool_),
        ("shadowed", np.bool_),
        ("rate", np.float64),
        ("learnt", np.float64),
        ("gap", np.float64),
        ("odds", np.float64),
        ("heard_at", np.float64),
        ("handled_at", np.float64),
        ("strength", np.float64),
        ("spread", np.float64),
        ("history", np.int64),
    ]
)
"""One row a tag: `rate` learnt from `learnt` epochs, `gap` undisturbed misses since the last read, `odds` that it has
gone, `heard_at` and `handled_at` clock seconds, `strength` and `spread` the usual signal (dB, NaN before the first),
`history` the last epochs' bits."""

_NOW = 0b111
_LATELY = (1 << 64) - 1
"""Epochs that a tag which is not admitted yet is remembered: behind somebody a new one is read once in some seconds."""

FIRST_RATE = 0.4
"""The read rate of a tag that nothing is known of."""


class Tags:
    """All items that lie or have lain there. `rows` may be written by who judges them; neighbours are neighbours.

    An item is admitted once it was heard in `seen` of `of` epochs: a stray read makes no stock. Items of one SKU lie
    in no known order.
    """

    def __init__(self, seen: int, of: int) -> None:
        self._seen, self._mask = seen, (1 << of) - 1
        self.rows = np.zeros(0, _TAG)
        self.index: dict[int, int] = {}
        self._candidates: dict[int, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self.index)

    def stock(self, ranks: int) -> tuple[list[int], list[int]]:
        """How many items of each rank below `ranks` lie there, and how many of them stand in a shadow."""
        rows = self.rows
        present = np.bincount(rows["rank"][rows["present"]], minlength=ranks)
        shadowed = np.bincount(rows["rank"][rows["present"] & rows["shadowed"]], minlength=ranks)
        return present.tolist(), shadowed.tolist()

    def coming(self, ranks: int) -> list[int]:
        """How many items of each rank below `ranks` may have just come: away and read twice of late or a moment ago, or
        new and read at all."""
        away = self.rows[~self.rows["present"]]
        heard = zip(away["history"].tolist(), away["rank"].tolist(), strict=True)
        come = [rank for bits, rank in heard if bits & _NOW or bits.bit_count() > 1]
        come += [rank for _, rank in self._candidates.values()]
        return [come.count(rank) for rank in range(ranks)]

    def named(self, which: Bools) -> tuple[int, ...]:
        """The items of these rows."""
        return tuple(self.rows["item"][which].tolist()) if which.any() else ()

    def admit(self, at: float, heard: Heard) -> tuple[int, ...]:
        """Let in whom this epoch makes certain; returns them."""
        aged = {item: (bits << 1 & _LATELY, rank) for item, (bits, rank) in self._candidates.items()}
        for item, (rank, _) in heard.items():
            if item not in self.index:
                aged[item] = aged.get(item, (0, rank))[0] | 1, rank
        if not aged:
            return ()
        enough = {item: rank for item, (bits, rank) in aged.items() if (bits & self._mask).bit_count() >= self._seen}
        self._candidates = {item: seen for item, seen in aged.items() if seen[0] and item not in enough}
        if enough:
            self._insert(at, enough)
        return tuple(enough)

    def keep(self, which: Bools) -> None:
        """Forget all other rows."""
        self._order(self.rows[which])

    def _insert(self, at: float, new: Mapping[int, int]) -> None:
        rows = np.zeros(len(new), _TAG)
        rows["item"], rows["rank"] = list(new), list(new.values())
        rows["present"], rows["rate"] = True, FIRST_RATE
        rows["heard_at"], rows["handled_at"], rows["strength"] = at, -np.inf, np.nan
        both = np.concatenate([self.rows, rows])
        self._order(both[np.lexsort((both["item"], both["rank"]))])

    def _order(self, rows: NDArray[np.void]) -> None:
        self.rows = rows
        self.index = {item: place for place, item in enumerate(rows["item"].tolist())}
