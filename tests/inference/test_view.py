"""The picture's own health: each fault is told within a minute, by its name, and clears by itself."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.motion import small_plane
from inference.view import View
from observations import Frame

Luma = NDArray[np.uint8]


def shop(seed: int = 3) -> Luma:
    """A picture with shelves, doors and boards: edges and texture at all sizes."""
    random = np.random.default_rng(seed)
    picture = np.full((270, 480), 120, np.uint8)
    for _ in range(60):
        left, top = int(random.integers(0, 440)), int(random.integers(0, 240))
        size = int(random.integers(10, 90)), int(random.integers(10, 60))
        cv2.rectangle(picture, (left, top), (left + size[0], top + size[1]), int(random.integers(40, 210)), -1)
    return picture


class Camera:
    """A still camera with a sensor's noise, five pictures a second."""

    def __init__(self) -> None:
        self.view = View()
        self.at = 0.0
        self._random = np.random.default_rng(0)

    def show(self, picture: Luma, seconds: float, noise: float = 2.0, period: float = 0.2) -> list[str]:
        """The faults told while this is what it sees."""
        told = []
        for _ in range(round(seconds / period)):
            self.at += period
            grain = self._random.normal(0, noise, picture.shape) if noise else 0
            y = np.clip(picture + grain, 16, 235).astype(np.uint8)
            colour = np.full((135, 240), 128, np.uint8)
            told.append(self.view.see(self.at, Frame(self.at, "door", 0, y, colour, colour), small_plane(y)))
        return told


FAULTS: dict[str, Luma] = {
    "dark": np.full((270, 480), 20, np.uint8),
    "overexposed": np.full((270, 480), 235, np.uint8),
    "covered": np.full((270, 480), 90, np.uint8),
    "blurred": np.asarray(cv2.GaussianBlur(shop(), (0, 0), 7), np.uint8),
    "moved": np.roll(shop(), (60, 130), axis=(0, 1)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_within_a_minute_and_clears_by_itself(fault: str) -> None:
    camera = Camera()
    assert set(camera.show(shop(), 60)) == {""}
    told = camera.show(FAULTS[fault], 60)
    assert set(told) == {"", fault}
    assert told.index(fault) <= 5 * 20
    assert told[-1] == fault
    after = camera.show(shop(), 30)
    assert after[-1] == ""
    assert set(after) == {fault, ""}


def test_a_frozen_picture_is_told_and_one_that_moves_again_is_not() -> None:
    camera = Camera()
    camera.show(shop(), 30)
    told = camera.show(shop(), 60, noise=0)
    assert told[-1] == "frozen"
    assert told.index("frozen") >= 5 * 25
    assert camera.show(shop(), 20)[-1] == ""


def test_a_hand_before_the_lens_for_a_moment_is_no_fault() -> None:
    camera = Camera()
    camera.show(shop(), 30)
    assert set(camera.show(FAULTS["covered"], 5)) == {""}
    assert set(camera.show(shop(), 30)) == {""}


def test_people_and_slow_daylight_are_no_fault() -> None:
    camera = Camera()
    camera.show(shop(), 20)
    told: set[str] = set()
    for step in range(60):
        picture = np.clip(shop().astype(np.int16) - step, 16, 235).astype(np.uint8)
        cv2.rectangle(picture, (20 + 6 * step, 60), (90 + 6 * step, 260), 60, -1)
        told |= set(camera.show(picture, 2))
    assert told == {""}


def test_a_camera_that_stays_moved_has_a_new_view_after_a_while() -> None:
    camera = Camera()
    camera.show(shop(), 60)
    assert set(camera.show(FAULTS["moved"], 800, period=5.0)[4:]) == {"moved"}
    assert camera.show(FAULTS["moved"], 200, period=5.0)[-1] == ""
    assert set(camera.show(FAULTS["moved"], 60)) == {""}
    assert camera.show(shop(), 30)[-1] == "moved"


def test_a_camera_that_is_turned_again_and_again_stays_moved() -> None:
    camera = Camera()
    camera.show(shop(), 60)
    for seed in range(20, 24):
        told = camera.show(shop(seed), 400, period=5.0)
    assert told[-1] == "moved"
