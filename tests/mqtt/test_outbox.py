"""The contract of the outbox, the same on disk and in RAM; then what only a disk can do to it."""

import asyncio
import random
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import cbor2
import pytest

from events import DropReason
from mqtt.codec import Form
from mqtt.outbox import Keep, Outbox, OutboxStalled, OutboxUnavailable, Put, Row, open_outbox
from mqtt.outbox.store import Store
from tests.mqtt.box import until


def message(text: str = "x") -> Callable[[str, int], bytes]:
    return lambda store, seq: f"{store} {seq} {text}".encode()


def put(text: str = "x", topic: str = "report", keep: Keep = Keep.COUNT, expires: float | None = None) -> Put:
    return Put(topic, message(text), keep, expires)


def texts(rows: list[Row]) -> list[str]:
    return [row.payload.split(b" ", 2)[2].decode() for row in rows]


class Clock:
    """Wall time as the test says; None while there is none."""

    def __init__(self) -> None:
        self.at: float | None = 1_800_000_000.0

    def __call__(self) -> float | None:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["disk", "ram"])
async def outbox(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> AsyncIterator[Outbox]:
    path = tmp_path / "outbox.db" if request.param == "disk" else None
    async with open_outbox(path, quota=1 << 20, form=Form.CBOR, now=clock, group_s=0.01) as opened:
        yield opened


async def test_a_put_is_numbered_frozen_and_offered_once(outbox: Outbox) -> None:
    assert await outbox.put(put("a")) == 1
    assert await outbox.put(put("b")) == 2
    rows = await outbox.batch(10)
    assert texts(rows) == ["a", "b"]
    assert [row.payload for row in rows] == [
        f"{row.store} {row.seq} {text}".encode() for row, text in zip(rows, "ab", strict=True)
    ]
    assert await outbox.batch(10) == []


async def test_each_topic_is_numbered_without_holes_under_its_own_store(outbox: Outbox) -> None:
    seqs = [await outbox.put(put(topic=topic)) for topic in ("report", "alert", "report", "heatmap", "report")]
    assert seqs == [1, 1, 2, 1, 3]
    assert len({stream.store for stream in await outbox.streams()}) == 3


async def test_what_is_done_is_gone_and_what_is_not_comes_again_in_order(outbox: Outbox) -> None:
    for text in "abcd":
        await outbox.put(put(text))
    rows = await outbox.batch(3)
    outbox.done(rows[1:2])
    await outbox.again()
    assert texts(await outbox.batch(10)) == ["a", "c", "d"]


async def test_alerts_pass_the_backlog_and_do_not_stop_it(outbox: Outbox) -> None:
    for n in range(30):
        await outbox.put(put(f"r{n}"))
        await outbox.put(put(f"a{n}", "alert", Keep.ALERT))
    await outbox.put(put("map", "heatmap", Keep.DETAIL))
    assert texts(await outbox.batch(6)) == ["a0", "a1", "a2", "r0", "r1", "r2"]
    assert texts(await outbox.batch(2, Keep.ALERT)) == ["a3", "a4"]


async def test_an_encoder_that_fails_leaves_no_hole(outbox: Outbox) -> None:
    def broken(store: str, seq: int) -> bytes:
        raise ValueError("not a number")

    results = await asyncio.gather(
        outbox.put(put("a")), outbox.put(Put("report", broken)), outbox.put(put("b")), return_exceptions=True
    )
    assert isinstance(results[1], ValueError)
    assert [results[0], results[2]] == [1, 2]


async def test_the_checkpoint_is_replaced_with_the_report_in_one_commit(outbox: Outbox) -> None:
    assert await outbox.saved() is None
    await outbox.save(b"half a window")
    assert await outbox.saved() == b"half a window"
    await outbox.put(put("the window"), saved=b"")
    assert await outbox.saved() == b""


async def test_full_drops_the_oldest_of_the_least_dear_and_says_so(outbox: Outbox) -> None:
    big = "x" * 2000
    await outbox.put(put("alert", "alert", Keep.ALERT))
    for n in range(10):
        await outbox.put(put(f"map{n} {big}", "heatmap", Keep.DETAIL))
    await asyncio.gather(*(outbox.put(put(f"{n} {big}")) for n in range(900)))
    stats = outbox.stats()
    assert stats.bytes <= stats.quota
    assert stats.dropped > 400
    assert (set(stats.ages), stats.oldest) == ({"count", "alert"}, max(stats.ages.values()))
    assert stats.given_up == {"detail": {"full": 10}, "count": {"full": stats.dropped - 10}}
    rows = await outbox.batch(2000)
    drops = [drop for row in rows if row.topic == "drop" for drop in said_drops(row)]
    assert texts([row for row in rows if row.topic == "alert"]) == ["alert"]
    kept = [row.seq for row in rows if row.topic == "report"]
    assert kept == list(range(kept[0], 901))
    assert ("heatmap", "full", 10, 1, 10) in drops
    assert ("report", "full", kept[0] - 1, 1, kept[0] - 1) in drops


def said_drops(row: Row) -> list[tuple[str, str, int, int, int]]:
    _, columns = cbor2.loads(row.payload)
    return [(columns[0], list(DropReason)[columns[2]].value, columns[3], columns[4], columns[5])]


async def test_expired_messages_are_dropped_only_by_a_clock_that_is_trusted(outbox: Outbox, clock: Clock) -> None:
    assert clock.at is not None
    await outbox.put(put("late", "alert", Keep.ALERT, expires=clock.at + 60))
    await outbox.put(put("window"))
    now, clock.at = clock.at, None
    assert texts(await outbox.batch(5)) == ["late", "window"]
    await outbox.again()
    clock.at = now + 61
    assert texts(await outbox.batch(5)) == ["window"]
    assert [said_drops(row) for row in await outbox.batch(5)] == [[("alert", "expired", 1, 1, 1)]]


async def test_a_message_that_nobody_takes_is_kept_as_a_dead_letter(outbox: Outbox) -> None:
    await outbox.put(put("poison"))
    await outbox.put(put("bread"))
    poison, bread = await outbox.batch(2)
    await outbox.bury([poison], DropReason.POISONED)
    outbox.done([bread])
    await outbox.again()
    assert [(said_drops(row)) for row in await outbox.batch(5)] == [[("report", "poisoned", 1, 1, 1)]]
    (letter,) = await outbox.dead()
    assert (letter.seq, letter.reason, letter.payload) == (1, "poisoned", poison.payload)
    assert outbox.stats().dead == 1


async def test_waiting_ends_when_something_is_stored(outbox: Outbox) -> None:
    waiting = asyncio.ensure_future(outbox.wait())
    await asyncio.sleep(0.02)
    assert not waiting.done()
    await outbox.put(put())
    await asyncio.wait_for(waiting, 1)


async def test_stats_count_what_waits(outbox: Outbox, clock: Clock) -> None:
    assert clock.at is not None
    await outbox.put(put())
    await outbox.put(put("a", "alert", Keep.ALERT))
    clock.at += 90
    await outbox.batch(1)
    stats = outbox.stats()
    assert (stats.rows, stats.by_keep["alert"], stats.by_keep["count"], stats.oldest) == (2, 1, 1, 90)


# --- what a disk does


def set_aside(folder: Path) -> list[str]:
    return [path.name.partition(".corrupt-")[0] for path in folder.iterdir() if ".corrupt-" in path.name]


async def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "o.db"
    async with open_outbox(path, group_s=0.01) as first:
        await asyncio.gather(*(first.put(put(text)) for text in "abc"), first.save(b"open"))
        first.done((await first.batch(1))[:1])
    async with open_outbox(path, group_s=0.01) as second:
        assert await second.saved() == b"open"
        rows = await second.batch(10)
        assert [row.seq for row in rows] == [2, 3]
        assert await second.put(put("d")) == 4


async def test_numbers_are_never_used_twice_even_when_everything_was_delivered(tmp_path: Path) -> None:
    path = tmp_path / "o.db"
    for seq in (1, 2, 3):
        async with open_outbox(path, group_s=0.01) as outbox:
            assert await outbox.put(put()) == seq
            outbox.done(await outbox.batch(9))


async def test_commits_are_grouped(tmp_path: Path) -> None:
    async with open_outbox(tmp_path / "o.db", group_s=0.2) as outbox:
        start = asyncio.get_running_loop().time()
        await asyncio.gather(*(outbox.put(put()) for _ in range(10)))
        assert asyncio.get_running_loop().time() - start >= 0.15


async def test_a_full_group_and_an_alert_wait_for_nobody(tmp_path: Path) -> None:
    async with open_outbox(tmp_path / "o.db", group_s=60.0) as outbox, asyncio.timeout(30):
        await asyncio.gather(*(outbox.put(put()) for _ in range(64)))
        await outbox.put(put("now", "alert", Keep.ALERT))


async def test_a_store_that_is_no_store_is_set_aside_and_said(tmp_path: Path) -> None:
    path = tmp_path / "o.db"
    path.write_bytes(random.Random(1).randbytes(50_000))
    async with open_outbox(path, form=Form.CBOR) as outbox:
        assert await outbox.put(put("new")) == 1
        assert outbox.stats().quarantined == 1
        assert [row.topic for row in await outbox.batch(9)] == ["drop", "report"]
    assert set_aside(tmp_path) == ["o.db"]


async def test_a_payload_damaged_on_the_disk_is_never_sent(tmp_path: Path) -> None:
    path = tmp_path / "o.db"
    async with open_outbox(path, group_s=0.01) as outbox:
        for text in ("first", "needle", "last"):
            await outbox.put(put(text))
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    content = path.read_bytes()
    assert content.count(b"needle") == 1
    path.write_bytes(content.replace(b"needle", b"needlf"))
    async with open_outbox(path, form=Form.CBOR) as outbox:
        assert texts(await outbox.batch(9)) == ["first", "last"]
        assert [said_drops(row) for row in await outbox.batch(9)] == [[("report", "corrupt", 1, 2, 2)]]


async def test_a_damaged_numbering_begins_again_under_another_name(tmp_path: Path) -> None:
    path = tmp_path / "o.db"
    async with open_outbox(path, group_s=0.01) as outbox:
        await outbox.put(put())
        outbox.done(await outbox.batch(1))
        (before,) = await outbox.streams()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE streams SET seq = 0")
    db.close()
    async with open_outbox(path, group_s=0.01) as outbox:
        assert await outbox.put(put()) == 1
        (after,) = await outbox.streams()
    assert after.store != before.store


async def test_a_start_does_not_read_the_backlog(tmp_path: Path) -> None:
    path = tmp_path / "o.db"
    loop = asyncio.get_running_loop()
    seconds = []
    for rows in (100, 100_000):
        async with open_outbox(path, group_s=0.01) as outbox:
            await asyncio.gather(*(outbox.put(put()) for _ in range(4000)))
        with sqlite3.connect(path) as db:
            (top,) = db.execute("SELECT max(id) FROM messages").fetchone()
            more = [(top + n + 1, n) for n in range(rows)]
            db.executemany("INSERT INTO messages VALUES (?, 'report', ?, 0, NULL, 0, zeroblob(100))", more)
        db.close()
        start = loop.time()
        async with open_outbox(path, group_s=0.01) as outbox:
            seconds.append(loop.time() - start)
            assert outbox.stats().rows >= rows
    assert seconds[1] < max(0.1, 5 * seconds[0])


async def test_a_disk_that_hangs_is_told_within_the_deadline_and_loses_nothing(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mqtt.outbox.outbox.DEADLINE_S", 0.2)
    hangs, goes_on = threading.Event(), threading.Event()

    def hanging(store: str, seq: int) -> bytes:
        hangs.set()
        goes_on.wait()
        return b"late"

    first = asyncio.ensure_future(outbox.put(Put("report", hanging)))
    await asyncio.to_thread(hangs.wait)
    for question in (first, outbox.put(put("b")), outbox.batch(1), outbox.save(b"s")):
        with pytest.raises(OutboxStalled):
            await question
    assert outbox.stats().stalled > 0.2
    goes_on.set()
    monkeypatch.undo()
    assert await outbox.saved() == b"s"
    await outbox.again()
    assert [row.payload for row in await outbox.batch(1)] == [b"late"]
    assert outbox.stats().stalled == 0


async def test_what_a_hanging_disk_refuses_in_the_end_is_stored_once_it_takes_it(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mqtt.outbox.outbox.DEADLINE_S", 0.2)
    goes_on, refusals, commit = threading.Event(), [1, 1, 1], Store.commit

    def refusing(store: Store, *group: Any) -> Any:
        goes_on.wait()
        if refusals:
            refusals.pop()
            raise OutboxUnavailable("the disk is full")
        return commit(store, *group)

    monkeypatch.setattr(Store, "commit", refusing)
    with pytest.raises(OutboxStalled):
        await outbox.put(put("waited for by nobody"), saved=b"then")
    goes_on.set()
    assert await until(lambda: outbox.stats().rows == 1)
    assert await outbox.put(put("after it")) == 2
    assert texts(await outbox.batch(9)) == ["waited for by nobody", "after it"]
    assert (await outbox.saved(), refusals) == (b"then", [])


async def test_a_folder_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises((OutboxUnavailable, OSError)):
        async with open_outbox(tmp_path / "absent" / "o.db"):
            pass


async def test_ballast_is_taken_beside_the_store(tmp_path: Path) -> None:
    async with open_outbox(tmp_path / "o.db"):
        assert (tmp_path / "o.db.ballast").stat().st_blocks * 512 >= 2 << 20
