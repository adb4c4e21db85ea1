"""Rendered pictures with their boxes, as many as wanted and never the same; it refuses to label who cannot be seen."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import cv2
import numpy as np
from numpy.typing import NDArray

from simulation.demand import Chance, Demand
from simulation.figure import Canvas, Figure
from simulation.optics import Optics
from simulation.people import Person, Role
from simulation.plan import CORNER_SHOP, Fixture, Mount, Plan, Rectangle
from simulation.scene import Scene
from simulation.store import Store
from simulation.training.architecture import HEIGHT, WIDTH
from simulation.walk import Walk

VISIBLE = 0.18
HIDDEN = 0.08
VARIED = 0.6
CHILDREN = 1 / 3


@dataclass(frozen=True, slots=True)
class Label:
    """One person: boxes (left, top, right, bottom) in pixels of the model's input. `sure` is False where hidden."""

    person: tuple[float, float, float, float]
    head: tuple[float, float, float, float]
    sure: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture (HEIGHT, WIDTH, 3), RGB uint8, with everybody in it."""

    picture: Canvas
    labels: tuple[Label, ...]


def samples(seed: int, scenes: int = 24) -> Iterator[Sample]:
    """Pictures for ever. A stock of `scenes` camera views is renewed slowly; most show the shop changed."""
    draw = Random(seed)
    stock: list[_View] = []
    while True:
        if len(stock) < scenes:
            stock.append(_View(draw, draw.random() < VARIED))
        elif draw.random() < 1 / 60:
            stock[draw.randrange(scenes)] = _View(draw, draw.random() < VARIED)
        yield from draw.choice(stock).samples(draw)


class _View:
    """One camera in one shop, with a crowd to draw from."""

    def __init__(self, draw: Random, varied: bool) -> None:
        plan = _changed(CORNER_SHOP, draw) if varied else CORNER_SHOP
        mount = _moved(plan.mounts[0], draw) if varied else plan.mounts[0]
        self._big = Scene(plan, Optics(mount, 640, 360), draw.randrange(1 << 30))
        self._small = Scene(plan, Optics(mount, WIDTH, HEIGHT), 1)
        busy = Demand(visits=(draw.uniform(40, 500),) * 24, passers=(draw.uniform(50, 500),) * 24)
        self._store = Store(seed=draw.randrange(1 << 30), hours=0.25, plan=plan, demand=busy)

    def samples(self, draw: Random) -> Iterator[Sample]:
        """One moment as it is and mirrored, each in a light of its own: to draw it costs the most."""
        at = draw.uniform(30, 900)
        people = self._store.present(at)
        if draw.random() < 0.5:
            people = _crowd(self._big.plan, draw, at)
        painted = self._big.paint(people, at)
        labels = tuple(
            label for figure, seen in self._small.masks(people, at) if (label := _label(figure, seen)) is not None
        )
        yield Sample(_developed(painted, draw), labels)
        mirrored = tuple(Label(_mirror(one.person), _mirror(one.head), one.sure) for one in labels)
        yield Sample(np.ascontiguousarray(_developed(painted, draw)[:, ::-1]), mirrored)


def _label(figure: Figure, seen: float) -> Label | None:
    left, top, right, bottom = figure.box
    inside = max(min(right, WIDTH) - max(left, 0), 0) * max(min(bottom, HEIGHT) - max(top, 0), 0)
    share = inside / ((right - left) * (bottom - top))
    if seen < HIDDEN or share < 0.15:
        return None
    return Label(_cut(figure.box), _cut(figure.head), seen >= VISIBLE and share >= 0.4)


def _cut(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    return min(max(left, 0), WIDTH), min(max(top, 0), HEIGHT), min(max(right, 0), WIDTH), min(max(bottom, 0), HEIGHT)


def _mirror(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    return WIDTH - box[2], box[1], WIDTH - box[0], box[3]


def _developed(picture: Canvas, draw: Random) -> Canvas:
    """Light, colour cast, chroma halved as in YUV420, noise, and the model's size."""
    planes = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420)
    rgb = cv2.cvtColor(planes, cv2.COLOR_YUV2RGB_I420)
    method = draw.choice((cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_NEAREST))
    small = cv2.resize(rgb, (WIDTH, HEIGHT), interpolation=method).astype(np.float32)
    gains = np.array([draw.uniform(0.93, 1.07) for _ in range(3)], np.float32) * draw.uniform(0.55, 1.25)
    noise = np.random.default_rng(draw.randrange(1 << 30)).standard_normal(small.shape[:2], np.float32)
    small = small * gains + draw.uniform(-12, 12) + noise[..., None] * draw.uniform(0, 5)
    if draw.random() < 0.15:
        small = cv2.GaussianBlur(small, (3, 3), 0)
    out: NDArray[np.uint8] = np.clip(small, 0, 255).astype(np.uint8)
    return out


def _crowd(plan: Plan, draw: Random, at: float) -> list[Person]:
    """People anywhere on the floor or the street; half of them with somebody so near that one hides the other."""
    people: list[Person] = []
    for _ in range(draw.randrange(0, 12)):
        ground = plan.street if draw.random() < 0.3 else Rectangle(0.3, -1.5, 9.7, 4.2)
        here = draw.uniform(ground.left, ground.right), draw.uniform(ground.near, ground.far)
        people.append(_walker(draw, at, len(people), here))
        if draw.random() < 0.5:
            near = here[0] + draw.uniform(-0.6, 0.6), here[1] + draw.uniform(-0.9, 0.9)
            people.append(_walker(draw, at, len(people), near))
    return people


def _walker(draw: Random, at: float, number: int, here: tuple[float, float]) -> Person:
    """Somebody who stands there or walks any way; one in three is a child."""
    there = here[0] + draw.uniform(-3, 3), here[1] + draw.uniform(-3, 3)
    walk = Walk.through([(at - draw.uniform(0.1, 3), here), (at + 3, there if draw.random() < 0.7 else here)])
    look = Chance(f"{draw.random()}").look(Role.PASSER)
    if draw.random() < CHILDREN:
        look = replace(look, height=draw.uniform(0.9, 1.45))
    return Person(number, Role.PASSER, number, look, walk)


def _moved(mount: Mount, draw: Random) -> Mount:
    x, y, z = mount.position
    aim = mount.aim[0] + draw.uniform(-0.8, 0.8), mount.aim[1] + draw.uniform(-0.8, 0.8)
    place = (x + draw.uniform(-1.5, 1.5), y + draw.uniform(-0.4, 0.6), z + draw.uniform(-0.9, 0.6))
    return replace(mount, position=place, aim=aim, field_degrees=mount.field_degrees + draw.uniform(-14, 6))


def _changed(plan: Plan, draw: Random) -> Plan:
    """The shop with other furniture colours, heights and small moves."""

    def other(fixture: Fixture) -> Fixture:
        colour = (draw.randrange(30, 220), draw.randrange(30, 220), draw.randrange(30, 220))
        if fixture.height > 2.5:
            return replace(fixture, colour=colour)
        along, across, floor = draw.uniform(-0.3, 0.3), draw.uniform(-0.3, 0.3), fixture.floor
        moved = Rectangle(floor.left + along, floor.near + across, floor.right + along, floor.far + across)
        return replace(fixture, floor=moved, colour=colour, height=fixture.height * draw.uniform(0.8, 1.15))

    return replace(plan, fixtures=tuple(other(one) for one in plan.fixtures if draw.random() < 0.9))
