"""What the detector is trained on, and that the bundled file has the layers of the script that makes it."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from bench.centre import MODEL
from inference.models import manifest
from simulation.training.architecture import CENTRE, COLUMNS, FINE, HEIGHT, ROWS, STRIDE, WIDTH, layers
from simulation.training.pictures import Label, samples
from simulation.training.targets import target

PERSON, HEAD = (100.0, 40.0, 124.0, 100.0), (108.0, 40.0, 116.0, 48.0)


def test_the_bundled_model_has_the_layers_that_are_trained() -> None:
    """The file before had been trained through two tables of layers, of which neither made it."""
    model = schema.ModelT.InitFromPackedBuf(manifest()[MODEL].path(Path()).read_bytes())
    stored = {tensor.name.decode(): list(tensor.shape) for tensor in model.subgraphs[0].tensors}
    for layer in layers():
        size = [layer.kernel, layer.kernel]
        shape = [1, *size, layer.outputs] if layer.depthwise else [layer.outputs, *size, layer.inputs]
        assert stored.pop(f"{layer.name}.weight") == shape
    assert not [name for name in stored if name.endswith(".weight")]


def test_a_person_is_marked_below_the_head_with_the_sides_of_the_whole() -> None:
    found = target((Label(PERSON, HEAD, sure=True),))
    column, row = int(112 * FINE / STRIDE), int((40 + CENTRE * 60) * FINE / STRIDE)
    assert found.heat[0, row, column] == 1.0
    assert np.unravel_index(found.heat[1].argmax(), (ROWS, COLUMNS)) == (int(44 * FINE / STRIDE), column)
    x, y = (column + 0.5) * STRIDE / FINE, (row + 0.5) * STRIDE / FINE
    assert found.boxes[0, :, row, column] * STRIDE == pytest.approx([x - 100, y - 40, 124 - x, 100 - y], abs=1e-4)
    assert found.care.min() == 1.0
    assert (found.heat[0] > 1e-3).sum() < 600


def test_who_is_hidden_is_neither_asked_for_nor_forbidden_but_who_is_seen_beside_him_is_asked_for() -> None:
    hidden = Label((104.0, 40.0, 128.0, 100.0), HEAD, sure=False)
    alone = target((hidden,))
    assert alone.heat.max() == 0.0
    assert alone.care[0].min() == 0.0
    both = target((hidden, Label(PERSON, HEAD, sure=True)))
    row, column = np.unravel_index(both.heat[0].argmax(), (ROWS, COLUMNS))
    assert (both.heat[0, row, column], both.care[0, row, column]) == (1.0, 1.0)


def test_pictures_show_whom_they_name_and_are_the_same_from_the_same_seed() -> None:
    drawn, again = (list(islice(samples(5, scenes=1), 12)) for _ in range(2))
    assert all((one.picture == other.picture).all() for one, other in zip(drawn, again, strict=True))
    labels = [label for one in drawn for label in one.labels]
    assert len(labels) > 12
    for one in drawn:
        assert one.picture.shape == (HEIGHT, WIDTH, 3)
    for label in labels:
        left, top, right, bottom = label.person
        assert 0 <= left < right <= WIDTH
        assert 0 <= top < bottom <= HEIGHT
    for one, mirrored in zip(drawn[::2], drawn[1::2], strict=True):
        assert [label.person[0] for label in one.labels] == pytest.approx(
            [WIDTH - label.person[2] for label in mirrored.labels]
        )
