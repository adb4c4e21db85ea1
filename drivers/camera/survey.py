"""What a camera gives, measured over its pictures: size, rate, delay, light and sharpness; it keeps no picture."""

from dataclasses import dataclass
from statistics import median

import cv2
import numpy as np

from observations import Frame, Plane

_LOOK_S = 0.5
_DARK, _BRIGHT = 20, 232


@dataclass(frozen=True, slots=True)
class Figures:
    """A camera's pictures: pixels; true pictures a second; jitter, the seconds by which one picture in twenty comes
    later than usual; the longest gap in seconds; light, the mean luma 16..235; share of black and of burnt pixels;
    blur, 0 (every edge is one pixel wide) to 1 (nothing has an edge)."""

    width: int
    height: int
    fps: float
    jitter: float
    gap: float
    light: float
    black: float
    burnt: float
    blur: float


class CameraSurvey:
    """Measures a camera: `feed` every picture, ask for `figures` at the end."""

    def __init__(self) -> None:
        self.pictures = 0
        self._first: tuple[int, float] | None = None
        self._last = (0, 0.0)
        self._size = (0, 0)
        self._delays: list[float] = []
        self._gap = 0.0
        self._looked = float("-inf")
        self._looks: list[tuple[float, float, float, float]] = []

    def feed(self, arrived: float, frame: Frame) -> None:
        """Take in a picture that came at clock second `arrived`."""
        self.pictures += 1
        if self._first is None:
            self._first = (frame.sequence, frame.at)
        else:
            self._gap = max(self._gap, frame.at - self._last[1])
        self._last, self._size = (frame.sequence, frame.at), (frame.width, frame.height)
        self._delays.append(arrived - frame.at)
        if frame.at - self._looked >= _LOOK_S:
            self._looked = frame.at
            share = float(np.mean(frame.y <= _DARK)), float(np.mean(frame.y >= _BRIGHT))
            self._looks.append((float(frame.y.mean()), *share, blur(frame.y)))

    def figures(self) -> Figures:
        """What was measured; needs two pictures."""
        assert self._first is not None
        lasted = self._last[1] - self._first[1]
        usual = median(self._delays)
        light, black, burnt, blurred = (median(look[n] for look in self._looks) for n in range(4))
        return Figures(
            width=self._size[0],
            height=self._size[1],
            fps=(self._last[0] - self._first[0]) / lasted if lasted > 0 else 0.0,
            jitter=max(0.0, float(np.percentile(self._delays, 95)) - usual),
            gap=self._gap,
            light=light,
            black=black,
            burnt=burnt,
            blur=blurred,
        )


def blur(y: Plane) -> float:
    """How little is lost by blurring once more, 0..1, whatever the picture shows (Crete and others 2007)."""
    luma = np.ascontiguousarray(y).astype(np.float32)
    return max(_along(luma), _along(np.ascontiguousarray(luma.T)))


def _along(luma: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    soft = cv2.blur(luma, (9, 1))
    sharp_steps, soft_steps = np.abs(np.diff(luma, axis=1)), np.abs(np.diff(soft, axis=1))
    whole = float(sharp_steps.sum())
    return 1.0 if whole == 0 else 1 - float(np.maximum(0, sharp_steps - soft_steps).sum()) / whole
