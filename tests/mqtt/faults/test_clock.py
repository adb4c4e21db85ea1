"""The clock is wrong in every way a box's clock can be, and a backend's day is right: from the picture to the database.

Simulated time, real code: lines, windows, delivery, outbox on disk, publisher, mosquitto, the example's consumer.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from daemon.clock import Wall
from daemon.delivery import Delivery
from events import ClockState
from mqtt.codec import Form
from mqtt.outbox import open_outbox
from mqtt.publisher import Publisher
from tests.daemon.test_reporter import Hands, Shop
from tests.mqtt.backend import Tally
from tests.mqtt.box import FAST, TOPICS, documents, until
from tests.mqtt.faults.conftest import Tell
from tests.mqtt.mosquitto import Mosquitto

pytest.importorskip("sqlalchemy", reason="the extra `backend` is not installed")
pytest.importorskip("matplotlib", reason="the extra `backend` is not installed")

from sqlalchemy import create_engine, text

from tests.mqtt.test_example_backend import example

pytestmark = [pytest.mark.broker, pytest.mark.timeout(300)]

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600


class Clock(Hands):
    """`true` is when the box boots; its wall clock is `off` seconds from the truth, `drift` more each second."""

    def __init__(self, true: datetime, state: ClockState, off: float, drift: float) -> None:
        super().__init__(true.timestamp(), state=state)
        self.off, self.drift, self.set_at = off, drift, 0.0

    def true(self, at: float) -> float:
        return self.epoch + at

    def wall(self, at: float) -> Wall:
        epoch = self.true(at) + self.off + self.drift * (self.at - self.set_at)
        offset = datetime.fromtimestamp(epoch, BERLIN).utcoffset() or timedelta()
        return Wall(epoch, int(offset.total_seconds()), self.state)

    def adjust(self, off: float, state: ClockState = ClockState.SYNCED) -> None:
        """Somebody sets the clock."""
        self.off, self.state, self.set_at = off, state, self.at


@dataclass(frozen=True)
class Scenario:
    """What the clock does: from boot, `then` at so many seconds; online from `online`; `right` that dates are."""

    name: str
    begins: datetime
    hours: int
    state: ClockState = ClockState.SYNCED
    off: float = 0.0
    drift: float = 0.0
    then: dict[float, tuple[float, ClockState]] = field(default_factory=dict)
    online: float = 0.0
    window: int = 300
    every: int = 300
    right: bool = True


def at(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


SYNCED, HOLDOVER, UNSYNCED = ClockState.SYNCED, ClockState.HOLDOVER, ClockState.UNSYNCED
NOON = at(2026, 11, 23, 9)
STEPS = {
    HOUR: 7200,
    2 * HOUR: 0,
    3 * HOUR: -7200,
    4 * HOUR: 0,
    5 * HOUR: 30,
    6 * HOUR: 0,
    7 * HOUR: -86400,
    8 * HOUR: 0,
}

SCENARIOS = [
    Scenario(
        "boots in 1970, set after 3 h", NOON, 6, UNSYNCED, -NOON.timestamp(), 0, {3 * HOUR: (0, SYNCED)}, 3 * HOUR
    ),
    Scenario("boots 5 h behind, set after 3 h", NOON, 12, HOLDOVER, -5 * HOUR, 0, {3 * HOUR: (0, SYNCED)}, 3 * HOUR),
    Scenario("steps both ways", NOON, 10, then={s: (off, SYNCED) for s, off in STEPS.items()}, right=False),
    Scenario("leap second smeared over a day", at(2026, 12, 31, 11), 24, drift=-1 / 86400),
    Scenario("daylight saving ends", at(2026, 10, 24, 21), 27),
    Scenario("daylight saving begins", at(2027, 3, 27, 22), 25),
    Scenario(
        *("a month offline, 20 ppm off", at(2026, 11, 1), 30 * 24, SYNCED, 0.0, 20e-6),
        then={60.0: (0.0, HOLDOVER), 30 * 24 * HOUR - 1800.0: (0.0, SYNCED)},
        online=30 * 24 * HOUR,
        window=HOUR,
        every=HOUR,
    ),
]


@asynccontextmanager
async def consumed(mosquitto: Mosquitto, database: str) -> AsyncIterator[Callable[[], int]]:
    """The example's consumer at work; gives how many windows it has stored."""
    consumer = example("consumer")
    engine = create_engine(database)
    member = consumer.Consumer(engine)
    client = consumer.subscribe(member, "127.0.0.1", mosquitto.port, "g", "c1", None)
    client.loop_start()
    assert await until(lambda: mosquitto.granted("c1") > 0)
    try:
        yield lambda: int(member.stored)
    finally:
        client.disconnect()
        await asyncio.to_thread(client.loop_stop)
        engine.dispose()


