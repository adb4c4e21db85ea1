"""The audit finds what no longer fits, names who is alone with it, and is silent while all is as usual."""

import json
from collections.abc import Iterator

import numpy as np
import pytest

from analytics.audit import Balance, Finding, Witnesses

DAY = 144


def crowd(seed: int, windows: int) -> Iterator[dict[str, float]]:
    """What three sensors count of one crowd that comes and goes: entries, addresses, sales, each with its chance."""
    dice = np.random.default_rng(seed)
    for window in range(windows):
        came = dice.poisson(7 + 4 * np.sin(window / 20))
        yield {
            "camera": float(came),
            "radio": float(dice.poisson(came * 9 + 5)),
            "till": float(dice.binomial(came, 0.4)),
        }


def heard(
    seed: int, shares: dict[str, float], windows: int = 3 * DAY, since: int = 2 * DAY
) -> list[dict[str, Finding]]:
    """The findings after each window; from `since` on the named sensors count only that share."""
    witnesses, found = Witnesses(("camera", "radio", "till")), []
    for number, counts in enumerate(crowd(seed, 3 * DAY)):
        witnesses.feed({name: n * (shares.get(name, 1.0) if number >= since else 1.0) for name, n in counts.items()})
        found.append(witnesses.findings())
    return found


@pytest.mark.parametrize("seed", range(4))
def test_as_long_as_all_is_well_nothing_is_said(seed: int) -> None:
    assert not any(heard(seed, {}))


@pytest.mark.parametrize(("sensor", "share"), [("camera", 0.5), ("radio", 0.4), ("radio", 2.0), ("till", 0.0)])
def test_who_is_alone_is_named_within_three_hours_and_until_it_is_repaired(sensor: str, share: float) -> None:
    found = heard(11, {sensor: share})
    assert not any(found[: 2 * DAY])
    later = found[2 * DAY + 36 :]
    named = [finding.get(sensor) for finding in later]
    assert sum(one is not None and one.reason == "contradicted" for one in named) > 0.9 * len(named)
    assert sum(bool(finding) for finding in later) > 0.95 * len(later)
    last = named[-1]
    assert last is not None
    assert last.trust == pytest.approx(min(share, 1 / share) if share else 0.0, abs=0.15)


def test_of_two_nobody_knows_which_one_is_wrong() -> None:
    witnesses, found = Witnesses(("camera", "radio")), {}
    for number, counts in enumerate(crowd(3, 3 * DAY)):
        witnesses.feed({"camera": counts["camera"] * (0.4 if number > 2 * DAY else 1), "radio": counts["radio"]})
        found = witnesses.findings()
    assert {name: finding.reason for name, finding in found.items()} == {"camera": "disputed", "radio": "disputed"}


def test_a_sensor_that_did_not_see_a_window_is_not_judged_by_it() -> None:
    witnesses = Witnesses(("camera", "radio", "till"))
    for number, counts in enumerate(crowd(4, 3 * DAY)):
        if number > 2 * DAY:
            del counts["radio"]
        witnesses.feed(counts)
        assert not witnesses.findings()


def closed(*days: tuple[int, int]) -> Finding | None:
    balance = Balance()
    for inwards, outwards in days:
        balance.feed(inwards // 2, 0)
        balance.feed(inwards - inwards // 2, outwards)
        balance.close()
    return balance.finding


def test_whoever_came_in_has_gone_out_by_closing() -> None:
    assert closed((100, 98)) is None
    assert closed((100, 80)) == Finding(0.8, "unbalanced")
    assert closed((80, 100)) == Finding(0.8, "unbalanced")
    assert closed((100, 80), (0, 0)) is not None, "a day on which the shop was shut says nothing about the day before"
    assert closed((100, 80), (100, 97)) is None


def test_few_are_no_imbalance() -> None:
    assert closed((8, 5)) is None


def again(kept: dict[str, object]) -> dict[str, object]:
    """As it comes back from a file."""
    known: dict[str, object] = json.loads(json.dumps(kept))
    return known


def test_what_was_learnt_outlives_a_restart_at_any_window() -> None:
    names = "camera", "radio", "till"
    lasting, killed = Witnesses(names), Witnesses(names)
    for number, counts in enumerate(crowd(11, 3 * DAY)):
        told = counts | {"till": counts["till"] * (number < 2 * DAY)}
        lasting.feed(told)
        kept = again(killed.kept())
        killed = Witnesses(names)
        killed.resume(kept)
        killed.feed(told)
        assert killed.findings() == lasting.findings()
    assert lasting.findings()["till"].reason == "contradicted"


def test_what_is_usual_takes_no_more_room_in_a_year_than_in_a_day() -> None:
    witnesses, sizes = Witnesses(("camera", "till")), []
    for days in range(20):
        for counts in crowd(days, DAY):
            witnesses.feed(counts)
        sizes.append(len(json.dumps(witnesses.kept())))
    assert max(sizes) < 1000


@pytest.mark.parametrize("kept", [{}, {"camera till": {}}, {"camera till": {"usual": {}, "recent": 3}}])
def test_what_never_was_kept_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Witnesses(("camera", "till")).resume(kept)


def test_a_day_goes_on_after_a_restart() -> None:
    before, after = Balance(), Balance()
    before.feed(100, 10)
    after.resume(again(before.kept()))
    after.feed(0, 70)
    after.close()
    assert after.finding == Finding(0.8, "unbalanced")
    verdict = Balance()
    verdict.resume(again(after.kept()))
    assert verdict.finding == after.finding, "held until the next closing"


def test_a_day_of_which_a_part_is_missing_is_not_judged_and_the_next_one_is() -> None:
    balance = Balance()
    balance.begin(whole=False)
    balance.feed(10, 40)
    balance.close()
    assert balance.finding is None
    balance.feed(100, 50)
    balance.close()
    assert balance.finding == Finding(0.5, "unbalanced")
