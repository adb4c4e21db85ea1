"""What sensors say together, held against the store's truth: kappa, passers beyond the picture, conversion, audit."""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean

from bench._box import MIDNIGHT, Fault, StoreBox, passages
from bench._machine import show
from events import Report
from simulation.people import Role
from simulation.store import Store
from simulation.truth import occupancy

DAY = 86_400.0
WINDOW = 300
OPENS, HOURS = 9, 12
LEARNT_DAYS = 2
FAULTS = {
    "the camera misses half": Fault(camera=0.5),
    "the till is dead": Fault(till=0.0),
    "the radio hears a third": Fault(radio=0.33),
}


def day(seed: int, number: int, hours: float = HOURS) -> Store:
    """One day of the shop, another crowd each."""
    return Store(seed=seed * 1000 + number, origin=number * DAY + OPENS * 3600.0, hour=OPENS, hours=hours)


def open_windows(box: StoreBox, store: Store) -> list[Report]:
    """The reports of the whole windows of a day."""
    begin, end = MIDNIGHT + store.origin, MIDNIGHT + store.origin + store.hours * 3600
    return [report for report in box.reports if begin <= report.start and report.start + WINDOW <= end]


@dataclass(frozen=True, slots=True)
class Told:
    """An estimate with its interval, and the truth."""

    start: int
    estimate: float
    low: float
    high: float
    true: float

    @property
    def held(self) -> bool:
        return self.low <= self.true <= self.high


def persons(store: Store, reports: Iterable[Report]) -> Iterator[Told]:
    """Each window in which the radio tells persons, beside the true mean."""
    for report in reports:
        for row in report.phones:
            if row.persons is not None and row.persons_low is not None and row.persons_high is not None:
                start = report.start - MIDNIGHT
                true = mean(occupancy(store, start + second) for second in range(0, WINDOW, 10))
                yield Told(start, row.persons, row.persons_low, row.persons_high, true)


def beyond(store: Store, reports: Iterable[Report]) -> Iterator[Told]:
    """Each window in which passers out of the picture are told, beside how many passed there."""
    times = sorted(at for at, _, shown in passages(store, "street") if not shown)
    for report in reports:
        start = report.start - MIDNIGHT
        true = sum(start <= at < start + WINDOW for at in times)
        for row in report.passers:
            if row.outside is not None and row.outside_low is not None and row.outside_high is not None:
                yield Told(start, row.outside, row.outside_low, row.outside_high, true)


def summed_up(told: Sequence[Told], opened: float) -> dict[str, object]:
    """How often an interval holds and how wide it is, in the box's first day and later; and the sums."""
    days = {
        "first": [one for one in told if one.start < opened + DAY],
        "later": [one for one in told if one.start >= opened + DAY],
    }
    found: dict[str, object] = {
        "first told after hours": round((told[0].start - opened) / 3600, 1) if told else None,
        "told": round(sum(one.estimate for one in told)),
        "true": round(sum(one.true for one in told)),
    }
    for name, windows in days.items():
        found[f"{name} day, windows"] = len(windows)
        found[f"{name} day, share within"] = share([one.held for one in windows])
        found[f"{name} day, mean width"] = round(mean(one.high - one.low for one in windows), 1) if windows else None
    return found


def conversion(store: Store, reports: Sequence[Report]) -> tuple[float, float]:
    """Sales per visitor of the day as told, and as it was."""
    rows = [row for report in reports for row in report.sales]
    told = sum(row.transactions or 0 for row in rows) / max(1, sum(row.visitors for row in rows))
    begin, end = (reports[0].start - MIDNIGHT, reports[-1].start - MIDNIGHT + WINDOW) if reports else (0, 0)
    came = sum(begin <= at < end and into for line in ("door", "exit") for at, into, _ in passages(store, line))
    served = [one.service.served for one in store.people if one.role is Role.CUSTOMER and one.service is not None]
    return told, sum(at is not None and begin <= at < end for at in served) / max(1, came)


def doubted(reports: Iterable[Report]) -> Counter[str]:
    """How many windows doubt which sensor, and why."""
    return Counter(
        f"{row.sensor} {row.reason}" for report in reports for row in report.quality if row.trust is not None
    )


def learnt(seed: int, days: int) -> dict[str, object]:
    """What a box told in so many days, held against the truth."""
    box = StoreBox()
    kappa: list[Told] = []
    street: list[Told] = []
    rates: list[float] = []
    false: Counter[str] = Counter()
    for number in range(days):
        store = day(seed, number)
        box.live(store)
        reports = open_windows(box, store)
        kappa += persons(store, reports)
        street += beyond(store, reports)
        told, true = conversion(store, reports)
        rates.append(abs(told - true) / true)
        false += doubted(reports)
    return {
        "days": days,
        "persons by radio": summed_up(kappa, OPENS * 3600),
        "passers outside": summed_up(street, OPENS * 3600),
        "conversion, largest relative error of a day": round(max(rates), 4),
        "windows doubted without a fault": dict(false),
    }


def share(hits: Sequence[bool]) -> float | None:
    return round(mean(hits), 3) if hits else None


def faulty(seed: int, days: int) -> dict[str, object]:
    """For each fault from noon of the last day on: which sensors were doubted, and after how many minutes the first."""
    found: dict[str, object] = {}
    for name, fault in FAULTS.items():
        box = StoreBox()
        for number in range(days):
            box.live(day(seed, number))
        store = day(seed, days)
        noon = store.origin + 3 * 3600
        box.live(store, Fault(noon, fault.camera, fault.radio, fault.till))
        reports = [report for report in open_windows(box, store) if report.start - MIDNIGHT >= noon]
        first = next((report for report in reports if doubted([report])), None)
        found[name] = {
            "windows doubted": dict(doubted(reports)),
            "windows": len(reports),
            "first after minutes": first and round((first.start + WINDOW - MIDNIGHT - noon) / 60),
        }
    return found


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench fusion", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--days", type=int, default=4)
    given = parser.parse_args(argv)
    show(
        learnt(given.seed, given.days) | {"faults from noon of the third day": faulty(given.seed, LEARNT_DAYS)},
        given.json,
    )


if __name__ == "__main__":
    main([])
