"""The decodes on tensors made by hand: what goes in as a quantised head comes out as boxes."""

import numpy as np
import pytest

from inference import blazeface, slim, ssd, yolo
from inference.boxes import distinct
from inference.interpreter import Output, Quantisation

Q = Quantisation(0.1, 0)


def stored(values: object, scale: float = 0.1) -> Output:
    return Output(np.round(np.array(values) / scale).astype(np.int8), Quantisation(scale, 0))


def test_ssd_heads_take_persons_from_their_anchors() -> None:
    anchors = Output(np.array([[0.5, 0.5, 0.4, 0.2], [0.2, 0.2, 0.1, 0.1]], np.float32), Quantisation(0, 0))
    boxes = Output(np.array([[1.0, -2.0, 0.0, 5 * np.log(2)], [0, 0, 0, 0]], np.float32), Quantisation(0, 0))
    scores = Output(np.array([[0, 230, 10], [0, 5, 250]], np.uint8), Quantisation(1 / 256, 0))
    (row,) = ssd.decode_heads(boxes, scores, anchors, 0.25)
    # the centre moves by a tenth of the anchor's height down and two tenths of its width left, the width doubles
    assert row[:4] == pytest.approx([0.46 - 0.2, 0.54 - 0.2, 0.46 + 0.2, 0.54 + 0.2], abs=1e-5)
    assert row[4] == pytest.approx(230 / 256)


def test_ssd_outputs_keep_valid_persons_only() -> None:
    boxes = np.array(
        [[0.1, 0.2, 0.5, 0.4], [0.0, 0.0, 1.0, 1.0], [0.5, 0.5, 0.4, 0.6], [0.1, 0.1, 0.2, 0.2]], np.float32
    )
    classes, scores = np.array([0, 1, 0, 0], np.float32), np.array([0.9, 0.9, 0.9, 0.9], np.float32)
    rows = ssd.decode_outputs(boxes, classes, scores, np.array([3.0]), 0.25)
    assert rows.tolist() == [pytest.approx([0.2, 0.1, 0.4, 0.5, 0.9])]


def test_yolo_grids_with_anchors() -> None:
    grid = np.full((10, 10, 3, 6), -12.0)
    grid[4, 7, 1] = (0.0, 0.0, 0.0, np.log(2), 6.0, 6.0)
    (row,) = yolo.decode_grids([stored(grid.reshape(10, 10, 18))], yolo.FACE_ANCHORS, 320, 0.6)
    assert row[:2] == pytest.approx([0.75 - 81 / 640, 0.45 - 240 / 640], abs=0.02)
    assert row[2:4] == pytest.approx([0.75 + 81 / 640, 0.45 + 240 / 640], abs=0.02)
    assert row[4] > 0.98
    grid[4, 7, 1, 5] = -3.0  # sure of an object, but of none that is a face
    assert len(yolo.decode_grids([stored(grid.reshape(10, 10, 18))], yolo.FACE_ANCHORS, 320, 0.6)) == 0


@pytest.mark.parametrize("side", [1, 320])
def test_yolo_lists_in_pixels_or_relative(side: int) -> None:
    head = np.zeros((84, 50), np.float32)
    head[:5, 7] = (0.5 * side, 0.25 * side, 0.2 * side, 0.3 * side, 0.8)
    head[:5, 9] = (0.5 * side, 0.25 * side, 0.2 * side, 0.3 * side, 0.1)
    head[:6, 11] = (0.1 * side, 0.1 * side, 0.9 * side, 0.1 * side, 0.1, 0.9)
    (row,) = yolo.decode_list(Output(head, Quantisation(0, 0)), 320, 0.25)
    assert row == pytest.approx([0.4, 0.1, 0.6, 0.4, 0.8], abs=1e-5)


def test_slim_priors_are_the_model_s_number_and_decode_to_themselves() -> None:
    prior = slim.priors(160, 120)
    assert prior.shape == (1118, 4)
    scores = np.zeros((1118, 2))
    scores[300, 1] = 0.9
    boxes = Output(np.zeros((1118, 4), np.int8), Q)
    (row,) = slim.decode(boxes, stored(scores, 0.01), prior, 0.5)
    x, y, w, h = prior[300]
    assert row == pytest.approx([x - w / 2, y - h / 2, x + w / 2, y + h / 2, 0.9], abs=1e-3)


def test_blazeface_boxes_and_landmarks_are_relative_to_their_cell() -> None:
    regressors = np.zeros((2304, 16), np.float32)
    logits = np.full((2304, 1), -50, np.float32)
    cell = 20 * 48 + 10
    logits[cell] = 3.0
    regressors[cell] = [0, 0, 48, 24, *(-8, -4), *(8, -4), *(0, 0), *(0, 6), *(-12, 0), *(12, 0)]
    boxes, points = blazeface.decode(regressors, logits, 192, 0.5)
    x, y = 10.5 / 48, 20.5 / 48
    assert boxes[0] == pytest.approx([x - 0.125, y - 0.0625, x + 0.125, y + 0.0625, 1 / (1 + np.exp(-3))], abs=1e-5)
    assert points[0, 0] == pytest.approx([x - 8 / 192, y - 4 / 192], abs=1e-5)
    assert points[0, 5] == pytest.approx([x + 12 / 192, y], abs=1e-5)


def test_no_head_is_believed_when_it_is_garbage() -> None:
    random = np.random.default_rng(2)
    for _ in range(30):

        def noise(*shape: int) -> Output:
            return Output(random.integers(-128, 128, shape).astype(np.int8), Quantisation(float(random.random()), 0))

        rows = [
            yolo.decode_grids([noise(20, 20, 18), noise(10, 10, 18)], yolo.FACE_ANCHORS, 320, 0.6),
            yolo.decode_list(noise(84, 100), 320, 0.25),
            slim.decode(noise(1118, 4), noise(1118, 2), slim.priors(160, 120), 0.5),
            ssd.decode_heads(noise(50, 4), noise(50, 91), noise(50, 4), 0.25),
        ]
        assert all(np.isfinite(each).all() and each.shape[1] == 5 for each in rows)


def test_one_of_two_that_overlap_or_lie_in_each_other_is_kept() -> None:
    rows = np.array(
        [[0, 0, 0.4, 0.8, 0.6], [0.02, 0, 0.42, 0.8, 0.9], [0.1, 0, 0.3, 0.3, 0.7], [0.5, 0, 0.9, 0.8, 0.5]], np.float32
    )
    assert distinct(rows)[:, 4].tolist() == pytest.approx([0.9, 0.5])
