"""A box of the product's own parts on the simulated store, without its processes: days pass in seconds.

Cameras are spared their pixels: each passage of a line in the store is walked as a person in an invented picture. From
there on, and for radios from the bytes of their frames, everything is the daemon's own: tokens, metrics, joins,
windows, gate and reports.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from heapq import merge
from operator import itemgetter
from random import Random
from typing import TypeAlias

from analytics.planogram import Planogram
from analytics.window import Windows
from bench._senses import heard, read
from config import Config, parse
from daemon.assembly import sensors
from daemon.box import Box
from daemon.clock import BoxClock, Wall
from daemon.door import Door
from daemon.pipeline import BADGES
from daemon.reporter import Reporter
from daemon.vitals import Stage, Vitals
from daemon.wifi import hear
from drivers.wifi.codec import probe_request
from events import ClockState, Event, Report
from observations import Advertisement, BadgeSighting, Inventory, Percept, ProbeRequest, Receipt, Track
from observations import Box as Outline
from privacy.gate import Gate
from privacy.tokens import Preset, Tokeniser
from simulation.air import Air
from simulation.store import Store

MIDNIGHT = 1_764_547_200
"""2025-12-01: the local midnight at which clock second 0 is."""

STEP = 0.5
TICK = 2.0
ROUND_S = 5.0
"""Of the shelf reader, which is half of what a day costs."""
LANES = {"door": 0.15, "exit": 0.45, "street": 0.8}
"""Where each line of the store is in the invented picture, from left to right."""

BESIDE = -2.0
"""y of the store's street (m) beyond which a passer is out of the picture."""

CONFIG = """
[box]
timezone = "UTC"
[hours]
opens = "09:00"
closes = "21:00"
[cameras.floor]
device = "file:none.mp4"
[lines.door]
camera = "floor"
points = [[0.0, 0.5], [0.3, 0.5]]
[lines.exit]
camera = "floor"
points = [[0.3, 0.5], [0.6, 0.5]]
[lines.street]
camera = "floor"
points = [[0.6, 0.5], [1.0, 0.5]]
[areas.shop]
lines = ["door", "exit"]
[wifi.air]
device = "mon:none"
gate_dbm = -80
inside_dbm = -60
near_dbm = -50
taught_by = "shop"
passed_by = ["street"]
[tills.till]
device = "till-serial:/dev/none"
[sales.shop]
tills = ["till"]
lines = ["door", "exit"]
[audits.shop]
area = "shop"
radio = "air"
tills = ["till"]
"""

Moment: TypeAlias = tuple[float, int, object]


class Paused(BoxClock):
    """A clock that stands where the harness puts it."""

    def __init__(self) -> None:
        super().__init__("UTC")
        self.at = self.origin = 0.0

    def now(self) -> float:
        return self.at

    def wall(self, at: float) -> Wall:
        return Wall(MIDNIGHT + at, 0, ClockState.SYNCED)


@dataclass
class Fault:
    """Which share of what happens the camera, the radio and the till notice from clock second `since` on."""

    since: float = float("inf")
    camera: float = 1.0
    radio: float = 1.0
    till: float = 1.0

    def misses(self, sensor: str, at: float, dice: Random) -> bool:
        """Whether this one goes unnoticed."""
        return at >= self.since and dice.random() >= getattr(self, sensor)


