"""What is drawn into one camera's picture, read from the configuration file and written back into it, comments kept."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import tomlkit
from tomlkit.items import Array
from tomlkit.items import Table as TomlTable

Table = dict[str, Any]
GEOMETRY = {
    "lines": ("points",),
    "zones": ("corners",),
    "queues": ("corners",),
    "heatmaps": ("picture", "metres"),
}
"""The tables that are drawn, and the keys that drawing changes; all others of a table stay as they are."""
GATES = {"wifi": ("gate_dbm", "inside_dbm", "near_dbm"), "ble": ("enter_dbm", "leave_dbm")}
DECIMALS = 3
"""A thousandth of the picture is less than a pixel of what is shown."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything that is drawn for `camera`: tables by name, private regions, and the gates of the radios.

    A queue has the `customer` polygons of its counters. All points are relative.
    """

    camera: str
    tables: dict[str, dict[str, Table]]
    masks: list[Any] = field(default_factory=list)
    gates: dict[str, dict[str, Table]] = field(default_factory=dict)


def drawn(text: str, camera: str) -> Drawing:
    """What the file `text` (valid) has for `camera`; heat maps without marks on the floor are not drawn."""
    raw = tomllib.loads(text)
    tables = {
        kind: {
            name: _shown(kind, entry, keys)
            for name, entry in raw.get(kind, {}).items()
            if entry.get("camera") == camera and keys[0] in entry
        }
        for kind, keys in GEOMETRY.items()
    }
    gates = {
        kind: {name: {key: entry[key] for key in keys if key in entry} for name, entry in raw.get(kind, {}).items()}
        for kind, keys in GATES.items()
    }
    return Drawing(camera, tables, raw.get("cameras", {}).get(camera, {}).get("masks", []), gates)


def _shown(kind: str, entry: Table, keys: Iterable[str]) -> Table:
    shown = {key: entry[key] for key in keys if key in entry}
    if kind == "lines" and entry.get("in_side") == "right":
        shown["in_side"] = "right"
    if kind == "queues":
        shown["counters"] = [counter["customer"] for counter in entry.get("counters", [])]
    return shown


def written(text: str, drawing: Drawing) -> str:
    """The file with `drawing` in it. Raises ValueError when it cannot be written without changing something else."""
    before, document = drawn(text, drawing.camera), tomlkit.parse(text)
    expected = tomllib.loads(text)
    for raw, array in ((document, _array), (expected, _plain)):
        for kind, keys in GEOMETRY.items():
            _draw(raw, kind, keys, before, drawing, array)
        if drawing.masks != before.masks:
            _set(raw["cameras"][drawing.camera], "masks", drawing.masks, array)
        for kind, gates in drawing.gates.items():
            for name, gate in gates.items():
                for key, value in gate.items():
                    if before.gates.get(kind, {}).get(name, {}).get(key) != value:
                        raw[kind][name][key] = value
    new = tomlkit.dumps(document)
    if tomllib.loads(new) != expected:
        raise ValueError("this file is written in a way that drawings cannot be put into: edit it in a text editor")
    return new


Make = Callable[[Any], Any]


def _draw(raw: Any, kind: str, keys: Iterable[str], before: Drawing, drawing: Drawing, array: Make) -> None:
    old, new = before.tables[kind], drawing.tables.get(kind, {})
    for name in old.keys() - new.keys():
        del raw[kind][name]
    if kind in raw and not raw[kind]:
        del raw[kind]
    for name, entry in new.items():
        if name not in old:
            _add(raw, kind, name, drawing.camera)
        table = raw[kind][name]
        for key in keys:
            if key in entry and entry[key] != old.get(name, {}).get(key):
                _set(table, key, entry[key], array)
        if kind == "queues" and entry.get("counters") != old.get(name, {}).get("counters"):
            _count(table, entry.get("counters", []), array)


def _add(raw: Any, kind: str, name: str, camera: str) -> None:
    toml = isinstance(raw, tomlkit.TOMLDocument)
    if kind not in raw:
        raw[kind] = tomlkit.table(is_super_table=True) if toml else {}
    if name in raw[kind]:
        raise ValueError(f"{kind}.{name} belongs to another camera: choose another name")
    raw[kind][name] = tomlkit.table() if toml else {}
    raw[kind][name]["camera"] = camera


def _count(table: Any, counters: list[Any], array: Make) -> None:
    """The customers' places of a queue; what else is said of a counter stays with it as long as it is there."""
    toml = isinstance(table, TomlTable)
    if "counters" not in table:
        table["counters"] = tomlkit.aot() if toml else []
    there = table["counters"]
    for number, customer in enumerate(counters):
        if number == len(there):
            there.append(tomlkit.table() if toml else {})
        if there[number].get("customer") != customer:
            _set(there[number], "customer", customer, array)
    del there[len(counters) :]


def _set(table: Any, key: str, points: Any, array: Make) -> None:
    table[key] = array(points)


def _plain(value: Any) -> Any:
    return [_plain(one) for one in value] if isinstance(value, list) else _rounded(value)


def _array(value: list[Any]) -> Array:
    made = tomlkit.array()
    for one in value:
        made.append(_array(one) if isinstance(one, list) else _rounded(one))
    return made


def _rounded(value: Any) -> Any:
    return round(value, DECIMALS) if isinstance(value, float) else value


def drawing_of(document: Mapping[str, Any]) -> Drawing:
    """What the page sent. Raises ValueError naming the field that is not what it should be."""
    camera, masks = document.get("camera"), document.get("masks", [])
    if not isinstance(camera, str):
        raise ValueError(f"camera {camera!r}: must be a camera's name")
    if not _outlines(masks):
        raise ValueError("masks: must be a list of outlines, each a list of points [x, y]")
    tables = _entries("tables", document.get("tables"), {kind: (*keys, "counters") for kind, keys in GEOMETRY.items()})
    gates = _entries("gates", document.get("gates", {}), GATES)
    for where, key, value in _values("tables", tables):
        if not (_outlines(value) if key == "counters" else _outline(value)):
            raise ValueError(f"{where}.{key}: must be a list of {'outlines' if key == 'counters' else 'points [x, y]'}")
    for where, key, value in _values("gates", gates):
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"{where}.{key}: must be a whole number of dBm")
    return Drawing(camera, tables, masks, gates)


def _entries(field_: str, tables: Any, known: Mapping[str, Iterable[str]]) -> dict[str, dict[str, Table]]:
    """Tables of tables of known keys. Raises ValueError."""
    if not isinstance(tables, dict) or not tables.keys() <= known.keys():
        raise ValueError(f"{field_}: must be tables of {', '.join(known)}")
    for kind, entries in tables.items():
        if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
            raise ValueError(f"{field_}.{kind}: must be tables by name")
        for name, entry in entries.items():
            if unknown := entry.keys() - set(known[kind]):
                raise ValueError(f"{field_}.{kind}.{name}: has no {', '.join(sorted(unknown))}")
    return tables


def _values(field_: str, tables: Mapping[str, Mapping[str, Table]]) -> Iterator[tuple[str, str, Any]]:
    for kind, entries in tables.items():
        for name, entry in entries.items():
            for key, value in entry.items():
                yield f"{field_}.{kind}.{name}", key, value


def _outlines(value: Any) -> bool:
    return isinstance(value, list) and all(_outline(one) for one in value)


def _outline(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(point, list) and len(point) == 2 and all(_number(one) for one in point) for point in value
    )


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
