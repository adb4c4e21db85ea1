"""Drawings go into the file as a text editor would put them there, and everything else in it stays as it was."""

import tomllib
from copy import deepcopy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commissioning.drawings import Drawing, drawing_of, drawn, written
from config.load import parse

STORE = (Path(__file__).parents[2] / "examples" / "store.toml").read_text(encoding="utf-8")
SQUARE = [[0.1, 0.5], [0.3, 0.5], [0.3, 0.7], [0.1, 0.7]]


@pytest.fixture
def drawing() -> Drawing:
    return deepcopy(drawn(STORE, "floor"))


def test_what_was_not_changed_is_written_as_it_was(drawing: Drawing) -> None:
    assert written(STORE, drawing) == STORE


def test_each_kind_is_added_moved_and_deleted(drawing: Drawing) -> None:
    drawing.tables["lines"]["new"] = {"points": [[0.1, 0.22222], [0.5, 0.5]]}
    other = drawing.tables["lines"]["door"]["points"][1]
    drawing.tables["lines"]["door"]["points"][0] = [0.58, 0.5]
    del drawing.tables["zones"]["coffee"]
    drawing.tables["queues"]["queue"]["counters"].append(SQUARE)
    drawing.tables["queues"]["second"] = {"corners": SQUARE, "counters": [SQUARE]}
    drawing.tables["heatmaps"]["floor"]["metres"][0] = [0.4, 1]
    drawing.masks.append(SQUARE)
    drawing.gates["wifi"]["box"]["gate_dbm"] = -70
    text = written(STORE, drawing)
    config, before = parse(text), parse(STORE)
    assert config.lines["new"].points == ((0.1, 0.222), (0.5, 0.5))
    assert config.lines["door"].points == ((0.58, 0.5), tuple(other))
    assert "coffee" not in config.zones
    assert config.zones["tea"] == before.zones["tea"]
    assert [len(queue.counters) for queue in config.queues.values()] == [2, 1]
    assert config.heatmaps["floor"].metres is not None
    assert config.heatmaps["floor"].metres[0] == (0.4, 1.0)
    assert config.cameras["floor"].masks == (tuple(map(tuple, SQUARE)),)
    assert config.wifi["box"].gate_dbm == -70
    assert set(comments(STORE)) == set(comments(text))
    again = drawn(text, "floor")
    assert asdict(again)["tables"]["lines"]["door"] == drawing.tables["lines"]["door"]
    assert written(text, again) == text


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


def test_a_counter_keeps_its_staff_and_a_line_its_mode_when_they_are_moved() -> None:
    text = """
[cameras.a]
device = "sim:"
[lines.door] # by the mat
camera = "a"
mode = "deferred" # they linger
points = [[0.2, 0.5], [0.8, 0.5]]
[queues.q]
camera = "a"
corners = [[0.1, 0.5], [0.3, 0.5], [0.3, 0.7]]
counters = [{ customer = [[0.1, 0.5], [0.3, 0.5], [0.3, 0.7]], staff = [[0.5, 0.5], [0.7, 0.5], [0.7, 0.7]] }]
"""
    drawing = deepcopy(drawn(text, "a"))
    drawing.tables["lines"]["door"]["points"][0] = [0.25, 0.5]
    drawing.tables["queues"]["q"]["counters"][0] = SQUARE
    new = written(text, drawing)
    assert "# by the mat" in new
    assert "# they linger" in new
    config = parse(new)
    assert config.lines["door"].mode == "deferred"
    assert config.queues["q"].counters[0].staff == ((0.5, 0.5), (0.7, 0.5), (0.7, 0.7))
    assert config.queues["q"].counters[0].customer == tuple(map(tuple, SQUARE))


def test_another_cameras_drawings_are_left_alone_and_their_names_are_taken() -> None:
    text = (
        STORE + '\n[cameras.back]\ndevice = "sim:"\n[lines.gate]\ncamera = "back"\npoints = [[0.2, 0.5], [0.8, 0.5]]\n'
    )
    drawing = deepcopy(drawn(text, "floor"))
    assert "gate" not in drawing.tables["lines"]
    drawing.tables["lines"].clear()
    assert list(tomllib.loads(written(text, drawing))["lines"]) == ["gate"]
    drawing.tables["lines"]["gate"] = {"points": [[0.1, 0.5], [0.2, 0.5]]}
    with pytest.raises(ValueError, match=r"lines\.gate belongs to another camera"):
        written(text, drawing)


def test_the_first_drawing_of_all() -> None:
    text = '[cameras.a]\ndevice = "sim:"\n'
    drawing = Drawing("a", {"lines": {"door": {"points": [[0.2, 0.5], [0.8, 0.5]]}}}, [SQUARE])
    config = parse(written(text, drawing))
    assert config.lines["door"].camera == "a"
    assert len(config.cameras["a"].masks) == 1


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({}, "camera None"),
        ({"camera": "a"}, "tables: must be tables of lines, zones, queues, heatmaps"),
        ({"camera": "a", "tables": {"box": {}}}, "tables: must be"),
        ({"camera": "a", "tables": {"lines": [1]}}, r"tables\.lines: must be tables by name"),
        ({"camera": "a", "tables": {}, "masks": 3}, "masks: must be a list"),
        ({"camera": "a", "tables": {}, "gates": {"mqtt": {"broker": {}}}}, "gates: must be tables of wifi, ble"),
        (
            {"camera": "a", "tables": {}, "gates": {"wifi": {"box": {"device": "x"}}}},
            r"gates\.wifi\.box: has no device",
        ),
        ({"camera": "a", "tables": {"lines": {"d": {"band": 1}}}}, r"tables\.lines\.d: has no band"),
        (
            {"camera": "a", "tables": {"zones": {"d": {"corners": [[1, "2"]]}}}},
            r"tables\.zones\.d\.corners: must be a list",
        ),
        ({"camera": "a", "tables": {}, "gates": {"wifi": {"b": {"gate_dbm": "x"}}}}, "must be a whole number of dBm"),
    ],
)
def test_what_the_page_may_not_say(document: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        drawing_of(document)


value = st.recursive(
    st.none() | st.floats(0, 1) | st.text(max_size=3), lambda one: st.lists(one, max_size=4), max_leaves=8
)


@settings(deadline=None, max_examples=40)
@given(
    st.dictionaries(st.sampled_from(["door", "new", "a b"]), st.fixed_dictionaries({"points": value})),
    st.lists(value, max_size=2),
)
def test_whatever_the_page_sends_is_written_or_refused(lines: dict[str, Any], masks: Any) -> None:
    try:
        text = written(STORE, drawing_of({"camera": "floor", "tables": {"lines": lines}, "masks": masks}))
    except ValueError:
        return
    raw = tomllib.loads(text)
    assert raw["wifi"] == tomllib.loads(STORE)["wifi"]
    assert raw.get("lines", {}).keys() == lines.keys()
