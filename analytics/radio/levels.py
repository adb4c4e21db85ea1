"""Identical phones told apart by where they lie: signal strengths that alternate from burst to burst come from two.

A phone that is carried changes its level too, but it comes from somewhere and stays for a while; two phones speak in
turns that chance deals. What alternates as chance would (Wald and Wolfowitz, "On a test whether two samples are from
the same population", Annals of Mathematical Statistics 11, 1940) and is far enough apart is two phones. Bias: phones
that lie equally far away, or of which one fell silent before the other began, are one.
"""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.float64]

FEWEST_BURSTS = 3
"""That a level must have been heard in before it is one."""
APART_DB = 12.0
"""Between the medians of two levels: indoors a phone that lies still seldom strays so far from its own."""
FEWEST_TURNS = 4
"""Who comes and goes is weak, strong and weak again; two phones go on."""
MOST_SPREADS = 3.0
"""Standard deviations by which turns may be fewer than chance deals."""


def levels(strengths: Sequence[float]) -> list[int]:
    """For the bursts of one model, in order of time, the number of the level that each belongs to: 0 is the weakest."""
    told = np.array(strengths, float)
    borders = sorted(_borders(told))
    return [int(number) for number in np.searchsorted(borders, told)]


def _borders(told: Levels) -> list[float]:
    """The strengths that part one level from the next, each the strongest of the weaker level."""
    border = _border(told)
    if border is None:
        return []
    weak = told <= border
    return [border, *_borders(told[weak]), *_borders(told[~weak])]


def _border(told: Levels) -> float | None:
    """Where the variance between weaker and stronger is greatest, if the two are two phones."""
    order = np.sort(told)
    below = np.arange(1, len(order))
    allowed = (below >= FEWEST_BURSTS) & (len(order) - below >= FEWEST_BURSTS) & (np.diff(order) > 0)
    if not allowed.any():
        return None
    sums = np.cumsum(order)
    apart = (sums[-1] - sums[:-1]) / (len(order) - below) - sums[:-1] / below
    border = float(order[np.argmax(np.where(allowed, below * (len(order) - below) * apart**2, -1.0))])
    weak = told <= border
    far = float(np.median(told[~weak]) - np.median(told[weak])) >= APART_DB
    return border if far and _in_turns(weak) else None


def _in_turns(weak: NDArray[np.bool_]) -> bool:
    few, many = int(weak.sum()), int((~weak).sum())
    turns = 1 + int(np.count_nonzero(weak[1:] != weak[:-1]))
    expected = 2 * few * many / len(weak) + 1
    spread = sqrt((expected - 1) * (expected - 2) / (len(weak) - 1))
    return turns >= max(FEWEST_TURNS, expected - MOST_SPREADS * spread)
