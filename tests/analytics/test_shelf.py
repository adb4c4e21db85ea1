"""Shelves as timelines: hands that take, bodies that hide, readers that fail, goods that turn up elsewhere."""

import pytest

from analytics.attendance import Attendance
from analytics.shelf import Shelves
from analytics.zone import Zone
from observations import Box, GoodsSighting, Percept, Tally, Track
from simulation.reader.field import Body
from tests.analytics.goods import SETTLED, Shelf, row, sku_of


def settled(shelf: Shelf) -> Shelves:
    """A metric that has learnt the shelf, at the beginning of a window."""
    shelves = Shelves("shelf", shelf.plan)
    shelf.run(SETTLED, shelves.feed)
    shelves.restart(shelf.at)
    return shelves


def test_the_first_window_tells_all_stock_and_the_next_only_what_changed() -> None:
    shelf = Shelf()
    shelves = Shelves("shelf", shelf.plan)
    shelf.run(SETTLED, shelves.feed)
    first = shelves.tallies(0, SETTLED)
    assert [tally.values["stock"] for tally in first] == [5] * 6
    assert {tally.values["shelf"] for tally in first} == {"board-1"}
    assert all(tally.kind == "shelves" and tally.reason is None for tally in first)
    shelves.restart(shelf.at)
    shelf.run(SETTLED, shelves.feed)
    assert shelves.tallies(SETTLED, shelf.at) == []


@pytest.mark.parametrize("rate", [0.5, 0.65, 0.8])
def test_what_is_taken_is_picked_and_what_comes_back_is_put_back(rate: float) -> None:
    shelf = Shelf(rate=rate)
    shelves = settled(shelf)
    taken = shelf.items[12]
    shelf.field.take(taken, shelf.at)
    shelf.run(45, shelves.feed)
    told = row(shelves.tallies(SETTLED, shelf.at), sku_of(taken.gtin))
    assert (told["stock"], told["picked"], told["put_back"]) == (4, 1, 0)
    shelf.field.put(taken)
    shelf.run(20, shelves.feed)
    told = row(shelves.tallies(SETTLED, shelf.at), sku_of(taken.gtin))
    assert (told["stock"], told["picked"], told["put_back"]) == (5, 1, 1)
    assert len(shelves.tallies(SETTLED, shelf.at)) == 1


def test_a_body_that_stands_there_is_a_shadow_and_no_pick() -> None:
    shelf = Shelf()
    shelves = settled(shelf)
    shelf.field.bodies.append(Body(1, 0.5, 0.5, 1.0, shelf.at, shelf.at + 90))
    shelf.run(90, shelves.feed)
    rows = shelves.tallies(SETTLED, shelf.at)
    assert rows
    assert sum(int(str(tally.values["picked"])) for tally in rows) == 0
    assert max(float(str(tally.values["shadowed_minutes"])) for tally in rows) > 1.0
    shelf.run(30, shelves.feed)
    assert all(tally.values["stock"] in (5, None) for tally in shelves.tallies(SETTLED, shelf.at))


def hidden(shelves: Shelves, start: float, end: float) -> list[object]:
    """The articles whose stock is not to be relied on."""
    return [tally.values["sku"] for tally in shelves.tallies(start, end) if tally.reason == "shadowed"]


def test_stock_is_shadowed_while_somebody_may_be_taking_it_and_certain_again_when_he_has_gone() -> None:
    shelf = Shelf()
    shelves = settled(shelf)
    assert hidden(shelves, SETTLED, shelf.at) == []
    taken = shelf.items[12]
    shelf.field.bodies.append(Body(1, 0.5, 0.5, 0.8, shelf.at, shelf.at + 30))
    shelf.run(25, shelves.feed)
    shelf.field.take(taken, shelf.at)
    shelf.run(5, shelves.feed)
    told = {str(tally.values["sku"]): tally for tally in shelves.tallies(SETTLED, shelf.at)}
    assert (told[sku_of(taken.gtin)].values["stock"], told[sku_of(taken.gtin)].reason) == (5, "shadowed")
    assert sku_of(shelf.items[-1].gtin) not in told
    shelf.run(45, shelves.feed)
    assert hidden(shelves, SETTLED, shelf.at) == []
    assert row(shelves.tallies(SETTLED, shelf.at), sku_of(taken.gtin))["stock"] == 4


