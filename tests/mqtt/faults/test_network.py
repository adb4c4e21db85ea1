"""Brokers and networks that do not fail properly: silent, black, slow, or against one message for ever."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mqtt.broker import Broker
from tests.mqtt.backend import Backend, Tally
from tests.mqtt.box import FAST, box, until, window
from tests.mqtt.faults.conftest import Tell
from tests.mqtt.faults.rawbroker import HANG_UP, SILENCE, black_hole, raw_broker
from tests.mqtt.mosquitto import Mosquitto
from tests.mqtt.way import killed, way

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

IMPATIENT = replace(FAST, stall=0.4)


def here(port: int) -> Broker:
    return Broker.of_url(f"mqtt://127.0.0.1:{port}")


def seen(payloads: list[bytes]) -> list[tuple[str, int]]:
    return [(document["store"], document["seq"]) for document in map(json.loads, payloads)]


@pytest.mark.broker
async def test_a_network_that_swallows_everything(mosquitto: Mosquitto, backend: Backend, tell: Tell) -> None:
    sent: list[int] = []
    async with black_hole(mosquitto.port) as (port, swallow), box(here(port), pace=IMPATIENT) as (outbox, _):
        for _ in range(10):
            sent += await asyncio.gather(*(outbox.put(window(n)) for n in range(40)))
            swallow.set()
            sent += await asyncio.gather(*(outbox.put(window(n)) for n in range(40)))
            await asyncio.sleep(0.6)
            swallow.clear()
            await asyncio.sleep(0.2)
        assert await until(lambda: outbox.stats().rows == 0, 60)
        (stream,) = [stream for stream in await outbox.streams() if stream.topic == "report"]
    everything = {(stream.store, seq) for seq in sent}
    backend.until(lambda: everything <= set(backend.arrivals()))
    tally = Tally.of(everything, backend.arrivals())
    tell("network black-holed", 10, tally)
    assert (tally.lost, tally.out_of_order) == (0, 0)


async def test_a_broker_that_never_acknowledges(tell: Tell) -> None:
    connections = 0

    def answer(_: bytes) -> int:
        return SILENCE if connections < 6 else 0

    async with raw_broker(answer) as broker, box(here(broker.port), pace=IMPATIENT) as (outbox, publisher):
        sent = await asyncio.gather(*(outbox.put(window(n)) for n in range(100)))
        assert await until(lambda: broker.connections >= 5, 30)
        assert outbox.stats().rows == 100
        assert await outbox.dead() == []
        assert await until(lambda: not publisher.stats().connected or broker.connections > 5)
        connections = 6
        assert await until(lambda: outbox.stats().rows == 0, 30)
        (stream,) = await outbox.streams()
    tally = Tally.of({(stream.store, seq) for seq in sent}, seen(broker.payloads))
    tell("broker never acknowledges", broker.connections, tally, "every silence ended by the watchdog")
    assert (tally.lost, tally.out_of_order) == (0, 0)


@pytest.mark.parametrize(("code", "name"), [(0x99, "refused"), (HANG_UP, "poisoned")])
async def test_a_broker_against_one_message_for_ever(code: int, name: str, tell: Tell) -> None:
    async with (
        raw_broker(lambda payload: code if json.loads(payload).get("seq") == 7 else 0) as broker,
        box(here(broker.port)) as (outbox, _),
    ):
        sent = await asyncio.gather(*(outbox.put(window(n)) for n in range(100)))
        assert await until(lambda: outbox.stats().rows == 0, 60), outbox.stats()
        (letter,) = await outbox.dead()
        (stream,) = [stream for stream in await outbox.streams() if stream.topic == "report"]
    assert (letter.seq, letter.reason) == (7, name)
    tally = Tally.of({(stream.store, seq) for seq in sent}, seen(broker.payloads))
    tell(f"one message {name} for ever", 1, tally, "it is a dead letter, and said")
    assert (tally.lost, tally.received, tally.out_of_order) == (1, 99, 0)


@pytest.mark.broker
async def test_a_broker_whose_certificate_expires_and_is_renewed(tmp_path: Path, tell: Tell) -> None:
    mosquitto = Mosquitto(tmp_path / "m")
    sent: list[int] = []
    trials = 5
    mosquitto.start()
    try:
        with Backend(mosquitto.port) as backend:
            async with way(mosquitto.broker) as there, box(there.broker) as (outbox, publisher):

                def expired() -> bool:
                    advice = publisher.stats().advice
                    return advice is not None and advice.word == "broker_certificate_expired"

                for _ in range(trials):
                    for ends in (-1, 1):
                        async with killed(mosquitto, backend, there, publisher):
                            mosquitto.authority.issue("server", ends=timedelta(days=ends))
                        sent.extend(await asyncio.gather(*(outbox.put(window(n)) for n in range(20))))
                        if ends < 0:
                            assert await until(expired, 60)
                            assert outbox.stats().rows >= 20
                    assert await until(lambda: outbox.stats().rows == 0, 60)
                    assert await until(lambda: len(set(backend.arrivals())) == len(sent)), "before it is killed again"
                (stream,) = await outbox.streams()
            everything = {(stream.store, seq) for seq in sent}
            tally = Tally.of(everything, backend.arrivals())
    finally:
        mosquitto.kill()
    tell("certificate of the broker expired", trials, tally, "renewed, and the box came back by itself")
    assert (tally.lost, tally.out_of_order) == (0, 0)


async def test_a_slow_broker(tell: Tell) -> None:
    async with (
        raw_broker(lambda _: 0) as broker,
        black_hole(broker.port) as (port, swallow),
        box(here(port)) as (outbox, publisher),
    ):
        sent = await asyncio.gather(*(outbox.put(window(n)) for n in range(300)))
        for _ in range(20):
            swallow.set()
            await asyncio.sleep(0.05)
            swallow.clear()
            await asyncio.sleep(0.02)
        assert await until(lambda: outbox.stats().rows == 0, 60)
        assert publisher.stats().reconnects == 0
        (stream,) = await outbox.streams()
    tally = Tally.of({(stream.store, seq) for seq in sent}, seen(broker.payloads))
    tell("slow broker", 20, tally)
    assert (tally.lost, tally.duplicated, tally.out_of_order) == (0, 0, 0)
