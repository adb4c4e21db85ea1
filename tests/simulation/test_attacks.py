"""The attacks on a month of tokens find nothing in ours, and find the leak that is planted for them."""

import pytest

from bench.attacks import addresses, attacked, leak, ours

TRIES = 20_000


@pytest.fixture(scope="module")
def known() -> list[bytes]:
    return addresses(2)


def test_tokens_of_two_days_are_linked_no_better_than_by_chance(known: list[bytes]) -> None:
    found = attacked(ours(), known, TRIES, 1)
    assert len(known) > 10
    assert found["linked_day_to_day"] < 0.01
    assert found["found_again_after_a_month"] <= 2 / len(known)


def test_a_token_fits_billions_of_addresses_even_for_who_has_the_key(known: list[bytes]) -> None:
    assert attacked(ours(), known, TRIES, 1)["addresses_that_fit_log2"] == pytest.approx(36, abs=1.5)


def test_a_planted_leak_is_seen(known: list[bytes]) -> None:
    found = attacked(leak, known, TRIES, 1)
    assert found["linked_day_to_day"] == found["found_again_after_a_month"] == 1.0
