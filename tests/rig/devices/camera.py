"""A USB camera that is not there: the kernel's vivid driver, with a picture that changes, unplugged at will."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.rig.devices._kernel import command, eventually, load, unload


@dataclass(frozen=True, slots=True)
class Camera:
    """`path` is the video device. 640x480 is among the sizes, YUYV among the formats; frames carry a running clock."""

    path: str

    @property
    def device(self) -> str:
        """As the configuration names it."""
        return f"v4l2:{self.path}"

    def control(self, name: str, value: int) -> None:
        """Set one of vivid's controls (`v4l2-ctl --list-ctrls`): the picture, or an error to inject."""
        command("v4l2-ctl", "--device", self.path, "--set-ctrl", f"{name}={value}")

    def unplug(self) -> None:
        """Every open file of the device answers ENODEV from now on, as after pulling the cable; the node stays."""
        self.control("disconnect", 1)

    def replug(self) -> None:
        """The cable is back: the device is made anew under the same path."""
        remove_cameras()
        add_camera(self.path)


def add_camera(path: str = "/dev/video0") -> None:
    """Load vivid with one webcam."""
    load("vivid", n_devs=1, node_types="0x1", num_inputs=1, input_types="0x0")
    eventually("the camera", lambda: path in command("v4l2-ctl", "--list-devices"))


def remove_cameras() -> None:
    """Unload vivid; readers must have let go of it."""
    unload("vivid")


@contextmanager
def camera() -> Iterator[Camera]:
    """One camera for one test."""
    add_camera()
    try:
        yield Camera("/dev/video0")
    finally:
        remove_cameras()
