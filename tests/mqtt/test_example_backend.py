"""The example backend: two consumers of one group share a broker's load without a double or a hole."""

import asyncio
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.mqtt.box import box, until, window
from tests.mqtt.mosquitto import Mosquitto
from tests.mqtt.postgres import postgres

pytest.importorskip("sqlalchemy", reason="the extra `backend` is not installed")

from sqlalchemy import create_engine, text

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "backend"


def example(name: str) -> ModuleType:
    """One of the example's files, imported as it stands."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.broker
async def test_two_consumers_share_the_load_without_a_double_or_a_hole(mosquitto: Mosquitto, tmp_path: Path) -> None:
    consumer = example("consumer")
    engine = create_engine(f"sqlite:///{tmp_path / 'db'}")
    members = [consumer.Consumer(engine) for _ in range(2)]
    clients = [
        consumer.subscribe(member, "127.0.0.1", mosquitto.port, "g", f"c{n}", None) for n, member in enumerate(members)
    ]
    for client in clients:
        client.loop_start()
    assert await until(lambda: all(mosquitto.granted(f"c{n}") for n in range(2)))
    try:
        async with box(mosquitto.broker) as (outbox, _):
            await asyncio.gather(*(outbox.put(window(n)) for n in range(300)))
            assert await until(lambda: sum(member.stored for member in members) == 300, 30)
    finally:
        for client in clients:
            client.disconnect()
            client.loop_stop()
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT min(seq), max(seq), count(*) FROM windows")).one()
    engine.dispose()
    assert tuple(rows) == (1, 300, 300)
    assert all(member.stored > 50 for member in members)


def test_what_comes_twice_is_one_row_and_what_is_wrong_is_none(tmp_path: Path) -> None:
    consumer = example("consumer")
    engine = create_engine(f"sqlite:///{tmp_path / 'db'}")
    member = consumer.Consumer(engine)
    payload = window(1).encode("abc", 1)
    for _ in range(3):
        member.take("passerby/1/shop/box/report", payload)
    member.take("passerby/1/shop/box/report", b'{"mac": 1}')
    member.take("passerby/1/shop/box/report", b"\xff")
    engine.dispose()
    assert (member.stored, member.invalid) == (1, 2)


@pytest.mark.broker
async def test_a_consumer_that_dies_and_comes_back_leaves_neither_a_double_nor_a_hole(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    consumer = example("consumer")
    engine = create_engine(f"sqlite:///{tmp_path / 'db'}")

    def start(name: str) -> Any:
        client = consumer.subscribe(consumer.Consumer(engine), "127.0.0.1", mosquitto.port, "g", name, None)
        client.loop_start()
        return client

    def rows() -> tuple[int, ...]:
        with engine.connect() as connection:
            return tuple(connection.execute(text("SELECT min(seq), max(seq), count(*) FROM windows")).one())

    clients = {name: start(name) for name in ("c0", "c1")}
    assert await until(lambda: all(mosquitto.granted(name) for name in clients))
    async with box(mosquitto.broker) as (outbox, _):
        for turn in range(3):
            await asyncio.gather(*(outbox.put(window(n)) for n in range(30)))
            assert await until(lambda least=30 * turn: rows()[2] > least, 30)  # type: ignore[misc]
            clients["c0"].loop_stop()
            clients["c0"].socket().close()
            clients["c0"] = start("c0")
        assert await until(lambda: rows()[2] == 90, 60), rows()
    for client in clients.values():
        client.disconnect()
        client.loop_stop()
    assert rows() == (1, 90, 90)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'db'}"
        return
    pytest.importorskip("psycopg", reason="the extra `backend` is not installed")
    with postgres() as url:
        yield url


class Member:
    """One consumer, as a process of its own."""

    def __init__(self, mosquitto: Mosquitto, database: str, name: str) -> None:
        self._mosquitto, self._name, self._before = mosquitto, name, mosquitto.granted(name)
        self._process = subprocess.Popen(
            [
                *(sys.executable, str(EXAMPLES / "consumer.py"), "--broker", f"127.0.0.1:{mosquitto.port}"),
                *("--database", database, "--name", name),
            ],
            stderr=subprocess.PIPE,
            text=True,
        )

    def ready(self) -> bool:
        """Whether the broker has granted the subscription."""
        return self._mosquitto.granted(self._name) > self._before

    def kill(self) -> None:
        """Without a word."""
        self._process.kill()
        self._process.communicate()

    def stop(self) -> tuple[int, int]:
        """How many it has stored, and how many were invalid."""
        self._process.terminate()
        _, said = self._process.communicate(timeout=20)
        words = said.split()
        return int(words[0]), int(words[2])


@pytest.mark.broker
async def test_two_processes_share_one_broker_and_one_of_them_is_killed(mosquitto: Mosquitto, database: str) -> None:
    members = {name: Member(mosquitto, database, name) for name in ("c0", "c1")}
    assert await until(lambda: all(member.ready() for member in members.values()), 60)
    engine = create_engine(database)

    def rows() -> tuple[int, ...]:
        with engine.connect() as connection:
            return tuple(connection.execute(text("SELECT min(seq), max(seq), count(*) FROM windows")).one())

    try:
        async with box(mosquitto.broker) as (outbox, _):
            await asyncio.gather(*(outbox.put(window(n)) for n in range(200)))
            assert await until(lambda: rows()[2] >= 50, 60)
            members["c0"].kill()
            members["c0"] = Member(mosquitto, database, "c0")
            await asyncio.gather(*(outbox.put(window(n)) for n in range(200, 400)))
            assert await until(lambda: rows()[2] == 400, 60), rows()
        assert rows() == (1, 400, 400)
    finally:
        engine.dispose()
        told = [member.stop() for member in members.values()]
    assert [invalid for _, invalid in told] == [0, 0]
    assert all(stored > 50 for stored, _ in told), told


MORNING = {
    "start": 1_800_003_600,
    "seconds": 300,
    "clock": "synced",
    "epoch": 1,
    "lines": [{"line": "door", "in": 3, "out": 1, "day_in": 3, "day_out": 1}],
    "windows": [{"window": "street", "passers": 10, "stopped": 4, "entered": 3, "entered_stopped": 2}],
    "zones": [{"zone": "shoes", "views": 4, "person_seconds": 60.0}],
    "queues": [{"queue": "till", "joined": 2, "person_seconds": 90.0}],
    "shelves": [{"shelf": "A", "sku": "tea", "stock": 7}, {"shelf": "B", "sku": "tea", "reason": "not_seen"}],
}


def test_a_day_becomes_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from datetime import date
    from zoneinfo import ZoneInfo

    consumer, day = example("consumer"), example("day")
    engine = create_engine(f"sqlite:///{tmp_path / 'db'}")
    member = consumer.Consumer(engine)
    later = {**MORNING, "start": 1_800_003_900, "shelves": [{"shelf": "B", "sku": "tea", "stock": 2}]}
    for seq, document in enumerate((MORNING, later), 1):
        payload = json.dumps({"store": "abc", "seq": seq, **document}).encode()
        member.take("passerby/1/shop/box/report", payload)
    engine.dispose()
    assert (member.stored, member.invalid) == (2, 0)
    zone = ZoneInfo("UTC")
    documents = day.windows(f"sqlite:///{tmp_path / 'db'}", date(2027, 1, 15), zone)
    assert {label.split(" ")[0]: dict(values) for label, values in day.figures(documents, zone).items()} == {
        "footfall": {9: 6},
        "capture": {9: 0.3},
        "dwell": {9: 15.0},
        "queue": {9: 45.0},
        "stock": {9: 9},
    }
    day.draw(documents, zone, "a day", str(tmp_path / "day.png"))
    assert (tmp_path / "day.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("program", "asked", "said"),
    [
        ("consumer.py", ["--broker", "127.0.0.1:1"], "no broker at 127.0.0.1:1: Connection refused: say where"),
        ("day.py", ["day.png", "--day", "2026-01-01"], "the database cannot be read: no such table: windows: fill it"),
        ("places.py", [], "the database cannot be read: no such table: windows: fill it"),
    ],
)
def test_what_is_not_there_is_said_in_a_line(tmp_path: Path, program: str, asked: list[str], said: str) -> None:
    argv = [sys.executable, str(EXAMPLES / program), *asked, "--database", f"sqlite:///{tmp_path / 'db'}"]
    done = subprocess.run(argv, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert done.stderr.startswith(said)
