"""Runs the tests inside the machine: all of them in one session, then each power cut in its own, across boots.

What is finished is known from the results folder alone, because that is what survives a power cut: `devices.xml`,
`power-N.xml`, `N.cut` for every cut that has happened, and `exit` at the very end.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.rig.devices.power import CUTS_VARIABLE, POWER_CUTS

NO_TESTS = 5


def main(argv: list[str]) -> int:
    """`argv` is the results folder and pytest's arguments."""
    results, arguments = Path(argv[0]), argv[1:]
    codes = results / "codes"
    if not codes.exists():
        _session(results, "devices", arguments)
    cuts = results / POWER_CUTS
    for number, node in enumerate(cuts.read_text(encoding="utf-8").splitlines() if cuts.exists() else []):
        if not (results / f"power-{number}.xml").exists():
            _session(results, f"power-{number}", [node], cut=number)
    failed = [int(code) for code in codes.read_text(encoding="utf-8").split() if int(code) not in (0, NO_TESTS)]
    _write(results / "exit", str(failed[0] if failed else 0))
    return 0


def _session(results: Path, name: str, arguments: list[str], cut: int | None = None) -> None:
    environment = {**os.environ, "PASSERBY_RIG_RESULTS": str(results)}
    if cut is not None:
        environment[CUTS_VARIABLE] = str(cut)
    options = ["-m", "rig", "-vv", "-p", "no:cacheprovider", "--override-ini=timeout=240", "--durations=10"]
    command = [sys.executable, "-m", "pytest", *options, f"--junitxml={results / name}.xml", *arguments]
    code = subprocess.run(command, env=environment, check=False).returncode
    with (results / "codes").open("a", encoding="utf-8") as codes:
        codes.write(f"{code}\n")
        codes.flush()
        os.fsync(codes.fileno())


def _write(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
