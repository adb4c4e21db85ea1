"""The tracker on timelines: real seconds, gaps, crossing paths, numbers that are given again."""

import numpy as np
import pytest

from inference.boxes import NONE, Boxes
from inference.tracker import Tracker
from observations import Track


def boxes(*rows: tuple[float, float, float, float]) -> Boxes:
    """Detections from centre x, centre y, height and score; a person is 0.4 as wide as high in a square picture."""
    out = [(x - 0.2 * h, y - h / 2, x + 0.2 * h, y + h / 2, score) for x, y, h, score in rows]
    return np.array(out, np.float32).reshape(-1, 5)


def square() -> Tracker:
    return Tracker(aspect=1.0, sure=0.5, certain=0.7)


def walk(tracker: Tracker, fps: float, seconds: float, speed: float, begin: float = 0.0) -> list[tuple[Track, ...]]:
    """Somebody 0.2 high walks to the right from x = 0.1 at `speed` of his height a second."""
    count = int(seconds * fps)
    return [
        tracker.update(begin + n / fps, boxes((0.1 + 0.2 * speed * n / fps, 0.5, 0.2, 0.9))) for n in range(count + 1)
    ]


@pytest.mark.parametrize("fps", [3, 5, 8, 15])
@pytest.mark.parametrize("speed", [0.0, 0.8, 1.5])
def test_one_walker_is_one_track_at_any_rate(fps: float, speed: float) -> None:
    seen = walk(square(), fps, 2.4, speed)
    confirmed = [tracks for tracks in seen if tracks]
    assert len(seen) - len(confirmed) == 1
    assert {track.number for tracks in confirmed for track in tracks} == {1}
    first, last = confirmed[0][0], confirmed[-1][0]
    assert first.since == 0.0
    assert first.origin is not None
    assert first.origin.center[0] == pytest.approx(0.1, abs=1e-6)
    assert last.origin is None
    expected = 0.1 + 0.2 * speed * int(2.4 * fps) / fps
    assert last.box.center[0] == pytest.approx(expected, abs=0.02)


def test_rates_that_change_and_gaps_are_the_same_walk() -> None:
    tracker = square()
    for at in (0.0, 0.07, 0.4, 0.47, 0.9, 1.0, 1.7, 1.75, 2.4):
        tracks = tracker.update(at, boxes((0.1 + 0.25 * at, 0.5, 0.2, 0.9)))
    assert [track.number for track in tracks] == [1]


def test_one_sight_is_nobody_and_weak_sights_alone_neither() -> None:
    tracker = square()
    assert tracker.update(0.0, boxes((0.5, 0.5, 0.2, 0.95))) == ()
    assert tracker.update(0.1, NONE) == ()
    tracker = square()
    for n in range(20):
        assert tracker.update(n / 10, boxes((0.5, 0.5, 0.2, 0.4))) == ()


def test_what_is_never_certain_is_a_person_only_when_small_and_whole() -> None:
    def confirmed(*row: float) -> bool:
        tracker = square()
        return any(tracker.update(n / 10, boxes((row[0], row[1], row[2], 0.62))) for n in range(30))

    assert confirmed(0.5, 0.5, 0.2)
    assert not confirmed(0.5, 0.5, 0.6)
    assert not confirmed(0.5, 0.1, 0.2)


def test_an_unseen_person_coasts_for_a_while_and_then_has_gone() -> None:
    tracker = square()
    walk(tracker, 10, 1.0, 1.0)
    unseen = [tracker.update(1.0 + n / 10, NONE) for n in range(1, 16)]
    assert all(track.coasting for tracks in unseen for track in tracks)
    alive = [bool(tracks) for tracks in unseen]
    assert alive in ([True] * 12 + [False] * 3, [True] * 11 + [False] * 4)  # 1.2 s, less what floats lose


