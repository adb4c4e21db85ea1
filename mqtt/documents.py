"""Events as plain documents and back: every problem of a document is found, and none of it is believed before.

A row of a report is an object by name, or an array: what is always there, and histograms, at its place, then, if
anything is, one object with what else there is; or, if nothing else is, without the defaults at its end. A box writes
arrays, because a report comes with every window; both are read.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any, TypeAlias

from events import Event, Report
from mqtt.shape import REQUIRED, Field, shape

Document: TypeAlias = dict[str, Any]
_EXACT = 2**53
ROWS = frozenset(field.type for field in shape(Report) if field.nested)
"""The types whose rows may be arrays."""


def plain(field: Field, value: Any) -> Any:
    """A field's value as JSON has it."""
    if value is None:
        return None
    if field.many:
        return [row(item) if field.nested else _cell(item) for item in value]
    return _cell(value)


def row(event: Event) -> Document:
    """An event as JSON has it: fields by name, those left out that may be and are null or empty."""
    values: Document = {}
    for field in shape(type(event)):
        value = getattr(event, field.attribute)
        if field.default not in (None, ()) or value != field.default:
            values[field.name] = plain(field, value)
    return values


def lean(event: Event) -> Document:
    """An event as a report is written: what has its default is left out, rows are arrays."""
    values = ((field, getattr(event, field.attribute)) for field in shape(type(event)))
    return {field.name: _lean(field, value) for field, value in values if value != field.default}


def _lean(field: Field, value: Any) -> Any:
    if value is None or not field.many:
        return _short(value)
    if field.nested:
        return [_by_place(item) for item in value]
    return [_short(item) for item in trimmed(field, value)]


def _by_place(event: Event) -> list[Any]:
    values = [(field, getattr(event, field.attribute)) for field in shape(type(event))]
    named = {field.name: _lean(field, value) for field, value in values if not field.placed and value is not None}
    placed = [(field, value) for field, value in values if field.placed]
    while placed and not named and placed[-1][1] == placed[-1][0].default:
        placed.pop()
    return [_lean(field, value) for field, value in placed] + ([named] if named else [])


def trimmed(field: Field, value: Sequence[Any]) -> Sequence[Any]:
    """A histogram without the zeros at its end; anything else as it is."""
    end = len(value)
    while field.bins == len(value) and end and value[end - 1] == 0:
        end -= 1
    return value[:end]


def _short(value: Any) -> Any:
    """A whole number without its decimals."""
    whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
    return int(value) if whole else _cell(value)


def _cell(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def read(event: type[Event], row: Any, path: str, problems: list[str]) -> Event | None:
    """The event of a document, or None and what is wrong with it appended to `problems` as `path: reason`."""
    before = len(problems)
    if isinstance(row, list) and event in ROWS:
        row = _by_name(event, row, path, problems)
    if not isinstance(row, dict):
        problems.append(f"{path}: not an object")
        return None
    values: dict[str, Any] = {}
    known = {field.name: field for field in shape(event)}
    problems += [f"{path}.{name}: not a field of {event.__name__}" for name in row if name not in known]
    for name, field in known.items():
        if name in row:
            values[field.attribute] = _read(field, row[name], f"{path}.{name}", problems)
        elif field.default is REQUIRED:
            problems.append(f"{path}.{name}: missing")
    return event(**values) if len(problems) == before else None


def places(event: type[Event]) -> dict[str, tuple[str, ...]]:
    """Of each kind of rows in a document, the names of a row's places."""
    return {
        field.name: tuple(one.name for one in shape(field.type) if one.placed) for field in shape(event) if field.nested
    }


def _by_name(event: type[Event], row: list[Any], path: str, problems: list[str]) -> Document:
    """A row that is an array, as an object."""
    placed = [field.name for field in shape(event) if field.placed]
    values, rest = row[: len(placed)], row[len(placed) :]
    named = rest[0] if rest else {}
    if len(rest) > 1 or not isinstance(named, dict):
        problems.append(f"{path}: not [{', '.join(placed)}], and at most an object of what else there is")
        return {}
    problems += [f"{path}.{name}: told at its place already" for name in named if name in placed]
    return dict(zip(placed, values, strict=False)) | named


def _read(field: Field, value: Any, path: str, problems: list[str]) -> Any:
    if value is None and field.nullable:
        return None
    if not field.many:
        return _read_cell(field, value, path, problems)
    if not isinstance(value, list):
        problems.append(f"{path}: not an array")
        return ()
    if field.nested:
        return tuple(read(field.type, item, f"{path}[{n}]", problems) for n, item in enumerate(value))
    if field.bins and len(value) > field.bins:
        problems.append(f"{path}: more than {field.bins} bins")
    cells = [_read_cell(field, item, f"{path}[{n}]", problems) for n, item in enumerate(value)]
    return tuple(cells) + (0,) * (field.bins - len(cells))


def _read_cell(field: Field, value: Any, path: str, problems: list[str]) -> Any:
    if field.members:
        for member in field.members:
            if type(member.value) is type(value) and member.value == value:
                return member
        problems.append(f"{path}: {value!r:.40} is none of {', '.join(str(member.value) for member in field.members)}")
    elif field.type is float and type(value) in (int, float) and abs(value) < float("inf"):
        return float(value)
    elif type(value) is field.type and field.type is not float:
        return value
    else:
        problems.append(f"{path}: {value!r:.40} is not of type {field.type.__name__}")
    return None
