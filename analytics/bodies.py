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

_SHARES = [[0.6], [0.4], [0.25], [0.12], [0.03]]
LEVELS = np.array([[1.0], [1.0], *_SHARES, *_SHARES])
"""What is left of the reads behind a body: with nobody, with one that has just left, with those that stand, and with
those that have just shifted."""
WIDTH = 0.2
"""The share of a shelf's tags that a body covers."""
COMES, GOES, MOVES, TURNS, SETTLES = 2e-3, 1.0 / 30.0, 0.02, 0.03, 0.3
"""Chances an epoch that a body comes before a stretch, that he goes, that he moves so that he covers others, and that
he takes another share, as when a second body joins him; and that one who has left is forgotten. Were he forgotten at
once, the tags that came to light and those that have gone would be mixed up before the next epoch tells them apart."""
ENOUGH, MOST_ENOUGH, VANISHES = 0.6, 8.0, 0.3
"""Who would cover less than the share ENOUGH of WIDTH (half of it at a shelf's end) is hardly a body: the fewer tags he
covers, the nearer is the chance that he goes to VANISHES. More than MOST_ENOUGH tags are never asked for."""
SHIFTS, REDRAWN = 0.01, 0.5
"""The chance an epoch that a body shifts as one, or that of two one goes: then each tag that he covered, and each that
he did not, lies anew with the chance REDRAWN. He is remembered for as long as one who has left, or the tags that come
to light together would each have to move by themselves, which is dearer than hands for all that stay silent."""
UNSEEN, OVERLOOKED = 0.01, 0.6
"""How much seldomer a body comes where a camera sees nobody, and the chance that who is there all the same goes."""
FARTHEST = 24
"""Tags beyond a stretch that are asked about its bodies, on either side, at most."""

EDGE = 0.2
"""Of the tags that a body covers, the share at his edge, where half of what he takes is taken."""

_HARDLY = 1e-30
"""No state is ever less likely, or one that nothing leads to could not be told from nothing."""

_EDGE, _BEHIND, _GONE = 1, 2, 3
_NOBODY, _LEFT, _FIRST = range(3)
_STANDING, _SHIFTED = slice(_FIRST, _FIRST + len(_SHARES)), slice(_FIRST + len(_SHARES), len(LEVELS))
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
        self._tags[:_GONE] *= np.abs(_READS * rate - ~heard)
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
        """Before an epoch: bodies come, go, shift, move and are joined. `deserted`: a camera sees nobody there."""
        mass = self._tags * np.take(np.maximum(self._stand, _HARDLY), self._of, axis=1)
        nobody, left, standing, shifted = mass[:, _NOBODY], mass[:, _LEFT], mass[:, _STANDING], mass[:, _SHIFTED]
        goes = mass[:, _FIRST:] * (OVERLOOKED if deserted else np.take(self._leaving(), self._of, axis=1))
        mass[:, _FIRST:] -= goes
        shifts, settled = SHIFTS * standing, SETTLES * shifted
        standing += TURNS / len(_SHARES) * standing.sum(axis=1, keepdims=True) - (TURNS + SHIFTS) * standing + settled
        shifts[:_GONE] += REDRAWN * (shifts[:_GONE].sum(axis=0) * self._lies[:, _SHIFTED] - shifts[:_GONE])
        shifted += shifts - settled
        comes, forgotten = COMES * (UNSEEN if deserted else 1.0) * nobody, SETTLES * left
        again = MOVES * standing[:_GONE].sum(axis=0) + comes[:_GONE].sum(axis=0) / len(_SHARES)
        standing[:_GONE] += again * self._lies[:, _STANDING] - MOVES * standing[:_GONE]
        standing[_GONE] += comes[_GONE] / len(_SHARES)
        nobody += forgotten - comes
        nobody[0], nobody[1:_GONE] = nobody[:_GONE].sum(axis=0), 0.0
        left += goes.sum(axis=1) - forgotten
        whole = mass.sum(axis=0)
        self._tags, self._stand = mass / whole, whole[:, self._starts]

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
