"""One TFLite model in memory, owned by one thread; refuses files, ops and tensors that are not the manifest's."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.models import Model, ModelRefused, Tensor, check, checked

Array: TypeAlias = NDArray[Any]

RUNTIMES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter")


class Quantisation(NamedTuple):
    """real = scale * (stored - zero); scale 0 means that the values are real already."""

    scale: float
    zero: int

    def real(self, stored: Array) -> NDArray[np.float32]:
        """The real values of a tensor, float32."""
        if self.scale == 0.0:
            return stored.astype(np.float32, copy=False)
        return (stored.astype(np.float32) - self.zero) * np.float32(self.scale)

    def stored(self, real: float) -> float:
        """The stored number of a real value, not rounded: to compare many with one is cheaper this way round."""
        return real if self.scale == 0.0 else real / self.scale + self.zero


class Output(NamedTuple):
    """A tensor without its batch dimension (a copy), and how its numbers are to be read."""

    values: Array
    quantisation: Quantisation


def runtime() -> ModuleType:
    """LiteRT, else the older tflite_runtime (Python 3.11, numpy 1). Raises ModelRefused when there is neither."""
    for name in RUNTIMES:
        try:
            return import_module(name)
        except ImportError:
            continue
    raise ModelRefused("no_runtime", "no TFLite runtime is installed: pip install ai-edge-litert")


class Interpreter:
    """A loaded model. `infer` is not thread-safe: one thread owns it; it frees the interpreter lock while it runs."""

    def __init__(
        self, model: Model, content: bytes, *, threads: int = 1, delegates: list[object] | None = None
    ) -> None:
        """`content` is held against the manifest first, then prepared. Raises ModelRefused."""
        check(model, content)
        self.model = model
        self._interpreter = prepared(model.name, content, threads, delegates)
        self._input = matching(model, "input", self._interpreter.get_input_details(), (model.input,))[0]
        outputs = matching(model, "output", self._interpreter.get_output_details(), model.outputs)
        self._outputs = [(row["index"], Quantisation(*row["quantization"])) for row in outputs]
        self._heads = self._named(model)

    @classmethod
    def load(
        cls, model: Model, folder: Path, *, threads: int = 1, delegates: list[object] | None = None
    ) -> "Interpreter":
        """The installed model of that folder. Raises ModelRefused."""
        return cls(model, checked(model, folder), threads=threads, delegates=delegates)

    @property
    def input_quantisation(self) -> Quantisation:
        return Quantisation(*self._input["quantization"])

    def infer(self, write: Callable[[Array], None]) -> None:
        """Run once: `write` fills the input in place (the view lacks the batch dimension and dies with the call)."""
        write(self._interpreter.tensor(self._input["index"])()[0])
        self._interpreter.invoke()

    def outputs(self) -> list[Output]:
        """What the last run gave, in the manifest's order."""
        return [Output(self._interpreter.get_tensor(index)[0], reading) for index, reading in self._outputs]

    def heads(self) -> dict[str, Output]:
        """The inner tensors that the manifest names, by role, as the last run left them."""
        return {
            role: Output(np.squeeze(self._interpreter.get_tensor(index)), reading)
            for role, (index, reading) in self._heads.items()
        }

    def _named(self, model: Model) -> dict[str, tuple[int, Quantisation]]:
        rows = {row["name"]: row for row in self._interpreter.get_tensor_details()} if model.heads else {}
        missing = [name for name in model.heads.values() if name not in rows]
        if missing:
            raise ModelRefused("wrong_tensors", f"{model.name} has no tensor called {', '.join(missing)}")
        return {
            role: (rows[name]["index"], Quantisation(*rows[name]["quantization"])) for role, name in model.heads.items()
        }


def prepared(name: str, content: bytes, threads: int, delegates: list[object] | None) -> Any:
    """The runtime's own interpreter with its memory laid out. Raises ModelRefused; damaged content may crash it."""
    library = runtime()
    try:
        interpreter = library.Interpreter(
            model_content=content, num_threads=threads, experimental_delegates=delegates or []
        )
        interpreter.allocate_tensors()
    except ValueError:
        raise ModelRefused("not_a_model", f"{name} is no TFLite model that this runtime can read") from None
    except RuntimeError as error:
        operation = str(error).partition("unresolved custom op: ")[2].partition("\n")[0].rstrip(". ")
        if operation:
            reason = f"{name} needs the operation {operation!r}, which this runtime does not have"
            raise ModelRefused("unknown_ops", reason) from None
        raise ModelRefused("not_a_model", f"{name} cannot be prepared by this runtime") from None
    return interpreter


def matching(model: Model, side: str, rows: list[dict[str, Any]], wanted: tuple[Tensor, ...]) -> list[dict[str, Any]]:
    """The file's tensors in the manifest's order; runtimes may list outputs in another order than the manifest."""
    left = list(rows)
    found = []
    for tensor in wanted:
        fits = [row for row in left if _tensor(row) == tensor]
        if not fits:
            has = ", ".join(f"{_tensor(row).dtype}{list(_tensor(row).shape)}" for row in rows)
            needed = f"{tensor.dtype}{list(tensor.shape)}"
            raise ModelRefused("wrong_tensors", f"{model.name} should have the {side} {needed}; the file has {has}")
        found.append(fits[0])
        left.remove(fits[0])
    if left:
        raise ModelRefused("wrong_tensors", f"{model.name} has {len(left)} {side}s more than the manifest says")
    return found


def _tensor(row: dict[str, Any]) -> Tensor:
    return Tensor(np.dtype(row["dtype"]).name, tuple(int(size) for size in row["shape"]))
