"""What a Bluetooth radio hears of phones inside its gate is known advert by advert, window by window."""

import pytest

from analytics.devices import Devices
from bench._senses import heard
from observations import DeviceSighting
from privacy.tokens import Tokeniser
from simulation.adverts import Ether
from simulation.hearing import Hearing
from simulation.store import Store

GATE_DBM = -82


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(seed=5, hour=12, hours=0.5)


def test_windows_add_up_whatever_their_length(store: Store) -> None:
    whole = Hearing(store).bluetooth("back", Ether(store), GATE_DBM, 0.0, 1500.0)["heard"]
    by_window = Hearing(store)
    parts = [by_window.bluetooth("back", Ether(store), GATE_DBM, at, at + 100.0)["heard"] for at in range(0, 1500, 100)]
    assert sum(parts) == whole > 500
    assert by_window.bluetooth("front", Ether(store), -40, 0.0, 1500.0)["heard"] == 0, "a radio of its own"


def test_a_radio_counts_nearly_as_many_as_there_were(store: Store) -> None:
    told, tokens = Devices("back", enter_dbm=GATE_DBM + 2, leave_dbm=GATE_DBM - 2), Tokeniser()
    for advert in heard(store):
        sighting = tokens.tokenise(advert)
        if isinstance(sighting, DeviceSighting) and advert.at < 1500:
            told.feed(advert.at, sighting)
    true = Hearing(store).bluetooth("back", Ether(store), GATE_DBM, 0.0, 1500.0)["heard"]
    assert told.tallies(0.0, 1500.0)[0].values["heard"] == pytest.approx(true, rel=0.12)