@dataclass
class StoreBox:
    """One box through days of one store. `said` is everything that it said, in order."""

    config: Config = field(default_factory=lambda: parse(CONFIG))
    preset: Preset = Preset.STRICT
    plan: Planogram = field(default_factory=lambda: Planogram(()))
    said: list[Event] = field(default_factory=list)
    box: Box = field(init=False)
    clock: Paused = field(default_factory=Paused)

    def __post_init__(self) -> None:
        gates = {name: radio.gate_dbm for name, radio in self.config.wifi.items()}
        gate, tokeniser, vitals = Gate(), Tokeniser(self.preset, gate_dbm=gates, skus=self.plan.skus), list[Vitals]()
        reporter = Reporter(Windows(300), gate, self.clock, vitals, lambda: tokeniser.epoch)
        reporter.say = self.said.append
        thread = ThreadPoolExecutor(1)
        self.box = Box(
            self.config,
            self.clock,
            gate,
            tokeniser,
            reporter,
            thread,
            vitals,
            self.plan,
            Door(self.config, self.clock),
        )
        sensors(self.box)
        for one in vitals:
            one.enter(Stage.RUNNING, 0.0)

    @property
    def reports(self) -> list[Report]:
        """The closed windows."""
        return [event for event in self.said if isinstance(event, Report)]

    def live(self, store: Store, fault: Fault | None = None) -> None:
        """Let the hours of `store` pass, and the night after them."""
        fault = fault or Fault()
        every = [_seen(store, fault), _heard(store, fault), _sold(store, fault)]
        if self.config.ble:
            every.append((advert.at, 4, advert) for advert in heard(store))
        if self.config.readers:
            every.append((inventory.at, 5, inventory) for inventory in read(store, ROUND_S))
        self.sense(store, every, TICK)

    def sense(self, store: Store, every: Iterable[Iterator[Moment]], tick: float) -> None:
        """Let the hours of `store` pass with what its sensors say, and the night after them."""
        begin, end = store.origin, store.origin + store.hours * 3600
        for at, _, what in merge(self._ticks(begin, end, tick), *every, key=itemgetter(0, 1)):
            if begin <= at < end:
                self.clock.at = at
                self._notice(at, what)
        self.box.reporter.tick(end + 1800)

    def _notice(self, at: float, what: object) -> None:
        reporter = self.box.reporter
        match what:
            case ProbeRequest():
                hear(self.box, self._vitals(what.sensor), what)
            case Percept():
                reporter.see(what.camera, at, what)
            case Receipt():
                reporter.see(f"till {what.till}", at, what)
            case Advertisement():
                self._hear(what)
            case Inventory():
                reporter.see(f"reader {what.reader}", at, self.box.tokeniser.tokenise(what))
            case _:
                reporter.tick(at)
                for vitals in self.box.sensors:
                    vitals.live(at)

    def _hear(self, advert: Advertisement) -> None:
        sighting = self.box.tokeniser.tokenise(advert)
        if isinstance(sighting, BadgeSighting):
            self.box.reporter.see(BADGES, advert.at, sighting)
        elif sighting is not None:
            self.box.reporter.see(f"ble {advert.sensor}", advert.at, sighting)

    def _vitals(self, name: str) -> Vitals:
        return next(one for one in self.box.sensors if one.name == name)

    @staticmethod
    def _ticks(begin: float, end: float, tick: float) -> Iterator[Moment]:
        """The sensors' signs of life."""
        return ((begin + number * tick, 0, None) for number in range(int((end - begin) / tick)))


def passages(store: Store, line: str) -> Iterator[tuple[float, bool, bool]]:
    """When a line of the store's plan was passed, whether inwards, and whether in the picture."""
    floor = next(one for one in store.plan.lines if one.name == line)
    for person in store.people:
        for crossing in person.walk.crossings(floor):
            yield crossing.at, crossing.inwards, line != "street" or person.walk.place(crossing.at)[1] > BESIDE


def _seen(store: Store, fault: Fault) -> Iterator[Moment]:
    """Every passage in the picture as a person who walks through its line from edge to edge, in six pictures."""
    dice, number = Random(f"{store.seed}/picture"), 0
    pictures: dict[float, list[Track]] = defaultdict(list)
    ended: dict[float, list[int]] = defaultdict(list)
    for line, x in LANES.items():
        for at, inwards, shown in passages(store, line):
            if not shown or fault.misses("camera", at, dice):
                continue
            number += 1
            step = round(at / STEP)
            middle = x + dice.uniform(-0.1, 0.1)
            for place in range(6):
                foot = 0.21 + 0.158 * (5 - place if inwards else place)
                outline = Outline(middle - 0.02, foot - 0.2, middle + 0.02, foot)
                pictures[(step + place - 3) * STEP].append(Track(number, outline, 0.9, (step - 3) * STEP))
            ended[(step + 3) * STEP].append(number)
    for at in sorted(pictures.keys() | ended.keys()):
        yield at, 1, Percept(at, "floor", tuple(pictures[at]), tuple(ended[at]))


def _heard(store: Store, fault: Fault) -> Iterator[Moment]:
    dice = Random(f"{store.seed}/deaf")
    return (
        (request.at, 2, request) for request in requests(store, "air") if not fault.misses("radio", request.at, dice)
    )


def requests(store: Store, radio: str) -> Iterator[ProbeRequest]:
    """What the WiFi radio of this name makes of every frame that it hears."""
    for at, frame in Air(store).heard():
        request = probe_request(frame, at, radio)
        assert request is not None
        yield request


def _sold(store: Store, fault: Fault) -> Iterator[Moment]:
    dice = Random(f"{store.seed}/till")
    ends = [person.service.served for person in store.people if person.service is not None]
    for at in sorted(end for end in ends if end is not None):
        if not fault.misses("till", at, dice):
            yield at, 3, Receipt(at, "till", "sale")
