"""Rendered walkers for the trackers: who walks where is known, and what a detector makes of it is drawn at random."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from inference.boxes import Boxes

WIDTH, HEIGHT = 640, 360
TALL, WIDE = 100.0, 40.0
LINE = 180.0
"""The counting line is the horizontal through the middle of the picture, pixels."""

_RECALL, _JITTER, _OCCLUDED = 0.9, 2.5, 0.5


@dataclass(frozen=True, slots=True)
class Walker:
    """One person: pixels of the foot by time. `turns` goes back before the line, `lingers` stands on it meanwhile."""

    begin: float
    x: float
    drift: float
    speed: float
    down: bool
    turns: bool
    lingers: float

    def foot(self, at: float) -> tuple[float, float] | None:
        """Where the foot is at that time; None before and after the walk."""
        age = at - self.begin
        if age < 0:
            return None
        stop = (LINE - 20.0) / self.speed
        if self.turns:
            walked = age * self.speed if age < stop else 2 * stop * self.speed - age * self.speed
        else:
            reach = LINE / self.speed
            walked = age * self.speed if age < reach else max(LINE, (age - self.lingers) * self.speed)
        if walked < 0 or walked > HEIGHT + TALL:
            return None
        return self.x + self.drift * age, walked if self.down else HEIGHT - walked

    @property
    def crosses(self) -> bool:
        return not self.turns


def walkers(seed: int, seconds: float, a_minute: float, *, turning: float, lingering: float) -> list[Walker]:
    """A stream of people through the picture, both ways."""
    random = np.random.default_rng(seed)
    at = 0.0
    out = []
    while (at := at + random.exponential(60 / a_minute)) < seconds - 15:
        turns = bool(random.random() < turning)
        stays = float(random.uniform(1, 4)) if not turns and random.random() < lingering else 0.0
        x, drift, speed = random.uniform(80, 560), random.normal(0, 8), random.uniform(60, 130)
        out.append(Walker(at, float(x), float(drift), float(speed), bool(random.random() < 0.5), turns, stays))
    return out


def pictures(people: list[Walker], seed: int, seconds: float, fps: float) -> Iterator[tuple[float, Boxes]]:
    """Time and detections of every picture: jitter, misses, more of them behind others, and now and then clutter."""
    random = np.random.default_rng(seed + 1)
    for n in range(int(seconds * fps)):
        at = n / fps
        feet = [foot for walker in people if (foot := walker.foot(at)) is not None]
        feet.sort(key=lambda foot: -foot[1])
        rows: list[tuple[float, float, float, float, float]] = []
        for index, (x, y) in enumerate(feet):
            hidden = any(abs(x - other) < WIDE / 2 and abs(y - low) < TALL / 3 for other, low in feet[:index])
            if random.random() > (_OCCLUDED if hidden else _RECALL):
                continue
            dx, dy, dw, dh = random.normal(0, _JITTER, 4)
            left, top = x - WIDE / 2 + dx, y - TALL + dy
            score = float(np.clip(random.normal(0.72, 0.1), 0.26, 0.95))
            rows.append((left, top, left + WIDE + dw, top + TALL + dh, score))
        if random.random() < 0.02:
            x, y = random.uniform(0, WIDTH - WIDE), random.uniform(0, HEIGHT - TALL)
            rows.append((x, y, x + WIDE, y + TALL, 0.5))
        boxes = np.array(rows, np.float32).reshape(-1, 5)
        boxes[:, 0:4:2] = np.clip(boxes[:, 0:4:2], 0, WIDTH)
        boxes[:, 1:4:2] = np.clip(boxes[:, 1:4:2], 0, HEIGHT)
        boxes = boxes[(boxes[:, 3] - boxes[:, 1] > 12) & (boxes[:, 2] - boxes[:, 0] > 5)]
        yield at, boxes


def relative(boxes: Boxes) -> Boxes:
    """Pixels as the product's relative boxes."""
    return np.asarray(boxes / np.array([WIDTH, HEIGHT, WIDTH, HEIGHT, 1], np.float32), np.float32)
