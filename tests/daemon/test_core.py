"""A crash of the daemon leaves no picture of its memory, however the machine is set up for cores."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest


def dumped(program: str, folder: Path) -> bool:
    """Whether the kernel says that it dumped the core of a Python program that may have one of any size."""
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import resource; resource.setrlimit(resource.RLIMIT_CORE, ({hard}, {hard}))\n{program}",
        ],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stderr=subprocess.DEVNULL,
    )
    _, status = os.waitpid(child.pid, 0)
    child.returncode = 0
    assert os.WIFSIGNALED(status)
    return os.WCOREDUMP(status)


def test_a_crash_leaves_no_core(tmp_path: Path) -> None:
    assert not dumped("from daemon.main import uncored; uncored(); import os; os.abort()", tmp_path)


def test_the_test_sees_a_core_where_there_is_one(tmp_path: Path) -> None:
    if not dumped("import os; os.abort()", tmp_path):
        pytest.skip("this machine dumps no cores: ulimit -Hc and /proc/sys/kernel/core_pattern say why")