def test_a_number_is_told_to_have_ended_once_and_given_again_only_later() -> None:
    tracker = square()
    walk(tracker, 10, 1.0, 0.0)
    endings = []
    numbers: list[int] = []
    for n in range(1, 40):
        tracks = tracker.update(1.0 + n / 10, boxes((0.8, 0.3, 0.2, 0.9)) if n > 5 else NONE)
        endings += [(n, number) for number in tracker.ended]
        numbers += [track.number for track in tracks if not track.coasting]
        assert not {track.number for track in tracks} & set(tracker.ended)
    assert [number for _, number in endings] == [1]
    assert set(numbers) == {2}
    tracks = walk(tracker, 10, 1.0, 0.0, begin=10.0)[-1]
    assert [track.number for track in tracks] == [1]


def test_who_walks_out_of_the_picture_ends_there_and_does_not_coast_on() -> None:
    tracker = square()
    for n in range(30):
        x = 0.7 + 0.025 * n
        seen = boxes((x, 0.5, 0.2, 0.9)) if x < 0.98 else NONE
        seen[:, 2] = np.minimum(seen[:, 2], 1.0)
        tracks = tracker.update(n / 10, seen)
        if x > 1.06:
            assert tracks == ()


def test_two_who_meet_and_pass_keep_their_numbers() -> None:
    tracker = square()
    first: dict[str, int] = {}
    for n in range(40):
        at = n / 10
        tracks = tracker.update(at, boxes((0.1 + 0.2 * at, 0.48, 0.2, 0.9), (0.9 - 0.2 * at, 0.52, 0.2, 0.9)))
        if n == 5:
            first = {"east": min(tracks, key=_x).number, "west": max(tracks, key=_x).number}
    assert {"east": max(tracks, key=_x).number, "west": min(tracks, key=_x).number} == first


def _x(track: Track) -> float:
    return track.box.center[0]


def test_a_second_box_on_the_same_person_begins_nobody() -> None:
    tracker = square()
    for n in range(20):
        part = [(0.5, 0.42, 0.2, 0.8)] if n > 2 else []
        tracks = tracker.update(n / 10, boxes((0.5, 0.5, 0.4, 0.9), *part))
    assert len(tracks) == 1


def test_a_second_box_on_somebody_draws_nobody_to_it_who_is_hidden_elsewhere() -> None:
    for second, ended in (((0.52, 0.5, 0.17, 0.6), True), ((0.45, 0.5, 0.2, 0.6), False)):
        tracker = square()
        for n in range(30):
            hidden = n > 15
            other = [second] if hidden and n > 18 else [] if hidden else [(0.4, 0.5, 0.2, 0.9)]
            tracks = tracker.update(n / 10, boxes((0.52, 0.5, 0.2, 0.9), *other))
        assert (len(tracks) == 1) == ended


def test_a_second_box_that_fades_on_somebody_is_ended_and_one_beside_him_is_not() -> None:
    for away, left in ((0.04, [1]), (0.12, [1, 2])):
        tracker = square()
        for n in range(30):
            second = 0.75 if n < 3 else 0.4
            tracks = tracker.update(n / 10, boxes((0.5, 0.5, 0.2, 0.9), (0.5 + away, 0.5, 0.2, second)))
        assert sorted(track.number for track in tracks) == left
    for n in range(40):
        second = 0.75 if n < 10 else 0.4
        tracks = tracker.update(4 + n / 10, boxes((0.5, 0.5, 0.2, 0.9), (0.54, 0.5, 0.2, second)))
    assert len(tracks) == 2, "somebody seen for a second is hidden now, not gone"


def test_time_that_does_not_advance_changes_nothing() -> None:
    tracker = square()
    before = walk(tracker, 10, 1.0, 1.0)[-1]
    assert tracker.update(1.0, NONE) == before
    assert tracker.update(0.2, boxes((0.9, 0.9, 0.1, 0.9))) == before
    assert tracker.ended == ()


