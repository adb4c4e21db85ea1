"""What a runtime has against a file that is not the manifest's, asked in a child: damaged files crash runtimes."""

import subprocess
import sys
from pathlib import Path

from inference.interpreter import matching, prepared
from inference.models import ModelRefused, manifest

_SECONDS = 60


def diagnosis(file: Path, name: str | None = None) -> ModelRefused | None:
    """Why `file` cannot be run (as the model `name`, when given); None when it could be."""
    command = [sys.executable, "-m", "inference.diagnosis", str(file), name or ""]
    child = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    code, _, reason = child.stdout.partition(" ")
    if child.returncode == 0:
        return ModelRefused(code, reason.strip()) if code else None
    return ModelRefused("not_a_model", "it is damaged so that the runtime itself fails on it")


def _main(file: str, name: str) -> None:
    try:
        interpreter = prepared("it", Path(file).read_bytes(), 1, None)
        if name:
            row = manifest()[name]
            matching(row, "input", interpreter.get_input_details(), (row.input,))
            matching(row, "output", interpreter.get_output_details(), row.outputs)
    except ModelRefused as refusal:
        sys.stdout.write(f"{refusal.code} {refusal.reason}")


if __name__ == "__main__":
    _main(*sys.argv[1:])
