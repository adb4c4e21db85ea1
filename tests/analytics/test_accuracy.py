"""The audit's arithmetic, beside independent computations: fractions for the bounds, brute force for the pairs."""

from fractions import Fraction
from itertools import combinations, permutations
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.accuracy import LAG_S, TOLERANCE_S, Passage, judge, needed, paired, upper
from analytics.crossing import Way


def passages(*times: float, way: Way = Way.IN) -> list[Passage]:
    return [Passage(at, way) for at in times]


@pytest.mark.parametrize(
    ("errors", "claim", "persons"),
    [
        (0, 0.05, 59),
        (1, 0.05, 93),
        (2, 0.05, 124),
        (0, 0.02, 149),
        (1, 0.02, 236),
        (2, 0.02, 313),
        (5, 0.02, 523),
        (0, 0.01, 299),
        (1, 0.01, 473),
        (2, 0.01, 628),
    ],
)
def test_persons_needed_for_a_claim_are_those_of_the_published_table(errors: int, claim: float, persons: int) -> None:
    assert needed(errors, claim) == persons


@given(of=st.integers(1, 200), errors=st.integers(0, 12))
def test_the_bound_is_where_exact_fractions_put_it(of: int, errors: int) -> None:
    bound = upper(errors, of)
    if errors >= of:
        assert bound == 1.0
        return

    def chance(share: Fraction) -> Fraction:
        return sum((comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(errors + 1)), Fraction(0))

    near = Fraction(1, 10**9)
    assert chance(Fraction(bound) - near) > Fraction(5, 100) > chance(min(Fraction(bound) + near, Fraction(1)))


def pairs_by_force(taps: list[float], counts: list[float]) -> int:
    """The most pairs, by trying every assignment."""
    few, many = sorted((taps, counts), key=len)
    for size in range(len(few), 0, -1):
        for chosen in combinations(few, size):
            for others in permutations(many, size):
                if all(abs(a - b) <= TOLERANCE_S for a, b in zip(chosen, others, strict=True)):
                    return size
    return 0


@given(
    taps=st.lists(st.integers(0, 40).map(lambda tenth: tenth / 4), max_size=4),
    counts=st.lists(st.integers(0, 40).map(lambda tenth: tenth / 4), max_size=4),
)
def test_no_other_assignment_has_more_pairs(taps: list[float], counts: list[float]) -> None:
    pairs = paired(passages(*sorted(taps)), passages(*sorted(counts)))
    assert len(pairs) == pairs_by_force(taps, counts)
    assert all(abs(tap.at - count.at) <= TOLERANCE_S for tap, count in pairs)


def test_who_taps_late_is_not_held_against_the_counter() -> None:
    counts = passages(10, 20, 35, 50)
    found = judge(passages(12.6, 22.4, 37.7, 52.5), counts, start=0)
    assert (found.missed, found.false) == ((), ())
    assert found.lag == pytest.approx(2.5)
    assert (found.net_error, found.absolute_error, found.precision, found.recall) == (0, 0, 1, 1)


def test_a_missed_person_and_a_false_count_cancel_in_the_net_error_only() -> None:
    found = judge(passages(10, 20, 90), passages(10, 20, 150), start=0)
    assert found.net_error == 0
    assert found.absolute_error == pytest.approx(2 / 3)
    assert found.missed == (Passage(90, Way.IN),)
    assert found.false == (Passage(150, Way.IN),)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 3)


def test_within_a_minute_they_cancel_in_the_absolute_error_too() -> None:
    found = judge(passages(10, 20), passages(10, 40), start=0)
    assert (found.absolute_error, found.errors) == (0, 2)


def test_the_other_way_is_no_pair() -> None:
    found = judge(passages(10), passages(10, way=Way.OUT), start=0)
    assert (len(found.missed), len(found.false), found.net_error) == (1, 1, 0)


def test_an_audit_of_nobody_knows_nothing() -> None:
    found = judge([], [], start=0)
    assert (found.net_error, found.absolute_error, found.precision, found.recall) == (None, None, None, None)
    assert (found.bound, found.more(0.05)) == (1.0, 59)


def test_every_error_costs_persons() -> None:
    clean = judge(passages(*range(0, 600, 10)), passages(*range(0, 600, 10)), start=0)
    assert (clean.true, clean.more(0.05), clean.more(0.02)) == (60, 0, 149 - 60)
    assert clean.bound == pytest.approx(0.0487, abs=1e-4)
    one_missed = judge(passages(*range(0, 600, 10)), passages(*range(10, 600, 10)), start=0)
    assert one_missed.more(0.05) == 93 - 60


@given(
    times=st.lists(st.integers(0, 5000).map(lambda tenth: tenth / 10), unique=True, max_size=30),
    lag=st.integers(-25, 25).map(lambda tenth: tenth / 10),
    way=st.sampled_from(list(Way)),
)
def test_a_perfect_counter_is_found_perfect_whatever_the_lag(times: list[float], lag: float, way: Way) -> None:
    assert abs(lag) <= LAG_S
    found = judge(passages(*(at + lag for at in times), way=way), passages(*times, way=way), start=0)
    assert found.errors == 0
    assert found.counted[way] == len(times)
