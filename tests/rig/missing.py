"""What the rig needs of the host and what to type when it is not there: a list in .ci/rig-packages, a sentence here."""

import os
import shutil
from pathlib import Path

PACKAGES = Path(__file__).parents[2] / ".ci" / "rig-packages"


class Missing(Exception):
    """The host lacks something; the text names it and the command that brings it."""


def require(*programs: str) -> None:
    """Raises Missing unless every one of `programs` can be run."""
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
    absent = [program for program in programs if shutil.which(program, path=path) is None]
    if absent:
        packages = [line for line in PACKAGES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        raise Missing(
            f"the rig needs {', '.join(absent)}: sudo apt-get install --no-install-recommends {' '.join(packages)}"
        )
