"""The models by manifest: found, checked to the last bit, installed; anything else is refused with its reason."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

BUNDLED = "bundled"
"""The URL of a model that comes with the code, as a file beside the manifest."""

SYSTEM_FOLDER = Path("/var/lib/passerby/models")


class ModelRefused(Exception):
    """A model that will not be run. `code` is missing, truncated, wrong_size, wrong_hash, not_a_model, unknown_ops,
    wrong_tensors, no_runtime or no_delegate; `reason` is a sentence with what to do about it."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Tensor:
    """What goes in or comes out: numpy's name of the type, and the shape with its batch of one."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """One row of models.toml. `heads` names inner tensors, by their role, that the decode reads instead of outputs."""

    name: str
    finds: str
    family: str
    url: str
    bytes: int
    sha256: str
    licence: str
    attribution: str
    input: Tensor
    outputs: tuple[Tensor, ...]
    heads: Mapping[str, str]

    @property
    def file(self) -> str:
        return f"{self.name}.tflite"

    @property
    def bundled(self) -> bool:
        return self.url == BUNDLED

    def path(self, folder: Path) -> Path:
        """Where this model is when the others are in `folder`."""
        return (Path(__file__).parent if self.bundled else folder) / self.file


@cache
def manifest() -> dict[str, Model]:
    """Every model this build knows, by name."""
    table = tomllib.loads((Path(__file__).parent / "models.toml").read_text(encoding="utf-8"))
    return {name: _model(name, row) for name, row in table.items()}


def _model(name: str, row: Mapping[str, object]) -> Model:
    def tensor(spec: object) -> Tensor:
        assert isinstance(spec, dict)
        return Tensor(spec["dtype"], tuple(spec["shape"]))

    fields = {**row, "input": tensor(row["input"]), "heads": row.get("heads", {})}
    outputs = row["outputs"]
    assert isinstance(outputs, list)
    return Model(name=name, **(fields | {"outputs": tuple(map(tensor, outputs))}))  # type: ignore[arg-type]


def model(name: str) -> Model:
    """The manifest's row of that name. Raises ModelRefused with the names there are."""
    try:
        return manifest()[name]
    except KeyError:
        raise ModelRefused("missing", f"no model is called {name!r}; there are {', '.join(manifest())}") from None


def models_folder(configured: Path | None = None) -> Path:
    """Where models live: what is configured, $PASSERBY_MODELS, the system's folder, or the user's data folder."""
    if configured is not None:
        return configured
    if named := os.environ.get("PASSERBY_MODELS"):
        return Path(named)
    if SYSTEM_FOLDER.parent.is_dir():
        return SYSTEM_FOLDER
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "passerby" / "models"


def checked(wanted: Model, folder: Path) -> bytes:
    """The bytes of an installed model, when they are exactly the manifest's. Raises ModelRefused."""
    try:
        content = wanted.path(folder).read_bytes()
    except OSError:
        raise ModelRefused("missing", f"{wanted.name} is not installed: passerby models install") from None
    check(wanted, content)
    return content


def check(wanted: Model, content: bytes) -> None:
    """Hold a file's content against the manifest. Raises ModelRefused when a bit differs."""
    remedy = "passerby models install fetches it again"
    if len(content) < wanted.bytes:
        raise ModelRefused(
            "truncated", f"{wanted.name} has {len(content)} of its {wanted.bytes} bytes, it is truncated: {remedy}"
        )
    if len(content) > wanted.bytes:
        raise ModelRefused("wrong_size", f"{wanted.name} has {len(content)} bytes instead of {wanted.bytes}: {remedy}")
    if sha256(content).hexdigest() != wanted.sha256:
        raise ModelRefused("wrong_hash", f"{wanted.name} is not the file of the manifest (sha256 differs): {remedy}")
