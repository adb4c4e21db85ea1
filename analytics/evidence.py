"""Whether goods that a reader no longer hears have been taken, or only stand in somebody's shadow.

Published read rates are 60 to 70 % an epoch, so silence is judged, never believed: for every tag we keep the odds that
it has gone (Shiryaev's sequential test of a change at an unknown time). Each epoch adds the chance that it was taken in
it, which is greater while somebody stands there, and weighs "gone" against "still here": a miss of a tag that is read
at rate p speaks by (1-q)/(1-pv), a read by q/p, where q is the rate of stray reads and v what a body leaves of its
reads, which is not known and is inferred from its neighbours (analytics/bodies.py). Rates are learnt from undisturbed
epochs, and only when a read ends a gap, so that silence never excuses itself; that they are estimates is part of the
ratio. An epoch in which the reader did not answer is no epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.bodies import WIDTH, Bodies
from analytics.tags import Bools, Heard, Tags


@dataclass(frozen=True, slots=True)
class Rules:
    """The engine's constants; times in epochs unless they say seconds.

    A tag is gone at odds of `certain` to one, and of more where a body covers fewer tags than `witnesses`. From all
    tags together one is taken in an epoch with the chance `unseen`, and with `near` if somebody stands before it; one
    that was read `handled_db` and `handled_sigma` away from its usual strength, with `handled` in `handled_s` after.
    """

    stray: float = 0.02
    certain: float = 2e4
    witnesses: float = 14.14
    unseen: float = 2e-3
    near: float = 0.06
    handled: float = 0.02
    near_s: float = 15.0
    handled_s: float = 3.0
    handled_db: float = 8.0
    handled_sigma: float = 5.0
    clear: float = 0.9
    learning: int = 300
    relearn: int = 50
    swept_s: float = 300.0
    usual: float = 0.8
    seen: int = 3
    of: int = 8
    gap_s: float = 3.0


RULES = Rules()
_RECENT = 0b11111
_FEWEST = 5.0
"""Tags behind a body below which no more is asked: on so small a shelf a pick would never be told."""
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
        self._tags = Tags(rules.seen, rules.of)
        self._bodies = Bodies()
        self._last: float | None = None
        self._usual: float | None = None

    def __len__(self) -> int:
        return len(self._tags)

    def known(self, item: int) -> bool:
        """Whether this item has lain before this antenna."""
        return item in self._tags.index

    def is_present(self, item: int) -> bool:
        """Whether it lies there now, as far as is known."""
        place = self._tags.index.get(item)
        return place is not None and bool(self._tags.rows["present"][place])

    def ranks(self, item: int) -> int:
        """The rank of an item that lies or has lain here. Raises KeyError for another."""
        return int(self._tags.rows["rank"][self._tags.index[item]])

    def stock(self, ranks: int) -> tuple[list[int], list[int]]:
        """How many items of each rank below `ranks` lie there, and how many of them stand in a shadow."""
        return self._tags.stock(ranks)

    def doubts(self, ranks: int) -> list[float]:
        """For each rank below `ranks` the chance that its stock is wrong: that one has gone, or that one has come."""
        odds, rank = self._tags.rows["odds"], self._tags.rows["rank"]
        gone = np.bincount(rank, odds / (1.0 + odds), minlength=ranks).tolist()
        return [min(1.0, one + came) for one, came in zip(gone, self._tags.coming(ranks), strict=True)]

    def epoch(self, at: float, heard: Heard, *, deserted: bool = False) -> Changes:
        """One epoch's end at `at`, and the items heard in it. `deserted`: a camera sees nobody before the shelf."""
        self._pause(at)
        before = self._tags.rows["item"]
        new = self._tags.admit(at, heard)
        tags = self._tags.rows
        if new:
            self._arrange(before)
        places = [(place, db) for item, (_, db) in heard.items() if (place := self._tags.index.get(item)) is not None]
        hits = np.zeros(len(tags), np.bool_)
        hits[[place for place, _ in places]] = True
        handled = self._handled(at, places)
        tags["history"] = (tags["history"] << 1 | hits) & self._mask
        if not len(tags):
            return Changes()
        self._weigh(at, hits, deserted=deserted)
        self._learn(hits)
        tags["heard_at"][hits] = at
        taken = tags["present"] & ~hits & (tags["odds"] > self._certain())
        back = ~tags["present"] & (_BITS[tags["history"]] >= self._rules.seen)
        self._settle(back, present=True)
        self._settle(taken, present=False)
        return Changes(self._tags.named(taken), self._tags.named(back), new, handled)

    def forget(self, before: float) -> tuple[int, ...]:
        """Drop what is gone and was last heard before this time; returns it."""
        gone = ~self._tags.rows["present"] & (self._tags.rows["heard_at"] < before)
        items = self._tags.named(gone)
        if items:
            known = self._tags.rows["item"]
            self._tags.keep(~gone)
            self._arrange(known)
        return items

    def _arrange(self, before: NDArray[np.uint64]) -> None:
        rows = {item: row for row, item in enumerate(before.tolist())}
        was = np.array([rows.get(item, -1) for item in self._tags.rows["item"].tolist()], np.intp)
        self._bodies.arrange(self._tags.rows["rank"].astype(np.intp), was)

    def _pause(self, at: float) -> None:
        """After a pause much longer than is usual between epochs suspicion begins anew: the world may be another."""
        if self._last is not None:
            pause = at - self._last
            if self._usual is None:
                self._usual = pause
            elif pause > max(self._rules.gap_s, 3 * self._usual):
                self._tags.rows["odds"] = 0.0
                self._bodies.begin(self._tags.rows["present"])
            else:
                self._usual += 0.1 * (pause - self._usual)
        self._last = at

    def _handled(self, at: float, places: Sequence[tuple[int, float]]) -> tuple[int, ...]:
        """Items whose strength jumped, once in `near_s`: what then falls silent is judged sooner."""
        rules = self._rules
        which = np.array([place for place, _ in places], np.intp)
        tags, db = self._tags.rows[which], np.array([db for _, db in places])
        away = np.abs(db - tags["strength"])
        jumped = tags["present"] & (away > np.maximum(rules.handled_db, rules.handled_sigma * tags["spread"]))
        fresh = jumped & (at - tags["handled_at"] > rules.near_s)
        self._tags.rows["handled_at"][which[jumped]] = at
        steady = which[~jumped & ~np.isnan(db)]
        level, usual = db[~jumped & ~np.isnan(db)], self._tags.rows["strength"][steady]
        first = np.isnan(usual)
        self._tags.rows["strength"][steady] = np.where(first, level, usual + 0.05 * (level - usual))
        spread = self._tags.rows["spread"][steady]
        self._tags.rows["spread"][steady] = np.where(first, 2.0, spread + 0.05 * (np.abs(level - usual) - spread))
        return tuple(self._tags.rows["item"][which[fresh]].tolist()) if fresh.any() else ()

    def _swept(self, at: float) -> Bools:
        """Silent for so long, while the rest of the shelf is read, that no body stands there any more."""
        tags = self._tags.rows
        silent = tags["present"] & (at - tags["heard_at"] > self._rules.swept_s)
        if not silent.any():
            return silent
        rest = tags["present"] & ~silent
        got, expected = _BITS[tags["history"][rest]].sum(), self._rules.of * tags["rate"][rest].sum()
        usual = got >= self._rules.usual * expected > 0
        return silent if usual else np.zeros_like(silent)

    def _learn(self, hits: Bools) -> None:
        tags = self._tags.rows
        clear = tags["present"] & (
            (self._bodies.nobody() >= self._rules.clear) | (tags["learnt"] < self._rules.relearn)
        )
        tags["gap"][clear & ~hits] += 1.0
        ended = clear & hits
        gaps = tags["gap"][ended] + 1.0
        step = 1.0 / np.minimum(self._rules.learning, tags["learnt"][ended] + 4.0)
        tags["rate"][ended] = np.clip(tags["rate"][ended] * (1.0 - step) ** gaps + step, 0.05, 0.95)
        tags["learnt"][ended] += gaps
        tags["gap"][hits] = 0.0

    def _weigh(self, at: float, hits: Bools, *, deserted: bool) -> None:
        """Let one epoch speak; a rate that was learnt from n epochs falls with every miss by what n allows."""
        rules, tags, bodies = self._rules, self._tags.rows, self._bodies
        handled = np.where(at - tags["handled_at"] <= rules.handled_s, rules.handled, 0.0)
        known = np.minimum(tags["learnt"], rules.learning) + 4.0
        bodies.move(deserted=deserted)
        bodies.take(
            np.maximum(handled, rules.unseen / len(tags)), np.maximum(handled, rules.near / len(tags)), self._swept(at)
        )
        bodies.hear(hits, tags["rate"] * known / (known + tags["gap"]), rules.stray)
        tags["odds"] = np.where(tags["present"], bodies.odds(), 0.0)
        tags["shadowed"] = tags["present"] & (tags["history"] & _RECENT == 0) & (bodies.behind() > 0.5)

    def _certain(self) -> float:
        """The odds that are asked: where few tags lie behind a body, few bear witness that he is or was there."""
        covered = max(_FEWEST, WIDTH * np.count_nonzero(self._tags.rows["present"]))
        return float(self._rules.certain * max(1.0, self._rules.witnesses / covered) ** 4)

    def _settle(self, which: Bools, *, present: bool) -> None:
        if not which.any():
            return
        tags = self._tags.rows
        self._bodies.settle(which, present=present)
        tags["present"][which] = present
        for name in ("odds", "gap"):
            tags[name][which] = 0.0
        if present:
            tags["learnt"][which] = np.minimum(tags["learnt"][which], self._rules.relearn)
        else:
            tags["history"][which] = 0
