"""A pinhole camera over the floor plan: metres to pixels; it refuses points behind it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulation.plan import Mount, Point

Floats = NDArray[np.float64]
_NEAREST = 0.3


@dataclass(frozen=True)
class Optics:
    """`mount` seen on a picture of `width` x `height` pixels, square, without distortion."""

    mount: Mount
    width: int
    height: int
    focal: float = field(init=False)
    _axes: Floats = field(init=False, repr=False)
    _position: Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        position = np.array(self.mount.position)
        forward = np.array([*self.mount.aim, 0.0]) - position
        forward /= np.linalg.norm(forward)
        right = np.cross(forward, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        object.__setattr__(self, "_position", position)
        object.__setattr__(self, "_axes", np.stack([right, np.cross(forward, right), forward]))
        focal = self.width / 2 / np.tan(np.radians(self.mount.field_degrees) / 2)
        object.__setattr__(self, "focal", float(focal))

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Points (n, 3) in metres as pixels (n, 2) and their depths (n,) in metres along the axis of view."""
        seen = (points - self._position) @ self._axes.T
        depth = np.maximum(seen[:, 2], _NEAREST)
        middle = np.array([self.width / 2, self.height / 2])
        return seen[:, :2] * (self.focal / depth)[:, None] + middle, seen[:, 2]

    def relative(self, at: Point, up: float = 0.0) -> Point:
        """A point `up` metres over the floor in relative picture coordinates, 0..1 (outside when it is not in view)."""
        pixels, _ = self.project(np.array([[*at, up]]))
        return float(pixels[0, 0]) / self.width, float(pixels[0, 1]) / self.height

    def homography(self, scale: float, origin: Point) -> Floats:
        """From a top view of the floor (`scale` pixels a metre, beginning at `origin`) to the picture, 3 x 3."""
        rotation = self._axes
        intrinsic = np.array([[self.focal, 0, self.width / 2], [0, self.focal, self.height / 2], [0, 0, 1.0]])
        plane = np.column_stack([rotation[:, 0], rotation[:, 1], -rotation @ self._position])
        top = np.array([[1 / scale, 0, origin[0]], [0, 1 / scale, origin[1]], [0, 0, 1.0]])
        return np.asarray(intrinsic @ plane @ top)
