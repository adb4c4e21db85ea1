"""Lines as timelines: who walked how, and what the line says."""

from dataclasses import replace

import pytest

from analytics.camera import CameraMetrics
from analytics.crossing import Reference, Side, Way
from analytics.line import Line, LineCounter, Mode, Uturns
from analytics.stature import Stature
from observations import Box, Percept, Track
from tests.analytics.scene import Person, Scene, play, values, walk

DOOR = Line(name="door", points=((0.2, 0.5), (0.8, 0.5)))
UP = walk((0, 0.5, 0.9), (4, 0.5, 0.1))
DOWN = walk((0, 0.5, 0.1), (4, 0.5, 0.9))


def count(line: Line, *people: Person, fps: float = 10.0) -> tuple[object, object]:
    counter = LineCounter(line)
    play(counter, Scene(people, fps=fps).percepts())
    said = values(counter.tallies(0, 60))
    return said["in_"], said["out"]


@pytest.mark.parametrize(
    ("line", "person", "expected"),
    [
        pytest.param(DOOR, UP, (1, 0), id="from the right hand to the left hand is in"),
        pytest.param(DOOR, DOWN, (0, 1), id="the other way is out"),
        pytest.param(replace(DOOR, in_side=Side.RIGHT), UP, (0, 1), id="in_side turns it round"),
        pytest.param(
            replace(DOOR, points=((0.5, 0.1), (0.5, 1.0))),
            walk((0, 0.1, 0.6), (3, 0.9, 0.6)),
            (1, 0),
            id="a line drawn downwards: to the right is in",
        ),
        pytest.param(DOOR, walk((0, 0.1, 0.9), (4, 0.1, 0.1)), (0, 0), id="past the end of the line is nothing"),
        pytest.param(
            DOOR, walk((0, 0.5, 0.9), (2, 0.9, 0.5), (4, 0.5, 0.1)), (0, 0), id="round the end of the line is nothing"
        ),
        pytest.param(
            DOOR,
            walk((0, 0.7, 0.7), (1, 0.79, 0.496), (2, 0.95, 0.494), (3, 0.95, 0.7)),
            (0, 0),
            id="a hair over the line and along its extension is nothing",
        ),
        pytest.param(
            DOOR,
            walk((0, 0.7, 0.7), (1, 0.79, 0.496), (2, 0.95, 0.3)),
            (1, 0),
            id="a hair over the line and on behind its end is in",
        ),
        pytest.param(
            DOOR, walk((0, 0.5, 0.9), (2, 0.5, 0.51), (4, 0.5, 0.9)), (0, 0), id="up to the line and back is nothing"
        ),
        pytest.param(
            DOOR, walk((0, 0.5, 0.9), (2, 0.5, 0.49), (4, 0.5, 0.9)), (0, 0), id="a step over it and back is nothing"
        ),
        pytest.param(
            DOOR, walk((0, 0.5, 0.9), (2, 0.5, 0.3), (4, 0.5, 0.9)), (1, 1), id="well over it and back is both"
        ),
        pytest.param(
            DOOR, walk((0, 0.5, 0.515), (3, 0.5, 0.2)), (1, 0), id="first seen inside the band, before the line"
        ),
        pytest.param(
            DOOR, walk((0, 0.5, 0.501), (3, 0.5, 0.2)), (0, 0), id="first seen on the line: where from is not known"
        ),
        pytest.param(
            DOOR, walk((0, 0.5, 0.8), (3, 0.5, 0.485)), (1, 0), id="last seen inside the band, beyond the line"
        ),
        pytest.param(
            DOOR,
            walk((0, 0.5, 0.8), (2, 0.5, 0.485), (9, 0.5, 0.485)),
            (1, 0),
            id="stays inside the band, beyond the line",
        ),
        pytest.param(
            replace(DOOR, reference=Reference.HEAD), walk((0, 0.5, 0.9), (4, 0.5, 0.4)), (1, 0), id="the head crosses"
        ),
        pytest.param(
            replace(DOOR, reference=Reference.HEAD),
            walk((0, 0.5, 0.75), (4, 0.5, 0.4)),
            (0, 0),
            id="the head was beyond it already",
        ),
        pytest.param(
            replace(DOOR, reference=Reference.CENTER),
            walk((0, 0.5, 0.9), (4, 0.5, 0.5)),
            (1, 0),
            id="the centre crosses",
        ),
    ],
)
@pytest.mark.parametrize("fps", [5.0, 15.0])
def test_who_crosses_is_counted_once(line: Line, person: Person, expected: tuple[int, int], fps: float) -> None:
    assert count(line, person, fps=fps) == expected


