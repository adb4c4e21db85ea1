"""`passerby models verify` on files that were given to it: refused in a sentence, whatever is wrong with them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.models import models
from tests.assets import ASSETS

pytestmark = pytest.mark.assets

FACE = ASSETS / "models" / "yolo_fastest_face_320_int8.tflite"


def verdict(file: Path) -> tuple[int, str]:
    done = CliRunner().invoke(models, ["verify", str(file), "--json"])
    (one,) = json.loads(done.stdout)["models"]
    return done.exit_code, one["verdict"]


def test_the_very_file_is_right() -> None:
    assert verdict(FACE) == (0, "ok")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda content: content[: len(content) // 2], "truncated"),
        (lambda content: content + b"\0", "wrong_size"),
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), "wrong_hash"),
        (lambda content: b"", "truncated"),
    ],
)
def test_a_damaged_file_is_refused_with_its_reason(tmp_path: Path, change: object, code: str) -> None:
    assert callable(change)
    (tmp_path / FACE.name).write_bytes(change(FACE.read_bytes()))
    assert verdict(tmp_path / FACE.name) == (1, code)


def test_an_operation_that_no_runtime_has_is_named() -> None:
    assert verdict(ASSETS / "models" / "bad_customop_fake.tflite") == (1, "unknown_ops")


def test_a_model_that_could_run_but_that_nobody_vouches_for_is_refused() -> None:
    assert verdict(ASSETS / "models" / "mobilenet_v1_0.25_128_quant.tflite") == (1, "refused")


def test_a_folder_without_the_model_is_named(tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    arguments = ["install", FACE.stem, "--models", str(tmp_path / "models"), "--from", str(stick)]
    done = CliRunner().invoke(models, arguments)
    assert done.exit_code == 1
    assert done.output.split() == f"missing {FACE.stem} there is no {FACE.name} in {stick}".split()
