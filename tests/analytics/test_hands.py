"""Hands at a shelf: reaches, what came of them, and what poses that are wrong or missing do to the count."""

from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.hands import HandCounter
from observations import Hands, Percept
from tests.analytics.hands import AT_SIDE, HANGING, IN_SHELF, SHELF, Act, shopping, truth
from tests.analytics.scene import Scene, play, values, walk

PICK = Act(5, 6, carries=True)
TOUCH = Act(5, 6, carries=False)
PICK_AND_BACK = (Act(4, 5, carries=True), Act(9, 10, carries=False))


def counted(percepts: Iterable[Percept]) -> dict[str, object]:
    counter = HandCounter(SHELF)
    play(counter, percepts)
    return values(counter.tallies(0, 60))


@pytest.mark.parametrize(
    ("percepts", "touched", "picked", "put_back", "unclear"),
    [
        pytest.param(shopping(()), 0, 0, 0, 0, id="nothing"),
        pytest.param(shopping((TOUCH,)), 1, 0, 0, 0, id="a touch"),
        pytest.param(shopping((PICK,)), 1, 1, 0, 0, id="picked up"),
        pytest.param(shopping((TOUCH,), carries=True), 1, 0, 1, 0, id="put back"),
        pytest.param(shopping((PICK,), carries=True), 1, 0, 0, 0, id="carries all the time"),
        pytest.param(shopping(PICK_AND_BACK), 2, 1, 1, 0, id="picked up and put back"),
        pytest.param(shopping((PICK,), fps=4), 1, 1, 0, 0, id="two share the looks"),
        pytest.param(shopping((PICK,), fps=2), 1, 1, 0, 0, id="four share the looks"),
        pytest.param(shopping((PICK,), seconds=6.2), 1, 0, 0, 1, id="leaves at once"),
        pytest.param(shopping((Act(0.5, 1.5, carries=True),)), 1, 0, 0, 1, id="reaches on arriving"),
        pytest.param(shopping((Act(3, 35, carries=False),), seconds=45), 0, 0, 0, 0, id="leans on the shelf"),
        pytest.param(shopping((PICK,), spoil=lambda at, h: None), 0, 0, 0, 0, id="never looked at"),
        pytest.param(shopping((PICK,), spoil=lambda at, h: Hands((), None)), 0, 0, 0, 0, id="no wrist seen"),
        pytest.param(shopping((PICK,), spoil=lambda at, h: Hands(h.wrists, None)), 1, 0, 0, 1, id="no hips seen"),
        pytest.param(
            shopping((PICK,), spoil=lambda at, h: Hands((), None) if 5.3 < at < 5.7 else h), 1, 1, 0, 0, id="hidden"
        ),
        pytest.param(
            shopping((), spoil=lambda at, h: Hands((IN_SHELF,), 0.5) if at in (3.0, 7.5) else h), 0, 0, 0, 0, id="slips"
        ),
        pytest.param(
            shopping((TOUCH,), spoil=lambda at, h: Hands((AT_SIDE,), HANGING) if at == 5.5 else h), 1, 0, 0, 0,
            id="a slip while inside",
        ),
        pytest.param(
            shopping((PICK,), spoil=lambda at, h: Hands((), None) if at > 5.9 else h), 1, 0, 0, 1, id="lost inside"
        ),
    ],
)  # fmt: skip
def test_reaches_and_what_came_of_them(
    percepts: Iterable[Percept], touched: int, picked: int, put_back: int, unclear: int
) -> None:
    said = counted(percepts)
    assert (said["touched"], said["picked"], said["put_back"], said["unclear"]) == (touched, picked, put_back, unclear)
    assert said["reached"] == int(touched > 0)
    assert said["passers"] == 1


def test_a_hand_over_the_shelf_of_who_does_not_stand_before_it_is_none() -> None:
    passing = Scene([walk((0, 0.1, 0.8), (10, 0.1, 0.8))], fps=8).percepts()
    over = (replace(p, tracks=tuple(replace(t, hands=Hands((IN_SHELF,), 0.5)) for t in p.tracks)) for p in passing)
    assert counted(over) == {
        "shelf": "tea", "passers": 0, "reached": 0, "touched": 0, "picked": 0, "put_back": 0, "unclear": 0,
    }  # fmt: skip


