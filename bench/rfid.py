"""Goods: frames a second, the share of a core at 1,000 reads a second, and how well picks are told from shadows."""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from bench._frames import throughput
from bench._machine import show
from bench._pickers import engines
from bench._shelf import DENSE, SPARSE, Score, judge, sum_of
from tests.drivers.rfid.families import FAMILIES
from tests.drivers.rfid.test_framing import fuzz


def _day(rate: float, shadows: bool, chosen: argparse.Namespace, shelf: tuple[int, int], seed: int) -> dict[str, Score]:
    cast = engines(shelf[0] * shelf[1])
    if chosen.ours_only:
        cast = {"ours": cast["ours"]}
    return judge(cast, rate, shadows=shadows, hours=chosen.hours, seed=seed, shelf=shelf, watched=chosen.camera)


def main(argv: list[str]) -> int:
    """Print all figures; `--days` is how many shelf-days each condition of the pick figures lasts."""
    parser = argparse.ArgumentParser(prog="python -m bench rfid", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--days", type=int, default=1, help="each of another shelf")
    parser.add_argument("--seed", type=int, default=1, help="of the first day; the others follow")
    parser.add_argument("--jobs", type=int, default=1, help="days that are simulated at the same time")
    parser.add_argument("--hours", type=float, default=24.0, help="length of a day, half of it open")
    parser.add_argument("--rates", default="0.5,0.65,0.8", help="read rates; empty for none")
    parser.add_argument("--ours-only", action="store_true", help="leave the peers out, for long runs")
    parser.add_argument("--picks-only", action="store_true", help="leave the codecs and the core's share out")
    parser.add_argument("--sparse", action="store_true", help="a shelf of 24 tags, 10 cm apart, instead of 200")
    parser.add_argument("--camera", action="store_true", help="a camera tells our engine when nobody is there")
    parser.add_argument("--fuzz", type=int, default=0, help="mutated frames fed to each family's codec")
    chosen = parser.parse_args(argv)
    shelf = SPARSE if chosen.sparse else DENSE
    figures: dict[str, object] = {} if chosen.picks_only else throughput()
    if chosen.fuzz:
        figures["fuzzed frames"] = {
            family.name: {"fed": chosen.fuzz, "decoded": fuzz(family, chosen.fuzz, seed=7)} for family in FAMILIES
        }
    for rate in map(float, filter(None, chosen.rates.split(","))):
        for shadows in (False, True):
            one = partial(_day, rate, shadows, chosen, shelf)
            with ProcessPoolExecutor(chosen.jobs) as pool:
                days = list(pool.map(one, range(chosen.seed, chosen.seed + chosen.days)))
            name = f"{shelf[0] * shelf[1]} tags, read rate {rate}, {'with' if shadows else 'without'} bodies"
            figures[name] = {peer: sum_of([scores[peer] for scores in days]).figures() for peer in days[0]}
    show(figures, chosen.json)
    return 0
