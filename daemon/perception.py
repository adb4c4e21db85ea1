"""From the configuration to a camera's perception: model, accelerator, threads, private regions, faces, hands."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from config.camera import Camera
from daemon.box import Box
from drivers.base import DriverMisconfigured
from inference.blackout import Outline
from inference.blazeface import BlazeFaceDetector
from inference.delegates import delegates
from inference.detector import detector
from inference.faces import FaceFinder
from inference.interpreter import Interpreter
from inference.models import ModelRefused, model, models_folder
from inference.perceiver import Perceiver
from inference.pose import HandFinder, MoveNet
from inference.selftest import threads

FACE_BUDGET_S = 0.01
"""Time that the faces of one picture may take: a round robin, so that everybody has a turn."""

HANDS_BUDGET_S = 0.02
"""The same for hands."""

FACES = "yolo_fastest_face_320_int8"
LANDMARKS = "blazeface_full_range_192_fp16"
POSE = "movenet_lightning_ptq"


def perceiver(box: Box, name: str, camera: Camera) -> Perceiver:
    """The perception of camera `name`; loads models, so it takes a moment. Raises DriverMisconfigured."""
    models = box.config.models
    folder = models_folder(Path(models.directory) if models.directory else None)
    cache = Path(box.config.box.state) / "threads.json"
    try:
        count = models.threads or threads(model(camera.model), folder, cache, perf_counter)
        persons = detector(camera.model, folder, threads=count, delegates=delegates(models.accelerator))
        watched = any(target.camera == name for target in box.config.targets.values())
        shelves = [shelf.corners for shelf in box.config.hands.values() if shelf.camera == name]
        return Perceiver(
            persons,
            faces=_faces(folder) if watched else None,
            hands=_hands(folder, shelves) if shelves else None,
            private=camera.masks,
        )
    except ModelRefused as error:
        raise DriverMisconfigured(error.code, error.reason) from None


def model_size(name: str) -> tuple[int, int]:
    """Even width and height for pictures that this model sees whole: as high as its input, 4 to 3. Raises
    DriverMisconfigured."""
    try:
        high = (model(name).input.shape[1] + 1) & ~1
    except ModelRefused as error:
        raise DriverMisconfigured(error.code, error.reason) from None
    return round(high * 4 / 6) * 2, high


def _hands(folder: Path, shelves: Sequence[Outline]) -> HandFinder:
    pose = MoveNet(Interpreter.load(model(POSE), folder))
    return HandFinder(pose, shelves, budget=HANDS_BUDGET_S, stopwatch=perf_counter)


def _faces(folder: Path) -> FaceFinder:
    points = BlazeFaceDetector(Interpreter.load(model(LANDMARKS), folder))
    return FaceFinder(detector(FACES, folder), points, budget=FACE_BUDGET_S, stopwatch=perf_counter)
