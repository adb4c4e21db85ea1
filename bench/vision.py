"""Crossings, persons and faces on any folder with a ground_truth.json, and what perception costs beyond the model.

python -m bench vision --video DIR --images DIR --models DIR [--json]
"""

import argparse
import asyncio
import json
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time
from typing import Any

import cv2
import numpy as np

from bench._machine import show
from bench._stills import faces_in, persons_in
from bench._truth import Counts, CrossingTruth, counted, matched
from drivers.base import Device
from drivers.camera.clip import ClipDriver, as_planes
from inference.blazeface import BlazeFaceDetector
from inference.detector import detector
from inference.faces import face, landmarks
from inference.models import models_folder
from inference.perceiver import Perceiver
from observations import Frame, Track

PERSONS = "ssd_mobilenet_v1_coco_quant"
FACES = "yolo_fastest_face_320_int8"
POINTS = "blazeface_full_range_192_fp16"
ALIKE = 0.35
"""Intersection over union from which a found face is the labelled one."""
SAMPLE = 60

Figures = dict[str, Any]


class Still:
    """A clock for clips that are read as fast as they come."""

    def now(self) -> float:
        return 0.0

    async def sleep_until(self, at: float) -> None:
        pass


class Bench:
    """The models of one run, loaded once."""

    def __init__(self, folder: Path) -> None:
        self.persons = detector(PERSONS, folder)
        self.faces = detector(FACES, folder)
        points = detector(POINTS, folder)
        assert isinstance(points, BlazeFaceDetector)
        self.points = points

    async def clip(self, path: Path, truth: Figures) -> Figures:
        """One clip, gated as in the product; then a sample of its frames with an inference for every picture."""
        perceiver = Perceiver(self.persons)
        lines: CrossingTruth | None = None
        persons, faces = Counts(), Counts()
        spent, idle_frames, idle_looks = 0.0, 0, 0
        device = Device.parse(f"file:{path}?speed=max")
        async with ClipDriver(device, name="bench", clock=Still()).open() as frames:
            async for frame in frames:
                lines = lines or CrossingTruth(truth, frame)
                looks = perceiver.looks
                start = perf_counter()
                percept = perceiver.perceive(frame)
                spent += perf_counter() - start
                lines.feed(frame, percept)
                if _idle(truth, frame.sequence):
                    idle_frames, idle_looks = idle_frames + 1, idle_looks + perceiver.looks - looks
                if "persons_every_frame" in truth:
                    persons += counted(truth["persons_every_frame"], len(percept.tracks))
                if "faces_every_frame" in truth:
                    found = sum(self._faces_the_camera(frame, track) for track in percept.tracks)
                    faces += counted(truth["faces_every_frame"], found)
        every, ratio = await self._every_frame(path)
        figures: Figures = {"frames": perceiver.frames}
        if lines is not None and lines.expected:
            figures["crossings"] = lines.result()
        figures |= {"persons": persons.figures()} if "persons_every_frame" in truth else {}
        figures |= {"faces": faces.figures()} if "faces_every_frame" in truth else {}
        figures["fps"] = round(perceiver.frames / spent, 1)
        figures["fps_every_frame"] = round(every, 1)
        figures["ratio_to_interpreter"] = round(ratio, 3)
        figures["inferences"] = perceiver.looks
        figures["inferences_skipped"] = round(1 - perceiver.looks / perceiver.frames, 3)
        if idle_frames:
            figures["inferences_skipped_idle"] = round(1 - idle_looks / idle_frames, 3)
        figures["rss_mb"] = rss_mb()
        return figures

    def _faces_the_camera(self, frame: Frame, track: Track) -> bool:
        found = face(self.faces, frame, track)
        return len(found) > 0 and landmarks(self.points, frame, found) is not None

    async def _every_frame(self, path: Path) -> tuple[float, float]:
        """Pictures a second and share of the bare interpreter's rate, one inference a picture; medians, interleaved.

        Both in the time of this thread on a processor, so that what else the machine does is not measured.
        """
        perceiver = Perceiver(self.persons, gated=False)
        whole: list[float] = []
        bare: list[float] = []
        async with ClipDriver(Device.parse(f"file:{path}?speed=max"), name="bench", clock=Still()).open() as frames:
            async for frame in frames:
                start = thread_time()
                perceiver.perceive(frame)
                middle = thread_time()
                self.persons.interpreter.infer(lambda _: None)
                whole.append(middle - start)
                bare.append(thread_time() - middle)
                if len(whole) >= SAMPLE:
                    break
        return 1 / median(whole), median(bare) / median(whole)

    def picture(self, path: Path, truth: Figures) -> Figures:
        """One still picture: persons and faces in the whole of it, faces also at half its size."""
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            return {"error": "no picture"}
        frame = Frame(0.0, "bench", 0, *as_planes(np.asarray(image, np.uint8)))
        figures: Figures = {}
        if "persons" in truth:
            found = persons_in(frame, self.persons, faces_in(frame, self.faces, self.points))
            figures["persons"] = counted(truth["persons"], found).figures()
        if "faces" in truth:
            figures["faces"] = self._faces(frame, truth, 1.0).figures()
            half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            small = Frame(0.0, "bench", 0, *as_planes(np.asarray(half, np.uint8)))
            figures["faces_half_size"] = self._faces(small, truth, 0.5).figures()
        return figures

    def _faces(self, frame: Frame, truth: Figures, scale: float) -> Counts:
        found = faces_in(frame, self.faces, self.points)
        labelled = truth.get("face_boxes_xyxy")
        if labelled is None:
            return counted(truth["faces"], len(found))
        boxes = found[:, :4] * (frame.width, frame.height, frame.width, frame.height)
        hits = matched([[side * scale for side in box] for box in labelled], boxes.tolist(), ALIKE)
        return Counts(len(labelled), hits, len(labelled) - hits, len(found) - hits)


