"""Goods: frames a second, the share of a core at 1,000 reads a second, and how well picks are told from shadows."""

import argparse

from bench._frames import throughput
from bench._machine import show
from bench._pickers import engines
from bench._shelf import judge


def main(argv: list[str]) -> int:
    """Print all figures; `--days` is how many shelf-days each condition of the pick figures lasts."""
    parser = argparse.ArgumentParser(prog="python -m bench rfid", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--hours", type=float, default=24.0, help="length of a day, half of it open")
    parser.add_argument("--rates", default="0.5,0.65,0.8", help="read rates; empty for none")
    parser.add_argument("--ours-only", action="store_true", help="leave the peers out, for long runs")
    parser.add_argument("--picks-only", action="store_true", help="leave the codecs and the core's share out")
    chosen = parser.parse_args(argv)
    figures: dict[str, object] = {} if chosen.picks_only else throughput()
    for rate in map(float, filter(None, chosen.rates.split(","))):
        for shadows in (False, True):
            cast = {"ours": engines()["ours"]} if chosen.ours_only else engines()
            scores = judge(cast, rate, chosen.days, shadows=shadows, hours=chosen.hours)
            name = f"read rate {rate}, {'with' if shadows else 'without'} bodies"
            figures[name] = {peer: score.figures() for peer, score in scores.items()}
    show(figures, chosen.json)
    return 0
