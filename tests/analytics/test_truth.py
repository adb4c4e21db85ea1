"""Random walks of known truth: every count, dwell and wait is the truth, and nothing is made or lost on the way."""

from itertools import pairwise
from math import ceil
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.camera import CameraMetrics
from analytics.crossing import Crossing
from analytics.heat import Grid, HeatMap
from analytics.line import Line, LineCounter
from analytics.occupancy import Occupancy
from analytics.queue import Counter, Queue, QueueCounter
from analytics.zone import Zone, ZoneCounter
from tests.analytics.scene import Person, Scene, Timed, play, values, walk
from tests.analytics.walks import AFTERWARDS, FEW, crowds, dice, gap, rates, torn

LINE_Y = 0.55


def crossings_of(person: Person) -> tuple[int, int]:
    """How often the walk goes up (in) and down (out) over the height of the line."""
    ups = sum(a[2] > LINE_Y > b[2] for a, b in pairwise(person.path))
    downs = sum(a[2] < LINE_Y < b[2] for a, b in pairwise(person.path))
    return ups, downs


@FEW
@given(crowds, rates, dice)
def test_every_crossing_is_counted_and_in_less_out_is_inside(people: list[Person], fps: float, random: Random) -> None:
    line = LineCounter(Line(name="door", points=((0.0, LINE_Y), (1.0, LINE_Y))))
    zone = ZoneCounter(Zone(name="all", corners=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))))
    heard: list[Crossing] = []
    area = Occupancy("shop")
    line.heard += [heard.append, lambda seen: area.feed(seen.at, seen)]
    camera = CameraMetrics([line, zone])
    last = max(person.ends for person in people)
    for percept in torn(Scene(people, fps=fps, until=last + AFTERWARDS).percepts(), random):
        camera.feed(percept.at, percept)
        told = values(line.tallies(0, percept.at))
        assert area.inside == int(str(told["day_in"])) - int(str(told["day_out"]))
    said = values(line.tallies(0, 99))
    assert said["in_"] == sum(crossings_of(person)[0] for person in people)
    assert said["out"] == sum(crossings_of(person)[1] for person in people)
    assert len(heard) == sum(sum(crossings_of(person)) for person in people)
    assert (area.inside, values(area.tallies(0, 99))["clamped"]) == (0, 0)
    stays = [person.ends - person.begins for person in people]
    surely, perhaps = (sum(stay > least for stay in stays) for least in (1 + gap(fps, random), 1))
    assert surely <= int(str(values(zone.tallies(0, 99))["views"])) <= perhaps
    assert zone.occupancy == 0


QUARTERS = {
    "left-above": ((0.0, 0.0), (0.5, 0.0), (0.5, 0.55), (0.0, 0.55)),
    "right-above": ((0.5, 0.0), (1.0, 0.0), (1.0, 0.55), (0.5, 0.55)),
    "left-below": ((0.0, 0.55), (0.5, 0.55), (0.5, 1.0), (0.0, 1.0)),
    "right-below": ((0.5, 0.55), (1.0, 0.55), (1.0, 1.0), (0.5, 1.0)),
}


@FEW
@given(crowds, rates, dice)
def test_zones_without_gaps_share_out_exactly_the_time_in_view_and_so_does_heat(
    people: list[Person], fps: float, random: Random
) -> None:
    zones = [ZoneCounter(Zone(name=name, corners=corners)) for name, corners in QUARTERS.items()]
    heat = HeatMap(Grid(camera="door", columns=8, rows=6, period=60))
    camera = CameraMetrics([*zones, heat])
    seen = list(torn(Scene(people, fps=fps).percepts(), random))
    play(camera, seen)
    begun, last = dict[float, float](), dict[float, float]()
    for percept in seen:
        for i, person in enumerate(people):
            if person.where(percept.at) is not None:
                begun.setdefault(i, percept.at)
                last[i] = max(percept.at, last.get(i, 0.0))
    in_view = sum(last[i] - begun[i] for i in begun)
    shares = [values(zone.tallies(0, 99))["person_seconds"] for zone in zones]
    assert sum(share for share in shares if isinstance(share, float)) == pytest.approx(in_view)
    cells = values(heat.tallies(0, 99))["cells"]
    assert isinstance(cells, tuple)
    assert sum(cells) == pytest.approx(in_view, abs=0.5 * len(cells))


