"""What a till did, without a word of its receipts."""

from dataclasses import dataclass

from events.base import Event, Name, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class TillCount(Event):
    """One till in one window: sales, and what was not counted as one (voids, refunds, reprints, reports).

    `no_sale` are openings of the drawer without a receipt.
    """

    till: Name
    transactions: int = 0
    left_out: int = 0
    no_sale: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesConversion(Event):
    """Transactions per visitor in one window, with its 95 % Wilson interval (0..1).

    `services` are customers whom the camera saw being served at the area's queues, null where none is named. Where no
    till is named they stand for the transactions, which are null. Staff told by badges are not visitors.

    `rate`, `low` and `high` are null with a reason where a till or a camera did not see the whole window, or nobody
    came. A group that buys together is several visitors and one transaction.
    """

    area: Name
    transactions: int | None = 0
    visitors: int = 0
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    reason: Reason | None = None
    services: int | None = None
