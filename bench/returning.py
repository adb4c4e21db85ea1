"""Days of one street with people who come again, and the share of returning phones that a box tells of them."""

import argparse

from bench._box import CONFIG, MIDNIGHT, TICK, StoreBox, requests
from bench._machine import show
from cli.truth import rehearsal, rows
from config import parse
from mqtt.codec import Envelope, document
from privacy.returning import Week
from simulation.store import Store

DAY_S = 86_400


def measured(days: int, seed: int) -> dict[str, object]:
    """The last window of each day beside its truth, and how often the interval of a window held."""
    config = parse(CONFIG + "[privacy]\nreturning = true\n")
    store = Store(seed=seed, hour=0, hours=24.0 * days)
    box = StoreBox(config=config)
    box.box.tokeniser.returning = Week()
    box.sense(store, [((one.at, 2, one) for one in requests(store, "air"))], TICK)
    known = rehearsal(config, Store(seed, float(MIDNIGHT), 0, store.hours))
    held, last = list[bool](), dict[str, object]()
    for report in box.reports:
        told = document(Envelope(report))
        for row in rows(known, told):
            if row["section"] == "returning":
                held.append(row["in_interval"]["share"])
                day = (report.start - MIDNIGHT) // DAY_S + 1
                shown = {name: round(told["returning"][0][name], 3) for name in ("share", "share_low", "share_high")}
                last[f"day {day}"] = shown | {"true": round(row["true"]["share"], 3)}
    return {"days": days, "seed": seed, "windows": len(held), "held": sum(held)} | last


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench returning", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args(argv)
    show(measured(given.days, given.seed), given.json)


if __name__ == "__main__":
    main([])
