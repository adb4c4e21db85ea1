"""The shop window: each person once, as passer, stopped, entered, or more than one of these."""

import pytest

from analytics.conversion import Conversion
from analytics.crossing import Drawn
from analytics.line import Line, LineCounter
from analytics.window_funnel import Window, WindowFunnel
from tests.analytics.scene import Person, Scene, play, values, walk

PAVEMENT = ((0.2, 0.6), (0.8, 0.6), (0.8, 0.95), (0.2, 0.95))
WINDOW = Window(name="summer", corners=PAVEMENT, door=Drawn(points=((0.8, 0.5), (1.0, 0.5))), stop=3)
PASSES = walk((0, 0.05, 0.8), (4, 0.95, 0.8))
HURRIES = walk((0, 0.05, 0.8), (1, 0.95, 0.8))
STOPS = walk((0, 0.05, 0.8), (3, 0.5, 0.8), (8, 0.5, 0.8), (11, 0.95, 0.8))
ENTERS = walk((0, 0.05, 0.8), (2.5, 0.9, 0.8), (5, 0.9, 0.3))
STOPS_AND_ENTERS = walk((0, 0.05, 0.8), (3, 0.5, 0.8), (8, 0.5, 0.8), (11, 0.9, 0.8), (13, 0.9, 0.3))
COMES_OUT = walk((0, 0.9, 0.3), (2, 0.9, 0.8), (8, 0.5, 0.8), (12, 0.05, 0.8))


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        pytest.param([PASSES], (1, 0, 0, 0), id="passes"),
        pytest.param([HURRIES], (0, 0, 0, 0), id="too quick to be a passer without a street line"),
        pytest.param([STOPS], (1, 1, 0, 0), id="stops"),
        pytest.param([ENTERS], (1, 0, 1, 0), id="enters"),
        pytest.param([STOPS_AND_ENTERS], (1, 1, 1, 1), id="stops and enters"),
        pytest.param([COMES_OUT], (0, 0, 0, 0), id="comes out of the shop"),
        pytest.param([PASSES, STOPS, ENTERS, STOPS_AND_ENTERS, COMES_OUT], (4, 2, 2, 1), id="all of them"),
    ],
)
def test_passers_stopped_entered_and_both(people: list[Person], expected: tuple[int, int, int, int]) -> None:
    funnel = WindowFunnel(WINDOW)
    apart = [Person(tuple((t + 20.0 * i, x, y) for t, x, y in p.path)) for i, p in enumerate(people)]
    play(funnel, Scene(apart).percepts())
    said = values(funnel.tallies(0, 60))
    assert (said["passers"], said["stopped"], said["entered"], said["entered_stopped"]) == expected


def test_how_long_each_was_before_the_window_by_the_longest_stay_and_above_the_floor() -> None:
    funnel = WindowFunnel(WINDOW, carry=4)
    twice = walk((0, 0.05, 0.8), (2, 0.5, 0.8), (10, 0.5, 0.8), (12, 0.05, 0.8), (20, 0.05, 0.8), (22, 0.5, 0.8),
                 (24, 0.05, 0.8))  # fmt: skip
    people = [PASSES, STOPS, STOPS_AND_ENTERS, twice]
    apart = [Person(tuple((t + 40.0 * i, x, y) for t, x, y in p.path)) for i, p in enumerate(people)]
    seen = list(Scene(apart).percepts())
    play(funnel, [percept for percept in seen if percept.at < 120])
    assert funnel.tallies(0, 120)[0].support == 3
    funnel.restart(120)
    play(funnel, [percept for percept in seen if percept.at >= 120])
    (tally,) = funnel.tallies(120, 200)
    assert (tally.values["passers"], tally.support) == (1, 4)
    assert tally.values["dwell"] == (1, 0, 2, 1, 0, 0, 0, 0)


def test_a_street_line_decides_who_passes() -> None:
    street = Window(name="summer", corners=PAVEMENT, door=WINDOW.door, street=Drawn(points=((0.5, 0.4), (0.5, 1.0))))
    funnel = WindowFunnel(street)
    play(funnel, Scene([HURRIES, walk((3, 0.05, 0.8), (6, 0.4, 0.8), (8, 0.05, 0.8))]).percepts())
    assert values(funnel.tallies(0, 60))["passers"] == 1


def test_two_lanes_out_tell_who_bought() -> None:
    tills = LineCounter(Line(name="tills", points=((0.1, 0.5), (0.4, 0.5))))
    plain = LineCounter(Line(name="plain", points=((0.6, 0.5), (0.9, 0.5))))
    conversion = Conversion("shop")
    tills.heard.append(conversion.bought)
    plain.heard.append(lambda seen: conversion.feed(seen.at, seen))
    out = [walk((2.0 * i, x, 0.3), (2.0 * i + 3, x, 0.8)) for i, x in enumerate((0.2, 0.3, 0.7))]
    back = walk((9, 0.2, 0.9), (12, 0.2, 0.2))
    for line in (tills, plain):
        play(line, Scene([*out, back]).percepts())
    assert values(conversion.tallies(0, 60)) == {"area": "shop", "bought": 2, "unbought": 1}
    conversion.restart(60)
    assert values(conversion.tallies(60, 90)) == {"area": "shop", "bought": 0, "unbought": 0}
