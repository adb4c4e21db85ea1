"""The virtual camera, seen through OpenCV's V4L2 reader: moving pictures, and what pulling the cable looks like."""

import cv2
import numpy as np
import pytest

from tests.rig.devices import Camera

pytestmark = pytest.mark.rig


def test_frames_are_pictures_that_move(camera: Camera) -> None:
    video = cv2.VideoCapture(camera.path, cv2.CAP_V4L2)
    frames = [video.read()[1] for _ in range(5)]
    video.release()

    assert [frame.shape for frame in frames] == [frames[0].shape] * 5
    assert frames[0].shape[2] == 3
    assert all(frame.std() > 20 for frame in frames), "a test picture has contrast"
    assert any(np.any(frames[0] != frame) for frame in frames[1:]), "its clock runs"


def test_a_pulled_cable_ends_the_pictures_until_it_is_back(camera: Camera) -> None:
    video = cv2.VideoCapture(camera.path, cv2.CAP_V4L2)
    assert video.read()[0]

    camera.unplug()
    seen = [video.read()[0] for _ in range(8)]
    video.release()
    assert not seen[-1]

    camera.replug()
    again = cv2.VideoCapture(camera.path, cv2.CAP_V4L2)
    assert again.read()[0]
    again.release()
