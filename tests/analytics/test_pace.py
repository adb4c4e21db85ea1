"""Speeds and lengths of walks on a measured floor, as timelines."""

import pytest

from analytics.floor import Floor
from analytics.pace import PACE_BOUNDS, PaceCounter
from tests.analytics.scene import Person, Scene, play, values, walk

FLOOR = Floor(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)))
"""Ten by ten metres seen from straight above."""


def told(*people: Person, carry: int = 1, **scene: float) -> dict[str, object]:
    counter = PaceCounter("shop", FLOOR, carry)
    play(counter, Scene(people, **scene).percepts())  # type: ignore[arg-type]
    return values(counter.tallies(0, 60))


@pytest.mark.parametrize("fps", [2.0, 10.0])
@pytest.mark.parametrize("speed", [0.3, 1.0, 1.4])
def test_a_steady_walk_has_its_speed(speed: float, fps: float) -> None:
    row = told(walk((0, 0.1, 0.5), (6, 0.1 + 0.6 * speed, 0.5)), fps=fps)
    assert row["speed_mean"] == pytest.approx(speed, abs=0.03)
    assert row["walks"] == 1


def test_pauses_belong_to_the_walk() -> None:
    row = told(walk((0, 0.1, 0.5), (10, 0.6, 0.5), (20, 0.6, 0.5)))
    assert row["speed_mean"] == pytest.approx(0.25, abs=0.02)
    assert row["length_median"] == pytest.approx(5.0, abs=0.5)


def test_a_trembling_box_goes_nowhere() -> None:
    path = tuple((n / 10, 0.5 + (0.01 if n % 2 else -0.01), 0.5) for n in range(200))
    row = told(Person(path))
    assert float(str(row["speed_mean"])) < 0.05


def test_a_person_unseen_for_a_moment_walks_on() -> None:
    counter = PaceCounter("shop", FLOOR, 1)
    scene = Scene([walk((0, 0.1, 0.5), (8, 0.9, 0.5))], unseen={0: (3.0, 4.2)})
    play(counter, scene.percepts())
    row = values(counter.tallies(0, 60))
    assert row["speed_mean"] == pytest.approx(1.0, abs=0.05)


def test_speeds_fall_into_their_bins_and_few_walks_wait() -> None:
    speeds = (0.1, 0.5, 0.9, 1.1, 1.45)
    people = [walk((0, 0.1, 0.1 + n / 10), (5, 0.1 + 0.5 * speed, 0.1 + n / 10)) for n, speed in enumerate(speeds)]
    counter = PaceCounter("shop", FLOOR)
    percepts = list(Scene(people).percepts())
    play(counter, percepts)
    row = values(counter.tallies(0, 60))
    assert row["speeds"] == tuple(sum(low <= s < high for s in speeds) for low, high in BINS)
    counter.restart(60)
    assert counter.tallies(60, 120) == []
    few = PaceCounter("shop", FLOOR)
    play(few, Scene(people[:3]).percepts())
    few.restart(60)
    assert values(few.tallies(60, 120))["walks"] == 3


BINS = list(zip((0.0, *PACE_BOUNDS), (*PACE_BOUNDS, 99.0), strict=True))


def test_who_is_seen_for_a_moment_has_no_speed() -> None:
    counter = PaceCounter("shop", FLOOR, 1)
    play(counter, Scene([walk((0, 0.1, 0.5), (1.5, 0.9, 0.5))]).percepts())
    assert counter.tallies(0, 60) == []
