"""Columns of small CBOR: a row's cells stored by field, packed as the shortest of a few exact forms.

A packed column is one of
    v                        every row holds v
    [v, ...]                 one value a row; a shorter list is repeated
    {0: d, 1: [b, ...]}      the first rows hold the b's; each later one the row len(b) before it plus its difference
    {..., 2: k}              everything above is in units of 10**-k
    {0: bytes, 4: [n, b]}    whole numbers of n bits each, counted from b; [n, b, 1]: n ones are null. In CBOR only
    {0: p, 3: [w, ...]}      words that come again, each told once: p packs their places in the list, null for none
where d is itself `v` or `[v, ...]`. Nothing is rounded: a value that does not survive a form keeps that form away.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import cbor2

Cell: TypeAlias = int | float | bool | str | None

_DIGITS = 4
_LARGEST = 2**53
_WIDEST = 32


class PackingError(ValueError):
    """A packed column that cannot be laid out on the rows it is said to have."""


def pack(cells: Sequence[Cell], strides: Sequence[int] = (1,), *, binary: bool = True) -> Any:
    """The shortest packed form of `cells`; `strides` are the distances at which equal things are expected again.

    Without `binary` there are no bytes in it.
    """
    scaled, digits = _scaled(cells)
    forms = list(_forms(scaled, strides))
    if binary:
        forms += _bits(scaled)
    if any(isinstance(cell, str) for cell in cells) and all(cell is None or isinstance(cell, str) for cell in cells):
        words = list(dict.fromkeys(cell for cell in cells if cell is not None))
        places = {word: place for place, word in enumerate(words)}
        forms.append(
            {0: pack([None if cell is None else places[cell] for cell in cells], strides, binary=binary), 3: words}
        )
    if digits:
        forms = [{**form, 2: digits} if isinstance(form, dict) else {0: form, 2: digits} for form in forms]
        forms += _forms(cells, strides)
    return min(forms, key=lambda form: len(cbor2.dumps(form)))


def unpack(packed: Any, count: int) -> list[Cell]:
    """The `count` cells of a packed column. Raises PackingError for anything that `pack` cannot have made."""
    if not isinstance(packed, dict):
        return _repeated(packed, count)
    if 3 in packed:
        return _looked_up(packed, count)
    unknown = set(packed) - {0, 1, 2, 4}
    base, digits = packed.get(1, []), packed.get(2, 0)
    if unknown or 0 not in packed or not isinstance(base, list) or not _is_int(digits) or not 0 <= digits <= _DIGITS:
        raise PackingError("a column has an unknown form")
    if 4 in packed:
        cells = _unpacked(packed[0], packed[4], count)
    else:
        cells = _summed(base, packed[0], count) if base else _repeated(packed[0], count)
    if digits:
        cells = [cell if cell is None else _whole(cell) / 10**digits for cell in cells]
    return cells


def _scaled(cells: Sequence[Cell]) -> tuple[Sequence[Cell], int]:
    """The cells as whole numbers of 10**-digits; floats that are whole already become ints with no digits."""
    if not any(isinstance(cell, float) for cell in cells):
        return cells, 0
    if not all(cell is None or (isinstance(cell, int | float) and abs(cell) < _LARGEST) for cell in cells):
        return cells, 0
    numbers = [cell for cell in cells if isinstance(cell, int | float)]
    for digits in range(_DIGITS + 1):
        power: int = 10**digits
        if all(round(number * power) / power == number for number in numbers):
            return [round(cell * power) if isinstance(cell, int | float) else None for cell in cells], digits
    return cells, 0


def _forms(cells: Sequence[Cell], strides: Sequence[int]) -> Iterator[Any]:
    yield _cycle(cells, strides)
    if not all(_is_int(cell) for cell in cells):
        return
    whole = [_whole(cell) for cell in cells]
    for stride in strides:
        if 0 < stride < len(whole):
            differences = [here - before for here, before in zip(whole[stride:], whole, strict=False)]
            yield {0: _cycle(differences, strides), 1: whole[:stride]}


def _bits(cells: Sequence[Cell]) -> Iterator[Any]:
    numbers = [_whole(cell) for cell in cells if _is_int(cell)]
    nulls = len(cells) - len(numbers)
    if not numbers or nulls != sum(cell is None for cell in cells):
        return
    least = min(numbers)
    width = max(1, (max(numbers) - least + (nulls > 0)).bit_length())
    if width > _WIDEST:
        return
    null = "1" * width
    bits = "".join(null if cell is None else f"{_whole(cell) - least:0{width}b}" for cell in cells)
    bits += "0" * (-len(bits) % 8)
    yield {0: int(bits, 2).to_bytes(len(bits) // 8, "big"), 4: [width, least, 1] if nulls else [width, least]}


def _unpacked(content: Any, form: Any, count: int) -> list[Cell]:
    if not (isinstance(content, bytes) and isinstance(form, list) and 2 <= len(form) <= 3 and all(map(_is_int, form))):
        raise PackingError("a column of bits has an unknown form")
    width, least, null = form[0], form[1], (1 << form[0]) - 1 if len(form) == 3 and 0 < form[0] <= _WIDEST else None
    if not 0 < width <= _WIDEST or len(content) != -(-width * count // 8):
        raise PackingError("a column has more or fewer bits than its rows need")
    bits = f"{int.from_bytes(content, 'big'):0{8 * len(content)}b}"
    numbers = [int(bits[place : place + width], 2) for place in range(0, width * count, width)]
    return [None if number == null else number + least for number in numbers]


def _cycle(cells: Sequence[Cell], strides: Sequence[int]) -> Any:
    for period in sorted({1, *strides}):
        if 0 < period < len(cells) and all(_same(a, b) for a, b in zip(cells[period:], cells, strict=False)):
            return cells[0] if period == 1 else list(cells[:period])
    return cells[0] if len(cells) == 1 else list(cells)


def _same(one: Cell, other: Cell) -> bool:
    return type(one) is type(other) and one == other


def _repeated(packed: Any, count: int) -> list[Cell]:
    values = packed if isinstance(packed, list) else [packed]
    if count and not values:
        raise PackingError("a column is empty")
    if len(values) > count or not all(cell is None or isinstance(cell, int | float | str) for cell in values):
        raise PackingError("a column has more values than rows, or values that are neither numbers nor words")
    return [values[row % len(values)] for row in range(count)]


def _summed(base: list[Any], differences: Any, count: int) -> list[Cell]:
    if len(base) > count:
        raise PackingError("a column has more values than rows")
    cells = [_whole(cell) for cell in base]
    for difference in _repeated(differences, count - len(base)):
        cells.append(cells[-len(base)] + _whole(difference))
    return list(cells)


def _looked_up(packed: dict[Any, Any], count: int) -> list[Cell]:
    words = packed[3]
    if set(packed) != {0, 3} or not (isinstance(words, list) and all(isinstance(word, str) for word in words)):
        raise PackingError("a column of words has an unknown form")
    if isinstance(packed[0], dict) and 3 in packed[0]:
        raise PackingError("a column of words is looked up in another")
    places = [place if place is None else _whole(place) for place in unpack(packed[0], count)]
    if not all(place is None or 0 <= place < len(words) for place in places):
        raise PackingError("a column has a word that is not in its list")
    return [None if place is None else words[place] for place in places]


def _is_int(cell: object) -> bool:
    return isinstance(cell, int) and not isinstance(cell, bool)


def _whole(cell: object) -> int:
    if not isinstance(cell, int) or isinstance(cell, bool):
        raise PackingError("a column of differences or digits holds something other than whole numbers")
    return cell
