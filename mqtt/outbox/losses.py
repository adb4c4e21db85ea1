"""What the outbox gave up: counted, and kept as ranges of numbers until it has been said."""

import sqlite3

from events import Code, Drop, DropReason
from mqtt.outbox.message import Keep

MAX_RANGES = 64
DROPPED = "dropped"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS drops (
    id INTEGER PRIMARY KEY, topic TEXT, store TEXT, reason TEXT, first INTEGER, last INTEGER, count INTEGER);
CREATE TABLE IF NOT EXISTS totals (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
"""


class Losses:
    """The tables of losses of a store; every change belongs to the transaction that is open around it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._db.executescript(_SCHEMA)

    def one(self, topic: str, store: str, seq: int | None, reason: DropReason) -> None:
        """One message more: the newest range grows when it fits, or when there are too many ranges already."""
        newest = self._db.execute(
            "SELECT id, last FROM drops WHERE topic = ? AND store = ? AND reason = ? ORDER BY id DESC LIMIT 1",
            (topic, store, reason),
        ).fetchone()
        (ranges,) = self._db.execute("SELECT count(*) FROM drops").fetchone()
        if seq is not None and newest and isinstance(newest[1], int) and (newest[1] + 1 == seq or ranges >= MAX_RANGES):
            self._db.execute(
                "UPDATE drops SET last = max(last, ?), first = min(first, ?), count = count + 1 WHERE id = ?",
                (seq, seq, newest[0]),
            )
        else:
            self._insert(topic, store, reason, seq, 1)

    def unnumbered(self, topic: str, store: str, count: int, reason: DropReason) -> None:
        """Messages whose numbers nobody knows: of a damaged store, or such as never had one."""
        there = self._db.execute(
            "UPDATE drops SET count = count + ? WHERE topic = ? AND store = ? AND reason = ? AND first IS NULL",
            (count, topic, store, reason),
        )
        if not there.rowcount:
            self._insert(topic, store, reason, None, count)

    def _insert(self, topic: str, store: str, reason: DropReason, seq: int | None, count: int) -> None:
        self._db.execute(
            "INSERT INTO drops (topic, store, reason, first, last, count) VALUES (?, ?, ?, ?, ?, ?)",
            (topic, store, reason, seq, seq, count),
        )

    def add(self, name: str, count: int) -> None:
        """Add to a total that outlives restarts."""
        self._db.execute(
            "INSERT INTO totals VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
            (name, count),
        )

    def give_up(self, keep: Keep, reason: DropReason, count: int) -> None:
        """Add to the total of what was given up of one dearness for one reason."""
        self.add(f"{DROPPED} {keep.name.lower()} {reason}", count)

    def given_up(self) -> dict[str, dict[str, int]]:
        """Those totals, by dearness and reason."""
        found: dict[str, dict[str, int]] = {}
        for name, count in self.totals().items():
            match name.split():
                case [word, keep, reason] if word == DROPPED:
                    found.setdefault(keep, {})[reason] = count
        return found

    def totals(self) -> dict[str, int]:
        """Every total by name."""
        return dict(self._db.execute("SELECT name, value FROM totals WHERE typeof(value) = 'integer'").fetchall())

    def pending(self) -> bool:
        """Whether something was given up that has not been said."""
        return self._db.execute("SELECT 1 FROM drops LIMIT 1").fetchone() is not None

    def drops(self) -> list[Drop]:
        """What is to be said; what the disk has garbled is left out."""
        found = self._db.execute("SELECT topic, store, reason, count, first, last FROM drops ORDER BY id")
        return [
            Drop(
                topic=Code(topic),
                lost_store=Code(store),
                reason=DropReason(reason),
                count=count,
                first=first,
                last=last,
            )
            for topic, store, reason, count, first, last in found
            if isinstance(topic, str) and isinstance(store, str) and isinstance(count, int)
            if reason in list(DropReason) and isinstance(first, int | None) and isinstance(last, int | None)
        ]

    def spoken(self) -> None:
        """It has been said."""
        self._db.execute("DELETE FROM drops")
