"""Hands: wrists where they are, nobody's where they cannot be seen, looked for in shelf zones only and in turn."""

from dataclasses import replace
from time import perf_counter

import numpy as np
import pytest

from inference.detector import detector
from inference.interpreter import Interpreter
from inference.models import model
from inference.perceiver import Perceiver
from inference.pose import LINGER, HandFinder, MoveNet, Points, hands
from observations import Box, Frame, Hands, Track
from tests.assets import MODELS
from tests.inference.test_perceiver import SSD, picture

pytestmark = pytest.mark.assets

LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@pytest.fixture(scope="module")
def pose() -> MoveNet:
    return MoveNet(Interpreter.load(model("movenet_lightning_ptq"), MODELS))


def person(number: int, x: float, since: float = 0.0, *, coasting: bool = False) -> Track:
    return Track(number, Box(x - 0.05, 0.2, x + 0.05, 0.9), 0.9, since, coasting)


def later(frame: Frame, at: float) -> Frame:
    return replace(frame, at=at)


def test_both_wrists_of_a_man_who_folds_his_hands_are_where_they_are(pose: MoveNet) -> None:
    frame = picture("squat.bmp")
    seen = (
        HandFinder(pose, [WHOLE], budget=1.0, stopwatch=perf_counter)
        .handed(frame, (Track(1, Box(0.2, 0.2, 0.75, 0.98), 0.9, 0.0),))[0]
        .hands
    )
    assert seen is not None
    assert sorted(seen.wrists) == [pytest.approx((0.643, 0.415), abs=0.03), pytest.approx((0.69, 0.415), abs=0.03)]
    assert seen.lift == pytest.approx(0.8, abs=0.2)
    assert repr(seen) == "<Hands>"


def test_hands_outside_the_picture_are_not_seen(pose: MoveNet) -> None:
    frame = picture("four_faces.jpg")
    finder = HandFinder(pose, [WHOLE], budget=1.0, stopwatch=perf_counter)
    (track,) = finder.handed(frame, (Track(1, Box(0.0, 0.0, 1.0, 1.0), 0.9, 0.0),))
    assert track.hands == Hands((), None)


def test_only_who_stands_in_a_zone_or_just_left_it_is_looked_at(pose: MoveNet) -> None:
    frame = picture("four_faces.jpg")
    finder = HandFinder(pose, [LEFT], budget=1.0, stopwatch=perf_counter)

    def looked(at: float, *tracks: Track) -> list[bool]:
        return [track.hands is not None for track in finder.handed(later(frame, at), tracks)]

    assert looked(1.0, person(1, 0.2), person(2, 0.8), person(3, 0.3, coasting=True)) == [True, False, False]
    assert looked(2.0, person(1, 0.8), person(2, 0.8)) == [True, False]
    assert looked(1.0 + LINGER + 0.5, person(1, 0.8), person(2, 0.8)) == [False, False]
    assert looked(5.0, person(1, 0.2), person(2, 0.2)) == [True, True]
    assert looked(6.0, person(1, 0.8, since=5.5), person(2, 0.8)) == [False, True]


def test_persons_take_turns_under_a_budget(pose: MoveNet) -> None:
    frame = picture("four_faces.jpg")
    finder = HandFinder(pose, [WHOLE], budget=0.0, stopwatch=perf_counter)
    people = tuple(person(n, 0.2 * n) for n in range(1, 5))
    turns = []
    for n in range(8):
        seen = finder.handed(later(frame, n / 8), people)
        turns += [track.number for track in seen if track.hands is not None]
    assert turns == [1, 2, 3, 4, 1, 2, 3, 4]


def test_points_that_are_not_sure_are_not_believed() -> None:
    points: Points = np.full((17, 3), (50, 50, 0.1), np.float32)
    frame = picture("four_faces.jpg")
    assert hands(points, frame) == Hands((), None)
    points[9] = (frame.width / 2, frame.height / 4, 0.5)
    assert hands(points, frame) == Hands(((0.5, 0.25),), None)
    points[5:7], points[11:13] = (100, 100, 0.5), (100, 200, 0.5)
    points[9] = (100, 150, 0.5)
    assert hands(points, frame).lift == pytest.approx(0.5)


def test_the_perceiver_gives_hands_to_who_is_at_a_shelf(pose: MoveNet) -> None:
    finder = HandFinder(pose, [WHOLE], budget=1.0, stopwatch=perf_counter)
    perceiver = Perceiver(detector(SSD, MODELS), hands=finder, gated=False)
    frame = picture("squat.bmp")
    for n in range(4):
        percept = perceiver.perceive(Frame(n / 8, "shelf", n, frame.y, frame.u, frame.v))
    (track,) = percept.tracks
    assert track.hands is not None
    assert len(track.hands.wrists) == 2
