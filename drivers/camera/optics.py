"""What a camera sees from where it hangs: pinhole geometry over a flat floor, distances along the floor in metres."""

from dataclasses import dataclass
from math import atan, atan2, cos, degrees, inf, radians, sin, tan

PERSON_M = 1.7

LENSES = {
    "pi-v3-wide": 102.0,
    "2.8mm": 103.0,
    "4mm": 83.0,
    "webcam": 70.0,
    "pi-v3": 66.0,
    "pi-hq-6mm": 63.0,
    "pi-v2": 62.2,
    "6mm": 53.0,
    "8mm": 39.0,
}
"""Horizontal angles of view in degrees, from data sheets: Raspberry Pi's cameras, and the lenses of network cameras
(focal length, for their usual 1/2.8 inch sensor)."""

LOWEST_M, HIGHEST_M = 2.4, 3.5
"""Where a camera can hang in a shop: out of reach, and not looking onto crowns."""

_LOOK_DOWN = radians(20)


@dataclass(frozen=True, slots=True)
class Mount:
    """A camera `height` m above the floor that looks `tilt` degrees below the horizon, with a horizontal angle of view
    of `across` degrees and pictures of `pixels` (width, height)."""

    height: float
    tilt: float
    across: float
    pixels: tuple[int, int]

    @property
    def focal(self) -> float:
        """The focal length in pixels."""
        return self.pixels[0] / 2 / tan(radians(self.across) / 2)

    def person(self, distance: float, tall: float = PERSON_M) -> float:
        """Pixels from feet to crown of a person at `distance`, were the picture large enough."""
        return self.row(distance, 0.0) - self.row(distance, tall)

    def wholly(self, distance: float, tall: float = PERSON_M) -> bool:
        """Whether feet and crown of a person at `distance` are in the picture."""
        return self.row(distance, tall) >= 0 and self.row(distance, 0.0) <= self.pixels[1]

    def row(self, distance: float, above: float) -> float:
        """The picture's row, from the top, of a point `above` the floor."""
        below = atan2(self.height - above, distance) - radians(self.tilt)
        return self.pixels[1] / 2 + self.focal * tan(below)

    def floor(self) -> tuple[float, float]:
        """The nearest and the farthest floor in the picture; the farthest is infinite where the horizon is in it."""
        half = atan(self.pixels[1] / 2 / self.focal)
        near, far = radians(self.tilt) + half, radians(self.tilt) - half
        return max(0.0, self.height / tan(near)), self.height / tan(far) if far > 0 else inf

    def width(self, distance: float) -> float:
        """How much floor is seen from left to right at `distance`."""
        deep = distance * cos(radians(self.tilt)) + self.height * sin(radians(self.tilt))
        return 2 * deep * tan(radians(self.across) / 2)


def aimed(height: float, distance: float) -> float:
    """The tilt that puts the middle of a person at `distance` into the middle of the picture, degrees."""
    return degrees(atan2(height - PERSON_M / 2, distance))


def lens_degrees(text: str) -> float:
    """The angle of a lens of the table, or a number of degrees. Raises ValueError with what is known."""
    if text in LENSES:
        return LENSES[text]
    try:
        across = float(text)
    except ValueError:
        across = 0.0
    if not 10 <= across <= 150:
        raise ValueError(f"{text!r} is no lens: {', '.join(LENSES)}, or its horizontal angle of 10 to 150 degrees")
    return across


def planned(width: float, distance: float, pixels: tuple[int, int], height: float | None = None) -> tuple[str, Mount]:
    """The longest lens of the table that sees `width` m of floor at `distance`, and where to hang and how to tilt it.

    The widest one if none does. Without `height` people at `distance` are looked at from 20 degrees above, where a
    ceiling allows it: lower, they hide one another; higher, the models know them less well.
    """
    if height is None:
        height = min(HIGHEST_M, max(LOWEST_M, PERSON_M / 2 + distance * tan(_LOOK_DOWN)))
    tilt = aimed(height, distance)
    mounts = {name: Mount(height, tilt, across, pixels) for name, across in LENSES.items()}
    wide = {name: mount for name, mount in mounts.items() if mount.width(distance) >= width}
    if wide:
        return min(wide.items(), key=lambda item: item[1].across)
    return max(mounts.items(), key=lambda item: item[1].across)
