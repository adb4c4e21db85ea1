"""A store's file: SQLite opened so that what was committed survives a power cut, and kept alive on a full disk."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mqtt.outbox.damage import FAILURES
from mqtt.outbox.message import OutboxUnavailable
from mqtt.outbox.room import Ballast, set_aside, sync_folder

log = logging.getLogger(__name__)

PAGE = 4096
SPARE_PAGES = 192
"""How far the store may grow into the ballast that it has given up; the rest of it is for the log."""


class File:
    """One SQLite file of at most `quota` bytes, or the same in RAM where `path` is None."""

    def __init__(self, path: Path | None, quota: int) -> None:
        self._path = path
        self._pages = quota // PAGE
        self._ballast = None if path is None else Ballast(path.with_name(path.name + ".ballast"))
        self._connection: sqlite3.Connection | None = None
        self.squeezed = False

    @property
    def db(self) -> sqlite3.Connection:
        """The open connection. Raises OutboxUnavailable."""
        if self._connection is None:
            raise OutboxUnavailable("the outbox is not open")
        return self._connection

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._connection is not None

    def open(self) -> None:
        """Open or make it. Raises what `damage.FAILURES` names."""
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
            self._connection.execute(f"PRAGMA {pragma}")

    def settle(self) -> None:
        """Make its name durable, now that there is something in it, and take the ballast."""
        if self._path is not None:
            sync_folder(self._path.parent)
        if self._ballast:
            self._ballast.take()

    def close(self) -> None:
        """Release it; everything that was committed is there."""
        if self._connection is not None:
            with suppress(*FAILURES):
                self._connection.close()
            self._connection = None

    def set_aside(self, stamp: int) -> str:
        """Rename a damaged file, that it may be looked at; its new name. Raises OutboxUnavailable in RAM, OSError."""
        if self._path is None:
            raise OutboxUnavailable("a store in RAM cannot be set aside")
        return set_aside(self._path, stamp).name

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it is on the disk afterwards, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.db.execute("COMMIT")
        finally:
            with suppress(*FAILURES):
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")

    # --- room

    @property
    def quota(self) -> int:
        """Bytes that it may have."""
        return self._pages * PAGE

    def used(self) -> int:
        """Bytes that it has, those of free pages aside."""
        return (self._pragma("page_count") - self._pragma("freelist_count")) * PAGE

    def free_pages(self) -> int:
        """Pages that may still be written to."""
        return self._pragma("max_page_count") - self._pragma("page_count") + self._pragma("freelist_count")

    def breathe(self) -> None:
        """Grow again as far as the quota allows, once others have left room for the ballast."""
        if self._ballast:
            self._ballast.take()
            self._squeeze(self.squeezed and not self._ballast.held)

    def give_way(self) -> None:
        """Others have filled the disk: live on the ballast."""
        if self._ballast:
            self._squeeze(on=True, spare=SPARE_PAGES if self._ballast.release() else 0)

    def shorten_log(self) -> None:
        """Bring the log into the file, and cut it, as far as that works."""
        with suppress(*FAILURES):
            self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _squeeze(self, on: bool, spare: int = 0) -> None:
        if on is not self.squeezed:
            log.warning("outbox: the disk is %s", "full: the store lives on its ballast" if on else "free again")
            self.squeezed = on
            pages = min(self._pages, self._pragma("page_count") + spare) if on else self._pages
            self.db.execute(f"PRAGMA max_page_count={pages}").fetchone()

    def _pragma(self, name: str) -> int:
        (value,) = self.db.execute(f"PRAGMA {name}").fetchone()
        return int(value)
