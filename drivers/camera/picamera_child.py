"""The child that holds a CSI camera: `python -m drivers.camera.picamera_child NUMBER WIDTH HEIGHT FPS`.

It writes each picture, header first, from the camera's own buffer to standard output and gives the buffer back.
"""

import os
import sys

from drivers.camera.picamera import ABSENT, BUSY, HEADER, NO_LIBRARY

BUFFERS = 4
FIRST_S = 8.0


def main(argv: list[str]) -> int:
    """Stream until killed, or until the parent closes the pipe."""
    number, width, height = map(int, argv[:3])
    fps = float(argv[3])
    out = os.dup(1)
    os.dup2(2, 1)  # a library that prints must not print into the pictures
    try:
        from picamera2 import MappedArray, Picamera2
    except ImportError:
        return NO_LIBRARY
    if number >= len(Picamera2.global_camera_info()):
        return ABSENT
    try:
        camera = Picamera2(number)
    except RuntimeError:
        return BUSY
    small = {"size": (width, height), "format": "YUV420"}
    across, down = camera.sensor_resolution
    binned = {"size": (across // 2, down // 2)}  # else libcamera may pick a mode that crops the view
    camera.configure(
        camera.create_video_configuration(
            main=small,
            lores=small,
            raw=binned,
            controls={"FrameRate": fps},
            buffer_count=BUFFERS,
            display=None,
            encode=None,
        )
    )
    stride = camera.stream_configuration("lores")["stride"]
    camera.start()
    while True:
        request = camera.capture_request(wait=FIRST_S)
        try:
            header = HEADER.pack(request.get_metadata()["SensorTimestamp"], width, height, stride)
            with MappedArray(request, "lores", write=False) as mapped:
                _write(out, header)
                _write(out, mapped.array[: height * 3 // 2].data)
        finally:
            request.release()


def _write(out: int, content: bytes | memoryview) -> None:
    view = memoryview(content).cast("B")
    while view:
        view = view[os.write(out, view) :]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (BrokenPipeError, TimeoutError):
        os._exit(1)  # not through libcamera's own goodbye, which may wait for a sensor that is gone