def test_who_walks_off_with_something_is_looked_at_a_little_longer() -> None:
    person = walk((0, 0.45, 0.8), (6.2, 0.45, 0.8), (6.6, 0.2, 0.8), (10, 0.05, 0.8), height=0.6)
    seen = zip(Scene([person], fps=8).percepts(), shopping((PICK,), seconds=13), strict=False)
    hands = {percept.at: percept.tracks[0].hands for _, percept in seen if percept.tracks}
    moving = Scene([person], fps=8).percepts()
    said = counted(replace(p, tracks=tuple(replace(t, hands=hands.get(p.at)) for t in p.tracks)) for p in moving)
    assert (said["touched"], said["picked"]) == (1, 1)


def test_two_at_one_shelf_are_two_and_windows_add_up() -> None:
    both = [
        replace(one, tracks=(*one.tracks, *(replace(t, number=2) for t in other.tracks)))
        for one, other in zip(shopping((PICK,)), shopping(PICK_AND_BACK), strict=True)
    ]
    assert (counted(both)["touched"], counted(both)["picked"], counted(both)["reached"]) == (3, 2, 2)
    counter, sums = HandCounter(SHELF), {"touched": 0, "picked": 0, "put_back": 0, "reached": 0, "passers": 0}
    for i in range(0, len(both), 10):
        play_on(counter, both[i : i + 10])
        said = values(counter.tallies(i, i + 10))
        sums = {name: count + int(str(said[name])) for name, count in sums.items()}
        counter.restart(i + 10)
    assert sums == {"touched": 3, "picked": 2, "put_back": 1, "reached": 2, "passers": 2}


def play_on(counter: HandCounter, percepts: Iterable[Percept]) -> None:
    for percept in percepts:
        counter.feed(percept.at, percept)


@st.composite
def scripts(draw: st.DrawFn) -> tuple[list[Act], bool]:
    acts, at = [], 3.0
    for _ in range(draw(st.integers(0, 6))):
        begins = at + draw(st.floats(3.0, 8.0))
        ends = begins + draw(st.floats(0.8, 4.0))
        acts.append(Act(begins, ends, draw(st.booleans())))
        at = ends
    return acts, draw(st.booleans())


SLIPS = (None, Hands((), None), Hands((IN_SHELF,), None), Hands((AT_SIDE,), None))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scripts(), st.sampled_from((6.0, 8.0, 12.0)), st.randoms(use_true_random=False))
def test_every_reach_is_the_truth_and_a_slip_of_the_pose_a_second_changes_nothing(
    script: tuple[list[Act], bool], fps: float, random: Random
) -> None:
    acts, carries = script
    last = -1.0

    def slip(at: float, hands: Hands) -> Hands | None:
        nonlocal last
        if at - last < 1.0 or random.random() >= 0.1:
            return hands
        last = at
        return random.choice(SLIPS)

    seconds = (acts[-1].ends if acts else 0) + 6
    said = counted(shopping(acts, carries=carries, seconds=seconds, fps=fps, spoil=slip))
    assert (said["touched"], said["picked"], said["put_back"]) == truth(acts, carries)
    assert said["unclear"] == 0


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scripts(), st.sampled_from((6.0, 8.0, 12.0)), st.randoms(use_true_random=False))
def test_a_pose_that_slips_at_every_other_look_makes_no_reach(
    script: tuple[list[Act], bool], fps: float, random: Random
) -> None:
    acts, carries = script
    slipped = False

    def slip(at: float, hands: Hands) -> Hands | None:
        nonlocal slipped
        slipped = not slipped and random.random() < 0.5
        return random.choice(SLIPS) if slipped else hands

    seconds = (acts[-1].ends if acts else 0) + 6
    said = counted(shopping(acts, carries=carries, seconds=seconds, fps=fps, spoil=slip))
    assert int(str(said["touched"])) <= len(acts)
    assert int(str(said["reached"])) <= bool(acts)