CORNER = Line(name="corner", points=((0.5, 0.9), (0.5, 0.5), (0.9, 0.5)))


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        pytest.param(walk((0, 0.8, 0.8), (3, 0.2, 0.2)), (1, 0), id="out of the corner, exactly through its point"),
        pytest.param(walk((0, 0.2, 0.2), (3, 0.8, 0.8)), (0, 1), id="into the corner, exactly through its point"),
        pytest.param(walk((0, 0.2, 0.5), (3, 0.5, 0.5), (6, 0.2, 0.5)), (0, 0), id="touches its point and goes back"),
        pytest.param(walk((0, 0.2, 0.7), (3, 0.8, 0.7), (6, 0.8, 0.2)), (1, 1), id="through both arms"),
    ],
)
def test_a_line_of_several_pieces_counts_a_corner_once(person: Person, expected: tuple[int, int]) -> None:
    assert count(CORNER, person) == expected


def trembling(y: float, tremble: float, frames: int) -> list[Percept]:
    spots = [y + (tremble if i % 2 else -tremble) for i in range(frames)]
    return [
        Percept(i / 10, "door", (Track(1, Box(0.45, spot - 0.3, 0.55, spot), 0.9, 0.0),))
        for i, spot in enumerate(spots)
    ]


def test_standing_on_the_line_counts_nothing_however_the_box_trembles() -> None:
    counter = LineCounter(DOOR)
    play(counter, trembling(0.5, 0.02, 600))
    assert values(counter.tallies(0, 60))["in_"] == 0
    assert values(counter.tallies(0, 60))["out"] == 0


def test_the_dead_band_grows_with_the_person() -> None:
    to_and_fro = ((0.0, 0.5, 0.7), (2.0, 0.5, 0.47), (4.0, 0.5, 0.7))
    assert count(DOOR, walk(*to_and_fro, height=0.2)) == (1, 1)
    assert count(DOOR, walk(*to_and_fro, height=0.5)) == (0, 0)


@pytest.mark.parametrize(
    ("uturns", "expected"),
    [(Uturns.COUNTED, (1, 1, None)), (Uturns.IGNORED, (0, 0, None)), (Uturns.SEPARATE, (0, 0, 1))],
)
def test_a_uturn_is_what_the_shop_says_it_is(uturns: Uturns, expected: tuple[int, int, int | None]) -> None:
    counter = LineCounter(replace(DOOR, mode=Mode.DEFERRED, uturns=uturns))
    play(counter, Scene([walk((0, 0.5, 0.9), (2, 0.5, 0.3), (4, 0.5, 0.9))]).percepts())
    said = values(counter.tallies(0, 60))
    assert (said["in_"], said["out"], said["uturns"]) == expected


def test_deferred_counting_waits_until_the_person_has_stayed() -> None:
    counter = LineCounter(replace(DOOR, mode=Mode.DEFERRED, defer=5))
    seen = list(Scene([walk((0, 0.5, 0.9), (4, 0.5, 0.3), (20, 0.5, 0.3))]).percepts())
    camera, crossed = CameraMetrics([counter]), 2.7
    play(camera, [p for p in seen if p.at <= crossed + 4.5])
    assert values(counter.tallies(0, 60))["in_"] == 0
    play(camera, [p for p in seen if crossed + 4.5 < p.at <= crossed + 5.5])
    assert values(counter.tallies(0, 60))["in_"] == 1


def test_uturns_cannot_be_told_apart_at_once() -> None:
    with pytest.raises(ValueError, match="deferred"):
        replace(DOOR, uturns=Uturns.IGNORED)