async def live(scenario: Scenario, mosquitto: Mosquitto, folder: Path, stored: Callable[[], int]) -> list[float]:
    """The box's whole time; when (true epoch seconds) somebody really came in."""
    clock = Clock(scenario.begins, scenario.state, scenario.off, scenario.drift)
    shop = Shop(clock, scenario.window)
    came: list[float] = []
    then = sorted(scenario.then.items())
    async with open_outbox(folder / "o.db", now=clock.trusted, group_s=0.001) as outbox:
        delivery = Delivery(outbox, Form.JSON, clock, lambda: shop.reporter.report(clock.now()))
        shop.reporter.say = delivery.say
        publisher = Publisher(mosquitto.plain, TOPICS, documents(), FAST)
        running = asyncio.create_task(delivery.run())
        publishing: asyncio.Task[None] | None = None
        for second in range(scenario.every // 2, scenario.hours * HOUR, scenario.every):
            while then and then[0][0] <= second:
                moment, (off, state) = then.pop(0)
                clock.at = max(clock.at, moment)
                clock.adjust(off, state)
            if publishing is None and second >= scenario.online:
                await delivery.date()
                publishing = asyncio.create_task(publisher.run(outbox))
            shop.enter(float(second))
            came.append(clock.true(second))
            assert await until(lambda: not delivery._waiting)
            await delivery.date()
        clock.at = float(scenario.hours * HOUR)
        for moment, (off, state) in then:
            clock.adjust(off, state)
            assert moment <= clock.at
        shop.reporter.close(clock.at)
        delivery.finish()
        await running
        await delivery.date()
        publishing = publishing or asyncio.create_task(publisher.run(outbox))
        assert await until(lambda: outbox.stats().rows == 0 and stored() >= shop.reporter.closed, 120)
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing
    return came


def days(database: str, came: list[float]) -> tuple[Counter[tuple[date, int]], int]:
    """What the example shows of all the days: persons by local day and hour; and of how many windows."""
    day = example("day")
    found: Counter[tuple[date, int]] = Counter()
    windows = 0
    first = datetime.fromtimestamp(min(came), BERLIN).date() - timedelta(days=3)
    for number in range(40):
        one = first + timedelta(days=number)
        documents = day.windows(database, one, BERLIN)
        windows += len(documents)
        found += Counter({(one, hour): n for hour, n in day.by_hour(documents, BERLIN, "lines", "in").items()})
    return found, windows


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(one, id=one.name, marks=pytest.mark.table if one.hours <= 10 else pytest.mark.faults)
        for one in SCENARIOS
    ],
)
async def test_a_backends_day_is_right_whatever_the_clock_does(
    mosquitto: Mosquitto, tmp_path: Path, tell: Tell, scenario: Scenario
) -> None:
    database = f"sqlite:///{tmp_path / 'db'}"
    async with consumed(mosquitto, database) as stored:
        came = await live(scenario, mosquitto, tmp_path, stored)
    truth = Counter(
        (moment.date(), moment.hour) for moment in (datetime.fromtimestamp(second, BERLIN) for second in came)
    )
    seen, windows = days(database, came)
    engine = create_engine(database)
    with engine.connect() as connection:
        rows, last = connection.execute(text("SELECT count(*), max(seq) FROM windows")).one()
        dated = connection.execute(text("SELECT count(*) FROM windows WHERE clock <> 'unsynced'")).scalar_one()
    engine.dispose()
    assert (rows, dated, windows) == (last, last, last)
    assert sum(seen.values()) == len(came), "no count is lost or double"
    assert min(seen.values()) >= 0
    if scenario.right:
        assert seen == truth
    tell(f"clock: {scenario.name}"[:40], 1, Tally(last, rows, 0, 0, 0), f"{len(came)} persons, each once")
