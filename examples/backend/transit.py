"""How many persons went from one site to another, from published counts alone; nobody is seen twice.

Who leaves one site and comes into another makes the two counts move together, a few windows apart. Both are taken less
their mean of an hour around: the rhythm of the day is gone, which all sites share, and least squares tell what share of
each site's leaving came in elsewhere. What makes people leave one shop and enter another at once (a shower, a train) is
taken for persons who went.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Series = Mapping[int, int]
"""Persons by the window's start (epoch seconds); a window that is missing is not known."""

FLOOR = 5
LAGS = 3
"""Windows, from the one in which somebody leaves, in which he may come in elsewhere: a quarter of an hour of 300 s."""

AROUND = 6
"""Windows on either side whose mean is the rhythm of the day at a moment."""

SURE, TOLD = 1.96, 3.0
"""Standard errors to the bounds of 19 in 20, and by which an estimate must be above FLOOR: with many sites some pair is
always beyond the bounds by chance."""


@dataclass(frozen=True)
class Transit:
    """Persons who left one site and came into another within LAGS windows: estimate, and bounds of 19 in 20."""

    persons: float
    low: float
    high: float


def transits(
    outs: Mapping[str, Series], ins: Mapping[str, Series], seconds: int = 300
) -> dict[tuple[str, str], Transit]:
    """From each site to each other, jointly; what may be fewer than FLOOR, or chance, is not told."""
    starts = (
        sorted(set.intersection(*(set(series) for series in (*outs.values(), *ins.values())))) if outs and ins else []
    )
    if not starts:
        return {}
    grid = range(starts[0], starts[-1] + 1, seconds)
    known = set(starts)

    def moves(series: Series) -> NDArray[np.float64]:
        return _without_rhythm(np.array([series[at] if at in known else np.nan for at in grid]))

    left = {site: moves(series) for site, series in outs.items()}
    told = {}
    for to, series in ins.items():
        if not (others := [site for site in outs if site != to]):
            continue
        came = moves(series)
        columns = np.array([_later(left[site], lag) for site in others for lag in range(LAGS)]).T
        whole = ~np.isnan(came) & ~np.isnan(columns).any(axis=1)
        shares = _shares(columns[whole], came[whole]) if whole.sum() > 10 * columns.shape[1] else None
        for n, site in enumerate(others if shares else ()):
            share, error = shares(slice(n * LAGS, (n + 1) * LAGS))
            went = sum(persons for at, persons in outs[site].items() if at in known)
            transit = Transit(went * share, went * (share - SURE * error), went * (share + SURE * error))
            if went * (share - TOLD * error) >= FLOOR:
                told[site, to] = transit
    return told


def _without_rhythm(values: NDArray[np.float64]) -> NDArray[np.float64]:
    width, middle = np.ones(2 * AROUND + 1), slice(AROUND, AROUND + len(values))
    there = np.convolve(~np.isnan(values), width)[middle]
    mean = np.convolve(np.nan_to_num(values), width)[middle] / np.maximum(there, 1)
    return np.asarray(np.where(there > AROUND, values - mean, np.nan))


def _later(values: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
    return np.concatenate([np.full(lag, np.nan), values[: len(values) - lag]])


def _shares(columns: NDArray[np.float64], came: NDArray[np.float64]) -> Callable[[slice], tuple[float, float]] | None:
    """The sum of some coefficients and its standard error; None where the columns do not tell them apart."""
    square = columns.T @ columns
    if np.linalg.matrix_rank(square) < len(square):
        return None
    inverse = np.linalg.inv(square)
    found = inverse @ columns.T @ came
    noise = float(np.sum((came - columns @ found) ** 2)) / (len(came) - len(found))
    return lambda part: (float(found[part].sum()), float(np.sqrt(noise * inverse[part, part].sum())))
