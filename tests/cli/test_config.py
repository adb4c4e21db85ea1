"""Lines that cannot count: named by `passerby config check`, and by the daemon before it senses anything."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.config import check

FILE = """
[box]
state = "{folder}/state"
run = "{folder}/run"
[cameras.door]
device = "file:clip.mp4"
[lines.edge]
camera = "door"
points = [[0.1, 0.99], [0.9, 0.99]]
[lines.half]
camera = "door"
points = [[0.5, 0.5], [0.99, 0.97], [0.1, 0.97]]
[lines.stub]
camera = "door"
points = [[0.5, 0.5], [0.51, 0.5]]
[lines.condition]
camera = "door"
points = [[0.1, 0.6], [0.9, 0.6]]
start = [[0.1, 0.2], [0.9, 0.2], [0.9, 0.5]]
[lines.good]
camera = "door"
points = [[0.1, 0.6], [0.9, 0.6]]
"""
FAULTS = {
    "lines.edge.points": "nobody can cross it",
    "lines.half.points": "too near the edge",
    "lines.stub.points": "shorter than a person is wide",
    "lines.condition.points": "start zone lies wholly on the other side",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "box.toml").write_text(FILE.format(folder=tmp_path))
    return tmp_path / "box.toml"


def test_check_names_every_line_that_cannot_count_and_no_other(file: Path) -> None:
    result = CliRunner().invoke(check, [str(file), "--json"])
    assert result.exit_code == 78
    problems = {problem["key"]: problem["allowed"] for problem in json.loads(result.stdout)}
    assert problems.keys() == FAULTS.keys()
    for key, fault in FAULTS.items():
        assert fault in problems[key]


def test_the_daemon_does_not_start_on_them(file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "daemon.main", str(file)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 78
    for key, fault in FAULTS.items():
        assert any(key in line and fault in line for line in done.stderr.splitlines())
    assert not (file.parent / "state").exists()
