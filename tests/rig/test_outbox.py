"""The outbox on a card of a machine that dies: what it said was stored is there at every next boot."""

import asyncio
import os
import random
from pathlib import Path

import pytest

from mqtt.outbox import Outbox, open_outbox
from tests.mqtt.box import window
from tests.rig.devices import Disk, Power

pytestmark = pytest.mark.rig

CUTS = 4


async def store(outbox: Outbox, said: Path) -> None:
    """Put windows for ever; note outside of this machine each number that is promised."""
    handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    number = 0
    while True:
        number += 1
        await outbox.save(b"%d" % number)
        seqs = await asyncio.gather(*(outbox.put(window(number)) for _ in range(5)))
        os.write(handle, "".join(f"{seq} {number}\n" for seq in seqs).encode())
        os.fsync(handle)


def promised(said: Path) -> tuple[set[int], int]:
    """The numbers, and the last checkpoint, that were promised before the machine died."""
    lines = [line.split() for line in said.read_text().splitlines()] if said.exists() else []
    return {int(seq) for seq, _ in lines}, max((int(number) for _, number in lines[-1:]), default=0)


async def test_what_was_stored_is_there_after_each_death_of_the_machine(disk: Disk, power: Power) -> None:
    said = power.results / "outbox-said"
    async with open_outbox(disk.path / "o.db", group_s=0.01) as outbox:
        seqs, checkpoint = promised(said)
        rows = await outbox.batch(100_000)
        there = [row.seq for row in rows]
        assert seqs <= set(there)
        assert there == list(range(1, len(there) + 1))
        assert int(await outbox.saved() or 0) >= checkpoint
        assert outbox.stats().quarantined == 0
        if power.cuts == CUTS:
            assert len(seqs) >= 5 * CUTS
            return
        assert (power.cuts > 0) is bool(seqs)
        storing = asyncio.create_task(store(outbox, said))
        while len(promised(said)[0]) < len(seqs) + 50:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await asyncio.sleep(random.Random(power.cuts).uniform(0.0, 1.0))
        assert not storing.done()
        power.cut()
