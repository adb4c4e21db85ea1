"""Whether goods that a reader no longer hears have been taken, or only stand in somebody's shadow.

Published read rates are 60 to 70 % an epoch, so silence is judged, never believed. Every epoch adds its log likelihood
ratio "gone" against "still here" to a running sum (CUSUM): a miss of a tag that is read at rate p adds
log((1-p)/(1-q)), a read takes log(p/q) back, where q is the rate of stray reads. Epochs count only as far as the
neighbours along the shelf are read as usual; in a body's shadow, and while more tags fall silent together than hands
can take, nothing is concluded. Rates are learnt from undisturbed epochs, and only when a read ends a gap, so that
silence never excuses itself. An epoch in which the reader did not answer is no epoch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rules:
    """The engine's constants; times in epochs unless they say seconds.

    `quiet` and `near` are the sums (nats) at which a tag is gone, without and with somebody at the shelf: a false
    alarm then takes at least exp(quiet) epochs a tag. `hold` is how much suspicion survives a shadow. A read that is
    `handled_db` and `handled_sigma` away from the tag's usual strength says that somebody handles it.
    """

    stray: float = 0.02
    quiet: float = 19.5
    near: float = 16.5
    near_s: float = 15.0
    handled_db: float = 8.0
    handled_sigma: float = 5.0
    suspect: float = 5.0
    hold: float = 6.0
    visible: float = 0.65
    clear: float = 0.8
    reach: int = 5
    crowd_reach: int = 10
    crowd: int = 4
    memory: float = 0.3
    learning: int = 300
    swept_s: float = 300.0
    seen: int = 3
    of: int = 8
    gap_s: float = 3.0


RULES = Rules()
_TAG = np.dtype(
    [
        ("item", np.uint64),
        ("rank", np.int64),
        ("present", np.bool_),
        ("shadowed", np.bool_),
        ("rate", np.float64),
        ("learnt", np.float64),
        ("gap", np.float64),
        ("sum", np.float64),
        ("expected", np.float64),
        ("got", np.float64),
        ("heard_at", np.float64),
        ("near_at", np.float64),
        ("strength", np.float64),
        ("spread", np.float64),
        ("history", np.int64),
    ]
)
"""One row a tag: `rate` learnt from `learnt` epochs, `gap` undisturbed misses since the last read, `sum` the evidence,
`expected` and `got` recent reads (smoothed), `heard_at` and `near_at` clock seconds, `strength` and `spread` the usual
signal (dB, NaN before the first), `history` the last epochs' bits."""

Heard = Mapping[int, tuple[int, float]]
"""The items of one epoch, each with the rank of its SKU along the shelf and its signal strength (dB, or NaN)."""

