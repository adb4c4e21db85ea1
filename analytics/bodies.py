"""Who may stand before a shelf, and what he takes of the reads of the tags behind him; it decides nothing.

The tags of one article are a stretch. For each stretch we keep the chance that nobody stands before it, or a body that
leaves the tags behind him one of the shares LEVELS of their reads; and under each of these, for each tag of the stretch
and beside it, the chances that it lies in the light, at the edge of the body, behind him, or has gone. Given the body,
tags are taken as independent. That is the one approximation, and what lets the neighbours of a tag say how dim it is
where it lies while only its own silence says that it has gone. Nobody knows in which order the items of an article lie.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

LEVELS = np.array([[1.0], [1.0], [0.6], [0.4], [0.25], [0.12], [0.03]])
"""What is left of the reads behind a body: with nobody, with one that has just left, and with the others."""
WIDTH = 0.2
"""The share of a shelf's tags that a body covers."""
COMES, GOES, MOVES, TURNS, SETTLES = 2e-3, 1.0 / 30.0, 0.02, 0.03, 0.3
"""Chances an epoch that a body comes before a stretch, that he goes, that he moves so that he covers others, and that
he takes another share, as when a second body joins him; and that one who has left is forgotten. Were he forgotten at
once, the tags that came to light and those that have gone would be mixed up before the next epoch tells them apart."""
ENOUGH, MOST_ENOUGH, VANISHES = 0.6, 8.0, 0.3
"""Who would cover less than the share ENOUGH of WIDTH (half of it at a shelf's end) is hardly a body: the fewer tags he
covers, the nearer is the chance that he goes to VANISHES. More than MOST_ENOUGH tags are never asked for."""
UNSEEN, OVERLOOKED = 0.01, 0.6
"""How much seldomer a body comes where a camera sees nobody, and the chance that who is there all the same goes."""
FARTHEST = 24
"""Tags beyond a stretch that are asked about its bodies, on either side, at most."""

EDGE = 0.2
"""Of the tags that a body covers, the share at his edge, where half of what he takes is taken."""

_EDGE, _BEHIND, _GONE = 1, 2, 3
_NOBODY, _LEFT, _FIRST = range(3)
_BODIES = len(LEVELS) - _FIRST
_READS = np.stack([np.ones_like(LEVELS), (1.0 + LEVELS) / 2, LEVELS])


