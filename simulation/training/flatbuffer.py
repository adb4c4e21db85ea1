"""Writes int8 layers as a .tflite file, without TensorFlow; it refuses whatever is not in the table of layers.

The format is TFLite's schema version 3; the generated classes come with the LiteRT runtime.
"""

from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from simulation.training.architecture import HEIGHT, WIDTH, Layer
from simulation.training.quantise import Quantised, Range


class Graph:
    """A model in the making."""

    def __init__(self, description: str) -> None:
        self._model = schema.ModelT()
        self._model.version = 3
        self._model.description = description
        self._model.buffers = [schema.BufferT()]
        self._model.operatorCodes = []
        self._main = schema.SubGraphT()
        self._main.name = "main"
        self._main.tensors, self._main.operators = [], []
        self._main.inputs, self._main.outputs = [], []
        self._model.subgraphs = [self._main]
        self._named: dict[str, tuple[int, tuple[int, int]]] = {}

    def picture(self, read: Range) -> None:
        """The input: one RGB picture."""
        place = self._tensor("picture", (1, HEIGHT, WIDTH, 3), schema.TensorType.INT8, [read.scale], read.zero)
        self._named["picture"] = place, (HEIGHT, WIDTH)
        self._main.inputs = [place]

    def add(self, one: Quantised, ranges: dict[str, Range]) -> None:
        """A convolution, and the addition of its shortcut when it has one."""
        layer = one.layer
        reads, (height, width) = self._named[layer.reads]
        size = -(-height // layer.stride), -(-width // layer.stride)
        axis = 3 if layer.depthwise else 0
        steps = one.scales * np.float32(ranges[layer.reads].scale)
        weight = self._constant(f"{layer.name}.weight", one.weight, one.scales, axis)
        bias = self._constant(f"{layer.name}.bias", one.bias, steps, 0)
        summed = f"{layer.name}+" if layer.adds else layer.name
        out = self._result(summed, size, layer.outputs, ranges[summed])
        self._operator(*_convolution(layer), [reads, weight, bias], out)
        if layer.adds:
            total = self._result(layer.name, size, layer.outputs, ranges[layer.name])
            options = schema.AddOptionsT()
            kind = schema.BuiltinOptions.AddOptions
            self._operator(schema.BuiltinOperator.ADD, 2, kind, options, [out, self._named[layer.adds][0]], total)

    def finish(self, outputs: list[str]) -> bytes:
        """The file."""
        self._main.outputs = [self._named[name][0] for name in outputs]
        builder = flatbuffers.Builder(1 << 18)
        builder.Finish(self._model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _result(self, name: str, size: tuple[int, int], channels: int, read: Range) -> int:
        place = self._tensor(name, (1, *size, channels), schema.TensorType.INT8, [read.scale], read.zero)
        self._named[name] = place, size
        return place

    def _constant(self, name: str, values: NDArray[Any], scales: NDArray[np.float32], axis: int) -> int:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        self._model.buffers.append(buffer)
        kind = schema.TensorType.INT8 if values.dtype == np.int8 else schema.TensorType.INT32
        return self._tensor(name, values.shape, kind, list(scales), 0, len(self._model.buffers) - 1, axis)

    def _tensor(
        self,
        name: str,
        shape: tuple[int, ...],
        kind: int,
        scales: list[float],
        zero: int,
        buffer: int = 0,
        axis: int = 0,
    ) -> int:
        tensor, reading = schema.TensorT(), schema.QuantizationParametersT()
        tensor.name, tensor.shape, tensor.type, tensor.buffer = name, list(shape), kind, buffer
        reading.scale = np.array(scales, np.float32)
        reading.zeroPoint = np.full(len(scales), zero, np.int64)
        reading.quantizedDimension = axis
        tensor.quantization = reading
        self._main.tensors.append(tensor)
        return len(self._main.tensors) - 1

    def _operator(self, code: int, version: int, kind: int, options: object, inputs: list[int], output: int) -> None:
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code(code, version)
        operator.inputs, operator.outputs = inputs, [output]
        operator.builtinOptionsType, operator.builtinOptions = kind, options
        self._main.operators.append(operator)

    def _code(self, code: int, version: int) -> int:
        for index, known in enumerate(self._model.operatorCodes):
            if known.builtinCode == code:
                return index
        one = schema.OperatorCodeT()
        one.builtinCode, one.deprecatedBuiltinCode, one.version = code, code, version
        self._model.operatorCodes.append(one)
        return len(self._model.operatorCodes) - 1


def _convolution(layer: Layer) -> tuple[int, int, int, object]:
    """The operator, its version, and its options."""
    options = schema.DepthwiseConv2DOptionsT() if layer.depthwise else schema.Conv2DOptionsT()
    if layer.depthwise:
        options.depthMultiplier = 1
    options.padding = schema.Padding.SAME
    options.strideH = options.strideW = layer.stride
    options.dilationHFactor = options.dilationWFactor = 1
    activation = schema.ActivationFunctionType
    options.fusedActivationFunction = activation.RELU6 if layer.relu6 else activation.NONE
    if layer.depthwise:
        return schema.BuiltinOperator.DEPTHWISE_CONV_2D, 3, schema.BuiltinOptions.DepthwiseConv2DOptions, options
    return schema.BuiltinOperator.CONV_2D, 3, schema.BuiltinOptions.Conv2DOptions, options
