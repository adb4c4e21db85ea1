"""python -m simulation.training.train FILE.tflite: the simulated store's detector from nothing, in one run.

One process draws, one learns, about an hour of a core. What is learnt so far lies beside FILE as .npz, for `export`.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, process_time

import cv2
import numpy as np
import torch

from simulation.training.architecture import CLASSES, FINE
from simulation.training.export import exported
from simulation.training.network import Folded, Tensors, folded, forward, start
from simulation.training.pictures import samples
from simulation.training.targets import target

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]
KEPT = 500
"""Steps after which what is learnt is kept."""
USUAL = torch.tensor((5.0, 1.0))[None, :, None, None]
"""The height of a person and of a head in strides, at which a box's error weighs what it measures."""


def batches(seed: int, size: int, count: int) -> Iterator[Batch]:
    """So many batches of pictures in -1..1 and their targets, drawn by a process of their own. Raises EOFError when it
    dies."""
    context = get_context("spawn")
    drawn, easel = context.Pipe(duplex=False)
    artist = context.Process(target=_draw, args=(easel, seed, size, count), daemon=True)
    artist.start()
    easel.close()
    for _ in range(count):
        pictures, heat, boxes, weight, care = map(torch.from_numpy, drawn.recv())
        yield pictures.permute(0, 3, 1, 2), heat, boxes, weight, care
    artist.join()


def _draw(easel: Connection, seed: int, size: int, count: int) -> None:
    cv2.setNumThreads(1)
    stream = samples(seed)
    for _ in range(count):
        drawn = list(islice(stream, size))
        pictures = np.stack([sample.picture for sample in drawn]).astype(np.float32) / np.float32(128) - np.float32(1)
        wanted = [target(sample.labels) for sample in drawn]
        heat, boxes, weight, care = (
            np.stack([getattr(one, part) for one in wanted]) for part in ("heat", "boxes", "weight", "care")
        )
        easel.send((pictures, heat, boxes, weight, care))


def loss(values: Tensors, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """The focal loss of the heat (Law and Deng 2018, alpha 2, beta 4) and the L1 loss of the boxes, in shares of a
    box's height: a pixel is much of a child far away and little of an adult near by."""
    _, heat, boxes, weight, care = batch
    score = torch.sigmoid(torch.pixel_shuffle(values["heat"], FINE)).clamp(1e-4, 1 - 1e-4)
    centre = (heat > 0.999).float()
    found = centre * torch.log(score) * (1 - score) ** 2
    missed = (1 - centre) * torch.log(1 - score) * score**2 * (1 - heat) ** 4
    count = centre.sum().clamp(min=1)
    sides = torch.pixel_shuffle(values["boxes"], FINE)
    sides = sides.reshape(len(sides), len(CLASSES), 4, *sides.shape[2:])
    height = (boxes[:, :, 1] + boxes[:, :, 3]).clamp(min=0.5)
    apart = (torch.abs(sides - boxes) * (weight * USUAL / height).unsqueeze(2)).sum()
    return -((found + missed) * care).sum() / count, apart / weight.sum().clamp(min=1) / 4


def train(
    seed: int, steps: int, size: int, rate: float, keep: Callable[[Folded], None] = lambda _: None, report: bool = True
) -> Folded:
    """Adam with one cycle of the rate, from nothing. `keep` is handed what is learnt so far now and then."""
    learnt, running = start(seed)
    optimiser = torch.optim.AdamW(learnt.values(), lr=rate, weight_decay=1e-4)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps, pct_start=0.15)
    began = monotonic()
    for step, batch in enumerate(batches(seed, size, steps)):
        values = forward(batch[0], learnt, running, training=True)
        heat, boxes = loss(values, batch)
        optimiser.zero_grad()
        (heat + boxes).backward()
        torch.nn.utils.clip_grad_norm_(learnt.values(), 10.0)
        optimiser.step()
        cycle.step()
        if step % KEPT == KEPT - 1:
            keep(folded(learnt, running))
        if report and step % 25 == 0:
            sys.stderr.write(
                f"step {step} heat {heat.item():.3f} boxes {boxes.item():.3f} "
                f"wall {monotonic() - began:.0f} s cpu {process_time():.0f} s\n"
            )
            sys.stderr.flush()
    return folded(learnt, running)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="where the trained detector goes, a .tflite file")
    parser.add_argument("--steps", type=int, default=7000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)

    def keep(weights: Folded) -> None:
        arrays = {
            f"{name}.{part}": values
            for name, pair in weights.items()
            for part, values in zip(("weight", "bias"), pair, strict=True)
        }
        np.savez(given.model.with_suffix(".npz"), **arrays)  # type: ignore[arg-type]

    learnt = train(given.seed, given.steps, given.batch, given.rate, keep)
    keep(learnt)
    given.model.write_bytes(exported(learnt))


if __name__ == "__main__":
    main()
