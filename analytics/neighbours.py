"""What the neighbours along a shelf say: sums and shares around each place; it knows nothing of tags."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NEARNESS = np.array([0.0, 1.0, 0.6, 0.36, 0.22, 0.13])


def around(values: Floats, reach: int) -> Floats:
    """For each place, the sum over its neighbours within `reach` on either side, itself left out."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    places = np.arange(len(values))
    high = np.minimum(places + reach + 1, len(values))
    low = np.maximum(places - reach, 0)
    return np.asarray(total[high] - total[low] - values)


def share(got: Floats, expected: Floats, reach: int) -> Floats:
    """What part of their expected reads the neighbours had; 1 where too few are expected to tell."""
    due = around(expected, reach)
    return np.where(due > 3.0, around(got, reach) / np.maximum(due, 1.0), 1.0)


def worse_side(got: Floats, expected: Floats) -> Floats:
    """The part of their expected reads that the neighbours of the worse side had; the nearest weigh most.

    One read beyond what was got and expected stands for what is known before: that all is as usual.
    """
    ways = slice(None), slice(None, None, -1)
    had = [np.convolve(got[way], _NEARNESS)[: len(got)][way] for way in ways]
    due = [np.convolve(expected[way], _NEARNESS)[: len(got)][way] for way in ways]
    return np.asarray(np.minimum((had[0] + 1.0) / (due[0] + 1.0), (had[1] + 1.0) / (due[1] + 1.0)))
