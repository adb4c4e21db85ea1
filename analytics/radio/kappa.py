"""Persons per device, learnt where a camera sees the same room; and the alarm when the factor has moved.

Unit: persons per device, between 0.05 and 20. Bias: it assumes that those who are seen and those who carry phones
that probe are the same crowd; the interval covers how much the factor varied from window to window.
"""

from collections import deque
from math import log, sqrt
from statistics import fmean, pstdev

from analytics.radio.site import Estimate

FEWEST_PAIRS = 12
FEWEST_HOURS = 2
MOST_PAIRS = 288
RECENT_PAIRS = 12
SMALLEST_SPREAD = 0.05
ALARM_SPREADS = 3.0
SMALLEST, LARGEST = 0.05, 20.0


class Kappa:
    """The ratio of sums over the last day of taught windows; those without persons or devices teach nothing."""

    def __init__(self) -> None:
        self._pairs: deque[tuple[int, float]] = deque(maxlen=MOST_PAIRS)

    def teach(self, devices: int, persons: float) -> None:
        """One window of both."""
        if devices > 0 and persons > 0:
            self._pairs.append((devices, persons))

    @property
    def factor(self) -> float | None:
        """Persons per device, None until FEWEST_PAIRS windows were taught."""
        return _ratio(list(self._pairs)) if len(self._pairs) >= FEWEST_PAIRS else None

    def persons(self, devices: int) -> Estimate | None:
        """Persons for so many devices, with the interval of nine windows in ten; None while nothing was taught."""
        factor = self.factor
        if factor is None:
            return None
        spread = 1.645 * _spread(list(self._pairs), factor)
        persons = devices * factor
        return Estimate(persons, max(0.0, persons * (1 - spread)), persons * (1 + spread))

    @property
    def drifted(self) -> bool:
        """Whether the last hour's factor is further from those of the hours before it than they are from each other.

        Hours, because windows that follow one another are alike: by their spread every lunch break is a fault.
        """
        pairs = list(self._pairs)
        before, recent = pairs[:-RECENT_PAIRS], pairs[-RECENT_PAIRS:]
        begins = range(len(before) % RECENT_PAIRS, len(before), RECENT_PAIRS)
        hours = [log(_ratio(before[begin : begin + RECENT_PAIRS])) for begin in begins]
        if len(hours) < FEWEST_HOURS:
            return False
        spread = max(SMALLEST_SPREAD, pstdev(hours)) * (1 + FEWEST_HOURS / len(hours))
        return abs(log(_ratio(recent)) - fmean(hours)) > ALARM_SPREADS * spread


def _ratio(pairs: list[tuple[int, float]]) -> float:
    ratio = sum(persons for _, persons in pairs) / sum(devices for devices, _ in pairs)
    return min(LARGEST, max(SMALLEST, ratio))


def _spread(pairs: list[tuple[int, float]], factor: float) -> float:
    """The relative standard deviation of single windows around the factor."""
    return sqrt(sum((persons / (devices * factor) - 1) ** 2 for devices, persons in pairs) / len(pairs))
