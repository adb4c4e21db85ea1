"""The interval of persons by radio holds nineteen windows in twenty, from the first that is told, and is no wider."""

import numpy as np
import pytest

from analytics.radio.kappa import Kappa

WINDOWS_A_DAY = 144


def days(seed: int, many: float, days: int = 2) -> list[tuple[float, int]]:
    """Mean persons and devices of windows: a crowd that comes and goes, phones of some, and phones from outside."""
    dice = np.random.default_rng(seed)
    rows, slow = [], 0.0
    for window in range(days * WINDOWS_A_DAY):
        slow = 0.8 * slow + 0.6 * dice.standard_normal()
        rhythm = many * (1 + 0.5 * np.sin(2 * np.pi * window / WINDOWS_A_DAY)) * np.exp(0.5 * slow)
        persons = float(np.mean(dice.poisson(rhythm, 4)))
        rows.append((persons, int(dice.binomial(round(persons), 0.8) + dice.poisson(2))))
    return rows


def told(rows: list[tuple[float, int]], seen: float = 1.0) -> list[tuple[int, bool, float]]:
    """Of each window that is told: its number, whether the truth is held, the width; the camera sees a share."""
    kappa, found = Kappa(), []
    for number, (persons, devices) in enumerate(rows):
        estimate = kappa.persons(devices)
        if estimate is not None:
            found.append((number, estimate.low <= persons <= estimate.high, estimate.high - estimate.low))
        kappa.teach(devices, persons * seen)
    return found


@pytest.mark.parametrize("many", [3.0, 12.0, 40.0])
@pytest.mark.parametrize("seen", [1.0, 0.95])
def test_the_interval_holds_from_the_first_hours_on(many: float, seen: float) -> None:
    rows = [days(seed, many) for seed in range(30)]
    every = [one for row in rows for one in told(row, seen)]
    first, later = ([held for number, held, _ in every if (number < 48) == early] for early in (True, False))
    assert np.mean(first) >= 0.94
    assert 0.93 <= np.mean(later) <= 0.985


def test_it_is_no_wider_than_the_crowd_is_spread() -> None:
    """Whoever knows only the day's crowd needs this much."""
    rows = [days(seed, 12.0) for seed in range(10)]
    persons = np.array([one for row in rows for one, _ in row])
    widths = [width for row in rows for *_, width in told(row)]
    assert np.mean(widths) < 0.7 * (np.quantile(persons, 0.975) - np.quantile(persons, 0.025))
    assert told(rows[0])[0][2] > np.mean(widths), "little was taught and much is claimed"


def test_what_crept_into_the_count_over_the_day_is_taken_out_of_what_it_taught() -> None:
    """Each day two of a hundred who leave are missed, and by closing a crowd is inside that is not there."""
    kappa, straight = Kappa(), Kappa()
    for day in range(2):
        for number, (persons, devices) in enumerate(days(day, 12.0, days=1)):
            kappa.teach(devices, persons + 9 * (number + 1) / WINDOWS_A_DAY)
            straight.teach(devices, persons)
        drifted = kappa.factor
        kappa.settle(9)
        assert drifted is not None
        assert straight.factor is not None
        assert drifted > 1.15 * straight.factor
        assert kappa.factor == pytest.approx(straight.factor, rel=0.01)


def test_a_day_without_drift_is_left_alone() -> None:
    kappa = Kappa()
    for persons, devices in days(1, 12.0, days=1):
        kappa.teach(devices, persons)
    before = kappa.factor
    kappa.settle(0)
    kappa.settle(50)
    assert kappa.factor == before
