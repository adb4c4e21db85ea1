"""Events of one type as CBOR columns and back to documents; refuses columns that no event can have been."""

from collections.abc import Sequence
from typing import Any

from events import Event
from mqtt.columns import Cell, PackingError, pack, unpack
from mqtt.documents import Document, trimmed
from mqtt.shape import REQUIRED, Field, shape

MAX_ROWS = 50_000

_NO_TUPLE = -1


def pack_rows(
    event: type[Event], rows: Sequence[Event], strides: tuple[int, ...] = (), *, binary: bool = True
) -> dict[int, Any]:
    """Rows as packed columns by field number; a column of nothing but the default is left out."""
    columns: dict[int, Any] = {}
    for field in shape(event):
        values = [getattr(row, field.attribute) for row in rows]
        if field.default is not REQUIRED and all(value == field.default for value in values):
            continue
        columns[field.number] = _pack_field(field, values, strides, binary)
    return columns


def _pack_field(field: Field, values: Sequence[Any], strides: tuple[int, ...], binary: bool) -> Any:
    if not field.many:
        return pack([_number(field, value) for value in values], (1, *strides), binary=binary)
    values = [value if value is None else trimmed(field, value) for value in values]
    lengths = [_NO_TUPLE if value is None else len(value) for value in values]
    items = [item for value in values if value is not None for item in value]
    length = lengths[0] if len(set(lengths)) == 1 and lengths[0] > 0 else 0
    inner = tuple(length * stride for stride in (1, *strides)) if length else ()
    packed = pack(lengths, (1, *strides), binary=binary)
    if field.nested:
        return [packed, pack_rows(field.type, items, inner, binary=binary) if items else {}]
    return [packed, pack([_number(field, item) for item in items], (1, *inner), binary=binary) if items else []]


def _number(field: Field, value: Any) -> Cell:
    if field.members and value is not None:
        return field.members.index(value)
    cell: Cell = value
    return cell


def unpack_rows(event: type[Event], columns: dict[Any, Any], count: int) -> list[Document]:
    """The documents of packed columns. Raises PackingError."""
    rows: list[Document] = [{} for _ in range(count)]
    known = {field.number: field for field in shape(event)}
    for number, packed in columns.items():
        field = known.get(number)
        if field is None:
            raise PackingError(f"{event.__name__} has no field {number!r}")
        for row, value in zip(rows, _unpack_field(field, packed, count), strict=True):
            row[field.name] = value
    return rows


def _unpack_field(field: Field, packed: Any, count: int) -> list[Any]:
    if not field.many:
        return [_word(field, cell) for cell in unpack(packed, count)]
    if not (isinstance(packed, list) and len(packed) == 2):
        raise PackingError(f"{field.name} is not [lengths, column]")
    lengths = unpack(packed[0], count)
    if not all(type(length) is int and length >= _NO_TUPLE for length in lengths):
        raise PackingError(f"{field.name} has lengths that are no lengths")
    sizes = [length for length in lengths if isinstance(length, int)]
    total = sum(size for size in sizes if size > 0)
    bounded(total)
    if field.nested:
        if not isinstance(packed[1], dict):
            raise PackingError(f"{field.name} has no columns")
        items: list[Any] = list(unpack_rows(field.type, packed[1], total))
    else:
        items = [_word(field, cell) for cell in unpack(packed[1], total)]
    rest = iter(items)
    return [None if size == _NO_TUPLE else [next(rest) for _ in range(size)] for size in sizes]


def _word(field: Field, cell: Cell) -> Any:
    if not field.members or cell is None:
        return cell
    if type(cell) is not int or not 0 <= cell < len(field.members):
        raise PackingError(f"{field.name} has no member {cell!r:.40}")
    return field.members[cell].value


def bounded(count: int) -> None:
    """Refuse, with PackingError, more rows than a message can honestly have."""
    if not 0 <= count <= MAX_ROWS:
        raise PackingError(f"{count} rows are more than {MAX_ROWS}")
