"""python -m simulation.training.export WEIGHTS.npz MODEL.tflite: int8 by ranges measured on rendered pictures.

The last step of `train`, and a way to look at what it has learnt so far.
"""

import argparse
from itertools import islice
from pathlib import Path

import numpy as np

from simulation.training.architecture import layers
from simulation.training.flatbuffer import Graph
from simulation.training.network import Folded
from simulation.training.pictures import samples
from simulation.training.quantise import PICTURE, quantised, ranges


def exported(weights: Folded, seed: int = 77, count: int = 150) -> bytes:
    """The .tflite file for folded `weights`, calibrated on `count` pictures of `seed`."""
    drawn = islice(samples(seed, scenes=12), count)
    pictures = (np.float32(1 / 128) * one.picture.transpose(2, 0, 1) - np.float32(1) for one in drawn)
    measured = ranges(weights, pictures)
    graph = Graph("passerby simulated people: trained on rendered scenes, for the simulated store only")
    graph.picture(PICTURE)
    for one in quantised(weights, measured):
        graph.add(one, measured)
    return graph.finish(["heat", "boxes"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weights", type=Path)
    parser.add_argument("model", type=Path)
    given = parser.parse_args()
    stored = np.load(given.weights)
    weights = {one.name: (stored[f"{one.name}.weight"], stored[f"{one.name}.bias"]) for one in layers()}
    given.model.write_bytes(exported(weights))


if __name__ == "__main__":
    main()