_BITS = np.array([bin(number).count("1") for number in range(256)], dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Changes:
    """What one epoch decided, as items: taken from the shelf, back on it, on it for the first time, handled on it."""

    taken: tuple[int, ...] = ()
    back: tuple[int, ...] = ()
    new: tuple[int, ...] = ()
    handled: tuple[int, ...] = ()


class Evidence:
    """The items of one antenna, kept in the order of the shelf."""

    def __init__(self, rules: Rules = RULES) -> None:
        self._rules = rules
        self._mask = (1 << rules.of) - 1
        self._tags = np.zeros(0, _TAG)
        self._index: dict[int, int] = {}
        self._candidates: dict[int, tuple[int, int]] = {}
        self._last: float | None = None
        self._usual: float | None = None

    def __len__(self) -> int:
        return len(self._index)

    def known(self, item: int) -> bool:
        """Whether this item has lain before this antenna."""
        return item in self._index

    def is_present(self, item: int) -> bool:
        """Whether it lies there now, as far as is known."""
        place = self._index.get(item)
        return place is not None and bool(self._tags["present"][place])

    def ranks(self, item: int) -> int:
        """The rank of an item that lies or has lain here. Raises KeyError for another."""
        return int(self._tags["rank"][self._index[item]])

    def stock(self, ranks: int) -> tuple[list[int], list[int]]:
        """How many items of each rank below `ranks` lie there, and how many of them stand in a shadow."""
        tags = self._tags
        present = np.bincount(tags["rank"][tags["present"]], minlength=ranks)
        shadowed = np.bincount(tags["rank"][tags["present"] & tags["shadowed"]], minlength=ranks)
        return present.tolist(), shadowed.tolist()

    def epoch(self, at: float, heard: Heard) -> Changes:
        """One epoch's end at `at`, and the items heard in it."""
        self._pause(at)
        new = self._admit(at, heard)
        tags = self._tags
        places = [(place, db) for item, (_, db) in heard.items() if (place := self._index.get(item)) is not None]
        hits = np.zeros(len(tags), np.bool_)
        hits[[place for place, _ in places]] = True
        handled = self._handled(at, places)
        tags["history"] = (tags["history"] << 1 | hits) & self._mask
        view = self._view(at, hits)
        self._learn(hits, view)
        self._weigh(hits, view)
        tags["heard_at"][hits] = at
        taken = self._taken(at)
        back = ~tags["present"] & (_BITS[tags["history"]] >= self._rules.seen)
        self._settle(back, at, present=True)
        self._settle(taken, at, present=False)
        return Changes(self._named(taken), self._named(back), new, handled)

    def forget(self, before: float) -> tuple[int, ...]:
        """Drop what is gone and was last heard before this time; returns it."""
        gone = ~self._tags["present"] & (self._tags["heard_at"] < before)
        items = self._named(gone)
        if items:
            self._keep(self._tags[~gone])
        return items

    def _pause(self, at: float) -> None:
        """After a pause much longer than is usual between epochs suspicion begins anew: the world may be another."""
        if self._last is not None:
            pause = at - self._last
            if self._usual is None:
                self._usual = pause
            elif pause > max(self._rules.gap_s, 3 * self._usual):
                self._tags["sum"] = 0.0
            else:
                self._usual += 0.1 * (pause - self._usual)
        self._last = at

    def _view(self, at: float, hits: Bools) -> Floats:
        """How well each item's neighbours are read (1 is as usual, 0 where nothing may be concluded)."""
        rules, tags = self._rules, self._tags
        here = tags["present"]
        tags["expected"] += rules.memory * (np.where(here, tags["rate"], 0.0) - tags["expected"])
        tags["got"] += rules.memory * ((hits & here) - tags["got"])
        expected = _around(tags["expected"], rules.reach)
        view = np.where(expected > 1.0, _around(tags["got"], rules.reach) / np.maximum(expected, 1.0), 1.0)
        crowd = _around((here & (tags["sum"] < -rules.suspect)).astype(float), rules.crowd_reach)
        swept = self._swept(at)
        shadowed = here & ~swept & ((view < rules.visible) | (crowd >= rules.crowd))
        tags["shadowed"] = shadowed
        tags["near_at"][here & ((view < rules.clear) | (crowd >= 2))] = at
        return np.where(shadowed, 0.0, np.minimum(np.where(swept, 1.0, view), 1.0))

    def _handled(self, at: float, places: Sequence[tuple[int, float]]) -> tuple[int, ...]:
        """Items whose strength jumped, once in `near_s`: what then falls silent is judged sooner."""
        rules = self._rules
        which = np.array([place for place, _ in places], np.intp)
        tags, db = self._tags[which], np.array([db for _, db in places])
        away = np.abs(db - tags["strength"])
        jumped = tags["present"] & (away > np.maximum(rules.handled_db, rules.handled_sigma * tags["spread"]))
        fresh = jumped & (at - tags["near_at"] > rules.near_s)
        self._tags["near_at"][which[jumped]] = at
        steady = which[~jumped & ~np.isnan(db)]
        level, usual = db[~jumped & ~np.isnan(db)], self._tags["strength"][steady]
        first = np.isnan(usual)
        self._tags["strength"][steady] = np.where(first, level, usual + 0.05 * (level - usual))
        spread = self._tags["spread"][steady]
        self._tags["spread"][steady] = np.where(first, 2.0, spread + 0.05 * (np.abs(level - usual) - spread))
        return tuple(self._tags["item"][which[fresh]].tolist()) if fresh.any() else ()

    def _swept(self, at: float) -> Bools:
        """Silent for so long, while the rest of the shelf is read, that no body stands there any more."""
        tags = self._tags
        silent = tags["present"] & (at - tags["heard_at"] > self._rules.swept_s)
        if not silent.any():
            return silent
        rest = tags["present"] & ~silent
        usual = tags["got"][rest].sum() >= self._rules.clear * tags["expected"][rest].sum() > 0
        return silent if usual else np.zeros_like(silent)

    def _learn(self, hits: Bools, view: Floats) -> None:
        tags = self._tags
        clear = tags["present"] & (view >= self._rules.clear)
        tags["gap"][clear & ~hits] += 1.0
        ended = clear & hits
        gaps = tags["gap"][ended] + 1.0
        step = 1.0 / np.minimum(self._rules.learning, tags["learnt"][ended] + 4.0)
        tags["rate"][ended] = np.clip(tags["rate"][ended] * (1.0 - step) ** gaps + step, 0.05, 0.95)
        tags["learnt"][ended] += gaps
        tags["gap"][hits] = 0.0

    def _weigh(self, hits: Bools, view: Floats) -> None:
        tags, stray = self._tags, self._rules.stray
        missed = tags["present"] & ~hits & (view > 0)
        tags["sum"] += np.where(missed, np.log1p(-tags["rate"] * view) - np.log1p(-stray), 0.0)
        read = tags["present"] & hits
        tags["sum"][read] = np.minimum(0.0, tags["sum"][read] + np.log(tags["rate"][read] / stray))
        shadowed = tags["shadowed"]
        tags["sum"][shadowed] = np.maximum(tags["sum"][shadowed], -self._rules.hold)

    def _taken(self, at: float) -> Bools:
        tags = self._tags
        limit = np.where(at - tags["near_at"] <= self._rules.near_s, self._rules.near, self._rules.quiet)
        return np.asarray(tags["present"] & ~tags["shadowed"] & (tags["sum"] < -limit))

    def _settle(self, which: Bools, at: float, *, present: bool) -> None:
        if which.any():
            self._tags["present"][which] = present
            self._tags["near_at"][which] = at
            for name in ("sum", "gap", "history"):
                self._tags[name][which] = 0

    def _named(self, which: Bools) -> tuple[int, ...]:
        return tuple(self._tags["item"][which].tolist()) if which.any() else ()

    def _admit(self, at: float, heard: Heard) -> tuple[int, ...]:
        """Items heard often enough for the first time; a stray read makes no stock."""
        aged = {item: (bits << 1 & self._mask, rank) for item, (bits, rank) in self._candidates.items()}
        for item, (rank, _) in heard.items():
            if item not in self._index:
                aged[item] = aged.get(item, (0, rank))[0] | 1, rank
        if not aged:
            return ()
        enough = {item: rank for item, (bits, rank) in aged.items() if bits.bit_count() >= self._rules.seen}
        self._candidates = {item: seen for item, seen in aged.items() if seen[0] and item not in enough}
        if enough:
            self._insert(at, enough)
        return tuple(enough)

    def _insert(self, at: float, new: Mapping[int, int]) -> None:
        rows = np.zeros(len(new), _TAG)
        rows["item"], rows["rank"] = list(new), list(new.values())
        rows["present"], rows["rate"] = True, 0.4
        rows["heard_at"], rows["near_at"], rows["strength"] = at, -np.inf, np.nan
        tags = np.concatenate([self._tags, rows])
        self._keep(tags[np.lexsort((tags["item"], tags["rank"]))])

    def _keep(self, tags: NDArray[np.void]) -> None:
        self._tags = tags
        self._index = {item: place for place, item in enumerate(tags["item"].tolist())}


def _around(values: Floats, reach: int) -> Floats:
    """For each place, the sum over its neighbours within `reach` on either side, itself left out."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    high = np.minimum(places + reach + 1, len(values))
    low = np.maximum(places - reach, 0)
    return np.asarray(total[high] - total[low] - values)
