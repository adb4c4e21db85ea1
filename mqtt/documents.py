"""Events as plain documents and back: every problem of a document is found, and none of it is believed before."""

from enum import Enum
from typing import Any, TypeAlias

from events import Event
from mqtt.shape import REQUIRED, Field, shape

Document: TypeAlias = dict[str, Any]


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


def _cell(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def read(event: type[Event], row: Any, path: str, problems: list[str]) -> Event | None:
    """The event of a document, or None and what is wrong with it appended to `problems` as `path: reason`."""
    if not isinstance(row, dict):
        problems.append(f"{path}: not an object")
        return None
    before = len(problems)
    values: dict[str, Any] = {}
    known = {field.name: field for field in shape(event)}
    problems += [f"{path}.{name}: not a field of {event.__name__}" for name in row if name not in known]
    for name, field in known.items():
        if name in row:
            values[field.attribute] = _read(field, row[name], f"{path}.{name}", problems)
        elif field.default is REQUIRED:
            problems.append(f"{path}.{name}: missing")
    return event(**values) if len(problems) == before else None


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
    return tuple(_read_cell(field, item, f"{path}[{n}]", problems) for n, item in enumerate(value))


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
