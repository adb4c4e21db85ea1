"""`python -m tests.rig.inferred MODEL`: one model's answer to one fixed noise, as JSON, to compare architectures."""

import json
import platform
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

from inference.interpreter import prepared


def main(model: Path) -> None:
    """Print the machine, the milliseconds of the second run, and each output's numbers as the model stores them."""
    interpreter = prepared(model.stem, model.read_bytes(), 1, None)
    details = interpreter.get_input_details()[0]
    noise = np.random.default_rng(7).integers(0, 256, details["shape"], dtype=np.uint8)
    interpreter.set_tensor(details["index"], noise.view(details["dtype"]))
    interpreter.invoke()
    start = perf_counter()
    interpreter.invoke()
    milliseconds = 1000 * (perf_counter() - start)
    outputs = [interpreter.get_tensor(row["index"]) for row in interpreter.get_output_details()]
    answer = {"machine": platform.machine(), "milliseconds": round(milliseconds, 1)}
    print(json.dumps({**answer, "outputs": [output.astype(float).ravel().tolist() for output in outputs]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
