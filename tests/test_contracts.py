"""Every import contract and the type checks really fail when they are violated on purpose."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = [file.parent.name for file in ROOT.glob("*/py.typed")]

VIOLATIONS = [
    ("Imports point down; siblings are strangers", "analytics/window.py", "import drivers.base"),
    ("The wire cannot name what the sensors saw", "mqtt/codec.py", "import observations"),
    ("The wire cannot name what the sensors saw", "commissioning/link.py", "import observations"),
    ("Only the privacy gate turns sight into speech", "analytics/line.py", "import events"),
    ("Hardware libraries stay inside their driver", "daemon/clock.py", "import serial"),
]


def copy(to: Path) -> None:
    for package in PACKAGES:
        if (ROOT / package).is_dir():
            shutil.copytree(ROOT / package, to / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", to)


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(("contract", "file", "line"), VIOLATIONS)
def test_an_import_that_breaks_a_contract_fails_the_build(tmp_path: Path, contract: str, file: str, line: str) -> None:
    copy(tmp_path)
    (tmp_path / file).write_text(f"{(tmp_path / file).read_text()}\n{line}\n")
    done = lint(tmp_path)
    assert done.returncode != 0
    assert f"{contract} BROKEN" in done.stdout


def test_an_observation_without_its_arm_in_privacy_fails_the_type_check(tmp_path: Path) -> None:
    copy(tmp_path)
    tokens = tmp_path / "privacy" / "tokens.py"
    text = tokens.read_text()
    assert "Identified: TypeAlias = " in text
    text = text.replace("Identified: TypeAlias = ", "Identified: TypeAlias = Frame | ", 1)
    lines = text.splitlines()
    lines.insert(lines.index("from enum import StrEnum"), "from observations.frame import Frame")
    tokens.write_text("\n".join(lines))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "setup.cfg", "-p", "privacy"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "Frame" in done.stdout
    assert "assert_never" in done.stdout or "incompatible" in done.stdout
