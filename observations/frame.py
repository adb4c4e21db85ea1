"""A picture, for as long as one perception takes."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from observations.base import Observation

Plane: TypeAlias = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Frame(Observation):
    """One YUV420 picture (BT.601 limited range, as cameras and ffmpeg give it).

    `y` is (height, width) and `u`, `v` are (height/2, width/2), uint8; rows may be strided (views of a padded
    buffer). `at` is seconds on the daemon's clock, when the sensor was exposed. `sequence` counts the frames of
    this source since it was opened, so a hole in it is a frame that was skipped.
    """

    at: float
    camera: str
    sequence: int
    y: Plane
    u: Plane
    v: Plane

    @property
    def width(self) -> int:
        return int(self.y.shape[1])

    @property
    def height(self) -> int:
        return int(self.y.shape[0])