OUTSIDE = ((0.0, 0.8), (1.0, 0.8), (1.0, 1.0), (0.0, 1.0))
INSIDE = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.2), (0.0, 0.2))
CONDITIONAL = replace(DOOR, start=OUTSIDE, end=INSIDE)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        pytest.param(UP, (1, 0), id="from the start zone to the end zone"),
        pytest.param(DOWN, (0, 1), id="and back"),
        pytest.param(walk((0, 0.5, 0.7), (4, 0.5, 0.1)), (0, 0), id="a greeter who comes from beside the door"),
        pytest.param(walk((0, 0.5, 0.9), (4, 0.5, 0.3)), (0, 0), id="who never arrives"),
        pytest.param(walk((0, 0.5, 0.9), (4, 0.5, 0.3), (8, 0.5, 0.1)), (1, 0), id="who arrives later"),
        pytest.param(walk((0, 0.5, 0.9), (3, 0.5, 0.3), (6, 0.5, 0.9)), (0, 0), id="who turns before arriving"),
    ],
)
def test_conditional_counting_asks_where_from_and_where_to(person: Person, expected: tuple[int, int]) -> None:
    assert count(CONDITIONAL, person) == expected


def test_who_comes_in_again_in_view_is_a_reentry() -> None:
    counter = LineCounter(replace(DOOR, reentry=30))
    play(counter, Scene([walk((0, 0.5, 0.9), (3, 0.5, 0.2), (6, 0.5, 0.9), (9, 0.5, 0.2))]).percepts())
    said = values(counter.tallies(0, 60))
    assert (said["in_"], said["out"], said["reentries"]) == (2, 1, 1)


def test_who_comes_in_together_is_one_group() -> None:
    family = [walk((0, x, 0.9), (4, x, 0.1)) for x in (0.45, 0.55)] + [walk((0.8, 0.5, 0.9), (4.8, 0.5, 0.1))]
    stranger = walk((9, 0.5, 0.9), (13, 0.5, 0.1))
    counter = LineCounter(replace(DOOR, group_gap=2))
    play(counter, Scene([*family, stranger]).percepts())
    said = values(counter.tallies(0, 60))
    assert (said["in_"], said["groups"]) == (4, 2)


