"""Everything at once: a picture twice or late changes nothing, and windows add up to the whole however they are cut."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench._everything import Everything
from observations import Percept, Tally
from tests.analytics.scene import Person, Scene
from tests.analytics.walks import FEW, crowds, journey

ADDITIVE = {
    "lines": ("in_", "out", "uturns"),
    "zones": ("views", "stops", "person_seconds", "over_capacity"),
    "queues": ("joined", "served", "abandoned", "lost", "person_seconds", "open_seconds"),
    "windows": ("passers", "stopped", "entered", "entered_stopped"),
    "attention": ("passers", "lookers", "seconds"),
    "hands": ("passers", "reached", "touched", "picked", "put_back", "unclear"),
    "occupancy": ("person_seconds",),
    "conversions": ("bought", "unbought"),
    "gates": ("pulses", "crossings"),
    "greetings": ("met", "unmet", "lost"),
    "service": ("arrivals", "greeted", "unattended"),
    "staff_lines": ("in_", "out", "visitors_in", "visitors_out"),
}
ENDS = 99.0
LINGERER = journey(5.0, [(0.5, 0.45, 7.5)])
"""Somebody who is surely counted: who only looks in at the corner of the picture is not."""


def pictures(people: list[Person]) -> list[Percept]:
    return list(Scene(people, until=60).percepts())


@settings(FEW, max_examples=15)
@given(crowds, st.randoms(use_true_random=False))
def test_a_picture_that_comes_twice_or_late_changes_nothing_at_all(people: list[Person], random: Random) -> None:
    clean, torn = Everything(), Everything()
    before: list[Percept] = []
    for percept in pictures([*people, LINGERER]):
        for box in (clean, torn):
            box.feed(percept.at, percept)
        before.append(percept)
        for late in random.choices(before[-20:], k=random.randrange(3)):
            torn.camera.feed(late.at, late)
    assert torn.tallies(0, ENDS) == clean.tallies(0, ENDS)
    assert any(tally.support for tally in clean.tallies(0, ENDS))


def clamped(tallies: list[Tally]) -> list[object]:
    """What is a total of the day, however it is cut."""
    return [tally.values["clamped"] for tally in tallies if tally.kind == "occupancy"]


def added(sums: dict[tuple[str, object, str], float], tallies: list[Tally]) -> None:
    """Add those values of the tallies that may be added up."""
    for tally in tallies:
        for name in ADDITIVE.get(tally.kind, ()):
            place, value = next(iter(tally.values.values())), tally.values[name]
            if isinstance(value, int | float):
                sums[tally.kind, place, name] = sums.get((tally.kind, place, name), 0.0) + value


@settings(FEW, max_examples=15)
@given(crowds, st.sets(st.integers(1, 55), max_size=5))
def test_windows_add_up_to_the_whole_however_they_are_cut(people: list[Person], cuts: set[int]) -> None:
    whole, cut = Everything(), Everything()
    seen = pictures(people)
    for percept in seen:
        whole.feed(percept.at, percept)
    sums: dict[tuple[str, object, str], float] = {}
    for begin, end in pairwise((0.0, *map(float, sorted(cuts)), ENDS)):
        for percept in seen:
            if begin <= percept.at < end:
                cut.feed(percept.at, percept)
        told = cut.tallies(begin, end)
        added(sums, told)
        cut.restart(end)
    expected: dict[tuple[str, object, str], float] = {}
    added(expected, whole.tallies(0, ENDS))
    assert {kind for kind, _, _ in expected} >= ADDITIVE.keys() - {"greetings"}
    assert sums == pytest.approx(expected)
    assert clamped(told) == clamped(whole.tallies(0, ENDS))
