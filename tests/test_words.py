"""Every word that a box says about a fault is explained to operators, and means one thing wherever it is said."""

import ast
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cli.sensors import explained, told
from cli.status import heading
from cli.words import words as explanations
from daemon.faults import PATIENCE_S, Faults
from daemon.health import OFFLINE_GRACE_S
from drivers.led.codes import CODES, shown
from events import AlertKind, Code, Name, Sensor
from events.state import Cause

ROOT = Path(__file__).parent.parent
WORD = re.compile(r"[a-z][a-z_0-9]+")
SAY = {"DriverUnavailable", "DriverMisconfigured", "ModelRefused", "Code"}
SHOWN_BY_PROVISIONING = {"no_seed", "bad_seed", "no_certificate", "bad_sensors"}
"""There is no daemon yet."""


def words() -> Iterator[tuple[str, str]]:
    for package in ("drivers", "inference", "daemon", "simulation", "mqtt"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                for word in filter(WORD.fullmatch, map(text_of, said(node))):
                    yield word, str(file.relative_to(ROOT))


def said(node: ast.AST) -> Iterator[ast.AST | None]:
    """Where a fault's word stands: first in what is raised, before its sentence, or as the key of its sentence."""
    match node:
        case ast.Call(func=ast.Name(id=name), args=[word, *_]) if name in SAY:
            yield word
        case ast.Tuple(elts=[word, sentence]) if is_sentence(sentence):
            yield word
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            yield from (key for key, value in pairs if isinstance(value, ast.Tuple) and is_sentence(value.elts[-1]))


def text_of(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_sentence(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or " " in text_of(node)


@pytest.mark.parametrize(("word", "file"), sorted(set(words())))
def test_a_word_for_a_fault_is_in_the_operators_table(word: str, file: str) -> None:
    table = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    assert f"`{word}`" in table, f"{word}, said by {file}, is not in docs/operator.md"


def test_words_are_found_wherever_they_stand() -> None:
    found = {word for word, _ in words()}
    assert {"gone", "no_nl80211", "unauthorized", "absent", "disk_full", "undervoltage"} <= found
    assert len(found) > 60


def written(file: Path) -> set[str]:
    """Every text constant of a module."""
    return set(map(text_of, ast.walk(ast.parse(file.read_text(encoding="utf-8")))))


def test_the_operators_table_has_no_word_that_nobody_says() -> None:
    folders = [ROOT / name for name in ("drivers", "inference", "daemon", "mqtt")]
    files = [file for folder in folders for file in folder.rglob("*.py") if file.parent.name != "led"]
    said = set[str]().union(*map(written, [*files, ROOT / "cli" / "enrol.py"]))
    assert set(explanations()) - said == set()


def test_every_alert_that_is_no_fault_is_explained_as_well() -> None:
    paper = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \| [^|]+ \| [^|]+ \|$", paper, re.M)
    told = {word for row in rows for word in re.findall(r"[a-z_]+", row)}
    assert told == set(AlertKind) - set(explanations()) - {AlertKind.FAULT}


def counted() -> Iterator[tuple[str, str]]:
    """Every word of the table with its counts; a row has one for all its words, or one for each."""
    for row in (ROOT / "docs" / "operator.md").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"^\| (`[a-z_0-9`, ]+`) \| ([1-8]-[1-8](?:, [1-8]-[1-8])*) \|", row):
            names, counts = re.findall(r"[a-z_0-9]+", match[1]), match[2].split(", ")
            yield from zip(names, counts * len(names) if len(counts) == 1 else counts, strict=False)


def test_the_light_says_what_the_operators_table_says() -> None:
    assert dict(counted()) == {word: shown(word) for word in CODES}


@pytest.mark.parametrize("word", sorted(set(CODES) - SHOWN_BY_PROVISIONING))
def test_alert_light_status_and_paper_say_the_same_within_a_minute(word: str) -> None:
    cause = Cause(code=Code(word), sensor=Sensor.CAMERA, name=Name("door"))
    faults = Faults(lambda at: at)
    latest = PATIENCE_S + (OFFLINE_GRACE_S if word == "broker_unreachable" else 0)
    assert latest < 60
    assert faults.judge(0.0, [cause]) == []
    (alert,) = faults.judge(PATIENCE_S, [cause])
    assert (alert.code, alert.active, alert.name, alert.sensor) == (word, True, "door", Sensor.CAMERA)

    reason = {"code": word, "sensor": "camera", "name": "door"}
    details: dict[str, object] = {"verdict": "degraded", "site": "shop", "box": "b", "version": "1"}
    details |= {"faults": faults.lasted(PATIENCE_S)}
    status = printed(*heading({"reasons": [reason]}, details, 1))
    assert f"camera door: {word} for {PATIENCE_S:.0f} s (light {shown(word)})" in status
    assert explanations()[word].person in status
    row = explained({"sensor": "camera", "name": "door", "state": "unavailable", "reason": word}, {})
    assert explanations()[word].person in printed(*told(row))


def printed(*texts: object) -> str:
    out = StringIO()
    console = Console(file=out, width=300)
    for text in texts:
        console.print(text)
    return out.getvalue()