def test_the_wrong_way_is_counted_and_told_apart() -> None:
    counter = LineCounter(replace(DOOR, one_way=Way.IN))
    play(counter, Scene([UP, DOWN]).percepts())
    said = values(counter.tallies(0, 60))
    assert (said["in_"], said["out"], said["wrong_way"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("second", "raised"),
    [
        pytest.param(walk((1, 0.5, 0.9), (5, 0.5, 0.1)), True, id="close behind"),
        pytest.param(walk((6, 0.5, 0.9), (10, 0.5, 0.1)), False, id="later"),
        pytest.param(walk((1, 0.5, 0.1), (5, 0.5, 0.9)), False, id="the other way"),
    ],
)
def test_two_through_one_opening_are_an_alert_that_ends(second: Person, raised: bool) -> None:
    camera, said = CameraMetrics([LineCounter(replace(DOOR, tailgate=2.0))]), []
    for percept in Scene([UP, second], until=90).percepts():
        camera.feed(percept.at, percept)
        said += [(tally.values["kind"], tally.values["active"]) for tally in camera.alarms(percept.at)]
    assert said == ([("tailgating", True), ("tailgating", False)] if raised else [])


def test_the_totals_of_the_day_outlive_windows_and_restarts() -> None:
    counter = LineCounter(DOOR, day_in=10, day_out=7)
    camera = CameraMetrics([counter])
    seen = list(Scene([UP, walk((10, 0.5, 0.9), (14, 0.5, 0.1))]).percepts())
    play(camera, [p for p in seen if p.at < 9])
    camera.restart(9)
    play(camera, [p for p in seen if p.at >= 9])
    said = values(counter.tallies(9, 20))
    assert (said["in_"], said["day_in"], said["day_out"]) == (1, 12, 7)
    camera.begin_day(20)
    assert values(counter.tallies(20, 20))["day_in"] == 0


def test_late_missing_and_repeated_pictures_change_nothing() -> None:
    seen = list(Scene([UP, walk((1, 0.4, 0.1), (6, 0.4, 0.9))], fps=15).percepts())
    torn = []
    for i, percept in enumerate(seen):
        if i % 3 == 2:
            continue
        torn += [percept, percept]
        if i > 5:
            torn.append(seen[i - 5])
    counter = LineCounter(DOOR)
    play(counter, torn)
    said = values(counter.tallies(0, 60))
    assert (said["in_"], said["out"]) == (1, 1)


def test_flicker_and_a_broken_track_at_the_line_are_one_person() -> None:
    first = [p for p in Scene([UP], fps=10).percepts() if p.at <= 1.9]
    second = [
        Percept(p.at, p.camera, tuple(Track(7, t.box, t.score, 2.3) for t in p.tracks), (1,) if p.at == 2.6 else ())
        for p in Scene([UP], fps=10).percepts()
        if p.at >= 2.3
    ]
    counter = LineCounter(DOOR)
    play(counter, [*first, *second])
    assert values(counter.tallies(0, 60))["in_"] == 1


def test_a_picture_not_fit_to_count_by_moves_nobody() -> None:
    blind = [Percept(p.at, p.camera, p.tracks, p.ended, p.aspect, view="covered") for p in Scene([UP]).percepts()]
    counter = LineCounter(DOOR)
    play(counter, blind)
    assert values(counter.tallies(0, 60))["in_"] == 0


def test_a_predicted_box_does_not_cross() -> None:
    seen = [
        Percept(
            p.at, p.camera, tuple(Track(1, t.box, t.score, t.since, coasting=p.at > 1.5) for t in p.tracks), p.ended
        )
        for p in Scene([UP]).percepts()
    ]
    counter = LineCounter(DOOR)
    play(counter, seen)
    assert values(counter.tallies(0, 60))["in_"] == 0


def test_the_shrinking_rest_of_who_leaves_sideways_crosses_nothing() -> None:
    leaving = [(0.45, 0.02, 0.65), (0.70, 0.02, 0.93), (0.78, 0.08, 1.0), (0.90, 0.29, 1.0), (0.92, 0.64, 1.0)]
    counter = LineCounter(replace(DOOR, points=((0.0, 0.6), (1.0, 0.6)), reference=Reference.CENTER))
    camera = CameraMetrics([counter])
    play(
        camera,
        [Percept(i / 5, "door", (Track(1, Box(a, b, c, 0.95), 0.9, 0.0),)) for i, (a, b, c) in enumerate(leaving)],
    )
    play(camera, [Percept(9.0, "door", (), (1,))])
    assert values(counter.tallies(0, 60))["out"] == 0


MEASURED = Stature(near=(0.9, 0.6), far=(0.3, 0.3), metres=1.80)


@pytest.mark.parametrize(("tall", "children"), [(1.75, 0), (1.40, 0), (1.20, 1), (1.00, 1)])
def test_children_are_told_by_their_height_in_a_calibrated_camera(tall: float, children: int) -> None:
    ways = [(step / 10, 0.9 - 0.05 * step) for step in range(13)]
    percepts = []
    for at, y in ways:
        height = (0.3 + 0.5 * (y - 0.3)) * tall / 1.80
        percepts.append(Percept(at, "door", (Track(1, Box(0.45, y - height, 0.55, y), 0.9, 0.0),)))
    counter = LineCounter(replace(DOOR, stature=MEASURED))
    play(counter, percepts)
    said = values(counter.tallies(0, 60))
    assert (said["in_"], said["children"]) == (1, children)


def test_who_is_cut_off_by_the_picture_is_not_measured() -> None:
    assert MEASURED.metres_of(Box(0.4, 0.0, 0.6, 0.5)) is None
    assert MEASURED.metres_of(Box(0.4, 0.5, 0.6, 1.0)) is None
    with pytest.raises(ValueError, match="two different distances"):
        Stature(near=(0.5, 0.4), far=(0.5, 0.4))


@pytest.mark.parametrize(
    ("came_out", "beside", "expected"),
    [(2.0, 0.53, 2), (4.5, 0.53, 2), (7.0, 0.53, 1), (4.5, 0.75, 1)],
    ids=["a moment later", "some seconds later", "too late", "far from who hid him"],
)
def test_who_walks_in_behind_somebody_comes_out_from_behind_him(came_out: float, beside: float, expected: int) -> None:
    """Two come in side by side, and one of them is covered by the other from before the line on."""
    first = walk((0, 0.5, 0.8), (10, 0.5, 0.2))
    before = walk((0, 0.53, 0.78), (1, 0.53, 0.72))
    behind = walk((came_out, beside, 0.78 - 0.06 * came_out), (10, beside, 0.18))
    line = replace(DOOR, points=((0.2, 0.7), (0.8, 0.7)))
    assert count(line, first, before, behind) == (expected, 0)
