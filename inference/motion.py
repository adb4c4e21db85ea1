"""Where the picture changes: a small luma plane against a background that learns; a light switch is not motion."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.boxes import NONE, Boxes
from observations import Plane

ROWS = 108
"""Height of the small plane, pixels."""

_FAINT, _PLAIN = 10.0, 30.0
"""Differences of luma that are never, and always, more than noise."""
_LEARN_SECONDS = 4.0
_ABSORB_SECONDS = 20.0
_SWITCHED = 0.5
_SPECKLE = 5


class Change(NamedTuple):
    """`blobs` are what differs from the background (boxes relative to the picture, score 1), `stirring` the pixels of
    the small plane that differ from the picture before; `switched` says that the light changed everywhere."""

    blobs: Boxes
    stirring: NDArray[np.bool_]
    switched: bool

    def stir(self, box: Sequence[float]) -> float:
        """The share of a box (relative) that differs from the picture before."""
        high, wide = self.stirring.shape
        left, right = (int(np.clip(x * wide, 0, wide - 1)) for x in (box[0], box[2]))
        top, bottom = (int(np.clip(y * high, 0, high - 1)) for y in (box[1], box[3]))
        return float(self.stirring[top : bottom + 1, left : right + 1].mean())


def small_plane(y: Plane) -> Plane:
    """The luma at ROWS pixels of height, averaged; a picture that is no higher is copied."""
    rows = min(ROWS, y.shape[0])
    columns = max(1, round(y.shape[1] * rows / y.shape[0]))
    return np.asarray(cv2.resize(y, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)


class Motion:
    """The background of one camera. A change of exposure is subtracted; what stands still fades into it."""

    def __init__(self) -> None:
        self._background: NDArray[np.float32] | None = None
        self._before = np.zeros((1, 1), np.float32)
        self._labels = np.zeros((1, 1), np.int32)
        self._numbers = np.zeros(0, np.int64)
        self._at = 0.0

    def see(self, at: float, plane: Plane) -> Change:
        """Compare one small plane, and learn from it. The first one, and one of another size, begin anew."""
        if self._background is None or self._background.shape != plane.shape:
            return self._calibrate(at, plane)
        step, self._at = max(0.0, at - self._at), at
        now = plane.astype(np.float32)
        difference = now - self._background
        difference -= np.median(difference[::4, ::4])
        np.abs(difference, out=difference)
        threshold = min(max(_FAINT, 5 * float(np.median(difference[::4, ::4]))), _PLAIN)
        moving = (difference > threshold).astype(np.uint8)
        if moving.mean() > _SWITCHED:
            return self._calibrate(at, plane)
        stirring, self._before = np.abs(now - self._before) > threshold, now
        rate = np.where(moving, 1 - np.exp(-step / _ABSORB_SECONDS), 1 - np.exp(-step / _LEARN_SECONDS))
        self._background += (now - self._background) * rate.astype(np.float32)
        return Change(self._blobs(moving), stirring, switched=False)

    def absorb(self, plane: Plane, blobs: NDArray[np.bool_]) -> None:
        """Nobody was found where these blobs (of the last `see`) are: they belong to the background from now on."""
        numbers = np.flatnonzero(blobs)
        if self._background is not None and len(numbers):
            where = np.isin(self._labels, self._numbers[numbers])
            self._background[where] = plane[where]

    def _calibrate(self, at: float, plane: Plane) -> Change:
        self._background = plane.astype(np.float32)
        self._before = plane.astype(np.float32)
        self._at = at
        return Change(NONE, np.zeros(plane.shape, bool), switched=True)

    def _blobs(self, moving: Plane) -> Boxes:
        joined = cv2.dilate(moving, np.ones((5, 3), np.uint8))
        _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
        self._labels = np.asarray(labels, np.int32)
        high, wide = moving.shape
        self._numbers = 1 + np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] > 3 * _SPECKLE)
        left, top, width, height = stats[self._numbers, :4].T.astype(np.float32)
        one = np.ones(len(left), np.float32)
        corners = (left / wide, top / high, (left + width) / wide, (top + height) / high, one)
        return np.stack(corners, axis=1).astype(np.float32)