def test_stock_is_shadowed_when_an_item_comes_back_until_it_is_certain() -> None:
    shelf = Shelf(rate=0.8)
    shelves = settled(shelf)
    taken = shelf.items[12]
    shelf.field.take(taken, shelf.at)
    shelf.run(60, shelves.feed)
    assert hidden(shelves, SETTLED, shelf.at) == []
    shelf.field.put(taken)
    told = []
    for _ in range(12):
        shelf.run(0.5, shelves.feed)
        row_of = {str(one.values["sku"]): one for one in shelves.tallies(SETTLED, shelf.at)}[sku_of(taken.gtin)]
        told.append((row_of.values["stock"], row_of.reason))
    assert (4, "shadowed") in told
    assert told[-1] == (5, None)
    assert (4, None) not in told[told.index((4, "shadowed")) :]


def test_stock_is_shadowed_from_a_new_items_first_read_until_it_is_certain_however_seldom_it_is_read() -> None:
    shelf = Shelf()
    new = shelf.items[12]
    shelf.field.items.remove(new)
    shelves = settled(shelf)
    new.rate = 0.12
    shelf.field.items.append(new)
    told: list[tuple[object, object]] = []
    while (5, None) not in told and len(told) < 600:
        shelf.run(0.5, shelves.feed)
        rows = {str(one.values["sku"]): one for one in shelves.tallies(SETTLED, shelf.at)}
        one = rows.get(sku_of(new.gtin))
        told.append((one.values["stock"], one.reason) if one is not None else (4, None))
    assert told.count((4, "shadowed")) > 10
    assert (4, None) not in told[told.index((4, "shadowed")) :]
    assert told[-1] == (5, None)


def test_stock_of_an_antenna_that_fell_silent_before_the_end_or_has_just_begun_is_shadowed() -> None:
    shelf = Shelf()
    shelves = settled(shelf)
    shelf.run(200, shelves.feed)
    assert len(hidden(shelves, SETTLED, shelf.at + 15.0)) == 6
    begun = Shelves("shelf", shelf.plan)
    shelf.run(20, begun.feed)
    assert len(hidden(begun, shelf.at - 20, shelf.at)) == 6


def sparse(seed: int) -> Shelf:
    """Twenty-four tags, 10 cm apart, in an order within their articles that nobody knows."""
    shelf = Shelf(skus=4, items=6, width_m=2.4, seed=seed)
    shelf.renumber(seed)
    return shelf


@pytest.mark.parametrize("depth", [0.7, 0.85, 0.95])
def test_bodies_before_a_sparse_shelf_take_nothing(depth: float) -> None:
    shelf = sparse(3)
    shelves = settled(shelf)
    for x in (0.3, 0.75, 1.2, 1.65, 2.1):
        shelf.field.bodies.append(Body(1, x, 0.45, depth, shelf.at, shelf.at + 30))
        shelf.run(60, shelves.feed)
    rows = shelves.tallies(SETTLED, shelf.at)
    assert sum(int(str(tally.values["picked"])) for tally in rows) == 0
    shelf.run(60, shelves.feed)
    assert sum(int(str(tally.values["stock"])) for tally in rows) == 6 * len(rows)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_who_takes_from_a_sparse_shelf_and_goes_is_told(seed: int) -> None:
    shelf = sparse(seed)
    shelves = settled(shelf)
    taken = shelf.items[7]
    shelf.field.bodies.append(Body(1, taken.x_m + 0.1, 0.45, 0.8, shelf.at, shelf.at + 20))
    shelf.run(8, shelves.feed)
    shelf.field.take(taken, shelf.at)
    shelf.run(82, shelves.feed)
    picked = [tally.values["sku"] for tally in shelves.tallies(SETTLED, shelf.at) if tally.values["picked"]]
    assert picked == [sku_of(taken.gtin)]


