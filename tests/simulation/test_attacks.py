"""Every attack keeps to its bound on ours and finds the leak that is planted for it; the page shows them all."""

import hashlib
import json
import zlib
from pathlib import Path

import pytest

from bench import _senses
from bench._published import Month, identified
from bench._tokens import FOREIGN, _addresses
from bench.attacks import ATTACKS, BEGIN, END, Attack, addresses, attacked, leak, measured, ours, table, written
from drivers.rfid.epc import gtin
from simulation.reader.field import gtin14, sgtin96
from simulation.store import Store

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


@pytest.fixture(scope="module")
def found() -> dict[str, dict[str, float]]:
    return measured(seed=3, days=2, hours=0.25, tries=TRIES, makers=1000)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_ours_keeps_to_the_bound_and_the_planted_leak_does_not(
    found: dict[str, dict[str, float]], attack: Attack
) -> None:
    assert attack.holds(found["ours"][attack.name])
    assert not attack.holds(found["planted leak"][attack.name])


def test_an_address_is_recognised_in_each_shape_in_which_products_have_published_it() -> None:
    address = bytes.fromhex("3c22fb102030")
    for published in (
        int.from_bytes(address, "big"),
        "3c22fb102030",
        hashlib.md5(b"3c:22:fb:10:20:30").hexdigest(),
        int.from_bytes(hashlib.sha256(address).digest()[:8], "big"),
        zlib.crc32(address),
    ):
        assert identified(json.dumps({"id": published}), [address]) == 1, published
    assert identified('{"start": 1764547200, "in": 12}', [address]) == 0


def test_every_sensor_of_the_month_is_eavesdropped_on() -> None:
    month = Month(3, 2, 0.25)
    for section in ("phones", "devices", "staff", "shelves", "tills"):
        assert month.text().count(f'"{section}"') >= 4, section
    assert min(len(month.addresses), len(month.adverts)) > 20
    assert len(month.tags) >= 24


def test_foreign_tags_name_trade_items_of_others_and_are_dropped_for_that() -> None:
    foreign = [sgtin96(gtin14(900_000 + number), number) for number in range(FOREIGN)]
    items = {gtin(epc) for epc in foreign}
    assert None not in items
    assert not items & _senses.planogram().skus.keys()


def test_most_phones_of_an_hour_change_their_address_meanwhile() -> None:
    phones, badges = _addresses(Store(seed=3, hour=12, hours=1.0))
    assert sum(len(owned) > 1 for owned in phones) > 5
    assert badges


def test_the_page_shows_every_attack_with_the_bound_that_is_tested(found: dict[str, dict[str, float]]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
    rows = page.partition(BEGIN)[2].partition(END)[0].strip().splitlines()
    shown, now = ([line.split("|") for line in lines] for lines in (rows, table(found)))
    assert [(row[1], row[3]) for row in shown] == [(row[1], row[3]) for row in now]
    for attack, row in zip(ATTACKS, shown[2:], strict=True):
        assert attack.holds(float(row[2])), "the page shows a run that broke its bound"
        assert not attack.holds(float(row[4])), "the page shows a run that did not see its leak"
    assert written(page, rows) == page
