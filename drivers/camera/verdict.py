"""What a camera can be used for, in words: which metrics its pictures serve where it hangs, and why not more."""

from typing import NamedTuple

from drivers.camera.optics import Mount
from drivers.camera.survey import Figures

NEAR_M, FAR_M = 5.0, 10.0

LEAST_PX = 40
"""A person smaller than this is found by chance only, even in a tile."""
FACE_PX = 180
"""A person whose head is 24 pixels high: less does not tell where it is turned to."""
STEEP_DEG = 45
"""The models know people from the side: from steeper above they are found less, and children not told apart."""
WALK_FPS, STAND_FPS = 5.0, 1.0
"""Pictures a second in which a walking person's way, or a standing person's place, is followed without guessing."""
DARK, DIM, BURNT = 40, 65, 0.25
SOFT, BLURRED = 0.62, 0.75
JITTER_S, GAP_S = 0.3, 2.0


class Verdict(NamedTuple):
    """One metric, or several that need the same: whether it is served, and what decides it."""

    metric: str
    served: bool
    why: str


def verdicts(mount: Mount, figures: Figures | None = None) -> list[Verdict]:
    """What `mount` and, when it was measured, the picture allow, the least demanding first."""
    spoiled = _spoiled(figures)
    fps = None if figures is None else figures.fps
    return [
        _judged("occupancy, queues, zones, heat map", mount, FAR_M, LEAST_PX, spoiled, fps, STAND_FPS),
        _judged("lines, flow, shop windows near by", mount, NEAR_M, LEAST_PX, spoiled, fps, WALK_FPS),
        _judged("lines, flow, shop windows far off", mount, FAR_M, LEAST_PX, spoiled, fps, WALK_FPS),
        _judged("attention (where heads turn)", mount, NEAR_M, FACE_PX, spoiled or _soft(figures), fps, WALK_FPS),
    ]


def remarks(mount: Mount, figures: Figures | None = None) -> list[str]:
    """What is worth changing, as advice."""
    near, far = mount.floor()
    said = []
    if mount.tilt > STEEP_DEG:
        said.append(f"It looks {mount.tilt:.0f} degrees down; hang it lower or aim it farther, below {STEEP_DEG}.")
    if near > NEAR_M:
        said.append(f"The floor begins {near:.1f} m away: nobody nearer is counted.")
    if far < FAR_M:
        said.append(f"The floor ends {far:.1f} m away: nobody farther is counted.")
    if figures is None:
        return said
    if DARK <= figures.light < DIM:
        said.append("It is dim: measure again in the evening's light.")
    if figures.burnt > BURNT:
        said.append("A quarter of the picture is white: turn it from windows and lamps.")
    if soft := _soft(figures):
        said.append(f"{soft.capitalize()}: clean the glass, focus the lens.")
    if figures.jitter > JITTER_S or figures.gap > GAP_S:
        said.append(f"Pictures come unevenly (longest gap {figures.gap:.1f} s): look at its network or USB port.")
    return said


def _judged(
    metric: str, mount: Mount, distance: float, least_px: int, spoiled: str, fps: float | None, least_fps: float
) -> Verdict:
    tall = mount.person(distance)
    if spoiled:
        return Verdict(metric, False, spoiled)
    if tall < least_px:
        return Verdict(metric, False, f"a person {distance:.0f} m away is {tall:.0f} px tall, not {least_px}")
    if mount.tilt > STEEP_DEG:
        return Verdict(metric, False, f"it looks {mount.tilt:.0f} degrees down, more than {STEEP_DEG}")
    if fps is not None and fps < least_fps:
        return Verdict(metric, False, f"{fps:.1f} pictures a second, not {least_fps:.0f}")
    return Verdict(metric, True, f"a person {distance:.0f} m away is {tall:.0f} px tall")


def _spoiled(figures: Figures | None) -> str:
    """Why nothing can be counted in the picture, or nothing."""
    if figures is None:
        return ""
    if figures.light < DARK:
        return "the picture is dark"
    return "the picture is blurred" if figures.blur > BLURRED else ""


def _soft(figures: Figures | None) -> str:
    return "the picture is soft" if figures is not None and figures.blur > SOFT else ""
