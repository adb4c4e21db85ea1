"""What moves is seen and what does not is not looked at: the gate in pictures that are drawn here."""

import numpy as np
from numpy.typing import NDArray

from inference.boxes import NONE, Boxes
from inference.crop import Region
from inference.gate import Gate
from inference.motion import Change, Motion
from inference.tracker import Target
from observations import Box, Frame, Track

Luma = NDArray[np.uint8]


def room(light: float = 1.0, seed: int = 0) -> Luma:
    random = np.random.default_rng(7)
    walls = random.integers(60, 180, (9, 16)).repeat(12, axis=0).repeat(12, axis=1)
    return np.clip(walls * light + np.random.default_rng(seed).normal(0, 1.5, walls.shape), 0, 255).astype(np.uint8)


def with_person(x: int, seed: int) -> Luma:
    picture = room(seed=seed)
    picture[40:90, x : x + 14] = 240
    return picture


def test_a_walker_is_one_blob_where_he_is_and_noise_is_none() -> None:
    motion = Motion()
    motion.see(0.0, room())
    for n in range(1, 20):
        assert len(motion.see(n / 10, room(seed=n)).blobs) == 0
    change = motion.see(2.0, with_person(100, 30))
    assert len(change.blobs) == 1
    left, top, right, bottom, _ = change.blobs[0].tolist()
    assert left < 100 / 192 + 0.02
    assert right > 114 / 192 - 0.02
    assert top < 40 / 108 + 0.03
    assert bottom > 90 / 108 - 0.03


def test_a_light_switch_and_a_change_of_exposure_are_no_motion() -> None:
    motion = Motion()
    motion.see(0.0, room())
    switched = motion.see(0.1, 255 - room(seed=1))
    assert switched.switched
    assert len(switched.blobs) == 0
    assert len(motion.see(0.2, 255 - room(seed=2)).blobs) == 0
    motion = Motion()
    motion.see(0.0, room())
    brighter = np.clip(room(seed=3).astype(np.int16) + 25, 0, 255).astype(np.uint8)
    assert len(motion.see(0.1, brighter).blobs) == 0


def test_what_was_looked_at_and_is_nobody_becomes_background() -> None:
    motion = Motion()
    motion.see(0.0, room())
    plane = with_person(60, 1)
    blobs = motion.see(0.1, plane).blobs
    motion.absorb(plane, np.ones(len(blobs), bool))
    assert len(motion.see(0.2, with_person(60, 2)).blobs) == 0


def frame() -> Frame:
    return Frame(0.0, "door", 0, np.zeros((432, 768), np.uint8), *(np.zeros((216, 384), np.uint8),) * 2)


def blob(left: float, top: float, right: float, bottom: float) -> Boxes:
    return np.array([[left, top, right, bottom, 1]], np.float32)


def looks(
    gate: Gate, at: float, blobs: Boxes = NONE, targets: list[Target] | None = None, *, stirring: bool = False
) -> list[Region]:
    plane = np.full((108, 192), stirring)
    return gate.regions(at, frame(), Change(blobs, plane, switched=False), targets or [])


def test_a_still_empty_picture_is_looked_at_ever_more_rarely() -> None:
    gate = Gate(6, 0.24, 0.45)
    taken = [n / 10 for n in range(300) if looks(gate, n / 10)]
    assert taken[:4] == [0.0, 2.0, 6.0, 10.0]
    assert len(taken) <= 10


def test_what_moves_is_looked_at_at_once_and_who_is_followed_in_every_picture() -> None:
    gate = Gate(6, 0.24, 0.45)
    looks(gate, 0.0)
    assert looks(gate, 0.1) == []
    assert looks(gate, 0.2, blob(0.4, 0.3, 0.6, 0.9)) == [Region.whole(frame())]
    walking = [Target((0.4, 0.2, 0.6, 0.9), True, 0.1)]
    assert all(looks(gate, 0.2 + n / 10, targets=walking) for n in range(1, 8))
    standing = [Target((0.4, 0.2, 0.6, 0.9), False, 0.1)]
    taken = [regions for n in range(1, 10) if (regions := looks(gate, 0.9 + n / 10, targets=standing))]
    assert taken == [[Region.whole(frame())]], "the heartbeat, and no more"


def test_a_blob_that_was_nobody_is_dismissed_for_a_moment_unless_it_grows() -> None:
    gate = Gate(6, 0.24, 0.45)
    looks(gate, 0.0)
    shadow = blob(0.4, 0.5, 0.6, 0.9)
    assert looks(gate, 0.1, shadow)
    gate.learn(0.1, (), [NONE], shadow)
    assert not looks(gate, 0.3, shadow)
    assert looks(gate, 0.3, blob(0.3, 0.2, 0.7, 0.95))
    assert looks(gate, 0.7, shadow)