class Bodies:
    """Fed with the hits of every epoch; rows are those of the tags, in the order of the shelf."""

    def __init__(self) -> None:
        self._stretches: Ints = np.zeros(0, np.intp)
        self._stand: Floats = np.zeros((len(LEVELS), 0))
        self._tags: Floats = np.zeros((4, len(LEVELS), 0))
        self._row = self._first = self._starts = self._of = self._own = np.zeros(0, np.intp)
        self._lies: Floats = np.zeros((3, len(LEVELS), 0))
        self._enough: Floats = np.zeros(0)

    def arrange(self, ranks: Ints, was: Ints) -> None:
        """Tags have come or are forgotten: `ranks` are the articles of all rows, `was` their rows before (-1: new)."""
        stretches, lows, mine = np.unique(ranks, return_index=True, return_inverse=True)
        highs = np.append(lows[1:], len(ranks))
        width = max(1.0, WIDTH * len(ranks))
        first, last = _reach(lows, highs, min(FARTHEST, int(width)))
        sizes = last - first
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        of = np.repeat(np.arange(len(stretches)), sizes)
        row = np.arange(len(of)) - starts[of] + first[of]
        lies = _lies(_cover(width, lows, highs, of, row, mine))
        tags = np.concatenate([lies, np.zeros_like(lies[:1])])
        before = self._pairs(stretches[of], was[row])
        tags[:, :, before >= 0] = self._tags[:, :, before[before >= 0]]
        bodies = np.zeros((len(LEVELS), len(stretches)))
        bodies[_NOBODY] = 1.0
        known = np.isin(stretches, self._stretches)
        bodies[:, known] = self._stand[:, np.searchsorted(self._stretches, stretches[known])]
        ends = (lows < width / 2) | (highs > len(ranks) - width / 2)
        self._enough = min(MOST_ENOUGH, ENOUGH * width) * np.where(ends, 0.5, 1.0)
        self._stretches, self._stand, self._tags = stretches, bodies, tags
        self._row, self._first, self._starts, self._of, self._lies = row, first, starts, of, lies
        self._own = starts[mine] + np.arange(len(ranks)) - first[mine]

    def settle(self, rows: Bools, *, present: bool) -> None:
        """It is known that these tags lie there, or have gone."""
        which = rows[self._row]
        self._tags[:_GONE, :, which] = self._lies[:, :, which] if present else 0.0
        self._tags[_GONE][:, which] = 0.0 if present else 1.0

    def begin(self, rows: Bools) -> None:
        """The world may be another: these tags lie there, and nobody stands before them as far as is known."""
        self.settle(rows, present=True)
        self._stand[:] = 0.0
        self._stand[_NOBODY] = 1.0

    def hear(self, hits: Bools, rates: Floats, stray: float) -> None:
        """One epoch of tags that are read at `rates` in the light, and at `stray` once they have gone."""
        heard, rate = hits[self._row], rates[self._row]
        reads = _READS * rate
        self._tags[:_GONE] *= np.where(heard, reads, 1.0 - reads)
        self._tags[_GONE] *= np.where(heard, stray, 1.0 - stray)
        likely = self._tags.sum(axis=0)
        self._tags /= likely
        told = np.add.reduceat(np.log(likely), self._starts, axis=1)
        self._stand *= np.exp(told - told.max(axis=0))
        self._stand /= self._stand.sum(axis=0)

    def take(self, unseen: Floats, near: Floats, lit: Bools) -> None:
        """Before an epoch: each tag may have been taken, with nobody before its stretch or somebody; no body hides the
        `lit`."""
        tags = self._tags
        if lit.any():
            out = lit[self._row]
            tags[0][:, out] = tags[:_GONE][:, :, out].sum(axis=0)
            tags[1:_GONE, :, out] = 0.0
        chance = np.repeat(near[self._row][None], len(LEVELS), axis=0)
        chance[_NOBODY] = unseen[self._row]
        tags[_GONE] += chance * tags[:_GONE].sum(axis=0)
        tags[:_GONE] *= 1.0 - chance

    def move(self, *, deserted: bool = False) -> None:
        """Before an epoch: bodies come, go, move and are joined. `deserted`: a camera sees nobody there."""
        nobody, left, bodies, of, tags = *self._stand[:_FIRST], self._stand[_FIRST:], self._of, self._tags
        goes = bodies * (OVERLOOKED if deserted else self._leaving())
        comes = nobody * COMES * (UNSEEN if deserted else 1.0)
        stay = bodies - goes
        turned = TURNS / _BODIES * stay.sum(axis=0)
        now = np.concatenate(
            [
                [nobody - comes + SETTLES * left, (1.0 - SETTLES) * left + goes.sum(axis=0)],
                (1.0 - TURNS) * stay + turned + comes / _BODIES,
            ]
        )
        now = np.maximum(now, 1e-300)
        same = np.take((1.0 - TURNS) * stay / now[_FIRST:], of, axis=1)
        other = np.take(turned / now[_FIRST:], of, axis=1)
        share = np.take(stay / np.maximum(stay.sum(axis=0), 1e-300), of, axis=1)
        settled = (SETTLES * left / now[_NOBODY])[of]
        alone = (1.0 - settled) * tags[:, _NOBODY] + settled * tags[:, _LEFT]
        kept, gone_by = ((1.0 - SETTLES) * left / now[_LEFT])[of], np.take(goes / now[_LEFT], of, axis=1)
        went = kept * tags[:, _LEFT] + (gone_by * tags[:, _FIRST:]).sum(axis=1)
        went += (1.0 - kept - gone_by.sum(axis=0)) * alone
        came = (1.0 - same - other) * tags[:_GONE, _NOBODY].sum(axis=0)
        met = same * tags[:, _FIRST:] + other * (share * tags[:, _FIRST:]).sum(axis=1)[:, None]
        again = MOVES * met[:_GONE].sum(axis=0) + came
        tags[:_GONE, _FIRST:] = (1.0 - MOVES) * met[:_GONE] + again * self._lies[:, _FIRST:]
        tags[_GONE, _FIRST:] = met[_GONE] + (1.0 - same - other) * tags[_GONE, _NOBODY]
        tags[:, _LEFT] = went
        tags[0, _NOBODY], tags[_GONE, _NOBODY] = alone[:_GONE].sum(axis=0), alone[_GONE]
        self._stand = now

    def _leaving(self) -> Floats:
        """The chance that each body goes in an epoch."""
        edge, behind, gone = self._tags[1:, _FIRST:]
        covers = edge / 2 + behind + self._lies[_BEHIND, _FIRST:] * gone
        lacks = np.clip(1.0 - np.add.reduceat(covers, self._starts, axis=1) / self._enough, 0.0, 1.0)
        return np.asarray(GOES + (VANISHES - GOES) * lacks)

    def odds(self) -> Floats:
        """For each tag, the odds that it has gone."""
        chances = self._chances()
        return np.asarray(chances[_GONE] / np.maximum(chances[:_GONE].sum(axis=0), 1e-300))

    def behind(self) -> Floats:
        """For each tag, the chance that it lies behind a body."""
        own = self._own
        stand = np.take(self._stand[_FIRST:], self._of[own], axis=1)
        return np.asarray((stand * np.take(self._tags[1:_GONE, _FIRST:], own, axis=2)).sum(axis=(0, 1)))

    def nobody(self) -> Floats:
        """For each tag, the chance that nobody stands before its stretch."""
        return np.asarray(self._stand[:_FIRST, self._of[self._own]].sum(axis=0))

    def _chances(self) -> Floats:
        stand = np.take(self._stand, self._of[self._own], axis=1)
        return np.asarray((stand * np.take(self._tags, self._own, axis=2)).sum(axis=1))

    def _pairs(self, stretches: Ints, rows: Ints) -> Ints:
        """Where these stretches' pairs with these rows have been, or -1."""
        if not len(self._stretches):
            return np.full(len(rows), -1)
        at = np.minimum(np.searchsorted(self._stretches, stretches), len(self._stretches) - 1)
        offset = rows - self._first[at]
        sizes = np.diff(np.append(self._starts, len(self._row)))
        found = (self._stretches[at] == stretches) & (rows >= 0) & (offset >= 0) & (offset < sizes[at])
        return np.where(found, self._starts[at] + offset, -1)


