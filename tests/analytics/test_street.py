"""Passers outside the picture: learnt from invented streets whose truth is known, and never told before it is sure."""

from collections.abc import Mapping

import numpy as np
import pytest

from analytics.crossing import Crossing, Way
from analytics.radio.street import MOST_ADDRESSES, Street
from observations import DeviceSighting, Tally, Value

INSIDE_DBM = -60
WINDOW = 300.0


def sighting(token: int, rssi_dbm: int = -70, randomised: bool = True) -> DeviceSighting:
    return DeviceSighting(0.0, "radio", 1, token, 1, rssi_dbm, randomised)


def crossing(at: float) -> Crossing:
    return Crossing("camera", 1, Way.IN, at, (0.5, 0.5), 0.3)


class Pavement:
    """A rhythm that passers in the picture, passers outside it and people inside share, and chance that they do not."""

    def __init__(self, street: Street, outside: float, *, reach_s: float = 8.0, seed: int = 1) -> None:
        self.street, self.outside, self.reach_s = street, outside, reach_s
        self.dice = np.random.default_rng(seed)
        self.at, self.token = 0.0, 0

    def window(self, *, blind: bool = False, deaf: bool = False) -> tuple[Tally, int]:
        """What is told of a window, and how many passed outside the picture in it."""
        rhythm = 1.2 + np.sin(self.at / WINDOW / 23)
        seen, out = (self.dice.uniform(0, WINDOW, self.dice.poisson(many * rhythm)) for many in (12, self.outside))
        for at in seen if not blind else ():
            self.street.passed(crossing(self.at + float(at)))
        for at in (*seen, *out):
            for _ in range(self.dice.poisson(1.5)):
                self.hear(float(at) + float(self.dice.uniform(-self.reach_s, self.reach_s)), -70)
        for _ in range(8 * self.dice.poisson(5 * rhythm)):
            self.hear(float(self.dice.uniform(0, WINDOW)), -70 if self.dice.random() < 0.1 else -50)
        end = self.at + WINDOW
        [tally] = self.street.told(self.at, end, None if blind else len(seen), not deaf)
        self.street.restart(end)
        self.at = end
        return tally, len(out)

    def hear(self, at: float, rssi_dbm: int) -> None:
        self.token += 1
        self.street.feed(self.at + min(max(at, 0.0), WINDOW - 1), sighting(self.token, rssi_dbm))


def figure(values: Mapping[str, Value], name: str) -> float:
    value = values[name]
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize(("outside", "reach_s"), [(0.0, 8.0), (6.0, 8.0), (14.0, 8.0), (14.0, 25.0)])
def test_passers_outside_are_told_with_their_interval(outside: float, reach_s: float) -> None:
    pavement = Pavement(Street("radio", inside_dbm=INSIDE_DBM), outside, reach_s=reach_s)
    rows = [(tally.values, truth) for tally, truth in (pavement.window() for _ in range(2 * 144))][100:]
    within = [figure(v, "outside_low") <= truth <= figure(v, "outside_high") for v, truth in rows]
    assert np.mean(within) >= 0.93
    estimated = sum(figure(v, "outside") for v, _ in rows)
    assert estimated == pytest.approx(sum(truth for _, truth in rows), rel=0.15, abs=2 * len(rows))
    assert np.mean([figure(v, "outside_high") - figure(v, "outside_low") for v, _ in rows]) < 30


def test_an_afternoon_teaches_enough() -> None:
    pavement = Pavement(Street("radio", inside_dbm=INSIDE_DBM), 10.0)
    told = [pavement.window()[0] for _ in range(72)]
    assert told[0].values["outside"] is None
    assert told[0].reason == "not_calibrated"
    assert told[-1].values["outside"] is not None


def test_when_the_camera_is_blind_all_passers_are_outside_its_picture() -> None:
    pavement = Pavement(Street("radio", inside_dbm=INSIDE_DBM), 8.0)
    for _ in range(200):
        pavement.window()
    blind = [pavement.window(blind=True) for _ in range(20)]
    assert all(tally.values["seen"] is None for tally, _ in blind)
    told, passed = (
        sum(values) for values in zip(*[(figure(t.values, "outside"), out) for t, out in blind], strict=True)
    )
    assert told == pytest.approx(passed * (12 + 8) / 8, rel=0.2)


def test_a_radio_that_did_not_hear_all_of_a_window_tells_nothing() -> None:
    pavement = Pavement(Street("radio", inside_dbm=INSIDE_DBM), 8.0)
    for _ in range(100):
        pavement.window()
    tally, _ = pavement.window(deaf=True)
    assert (tally.values["outside"], tally.reason) == (None, "not_seen")
    assert tally.values["seen"] is not None


def test_a_window_that_was_not_seen_teaches_nothing() -> None:
    pavement = Pavement(Street("radio", inside_dbm=INSIDE_DBM), 8.0)
    for _ in range(200):
        pavement.window(blind=True)
    assert pavement.window()[0].values["outside"] is None


def test_loud_and_fixed_addresses_are_not_passers() -> None:
    street = Street("radio", inside_dbm=INSIDE_DBM)
    street.feed(0.0, sighting(1, -50))
    street.feed(1.0, sighting(2, -70))
    street.feed(1.0, sighting(2, -50))
    street.feed(2.0, sighting(3, -70, randomised=False))
    street.told(0.0, 300.0, 1)
    assert street.window is not None
    assert (street.window.weak, street.strong) == (0, 2)


def test_a_flood_costs_bounded_memory() -> None:
    street = Street("radio")
    for token in range(MOST_ADDRESSES + 100):
        street.feed(0.0, sighting(token, -50))
    assert street.strong == MOST_ADDRESSES