def test_a_night_of_shadows_is_dismissed_no_longer_than_a_moment() -> None:
    gate = Gate(6, 0.24, 0.45)
    shadow = blob(0.4, 0.5, 0.6, 0.9)
    for n in range(2_000):
        gate.learn(n * 2.0, (), [NONE], shadow)
    looks(gate, 4_000.0)
    assert looks(gate, 4_000.1, shadow)


def test_what_is_left_around_a_blob_in_vain_is_dismissed_with_it_and_what_comes_elsewhere_is_not() -> None:
    gate = Gate(6, 0.24, 0.45)
    looks(gate, 0.0)
    shadow = blob(0.6, 0.6, 1.0, 1.0)
    assert looks(gate, 0.1, shadow)
    gate.learn(0.1, (), [NONE], shadow)
    pieces = np.concatenate((blob(0.55, 0.6, 0.75, 0.9), blob(0.8, 0.55, 1.0, 0.9)))
    assert not looks(gate, 0.2, pieces)
    assert looks(gate, 0.3, np.concatenate((pieces, blob(0.1, 0.5, 0.3, 0.9))))


def test_who_is_followed_is_looked_at_unsqueezed_in_as_few_squares_as_hold_everybody() -> None:
    gate = Gate(6, 0.24, 0.45)
    looks(gate, 0.0)

    def walking(*lefts: float, wide: float = 0.2) -> list[Target]:
        return [Target((left, 0.2, left + wide, 0.9), True, 0.1) for left in lefts]

    (square,) = looks(gate, 0.1, targets=walking(0.4))
    assert (square.width, square.height) == (432, 432)
    assert square.left < 0.4 * 768 < 0.6 * 768 < square.left + square.width
    assert len(looks(gate, 0.2, targets=walking(0.05, 0.2))) == 1
    assert len(looks(gate, 0.3, targets=walking(0.05, 0.75))) == 2
    assert looks(gate, 0.4, targets=walking(0.3, wide=0.55)) == [Region.whole(frame())]
    assert looks(Gate(6, 0.0, 0.45), 0.1, targets=walking(0.4)) == [Region.whole(frame())]


def test_who_has_not_been_seen_for_long_is_looked_for_in_the_whole_picture() -> None:
    gate = Gate(6, 0.24, 0.45)
    looks(gate, 0.0)
    unseen = [Target((0.4, 0.2, 0.6, 0.9), True, 0.5)]
    assert looks(gate, 0.1, targets=unseen) == [Region.whole(frame())]


def test_who_stands_and_suddenly_walks_off_is_looked_at_in_that_picture() -> None:
    gate = Gate(6, 0.24, 0.45)
    looks(gate, 0.0)
    standing = [Target((0.4, 0.2, 0.6, 0.9), False, 0.1)]
    assert not looks(gate, 0.1, targets=standing)
    assert looks(gate, 0.2, targets=standing, stirring=True)


def test_stirring_is_what_differs_from_the_picture_before() -> None:
    motion = Motion()
    assert motion.see(0.0, room()).stir((0.0, 0.0, 1.0, 1.0)) == 0
    assert motion.see(0.1, with_person(60, 1)).stir((0.0, 0.0, 1.0, 1.0)) > 0.01
    assert motion.see(0.2, with_person(60, 2)).stir((0.0, 0.0, 1.0, 1.0)) < 0.01


def test_small_people_get_tiles_where_they_are_once_their_size_is_learned() -> None:
    gate = Gate(6, 0.24, 0.45)
    looks(gate, 0.0)
    small = Track(1, Box(0.48, 0.5, 0.52, 0.6), 0.9, 0.0)
    for n in range(10):
        gate.learn(n / 10, (small,), [NONE], NONE)
    walking = [Target((0.48, 0.5, 0.52, 0.6), True, 0.1), Target((0.52, 0.5, 0.56, 0.6), True, 0.1)]
    (tile,) = looks(gate, 0.5, targets=walking)
    assert tile.width == tile.height < 200
    left, top, right, bottom, _ = tile.box(frame())
    assert left < 0.47
    assert right > 0.57
    assert top < 0.49
    assert bottom > 0.61
    many = [Target((x, y, x + 0.04, y + 0.1), True, 0.1) for x in np.arange(0, 0.95, 0.1) for y in (0.1, 0.4, 0.8)]
    assert len(looks(gate, 0.6, targets=many)) == 6
