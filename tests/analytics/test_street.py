"""Passers outside the picture: learnt from invented streets whose truth is known, and never told before it is sure."""

from collections.abc import Mapping

import numpy as np
import pytest

from analytics.radio.street import MOST_ADDRESSES, Street
from observations import DeviceSighting, Tally, Value

INSIDE_DBM = -60


def sighting(token: int, rssi_dbm: int = -70, randomised: bool = True) -> DeviceSighting:
    return DeviceSighting(0.0, "radio", 1, token, 1, rssi_dbm, randomised)


def told(street: Street, weak: int, seen: int | None, inside: float | None = 3.0) -> Tally:
    for token in range(weak):
        street.feed(0.0, sighting(token))
    [tally] = street.told(0.0, 300.0, seen, inside)
    street.restart(300.0)
    return tally


def days(street: Street, outside: float, windows: int, seed: int = 1) -> list[tuple[Tally, int]]:
    """A rhythm that passers in the picture, passers outside it and people inside share, and chance that they do not."""
    dice, rows = np.random.default_rng(seed), []
    for window in range(windows):
        rhythm = 1.2 + np.sin(window / 23)
        seen, out, inside = dice.poisson(12 * rhythm), dice.poisson(outside * rhythm), dice.poisson(4 * rhythm)
        weak = dice.poisson(1.5 * (seen + out) + 0.4 * inside)
        rows.append((told(street, int(weak), int(seen), float(inside)), int(out)))
    return rows


def figure(values: Mapping[str, Value], name: str) -> float:
    value = values[name]
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize("outside", [0.0, 6.0, 14.0])
def test_passers_outside_are_told_with_their_interval(outside: float) -> None:
    street = Street("radio", inside_dbm=INSIDE_DBM)
    rows = [(tally.values, truth) for tally, truth in days(street, outside, 6 * 144)][4 * 144 :]
    within = [figure(v, "outside_low") <= truth <= figure(v, "outside_high") for v, truth in rows]
    assert np.mean(within) >= 0.88
    estimated = sum(figure(v, "outside") for v, _ in rows)
    assert estimated == pytest.approx(sum(truth for _, truth in rows), rel=0.2, abs=3 * len(rows))


def test_nothing_is_told_before_the_camera_has_taught_enough() -> None:
    street = Street("radio", inside_dbm=INSIDE_DBM)
    [(first, _), *_] = days(street, 10.0, 40)
    assert first.values["outside"] is None
    assert first.reason == "not_calibrated"


def test_when_the_camera_is_blind_all_passers_are_outside_its_picture() -> None:
    street = Street("radio", inside_dbm=INSIDE_DBM)
    days(street, 0.0, 6 * 144)
    blind = told(street, 60, None, None)
    assert blind.values["seen"] is None
    assert blind.values["outside"] == pytest.approx(40, rel=0.15)


def test_a_window_that_was_not_seen_teaches_nothing() -> None:
    street = Street("radio", inside_dbm=INSIDE_DBM)
    for _ in range(400):
        told(street, 50, None, None)
    assert told(street, 50, 10).values["outside"] is None


def test_loud_and_fixed_addresses_are_not_passers() -> None:
    street = Street("radio", inside_dbm=INSIDE_DBM)
    street.feed(0.0, sighting(1, -50))
    street.feed(1.0, sighting(2, -70))
    street.feed(1.0, sighting(2, -50))
    street.feed(2.0, sighting(3, -70, randomised=False))
    street.told(0.0, 300.0, 1, 1.0)
    assert street.window is not None
    assert (street.window.weak, street.strong) == (0, 2)


def test_a_flood_costs_bounded_memory() -> None:
    street = Street("radio")
    for token in range(MOST_ADDRESSES + 100):
        street.feed(0.0, sighting(token, -50))
    assert street.strong == MOST_ADDRESSES