@FEW
@given(st.lists(st.sampled_from((0.2, 2.5, 7.5, 20.5, 40.5)), min_size=1, max_size=12), rates, dice)
def test_every_dwell_is_the_truth(stands: list[float], fps: float, random: Random) -> None:
    """Each steps sideways into the zone, stands, and steps out again; the zone is 0.2 wide, a step takes 0.1 s."""
    zone = Zone(name="shelf", corners=((0.4, 0.3), (0.6, 0.3), (0.6, 0.9), (0.4, 0.9)), stop=5)
    people, begin = [], 0.0
    for stand in stands:
        into, out = begin + 2, begin + 2.2 + stand
        people.append(
            walk((begin, 0.2, 0.995), (into - 0.5, 0.2, 0.7), (into, 0.2, 0.7), (into + 0.2, 0.5, 0.7), (out, 0.5, 0.7),
                 (out + 0.2, 0.2, 0.7), (out + 3, 0.2, 0.995))
        )  # fmt: skip
        begin = out + 5
    counter = ZoneCounter(zone, carry=1)
    play(counter, torn(Scene(people, fps=fps, until=begin + AFTERWARDS).percepts(), random))
    (told,) = counter.tallies(0, begin)
    dwells = [stand + 2 * 0.2 / 3 for stand in stands]
    assert told.values["views"] == sum(dwell > 1 for dwell in dwells)
    assert told.values["stops"] == sum(dwell > 5 for dwell in dwells)
    assert told.values["person_seconds"] == pytest.approx(sum(dwells), abs=len(dwells) * gap(fps, random))
    below = [sum(lo <= d < hi for d in dwells if d > 1) for lo, hi in pairwise((0, 5, 15, 30, 60, 120, 300, 900, 1e9))]
    assert told.values["dwell"] == tuple(below)


def strip(left: float, right: float) -> tuple[tuple[float, float], ...]:
    return ((left, 0.3), (right, 0.3), (right, 0.9), (left, 0.9))


JOINED = ("joined", "served", "abandoned", "lost")
TILL = Queue(name="till", corners=strip(0.2, 0.6), counters=(Counter(customer=strip(0.65, 0.75)),))


@settings(FEW, max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(5, 30), st.booleans()), min_size=1, max_size=8),
    st.sampled_from((5.0, 8.0)),
    dice,
)
def test_every_wait_is_the_truth(customers: list[tuple[int, int, bool]], fps: float, random: Random) -> None:
    """One till, first come, first served; who has no patience leaves after 20 seconds instead of being served."""
    people, waits, gave_up, free = [], [], 0, 0.0
    for i, (later, service, patient) in enumerate(sorted(customers)):
        came, spot = 3.0 * i + later, 0.25 + 0.04 * (i % 8)
        turn = max(came + 4.0, free)
        arrive: list[Timed] = [(came - 1.5, spot, 0.995), (came, spot, 0.6)]
        if not patient and turn > came + 20:
            people.append(Person((*arrive, (came + 20, spot, 0.6), (came + 23, spot, 0.995))))
            gave_up += 1
            continue
        free = turn + service + 1
        people.append(
            Person((*arrive, (turn - 0.4, spot, 0.6), (turn, 0.7, 0.6), (turn + service, 0.7, 0.6),
                    (turn + service + 1, 0.7, 0.995)))
        )  # fmt: skip
        waits.append(turn - 0.4 * 0.05 / (0.7 - spot) - (came - 1.5 * 0.3 / 0.395))
    shifted = [Person(tuple((t + 5, x, y) for t, x, y in person.path)) for person in people]
    counter = QueueCounter(TILL, carry=1)
    camera = CameraMetrics([counter])
    for percept in torn(Scene(shifted, fps=fps, until=max(p.ends for p in shifted) + AFTERWARDS).percepts(), random):
        camera.feed(percept.at, percept)
        joined, *left = (int(str(counter.tallies(0, 1)[0].values[name])) for name in JOINED)
        assert joined - sum(left) >= counter.length
    (told,) = counter.tallies(0, 999)
    assert told.values["joined"] == len(customers)
    assert told.values["served"] == len(waits)
    assert told.values["abandoned"] == gave_up
    assert told.values["lost"] == 0
    assert counter.length == 0
    if waits:
        median, p90 = (sorted(waits)[max(0, ceil(share * len(waits)) - 1)] for share in (0.5, 0.9))
        assert told.values["wait_median"] == pytest.approx(median, abs=2 * gap(fps, random))
        assert told.values["wait_p90"] == pytest.approx(p90, abs=2 * gap(fps, random))
