"""The table of waiting messages: ids are ordered by dearness and age, so every question is a range of the key."""

import sqlite3
from collections.abc import Callable, Collection, Iterable
from itertools import pairwise
from typing import Any
from zlib import crc32

from mqtt.outbox.damage import Tangled
from mqtt.outbox.message import Keep, Row, first_id

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, topic TEXT, seq INTEGER, at INTEGER, expires INTEGER, crc INTEGER, payload BLOB);
"""
Found = tuple[Any, ...]
"""A row as it is on the disk, not believed yet: id, topic, seq, expires, crc, payload."""


class Messages:
    """The table in an open store; every change belongs to the transaction that is open around it.

    `taken` is the id up to which messages of each dearness were handed out.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._db.executescript(_SCHEMA)
        self.taken = {keep: first_id(keep) - 1 for keep in Keep}

    def again(self) -> None:
        """Whatever was taken and not done is to be taken again, from the oldest."""
        self.taken = {keep: first_id(keep) - 1 for keep in Keep}

    def insert(self, rows: Iterable[Row], at: float | None) -> None:
        """Add messages that were put at `at` (epoch seconds)."""
        for row in rows:
            expires = None if row.expires is None else int(row.expires)
            self._db.execute(
                "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    row.id,
                    row.topic,
                    row.seq,
                    None if at is None else int(at),
                    expires,
                    _crc(row.topic, row.seq, expires, row.payload),
                    row.payload,
                ),
            )

    def delete(self, ids: Iterable[int]) -> None:
        """Remove messages."""
        self._db.executemany("DELETE FROM messages WHERE id = ?", [(row,) for row in ids])

    def take(self, keep: Keep, count: int) -> list[Found]:
        """The next of one dearness, which are taken then. Raises Tangled."""
        found = self._db.execute(
            "SELECT id, topic, seq, expires, crc, payload FROM messages WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
            (self.taken[keep], _last(keep), count),
        ).fetchall()
        ids = [self.taken[keep], *(row for row, *_ in found)]
        if any(later <= earlier for earlier, later in pairwise(ids)):
            raise Tangled("the messages are not in their order")
        self.taken[keep] = ids[-1]
        return found

    def oldest(self, keep: Keep, count: int) -> list[tuple[int, str, int | None]]:
        """Id, topic and seq of the oldest of one dearness that are not taken."""
        return self._db.execute(
            "SELECT id, topic, CASE typeof(seq) WHEN 'integer' THEN seq END FROM messages"
            " WHERE id > ? AND id < ? ORDER BY id LIMIT ?",
            (self.taken[keep], _last(keep), count),
        ).fetchall()

    def replace(self, topic: str, seqs: Collection[int], anew: Callable[[int, bytes], bytes]) -> int:
        """Replace the payloads of some counts that are not taken yet by `anew(seq, payload)`; how many there were."""
        found = self._db.execute(
            "SELECT id, seq, expires, payload FROM messages WHERE id > ? AND id < ? AND topic = ?",
            (self.taken[Keep.COUNT], _last(Keep.COUNT), topic),
        ).fetchall()
        changed = [(row, seq, expires, anew(seq, payload)) for row, seq, expires, payload in found if seq in seqs]
        for row, seq, expires, payload in changed:
            crc = _crc(topic, seq, expires, payload)
            self._db.execute("UPDATE messages SET crc = ?, payload = ? WHERE id = ?", (crc, payload, row))
        return len(changed)

    def put_at(self, row: int) -> list[int]:
        """When a message was put (epoch seconds), if that is known."""
        return [
            at for (at,) in self._db.execute("SELECT at FROM messages WHERE id = ? AND typeof(at) = 'integer'", (row,))
        ]

    def end(self, keep: Keep, which: str) -> int:
        """The `min` or `max` id of one dearness; the id before its first when there is none."""
        query = f"SELECT {which}(id) FROM messages WHERE id >= ? AND id < ?"  # noqa: S608
        (found,) = self._db.execute(query, (first_id(keep), _last(keep))).fetchone()
        return first_id(keep) - 1 if found is None else int(found)


def whole(found: Found) -> bool:
    """Whether a row is what was stored."""
    _, topic, seq, expires, crc, payload = found
    return isinstance(payload, bytes) and bool(crc == _crc(topic, seq, expires, payload))


def _last(keep: Keep) -> int:
    return first_id(keep) + 2**55


def _crc(topic: str, seq: int, expires: int | None, payload: bytes) -> int:
    return crc32(payload, crc32(f"{topic} {seq} {expires}".encode(errors="replace")))
