"""Goods by SKU: what lies on a shelf, what leaves it and the shop. Serials never come this far."""

from dataclasses import dataclass

from events.base import Event, Name, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfCount(Event):
    """One SKU before one antenna in one window (items, minutes); a row is sent when something happened or changed.

    `stock` is what lay there at the window's end, null with a reason while the reader was not heard; with the reason
    `shadowed` it may be wrong, since somebody stands there or an item comes or goes just now. `picked` and
    `put_back` are decisions of this window, `touched` handled without being picked (null where the reader tells no
    signal strength), `misplaced` items that lie elsewhere now.
    """

    shelf: Name
    sku: Name
    stock: int | None = None
    picked: int = 0
    put_back: int = 0
    touched: int | None = None
    misplaced: int = 0
    empty_minutes: float = 0.0
    shadowed_minutes: float = 0.0
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalCount(Event):
    """Goods carried through a portal in one window (items); `unpaid` is null where no till has an antenna."""

    portal: Name
    passed: int = 0
    unpaid: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsFunnel(Event):
    """What came of those who stopped at a shelf: persons `stopped`, items touched, picked, put back and left with.

    All null with reason `below_floor` when fewer persons than the floor stopped in the window.
    """

    zone: Name
    stopped: int | None = None
    touched: int | None = None
    picked: int | None = None
    put_back: int | None = None
    left: int | None = None
    reason: Reason | None = None
