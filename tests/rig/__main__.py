"""`python -m tests.rig build|test|inside|outside|shell`: what `make rig`, `make test-rig` and `make rig-shell` type."""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.rig import suite
from tests.rig.cache import cache_home
from tests.rig.missing import Missing
from tests.rig.root import root
from tests.rig.wheels import TREE

RESULTS = TREE / "build" / "rig"


def main(argv: list[str]) -> int:
    """Exit with pytest's code; 0 also when the host lacks the emulator, which is said aloud."""
    parser = argparse.ArgumentParser(prog="python -m tests.rig", description=__doc__)
    parser.add_argument("what", choices=("build", "test", "inside", "outside", "shell"))
    parser.add_argument("--results", type=Path, default=RESULTS, help="where junit files and logs go")
    parsed, arguments = parser.parse_known_args(argv)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job is born deaf to it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leave nothing behind when told to go
    start = time.monotonic()
    try:
        code = _run(parsed.what, arguments, parsed.results)
    except Missing as missing:
        print(f"SKIPPED: {missing}")
        return 0
    except KeyboardInterrupt:
        return 130
    cpu = os.times()
    used = cpu.user + cpu.system + cpu.children_user + cpu.children_system
    print(f"rig: {parsed.what} took {time.monotonic() - start:.0f} s and {used:.0f} s of CPU; cache: {cache_home()}")
    return code


def _run(what: str, arguments: list[str], results: Path) -> int:
    if what == "shell":
        return suite.shell()
    if what == "build":
        root()
        return 0
    code = 0
    if what in ("test", "inside"):
        code = suite.run(arguments, results)
    if what == "outside" or (what == "test" and not arguments):
        code = _outside(arguments, results) or code
    return code


def _outside(arguments: list[str], results: Path) -> int:
    """The tests that boot containers, machines and the arm64 root themselves."""
    root()  # so that no test waits for it
    results.mkdir(parents=True, exist_ok=True)
    options = ["-m", "boots", "-vv", "-rs", "--durations=10", f"--junitxml={results / 'outside.xml'}"]
    command = [sys.executable, "-m", "pytest", *options, *(arguments or ["tests"])]
    return subprocess.run(command, cwd=TREE, env={**os.environ, "PASSERBY_RIG": "outside"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
