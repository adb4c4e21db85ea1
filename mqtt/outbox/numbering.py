"""The numbers of messages: one stream a topic, without holes; refuses to use a number twice, whatever a disk does."""

import secrets
import sqlite3
from base64 import b32encode
from binascii import crc32
from collections.abc import Iterable

from mqtt.outbox.message import Stream

_SCHEMA = """
CREATE TABLE IF NOT EXISTS streams (topic TEXT PRIMARY KEY, store TEXT, seq INTEGER, crc INTEGER) WITHOUT ROWID;
"""


class Numbering:
    """The streams of a store by topic. They outlive the file they were read from, so that its loss can be told."""

    def __init__(self) -> None:
        self._streams: dict[str, Stream] = {}

    def read(self, db: sqlite3.Connection) -> None:
        """Take what the file says. A stream whose row is damaged is not known, and begins again under a new name."""
        db.executescript(_SCHEMA)
        found = db.execute("SELECT topic, store, seq, crc FROM streams").fetchall()
        self._streams = {
            topic: Stream(topic, store, seq) for topic, store, seq, crc in found if crc == _crc(topic, store, seq)
        }

    def write(self, db: sqlite3.Connection, topics: Iterable[str]) -> None:
        """Store the streams of some topics in the transaction that is open."""
        for stream in (self._streams[topic] for topic in topics if topic in self._streams):
            db.execute(
                "REPLACE INTO streams VALUES (?, ?, ?, ?)",
                (stream.topic, stream.store, stream.seq, _crc(stream.topic, stream.store, stream.seq)),
            )

    def all(self) -> list[Stream]:
        """Every stream so far."""
        return list(self._streams.values())

    def store_of(self, topic: str) -> str:
        """The name under which a topic is numbered."""
        stream = self._streams.get(topic)
        return stream.store if stream else "unknown"

    def following(self, topic: str) -> Stream:
        """The stream of a topic as it is with one message more."""
        stream = self._streams.get(topic) or Stream(topic, b32encode(secrets.token_bytes(10)).decode().lower(), 0)
        return Stream(topic, stream.store, stream.seq + 1)

    def give(self, stream: Stream) -> None:
        """Its last number has been given."""
        self._streams[stream.topic] = stream

    def copy(self) -> "Numbering":
        """As it is now, for when the transaction fails: numbers that were given since were never seen outside."""
        kept = Numbering()
        kept._streams = dict(self._streams)
        return kept


def _crc(topic: str, store: str, seq: int) -> int:
    return crc32(f"{topic} {store} {seq}".encode(errors="replace"))
