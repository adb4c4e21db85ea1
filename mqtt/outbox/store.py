"""The outbox on disk: one SQLite file, one thread; refuses to lose a committed message without saying which it was."""

import logging
import secrets
import sqlite3
from base64 import b32encode
from binascii import crc32
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from events import Drop, DropReason
from mqtt.codec import Form, encode
from mqtt.outbox.damage import FAILURES, Tangled, code_of, damaged
from mqtt.outbox.losses import Losses
from mqtt.outbox.message import DeadLetter, Keep, OutboxUnavailable, Put, Row, Stats, Stream, first_id
from mqtt.outbox.room import Ballast, set_aside, sync_folder
from mqtt.outbox.table import Found, Messages, whole

log = logging.getLogger(__name__)

PAGE = 4096
MAX_DEAD = 1000
RESERVE_PAGES = 8
SPARE_PAGES = 192
"""How far the store may grow into the ballast that it has given up; the rest of it is for the log."""
SHED_ROWS = 64
LAST_ATTEMPT = 3
_SCHEMA = """
CREATE TABLE IF NOT EXISTS streams (topic TEXT PRIMARY KEY, store TEXT, seq INTEGER, crc INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dead (
    id INTEGER PRIMARY KEY, topic TEXT, store TEXT, seq INTEGER, reason TEXT, at INTEGER, payload BLOB);
CREATE TABLE IF NOT EXISTS saved (name TEXT PRIMARY KEY, crc INTEGER, value BLOB) WITHOUT ROWID;
"""