def _reach(lows: Ints, highs: Ints, most: int) -> tuple[Ints, Ints]:
    """The rows that speak of each stretch's bodies: its own, and `most` beyond, or the whole of the next stretch."""
    first = np.maximum(lows - most, 0)
    last = np.minimum(highs + most, highs[-1])
    first[1:] = np.minimum(first[1:], np.maximum(lows[:-1], lows[1:] - FARTHEST))
    last[:-1] = np.maximum(last[:-1], np.minimum(highs[1:], highs[:-1] + FARTHEST))
    return first, last


def _cover(width: float, lows: Ints, highs: Ints, of: Ints, row: Ints, mine: Ints) -> Floats:
    """The chance that a body somewhere before a stretch covers a tag: that of its article's mean place."""
    beyond = np.maximum(np.maximum(lows[of] - row, row - highs[of] + 1), 0)
    inside = np.maximum(width - beyond, 0.0)
    _, group, many = np.unique(of * len(lows) + mine[row], return_inverse=True, return_counts=True)
    return np.asarray((np.bincount(group, inside) / many)[group] / (width + (highs - lows)[of]))


def _lies(cover: Floats) -> Floats:
    """Where tags lie of which nothing is known but that: in the light, at an edge, behind a body."""
    lies = np.zeros((3, len(LEVELS), len(cover)))
    lies[_EDGE, _FIRST:], lies[_BEHIND, _FIRST:] = EDGE * cover, (1.0 - EDGE) * cover
    lies[0] = 1.0 - lies[1:].sum(axis=0)
    return lies
