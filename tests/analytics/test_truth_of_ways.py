"""Random walks of known truth, in whole pictures and torn ones: ways, windows, visits, lanes, looks and greetings."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.attention import AttentionCounter, Target
from analytics.badges import Badges, BadgeZone
from analytics.camera import CameraMetrics
from analytics.conversion import Conversion
from analytics.crossing import Drawn
from analytics.flow import LONGEST, Flow
from analytics.greeting import Entrance, Greeting
from analytics.line import Line, LineCounter
from analytics.occupancy import Occupancy
from analytics.visit import VISIT_BOUNDS, VisitTimer
from analytics.window_funnel import DWELL_BOUNDS, Window, WindowFunnel
from analytics.zone import Zone, ZoneCounter
from observations import BadgeSighting
from tests.analytics.scene import Person, Scene, play, values, walk
from tests.analytics.test_greeting import FLOOR
from tests.analytics.walks import AFTERWARDS, DOORSTEP, FEW, dice, gap, journey, rates, torn

STRIPS = {"a": 0.15, "b": 0.35, "c": 0.55, "d": 0.75}
NOWHERE = 0.9


@settings(FEW, max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.lists(st.sampled_from("abcd-"), min_size=1, max_size=8)), max_size=8),
    rates,
    dice,
)
def test_every_way_from_zone_to_zone_is_the_truth(
    walks: list[tuple[int, list[str]]], fps: float, random: Random | None
) -> None:
    """Zones in between are walked through in 0.2 s and are no stations; who is back from nowhere has gone nowhere."""
    flow = Flow(carry=1)
    zones = [
        ZoneCounter(Zone(name=name, corners=((x - 0.05, 0.3), (x + 0.05, 0.3), (x + 0.05, 0.9), (x - 0.05, 0.9))))
        for name, x in STRIPS.items()
    ]
    for zone in zones:
        zone.heard.append(flow.viewed)
    people = [journey(begin, [(STRIPS.get(name, NOWHERE), 0.6, 2.5) for name in names]) for begin, names in walks]
    camera = CameraMetrics([*zones, flow])
    play(camera, torn(Scene([*people, walk((0, 0.02, 0.9), (1, 0.02, 0.9))], fps=fps, until=120).percepts(), random))
    pairs, routes = Counter[tuple[str, str]](), Counter[tuple[str, ...]]()
    for _, names in walks:
        zones_seen = [name for name in names if name in STRIPS]
        stations = [name for name, before in zip(zones_seen, [None, *zones_seen], strict=False) if name != before]
        pairs.update(pairwise(stations))
        routes.update([tuple(stations[:LONGEST])] if len(stations) > 1 else [])
    told = flow.tallies(0, 120)
    assert {(t.values["from_zone"], t.values["to_zone"]): t.support for t in told if t.kind == "flows"} == pairs
    assert {t.values["zones"]: t.support for t in told if t.kind == "routes"} == routes


PAVEMENT = ((0.2, 0.6), (0.8, 0.6), (0.8, 0.95), (0.2, 0.95))
CROSSING_S = 3.0
"""Seconds on the pavement without the stop: 0.6 of the width at 0.2 a second."""


def outside(begin: float, stand: float, enters: bool, comes_out: bool) -> Person:
    """Along the pavement with a stop in its middle, and on, in at the door, or out of it and away."""
    if comes_out:
        return walk((begin, 0.97, 0.3), (begin + 2, 0.97, 0.8), (begin + 3, 0.985, 0.8))
    came, on = begin + 2.25, begin + 2.25 + stand
    path = [(begin, 0.05, 0.8), (came, 0.5, 0.8), (on, 0.5, 0.8)]
    ways = [(on + 1.75, 0.85, 0.8), (on + 4, 0.85, 0.3)] if enters else [(on + 2.25, 0.95, 0.8)]
    return walk(*path, *ways)


@settings(FEW, max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 15), st.sampled_from((0.1, 1.0, 4.5, 14.5, 35.0)), st.booleans(), st.sampled_from((0, 0, 1))
        ),
        max_size=7,
    ),
    rates,
    dice,
)
def test_everybody_outside_is_counted_once_as_what_he_did(
    scripts: list[tuple[int, float, bool, int]], fps: float, random: Random | None
) -> None:
    door = Drawn(points=((0.8, 0.5), (1.0, 0.5)))
    funnel = WindowFunnel(Window(name="front", corners=PAVEMENT, door=door, stop=5), carry=1)
    people = [
        outside(5.0 * i + later, stand, enters, bool(out))
        for i, (later, stand, enters, out) in enumerate(sorted(scripts))
    ]
    last = max((person.ends for person in people), default=0.0)
    play(funnel, torn(Scene(people, fps=fps, until=last + AFTERWARDS).percepts(), random))
    said = values(funnel.tallies(0, 999))
    passed = [(CROSSING_S + stand, enters) for _, stand, enters, out in scripts if not out]
    assert said["passers"] == len(passed)
    assert said["stopped"] == sum(dwell > 5 for dwell, _ in passed)
    assert said["entered"] == sum(enters for _, enters in passed)
    assert said["entered_stopped"] == sum(enters and dwell > 5 for dwell, enters in passed)
    edges = pairwise((0.0, *DWELL_BOUNDS, 1e9))
    assert said["dwell"] == tuple(sum(low <= dwell < high for dwell, _ in passed) for low, high in edges)


@settings(FEW, max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.sampled_from((2.0, 20.0, 65.0)), st.booleans()), min_size=1, max_size=7),
    rates,
    dice,
)
def test_every_visit_and_every_lane_is_the_truth_and_visits_are_what_occupancy_adds_up(
    visitors: list[tuple[int, float, bool]], fps: float, random: Random | None
) -> None:
    """In by the door on the left; out by it, or over the tills on the right having bought."""
    door, tills = (
        LineCounter(Line(name=name, points=((left, 0.6), (left + 0.5, 0.6))))
        for name, left in (("door", 0), ("tills", 0.5))
    )
    area, visits, lanes = Occupancy("shop"), VisitTimer("shop", carry=1), Conversion("shop")
    for line in (door, tills):
        line.heard += [lambda seen: area.feed(seen.at, seen), lambda seen: visits.feed(seen.at, seen)]
    door.heard.append(lambda seen: lanes.feed(seen.at, seen))
    tills.heard.append(lanes.bought)
    people, truth = [], []
    for i, (later, stand, buys) in enumerate(visitors):
        x = 0.1 + 0.05 * i
        to = x + 0.5 if buys else x
        people.append(journey(later, [(x, 0.3, 0.0), (to, 0.3, stand)]))
        truth.append(2 * 0.3 / 0.5 + max(0.1, (to - x) / 0.5) + stand)
    last = max(person.ends for person in people)
    play(CameraMetrics([door, tills]), torn(Scene(people, fps=fps, until=last + AFTERWARDS).percepts(), random))
    bought = sum(buys for _, _, buys in visitors)
    assert values(lanes.tallies(0, 999)) == {"area": "shop", "bought": bought, "unbought": len(visitors) - bought}
    (told,) = visits.tallies(0, 999)
    assert told.values["visits"] == len(visitors)
    bins = told.values["durations"]
    assert bins == tuple(sum(lo <= t < hi for t in truth) for lo, hi in pairwise((0.0, *VISIT_BOUNDS, 1e9)))
    mean, inside = told.values["visit_mean"], values(area.tallies(0, last))
    assert mean == pytest.approx(sum(truth) / len(truth), abs=gap(fps, random))
    assert isinstance(mean, float)
    assert inside["person_seconds"] == pytest.approx(mean * len(truth))
    assert inside["visit_mean"] == pytest.approx(mean)


SCREEN = Target(name="screen", corners=((0.2, 0.3), (0.8, 0.3), (0.8, 0.9), (0.2, 0.9)), yaw=(-20.0, 20.0))


@settings(FEW, max_examples=25)
@given(
    st.lists(st.lists(st.tuples(st.booleans(), st.sampled_from((2.0, 4.0, 7.0))), max_size=6), min_size=1, max_size=5),
    rates,
    dice,
)
def test_every_second_of_facing_is_the_truth(
    heads: list[list[tuple[bool, float]]], fps: float, random: Random | None
) -> None:
    """Each comes, looks aside for two seconds, turns his head as told, looks aside again, and goes."""
    people: list[Person] = []
    turns: list[tuple[int, float, float]] = []
    lookers = 0
    for i, head in enumerate(heads):
        x = 0.25 + 0.1 * i
        people.append(journey(0.0, [(x, 0.6, 4.0 + sum(seconds for _, seconds in head))]))
        at = people[-1].path[1][0] + 2.0
        for facing, seconds in head:
            turns += [(i, at, at + seconds)] if facing else []
            at += seconds
        lookers += any(facing for facing, _ in head)

    def yaw(who: int, at: float) -> float:
        return 0.0 if any(one == who and begin <= at < end for one, begin, end in turns) else 60.0

    seen = [
        replace(percept, tracks=tuple(replace(t, yaw=yaw(t.number - 1, percept.at), pitch=0.0) for t in percept.tracks))
        for percept in Scene(people, fps=fps).percepts()
    ]
    counter = AttentionCounter(SCREEN, carry=1)
    play(counter, torn(seen, random))
    said = values(counter.tallies(0, 99))
    assert (said["passers"], said["lookers"]) == (len(heads), lookers)
    true = sum(end - begin for _, begin, end in turns)
    assert said["seconds"] == pytest.approx(true, abs=max(1, len(turns)) * gap(fps, random))


ENTRANCE = Entrance(
    name="door",
    door=Drawn(points=((0.0, 0.9), (1.0, 0.9))),
    floor=FLOOR,
    place=((0.8, 0.3), (1.0, 0.3), (1.0, 0.6), (0.8, 0.6)),
    zone="counter",
)


@settings(FEW, max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from((None, 10.0, 30.0, 57.0, 70.0)), st.sampled_from((1.5, 6.0)), st.sampled_from((25.0, 85.0))
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from((4.0, 8.0)),
    dice,
)
def test_everybody_who_comes_in_is_met_unmet_or_lost_as_it_was(
    customers: list[tuple[float | None, float, float]], fps: float, random: Random | None
) -> None:
    """One after the other; staff come to him after so long, for so long; he stays for so long."""
    clerk, people, truth, begin = [(0.0, 0.9, 0.5), (10.0, 0.9, 0.5)], [], Counter[str](), 15.0
    for after, held, stays in customers:
        people.append(walk((begin, 0.4, DOORSTEP), (begin + 4, 0.4, 0.5), (begin + stays, 0.4, 0.5),
                           (begin + stays + 4, 0.4, DOORSTEP)))  # fmt: skip
        met = after is not None and after < 60 and held > 3 and after + 3.5 < stays
        truth["met" if met else "unmet" if stays > 62 else "lost"] += 1
        if after is not None:
            there = begin + after
            clerk += [
                (there, 0.9, 0.5),
                (there + 0.5, 0.5, 0.5),
                (there + 0.5 + held, 0.5, 0.5),
                (there + 1 + held, 0.9, 0.5),
            ]
        begin += 100
    badges = Badges([BadgeZone(name="counter", sensor="ble")])
    for second in range(-400, int(begin)):
        badges.feed(second, BadgeSighting(second, "ble", 1, 1, "staff", -50))
        badges.feed(second, BadgeSighting(second, "elsewhere", 1, 1, "staff", -70 if second % 40 < 20 else -88))
    counter = Greeting(ENTRANCE, badges, carry=1)
    everybody = [walk(*clerk, (begin, 0.9, 0.5)), *people]
    play(counter, torn(Scene(everybody, fps=fps, until=begin).percepts(), random))
    said = values(counter.tallies(0, begin))
    assert {name: said[name] for name in ("met", "unmet", "lost")} == {n: truth[n] for n in ("met", "unmet", "lost")}
