"""What every detector is: a model, a way to fill it and a decode; a row of the manifest becomes one of them."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Protocol

from inference.boxes import Boxes
from inference.crop import Region
from inference.interpreter import Interpreter
from inference.models import model
from observations import Frame


class Detector(Protocol):
    """Finds one kind of thing. `floor` is the score under which nothing is reported, `sure` the one from which a
    detection is taken for one, `certain` the one that other things do not reach in a video. What is lower than the
    share `least` of the picture's height is better looked at in a tile; 0 is for those that need none."""

    floor: float
    sure: float
    certain: float
    least: float
    interpreter: Interpreter

    def detect(self, frame: Frame, region: Region) -> Boxes:
        """The distinct boxes in that region of the picture, relative to the whole picture. One inference."""
        ...


FAMILIES = {
    "blazeface": "inference.blazeface:BlazeFaceDetector",
    "centre": "inference.centre:CentreDetector",
    "ssd": "inference.ssd:SsdDetector",
    "ssd_slim": "inference.slim:SlimFaceDetector",
    "yolo": "inference.yolo:YoloDetector",
    "yolo_anchors": "inference.yolo:YoloFaceDetector",
}


def detector(name: str, folder: Path, *, threads: int = 1, delegates: list[object] | None = None) -> Detector:
    """The detector of a model of the manifest. Raises ModelRefused."""
    row = model(name)
    module, _, attribute = FAMILIES[row.family].partition(":")
    make: Callable[[Interpreter], Detector] = getattr(import_module(module), attribute)
    return make(Interpreter.load(row, folder, threads=threads, delegates=delegates))
