"""The vision bench's stills: faces that two detectors agree on, and persons of whom only the face is seen."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench._stills import strangers
from bench.vision import Bench, total
from inference.boxes import NONE, Boxes
from inference.crop import Region
from inference.faces import landmarks
from tests.assets import ASSETS, MODELS
from tests.inference.test_perceiver import picture


def boxes(*rows: tuple[float, float, float, float]) -> Boxes:
    return np.array([(*row, 0.9) for row in rows], np.float32).reshape(-1, 5)


MAN = (0.2, 0.1, 0.6, 1.0)


@pytest.mark.parametrize(
    ("faces", "persons", "expected"),
    [
        (boxes((0.35, 0.15, 0.45, 0.3)), boxes(MAN), 0),
        (boxes((0.8, 0.15, 0.9, 0.3)), boxes(MAN), 1),
        (boxes((0.35, 0.8, 0.45, 0.9)), boxes(MAN), 1),
        (boxes((0.35, 0.15, 0.45, 0.3), (0.35, 0.4, 0.45, 0.5)), boxes(MAN), 1),
        (boxes((0.35, 0.15, 0.45, 0.3)), NONE, 1),
        (NONE, boxes(MAN), 0),
    ],
    ids=["his own", "beside him", "at his feet", "a second one", "nobody found", "from behind"],
)
def test_a_face_that_is_no_found_persons_is_somebody(faces: Boxes, persons: Boxes, expected: int) -> None:
    assert strangers(faces, persons) == expected


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(MODELS)


@pytest.mark.assets
def test_the_second_detector_agrees_on_faces_in_their_place_only(bench: Bench) -> None:
    frame = picture("four_faces.jpg")
    found = bench.faces.detect(frame, Region.whole(frame))
    assert all(landmarks(bench.points, frame, found[n : n + 1]) is not None for n in range(4))
    shirt = boxes((0.6, 0.65, 0.75, 0.9))
    assert landmarks(bench.points, frame, shirt) is None
    hotdog = picture("neg_hotdog.jpg")
    assert landmarks(bench.points, hotdog, boxes((0.3, 0.3, 0.6, 0.7))) is None


@pytest.mark.assets
def test_the_labelled_stills_reach_their_figures(bench: Bench) -> None:
    folder: Path = ASSETS / "images"
    truths = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))
    found = total({name: bench.picture(folder / name, truth) for name, truth in truths.items()})
    assert found["faces"]["missed"] <= 1
    assert found["faces_half_size"]["missed"] <= 2
    assert found["persons"]["missed"] == 0
    assert [found[kind]["false"] for kind in ("faces", "faces_half_size", "persons")] == [0, 0, 0]