class Store:
    """Every method is called by one thread. `path` None keeps everything in RAM, under the same rules.

    `now` gives epoch seconds, or None while the clock is not to be trusted: nothing expires then.
    """

    def __init__(self, path: Path | None, *, quota: int, form: Form, now: Callable[[], float | None]) -> None:
        self._path = path
        self._pages = quota // PAGE
        self._form = form
        self._now = now
        self._ballast = None if path is None else Ballast(path.with_name(path.name + ".ballast"))
        self._squeezed = False
        self._rows = 0
        self._connection: sqlite3.Connection | None = None
        self._streams: dict[str, Stream] = {}
        self._doubted = False
        self.ready()

    # --- opening, and replacing what is damaged

    def ready(self) -> None:
        """Open what is not open; a store that cannot be one is replaced. Raises OutboxUnavailable."""
        if self._connection is not None:
            return
        try:
            self._open()
        except FAILURES as error:
            self.close()
            if not damaged(error):
                raise OutboxUnavailable(f"the outbox cannot be opened: {error}") from None
            self._replace(str(error))

    def doubt(self, error: Exception) -> None:
        """A failing disk looks like a damaged store: what was called damaged is opened anew once before it is replaced.

        Raises OutboxUnavailable.
        """
        self.close()
        if self._doubted:
            self._replace(str(error))
        self._doubted = not self._doubted
        self.ready()

    def _open(self) -> None:
        self._connection = sqlite3.connect(self._path or ":memory:", isolation_level=None, check_same_thread=False)
        self._connection.text_factory = lambda text: text.decode(errors="replace")
        for pragma in (
            f"page_size={PAGE}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "wal_autocheckpoint=64",
            "journal_size_limit=1048576",
            f"max_page_count={self._pages}",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)
        self._messages, self._losses = Messages(self._db), Losses(self._db)
        if self._path is not None:
            sync_folder(self._path.parent)
        self._read_streams()
        self._next = {keep: self._messages.end(keep, "max") + 1 for keep in Keep}
        self._count()
        if self._ballast:
            self._ballast.take()

    def _read_streams(self) -> None:
        """A stream whose numbering is damaged begins again under a new name, so that no number is used twice."""
        self._streams = {}
        for topic, store, seq, crc in self._db.execute("SELECT topic, store, seq, crc FROM streams"):
            if crc == _stream_crc(topic, store, seq):
                self._streams[topic] = Stream(topic, store, seq)

    def _replace(self, why: str) -> None:
        """Set a damaged store aside and begin an empty one, which will say what was lost with the old."""
        lost, rows = self._streams, self._rows
        if self._path is None:
            raise OutboxUnavailable(why)
        try:
            aside = set_aside(self._path, int(self._now() or 0))
            log.error("outbox: the store is damaged (%s); set aside as %s", why, aside.name)
            self._open()
            self._confess(lost, rows)
        except FAILURES as error:
            self.close()
            raise OutboxUnavailable(f"the damaged outbox cannot be replaced: {error}") from None

    def _confess(self, lost: dict[str, Stream], rows: int) -> None:
        with self._transaction():
            self._losses.add("quarantined", 1)
            for stream in lost.values() or [Stream("report", "unknown", 0)]:
                count = rows if stream.topic == "report" else 0
                self._losses.unnumbered(stream.topic, stream.store, count, DropReason.CORRUPT)

    def close(self) -> None:
        """Release the file; everything that was committed is there."""
        if self._connection is not None:
            with suppress(*FAILURES):
                self._connection.close()
            self._connection = None

    @property
    def _db(self) -> sqlite3.Connection:
        if self._connection is None:
            raise OutboxUnavailable("the outbox is not open")
        return self._connection

    # --- the group commit

    def commit(self, puts: Sequence[Put], done: Sequence[int], saved: bytes | None) -> list[Row | Exception]:
        """One transaction: messages in, delivered ones out, the checkpoint replaced. Raises OutboxUnavailable.

        A put whose `encode` fails gets its exception and leaves no trace; the others are stored.
        """
        self.ready()
        for attempt in range(LAST_ATTEMPT + 1):
            streams, following = dict(self._streams), dict(self._next)
            try:
                if self._ballast and attempt == 0:
                    self._ballast.take()
                    self._squeeze(self._squeezed and not self._ballast.held)
                with self._transaction():
                    rows = self._commit(puts, done, saved)
            except FAILURES as error:
                self._streams, self._next = streams, following
                try:
                    self._survive(error, attempt)
                except FAILURES:
                    raise OutboxUnavailable(f"the disk refuses: {error}") from None
            else:
                self._count()
                return rows
        raise OutboxUnavailable("there is no room for the outbox on the disk")

    def _commit(self, puts: Sequence[Put], done: Sequence[int], saved: bytes | None) -> list[Row | Exception]:
        self._messages.delete(done)
        if saved is not None:
            self._db.execute("REPLACE INTO saved VALUES ('window', ?, ?)", (crc32(saved), saved))
        rows = [self._place(put) for put in puts]
        stored = [row for row in rows if isinstance(row, Row)]
        if stored and not self._make_room(stored, max(row.keep for row in stored)):
            self._drop([(row.id, row.topic, row.seq) for row in stored], DropReason.FULL)
            stored = []
        self._messages.insert(stored, self._now())
        self._number({put.topic for put in puts})
        return rows

    def _place(self, put: Put) -> Row | Exception:
        stream = self._streams.get(put.topic) or Stream(put.topic, _new_name(), 0)
        try:
            payload = put.encode(stream.store, stream.seq + 1)
        except (ValueError, TypeError) as error:
            return error
        row = Row(self._next[put.keep], put.topic, stream.store, stream.seq + 1, payload, put.expires)
        self._streams[put.topic] = Stream(put.topic, stream.store, stream.seq + 1)
        self._next[put.keep] += 1
        return row

    def _number(self, topics: Iterable[str]) -> None:
        for stream in (self._streams[topic] for topic in topics if topic in self._streams):
            self._db.execute(
                "REPLACE INTO streams VALUES (?, ?, ?, ?)",
                (stream.topic, stream.store, stream.seq, _stream_crc(stream.topic, stream.store, stream.seq)),
            )

    # --- reading

    def batch(self, count: int, least: Keep) -> list[Row]:
        """Up to `count` committed messages not yet taken, dearest first and then oldest, none less dear than `least`.

        Half of a batch stays for the less dear, so that a flood of alerts holds nothing back.
        """
        if self._losses.pending():
            self._speak_of_losses()
        rows: list[Row] = []
        for keep in sorted(Keep, reverse=True):
            if keep >= least:
                room = count - len(rows)
                rows += self._take(keep, max(1, room // 2) if keep > max(least, Keep.COUNT) else room)
        self._doubted = self._doubted and not rows
        return rows

    def _take(self, keep: Keep, count: int) -> list[Row]:
        rows: list[Row] = []
        while len(rows) < count and (found := self._messages.take(keep, count - len(rows))):
            rows += self._sound(found)
        return rows

    def _sound(self, found: Sequence[Found]) -> list[Row]:
        """The messages that are whole and have not expired; the others are dropped and will be spoken of."""
        now = self._now()
        rows: list[Row] = []
        bad: dict[DropReason, list[tuple[int, str, int | None]]] = {}
        for one in found:
            row, topic, seq, expires, _, payload = one
            stream = self._streams.get(topic)
            if not whole(one):
                known = seq if isinstance(seq, int) else None
                bad.setdefault(DropReason.CORRUPT, []).append((row, str(topic), known))
            elif now is not None and expires is not None and expires <= now:
                bad.setdefault(DropReason.EXPIRED, []).append((row, topic, seq))
            else:
                rows.append(Row(row, topic, stream.store if stream else "unknown", seq, payload, expires))
        if bad:
            with self._transaction():
                for reason, dropped in bad.items():
                    self._drop(dropped, reason)
        return rows

    def again(self) -> None:
        """Whatever was taken and not done is to be taken again, from the oldest."""
        self._messages.again()

    def redate(self, topic: str, seqs: Collection[int], anew: Callable[[int, bytes], bytes]) -> int:
        """Replace the payloads of some messages that are not taken yet by `anew(seq, payload)`; how many there were."""
        with self._transaction():
            return self._messages.replace(topic, seqs, anew)

    def saved(self) -> bytes | None:
        """The checkpoint of the open window, or None when there is none that is whole."""
        for crc, value in self._db.execute("SELECT crc, value FROM saved WHERE name = 'window'"):
            if isinstance(value, bytes) and crc == crc32(value):
                return value
        return None

    def streams(self) -> list[Stream]:
        """The numbering of every topic so far."""
        return list(self._streams.values())

    def dead(self) -> list[DeadLetter]:
        """The messages that no broker took, oldest first."""
        found = self._db.execute("SELECT topic, store, seq, reason, at, payload FROM dead ORDER BY id")
        return [DeadLetter(*row) for row in found]

    def stats(self) -> Stats:
        """What is known without reading the messages."""
        end = self._messages.end
        ends = {keep: (end(keep, "min"), end(keep, "max")) for keep in Keep}
        by_keep = {
            keep.name.lower(): high - low + 1 if high >= first_id(keep) else 0 for keep, (low, high) in ends.items()
        }
        now = self._now()
        ages = [now - at for low, _ in ends.values() for at in self._messages.put_at(low)] if now is not None else []
        totals = self._losses.totals()
        return Stats(
            rows=sum(by_keep.values()),
            bytes=(self._pragma("page_count") - self._pragma("freelist_count")) * PAGE,
            quota=self._pages * PAGE,
            by_keep=by_keep,
            oldest=max(ages, default=None),
            dropped=totals.get("dropped", 0),
            dead=totals.get("dead", 0),
            quarantined=totals.get("quarantined", 0),
            squeezed=self._squeezed,
        )

    # --- giving up

    def bury(self, rows: Sequence[Row], reason: DropReason) -> None:
        """Move messages that no broker takes to the dead letters, of which the newest thousand are kept."""
        at = int(self._now() or 0)
        with self._transaction():
            for row in rows:
                self._db.execute(
                    "INSERT INTO dead (topic, store, seq, reason, at, payload) VALUES (?, ?, ?, ?, ?, ?)",
                    (row.topic, row.store, row.seq, reason, at, row.payload),
                )
            self._db.execute("DELETE FROM dead WHERE id <= (SELECT max(id) FROM dead) - ?", (MAX_DEAD,))
            self._losses.add("dead", len(rows))
            self._drop([(row.id, row.topic, row.seq) for row in rows], reason)

    def forgo(self, topic: str, count: int) -> None:
        """Count messages that were never stored, because the disk refused them for too long, and say so."""
        stream = self._streams.get(topic)
        with self._transaction():
            self._losses.unnumbered(topic, stream.store if stream else "unknown", count, DropReason.UNSTORED)
            self._losses.add("dropped", count)

    def _drop(self, rows: Sequence[tuple[int, str, int | None]], reason: DropReason) -> None:
        for _, topic, seq in rows:
            stream = self._streams.get(topic)
            self._losses.one(topic, stream.store if stream else "unknown", seq, reason)
        self._losses.add("dropped", len(rows))
        self._messages.delete(row for row, _, _ in rows)

    def _speak_of_losses(self) -> None:
        """Turn what was given up into messages of its own, as dear as can be."""
        drops = self._losses.drops()
        puts = [Put("drop", _encoder(drop, self._form), Keep.RECORD) for drop in drops]
        with self._transaction():
            self._losses.spoken()
            if self._losses.pending():
                raise Tangled("what was dropped cannot be forgotten")
            self._messages.insert([row for row in map(self._place, puts) if isinstance(row, Row)], self._now())
            self._number({"drop"})

    def _make_room(self, rows: Sequence[Row], dearest: Keep) -> bool:
        """Drop the oldest of the least dear until the rows fit; False when nothing as cheap as they are is left."""
        needed = sum(len(row.payload) // (PAGE - 128) + 1 for row in rows if len(row.payload) > PAGE // 4)
        needed += sum(len(row.payload) + 64 for row in rows if len(row.payload) <= PAGE // 4) // PAGE + RESERVE_PAGES
        while self._free_pages() < needed:
            if not self._shed(dearest, SHED_ROWS):
                return False
        return True

    def _free_pages(self) -> int:
        return self._pragma("max_page_count") - self._pragma("page_count") + self._pragma("freelist_count")

    def _shed(self, dearest: Keep, count: int) -> int:
        for keep in sorted(Keep):
            if keep > dearest:
                break
            oldest = self._messages.oldest(keep, count)
            if oldest:
                self._drop(oldest, DropReason.FULL)
                return len(oldest)
        return 0

    # --- surviving the disk

    def _survive(self, error: Exception, attempt: int) -> None:
        """Make the next attempt worth while, or say why there will be none."""
        if damaged(error) and attempt < LAST_ATTEMPT:
            self.doubt(error)
            return
        if code_of(error) not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR) or attempt == LAST_ATTEMPT:
            raise OutboxUnavailable(f"the disk refuses: {error}") from None
        if self._ballast and attempt == 0:
            self._squeeze(on=True, spare=SPARE_PAGES if self._ballast.release() else 0)
        with suppress(*FAILURES):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if attempt > 0:
            with suppress(*FAILURES), self._transaction():
                self._shed(Keep.ALERT, max(SHED_ROWS, self._rows // 8))

    def _squeeze(self, on: bool, spare: int = 0) -> None:
        """While others fill the disk the store grows no further than into its ballast; it makes room within itself."""
        if on is not self._squeezed:
            log.warning("outbox: the disk is %s", "full: the store lives on its ballast" if on else "free again")
            self._squeezed = on
            pages = min(self._pages, self._pragma("page_count") + spare)
            self._pragma_set("max_page_count", pages if on else self._pages)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            with suppress(*FAILURES):
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _count(self) -> None:
        end = self._messages.end
        self._rows = sum(max(0, end(keep, "max") - end(keep, "min") + 1) for keep in Keep)

    def _pragma(self, name: str) -> int:
        (value,) = self._db.execute(f"PRAGMA {name}").fetchone()
        return int(value)

    def _pragma_set(self, name: str, value: int) -> None:
        self._db.execute(f"PRAGMA {name}={value}").fetchone()


def _new_name() -> str:
    return b32encode(secrets.token_bytes(10)).decode().lower()


def _stream_crc(topic: str, store: str, seq: int) -> int:
    return crc32(f"{topic} {store} {seq}".encode(errors="replace"))


def _encoder(drop: Drop, form: Form) -> Callable[[str, int], bytes]:
    return lambda store, seq: encode(drop, form, store, seq)
