"""What perception keeps of a picture: boxes that move, and nothing that could say whose."""

from dataclasses import dataclass

from observations.base import Observation


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in relative picture coordinates, 0..1, y downwards; left < right, top < bottom."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def center(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def foot(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, self.bottom

    @property
    def head(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, self.top


@dataclass(frozen=True, slots=True, repr=False)
class Hands(Observation):
    """Where one person's hands are: the wrists seen beside the trunk (none to two, relative to the picture).

    `lift` is how far the higher of the wrists, wherever they are, is above the hips, in lengths of the trunk; None
    where that is not known.
    """

    wrists: tuple[tuple[float, float], ...]
    lift: float | None


@dataclass(frozen=True, slots=True, repr=False)
class Track(Observation):
    """One confirmed person of one picture. `number` lives as long as the track and is then reused.

    `since` is when the track was first seen (clock seconds); `coasting` says that this box is predicted, not
    detected. `yaw` and `pitch` are degrees of the head relative to the camera (0, 0 = facing it), None when no
    face was looked for or found. `origin` is the box of `since`, given once, in the percept that first has the track:
    a person is believed only after a few pictures, and what happened between counts as well. `hands` is None in a
    picture in which nobody looked for them.
    """

    number: int
    box: Box
    score: float
    since: float
    coasting: bool = False
    yaw: float | None = None
    pitch: float | None = None
    origin: Box | None = None
    hands: Hands | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Percept(Observation):
    """All confirmed tracks of one picture of one camera, at `at` (clock seconds).

    `aspect` is the picture's width over height, so that geometry can be done in square units. `ended` are the
    numbers of tracks that ended since the last percept. `view` is empty or names why the picture is not fit to
    count by: covered, dark, overexposed, blurred, moved, frozen.
    """

    at: float
    camera: str
    tracks: tuple[Track, ...]
    ended: tuple[int, ...] = ()
    aspect: float = 16 / 9
    view: str = ""
