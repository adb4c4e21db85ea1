"""The interpreter: the same tests for LiteRT and, in its own environment (make test-tflite), for tflite_runtime."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from inference import interpreter as module
from inference.interpreter import Array, Interpreter, Quantisation
from inference.models import Model, ModelRefused, Tensor, manifest
from tests.assets import MODELS

pytestmark = pytest.mark.assets

SSD = "ssd_mobilenet_v1_coco_quant"
YOLO = "yolo_fastest_face_320_int8"


def listed(file: Path) -> Model:
    """A manifest row that fits a file of the assets, whose tensors are not checked yet."""
    content = file.read_bytes()
    blank = Tensor("float32", (1, 1))
    digest = sha256(content).hexdigest()
    return Model(file.stem, "person", "ssd", "", len(content), digest, "", "", blank, (blank,), {})


@pytest.mark.parametrize("name", list(manifest()))
@pytest.mark.parametrize("threads", [1, 2])
def test_every_listed_model_runs_and_gives_its_tensors(name: str, threads: int) -> None:
    row = manifest()[name]
    loaded = Interpreter.load(row, MODELS, threads=threads)

    def grey(view: Array) -> None:
        assert view.shape == row.input.shape[1:]
        view[...] = 0

    loaded.infer(grey)
    outputs = loaded.outputs()
    assert [each.values.shape for each in outputs] == [each.shape[1:] for each in row.outputs]
    assert all(np.isfinite(each.quantisation.real(each.values)).all() for each in outputs)


def test_the_inner_tensors_hold_what_the_last_op_read() -> None:
    loaded = Interpreter.load(manifest()[SSD], MODELS)
    loaded.infer(lambda view: view.fill(127))
    heads = {role: each.quantisation.real(each.values) for role, each in loaded.heads().items()}
    assert {role: each.shape for role, each in heads.items()} == {
        "boxes": (1917, 4),
        "scores": (1917, 91),
        "anchors": (1917, 4),
    }
    best = loaded.outputs()[2].values.max()
    assert heads["scores"][:, 1:].max() == pytest.approx(best, abs=1e-3)


def test_an_unknown_operation_is_named() -> None:
    file = MODELS / "bad_customop_fake.tflite"
    with pytest.raises(ModelRefused) as refusal:
        Interpreter(listed(file), file.read_bytes())
    assert refusal.value.code == "unknown_ops"
    assert "fake-op-double" in refusal.value.reason


def test_other_tensors_than_the_manifest_s_are_refused_and_named() -> None:
    file = MODELS / "mobilenet_v1_0.25_128_quant.tflite"
    with pytest.raises(ModelRefused) as refusal:
        Interpreter(listed(file), file.read_bytes())
    assert refusal.value.code == "wrong_tensors"
    assert "uint8[1, 128, 128, 3]" in refusal.value.reason


def test_an_inner_tensor_that_is_not_there_is_refused() -> None:
    row = replace(manifest()[SSD], heads={"boxes": "nonesuch"})
    with pytest.raises(ModelRefused, match="nonesuch"):
        Interpreter.load(row, MODELS)


def test_a_damaged_file_is_refused_before_the_runtime_sees_it() -> None:
    row = manifest()[YOLO]
    content = (MODELS / row.file).read_bytes()
    for broken, code in (
        (content[:-1], "truncated"),
        (content[:-1] + b"\0\0", "wrong_size"),
        (content[::-1], "wrong_hash"),
    ):
        with pytest.raises(ModelRefused) as refusal:
            Interpreter(row, broken)
        assert refusal.value.code == code


@pytest.mark.parametrize("content", [b"", b"junk" * 100, bytes(4096)])
def test_what_is_no_model_is_refused_even_when_its_hash_is_right(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "junk.tflite"
    file.write_bytes(content)
    with pytest.raises(ModelRefused) as refusal:
        Interpreter(listed(file), content)
    assert refusal.value.code == "not_a_model"


def test_no_runtime_at_all_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RUNTIMES", ("nonesuch.interpreter",))
    with pytest.raises(ModelRefused, match="ai-edge-litert"):
        Interpreter.load(manifest()[YOLO], MODELS)


def test_quantised_numbers_become_real_ones() -> None:
    stored = np.array([-128, 0, 127], np.int8)
    assert Quantisation(0.5, -128).real(stored).tolist() == [0.0, 64.0, 127.5]
    assert Quantisation(0.0, 0).real(np.array([1.5], np.float32)).tolist() == [1.5]
