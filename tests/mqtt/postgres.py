"""A real PostgreSQL for one test run: a cluster of its own in a temporary folder, reached through a socket there."""

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

USER = "postgres"


def _programs() -> Path | None:
    """The folder of the newest server's programs."""
    there = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else Path(there).resolve().parent if there else None


@contextmanager
def postgres() -> Iterator[str]:
    """An SQLAlchemy URL of an empty database."""
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL here: sudo apt install postgresql")
    owner = USER if os.geteuid() == 0 else getpass.getuser()
    folder = Path(tempfile.mkdtemp(prefix="passerby-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, owner)

    def run(program: str, *options: str) -> None:
        command = [str(programs / program), "--pgdata", str(folder / "data"), *options]
        prefix = ["runuser", "-u", owner, "--"] if os.geteuid() == 0 else []
        subprocess.run([*prefix, *command], check=True, capture_output=True, cwd=folder)

    try:
        run("initdb", "--auth", "trust", "--username", USER, "--no-sync", "--encoding", "UTF8")
        run("pg_ctl", "--wait", "--log", str(folder / "log"), "--options", f"-k {folder} -h ''", "start")
        try:
            yield f"postgresql+psycopg://{USER}@/postgres?host={folder}"
        finally:
            run("pg_ctl", "--wait", "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
