"""Whether goods that a reader no longer hears have been taken, or only stand in somebody's shadow.

Published read rates are 60 to 70 % an epoch, so silence is judged, never believed: for every tag we keep the odds that
it has gone (Shiryaev's sequential test of a change at an unknown time). Each epoch adds the chance that it was taken in
it, which is greater while somebody stands there, and multiplies by the likelihood ratio "gone" against "still here": a
miss of a tag that is read at rate p by (1-q)/(1-pv), a read by q/p, where q is the rate of stray reads and v the share
of their usual reads that the neighbours on the worse side had in the two epochs before and after. In a body's shadow
nothing is concluded. Rates are learnt from undisturbed epochs, and only when a read ends a gap, so that silence never
excuses itself; that they are estimates is part of the ratio. An epoch in which the reader did not answer is no epoch.

Where few tags lie, a body covers so few that one side's neighbours say little. There we keep, besides the odds that a
tag has gone, the odds that a body stands before it, who came with a chance that grows with the number of neighbours
that are dim, stays as long as they are, and leaves it a share of its reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.neighbours import Floats, around, share, worse_side
from analytics.tags import Bools, Heard, Tags


@dataclass(frozen=True, slots=True)
class Rules:
    """The engine's constants; times in epochs unless they say seconds.

    A tag is gone at odds of `certain` to one. `unseen` and `near` are the chances that it is taken in an epoch without
    and with somebody there, `handled` in those within `handled_s` of a read that was `handled_db` and `handled_sigma`
    away from its usual strength. A place is visible while its neighbours have that share of their reads and at most
    `hands` tags within `crowd_reach` are silent; up to `hands` doubtful ones do not count as neighbours. Somebody is
    there where the neighbourhood within `crowd_reach` lacks the share `body` of its reads.

    Fewer than `few` tags are judged with the odds of a body. A tag is dim from `dim` nats on, summed up to `dimmest`; a
    body is taken to cover one tag in `covered`, half of that at the shelf's end.
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
    few: int = 48
    covered: int = 7
    dim: float = 4.0
    dimmest: float = 8.0


