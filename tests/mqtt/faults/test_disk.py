"""The disk: full by us, full by others, damaged at random places, and without power."""

import asyncio
import random
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest

from mqtt.codec import decode
from mqtt.outbox import Outbox, OutboxStalled, OutboxUnavailable, open_outbox
from mqtt.topics import SAID, Topic
from tests.mqtt.backend import Tally
from tests.mqtt.box import window
from tests.mqtt.faults.conftest import Tell
from tests.mqtt.faults.medium import Disk, tmpfs

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

CUTS = 100
DAMAGES = 100


async def drain(outbox: Outbox) -> tuple[list[tuple[str, int]], int]:
    """Everything that the outbox offers as a broker would see it, and how many messages it says were dropped."""
    arrivals: list[tuple[str, int]] = []
    dropped = 0
    for _ in range(200):
        rows = await outbox.batch(500)
        if not rows:
            break
        for row in rows:
            for envelope in decode(SAID[Topic(row.topic)].event, row.payload):
                if row.topic == "report":
                    assert envelope.store is not None
                    assert envelope.seq == row.seq
                    arrivals.append((envelope.store, row.seq))
                else:
                    dropped += envelope.event.count  # type: ignore[attr-defined]
        outbox.done(rows)
    return arrivals, dropped


async def fill(outbox: Outbox, count: int) -> tuple[set[tuple[str, int]], int]:
    """Put `count` windows; those that were stored, and how many were refused to our face."""
    results = await asyncio.gather(*(outbox.put(window(n)) for n in range(count)), return_exceptions=True)
    stores = {stream.topic: stream.store for stream in await outbox.streams()}
    unexpected = [r for r in results if not isinstance(r, int | OutboxUnavailable)]
    assert unexpected == []
    return {(stores["report"], r) for r in results if isinstance(r, int)}, sum(not isinstance(r, int) for r in results)


async def test_full_by_our_own_quota(tmp_path: Path, tell: Tell) -> None:
    async with open_outbox(tmp_path / "o.db", quota=512 << 10, group_s=0.01) as outbox:
        sent: set[tuple[str, int]] = set()
        for _ in range(20):
            more, refused = await fill(outbox, 1000)
            sent |= more
            assert refused == 0
        stats = outbox.stats()
        assert stats.bytes <= 512 << 10
        arrivals, dropped = await drain(outbox)
    tally = Tally.of(sent, arrivals)
    tell("disk full by us (quota)", 20_000, tally, f"{dropped} dropped oldest first, each of them said")
    assert tally.lost == dropped
    assert max(sent) in arrivals
    assert tally.out_of_order == 0


def fill_up(folder: Path) -> Path:
    """A file that takes all the room there is."""
    hog = folder / "hog"
    with suppress(OSError), hog.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return hog


async def test_an_empty_outbox_on_a_full_disk_lives_on_its_ballast(tmp_path: Path, tell: Tell) -> None:
    with tmpfs(tmp_path / "small", "8M") as folder:
        async with open_outbox(folder / "o.db", group_s=0.01) as outbox:
            fill_up(folder)
            sent, refused = await fill(outbox, 1000)
            assert outbox.stats().squeezed
            arrivals, dropped = await drain(outbox)
    tally = Tally.of(sent, arrivals)
    tell("disk full by others, outbox empty", 1000, tally)
    assert (refused, dropped, tally.lost, len(sent)) == (0, 0, 0, 1000)


async def test_full_by_others(tmp_path: Path, tell: Tell) -> None:
    with tmpfs(tmp_path / "small", "8M") as folder:
        async with open_outbox(folder / "o.db", quota=64 << 20, group_s=0.01) as outbox:
            sent, _ = await fill(outbox, 500)
            hog = fill_up(folder)
            refused = 0
            for _ in range(20):
                more, no = await fill(outbox, 500)
                sent |= more
                refused += no
            squeezed = outbox.stats().squeezed
            arrivals, dropped = await drain(outbox)
            hog.unlink()
            again, no = await fill(outbox, 500)
            more_arrivals, _ = await drain(outbox)
    tally = Tally.of(sent | again, arrivals + more_arrivals)
    tell("disk full by others", 10_500, tally, f"{dropped} dropped and said, {refused} refused to our face")
    assert squeezed
    assert (refused, no) == (0, 0)
    assert tally.lost == dropped
    assert (tally.out_of_order, tally.duplicated) == (0, 0)


