"""The picture of the store for one camera: floor and fixtures painted once, people in order of depth each time."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from simulation.figure import Canvas, Figure, paint, shade, stand
from simulation.optics import Optics
from simulation.people import Person
from simulation.plan import Fixture, Plan, Point
from simulation.walk import clip

_TOP_SCALE = 48.0
_MARGIN = 8.0


@dataclass(frozen=True)
class _Hider:
    """A fixture as pixels: `patch` where `mask` is set, to be laid over whoever stands behind it."""

    fixture: Fixture
    patch: Canvas
    mask: Canvas


@dataclass
class Scene:
    """One camera's view of `plan`; `seed` draws the textures. `paint` gives BGR pictures (height, width, 3)."""

    plan: Plan
    optics: Optics
    seed: int = 1
    background: Canvas = field(init=False)
    _hiders: list[_Hider] = field(init=False)

    def __post_init__(self) -> None:
        draw = np.random.default_rng(self.seed)
        self.background = self._floor(draw)
        self._hiders = [self._hider(fixture, draw) for fixture in self._farthest_first()]
        for hider in self._hiders:
            cv2.copyTo(hider.patch, hider.mask, self.background)

    def paint(self, people: list[Person], at: float) -> Canvas:
        """The store at `at` with `people` in it."""
        picture = self.background.copy()
        figures = stand(people, at, self.optics)
        for draw in (shade, paint):
            for figure in figures:
                draw(picture, figure)
                self._hide(picture, figure, at)
        return picture

    def masks(self, people: list[Person], at: float) -> list[tuple[Figure, float]]:
        """Every figure in or partly in the picture with the share (0..1) of it that can be seen; for training."""
        figures = stand(people, at, self.optics)
        numbers = np.zeros(self.background.shape, np.uint8)
        areas = []
        for number, figure in enumerate(figures, 1):
            paint(numbers, figure, number)
            whole = np.zeros(self.background.shape, np.uint8)
            paint(whole, figure, 1)
            areas.append(max(int(whole[..., 0].sum()), 1))
            self._hide(numbers, figure, at, blank=True)
        seen = np.bincount(numbers[..., 0].ravel(), minlength=len(figures) + 1)
        return [(figure, float(seen[n]) / areas[n - 1]) for n, figure in enumerate(figures, 1)]

    def _hide(self, picture: Canvas, figure: Figure, at: float, blank: bool = False) -> None:
        left, top, right, bottom = (round(side) for side in figure.box)
        spill = round(0.45 * figure.scale)
        rows = slice(max(top - spill, 0), max(bottom + spill, 0))
        columns = slice(max(left - spill, 0), max(right + spill, 0))
        camera = self.optics.mount.position[0], self.optics.mount.position[1]
        for hider in self._hiders:
            if clip(camera, figure.person.walk.place(at), hider.fixture.floor) is None:
                continue
            mask, part = hider.mask[rows, columns], picture[rows, columns]
            if mask.size and blank:
                part[mask > 0] = 0
            elif mask.size:
                cv2.copyTo(hider.patch[rows, columns], mask, part)

    def _farthest_first(self) -> list[Fixture]:
        x, y, _ = self.optics.mount.position

        def away(fixture: Fixture) -> float:
            floor = fixture.floor
            nearest = min(max(x, floor.left), floor.right), min(max(y, floor.near), floor.far)
            return (nearest[0] - x) ** 2 + (nearest[1] - y) ** 2

        return sorted(self.plan.fixtures, key=away, reverse=True)

    def _floor(self, draw: np.random.Generator) -> Canvas:
        """Tiles inside, asphalt outside, and a sky-coloured horizon, through the homography."""
        floor = self.plan.floor
        origin = floor.left - _MARGIN, floor.near - _MARGIN
        size = (
            int((floor.right - floor.left + 2 * _MARGIN) * _TOP_SCALE),
            int((floor.far - floor.near + _MARGIN) * _TOP_SCALE),
        )
        top = np.empty((size[1], size[0], 3), np.uint8)
        top[:] = draw.integers(88, 112, 3)
        inside_from, left = int(-origin[1] * _TOP_SCALE), int(-origin[0] * _TOP_SCALE)
        tile, width = int(0.5 * _TOP_SCALE), int((floor.right - floor.left) * _TOP_SCALE)
        base = draw.integers(130, 200, 3)
        for y in range(inside_from, size[1], tile):
            for x in range(left, left + width, tile):
                shade_of = base + draw.integers(-9, 10)
                top[y : y + tile - 1, x : x + tile - 1] = np.clip(shade_of, 0, 255)
        cv2.add(top, draw.normal(0, 5, top.shape).astype(np.int8), dst=top, dtype=cv2.CV_8U)
        picture = np.empty((self.optics.height, self.optics.width, 3), np.uint8)
        picture[:] = draw.integers(150, 220, 3)
        cv2.warpPerspective(
            top,
            self.optics.homography(_TOP_SCALE, origin),
            (self.optics.width, self.optics.height),
            dst=picture,
            borderMode=cv2.BORDER_TRANSPARENT,
            flags=cv2.INTER_LINEAR,
        )
        return np.ascontiguousarray(cv2.GaussianBlur(picture, (3, 3), 0))

    def _hider(self, fixture: Fixture, draw: np.random.Generator) -> _Hider:
        """The fixture's visible faces, shaded, with goods on them."""
        patch, mask = np.zeros(self.background.shape, np.uint8), np.zeros(self.background.shape[:2], np.uint8)
        camera = self.optics.mount.position
        corners = fixture.floor.corners
        colour = np.array(fixture.colour)
        for edge, (a, b) in enumerate(zip(corners, corners[1:] + corners[:1], strict=True)):
            outward = (b[1] - a[1], a[0] - b[0])
            if outward[0] * (camera[0] - a[0]) + outward[1] * (camera[1] - a[1]) > 0:
                light = colour * (0.75 if edge % 2 else 0.9)
                _face(patch, mask, self.optics, _wall(a, b, 0.0, fixture.height), light)
                self._goods(patch, mask, fixture, (a, b), draw)
        if camera[2] > fixture.height:
            _face(patch, mask, self.optics, [(*at, fixture.height) for at in corners], colour * 1.15)
        return _Hider(fixture, patch, mask)

    def _goods(
        self, patch: Canvas, mask: Canvas, fixture: Fixture, edge: tuple[Point, Point], draw: np.random.Generator
    ) -> None:
        (ax, ay), (bx, by) = edge
        length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
        columns = int(length / 0.2)
        if fixture.height > 2.5 or columns < 3:
            return
        for row in np.arange(0.15, fixture.height - 0.25, 0.4):
            for column in range(columns):
                if draw.random() < 0.25:
                    continue
                low, high = (column + 0.1) / columns, (column + 0.9) / columns
                a, b = (ax + (bx - ax) * low, ay + (by - ay) * low), (ax + (bx - ax) * high, ay + (by - ay) * high)
                _face(
                    patch, mask, self.optics, _wall(a, b, row, row + draw.uniform(0.15, 0.3)), draw.integers(30, 230, 3)
                )


def _wall(a: Point, b: Point, low: float, high: float) -> list[tuple[float, float, float]]:
    return [(*a, low), (*b, low), (*b, high), (*a, high)]


def _face(
    patch: Canvas, mask: Canvas, optics: Optics, points: list[tuple[float, float, float]], colour: object
) -> None:
    pixels, depths = optics.project(np.array(points))
    if (depths < 0.1).any():
        return
    corners = np.rint(np.clip(pixels, -4000, 4000)).astype(np.int32)
    cv2.fillConvexPoly(patch, corners, np.clip(np.asarray(colour), 0, 255).tolist())
    cv2.fillConvexPoly(mask, corners, 255)
