"""`passerby certificate`: the signature is checked, the page is printed, and the printed code holds the document."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cli.certificate import certificate
from commissioning.paper import paper, sentence
from provisioning.signing import sign

KEY = ec.generate_private_key(ec.SECP256R1())
FOUND: dict[str, Any] = {
    "site": "oslo-3",
    "box": "mybox",
    "line": "door",
    "camera": "entrance",
    "start": 1795375480,
    "seconds": 1860,
    "true_in": 33,
    "true_out": 31,
    "counted_in": 33,
    "counted_out": 30,
    "missed": 1,
    "false": 0,
    "net_error": -0.0156,
    "absolute_error": 0.0156,
    "precision": 1.0,
    "recall": 0.9844,
    "bound": 0.072,
    "claim": 0.05,
    "more": 29,
    "version": "0.1.0",
    "model": "ssd@e4b1",
    "config": "0123",
}


def written(folder: Path, **changed: object) -> Path:
    file = folder / "certificate.json"
    file.write_text(json.dumps(sign(FOUND, KEY) | changed))
    return file


def test_a_certificate_is_checked_against_the_box_that_must_have_signed(tmp_path: Path) -> None:
    for name, key in (("box", KEY), ("other", ec.generate_private_key(ec.SECP256R1()))):
        pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (tmp_path / name).write_bytes(pem)
    file, run = written(tmp_path, store="s", seq=4), CliRunner().invoke
    assert run(certificate, ["check", str(file)]).exit_code == 0
    right = run(certificate, ["check", str(file), "--of", str(tmp_path / "box"), "--json"])
    assert (right.exit_code, json.loads(right.output)["valid"]) == (0, True)
    wrong = run(certificate, ["check", str(file), "--of", str(tmp_path / "other")])
    assert wrong.exit_code == 1
    assert "another box signed" in wrong.output


@pytest.mark.parametrize(
    ("changed", "status", "problem"),
    [
        ({"missed": 0}, 1, "changed after it was signed"),
        ({"signature": None}, 1, "signature = (missing)"),
        ({"signature": "!"}, 1, "not the base64"),
        ({"missed": "none"}, 1, "$.missed: 'none' is not of type int"),
    ],
)
def test_what_was_changed_is_told(tmp_path: Path, changed: dict[str, object], status: int, problem: str) -> None:
    done = CliRunner().invoke(certificate, ["check", str(written(tmp_path, **changed))])
    assert (done.exit_code, problem in done.output) == (status, True), done.output


def test_the_page_is_a_pdf_and_the_same_every_time(tmp_path: Path) -> None:
    file = written(tmp_path)
    done = CliRunner().invoke(certificate, ["print", str(file)])
    assert done.exit_code == 0, done.output
    page = file.with_suffix(".pdf").read_bytes()
    assert page.startswith(b"%PDF")
    assert page == paper(json.loads(file.read_text()))


def test_the_words_say_what_is_proved() -> None:
    assert "29 more persons must be counted without an error" in sentence(FOUND)
    assert "This proves, with 95 % confidence, that at most 5.0 %" in sentence(FOUND | {"more": 0})
    nobody = FOUND | {"net_error": None, "absolute_error": None, "precision": None, "recall": None}
    assert paper(sign(nobody, KEY)).startswith(b"%PDF")
