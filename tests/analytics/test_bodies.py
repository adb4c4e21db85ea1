"""Bodies before tags: what is inferred of them from reads alone, in the order of the shelf and without one."""

import numpy as np
import pytest

from analytics.bodies import Bodies, Floats

RATE = 0.65
NOBODY = 0.9
CERTAIN = 5e3


def shelf(skus: int, each: int) -> Bodies:
    bodies = Bodies()
    bodies.arrange(np.repeat(np.arange(skus), each), np.full(skus * each, -1))
    return bodies


def live(bodies: Bodies, reads: Floats, epochs: int, seed: int = 1, *, deserted: bool = False) -> None:
    """`epochs` in which each tag is read at `reads`, where its rate in the light is RATE."""
    dice = np.random.default_rng(seed)
    usual = np.full(len(reads), RATE)
    rare = np.full(len(reads), 1e-5)
    for _ in range(epochs):
        bodies.move(deserted=deserted)
        bodies.take(rare, rare * 30, np.zeros(len(reads), np.bool_))
        bodies.hear(dice.random(len(reads)) < reads, usual, 0.02)


def test_where_all_is_read_as_usual_nobody_stands() -> None:
    bodies = shelf(20, 5)
    nobody, odds = [], []
    for seed in range(60):
        live(bodies, np.full(100, RATE), 1, seed)
        nobody.append(bodies.nobody())
        odds.append(bodies.odds().max())
    assert np.mean(nobody) > 0.95
    assert max(odds) < 1.0


@pytest.mark.parametrize("left", [0.4, 0.2, 0.05])
def test_a_body_is_seen_where_it_stands_and_takes_nothing(left: float) -> None:
    bodies = shelf(20, 5)
    reads = np.full(100, RATE)
    reads[30:55] *= left
    live(bodies, reads, 40)
    assert bodies.nobody()[32:53].max() < 0.05
    assert bodies.nobody()[[0, 99]].min() > NOBODY
    assert bodies.odds().max() < 50.0
    live(bodies, np.full(100, RATE), 8)
    assert bodies.nobody().min() > NOBODY


def test_what_is_silent_among_the_dim_has_gone_in_the_end() -> None:
    bodies = shelf(20, 5)
    reads = np.full(100, RATE)
    reads[30:55] *= 0.3
    reads[40] = 0.0
    live(bodies, reads, 60)
    assert CERTAIN > bodies.odds()[40] > 50 * np.delete(bodies.odds(), 40).max()
    assert bodies.behind()[35] > NOBODY
    live(bodies, reads, 60, seed=2)
    assert bodies.odds()[40] > CERTAIN
    assert np.delete(bodies.odds(), 40).max() < 1.0


def test_a_second_body_beside_the_first_takes_nothing_either() -> None:
    bodies = shelf(20, 5)
    reads = np.full(100, RATE)
    reads[30:55] *= 0.25
    live(bodies, reads, 30)
    reads[40:60] *= 0.2
    live(bodies, reads, 40, seed=2)
    assert bodies.odds().max() < 500.0


@pytest.mark.parametrize("both", [5, 10])
def test_of_two_bodies_half_one_before_another_one_leaves_and_nothing_has_gone(both: int) -> None:
    for seed in range(3):
        bodies = shelf(40, 5)
        reads = np.full(200, RATE)
        live(bodies, reads, 10, seed)
        reads[80:125] *= 0.05
        live(bodies, reads, 20, seed + 100)
        second = slice(80 + both - 45, 80 + both)
        reads[second] *= 0.16
        live(bodies, reads, 75, seed + 200)
        reads[second] /= 0.16
        odds = []
        for epoch in range(30):
            live(bodies, reads, 1, 1000 * seed + epoch)
            odds.append(bodies.odds().max())
        assert max(odds) < CERTAIN / 10


def test_where_a_camera_sees_nobody_two_that_fall_silent_together_have_gone() -> None:
    reads = np.full(24, RATE)
    reads[[7, 10]] = 0.0
    told = []
    for deserted in (False, True):
        bodies = shelf(4, 6)
        live(bodies, np.full(24, RATE), 40)
        live(bodies, reads, 24, deserted=deserted)
        told.append(bodies.odds()[[7, 10]].min())
    assert told[1] > CERTAIN > 30 * told[0]


def test_a_tag_that_comes_changes_nothing_for_the_others() -> None:
    bodies = shelf(4, 6)
    reads = np.full(24, RATE)
    reads[[2, 9]] = 0.0
    live(bodies, reads, 12)
    before = bodies.odds()
    rows = np.insert(np.arange(24), 6, -1)
    bodies.arrange(np.insert(np.repeat(np.arange(4), 6), 6, 0), rows)
    after = bodies.odds()
    assert np.allclose(np.delete(after, 6), before)
    assert after[6] < 1e-6
