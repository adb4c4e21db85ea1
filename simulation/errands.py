"""What each group does, from the street and back to it, as walks; it refuses to decide anything without a draw."""

from dataclasses import dataclass, field, replace
from math import dist
from random import Random

from simulation.demand import Chance, Demand
from simulation.paths import Paths
from simulation.people import Gaze, Person, Role, Service
from simulation.plan import Door, Plan, Point, Rectangle
from simulation.tills import Tills
from simulation.walk import Walk

ABREAST = 0.75
"""Metres between two who walk side by side."""
ELBOWS = 0.35
"""Metres that somebody keeps from a door's edge, and from the other lane."""
MIDDLE = -2.0
"""The middle of the street, y in metres."""
APART = 0.7
"""Metres that people leave between them where they stand, if there is room."""
CROWDED = 0.5
"""Who would have to stand nearer than that does not stop."""
_TRIES = 24
_WALL = 2.5
"""Metres from which a fixture is no furniture."""


@dataclass
class Route:
    """A walk in the making: goes where it is told at `pace`, round what stands in the way, and waits."""

    paths: Paths
    pace: float
    at: float
    place: Point
    knots: list[tuple[float, Point]] = field(default_factory=list)
    gazes: list[Gaze] = field(default_factory=list)
    berth: float = 0.0

    def __post_init__(self) -> None:
        self.knots.append((self.at, self.place))

    def go(self, target: Point, around: bool = True) -> "Route":
        for corner in self.paths.way(self.place, target, self.berth) if around else [target]:
            metres = ((corner[0] - self.place[0]) ** 2 + (corner[1] - self.place[1]) ** 2) ** 0.5
            self.at += max(metres / self.pace, 0.05)
            self.place = corner
            self.knots.append((self.at, corner))
        return self

    def stay(self, seconds: float) -> "Route":
        self.at += seconds
        self.knots.append((self.at, self.place))
        return self

    def look(self, place: Point, seconds: float, draw: Random) -> "Route":
        """Stay for `seconds`, most of them turned to `place` and the others as one came."""
        at, until = self.at + draw.uniform(0.2, 1.5), self.at + seconds
        while at < until:
            away = min(at + draw.uniform(2.0, 8.0), until)
            self.gazes.append(Gaze(at, away, place))
            at = away + draw.uniform(1.0, 4.0)
        return self.stay(seconds)

    def done(self) -> Walk:
        return Walk.through(self.knots)