def _idle(truth: Figures, frame: int) -> bool:
    """Whether the truth says that nobody is in this picture."""
    if "visible_frames" in truth:
        return not any(first <= frame <= last for first, last in truth["visible_frames"])
    return False


def rss_mb() -> float:
    """What this process holds in memory now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return round(int(line.split()[1]) / 1024, 1)
    return 0.0


def total(files: dict[str, Figures]) -> Figures:
    """The sums over all files; of rates the lowest, of memory the highest."""
    out: Figures = {}
    for kind in ("persons", "faces", "faces_half_size"):
        rows = [Counts(**figures[kind]) for figures in files.values() if kind in figures]
        if rows:
            out[kind] = sum(rows, Counts()).figures()
    lines = [line for figures in files.values() for line in figures.get("crossings", {}).values()]
    if lines:
        names = ("expected", "found", "missed", "false", "net_error", "abs_error")
        out["crossings"] = {name: sum(line[name] for line in lines) for name in names}
    clips = [figures for figures in files.values() if "fps" in figures]
    if clips:
        out["fps"] = min(figures["fps"] for figures in clips)
        out["ratio_to_interpreter"] = round(median(figures["ratio_to_interpreter"] for figures in clips), 3)
        frames = sum(figures["frames"] for figures in clips)
        out["inferences_skipped"] = round(1 - sum(figures["inferences"] for figures in clips) / frames, 3)
        out["rss_mb"] = max(figures["rss_mb"] for figures in clips)
    return out


def _truths(folder: Path | None) -> dict[str, Figures]:
    if folder is None:
        return {}
    truths: dict[str, Figures] = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))
    return truths


def main(argv: list[str]) -> int:
    """Exit 0 when all files could be read, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m bench vision", description=__doc__)
    parser.add_argument("--video", type=Path, help="folder of clips with a ground_truth.json")
    parser.add_argument("--images", type=Path, help="folder of pictures with a ground_truth.json")
    parser.add_argument("--models", type=Path, help="folder of the models")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    cv2.setNumThreads(1)
    bench = Bench(models_folder(asked.models))
    files: dict[str, Figures] = {}
    for name, truth in _truths(asked.video).items():
        there = (asked.video / name).is_file()
        files[name] = asyncio.run(bench.clip(asked.video / name, truth)) if there else {"error": "missing"}
    for name, truth in _truths(asked.images).items():
        files[name] = bench.picture(asked.images / name, truth)
    show({"files": files, "total": total(files)}, asked.json)
    return int(any("error" in figures for figures in files.values()))
