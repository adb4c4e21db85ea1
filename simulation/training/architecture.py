"""The detector's layers as a table, which the network, the quantiser and the exporter all read."""

from dataclasses import dataclass

WIDTH, HEIGHT = 320, 180
STRIDE, FINE = 8, 4
"""Pixels of a cell of the network, and into how many parts each way its outputs divide it."""
COLUMNS, ROWS = 40 * FINE, 23 * FINE
CLASSES = ("person", "head")
CENTRE = 0.3
"""The share of a box's height below its top at which its centre is marked: where people in a crowd stay visible."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One convolution with `SAME` padding. `reads` names its input; `adds` the tensor that is added to its result."""

    name: str
    reads: str
    inputs: int
    outputs: int
    kernel: int = 1
    stride: int = 1
    depthwise: bool = False
    relu6: bool = True
    adds: str | None = None


def _separable(name: str, reads: str, inputs: int, outputs: int, kernel: int, stride: int = 1) -> list[Layer]:
    """A depthwise and a pointwise layer; with a shortcut round both where the shapes allow it."""
    shortcut = reads if stride == 1 and inputs == outputs else None
    return [
        Layer(f"{name}.depth", reads, inputs, inputs, kernel, stride, depthwise=True),
        Layer(f"{name}.point", f"{name}.depth", inputs, outputs, relu6=shortcut is None, adds=shortcut),
    ]


def layers() -> list[Layer]:
    """Every layer in order of execution. The last two are the outputs: heat (2 classes) and boxes (2 x 4 sides),
    each with FINE x FINE parts of a cell as neighbouring channels."""
    table = [Layer("stem", "picture", 3, 16, 3, 2)]
    table += _separable("half", "stem", 16, 32, 3, 2)
    table += _separable("quarter1", "half.point", 32, 48, 3)
    table += _separable("quarter2", "quarter1.point", 48, 48, 3)
    table += _separable("eighth", "quarter2.point", 48, 96, 5, 2)
    for number in range(1, 7):
        table += _separable(f"body{number}", table[-1].name, 96, 96, 5)
    table.append(Layer("neck", table[-1].name, 96, 128))
    table.append(Layer("heat", "neck", 128, len(CLASSES) * FINE**2, relu6=False))
    table.append(Layer("boxes", "neck", 128, 4 * len(CLASSES) * FINE**2, relu6=False))
    return table
