"""Whether goods that a reader no longer hears have been taken, or only stand in somebody's shadow.

Published read rates are 60 to 70 % an epoch, so silence is judged, never believed: for every tag we keep the odds that
it has gone (Shiryaev's sequential test of a change at an unknown time). Each epoch adds the chance that it was taken in
it, which is greater while somebody stands there, and multiplies by the likelihood ratio "gone" against "still here": a
miss of a tag that is read at rate p by (1-q)/(1-pv), a read by q/p, where q is the rate of stray reads and v the share
of their usual reads that the neighbours on the worse side had in the two epochs before and after. In a body's shadow
nothing is concluded. Rates are learnt from undisturbed epochs, and only when a read ends a gap, so that silence never
excuses itself; that they are estimates is part of the ratio. An epoch in which the reader did not answer is no epoch.
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

    A tag is gone at odds of `certain` to one. `unseen` and `near` are the chances that it is taken in an epoch without
    and with somebody there, `handled` in those within `handled_s` of a read that was `handled_db` and `handled_sigma`
    away from its usual strength. A place is visible while its neighbours have that share of their reads and at most
    `hands` tags within `crowd_reach` are silent; up to `hands` doubtful ones do not count as neighbours. Somebody is
    there where the neighbourhood within `crowd_reach` lacks the share `body` of its reads.
    """

    stray: float = 0.02
    certain: float = 5e3
    unseen: float = 1e-5
    near: float = 1e-3
    handled: float = 0.02
    near_s: float = 15.0
    handled_s: float = 3.0
    handled_db: float = 8.0
    handled_sigma: float = 5.0
    visible: float = 0.5
    clear: float = 0.8
    body: float = 0.3
    crowd_reach: int = 10
    hands: int = 2
    learning: int = 300
    relearn: int = 50
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
        ("odds", np.float64),
        ("heard_at", np.float64),
        ("near_at", np.float64),
        ("handled_at", np.float64),
        ("strength", np.float64),
        ("spread", np.float64),
        ("history", np.int64),
    ]
)
"""One row a tag: `rate` learnt from `learnt` epochs, `gap` undisturbed misses since the last read, `odds` that it has
gone, `heard_at`, `near_at` and `handled_at` clock seconds, `strength` and `spread` the usual signal (dB, NaN before the
first), `history` the last epochs' bits."""

Heard = Mapping[int, tuple[int, float]]
"""The items of one epoch, each with the rank of its SKU along the shelf and its signal strength (dB, or NaN)."""

