"""Hands of persons at shelves: MoveNet on those who stand in a shelf's zone, a few a picture; wrists are what remains.

The other points of the body live for the length of the call; they only say how high the hands are.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import hypot

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.blackout import Outline
from inference.crop import Region, RgbCrop
from inference.interpreter import Interpreter
from observations import Frame, Hands, Track

SURE = 0.15
"""The score from which a point of the body is believed: lower ones add little, higher ones lose hands that reach."""

MARGIN = 1.25
"""The square that is looked at, in sizes of the person's box: an arm may reach out of the box."""

LINGER = 3.0
"""Seconds for which who has left the zone is still looked at: what he carries away says what his hand did."""

_SHOULDERS, _WRISTS, _HIPS, _TRUNK = slice(5, 7), slice(9, 11), slice(11, 13), (5, 6, 12, 11)

Points = NDArray[np.float32]
"""The 17 points of COCO as rows of x, y in pixels of the picture, and score."""


class MoveNet:
    """The pose of the one person in a region, by MoveNet single pose."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self._crop = RgbCrop(*interpreter.model.input.shape[2:0:-1])

    def points(self, frame: Frame, region: Region) -> Points:
        """The points of who is in the region, whether anybody is or not. One inference."""
        self.interpreter.infer(lambda tensor: self._crop.write(frame, region, tensor))
        found = self.interpreter.outputs()[0].values.reshape(17, 3)[:, (1, 0, 2)]
        found[:, 0] = found[:, 0] * region.width + region.left
        found[:, 1] = found[:, 1] * region.height + region.top
        return found


def hands(points: Points, frame: Frame) -> Hands:
    """What is kept of a pose: the wrists beside the trunk, as one over it is held before the body or hidden behind it,
    and how high the higher wrist is over the hips."""
    wrists = points[_WRISTS][points[_WRISTS][:, 2] >= SURE]
    beside = [(float(x), float(y)) for x, y, _ in wrists if not _over_trunk(points, (float(x), float(y)))]
    return Hands(tuple((x / frame.width, y / frame.height) for x, y in beside), _lift(points, wrists))


def _over_trunk(points: Points, at: tuple[float, float]) -> bool:
    trunk = points[_TRUNK, :]
    hull = cv2.convexHull(trunk[:, :2].astype(np.float32))
    return bool(trunk[:, 2].min() >= SURE) and cv2.pointPolygonTest(hull, at, False) >= 0


def _lift(points: Points, wrists: Points) -> float | None:
    shoulders, hips = (points[part][points[part][:, 2] >= SURE] for part in (_SHOULDERS, _HIPS))
    if not len(wrists) or not len(shoulders) or not len(hips):
        return None
    (x1, y1), (x2, y2) = shoulders[:, :2].mean(axis=0).tolist(), hips[:, :2].mean(axis=0).tolist()
    torso = hypot(x2 - x1, y2 - y1)
    return (y2 - float(wrists[:, 1].min())) / torso if torso >= 4 else None


class HandFinder:
    """The hands of one camera's persons in `zones` (outlines for the feet), round robin under a time budget.

    `budget` is in seconds a picture and at least one person is looked at; `stopwatch` tells the time spent.
    """

    def __init__(
        self, pose: MoveNet, zones: Sequence[Outline], *, budget: float, stopwatch: Callable[[], float]
    ) -> None:
        self._pose = pose
        self._zones = [np.array(zone, np.float32) for zone in zones]
        self._budget = budget
        self._stopwatch = stopwatch
        self._looked: dict[int, float] = {}
        self._inside: dict[int, tuple[float, float]] = {}

    def handed(self, frame: Frame, tracks: tuple[Track, ...]) -> tuple[Track, ...]:
        """The tracks, with the hands of those that were looked at in this picture."""
        waiting = [track for track in tracks if self._at_shelf(frame.at, track) and not track.coasting]
        numbers = {track.number for track in tracks}
        self._inside = {number: seen for number, seen in self._inside.items() if number in numbers}
        self._looked = {number: at for number, at in self._looked.items() if number in self._inside}
        waiting.sort(key=lambda track: self._looked.get(track.number, float("-inf")))
        found: dict[int, Hands] = {}
        start = self._stopwatch()
        for track in waiting:
            self._looked[track.number] = frame.at
            found[track.number] = self._look(frame, track)
            if self._stopwatch() - start >= self._budget:
                break
        return tuple(replace(t, hands=found[t.number]) if t.number in found else t for t in tracks)

    def _at_shelf(self, at: float, track: Track) -> bool:
        """Whether the person is in a zone, or was lately; a number that is used again is somebody else."""
        x, y = track.box.foot
        if any(cv2.pointPolygonTest(zone, (x, y), False) >= 0 for zone in self._zones):
            self._inside[track.number] = (track.since, at)
        since, last = self._inside.get(track.number, (track.since, float("-inf")))
        return since == track.since and at - last <= LINGER

    def _look(self, frame: Frame, track: Track) -> Hands:
        box = track.box
        x, y = box.center[0] * frame.width, box.center[1] * frame.height
        side = MARGIN * max(box.width * frame.width, box.height * frame.height)
        return hands(self._pose.points(frame, Region.around(frame, x, y, side)), frame)
