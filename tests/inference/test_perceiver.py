"""The perceiver's smaller promises: private regions, faces and their turn, sizes that change, delegates, threads."""

from math import cos, radians, sin
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
import pytest

from drivers.camera.clip import as_planes
from inference.blackout import Blackout
from inference.blazeface import BlazeFaceDetector, Landmarks
from inference.boxes import NONE, Boxes
from inference.crop import GreyCrop, Region, RgbCrop
from inference.delegates import delegates
from inference.detector import detector
from inference.faces import FaceFinder, turn
from inference.models import ModelRefused, manifest
from inference.perceiver import Perceiver
from inference.selftest import threads
from observations import Box, Frame, Track
from tests.assets import IMAGES, MODELS

SSD = "ssd_mobilenet_v1_coco_quant"


def picture(name: str) -> Frame:
    return Frame(1.0, "door", 0, *as_planes(np.asarray(cv2.imread(str(IMAGES / name)), np.uint8)))


def test_private_regions_are_black_in_every_plane_and_nothing_else_is() -> None:
    image = np.full((100, 200, 3), (10, 200, 90), np.uint8)
    frame = Frame(0.0, "door", 0, *as_planes(image))
    before = frame.y.copy()
    seen = Blackout([((0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (0.5, 0.5))]).apply(frame)
    assert seen.y is frame.y
    assert (seen.y[:50, 100:] == 16).all()
    assert (seen.u[:25, 50:] == 128).all()
    assert (seen.v[:25, 50:] == 128).all()
    assert (seen.y[52:] == before[52:]).all()
    assert (seen.y[:, :99] == before[:, :99]).all()


def test_planes_that_are_read_only_are_replaced_and_not_shown() -> None:
    y, u, v = as_planes(np.full((100, 200, 3), 255, np.uint8))
    y.flags.writeable = False
    seen = Blackout([((0, 0), (1, 0), (1, 1), (0, 1))]).apply(Frame(0.0, "door", 0, y, u, v))
    assert (seen.y == 16).all()


@pytest.mark.assets
def test_nobody_is_found_in_a_private_region() -> None:
    persons = detector(SSD, MODELS)
    open_view = Perceiver(persons, gated=False)
    hidden = Perceiver(persons, gated=False, private=[((0, 0), (1, 0), (1, 1), (0, 1))])
    for n in range(5):
        frame = picture("four_faces.jpg")
        tracks = open_view.perceive(Frame(n / 10, "door", n, frame.y, frame.u, frame.v)).tracks
        percept = hidden.perceive(Frame(n / 10, "door", n, frame.y, frame.u, frame.v))
    assert len(tracks) >= 1
    assert percept.tracks == ()


def test_a_padded_picture_gives_the_same_tensors_as_a_plain_one() -> None:
    image = np.random.default_rng(1).integers(0, 255, (144, 256, 3), np.uint8)
    plain = Frame(0.0, "door", 0, *as_planes(image))
    padded = [np.zeros((plane.shape[0], plane.shape[1] + 64), np.uint8) for plane in (plain.y, plain.u, plain.v)]
    for wide, plane in zip(padded, (plain.y, plain.u, plain.v), strict=True):
        wide[:, : plane.shape[1]] = plane
    strided = Frame(0.0, "door", 0, padded[0][:, :256], padded[1][:, :128], padded[2][:, :128])
    region = Region(32, 16, 160, 96)
    for crop, shape, kind in ((RgbCrop(64, 64), (64, 64, 3), np.uint8), (GreyCrop(64, 64), (64, 64, 1), np.int8)):
        one, other = np.zeros(shape, kind), np.zeros(shape, kind)
        crop.write(plain, region, one)
        crop.write(strided, region, other)
        assert np.array_equal(one, other)
        assert one.std() > 1


def head(yaw: float, pitch: float, tilt: float = 0.0) -> Landmarks:
    """The points of an average head (half-widths) turned right and down by so many degrees, in pixels."""
    points = [(-0.45, -0.5, 0.85), (0.45, -0.5, 0.85), (0, 0, 1.3), (0, 0.37, 0.9), (-1, -0.3, 0.0), (1, -0.3, 0.0)]
    out = []
    for x, y, z in points:
        x, z = x * cos(radians(yaw)) + z * sin(radians(yaw)), z * cos(radians(yaw)) - x * sin(radians(yaw))
        y = y * cos(radians(pitch)) + z * sin(radians(pitch))
        x, y = x * cos(radians(tilt)) - y * sin(radians(tilt)), y * cos(radians(tilt)) + x * sin(radians(tilt))
        out.append((100 + 40 * x, 100 + 40 * y))
    return Landmarks(*out)


@pytest.mark.parametrize("tilt", [0, 20])
@pytest.mark.parametrize("yaw", [-35, -15, 0, 15, 35])
def test_the_turn_of_a_head_is_read_from_its_points(yaw: float, tilt: float) -> None:
    assert turn(head(yaw, 0, tilt)).yaw == pytest.approx(yaw, abs=8)


def test_looking_down_is_more_pitch_than_looking_up() -> None:
    up, ahead, down = (turn(head(0, pitch)).pitch for pitch in (-20, 0, 20))
    assert up < ahead < down
    assert abs(ahead) < 10


@pytest.mark.assets
def test_who_faces_the_camera_has_a_turn_and_who_is_not_there_has_none() -> None:
    points = detector("blazeface_full_range_192_fp16", MODELS)
    assert isinstance(points, BlazeFaceDetector)
    finder = FaceFinder(detector("yolo_fastest_face_320_int8", MODELS), points, budget=1.0, stopwatch=perf_counter)
    frame = picture("grace_hopper.bmp")
    facing = Track(1, Box(0.1, 0.02, 0.95, 1.0), 0.9, 0.0)
    wall = Track(2, Box(0.0, 0.6, 0.15, 1.0), 0.9, 0.0)
    first, second = finder.turned(frame, (facing, wall))
    assert first.yaw is not None
    assert first.pitch is not None
    assert abs(first.yaw) < 40
    assert second.yaw is None


@pytest.mark.assets
def test_faces_take_turns_under_a_budget() -> None:
    points = detector("blazeface_full_range_192_fp16", MODELS)
    assert isinstance(points, BlazeFaceDetector)
    looked: list[Region] = []

    class Nobody:
        """A face detector that finds nothing and remembers where it looked."""

        floor = sure = certain = least = 0.5
        interpreter = points.interpreter

        def detect(self, frame: Frame, region: Region) -> Boxes:
            looked.append(region)
            return NONE

    finder = FaceFinder(Nobody(), points, budget=0.0, stopwatch=perf_counter)
    people = tuple(Track(n, Box(0.2 * n, 0.1 * n, 0.2 * n + 0.15, 0.1 * n + 0.6), 0.9, 0.0) for n in range(4))
    for n in range(8):
        frame = picture("four_faces.jpg")
        finder.turned(Frame(n / 10, "door", n, frame.y, frame.u, frame.v), people)
    assert len(looked) == 8
    assert looked[:4] == looked[4:]
    assert len(set(looked)) == 4


@pytest.mark.assets
def test_a_camera_that_comes_back_with_another_size_begins_anew() -> None:
    perceiver = Perceiver(detector(SSD, MODELS), gated=False)
    large = picture("grace_hopper.bmp")
    for n in range(4):
        percept = perceiver.perceive(Frame(n / 10, "door", n, large.y, large.u, large.v))
    assert [track.number for track in percept.tracks] == [1]
    small = Frame(1.0, "door", 9, large.y[:300], large.u[:150], large.v[:150])
    assert perceiver.perceive(small).ended == (1,)


@pytest.mark.parametrize(
    ("name", "why"), [("gpu", "slower"), ("hailo", ".hef"), ("edgetpu", "libedgetpu"), ("tpu", "there are cpu")]
)
def test_an_accelerator_that_does_not_help_is_refused_with_the_reason(name: str, why: str) -> None:
    assert delegates("cpu") == []
    with pytest.raises(ModelRefused, match=why) as refusal:
        delegates(name)
    assert refusal.value.code == "no_delegate"


@pytest.mark.assets
def test_the_number_of_threads_is_tried_once_and_remembered(tmp_path: Path) -> None:
    row = manifest()["ssd_slim_face_160x120_int8"]
    asked = 0

    def stopwatch() -> float:
        nonlocal asked
        asked += 1
        return perf_counter()

    best = threads(row, MODELS, tmp_path / "threads.json", stopwatch)
    assert best >= 1
    tried = asked
    assert tried > 0
    assert threads(row, MODELS, tmp_path / "threads.json", stopwatch) == best
    assert asked == tried
    (tmp_path / "threads.json").write_text("nonsense")
    assert threads(row, MODELS, tmp_path / "threads.json", stopwatch) >= 1
    assert threads(row, MODELS, tmp_path / "none" / "threads.json", stopwatch) >= 1
