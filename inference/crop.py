"""From planes to tensor: a region is resized plane by plane and converted at the model's own size, in place."""

from typing import NamedTuple

import cv2
import numpy as np

from inference.boxes import Boxes
from inference.interpreter import Array
from observations import Frame, Plane


class Region(NamedTuple):
    """A rectangle of whole, even pixels of a picture; it lies inside the picture."""

    left: int
    top: int
    width: int
    height: int

    @classmethod
    def whole(cls, frame: Frame) -> "Region":
        return cls(0, 0, frame.width & ~1, frame.height & ~1)

    @classmethod
    def around(cls, frame: Frame, x: float, y: float, side: float) -> "Region":
        """The square of `side` pixels about (x, y) pixels, moved and shrunk to lie inside the picture."""
        width, height = (max(2, min(int(side), limit) & ~1) for limit in (frame.width, frame.height))
        left = int(min(max(x - width / 2, 0), frame.width - width)) & ~1
        top = int(min(max(y - height / 2, 0), frame.height - height)) & ~1
        return cls(left, top, width, height)

    def box(self, frame: Frame) -> tuple[float, float, float, float, float]:
        """This region as a row of boxes: relative to the picture."""
        right, bottom = self.left + self.width, self.top + self.height
        return self.left / frame.width, self.top / frame.height, right / frame.width, bottom / frame.height, 1.0

    def relative(self, boxes: Boxes, frame: Frame) -> Boxes:
        """Boxes given in 0..1 of this region, as boxes in 0..1 of the picture, cut at the region's edge."""
        out = boxes.copy()
        np.clip(out[:, :4], 0.0, 1.0, out=out[:, :4])
        out[:, 0:4:2] = (out[:, 0:4:2] * self.width + self.left) / frame.width
        out[:, 1:4:2] = (out[:, 1:4:2] * self.height + self.top) / frame.height
        return out


def _shrink(plane: Plane, to: Plane) -> None:
    """Resize into `to`. Averaging is worth its time only where linear sampling would skip pixels."""
    skips = plane.shape[0] > 2 * to.shape[0] and plane.shape[1] > 2 * to.shape[1]
    cv2.resize(plane, (to.shape[1], to.shape[0]), dst=to, interpolation=cv2.INTER_AREA if skips else cv2.INTER_LINEAR)


class RgbCrop:
    """Writes regions as RGB into a (height, width, 3) tensor, 8 bits or float -1..1; the region is squeezed to fit."""

    def __init__(self, width: int, height: int) -> None:
        if width % 4 or height % 4:
            raise ValueError("the sides of an RGB input must be multiples of 4")
        self._planes = np.empty((height * 3 // 2, width), np.uint8)
        flat, luma, half = self._planes.reshape(-1), height * width, (height // 2, width // 2)
        self._y = flat[:luma].reshape(height, width)
        self._u = flat[luma : luma * 5 // 4].reshape(half)
        self._v = flat[luma * 5 // 4 :].reshape(half)
        self._rgb = np.empty((height, width, 3), np.uint8)

    def write(self, frame: Frame, region: Region, tensor: Array) -> None:
        """Fill `tensor` with the region. No copy is made beyond the planes at the model's own size."""
        left, top, width, height = region
        _shrink(frame.y[top : top + height, left : left + width], self._y)
        half = slice(top // 2, (top + height) // 2), slice(left // 2, (left + width) // 2)
        _shrink(frame.u[half], self._u)
        _shrink(frame.v[half], self._v)
        if tensor.dtype == np.uint8:
            cv2.cvtColor(self._planes, cv2.COLOR_YUV2RGB_I420, dst=tensor)
            return
        cv2.cvtColor(self._planes, cv2.COLOR_YUV2RGB_I420, dst=self._rgb)
        if tensor.dtype == np.int8:
            np.bitwise_xor(self._rgb, 0x80, out=tensor.view(np.uint8))
        else:
            np.subtract(self._rgb * np.float32(1 / 127.5), np.float32(1), out=tensor)


class GreyCrop:
    """Writes regions as full-range grey into a (height, width, 1) int8 tensor, letterboxed on grey."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        stretch = (np.arange(256, dtype=np.float32) - 16) * (255 / 219)
        self._full_range = np.clip(np.rint(stretch), 0, 255).astype(np.uint8) ^ 0x80

    def fitted(self, region: Region) -> tuple[int, int]:
        """The width and height that the region takes in the tensor, from its top left corner."""
        scale = min(self.width / region.width, self.height / region.height)
        return max(1, round(region.width * scale)), max(1, round(region.height * scale))

    def write(self, frame: Frame, region: Region, tensor: Array) -> None:
        """Fill `tensor` with the region's luma, shape kept, the rest of it grey."""
        left, top, width, height = region
        across, down = self.fitted(region)
        stored = tensor.view(np.uint8)[..., 0]
        stored[down:] = 0
        stored[:, across:] = 0
        small = np.empty((down, across), np.uint8)
        _shrink(frame.y[top : top + height, left : left + width], small)
        cv2.LUT(small, self._full_range, dst=small)
        stored[:down, :across] = small

    def unboxed(self, boxes: Boxes, region: Region) -> Boxes:
        """Boxes in 0..1 of the tensor, as boxes in 0..1 of the region."""
        across, down = self.fitted(region)
        out = boxes.copy()
        out[:, 0:4:2] *= self.width / across
        out[:, 1:4:2] *= self.height / down
        return out
