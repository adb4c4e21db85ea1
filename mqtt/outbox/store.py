"""The outbox on disk: one SQLite file, one thread; refuses to lose a committed message without saying which it was."""

import logging
import sqlite3
from binascii import crc32
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path

from events import Drop, DropReason
from mqtt.codec import Form, encode
from mqtt.outbox.damage import FAILURES, Tangled, code_of, damaged
from mqtt.outbox.dead import DeadLetters
from mqtt.outbox.file import File
from mqtt.outbox.losses import Losses
from mqtt.outbox.message import DeadLetter, Keep, OutboxUnavailable, Put, Row, Stats, Stream, first_id
from mqtt.outbox.numbering import Numbering
from mqtt.outbox.shedding import SHED_ROWS, Shedding
from mqtt.outbox.table import Found, Messages, whole

log = logging.getLogger(__name__)

LAST_ATTEMPT = 3
_SCHEMA = "CREATE TABLE IF NOT EXISTS saved (name TEXT PRIMARY KEY, crc INTEGER, value BLOB) WITHOUT ROWID"


class Store:
    """Every method is called by one thread. `path` None keeps everything in RAM, under the same rules.

    `now` gives epoch seconds, or None while the clock is not to be trusted: nothing expires then.
    """

    def __init__(self, path: Path | None, *, quota: int, form: Form, now: Callable[[], float | None]) -> None:
        self._file = File(path, quota)
        self._form = form
        self._now = now
        self._rows = 0
        self._numbering = Numbering()
        self._doubted = False
        self.ready()

    # --- opening, and replacing what is damaged

    def ready(self) -> None:
        """Open what is not open; a store that cannot be one is replaced. Raises OutboxUnavailable."""
        if self._file.is_open:
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
        self._file.open()
        db = self._file.db
        db.executescript(_SCHEMA)
        self._messages, self._losses, self._dead = Messages(db), Losses(db), DeadLetters(db)
        self._shedding = Shedding(self._file, self._messages, self._losses)
        self._numbering.read(db)
        self._file.settle()
        self._next = {keep: self._messages.end(keep, "max") + 1 for keep in Keep}
        self._count()

    def _replace(self, why: str) -> None:
        """Set a damaged store aside and begin an empty one, which will say what was lost with the old."""
        lost, rows = self._numbering.all(), self._rows
        try:
            aside = self._file.set_aside(int(self._now() or 0))
            log.error("outbox: the store is damaged (%s); set aside as %s", why, aside)
            self._open()
            self._confess(lost, rows)
        except FAILURES as error:
            self.close()
            raise OutboxUnavailable(f"the damaged outbox cannot be replaced: {error}") from None

    def _confess(self, lost: Sequence[Stream], rows: int) -> None:
        with self._file.transaction():
            self._losses.add("quarantined", 1)
            for stream in lost or [Stream("report", "unknown", 0)]:
                count = rows if stream.topic == "report" else 0
                self._losses.unnumbered(stream.topic, stream.store, count, DropReason.CORRUPT)

    def close(self) -> None:
        """Release the file; everything that was committed is there."""
        self._file.close()

    # --- the group commit

    def commit(self, puts: Sequence[Put], done: Sequence[int], saved: bytes | None) -> list[Row | Exception]:
        """One transaction: messages in, delivered ones out, the checkpoint replaced. Raises OutboxUnavailable.

        A put whose `encode` fails gets its exception and leaves no trace; the others are stored.
        """
        self.ready()
        for attempt in range(LAST_ATTEMPT + 1):
            numbering, following = self._numbering.copy(), dict(self._next)
            try:
                if attempt == 0:
                    self._file.breathe()
                with self._file.transaction():
                    rows = self._commit(puts, done, saved)
            except FAILURES as error:
                self._numbering, self._next = numbering, following
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
            self._file.db.execute("REPLACE INTO saved VALUES ('window', ?, ?)", (crc32(saved), saved))
        rows = [self._place(put) for put in puts]
        stored = [row for row in rows if isinstance(row, Row)]
        if stored and not self._shedding.make_room(stored, self._numbering):
            self._drop([(row.id, row.topic, row.seq) for row in stored], DropReason.FULL)
            stored = []
        self._messages.insert(stored, self._now())
        self._numbering.write(self._file.db, {put.topic for put in puts})
        return rows

    def _place(self, put: Put) -> Row | Exception:
        stream = self._numbering.following(put.topic)
        try:
            payload = put.encode(stream.store, stream.seq)
        except (ValueError, TypeError) as error:
            return error
        row = Row(self._next[put.keep], put.topic, stream.store, stream.seq, payload, put.expires)
        self._numbering.give(stream)
        self._next[put.keep] += 1
        return row

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
            if not whole(one):
                known = seq if isinstance(seq, int) else None
                bad.setdefault(DropReason.CORRUPT, []).append((row, str(topic), known))
            elif now is not None and expires is not None and expires <= now:
                bad.setdefault(DropReason.EXPIRED, []).append((row, topic, seq))
            else:
                rows.append(Row(row, topic, self._numbering.store_of(topic), seq, payload, expires))
        if bad:
            with self._file.transaction():
                for reason, dropped in bad.items():
                    self._drop(dropped, reason)
        return rows

    def again(self) -> None:
        """Whatever was taken and not done is to be taken again, from the oldest."""
        self._messages.again()

    def redate(self, topic: str, seqs: Collection[int], anew: Callable[[int, bytes], bytes]) -> int:
        """Replace the payloads of some messages that are not taken yet by `anew(seq, payload)`; how many there were."""
        with self._file.transaction():
            return self._messages.replace(topic, seqs, anew)

    def saved(self) -> bytes | None:
        """The checkpoint of the open window, or None when there is none that is whole."""
        for crc, value in self._file.db.execute("SELECT crc, value FROM saved WHERE name = 'window'"):
            if isinstance(value, bytes) and crc == crc32(value):
                return value
        return None

    def streams(self) -> list[Stream]:
        """The numbering of every topic so far."""
        return self._numbering.all()

    def dead(self) -> list[DeadLetter]:
        """The messages that no broker took, oldest first."""
        return self._dead.all()

    def stats(self) -> Stats:
        """What is known without reading the messages."""
        end = self._messages.end
        ends = {keep: (end(keep, "min"), end(keep, "max")) for keep in Keep}
        by_keep = {
            keep.name.lower(): high - low + 1 if high >= first_id(keep) else 0 for keep, (low, high) in ends.items()
        }
        now = self._now()
        ages = {
            keep.name.lower(): now - at
            for keep, (low, _) in ends.items()
            for at in self._messages.put_at(low)
            if now is not None
        }
        totals, given_up = self._losses.totals(), self._losses.given_up()
        return Stats(
            rows=sum(by_keep.values()),
            bytes=self._file.used(),
            quota=self._file.quota,
            by_keep=by_keep,
            oldest=max(ages.values(), default=None),
            ages=ages,
            dropped=sum(count for reasons in given_up.values() for count in reasons.values()),
            given_up=given_up,
            dead=totals.get("dead", 0),
            quarantined=totals.get("quarantined", 0),
            squeezed=self._file.squeezed,
        )

    # --- giving up

    def bury(self, rows: Sequence[Row], reason: DropReason) -> None:
        """Move messages that no broker takes to the dead letters."""
        with self._file.transaction():
            self._dead.keep(rows, reason, int(self._now() or 0))
            self._losses.add("dead", len(rows))
            self._drop([(row.id, row.topic, row.seq) for row in rows], reason)

    def forgo(self, topic: str, keep: Keep, count: int) -> None:
        """Count messages that were never stored, because the disk refused them for too long, and say so."""
        with self._file.transaction():
            self._losses.unnumbered(topic, self._numbering.store_of(topic), count, DropReason.UNSTORED)
            self._losses.give_up(keep, DropReason.UNSTORED, count)

    def _drop(self, rows: Sequence[tuple[int, str, int | None]], reason: DropReason) -> None:
        self._shedding.drop(rows, reason, self._numbering)

    def _speak_of_losses(self) -> None:
        """Turn what was given up into messages of its own, as dear as can be."""
        drops = self._losses.drops()
        puts = [Put("drop", _encoder(drop, self._form), Keep.RECORD) for drop in drops]
        with self._file.transaction():
            self._losses.spoken()
            if self._losses.pending():
                raise Tangled("what was dropped cannot be forgotten")
            self._messages.insert([row for row in map(self._place, puts) if isinstance(row, Row)], self._now())
            self._numbering.write(self._file.db, ["drop"])

    # --- surviving the disk

    def _survive(self, error: Exception, attempt: int) -> None:
        """Make the next attempt worth while, or say why there will be none."""
        if damaged(error) and attempt < LAST_ATTEMPT:
            self.doubt(error)
            return
        if code_of(error) not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR) or attempt == LAST_ATTEMPT:
            raise OutboxUnavailable(f"the disk refuses: {error}") from None
        if attempt == 0:
            self._file.give_way()
        self._file.shorten_log()
        if attempt > 0:
            with suppress(*FAILURES), self._file.transaction():
                self._shedding.shed(Keep.ALERT, max(SHED_ROWS, self._rows // 8), self._numbering)

    def _count(self) -> None:
        end = self._messages.end
        self._rows = sum(max(0, end(keep, "max") - end(keep, "min") + 1) for keep in Keep)


def _encoder(drop: Drop, form: Form) -> Callable[[str, int], bytes]:
    return lambda store, seq: encode(drop, form, store, seq)
