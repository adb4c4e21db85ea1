"""The detector in PyTorch, from the table of layers; it refuses to be anything that int8 TFLite cannot run."""

from collections.abc import Callable
from math import sqrt

import numpy as np
import torch
import torch.nn.functional as nn
from numpy.typing import NDArray

from simulation.training.architecture import Layer, layers

Tensors = dict[str, torch.Tensor]
Folded = dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]
_MOMENTUM = 0.05
_EPSILON = 1e-3


def start(seed: int) -> tuple[Tensors, Tensors]:
    """Fresh parameters to be trained, and the running statistics of the normalisation."""
    torch.manual_seed(seed)
    learnt: Tensors = {}
    running: Tensors = {}
    for layer in layers():
        fan = layer.kernel**2 * (1 if layer.depthwise else layer.inputs)
        shape = (layer.outputs, 1 if layer.depthwise else layer.inputs, layer.kernel, layer.kernel)
        learnt[f"{layer.name}.weight"] = torch.randn(shape) * sqrt(2 / fan)
        if layer.name in ("heat", "boxes"):
            learnt[f"{layer.name}.weight"] *= 0.1
            learnt[f"{layer.name}.bias"] = torch.full((layer.outputs,), -3.0 if layer.name == "heat" else 1.0)
            continue
        learnt[f"{layer.name}.scale"] = torch.full((layer.outputs,), 0.5 if layer.adds else 1.0)
        learnt[f"{layer.name}.shift"] = torch.zeros(layer.outputs)
        running[f"{layer.name}.mean"] = torch.zeros(layer.outputs)
        running[f"{layer.name}.variance"] = torch.ones(layer.outputs)
    for parameter in learnt.values():
        parameter.requires_grad_(True)
    return learnt, running


def forward(pictures: torch.Tensor, learnt: Tensors, running: Tensors, training: bool) -> Tensors:
    """`pictures` (n, 3, height, width) in -1..1 to every layer's output by name."""

    def convolve(layer: Layer, values: torch.Tensor) -> torch.Tensor:
        name = layer.name
        out = nn.conv2d(
            padded(values, layer),
            learnt[f"{name}.weight"],
            learnt.get(f"{name}.bias"),
            layer.stride,
            groups=layer.inputs if layer.depthwise else 1,
        )
        if f"{name}.scale" not in learnt:
            return out
        return nn.batch_norm(
            out,
            running[f"{name}.mean"],
            running[f"{name}.variance"],
            learnt[f"{name}.scale"],
            learnt[f"{name}.shift"],
            training,
            _MOMENTUM,
            _EPSILON,
        )

    return run(pictures, convolve)


def run(pictures: torch.Tensor, convolve: Callable[[Layer, torch.Tensor], torch.Tensor]) -> Tensors:
    """The graph of the table with `convolve` as its arithmetic. `NAME+` is the sum before a shortcut's addition."""
    values = {"picture": pictures}
    for layer in layers():
        out = convolve(layer, values[layer.reads])
        if layer.relu6:
            out = nn.relu6(out)
        if layer.adds:
            values[f"{layer.name}+"] = out
            out = out + values[layer.adds]
        values[layer.name] = out
    return values


def padded(values: torch.Tensor, layer: Layer) -> torch.Tensor:
    """TFLite's SAME padding, which puts the odd pixel at the end."""
    spare = []
    for size in (values.shape[3], values.shape[2]):
        whole = max((-(-size // layer.stride) - 1) * layer.stride + layer.kernel - size, 0)
        spare += [whole // 2, whole - whole // 2]
    return nn.pad(values, spare)


def folded(learnt: Tensors, running: Tensors) -> Folded:
    """Weights and biases of every layer with the normalisation multiplied in."""
    found: Folded = {}
    for layer in layers():
        name = layer.name
        weight = learnt[f"{name}.weight"].detach()
        if f"{name}.bias" in learnt:
            found[name] = weight.numpy().copy(), learnt[f"{name}.bias"].detach().numpy().copy()
            continue
        factor = learnt[f"{name}.scale"].detach() / torch.sqrt(running[f"{name}.variance"] + _EPSILON)
        bias = learnt[f"{name}.shift"].detach() - running[f"{name}.mean"] * factor
        found[name] = (weight * factor[:, None, None, None]).numpy(), bias.numpy()
    return found