RULES = Rules()
_LAG, _AROUND = 2, 0b11111
"""An epoch is weighed when the two after it are known, by the five around it."""
_DOUBTFUL = 20.0
"""Odds at which a tag no longer vouches for its neighbours."""
_DIM_SHARE = 0.2
"""Of its reads, what a tag keeps behind a body for whether it counts as dim."""
_COMES = np.array([0.0, 1e-4, 1e-2, 5e-2])
_GOES = np.array([0.3, 0.05, 0.03, 0.02])
_WENT = 0.2
_LEAVES = np.array([0.2, 0.2, 0.2, 0.1])
"""Chances an epoch that a body comes before a tag and goes, and the share of reads that he leaves it: where none can
stand, and with none, one, and two or more of the tags around dim. Where two were and are no more, he has gone."""
_CROWD = 5
"""Dim tags around from which it is a body whatever lasts, and nothing is concluded."""
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

    def epoch(self, at: float, heard: Heard) -> Changes:
        """One epoch's end at `at`, and the items heard in it."""
        self._pause(at)
        new = self._tags.admit(at, heard)
        tags = self._tags.rows
        places = [(place, db) for item, (_, db) in heard.items() if (place := self._tags.index.get(item)) is not None]
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
        taken = tags["present"] & ~hits & (tags["odds"] > self._rules.certain * (1.0 + tags["hidden"]))
        back = ~tags["present"] & (_BITS[tags["history"]] >= self._rules.seen)
        self._settle(back, at, present=True)
        self._settle(taken, at, present=False)
        return Changes(self._tags.named(taken), self._tags.named(back), new, handled)

    def forget(self, before: float) -> tuple[int, ...]:
        """Drop what is gone and was last heard before this time; returns it."""
        gone = ~self._tags.rows["present"] & (self._tags.rows["heard_at"] < before)
        items = self._tags.named(gone)
        if items:
            self._tags.keep(~gone)
        return items

    def _pause(self, at: float) -> None:
        """After a pause much longer than is usual between epochs suspicion begins anew: the world may be another."""
        if self._last is not None:
            pause = at - self._last
            if self._usual is None:
                self._usual = pause
            elif pause > max(self._rules.gap_s, 3 * self._usual):
                self._tags.rows["odds"] = 0.0
            else:
                self._usual += 0.1 * (pause - self._usual)
        self._last = at

    def _view(self, at: float) -> Floats:
        """How well each item's neighbours were read around the epoch that is weighed (1 is as usual, 0 a shadow)."""
        rules, tags = self._rules, self._tags.rows
        here, recent = tags["present"], tags["history"] & _AROUND
        swept = self._swept(at)
        doubtful = here & (tags["odds"] > _DOUBTFUL)
        alone = around(doubtful.astype(float), rules.crowd_reach) < rules.hands
        counted = here & ~(doubtful & alone)
        rates = np.where(counted, tags["rate"], 0.0)
        view = worse_side(np.where(counted, _BITS[recent], 0), 5 * rates)
        silent = around((here & (recent == 0)).astype(float), rules.crowd_reach)
        hidden = here & ~swept & ((view < rules.visible) | (silent > rules.hands))
        tags["shadowed"] = hidden & (recent == 0)
        wide = share(np.where(counted, _BITS[tags["history"]], 0), rules.of * rates, rules.crowd_reach)
        bodies = here & (wide < 1.0 - rules.body)
        if bodies.any():
            tags["near_at"][around(bodies.astype(float), rules.crowd_reach) + bodies > 0] = at
        return np.where(hidden, 0.0, np.minimum(np.where(swept, 1.0, view), 1.0))

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
        usual = got >= self._rules.clear * expected > 0
        return silent if usual else np.zeros_like(silent)

    def _learn(self, hits: Bools, view: Floats) -> None:
        tags = self._tags.rows
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
        rules, tags = self._rules, self._tags.rows
        chance = np.where(at - tags["near_at"] <= rules.near_s, rules.near, rules.unseen)
        chance = np.where(at - tags["handled_at"] <= rules.handled_s, rules.handled, chance)
        known = np.minimum(tags["learnt"], rules.learning) + 4.0
        rate = tags["rate"] * known / (known + tags["gap"])
        few = np.count_nonzero(tags["present"]) < rules.few
        view = np.ones_like(view) if few else view
        ratio = np.where(hits, rules.stray / tags["rate"], (1.0 - rules.stray) / (1.0 - rate * view))
        odds = (tags["odds"] + chance * (1.0 + tags["hidden"])) * np.where(hits | (view > 0), ratio, 1.0)
        if few:
            odds /= self._hide(at, hits, rate)
        tags["odds"] = np.where(tags["present"], np.minimum(odds, 1e15), 0.0)

    def _hide(self, at: float, hits: Bools, rate: Floats) -> Floats:
        """Let one epoch speak of bodies before few tags; returns what became of the odds of standing in the light."""
        rules, tags = self._rules, self._tags.rows
        dark = np.where(hits, _DIM_SHARE, (1.0 - _DIM_SHARE * tags["rate"]) / (1.0 - rate))
        tags["dim"] = np.where(tags["present"], np.clip(tags["dim"] + np.log(dark), 0.0, rules.dimmest), 0.0)
        vouches = tags["odds"] < _DOUBTFUL * (1.0 + tags["hidden"])
        dim = around((vouches & (tags["dim"] > rules.dim)).astype(float), rules.crowd_reach)
        fewest = np.count_nonzero(tags["present"]) // (2 * rules.covered) - 1
        place = np.where((dim >= fewest) & ~self._swept(at), 1 + np.minimum(dim, 2).astype(np.intp), 0)
        tags["near_at"][place == 3] = at
        left = (place < 2) & (at - tags["near_at"] <= rules.near_s)
        went = np.where(left, np.maximum(_WENT, _GOES[place]), _GOES[place]) * tags["hidden"]
        light = 1.0 - _COMES[place] + went
        leaves = np.where((dim >= _CROWD) & (place == 3), 0.0, _LEAVES[place])
        ratio = np.where(hits, _DIM_SHARE, (1.0 - leaves * tags["rate"]) / (1.0 - rate))
        hidden = (tags["hidden"] - went + _COMES[place]) * ratio / light
        tags["hidden"] = np.where(tags["present"], np.minimum(hidden, 1e12), 0.0)
        return np.asarray(light)

    def _settle(self, which: Bools, at: float, *, present: bool) -> None:
        if which.any():
            tags = self._tags.rows
            tags["present"][which] = present
            tags["near_at"][which] = at
            for name in ("odds", "hidden", "dim", "gap"):
                tags[name][which] = 0.0
            if present:
                tags["learnt"][which] = np.minimum(tags["learnt"][which], self._rules.relearn)
            else:
                tags["history"][which] = 0