async def test_damage_at_random_places_is_never_sent(tmp_path: Path, tell: Tell) -> None:
    chance = random.Random(3)
    whole = tmp_path / "whole.db"
    async with open_outbox(whole, group_s=0.01) as outbox:
        sent, _ = await fill(outbox, 500)
    with sqlite3.connect(whole) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    content = whole.read_bytes()
    tallies: list[Tally] = []
    set_aside = explained = 0
    for trial in range(DAMAGES):
        damaged = bytearray(content)
        for _ in range(chance.choice([1, 8, 64, 512])):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        folder = tmp_path / str(trial)
        folder.mkdir()
        (folder / "o.db").write_bytes(damaged)
        async with open_outbox(folder / "o.db", group_s=0.01) as outbox:
            await outbox.put(window(9))
            arrivals = await survive(outbox)
            set_aside += outbox.stats().quarantined
            assert len([arrival for arrival in arrivals if arrival not in sent]) <= 1
            tallies.append(Tally.of(sent, [arrival for arrival in arrivals if arrival in sent]))
            explained += outbox.stats().dropped > 0 or outbox.stats().quarantined > 0
    tally = Tally(
        sum(one.sent for one in tallies),
        sum(one.received for one in tallies),
        sum(one.lost for one in tallies),
        sum(one.duplicated for one in tallies),
        sum(one.out_of_order for one in tallies),
    )
    tell(
        "store damaged at random bytes", DAMAGES, tally, f"{set_aside} set aside, {explained} losses said, 0 wrong sent"
    )
    assert set_aside > 0


async def survive(outbox: Outbox) -> list[tuple[str, int]]:
    """Drain a damaged store; reading may fail twice (it is opened anew, then replaced), and then there is a new one."""
    for _ in range(2):
        with suppress(OutboxUnavailable):
            return (await drain(outbox))[0]
    return (await drain(outbox))[0]


async def test_power_cuts_cost_nothing_that_was_acknowledged(tmp_path: Path, tell: Tell) -> None:
    disk = Disk(tmp_path / "image", tmp_path / "disk")
    chance = random.Random(7)
    sent: set[tuple[str, int]] = set()
    arrivals: list[tuple[str, int]] = []
    saved_again = 0
    try:
        for _ in range(CUTS):
            stored, checkpoint = await until_cut(disk, chance)
            sent |= stored
            disk.unmount()
            disk.mount()
            async with open_outbox(disk.folder / "o.db", group_s=0.01) as outbox:
                arrivals += (await drain(outbox))[0]
                saved = await outbox.saved()
                saved_again += saved is not None and int(saved) >= checkpoint
                assert outbox.stats().quarantined == 0
    finally:
        disk.unmount()
    tally = Tally.of(sent, arrivals)
    tell("power cut (unsynced writes lost)", CUTS, tally, f"{saved_again} of {CUTS} last checkpoints kept")
    assert len(sent) > CUTS
    assert (tally.lost, tally.duplicated, tally.out_of_order) == (0, 0, 0)
    assert saved_again == CUTS


class Busy:
    """A box that stores and saves until its power goes, and what was acknowledged by then."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.stored: set[tuple[str, int]] = set()
        self.checkpoint = 0
        self.dark = asyncio.Event()

    async def run(self, outbox: Outbox) -> None:
        """Work until the disk says no."""
        number = 0
        with suppress(OutboxUnavailable, OutboxStalled):
            while not self.dark.is_set():
                number += 1
                await outbox.save(b"%d" % number)
                if not self.dark.is_set():
                    self.checkpoint = number
                more, _ = await fill(outbox, self._chance.randrange(1, 30))
                if not self.dark.is_set():
                    self.stored |= more


async def until_cut(disk: Disk, chance: random.Random) -> tuple[set[tuple[str, int]], int]:
    """Store and save until the power goes."""
    busy = Busy(chance)
    async with open_outbox(disk.folder / "o.db", group_s=0.002) as outbox, asyncio.TaskGroup() as group:
        task = group.create_task(busy.run(outbox), name="busy")
        await asyncio.sleep(chance.uniform(0.05, 0.3))
        busy.dark.set()
        disk.cut()
        await asyncio.wait([task], timeout=5)
        task.cancel()
    return busy.stored, busy.checkpoint
