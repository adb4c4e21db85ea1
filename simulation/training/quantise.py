"""From float weights to int8: ranges measured on rendered pictures, weights per channel; it refuses nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as nn
from numpy.typing import NDArray

from simulation.training.architecture import Layer, layers
from simulation.training.network import Folded, padded, run

_SPILL = 1e-5
"""The share of values at either end that may be cut off for a finer step."""


@dataclass(frozen=True, slots=True)
class Range:
    """How an int8 tensor is read: real = scale * (stored - zero)."""

    scale: float
    zero: int


@dataclass(frozen=True, slots=True)
class Quantised:
    """One layer: weights int8 in TFLite's layout, biases int32, one scale a channel."""

    layer: Layer
    weight: NDArray[np.int8]
    scales: NDArray[np.float32]
    bias: NDArray[np.int32]


PICTURE = Range(1 / 128, 0)


def ranges(weights: Folded, pictures: Iterable[NDArray[np.float32]]) -> dict[str, Range]:
    """The range of every tensor over `pictures` (3, height, width), -1..1. Outputs keep their extremes."""
    lows: dict[str, list[float]] = {}
    highs: dict[str, list[float]] = {}
    for picture in pictures:
        with torch.no_grad():
            values = run(torch.from_numpy(picture[None]), lambda layer, given: convolved(layer, given, weights))
        for name, tensor in values.items():
            spill = 0.0 if name in ("heat", "boxes") else _SPILL
            flat = tensor.numpy().ravel()
            low, high = np.quantile(flat, [spill, 1 - spill])
            lows.setdefault(name, []).append(float(low))
            highs.setdefault(name, []).append(float(high))
    found = {name: _range(min(lows[name]), max(highs[name])) for name in lows}
    return found | {"picture": PICTURE}


def convolved(layer: Layer, values: torch.Tensor, weights: Folded) -> torch.Tensor:
    """One layer in float, with the folded weights."""
    weight, bias = weights[layer.name]
    groups = layer.inputs if layer.depthwise else 1
    kernel, shift = torch.from_numpy(weight), torch.from_numpy(bias)
    return nn.conv2d(padded(values, layer), kernel, shift, layer.stride, groups=groups)


def quantised(weights: Folded, measured: dict[str, Range]) -> list[Quantised]:
    """Every layer in int8, in order."""
    found = []
    for layer in layers():
        weight, bias = weights[layer.name]
        laid = weight.transpose(1, 2, 3, 0) if layer.depthwise else weight.transpose(0, 2, 3, 1)
        axis = 3 if layer.depthwise else 0
        others = tuple(one for one in range(4) if one != axis)
        scales = np.maximum(np.abs(laid).max(axis=others), 1e-6) / 127
        shape = [1, 1, 1, 1]
        shape[axis] = -1
        stored = np.clip(np.rint(laid / scales.reshape(shape)), -127, 127).astype(np.int8)
        steps = scales * measured[layer.reads].scale
        found.append(Quantised(layer, stored, scales.astype(np.float32), np.rint(bias / steps).astype(np.int32)))
    return found


def _range(low: float, high: float) -> Range:
    low, high = min(low, 0.0), max(high, low + 1e-3, 0.0)
    scale = (high - low) / 255
    return Range(scale, int(np.clip(round(-128 - low / scale), -128, 127)))
