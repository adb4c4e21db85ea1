"""`python -m tests.rig build|test|inside|outside|shell`: what `make rig`, `make test-rig` and `make rig-shell` type."""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
    results.mkdir(parents=True, exist_ok=True)
    if what == "inside" or (what == "test" and arguments):
        return suite.run(arguments, results)
    root()  # so that no test waits for it
    with _outside(arguments, results) as outside:
        # Most of the machine's time is waiting for devices, most of arm64's is one core at work.
        inside = suite.run([], results) if what == "test" else 0
        code = outside.wait()
    print((results / "outside.log").read_text(encoding="utf-8"), end="")
    return inside or code


@contextmanager
def _outside(arguments: list[str], results: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The tests that boot containers, machines and the arm64 root themselves; what they print goes to outside.log."""
    options = ["-m", "boots and not minutes", "-vv", "-rs", "--durations=10", f"--junitxml={results / 'outside.xml'}"]
    pytest = [sys.executable, "-m", "pytest", *options, *(arguments or ["tests"])]
    environment = {**os.environ, "PASSERBY_RIG": "outside"}
    with (results / "outside.log").open("wb") as log:
        child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *pytest], cwd=TREE, env=environment, stdout=log, stderr=log
        )
        try:
            yield child
        finally:
            child.send_signal(signal.SIGINT)  # on which pytest still tears its fixtures down
            child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
