"""What is given up so that something else can stay: the oldest of the least dear, and never without counting it."""

from collections import Counter
from collections.abc import Sequence

from events import DropReason
from mqtt.outbox.file import PAGE, File
from mqtt.outbox.losses import Losses
from mqtt.outbox.message import Keep, Row, keep_of
from mqtt.outbox.numbering import Numbering
from mqtt.outbox.table import Messages

RESERVE_PAGES = 8
SHED_ROWS = 64


class Shedding:
    """Takes messages out of an open store; every change belongs to the transaction that is open around it."""

    def __init__(self, file: File, messages: Messages, losses: Losses) -> None:
        self._file, self._messages, self._losses = file, messages, losses

    def drop(self, rows: Sequence[tuple[int, str, int | None]], reason: DropReason, numbering: Numbering) -> None:
        """Give up messages (id, topic, seq), and note which they were."""
        for _, topic, seq in rows:
            self._losses.one(topic, numbering.store_of(topic), seq, reason)
        for keep, count in Counter(keep_of(row) for row, _, _ in rows).items():
            self._losses.give_up(keep, reason, count)
        self._messages.delete(row for row, _, _ in rows)

    def make_room(self, rows: Sequence[Row], numbering: Numbering) -> bool:
        """Give up messages until `rows` fit; False when nothing that is as cheap as they are is left."""
        dearest = max(row.keep for row in rows)
        needed = _pages(rows)
        while self._file.free_pages() < needed:
            if not self.shed(dearest, SHED_ROWS, numbering):
                return False
        return True

    def shed(self, dearest: Keep, count: int, numbering: Numbering) -> int:
        """Give up the oldest `count` of the least dear, nothing dearer than `dearest`; how many there were."""
        for keep in sorted(Keep):
            if keep > dearest:
                break
            oldest = self._messages.oldest(keep, count)
            if oldest:
                self.drop(oldest, DropReason.FULL, numbering)
                return len(oldest)
        return 0


def _pages(rows: Sequence[Row]) -> int:
    """How many pages `rows` need at most: a large payload has its own, small ones share."""
    large = sum(len(row.payload) // (PAGE - 128) + 1 for row in rows if len(row.payload) > PAGE // 4)
    small = sum(len(row.payload) + 64 for row in rows if len(row.payload) <= PAGE // 4)
    return large + small // PAGE + RESERVE_PAGES
