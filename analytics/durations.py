"""Durations of one window as bins, mean and quantiles; few of them wait for the next window instead of getting lost."""

from bisect import bisect_right
from collections.abc import Sequence
from math import ceil

CARRY = 5
"""Fewer values than this are kept for the next window: below the privacy floor they would be null."""

MOST = 10_000
"""Values kept at most, so that memory is bounded."""


class Durations:
    """Seconds, one value a person. `bounds` separate the bins; a value on a bound belongs to the bin above it."""

    def __init__(self, bounds: Sequence[float], carry: int = CARRY) -> None:
        self._bounds = bounds
        self._carry = carry
        self._values: list[float] = []

    def __len__(self) -> int:
        return len(self._values)

    def add(self, seconds: float) -> None:
        """One more."""
        if len(self._values) < MOST:
            self._values.append(seconds)

    def remove(self, seconds: float) -> None:
        """One less: it was not over. What a window before this one has told stays told."""
        if seconds in self._values:
            self._values.remove(seconds)

    def restart(self) -> None:
        """Begin the next window."""
        if len(self._values) >= self._carry:
            self._values = []

    @property
    def bins(self) -> tuple[int, ...]:
        """How many are below the first bound, between the bounds, and from the last bound on."""
        counts = [0] * (len(self._bounds) + 1)
        for value in self._values:
            counts[bisect_right(self._bounds, value)] += 1
        return tuple(counts)

    @property
    def mean(self) -> float | None:
        """None without values."""
        return sum(self._values) / len(self._values) if self._values else None

    def quantile(self, share: float) -> float | None:
        """The smallest value that this share of all does not exceed (nearest rank); None without values."""
        if not self._values:
            return None
        return sorted(self._values)[max(0, ceil(share * len(self._values)) - 1)]
