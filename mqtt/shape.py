"""The shape of an event type, read once from its dataclass; refuses a field that is not flat and closed."""

from dataclasses import MISSING, dataclass, fields
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from events import Event


class _Required:
    """The default of a field that has none."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class Field:
    """One field on the wire.

    `number` is its place in the class and its key in CBOR, so fields are only ever appended. `type` is int, float,
    bool, str, an Enum or an Event type; `many` says that it is a tuple of these, `nullable` that null is a value.
    `bins` is the length of a histogram, 0 of anything else.
    """

    number: int
    attribute: str
    name: str
    type: type[Any]
    many: bool
    nullable: bool
    default: object
    bins: int = 0

    @property
    def nested(self) -> bool:
        """Whether the field holds rows of another event type."""
        return issubclass(self.type, Event)

    @property
    def placed(self) -> bool:
        """Whether a row that is an array has this field at its place; else it is named at the row's end."""
        return self.default is not None or self.bins > 0

    @property
    def members(self) -> tuple[Enum, ...]:
        """The members of a closed enum in the order of their numbers; empty when the field holds none."""
        return tuple(self.type) if issubclass(self.type, Enum) else ()


_SHAPES: dict[type[Event], tuple[Field, ...]] = {}


def shape(event: type[Event]) -> tuple[Field, ...]:
    """The fields of an event type in the order of their numbers. Raises TypeError for a field that may not be there."""
    known = _SHAPES.get(event)
    if known is None:
        hints = get_type_hints(event)
        known = tuple(_field(number, event, own, hints[own.name]) for number, own in enumerate(fields(event)))
        _SHAPES[event] = known
    return known


def _field(number: int, event: type[Event], own: Any, hint: Any) -> Field:
    hint, nullable = _without_none(hint)
    many = get_origin(hint) is tuple
    if many:
        hint, *rest = get_args(hint)
        if rest != [Ellipsis]:
            raise TypeError(f"{event.__name__}.{own.name}: a tuple on the wire is of one type and any length")
    plain = getattr(hint, "__supertype__", hint)
    if not isinstance(plain, type) or not issubclass(plain, int | float | bool | str | Enum | Event):
        raise TypeError(f"{event.__name__}.{own.name}: {hint} is neither a number, a word nor an event")
    if issubclass(plain, Event) and not many:
        raise TypeError(f"{event.__name__}.{own.name}: one nested event is written as its fields")
    default = REQUIRED if own.default is MISSING else own.default
    bins = own.metadata.get("bins", 0)
    return Field(number, own.name, own.name.rstrip("_"), plain, many, nullable, default, bins)


def _without_none(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    arms = [arm for arm in get_args(hint) if arm is not NoneType]
    if len(arms) != 1:
        raise TypeError(f"{hint}: a field on the wire has one type")
    return arms[0], True
