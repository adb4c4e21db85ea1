"""Killed without a word: the box at random times, and the broker under it."""

import asyncio
import multiprocessing
import os
import random
import signal
import threading
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.mqtt.backend import Backend, Tally
from tests.mqtt.box import FAST, box, until, window
from tests.mqtt.faults.child import Orders, live
from tests.mqtt.faults.conftest import Tell
from tests.mqtt.mosquitto import Mosquitto
from tests.mqtt.way import killed, way

pytestmark = [pytest.mark.broker, pytest.mark.timeout(1800)]

KILLS = [10, pytest.param(200, marks=pytest.mark.faults)]
BROKER_KILLS = 50


def acknowledged(pipe: Connection) -> set[tuple[str, int]]:
    """What the child said was stored, as far as whole lines go."""
    said = b""
    while chunk := os.read(pipe.fileno(), 1 << 16):
        said += chunk
    lines = said.decode().split("\n")[:-1]
    return {(store, int(seq)) for store, seq in (line.split() for line in lines)}


@pytest.mark.parametrize("kills", KILLS)
def test_a_box_killed_at_random_times_loses_nothing_that_it_stored(
    mosquitto: Mosquitto, backend: Backend, tmp_path: Path, tell: Tell, kills: int
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.mqtt.faults.child"])
    chance = random.Random(11)
    sent: set[tuple[str, int]] = set()
    for trial in range(kills + 1):
        last = trial == kills
        ours, theirs = context.Pipe(duplex=False)
        orders = Orders(tmp_path / "o.db", f"mqtt://127.0.0.1:{mosquitto.port}", 0 if last else 100_000)
        child = context.Process(target=live, args=(orders, theirs))
        child.start()
        theirs.close()
        if not last:
            timer = threading.Timer(chance.uniform(0.02, 0.5), os.kill, (child.pid, signal.SIGKILL))
            timer.start()
        sent |= acknowledged(ours)
        child.join(120)
        ours.close()
        assert child.exitcode == (0 if last else -signal.SIGKILL)
    backend.until(lambda: len(sent - set(backend.arrivals())) == 0, 30)
    tally = Tally.of(sent, backend.arrivals())
    tell("kill -9 of the box", kills, tally, f"{tally.duplicated / kills:.1f} again a kill")
    assert len(sent) > kills
    assert (tally.lost, tally.out_of_order) == (0, 0)


@pytest.mark.faults
@pytest.mark.parametrize("durable", [True, False], ids=["durable", "forgetful"])
async def test_a_broker_killed_at_random_times_costs_nothing(tmp_path: Path, tell: Tell, durable: bool) -> None:
    """What the box owes arrives; what the broker acknowledged and forgot is the broker's, and counted as such.

    One that saves keeps the backend's session, so the box may be back before the backend; with the other it may not.
    Every other time the broker lives until it has acknowledged something: one that never does is told from poison by
    nobody.
    """
    chance = random.Random(5)
    mosquitto = Mosquitto(tmp_path / "m", durable=durable)
    mosquitto.start()
    sent: list[int] = []
    try:
        with Backend(mosquitto.port) as backend:
            async with (
                way(mosquitto.broker) as there,
                box(mosquitto.broker if durable else there.broker, pace=replace(FAST, settle=3.0)) as (
                    outbox,
                    publisher,
                ),
            ):
                for kill in range(BROKER_KILLS):
                    before = publisher.stats().acknowledged
                    sent.extend(await asyncio.gather(*(outbox.put(window(n)) for n in range(40))))
                    if kill % 2:
                        assert await until(lambda least=before: publisher.stats().acknowledged > least, 30)  # type: ignore[misc]
                    await asyncio.sleep(chance.uniform(0.0, 0.15))
                    async with killed(mosquitto, backend, there, publisher):
                        sent.extend(await asyncio.gather(*(outbox.put(window(n)) for n in range(10))))
                assert await until(lambda: outbox.stats().rows == 0, 600), (outbox.stats(), publisher.stats())
                (store,) = [stream.store for stream in await outbox.streams() if stream.topic == "report"]
                assert await outbox.dead() == []
                assert publisher.stats().acknowledged >= len(sent)
            everything = {(store, seq) for seq in sent}
            backend.until(lambda: everything <= set(backend.arrivals()), 30)
            tally = Tally.of(everything, backend.arrivals())
    finally:
        mosquitto.kill()
    kind = "saves every change" if durable else "saves nothing"
    tell(f"kill -9 of a broker that {kind}", BROKER_KILLS, tally, f"{tally.duplicated / BROKER_KILLS:.1f} again a kill")
    assert tally.out_of_order == 0
    assert tally.lost <= (0 if durable else FAST.window)
