"""A trial whose reader leaves, as `head` does, ends at once and without a word, and its daemon with it."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["lines", "json"])
def test_a_trial_ends_when_nobody_reads_it_any_more(form: list[str], tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from cli.main import main; main()"]
    argv = [*program, "try", "--config", "examples/store.toml", "--state", str(tmp_path), *form]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as trial:
        assert trial.stdout is not None
        assert trial.stderr is not None
        trial.stdout.readline()
        trial.stdout.close()
        said = trial.stderr.read()  # to its end: the daemon writes to it as well
        assert trial.wait(timeout=30) == 0, said
    assert "Traceback" not in said