@dataclass
class Errands:
    """Makes the people of `plan`; `tills` must be asked in the order in which customers reach the queue."""

    plan: Plan
    demand: Demand
    paths: Paths
    tills: Tills
    _standing: dict[Rectangle, list[tuple[float, float, Point]]] = field(default_factory=dict, repr=False)

    def passers(self, chance: Chance, at: float, number: int) -> list[Person]:
        """A group that walks by, and perhaps stops at the shop window."""
        size, pace = chance.size(self.demand), chance.pace(Role.PASSER)
        side = chance.random.random() < 0.5
        lane = chance.random.uniform(self.plan.street.near + 0.3, self.plan.street.far - 0.4)
        stops = chance.random.random() < self.demand.passer_window
        stay = chance.stay(12, 0.6, 4, 60)
        people = []
        for place in range(size):
            beside = lane + (ABREAST if lane < MIDDLE else -ABREAST) * (place % 2)
            start, end = self._street(side, beside), self._street(not side, beside)
            route = Route(self.paths, pace, at + chance.lag(place), start, berth=chance.berth())
            if stops:
                self._stand(route, self.plan.window, chance, (place, size), stay)
            people.append(self._person(chance, Role.PASSER, number, place, route.go(end, around=False)))
        return people

    def turners(self, chance: Chance, at: float, number: int) -> list[Person]:
        """Somebody who turns round at the door: in front of the line, or a step behind it after a look round."""
        route = self._approach(chance, at)
        door, deep = self.plan.entrance, chance.random.random() < 0.5
        x = (door.left + 3 * door.right) / 4 + chance.random.uniform(-0.3, 0.3)
        route.go((x, -0.6)).go((x, chance.random.uniform(1.05, 1.2) if deep else chance.random.uniform(-0.4, -0.1)))
        route.stay(chance.stay(3, 0.4, 1, 8))
        if deep:
            self._through(route, door, False, chance, (0, 1))
        self._away(route, chance)
        return [self._person(chance, Role.CUSTOMER if deep else Role.PASSER, number, 0, route)]

    def visitors(self, chance: Chance, at: float, number: int) -> "Visit":
        """A group inside the store, as far as the moment at which its first member would queue."""
        size, pace = chance.size(self.demand), chance.pace(Role.CUSTOMER)
        looks = chance.random.random() < self.demand.window
        look_stay = chance.stay(12, 0.6, 4, 60)
        shelves = chance.random.sample(self.plan.shelves, chance.random.randint(1, len(self.plan.shelves)))
        stays = [chance.stay(35, 0.7, 6, 240) for _ in shelves]
        approach = self._approach(chance, at)
        routes = []
        for place in range(size):
            beside = approach.place[0], approach.place[1] + ABREAST * (place % 2)
            route = Route(self.paths, pace, at + chance.lag(place), beside, berth=chance.berth())
            if looks:
                self._stand(route, self.plan.window, chance, (place, size), look_stay)
            self._through(route, self.plan.entrance, True, chance, (place, size))
            for shelf, stay in zip(shelves, stays, strict=True):
                self._stand(route, shelf.floor, chance, (place, size), stay)
            routes.append(route)
        return Visit(self, chance, number, routes, chance.random.random() < self.demand.buys)

    def staff(self, chance: Chance, counter: int, at: float, until: float, number: int) -> Person:
        """One shift at a counter, with a round to the back room now and then."""
        post = self.plan.counters[counter].staff
        route = Route(self.paths, chance.pace(Role.STAFF), at, self.plan.backroom).go(post)
        while route.at < until - 900:
            route.stay(chance.stay(2700, 0.4, 900, 5400))
            if route.at < until - 900:
                route.go(self.plan.backroom).stay(chance.stay(240, 0.5, 60, 900)).go(post)
        route.stay(max(until - route.at, 1.0)).go(self.plan.backroom)
        return self._person(chance, Role.STAFF, number, 0, route)

    def _approach(self, chance: Chance, at: float) -> Route:
        side = chance.random.random() < 0.5
        lane = chance.random.uniform(self.plan.street.near + 0.5, self.plan.street.far - 0.3)
        return Route(self.paths, chance.pace(Role.CUSTOMER), at, self._street(side, lane), berth=chance.berth())

    def _leave(self, route: Route, chance: Chance, door: Door, place: int, size: int) -> None:
        self._through(route, door, False, chance, (place, size))
        self._away(route, chance)

    def _away(self, route: Route, chance: Chance) -> None:
        lane = chance.random.uniform(self.plan.street.near + 0.5, self.plan.street.far - 0.3)
        route.go(self._street(chance.random.random() < 0.5, lane))

    def _street(self, right: bool, lane: float) -> Point:
        return self.plan.street.right if right else self.plan.street.left, lane

    def _through(self, route: Route, door: Door, inwards: bool, chance: Chance, of: tuple[int, int]) -> Route:
        """Across the facade, in front of it and behind it; groups two abreast, the next two in the gaps. A wide door
        has a lane for each way; where in it somebody walks is his own affair."""
        place, size = of
        wide = door.right - door.left > 2
        half = (door.right - door.left) / 4 if wide else 0.0
        pair = min(size, 2) - 1
        room = max((door.right - door.left) / (4 if wide else 2) - ELBOWS - pair * ABREAST / 2, 0.0)
        x = (door.left + door.right) / 2 + (half if inwards else -half)
        x += (place % 2 - pair / 2) * ABREAST + Random(f"{chance.seed}/{door.name}").uniform(-room, room)
        x += (-ABREAST if inwards else ABREAST) / 2 * (place // 2)
        row = 0.9 * (place // 2)
        ends = [(x, -0.6 - row), (x, 0.9)]
        for end in ends if inwards else reversed(ends):
            route.go(end)
        return route

    def _stand(self, route: Route, floor: Rectangle, chance: Chance, of: tuple[int, int], stay: float) -> None:
        """Go to a spot in `floor` that nobody has taken meanwhile and stay there; who finds no room passes on."""
        others = self._standing.setdefault(floor, [])
        until = route.at + 1.5 * dist(route.place, floor.corners[0]) / route.pace + stay
        near = [spot for enter, leave, spot in others if enter < until and leave > route.at]
        spots = self._spots(floor, chance, of)
        room = [min((dist(spot, other) for other in near), default=APART) for spot in spots]
        if max(room) < CROWDED:
            return
        spot = next((one for one, free in zip(spots, room, strict=True) if free >= APART), spots[room.index(max(room))])
        route.go(spot, around=floor is not self.plan.window)
        others.append((route.at, route.at + stay, spot))
        route.look(self._shown(floor, spot), stay, Random(f"{chance.seed}/{floor.left}/{of[0]}/looks"))

    def _shown(self, floor: Rectangle, spot: Point) -> Point:
        """What somebody at `spot` looks at: the pane of the shop window, or the nearest furniture."""
        x, y = spot
        if floor is self.plan.window:
            return x, 0.0
        goods = [one.floor for one in self.plan.fixtures if one.height < _WALL]
        near = [(min(max(x, one.left), one.right), min(max(y, one.near), one.far)) for one in goods]
        return min(near, key=lambda place: dist(place, spot))

    def _spots(self, floor: Rectangle, chance: Chance, of: tuple[int, int]) -> list[Point]:
        """Where one would stand, and then anywhere else in `floor`."""
        draw = Random(f"{chance.seed}/{floor.left}/{of[0]}")
        inner = floor.grown(-0.1)
        other = [(draw.uniform(inner.left, inner.right), draw.uniform(inner.near, inner.far)) for _ in range(_TRIES)]
        return [self._within(floor, chance, *of), *(spot for spot in other if self.paths.free(spot))]

    def _within(self, floor: Rectangle, chance: Chance, place: int, size: int) -> Point:
        """A spot in `floor`, members of a group side by side along its longer edge."""
        share = (place + chance.random.uniform(0.3, 0.7)) / size
        other = chance.random.uniform(0.3, 0.7)
        wide, deep = floor.right - floor.left, floor.far - floor.near
        if wide > deep:
            return floor.left + share * wide, floor.near + other * deep
        return floor.left + other * wide, floor.near + share * deep

    def _person(
        self, chance: Chance, role: Role, number: int, place: int, route: Route, service: Service | None = None
    ) -> Person:
        look, child = chance.look(role), chance.child(self.demand, place)
        if child is not None:
            look = replace(look, height=child)
        return Person(number * 10 + place, role, number, look, route.done(), service, tuple(route.gazes))


@dataclass
class Visit:
    """A group that has finished looking round: the first member pays, the others go ahead and wait outside."""

    errands: Errands
    chance: Chance
    number: int
    routes: list[Route]
    buys: bool

    @property
    def ready(self) -> float:
        """When the first member sets out for the queue (or for the door)."""
        return self.routes[0].at

    def finish(self) -> list[Person]:
        """The whole group; to be called in the order of `ready`, for the queue is served in that order."""
        services: list[Service | None] = [None] * len(self.routes)
        plan, size = self.errands.plan, len(self.routes)
        if self.buys:
            services[0] = self._pay(self.routes[0])
        for place, route in enumerate(self.routes):
            service = services[place]
            bought = service is not None and service.served is not None
            door = plan.exit if bought else plan.entrance
            self.errands._leave(route, self.chance, door, 0 if bought else place, 1 if bought else size)
        return [
            self.errands._person(self.chance, Role.CUSTOMER, self.number, place, route, services[place])
            for place, route in enumerate(self.routes)
        ]

    def _pay(self, route: Route) -> Service:
        plan = self.errands.plan
        waiting = min(self.errands.tills.waiting(route.at + 3), len(plan.queue) - 1)
        route.go(plan.queue[waiting])
        service, places = self.errands.tills.join(route.at, self.chance.stay(60, 0.5, 15, 200), 1.5)
        route.knots += places[1:]
        if service.called is not None and service.served is not None:
            counter = next(one for one in plan.counters if one.name == service.counter)
            route.at, route.place = service.called, plan.queue[0]
            route.go(counter.customer).stay(max(service.served - route.at, 1.0))
        return service
