"""A person at a shelf by the truth of the hands: when one is in the shelf, and whether they carry something."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from analytics.hands import Shelf
from observations import Hands, Percept
from tests.analytics.scene import Scene, walk

SHELF = Shelf(
    name="tea",
    corners=((0.3, 0.5), (0.6, 0.5), (0.6, 1.0), (0.3, 1.0)),
    plane=((0.6, 0.2), (0.8, 0.2), (0.8, 0.9), (0.6, 0.9)),
)
HANGING, LIFTED = -0.2, 0.35
IN_SHELF, AT_SIDE = (0.65, 0.5), (0.48, 0.6)
Look = tuple[float, Hands | None]


@dataclass(frozen=True)
class Act:
    """A hand in the shelf from `begins` to `ends`, after which the hands carry something or do not."""

    begins: float
    ends: float
    carries: bool


def truth(acts: Sequence[Act], carries: bool) -> tuple[int, int, int]:
    """Touched, picked, put back, when the person begins carrying something or not."""
    picked = put_back = 0
    for act in acts:
        picked += act.carries and not carries
        put_back += carries and not act.carries
        carries = act.carries
    return len(acts), picked, put_back


def pose(at: float, acts: Sequence[Act], carries: bool) -> Hands:
    """The hands at a moment; on the way to and from the shelf, 0.3 s, they are lifted and outside."""
    for act in acts:
        if act.begins <= at < act.ends:
            return Hands((AT_SIDE, IN_SHELF), 0.6)
        if act.begins - 0.3 <= at < act.begins or act.ends <= at < act.ends + 0.3:
            return Hands((AT_SIDE, (0.55, 0.5)), 0.6)
        if at >= act.ends:
            carries = act.carries
    return Hands((AT_SIDE, (0.5, 0.6)), LIFTED if carries else HANGING)


def shopping(
    acts: Sequence[Act],
    *,
    carries: bool = False,
    seconds: float = 20.0,
    fps: float = 8.0,
    spoil: Callable[[float, Hands], Hands | None] = lambda at, hands: hands,
) -> Iterator[Percept]:
    """One person before the shelf; `spoil` makes of a look what the pose model would have made of it."""
    for percept in Scene([walk((0, 0.45, 0.8), (seconds, 0.45, 0.8), height=0.6)], fps=fps).percepts():
        seen = spoil(percept.at, pose(percept.at, acts, carries))
        yield replace(percept, tracks=tuple(replace(track, hands=seen) for track in percept.tracks))
