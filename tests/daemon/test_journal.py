"""Warnings are warnings to the journal as well, and a terminal sees no ranks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SAYS = """
import logging
from daemon.journal import handler
logging.basicConfig(level="DEBUG", handlers=[handler()])
log = logging.getLogger("mqtt")
log.info("up")
log.warning("refused\\nagain")
"""


@pytest.mark.parametrize(
    ("read_by_the_journal", "said"),
    [
        (True, "<6>INFO mqtt: up\n<4>WARNING mqtt: refused\n<4>again\n"),
        (False, "INFO mqtt: up\nWARNING mqtt: refused\nagain\n"),
    ],
)
def test_each_line_has_its_rank(tmp_path: Path, read_by_the_journal: bool, said: str) -> None:
    log, other = tmp_path / "log", tmp_path / "other"
    other.touch()
    with log.open("wb") as stderr:
        file = os.fstat(stderr.fileno()) if read_by_the_journal else other.stat()
        told = {**os.environ, "JOURNAL_STREAM": f"{file.st_dev}:{file.st_ino}"}
        subprocess.run([sys.executable, "-c", SAYS], env=told, stderr=stderr, check=True)
    assert log.read_text(encoding="utf-8") == said
