"""Dead letters: what no broker takes, kept for a person to look at; the newest thousand of them."""

import sqlite3
from collections.abc import Iterable

from events import DropReason
from mqtt.outbox.message import DeadLetter, Row

MAX_DEAD = 1000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS dead (
    id INTEGER PRIMARY KEY, topic TEXT, store TEXT, seq INTEGER, reason TEXT, at INTEGER, payload BLOB);
"""


class DeadLetters:
    """The table in an open store; every change belongs to the transaction that is open around it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._db.executescript(_SCHEMA)

    def keep(self, rows: Iterable[Row], reason: DropReason, at: int) -> None:
        """Add messages that were given up at `at` (epoch seconds, 0 where the clock is not to be trusted)."""
        for row in rows:
            self._db.execute(
                "INSERT INTO dead (topic, store, seq, reason, at, payload) VALUES (?, ?, ?, ?, ?, ?)",
                (row.topic, row.store, row.seq, reason, at, row.payload),
            )
        self._db.execute("DELETE FROM dead WHERE id <= (SELECT max(id) FROM dead) - ?", (MAX_DEAD,))

    def all(self) -> list[DeadLetter]:
        """The letters, oldest first."""
        found = self._db.execute("SELECT topic, store, seq, reason, at, payload FROM dead ORDER BY id")
        return [DeadLetter(*row) for row in found]
