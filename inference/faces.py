"""Who faces the camera: faces looked for in the heads of followed persons, a few a picture; only two angles remain.

The box and the landmarks live for the length of the call. No crop, no template, nothing to compare a face with.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import atan, atan2, cos, degrees, sin
from typing import NamedTuple

import numpy as np

from inference.blazeface import BlazeFaceDetector, Landmarks
from inference.boxes import NONE, Boxes
from inference.crop import Region
from inference.detector import Detector
from observations import Frame, Track

CONTEXT = 256
"""Pixels about a head that are looked at: enlarged much more, a small face is no face to a detector."""

POINTS_CONTEXT, POINTS_SIZES = 96, 3.0
"""The same for the landmarks, and how many times the face."""

REMEMBER_SECONDS = 1.0
"""A look older than this says nothing about where somebody looks now."""


class Turn(NamedTuple):
    """The turn of a head in degrees: yaw to the picture's right, pitch downwards; 0, 0 faces the camera."""

    yaw: float
    pitch: float


def turn(face: Landmarks) -> Turn:
    """How a head is turned, from where the nose is between the eyes, the ears and the mouth; its tilt is taken out.

    The proportions are those of an average head: the tip of the nose is 1.3 half-widths before the ears, and 0.57 of
    the way from the eyes to the mouth.
    """
    tilt = atan2(face.left_eye[1] - face.right_eye[1], face.left_eye[0] - face.right_eye[0])

    def upright(point: tuple[float, float]) -> tuple[float, float]:
        return point[0] * cos(tilt) + point[1] * sin(tilt), point[1] * cos(tilt) - point[0] * sin(tilt)

    right_ear, left_ear, nose = upright(face.right_ear), upright(face.left_ear), upright(face.nose)
    eyes = (upright(face.right_eye)[1] + upright(face.left_eye)[1]) / 2
    half = max((left_ear[0] - right_ear[0]) / 2, 1e-6)
    yaw = atan((nose[0] - (left_ear[0] + right_ear[0]) / 2) / half / 1.3)
    down = max(upright(face.mouth)[1] - eyes, 1e-6)
    pitch = atan(((nose[1] - eyes) / down - 0.57) / 0.54)
    return Turn(degrees(yaw), degrees(pitch))


def head(track: Track, frame: Frame) -> Region:
    """The square in which a person's face is, if it is seen: at the top of the box, wide enough for who is near."""
    box = track.box
    wide, tall = box.width * frame.width, box.height * frame.height
    side = max(0.4 * tall, min(0.95 * wide, 0.8 * tall), 24.0)
    return Region.around(frame, box.center[0] * frame.width, box.top * frame.height + 0.38 * side, side)


def face(faces: Detector, frame: Frame, track: Track) -> Boxes:
    """What looks like the face of this person (one row, relative to the picture), or none; neighbours' are theirs."""
    left, top, width, height = head(track, frame)
    x, y = left + width / 2, top + height / 2
    found = faces.detect(frame, Region.around(frame, x, y, max(width, height, CONTEXT)))
    away = np.abs((found[:, :2] + found[:, 2:4]) / 2 * (frame.width, frame.height) - (x, y))
    found = found[(away < 0.6 * max(width, height)).all(axis=1)]
    return found[found[:, 4].argmax()][None] if len(found) else NONE


def landmarks(points: BlazeFaceDetector, frame: Frame, found: Boxes) -> Landmarks | None:
    """The points of what looks like a face (one row), None when it is none: cups, clocks and flowers look like one to
    the first detector, and to the second they do not."""
    left, top, right, bottom, _ = found[0].tolist()
    middle = (left + right) / 2 * frame.width, (top + bottom) / 2 * frame.height
    side = POINTS_SIZES * max((right - left) * frame.width, (bottom - top) * frame.height)
    return points.landmarks(frame, Region.around(frame, *middle, max(side, POINTS_CONTEXT)), found)


@dataclass(slots=True)
class _Look:
    at: float
    since: float
    turn: Turn | None


class FaceFinder:
    """The faces of one camera's tracks, round robin under a time budget (seconds a picture).

    A face is one when `points`, which gives the landmarks, agrees with `faces`. `stopwatch` tells the time spent.
    """

    def __init__(
        self, faces: Detector, points: BlazeFaceDetector, *, budget: float, stopwatch: Callable[[], float]
    ) -> None:
        self._faces = faces
        self._points = points
        self._budget = budget
        self._stopwatch = stopwatch
        self._looks: dict[int, _Look] = {}

    def turned(self, frame: Frame, tracks: tuple[Track, ...]) -> tuple[Track, ...]:
        """The tracks with yaw and pitch of those who were seen to face the camera lately, None of the others."""
        numbers = {track.number: track.since for track in tracks}
        self._looks = {n: look for n, look in self._looks.items() if numbers.get(n) == look.since}
        waiting = [track for track in tracks if not track.coasting]
        waiting.sort(key=lambda track: self._looks[track.number].at if track.number in self._looks else float("-inf"))
        start = self._stopwatch()
        for track in waiting:
            self._looks[track.number] = _Look(frame.at, track.since, self._look(frame, track))
            if self._stopwatch() - start >= self._budget:
                break
        return tuple(self._with_turn(frame.at, track) for track in tracks)

    def _look(self, frame: Frame, track: Track) -> Turn | None:
        found = face(self._faces, frame, track)
        if not len(found):
            return None
        seen = landmarks(self._points, frame, found)
        return turn(seen) if seen is not None else None

    def _with_turn(self, at: float, track: Track) -> Track:
        look = self._looks.get(track.number)
        if look is None or look.turn is None or at - look.at > REMEMBER_SECONDS:
            return track
        return replace(track, yaw=look.turn.yaw, pitch=look.turn.pitch)
