"""The shelf plan, as a shop keeps it in a spreadsheet: which goods lie before which antenna; bad rows are named.

Columns, in any order, split by comma, semicolon or tab: `gtin` (8 to 14 digits), `sku` (the name that is told),
`antenna` (port number), and if wanted `reader` (its configured name) and `shelf` (a name for the antenna's place). Rows
stand in the order in which the goods lie along the shelf: neighbours tell a body before them from a hand that takes.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_COLUMNS = {
    "gtin": "gtin",
    "ean": "gtin",
    "sku": "sku",
    "antenna": "antenna",
    "reader": "reader",
    "shelf": "shelf",
}
_NAME = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_.-]{0,31}\Z")
"""What may be said on the wire (and the dash that stands for no shelf)."""

_REQUIRED = ("gtin", "sku", "antenna")


@dataclass(frozen=True, slots=True)
class Place:
    """One row: this trade item's goods lie before this antenna. An empty `reader` means any."""

    gtin: str
    sku: str
    antenna: int
    reader: str
    shelf: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Why one line of the file was left out; lines count from 1, as spreadsheets do."""

    line: int
    reason: str


@dataclass(frozen=True)
class Planogram:
    """All rows that could be used, in their order, and what was wrong with the others."""

    places: tuple[Place, ...]
    problems: tuple[Problem, ...] = ()

    @cached_property
    def skus(self) -> dict[str, str]:
        """The SKU of each trade item."""
        return {place.gtin: place.sku for place in self.places}

    def before(self, reader: str, antenna: int) -> tuple[Place, ...]:
        """What lies before an antenna, in the order of the shelf."""
        return tuple(place for place in self.places if place.antenna == antenna and place.reader in ("", reader))


def parse(content: bytes) -> Planogram:
    """The plan in a CSV file's bytes (UTF-8, or what older spreadsheets write). Never raises."""
    lines = _text(content).splitlines()
    header = next((number for number, line in enumerate(lines) if line.strip()), None)
    if header is None:
        return Planogram((), (Problem(1, "the file is empty"),))
    delimiter = max(";\t,", key=lines[header].count)
    names = [_COLUMNS.get(name.strip().strip('"').lower(), "") for name in lines[header].split(delimiter)]
    if missing := [name for name in _REQUIRED if name not in names]:
        return Planogram((), (Problem(header + 1, f"no column {missing[0]!r}"),))
    places: dict[tuple[str, int, str], Place] = {}
    problems: list[Problem] = []
    skus: dict[str, str] = {}
    for number, row in _rows(lines, header + 1, delimiter):
        cells = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
        place = _place(cells)
        if isinstance(place, Place):
            place = _agrees(place, skus, places)
        if isinstance(place, str):
            problems.append(Problem(number, place))
        else:
            skus[place.gtin] = place.sku
            places[place.gtin, place.antenna, place.reader] = place
    return Planogram(tuple(places.values()), tuple(problems))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _rows(lines: list[str], first: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each line's cells, blank lines left out. A row is one line: a quote that does not end ends with it."""
    for number, line in enumerate(lines[first:], first + 1):
        row = next(csv.reader([line.replace("\0", "")], delimiter=delimiter), [])
        if any(cell.strip() for cell in row):
            yield number, row


def _place(cells: dict[str, str]) -> Place | str:
    gtin = _gtin(cells.get("gtin", ""))
    if len(gtin) != 14:
        return gtin
    antenna = cells.get("antenna", "")
    if not (antenna.isascii() and antenna.isdigit() and 1 <= int(antenna[:4]) <= 32):
        return "antenna is the number of the reader's port, from 1"
    for name in ("sku", "shelf"):
        if not _NAME.match(cells.get(name) or ("" if name == "sku" else "-")):
            return f"{name} is 1 to 32 letters, digits, dots, dashes or underscores"
    return Place(gtin, cells["sku"], int(antenna), cells.get("reader", ""), cells.get("shelf") or f"antenna-{antenna}")


def _gtin(text: str) -> str:
    """The 14 digits, or why there are none. Leading zeros that a spreadsheet took away are given back."""
    digits = text.replace(" ", "").replace("-", "").lstrip("'")
    if "e+" in digits.lower():
        return "the spreadsheet has rounded this gtin: format the column as text and enter it again"
    if not (digits.isascii() and digits.isdigit()) or not 6 <= len(digits) <= 14:
        return "gtin is not a number of 8, 12, 13 or 14 digits"
    digits = digits.zfill(14)
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(digits))
    return "gtin has a wrong check digit" if total % 10 else digits


def _agrees(place: Place, skus: dict[str, str], places: dict[tuple[str, int, str], Place]) -> Place | str:
    if (place.gtin, place.antenna, place.reader) in places:
        return "this article lies before this antenna already"
    if skus.get(place.gtin, place.sku) != place.sku:
        return f"this gtin has another sku in a line above: {skus[place.gtin]}"
    return place
