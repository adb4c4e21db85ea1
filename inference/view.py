"""Whether a picture is fit to count by: covered, dark, overexposed, blurred, moved or frozen; asked twice a second.

A fault is told when it has lasted `RAISE_SECONDS` (frozen: `FROZEN_SECONDS`) and no longer when it has been gone for
`CLEAR_SECONDS`. Blurred and moved are held against what this camera showed before, of which only the mean sharpness
and a small edge map are kept. Another view that stays the same for `ACCEPT_SECONDS` is the camera's from then on.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.motion import small_plane
from observations import Frame, Plane

RAISE_SECONDS = 10.0
CLEAR_SECONDS = 5.0
FROZEN_SECONDS = 30.0
ACCEPT_SECONDS = 900.0
PERIOD_SECONDS = 0.5

_BLACK, _WHITE = 40, 230
_FLAT = 7.0
_UNSHARP = 0.3
_ELSEWHERE = 0.35
_LEARN_LOOKS = 20
_SLOWLY = 0.002


class View:
    """The fitness of one camera's pictures. Nothing of a picture outlives `see` but figures and the edge map."""

    def __init__(self) -> None:
        self.fault = ""
        """What is wrong with the picture (a word of observations.Percept.view), or nothing."""
        self._asked = float("-inf")
        self._suspect = ""
        self._since = 0.0
        self._print = 0
        self._changed = float("-inf")
        self._sharpness = 0.0
        self._edges: NDArray[np.float32] | None = None
        self._looks = 0
        self._elsewhere: NDArray[np.float32] | None = None
        self._elsewhere_since = 0.0

    def see(self, at: float, frame: Frame, plane: Plane | None = None) -> str:
        """Take in a picture (and its small plane, if there is one already) and say what is wrong with it."""
        if at - self._asked < PERIOD_SECONDS:
            return self.fault
        self._asked = at
        plane = small_plane(frame.y) if plane is None else plane
        suspect = self._frozen(at, frame.y) or _exposure(plane) or self._against_before(at, frame.y, plane)
        if suspect != self._suspect:
            self._suspect, self._since = suspect, at
        lasted = at - self._since
        if suspect == "frozen" or lasted >= (RAISE_SECONDS if suspect else CLEAR_SECONDS):
            self.fault = suspect
        return self.fault

    def _frozen(self, at: float, y: Plane) -> str:
        """A sensor has noise: luma that does not differ in one bit for so long is one picture sent again and again."""
        seen = hash(y[::7, ::5].tobytes())
        if seen != self._print:
            self._print, self._changed = seen, at
        return "frozen" if at - self._changed >= FROZEN_SECONDS else ""

    def _against_before(self, at: float, y: Plane, plane: Plane) -> str:
        """Compare with what this camera showed, and learn from it when it is still that."""
        sharpness, edges = _sharpness(y), _edges(plane)
        if self._edges is None or self._edges.shape != edges.shape:
            self._edges, self._sharpness, self._looks = edges, sharpness, 1
            return ""
        self._looks += 1
        alike = _alike(edges, self._edges)
        learning = self._looks < _LEARN_LOOKS
        if not learning and alike < _ELSEWHERE and not self._accepted(at, edges):
            return "moved"
        self._elsewhere = None
        if not learning and sharpness < _UNSHARP * self._sharpness:
            return "blurred"
        rate = max(_SLOWLY, 1 / self._looks)
        self._edges += rate * (edges - self._edges)
        self._sharpness += rate * (sharpness - self._sharpness)
        return ""

    def _accepted(self, at: float, edges: NDArray[np.float32]) -> bool:
        """Whether this other view has been the same for so long that it is the camera's; it is learned afresh then."""
        if self._elsewhere is None or _alike(edges, self._elsewhere) < _ELSEWHERE:
            self._elsewhere, self._elsewhere_since = edges, at
        self._elsewhere += _SLOWLY * (edges - self._elsewhere)
        if at - self._elsewhere_since < ACCEPT_SECONDS:
            return False
        self._edges, self._sharpness, self._looks = self._elsewhere, 0.0, 1
        return True


def _exposure(plane: Plane) -> str:
    """Faults that need no comparison. Luma is 16 to 235: black is dark whatever its noise, a flat grey is a cover."""
    low, high = np.percentile(plane[::2, ::2], (5, 95))
    if high < _BLACK:
        return "dark"
    if np.percentile(plane[::2, ::2], 40) >= _WHITE:
        return "overexposed"
    return "covered" if (high - low) < 2.5 * _FLAT and float(plane.std()) < _FLAT else ""


def _sharpness(y: Plane) -> float:
    """The energy of the finest details, in a central part of the picture at its own resolution."""
    rows, columns = y.shape
    part = np.ascontiguousarray(y[rows // 8 : -rows // 8 : 2, columns // 8 : -columns // 8])
    return float(np.asarray(cv2.Laplacian(part, cv2.CV_16S)).astype(np.float32).var())


def _edges(plane: Plane) -> NDArray[np.float32]:
    """Where the small plane has edges, 0..1, a little blurred so that a shaking mount is the same view."""
    soft = cv2.GaussianBlur(plane, (3, 3), 0)
    x, y = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    strength = np.asarray(cv2.magnitude(x, y), np.float32)
    strength /= max(float(np.percentile(strength, 95)), 1.0)
    return np.asarray(cv2.GaussianBlur(np.minimum(strength, 1.0), (5, 5), 0), np.float32)


def _alike(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Correlation of two edge maps, -1..1."""
    one, other = a - a.mean(), b - b.mean()
    return float((one * other).sum() / max(float(np.sqrt((one**2).sum() * (other**2).sum())), 1e-6))
