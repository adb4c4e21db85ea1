"""A double of what the product uses of picamera2, written from its manual and its request.py, for a child process.

Kept promises: the lores stream is YUV420 with rows padded to 64 bytes (VC4) or 128 (PiSP), chroma rows half of that,
no larger than main; a request is lent and must be released; with every buffer lent the sensor drops its pictures and
capture_request waits, for ever without `wait`; SensorTimestamp is nanoseconds of CLOCK_BOOTTIME at exposure. What is
not promised is refused: a second configure, more buffers than the contiguous memory holds, an unreleased array.

$PICAMERA_DOUBLE holds words: pisp, none (no camera), busy, hang=N, crash=N (after N pictures), lend=N (keeps N back).
"""

import os
import sys
import time
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORDS = dict(word.partition("=")[::2] for word in os.environ.get("PICAMERA_DOUBLE", "").split())
MODES = [((1536, 864), 2), ((2304, 1296), 1), ((4608, 2592), 1)]
"""The sensor's, and how much each crops the view: without a raw size the smallest that is no smaller than main."""
PADDING, U, V = 0xEE, 90, 200


class Picamera2:
    """One sensor that exposes a moving gradient, FrameRate times a second."""

    sensor_resolution = (4608, 2592)

    @staticmethod
    def global_camera_info() -> list[dict[str, Any]]:
        return [] if "none" in WORDS else [{"Model": "imx708", "Location": 2, "Rotation": 180, "Num": 0}]

    def __init__(self, camera_num: int = 0) -> None:
        if "busy" in WORDS:
            raise RuntimeError("Camera __init__ sequence did not complete.")
        print("a library that prints")
        print("[0:00:01] INFO Camera camera_manager.cpp: libcamera v0.5", file=sys.stderr)
        self._config: dict[str, Any] | None = None
        self._lent = int(WORDS.get("lend", 0))
        self._sequence = 0
        self._exposed = 0.0
        self._started = False

    def create_video_configuration(
        self,
        main: dict[str, Any] | None = None,
        lores: dict[str, Any] | None = None,
        raw: dict[str, Any] | None = None,
        *,
        buffer_count: int = 6,
        controls: dict[str, Any] | None = None,
        display: str | None = "main",
        encode: str | None = "main",
        queue: bool = True,
    ) -> dict[str, Any]:
        full = {"size": (1920, 1080), "format": "XBGR8888", **(main or {})}
        rest = {"buffer_count": buffer_count, "controls": dict(controls or {}), "queue": queue}
        return {"main": full, "lores": lores and dict(lores), "raw": raw, "display": display, "encode": encode, **rest}

    def configure(self, config: dict[str, Any]) -> None:
        if self._config is not None:
            raise RuntimeError("the double is configured once: each time costs contiguous memory")
        if config["buffer_count"] > 4:
            raise RuntimeError("Cannot allocate memory")
        lores, main = config["lores"], config["main"]
        for stream in (main, lores):
            if type(stream["size"]) is not tuple or any(side % 2 for side in stream["size"]):
                raise RuntimeError(f"size has the wrong type or is odd: {stream['size']}")
        if any(side > limit for side, limit in zip(lores["size"], main["size"], strict=True)):
            raise RuntimeError("lores stream dimensions may not exceed main stream")
        if lores["format"] != "YUV420":
            raise RuntimeError("lores stream must be YUV")
        width, height = lores["size"]
        align = 128 if "pisp" in WORDS else 64
        lores["stride"] = -(-width // align) * align
        lores["framesize"] = lores["stride"] * height * 3 // 2
        lores["crop"] = next(crop for size, crop in MODES if size >= (config["raw"] or main)["size"])
        self._config = config

    def stream_configuration(self, name: str = "main") -> dict[str, Any]:
        assert self._config is not None
        return dict(self._config[name])

    def start(self) -> None:
        assert self._config is not None
        self._started = True
        self._exposed = time.clock_gettime(time.CLOCK_BOOTTIME)

    def capture_request(self, wait: float | None = None) -> "CompletedRequest":
        assert self._started
        assert self._config is not None
        if self._sequence == int(WORDS.get("crash", -1)):
            os._exit(139)
        if self._sequence == int(WORDS.get("hang", -1)) or self._lent >= self._config["buffer_count"]:
            time.sleep(3600 if wait is None else wait)
            raise TimeoutError
        self._exposed += 1 / self._config["controls"].get("FrameRate", 30.0)
        time.sleep(max(0.0, self._exposed - time.clock_gettime(time.CLOCK_BOOTTIME)))
        self._sequence += 1
        self._lent += 1
        return CompletedRequest(self, self._config["lores"], self._sequence, int(self._exposed * 1e9))

    def give_back(self) -> None:
        self._lent -= 1


class CompletedRequest:
    """One picture, lent."""

    def __init__(self, camera: Picamera2, stream: dict[str, Any], sequence: int, exposed_ns: int) -> None:
        self._camera: Picamera2 | None = camera
        self._exposed_ns = exposed_ns
        self.mapped = 0
        (width, height), stride = stream["size"], stream["stride"]
        self.buffer = np.full(stream["framesize"], PADDING, np.uint8)
        luma = self.buffer[: stride * height].reshape(height, stride)
        luma[:, :width] = np.add.outer(np.arange(height), np.arange(width)) // stream["crop"] + sequence & 0xFF
        for index, value in enumerate((U, V)):
            at = stride * height * (4 + index) // 4
            self.buffer[at : at + stride * height // 4].reshape(height // 2, stride // 2)[:, : width // 2] = value
        self.shape = (height * 3 // 2, stride)

    def get_metadata(self) -> dict[str, Any]:
        return {"SensorTimestamp": self._exposed_ns, "ExposureTime": 10_000, "Lux": 400.0}

    def release(self) -> None:
        if self._camera is None or self.mapped:
            raise RuntimeError("CompletedRequest: released twice, or while it is mapped")
        self._camera.give_back()
        self._camera = None


class MappedArray:
    """The request's own memory, while the context lasts."""

    def __init__(self, request: CompletedRequest, stream: str, reshape: bool = True, write: bool = True) -> None:
        assert stream == "lores"
        self._request = request
        self._reshape = reshape
        self._write = write
        self.array: NDArray[np.uint8] | None = None

    def __enter__(self) -> "MappedArray":
        self._request.mapped += 1
        self.array = self._request.buffer.reshape(self._request.shape if self._reshape else -1)
        self.array.flags.writeable = self._write
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._request.mapped -= 1
        self.array = None