_LAG, _AROUND = 2, 0b11111
"""An epoch is weighed when the two after it are known, by the five around it."""
_NEARNESS = np.array([0.0, 1.0, 0.6, 0.36, 0.22, 0.13])
_DOUBTFUL = 20.0
"""Odds at which a tag no longer vouches for its neighbours."""
_BITS = np.array([bin(number).count("1") for number in range(256)], dtype=np.float64)


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
        if not len(tags):
            return Changes()
        view = self._view(at)
        weighed = (tags["history"] >> _LAG & 1).astype(np.bool_)
        self._learn(weighed, view)
        self._weigh(at, weighed, view)
        tags["heard_at"][hits] = at
        taken = tags["present"] & ~hits & (tags["odds"] > self._rules.certain)
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
                self._tags["odds"] = 0.0
            else:
                self._usual += 0.1 * (pause - self._usual)
        self._last = at

    def _view(self, at: float) -> Floats:
        """How well each item's neighbours were read around the epoch that is weighed (1 is as usual, 0 a shadow)."""
        rules, tags = self._rules, self._tags
        here, recent = tags["present"], tags["history"] & _AROUND
        swept = self._swept(at)
        doubtful = here & (tags["odds"] > _DOUBTFUL)
        alone = _around(doubtful.astype(float), rules.crowd_reach) < rules.hands
        counted = here & ~(doubtful & alone)
        rates = np.where(counted, tags["rate"], 0.0)
        view = _worse_side(np.where(counted, _BITS[recent], 0), 5 * rates)
        silent = _around((here & (recent == 0)).astype(float), rules.crowd_reach)
        hidden = here & ~swept & ((view < rules.visible) | (silent > rules.hands))
        tags["shadowed"] = hidden & (recent == 0)
        wide = _share(np.where(counted, _BITS[tags["history"]], 0), rules.of * rates, rules.crowd_reach)
        bodies = here & (wide < 1.0 - rules.body)
        if bodies.any():
            tags["near_at"][_around(bodies.astype(float), rules.crowd_reach) + bodies > 0] = at
        return np.where(hidden, 0.0, np.minimum(np.where(swept, 1.0, view), 1.0))

    def _handled(self, at: float, places: Sequence[tuple[int, float]]) -> tuple[int, ...]:
        """Items whose strength jumped, once in `near_s`: what then falls silent is judged sooner."""
        rules = self._rules
        which = np.array([place for place, _ in places], np.intp)
        tags, db = self._tags[which], np.array([db for _, db in places])
        away = np.abs(db - tags["strength"])
        jumped = tags["present"] & (away > np.maximum(rules.handled_db, rules.handled_sigma * tags["spread"]))
        fresh = jumped & (at - tags["handled_at"] > rules.near_s)
        self._tags["handled_at"][which[jumped]] = at
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
        got, expected = _BITS[tags["history"][rest]].sum(), self._rules.of * tags["rate"][rest].sum()
        usual = got >= self._rules.clear * expected > 0
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

    def _weigh(self, at: float, hits: Bools, view: Floats) -> None:
        """Let one epoch speak; a rate that was learnt from n epochs falls with every miss by what n allows."""
        rules, tags = self._rules, self._tags
        chance = np.where(at - tags["near_at"] <= rules.near_s, rules.near, rules.unseen)
        chance = np.where(at - tags["handled_at"] <= rules.handled_s, rules.handled, chance)
        known = np.minimum(tags["learnt"], rules.learning) + 4.0
        rate = tags["rate"] * known / (known + tags["gap"])
        ratio = np.where(hits, rules.stray / tags["rate"], (1.0 - rules.stray) / (1.0 - rate * view))
        odds = (tags["odds"] + chance) * np.where(hits | (view > 0), ratio, 1.0)
        tags["odds"] = np.where(tags["present"], np.minimum(odds, 1e9), 0.0)

    def _settle(self, which: Bools, at: float, *, present: bool) -> None:
        if which.any():
            tags = self._tags
            tags["present"][which] = present
            tags["near_at"][which] = at
            tags["odds"][which], tags["gap"][which] = 0.0, 0.0
            if present:
                tags["learnt"][which] = np.minimum(tags["learnt"][which], self._rules.relearn)
            else:
                tags["history"][which] = 0

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
        rows["heard_at"], rows["near_at"], rows["handled_at"], rows["strength"] = at, -np.inf, -np.inf, np.nan
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


def _share(got: Floats, expected: Floats, reach: int) -> Floats:
    """What part of their expected reads the neighbours had; 1 where too few are expected to tell."""
    due = _around(expected, reach)
    return np.where(due > 3.0, _around(got, reach) / np.maximum(due, 1.0), 1.0)


def _worse_side(got: Floats, expected: Floats) -> Floats:
    """The part of their expected reads that the neighbours of the worse side had; the nearest weigh most.

    One read beyond what was got and expected stands for what is known before: that all is as usual.
    """
    ways = slice(None), slice(None, None, -1)
    had = [np.convolve(got[way], _NEARNESS)[: len(got)][way] for way in ways]
    due = [np.convolve(expected[way], _NEARNESS)[: len(got)][way] for way in ways]
    return np.asarray(np.minimum((had[0] + 1.0) / (due[0] + 1.0), (had[1] + 1.0) / (due[1] + 1.0)))
