"""How fast and how far people walked in one camera's picture, exactly, from the walks; pauses are part of a walk."""

from dataclasses import dataclass

import numpy as np

from simulation.optics import Optics
from simulation.people import Person
from simulation.plan import Mount
from simulation.store import Store

STEP_S = 1.0
FEWEST = 3
"""Seconds of a step, and steps that make a walk."""


@dataclass(frozen=True, slots=True)
class Stride:
    """One walk through the picture: when it was over, its metres and its seconds."""

    over: float
    metres: float
    seconds: float


def strides(store: Store, mount: Mount, aspect: float = 16 / 9) -> list[Stride]:
    """The walks of everybody, by when they were over."""
    optics = Optics(mount, round(360 * aspect), 360)
    found = (_stride(person, optics) for person in store.people)
    return sorted((one for one in found if one is not None), key=lambda one: one.over)


def _stride(person: Person, optics: Optics) -> Stride | None:
    walk = person.walk
    times = np.arange(walk.start, walk.end, STEP_S)
    xs, ys = zip(*walk.places, strict=True)
    places = np.stack([np.interp(times, walk.times, xs), np.interp(times, walk.times, ys)], axis=1)
    pixels, depths = optics.project(np.hstack([places, np.zeros((len(places), 1))]))
    seen = (depths > 0) & (pixels >= 0).all(axis=1) & (pixels <= (optics.width, optics.height)).all(axis=1)
    shown = np.flatnonzero(seen)
    if len(shown) < FEWEST:
        return None
    begin, end = float(times[shown[0]]), float(times[shown[-1]])
    return Stride(end, walk.stride(end) - walk.stride(begin), end - begin)