def test_no_stock_is_certain_while_a_camera_sees_somebody_who_may_take_it() -> None:
    shelf = Shelf(rate=0.95)
    attendance = Attendance(Zone(name="tea", corners=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))))
    shelves = Shelves("shelf", shelf.plan, watched={"board-1": attendance})
    shelf.run(SETTLED, shelves.feed)
    somebody = Track(1, Box(0.7, 0.2, 0.8, 0.6), 0.9, 0.0)
    for there, sure in (((), True), ((somebody,), False), ((), False), ((), True)):
        for _ in range(4):
            shelf.run(0.5, shelves.feed)
            attendance.feed(shelf.at, Percept(shelf.at, "floor", there, ()))
        assert (hidden(shelves, SETTLED, shelf.at) == []) == sure


def test_two_that_are_taken_together_are_told_sooner_where_a_camera_sees_nobody() -> None:
    seconds = []
    for watched in (False, True):
        shelf = sparse(2)
        attendance = Attendance(Zone(name="tea", corners=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))))
        shelves = Shelves("shelf", shelf.plan, watched={"board-1": attendance})
        shelf.run(SETTLED, shelves.feed)
        shelves.restart(shelf.at)
        for item in sorted(shelf.items, key=lambda item: item.x_m)[8:10]:
            shelf.field.take(item, shelf.at)
        taken_at, picked = shelf.at, 0
        while picked < 2 and shelf.at < taken_at + 120:
            if watched:
                attendance.feed(shelf.at, Percept(shelf.at, "floor", (), ()))
            shelf.run(0.5, shelves.feed)
            picked = sum(int(str(tally.values["picked"])) for tally in shelves.tallies(SETTLED, shelf.at))
        seconds.append(shelf.at - taken_at)
    assert seconds[1] < 20.0
    assert seconds[1] < 0.7 * seconds[0]


def test_what_is_taken_from_behind_a_body_is_told_when_it_has_gone() -> None:
    shelf = Shelf()
    shelves = settled(shelf)
    taken = shelf.items[12]
    shelf.field.bodies.append(Body(1, 0.5, 0.5, 0.9, shelf.at, shelf.at + 20))
    shelf.run(5, shelves.feed)
    shelf.field.take(taken, shelf.at)
    shelf.run(45, shelves.feed)
    picked = [tally.values["sku"] for tally in shelves.tallies(SETTLED, shelf.at) if tally.values["picked"]]
    assert picked == [sku_of(taken.gtin)]


def test_a_reader_that_says_nothing_takes_nothing_from_the_shelf() -> None:
    shelf = Shelf(1, 2)
    shelves = settled(shelf)
    shelf.run(300, shelves.feed, deaf=(2,))
    rows = [tally for tally in shelves.tallies(SETTLED, shelf.at) if tally.reason != "shadowed"]
    assert [tally.values["shelf"] for tally in rows] == ["board-2"] * 6
    assert all(tally.values["stock"] is None and tally.reason == "not_seen" for tally in rows)
    shelves.restart(shelf.at)
    start = shelf.at
    shelf.run(60, shelves.feed)
    rows = shelves.tallies(start, shelf.at)
    assert [tally.values["stock"] for tally in rows] == [5] * 6
    assert not any(tally.values["picked"] for tally in rows)


def test_a_whole_article_that_is_swept_away_is_told_in_the_end() -> None:
    shelf = Shelf()
    shelves = settled(shelf)
    for item in shelf.items[10:20]:
        shelf.field.take(item, shelf.at)
    shelf.run(420, shelves.feed)
    rows = shelves.tallies(SETTLED, shelf.at)
    assert sum(int(str(tally.values["picked"])) for tally in rows) == 10


