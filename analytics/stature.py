"""How tall somebody is, as well as one calibrated camera can say: good enough for children, and kept for nobody."""

from dataclasses import dataclass

from analytics.geometry import Point
from analytics.steady import EDGE
from observations import Box


@dataclass(frozen=True, slots=True)
class Stature:
    """A camera that is level enough: apparent height grows in a straight line with the height of the feet.

    `near` and `far` are the same person of `metres` seen at two places: (y of the feet, height of the box), relative.
    Raises ValueError when the places say nothing.
    """

    near: Point
    far: Point
    metres: float = 1.70

    def __post_init__(self) -> None:
        if abs(self.near[0] - self.far[0]) < 0.05 or min(self.near[1], self.far[1]) <= 0:
            raise ValueError("a stature needs one person seen at two different distances")

    def metres_of(self, box: Box) -> float | None:
        """The height of a person, or None when head or feet may be outside the picture or beyond the calibration."""
        if box.top <= EDGE or box.bottom >= 1 - EDGE:
            return None
        (near_y, near_height), (far_y, far_height) = self.near, self.far
        expected = far_height + (near_height - far_height) * (box.bottom - far_y) / (near_y - far_y)
        return self.metres * box.height / expected if expected > 0 else None
