"""What the gate lets through, what it nulls, and that it denies by default."""

import dataclasses
import enum
import typing

import pytest

import events
from events import Alert, Event, Heatmap, LineCount, Name
from observations import Tally, Value
from privacy.gate import Gate
from privacy.policy import POLICY, Release

LINE: dict[str, Value] = {"line": "door", "in_": 3, "out": 2, "day_in": 30, "day_out": 20}


def test_a_tally_without_a_policy_row_becomes_nothing_and_is_counted() -> None:
    gate = Gate()
    assert gate.release(Tally("faces", 0.0, 300.0, {"in_": 1})) is None
    assert gate.refused == 1


def test_a_plain_count_leaves_as_it_is() -> None:
    assert Gate().release(Tally("lines", 0.0, 300.0, LINE, support=1)) == LineCount(
        line=Name("door"), in_=3, out=2, day_in=30, day_out=20
    )


@pytest.mark.parametrize(("support", "in_"), [(4, None), (5, 3)])
def test_below_the_floor_a_floored_field_is_null(
    monkeypatch: pytest.MonkeyPatch, support: int, in_: int | None
) -> None:
    monkeypatch.setitem(POLICY, "lines", Release(LineCount, floor=5, floored=("in_",)))
    event = Gate().release(Tally("lines", 0.0, 300.0, LINE, support=support))
    assert isinstance(event, LineCount)
    assert event.in_ == in_
    assert event.out == 2


def test_the_owner_can_raise_a_floor_but_not_lower_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICY, "lines", Release(LineCount, floor=5, floored=("in_",)))
    tally = Tally("lines", 0.0, 300.0, LINE, support=4)
    for floor, expected in ((2, None), (10, None)):
        event = Gate(floor).release(tally)
        assert isinstance(event, LineCount)
        assert event.in_ is expected


def test_a_row_that_is_whole_is_released_whole_or_not_at_all() -> None:
    gate = Gate()
    few, enough = (
        Tally("flows", 0.0, 300.0, {"from_zone": "door", "to_zone": "till", "persons": n}, support=n) for n in (4, 5)
    )
    assert gate.release(few) is None
    assert gate.withheld == 1
    assert gate.release(enough) is not None


def test_cells_with_too_few_behind_them_are_zero() -> None:
    cells: dict[str, Value] = {"camera": "door", "columns": 2, "rows": 2, "cells": (90, 80, 70, 0)}
    event = Gate().release(Tally("heatmap", 0, 3600, cells, support=7, behind=(7, 4, 5, 0)), start=1, seconds=3600)
    assert isinstance(event, Heatmap)
    assert event.cells == (90, 0, 70, 0)
    assert event.start == 1


def test_an_alarm_is_told_with_the_moment_that_the_clock_gives_it() -> None:
    said: dict[str, Value] = {"kind": "crowded", "active": True, "name": "aisle", "sensor": "camera", "value": 7}
    event = Gate().release(Tally("alert", 5.0, 5.0, said), at=1_790_000_000)
    assert isinstance(event, Alert)
    assert (event.at, event.name, event.value) == (1_790_000_000, "aisle", 7)


def test_noise_has_the_scale_that_the_policy_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICY, "lines", Release(LineCount, noise={"out": 2.0}))
    draws = iter((index + 0.5) / 2000 for index in range(2000))
    gate = Gate(uniform=lambda: next(draws))
    outs = []
    for _ in range(2000):
        event = gate.release(Tally("lines", 0.0, 300.0, {**LINE, "out": 100}))
        assert isinstance(event, LineCount)
        outs.append(event.out)
    assert abs(sum(outs) / 2000 - 100) < 0.6
    assert abs(sum(abs(out - 100) for out in outs) / 2000 - 2.0) < 0.6


def _leaves(annotation: object) -> typing.Iterator[object]:
    arguments = typing.get_args(annotation)
    if arguments:
        for argument in arguments:
            yield from _leaves(argument)
    else:
        yield annotation


def _event_types() -> list[type[Event]]:
    return [
        one for one in vars(events).values() if isinstance(one, type) and issubclass(one, Event) and one is not Event
    ]


@pytest.mark.parametrize("event", _event_types(), ids=lambda event: str(event.__name__))
def test_no_field_of_an_event_has_room_for_a_person(event: type[Event]) -> None:
    allowed = {int, float, bool, type(None), Ellipsis}
    for name, annotation in typing.get_type_hints(event).items():
        for leaf in _leaves(annotation):
            plain = leaf in allowed or isinstance(leaf, typing.NewType)
            closed = isinstance(leaf, type) and issubclass(leaf, enum.Enum | Event)
            assert plain or closed, f"{event.__name__}.{name} may hold {leaf}"


def test_every_policy_row_names_fields_that_its_event_has() -> None:
    for kind, row in POLICY.items():
        fields = {field.name for field in dataclasses.fields(row.event)}
        assert set(row.floored) | set(row.noise) <= fields, kind