def test_goods_that_lie_elsewhere_are_misplaced_until_they_are_home() -> None:
    shelf = Shelf(1, 2)
    shelves = settled(shelf)
    stray = shelf.items[3]
    shelf.field.take(stray, shelf.at)
    shelf.run(30, shelves.feed)
    shelf.field.put(stray, antenna=2)
    shelf.run(200, shelves.feed)
    told = row(shelves.tallies(SETTLED, shelf.at), sku_of(stray.gtin))
    assert (told["stock"], told["picked"], told["put_back"], told["misplaced"]) == (4, 1, 0, 1)
    shelf.field.put(stray, antenna=1)
    shelf.run(30, shelves.feed)
    told = row(shelves.tallies(SETTLED, shelf.at), sku_of(stray.gtin))
    assert (told["stock"], told["put_back"], told["misplaced"]) == (5, 1, 0)


def test_a_neighbouring_antenna_that_overhears_misplaces_nothing() -> None:
    shelf = Shelf(1, 2)
    for item in shelf.items:
        item.leaks = {3 - item.antenna: 0.2}
    shelves = settled(shelf)
    shelf.run(600, shelves.feed)
    assert shelves.tallies(SETTLED, shelf.at) == []


def test_an_article_that_runs_out_is_empty_minutes_and_one_alarm() -> None:
    shelf = Shelf(items=2)
    shelves = settled(shelf)
    for item in shelf.items[4:6]:
        shelf.field.take(item, shelf.at)
        shelf.run(30, shelves.feed)
    shelf.run(540, shelves.feed)
    sku = sku_of(shelf.items[4].gtin)
    told = row(shelves.tallies(SETTLED, shelf.at), sku)
    assert told["stock"] == 0
    assert 8.5 <= float(str(told["empty_minutes"])) <= 9.5
    assert said(shelves.alarms(shelf.at)) == [("shelf_empty", sku, True)]
    for item in shelf.items[4:6]:
        shelf.field.put(item)
    shelf.run(60, shelves.feed)
    assert said(shelves.alarms(shelf.at)) == [("shelf_empty", sku, False)]


def said(alarms: list[Tally]) -> list[tuple[object, object, object]]:
    return [(alarm.values["kind"], alarm.values["name"], alarm.values["active"]) for alarm in alarms]


def test_what_is_only_handled_is_touched() -> None:
    shelf = Shelf()
    shelves = settled(shelf)
    shelf.items[7].handled_until = shelf.at + 5
    shelf.run(30, shelves.feed)
    told = row(shelves.tallies(SETTLED, shelf.at), sku_of(shelf.items[7].gtin))
    assert (told["touched"], told["picked"], told["stock"]) == (1, 0, 5)


def test_a_quiet_while_of_two_hundred_items_loses_none() -> None:
    shelf = Shelf(skus=40)
    shelves = settled(shelf)
    shelf.run(900, shelves.feed)
    assert [tally for tally in shelves.tallies(SETTLED, shelf.at) if tally.values["picked"]] == []


def test_a_reader_with_eight_antennas_comes_round_every_four_seconds() -> None:
    shelf = Shelf()
    shelves = Shelves("shelf", shelf.plan)

    def seldom(at: float, seen: GoodsSighting) -> None:
        if at % 4 == 0:
            shelves.feed(at, GoodsSighting(at, 4.0, seen.reader, seen.antenna, seen.goods))

    shelf.run(8 * SETTLED, seldom)
    shelves.restart(shelf.at)
    start = shelf.at
    shelf.field.take(shelf.items[12], shelf.at)
    shelf.run(240, seldom)
    told = row(shelves.tallies(start, shelf.at), sku_of(shelf.items[12].gtin))
    assert (told["stock"], told["picked"]) == (4, 1)


def test_asking_changes_nothing() -> None:
    shelf = Shelf()
    shelves = Shelves("shelf", shelf.plan)
    shelf.run(60, shelves.feed)
    once = [dict(tally.values) for tally in shelves.tallies(0, 60)]
    assert [dict(tally.values) for tally in shelves.tallies(0, 60)] == once
