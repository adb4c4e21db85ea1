"""Portals, the goods funnel, tills and conversion: small timelines with sums done by hand."""

import pytest

from analytics.goods_funnel import goods_funnel
from analytics.portal import Portal
from analytics.sales import TillCounter, Trade, sales_conversion, wilson
from observations import GoodsRead, GoodsSighting, Receipt, Tally, Value


def sighting(at: float, antenna: int, *items: int, reader: str = "exit") -> GoodsSighting:
    return GoodsSighting(at, 0.5, reader, antenna, tuple(GoodsRead(item, "pen") for item in items))


def portal(feeds: list[GoodsSighting], tills: tuple[tuple[str, int], ...] = ()) -> dict[str, Value]:
    counter = Portal("exit", tills)
    for seen in feeds:
        counter.feed(seen.at, seen)
    (tally,) = counter.tallies(0, 300)
    assert tally.kind == "portals"
    return dict(tally.values)


def test_an_item_is_carried_out_once_and_a_single_read_is_a_reflection() -> None:
    told = portal([sighting(1, 1, 7), sighting(1.5, 1, 7, 8), sighting(2, 1, 7)])
    assert told == {"portal": "exit", "passed": 1, "unpaid": None}


def test_goods_that_a_till_had_first_are_paid() -> None:
    feeds = [sighting(1, 2, 7, 8), sighting(60, 1, 7, 8, 9), sighting(60.5, 1, 7, 8, 9)]
    assert portal(feeds, tills=(("exit", 2), ("counter", 1))) == {"portal": "exit", "passed": 3, "unpaid": 1}


def test_another_readers_shelf_is_no_portal() -> None:
    feeds = [sighting(at, 4, 7, reader="counter") for at in (1, 2, 3)]
    assert portal(feeds, tills=(("counter", 1),))["passed"] == 0


def test_yesterdays_payment_pays_nothing_today() -> None:
    feeds = [sighting(1, 2, 7), sighting(90_000, 1, 7), sighting(90_000.5, 1, 7)]
    assert portal(feeds, tills=(("exit", 2), ("counter", 1)))["unpaid"] == 1


def test_the_same_item_may_pass_again_after_a_pause() -> None:
    feeds = [sighting(at, 1, 7) for at in (1, 1.5, 2, 200, 200.5)]
    assert portal(feeds)["passed"] == 2


def window(kind: str, **values: Value) -> Tally:
    return Tally(kind, 0.0, 300.0, values)


SHELVES = [
    window("shelves", shelf="wall", sku="a", stock=1, picked=3, put_back=1, touched=4, misplaced=0),
    window("shelves", shelf="wall", sku="b", stock=1, picked=1, put_back=0, touched=None, misplaced=0),
    window("shelves", shelf="desk", sku="c", stock=1, picked=9, put_back=9, touched=9, misplaced=0),
]


def test_the_goods_funnel_joins_the_zone_and_its_shelves_only() -> None:
    (tally,) = goods_funnel("before-wall", {"wall"}, [window("zones", zone="before-wall", stops=12), *SHELVES])
    assert tally.values == {
        "zone": "before-wall",
        "stopped": 12,
        "touched": 8,
        "picked": 4,
        "put_back": 1,
        "left": 3,
    }
    assert tally.support == 12


def test_without_a_counted_zone_there_is_no_funnel() -> None:
    assert goods_funnel("before-wall", {"wall"}, SHELVES) == []


def test_a_till_counts_sales_and_keeps_apart_what_is_none() -> None:
    till = TillCounter("till-1")
    for at, kind in enumerate(["sale", "sale", "void", "refund", "reprint", "no_sale", "report", "idle", "sale"]):
        till.feed(at, Receipt(at, "till-1", kind))
    (tally,) = till.tallies(0, 300)
    assert tally.values == {"till": "till-1", "transactions": 3, "left_out": 4, "no_sale": 1}
    till.restart(300)
    assert till.tallies(300, 600)[0].values["transactions"] == 0


def conversion(seen: dict[str, float], visitors: int = 40) -> Tally:
    tallies = [
        window("tills", till="till-1", transactions=10, left_out=0, no_sale=0),
        window("lines", line="door", in_=visitors, out=3),
        window("lines", line="back", in_=500, out=3),
    ]
    (tally,) = sales_conversion(Trade("store", ("till-1",), (), ("door",)), tallies, seen)
    return tally


def test_conversion_has_an_interval() -> None:
    told = conversion({"till-1": 1.0, "door": 0.99})
    assert (told.values["transactions"], told.values["visitors"], told.values["rate"]) == (10, 40, 0.25)
    assert told.values["low"] == pytest.approx(0.1419, abs=1e-4)
    assert told.values["high"] == pytest.approx(0.4019, abs=1e-4)
    assert told.reason is None


@pytest.mark.parametrize("seen", [{"till-1": 1.0, "door": 0.5}, {"till-1": 0.2, "door": 1.0}, {"door": 1.0}])
def test_where_a_sensor_was_down_there_is_no_rate(seen: dict[str, float]) -> None:
    told = conversion(seen)
    assert (told.values["rate"], told.values["low"], told.values["high"]) == (None, None, None)
    assert told.reason == "not_seen"


def test_without_a_till_services_stand_for_transactions_and_staff_are_no_visitors() -> None:
    tallies = [
        window("queues", queue="till", served=12, joined=14),
        window("lines", line="door", in_=50, out=3),
        window("staff_lines", line="door", in_=2, visitors_in=48),
    ]
    trade = Trade("store", (), ("till",), ("door",))
    (told,) = sales_conversion(trade, tallies, {"till": 1.0, "door": 1.0})
    assert (told.values["transactions"], told.values["services"], told.values["visitors"]) == (None, 12, 48)
    assert told.values["rate"] == 0.25
    (blind,) = sales_conversion(trade, tallies, {"till": 0.4, "door": 1.0})
    assert blind.values["rate"] is None


def test_with_both_the_till_decides_and_the_services_stand_beside_it() -> None:
    tallies = [
        window("tills", till="till-1", transactions=9),
        window("queues", queue="till", served=12),
        window("lines", line="door", in_=36, out=3),
    ]
    trade = Trade("store", ("till-1",), ("till",), ("door",))
    (told,) = sales_conversion(trade, tallies, {"till-1": 1.0, "door": 1.0})
    assert (told.values["transactions"], told.values["services"], told.values["rate"]) == (9, 12, 0.25)


def test_nobody_is_no_rate() -> None:
    assert conversion({"till-1": 1.0, "door": 1.0}, visitors=0).values["rate"] is None


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"), [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 2, 0.0945, 0.9055)]
)
def test_wilson(hits: int, of: int, low: float, high: float) -> None:
    assert list(wilson(hits, of)) == pytest.approx([low, high], abs=1e-4)
