"""The example backend: two consumers of one group share a broker's load without a double or a hole."""

import asyncio
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.mqtt.box import box, until, window
from tests.mqtt.mosquitto import Mosquitto

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
    await asyncio.sleep(0.5)
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


def test_a_day_becomes_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from datetime import date
    from zoneinfo import ZoneInfo

    consumer, day = example("consumer"), example("day")
    engine = create_engine(f"sqlite:///{tmp_path / 'db'}")
    member = consumer.Consumer(engine)
    for n in range(288):
        member.take("passerby/1/shop/box/report", window(n).encode("abc", n + 1))
    engine.dispose()
    zone = ZoneInfo("UTC")
    documents = day.windows(f"sqlite:///{tmp_path / 'db'}", date(2027, 1, 15), zone)
    assert len(documents) > 100
    assert sum(day.by_hour(documents, zone, "lines", "in").values()) == sum(d["lines"][0]["in"] for d in documents)
    day.draw(documents, zone, "a day", str(tmp_path / "day.png"))
    assert (tmp_path / "day.png").read_bytes()[:4] == b"\x89PNG"