def test_who_stands_where_nobody_looked_was_not_faintly_seen_elsewhere() -> None:
    tracker = square()
    for n in range(8):
        tracker.update(n / 10, boxes((0.7, 0.5, 0.2, 0.9)))
    left = np.array([[0.0, 0.0, 0.65, 1.0, 1.0]], np.float32)
    for n in range(8, 16):
        (track,) = tracker.update(n / 10, boxes((0.6, 0.52, 0.22, 0.4)), left)
    assert track.box.center[0] == pytest.approx(0.7, abs=0.01)


def test_who_stands_where_nobody_looked_was_not_missed() -> None:
    tracker = square()
    walk(tracker, 10, 3.0, 0.0)
    elsewhere = np.array([[0.6, 0.6, 1.0, 1.0, 1.0]], np.float32)
    for n in range(1, 25):
        tracks = tracker.update(3.0 + n / 10, NONE, elsewhere)
        assert [(track.number, track.coasting) for track in tracks] == [(1, False)]
    assert [target.restless for target in tracker.targets(6.2)] == [True]


def test_thirty_walkers_at_twice_the_asked_pace_are_all_seen_within_700_ms() -> None:
    """30 persons a picture, 2.5 m/s, in view for 0.7 s: with the jitter, misses and clutter of a real detector."""
    random = np.random.default_rng(5)
    fps, height, meter = 10, 0.12, 0.12 / 1.7
    found = waves = 0
    for wave in range(5):
        tracker = square()
        begin = wave * 10.0
        lanes = [(0.08 + 0.09 * (k % 10), 0.12 + 0.3 * (k // 10), 1 if k % 2 else -1) for k in range(30)]
        seen: set[int] = set()
        most = 0
        for n in range(int(0.7 * fps) + 1):
            rows = [
                (x + way * 2.5 * meter * n / fps + random.normal(0, 0.02 * height),
                 y + random.normal(0, 0.02 * height),
                 height * (1 + random.normal(0, 0.04)),
                 float(np.clip(random.normal(0.72, 0.08), 0.3, 0.95)))
                for x, y, way in lanes
                if random.random() < 0.92
            ]  # fmt: skip
            rows.append((random.random(), random.random(), height, 0.5))
            tracks = tracker.update(begin + n / fps, boxes(*rows))
            seen |= {track.number for track in tracks}
            most = max(most, len(tracks))
        waves += 30
        found += min(most, 30)
        assert len(seen) <= 32
    assert found >= 0.98 * waves


def test_any_boxes_are_survived() -> None:
    random = np.random.default_rng(1)
    tracker = square()
    for n in range(300):
        rows = random.random((random.integers(0, 60), 5)).astype(np.float32)
        rows[:, 2:4] = rows[:, :2] + 1e-4 + rows[:, 2:4] * 0.3
        for track in tracker.update(n * float(random.random()), rows):
            assert 0 <= track.box.left <= track.box.right <= 1
            assert 0 <= track.box.top <= track.box.bottom <= 1


def test_whose_feet_hide_behind_somebody_keeps_his_height() -> None:
    """A detector that sees no feet guesses them, here a quarter of the person too high and too low in turn."""
    tracker, feet = square(), []
    for n in range(60):
        guess = 0.3 if n < 8 else 0.3 + (0.07 if n % 2 else -0.07)
        behind = (0.5, 0.4 + (guess - 0.3) / 2, guess, 0.9)
        others = () if n < 8 else ((0.51, 0.62, 0.5, 0.95),)
        tracks = tracker.update(n / 8, boxes(behind, *others))
        feet += [track.box.bottom for track in tracks if track.box.top < 0.3]
    assert len(feet) > 50
    assert max(feet) - min(feet) < 0.02


def test_whose_feet_are_seen_is_as_tall_as_he_is_seen() -> None:
    tracker = square()
    for n in range(40):
        tall = 0.3 if n < 20 else 0.36
        tracks = tracker.update(n / 8, boxes((0.5, 0.25 + tall / 2, tall, 0.9), (0.9, 0.8, 0.3, 0.9)))
    (one,) = [track for track in tracks if track.box.top < 0.4]
    assert one.box.bottom == pytest.approx(0.61, abs=0.01)
