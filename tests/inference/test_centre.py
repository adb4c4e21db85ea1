"""The centre decode by hand, and the bundled model on the store that it was made for."""

from pathlib import Path

import numpy as np
import pytest

from bench.centre import MODEL, evaluated
from inference.boxes import Boxes
from inference.centre import decode
from inference.detector import detector
from inference.interpreter import Array, Output, Quantisation
from inference.models import manifest

CELL = (8 / 320, 8 / 180)


def grid(*people: tuple[int, int, int, tuple[int, int, int, int]]) -> Boxes:
    """Decoded from (row, column, heat, sides) of parts of cells, with heat in 0.1 and sides in 0.5 of a cell."""
    heat = np.full((92, 160, 2), -60, np.int8)
    sides = np.zeros((92, 160, 8), np.int8)
    for row, column, hot, reach in people:
        heat[row, column, 0] = hot
        sides[row, column, :4] = reach
    return decoded(heat, sides)


def decoded(heat: Array, sides: Array) -> Boxes:
    stored = Output(whole(heat), Quantisation(0.1, 0)), Output(whole(sides), Quantisation(0.5, 0))
    return decode(*stored, CELL, 0.3)


def whole(fine: Array) -> Array:
    """Parts of cells as the network gives them: 4 x 4 of them as neighbouring channels."""
    rows, columns, channels = fine.shape
    split = fine.reshape(rows // 4, 4, columns // 4, 4, channels)
    return split.transpose(0, 2, 4, 1, 3).reshape(rows // 4, columns // 4, channels * 16)


def test_a_hot_cell_is_a_person_with_its_four_sides() -> None:
    (row,) = grid((11, 20, 30, (2, 4, 2, 8)))
    x, y = 20.5 / 4, 11.5 / 4
    assert row[:4] == pytest.approx([(x - 1) / 40, (y - 2) * CELL[1], (x + 1) / 40, (y + 4) * CELL[1]])
    assert row[4] == pytest.approx(1 / (1 + np.exp(-3)))


def test_a_cool_cell_and_a_cooler_neighbour_are_nobody() -> None:
    assert len(grid((10, 20, -9, (2, 4, 2, 8)))) == 0
    assert len(grid((10, 20, 30, (2, 4, 2, 8)), (10, 21, 25, (2, 4, 2, 8)))) == 1
    assert len(grid((10, 20, 30, (2, 4, 2, 8)), (10, 22, 25, (2, 4, 2, 8)))) == 2


def test_boxes_are_cut_at_the_picture_and_empty_ones_are_dropped() -> None:
    (row,) = grid((0, 0, 30, (8, 8, 2, 8)))
    assert (row[0], row[1]) == (0.0, 0.0)
    assert len(grid((5, 5, 30, (-4, 2, 1, 2)))) == 0


def test_the_other_class_is_not_a_person() -> None:
    heat = np.full((92, 160, 2), -60, np.int8)
    heat[3, 3, 1] = 60
    assert len(decoded(heat, np.full((92, 160, 8), 4, np.int8))) == 0


def test_the_bundled_model_is_small_and_comes_with_the_code() -> None:
    row = manifest()[MODEL]
    assert row.bundled
    assert row.path(Path("/nowhere")).stat().st_size == row.bytes <= 500_000


def test_the_bundled_model_finds_the_people_of_a_store_it_has_not_seen() -> None:
    score, _ = evaluated(detector(MODEL, Path("/nowhere")), seed=909, pictures=80, sure=0.4)
    assert score.persons > 150
    assert score.apart_found / score.apart >= 0.98
    assert score.found / score.persons >= 0.96
    assert score.ghosts <= 2
