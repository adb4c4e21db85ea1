"""The floor plan: where things stand in the simulated store, in metres; it refuses to move anything.

x runs along the facade, y from the street (negative) into the store, z up. The facade is y = 0.
"""

from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """An upright rectangle of floor, metres."""

    left: float
    near: float
    right: float
    far: float

    def contains(self, at: Point) -> bool:
        return self.left <= at[0] <= self.right and self.near <= at[1] <= self.far

    def grown(self, margin: float) -> "Rectangle":
        """The same rectangle with `margin` metres more on each side."""
        return Rectangle(self.left - margin, self.near - margin, self.right + margin, self.far + margin)

    @property
    def corners(self) -> tuple[Point, Point, Point, Point]:
        return (self.left, self.near), (self.right, self.near), (self.right, self.far), (self.left, self.far)

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.far - self.near)


@dataclass(frozen=True, slots=True)
class Fixture:
    """Something that stands on the floor, `height` metres high, and hides what is behind it."""

    name: str
    floor: Rectangle
    height: float
    colour: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class FloorLine:
    """A line on the floor. Who crosses from the left of a-to-b to its right, seen from above, goes `in`."""

    name: str
    a: Point
    b: Point


@dataclass(frozen=True, slots=True)
class FloorZone:
    """A named part of the floor."""

    name: str
    floor: Rectangle


@dataclass(frozen=True, slots=True)
class Door:
    """An opening in the facade: people pass between x `left` and `right`, and keep to the right of a wide one."""

    name: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Counter:
    """Where one customer is served: the customer stands at `customer`, the member of staff at `staff`."""

    name: str
    customer: Point
    staff: Point

    @property
    def place(self) -> Rectangle:
        """Where the customer stands who is being served."""
        x, y = self.customer
        return Rectangle(x, y, x, y).grown(0.45)

    @property
    def both(self) -> Rectangle:
        """The place of the customer and that of who serves."""
        behind = Rectangle(*self.staff, *self.staff).grown(0.45)
        return Rectangle(self.place.left, self.place.near, behind.right, behind.far)


@dataclass(frozen=True, slots=True)
class Mount:
    """How a camera hangs: position, the floor point in the middle of its picture, horizontal field of view."""

    name: str
    position: tuple[float, float, float]
    aim: Point
    field_degrees: float


@dataclass(frozen=True, slots=True)
class Plan:
    """One store. `walls` stop people but are not seen (glass, or outside every picture)."""

    floor: Rectangle
    street: Rectangle
    window: Rectangle
    backroom: Point
    entrance: Door
    exit: Door
    fixtures: tuple[Fixture, ...]
    walls: tuple[Rectangle, ...]
    shelves: tuple[FloorZone, ...]
    counters: tuple[Counter, ...]
    staffed: Rectangle
    queue: tuple[Point, ...]
    queue_zone: FloorZone
    lines: tuple[FloorLine, ...]
    mounts: tuple[Mount, ...]

    @property
    def till(self) -> Point:
        """Between the places of staff at the counters."""
        xs, ys = zip(*(counter.staff for counter in self.counters), strict=True)
        return sum(xs) / len(xs), sum(ys) / len(ys)

    @property
    def zones(self) -> tuple[FloorZone, ...]:
        """Everything that has a name on the floor: the shop window outside, the shelves, the queue."""
        return (FloorZone("window", self.window), *self.shelves, self.queue_zone)

    def mount(self, name: str) -> Mount:
        """The camera mount of that name, or the first one."""
        return next((mount for mount in self.mounts if mount.name == name), self.mounts[0])


CORNER_SHOP = Plan(
    floor=Rectangle(0.0, 0.0, 10.0, 6.0),
    street=Rectangle(-5.0, -3.2, 15.0, -0.7),
    window=Rectangle(0.4, -1.3, 3.7, -0.25),
    backroom=(5.0, 5.7),
    entrance=Door("door", 3.9, 6.5),
    exit=Door("exit", 7.6, 9.0),
    fixtures=(
        Fixture("gondola", Rectangle(1.7, 1.5, 2.4, 3.3), 1.25, (92, 118, 142)),
        Fixture("wall shelf", Rectangle(0.0, 1.0, 0.4, 3.8), 1.9, (84, 104, 124)),
        Fixture("table", Rectangle(5.6, 1.5, 6.4, 2.3), 0.8, (70, 96, 150)),
        Fixture("counter 2", Rectangle(8.4, 1.3, 8.9, 2.1), 0.95, (128, 128, 120)),
        Fixture("counter 1", Rectangle(8.4, 2.5, 8.9, 3.3), 0.95, (128, 128, 120)),
        Fixture("pillar", Rectangle(9.15, -0.12, 9.4, 0.12), 3.0, (176, 180, 182)),
        Fixture("left wall", Rectangle(-0.15, 0.0, 0.0, 6.0), 3.0, (196, 204, 206)),
        Fixture("right wall", Rectangle(10.0, 0.0, 10.15, 6.0), 3.0, (190, 196, 200)),
    ),
    walls=(
        Rectangle(-0.3, -0.06, 3.9, 0.06),
        Rectangle(6.5, -0.06, 7.6, 0.06),
        Rectangle(9.0, -0.06, 10.3, 0.06),
    ),
    shelves=(
        FloorZone("tea", Rectangle(0.5, 1.4, 1.6, 3.4)),
        FloorZone("coffee", Rectangle(2.5, 1.4, 3.5, 3.4)),
        FloorZone("wine", Rectangle(4.6, 1.3, 5.5, 2.5)),
    ),
    counters=(Counter("till 1", (7.95, 2.9), (9.25, 2.9)), Counter("till 2", (7.95, 1.7), (9.25, 1.7))),
    staffed=Rectangle(8.9, 1.2, 10.0, 3.4),
    queue=tuple((7.0 - 0.65 * place, 3.5) for place in range(6)),
    queue_zone=FloorZone("queue", Rectangle(3.4, 3.1, 7.4, 3.95)),
    lines=(
        FloorLine("door", (6.7, 0.5), (3.7, 0.5)),
        FloorLine("exit", (9.1, 0.5), (7.5, 0.5)),
        FloorLine("street", (7.0, -4.4), (7.0, -0.3)),
        FloorLine("pavement", (7.0, -2.0), (7.0, -0.3)),
    ),
    mounts=(
        Mount("floor", (5.0, 6.0, 4.0), (5.0, 0.55), 95.0),
        Mount("display", (2.05, 1.2, 2.6), (2.05, -2.0), 75.0),
    ),
)
