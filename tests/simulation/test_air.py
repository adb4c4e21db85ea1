"""What the simulated phones send is what a real radio hands to the real codec, at the rates that were measured."""

import asyncio
import itertools
import socket
from collections import Counter, defaultdict

import pytest

from drivers.wifi.codec import abilities, probe_request
from simulation.air import Air, transmit
from simulation.phones import Call
from simulation.store import Store
from tests.simulation.stepped import Stepped


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(seed=8, hours=0.5, hour=12)


@pytest.fixture(scope="module")
def calls(store: Store) -> list[Call]:
    return list(Air(store).calls())


def test_frames_are_probe_requests_for_the_real_codec(store: Store, calls: list[Call]) -> None:
    addresses = {call.address for call in calls}
    heard = list(Air(store).heard())
    assert len(heard) > 300
    for at, frame in heard:
        request = probe_request(frame, at, "radio")
        assert request is not None
        assert request.address in addresses
        assert request.rssi_dbm is not None
        assert -90 <= request.rssi_dbm < -20
        assert request.frequency_mhz in (2412, 2437, 2462)
        assert abilities(frame, 15 + 24, len(frame))


def test_phones_call_only_while_their_owners_are_there(calls: list[Call]) -> None:
    assert all(before.at <= after.at for before, after in itertools.pairwise(calls))
    for call in calls:
        assert call.phone.owner.walk.start <= call.at <= call.phone.owner.walk.end + 0.2


def test_an_address_lasts_for_a_burst_except_on_phones_that_keep_theirs(calls: list[Call]) -> None:
    times = defaultdict(list)
    for call in calls:
        times[call.phone.model.fixed, call.address].append(call.at)
        assert bool(call.address[0] & 2) is not call.phone.model.fixed
        assert not call.address[0] & 1
    assert max(at[-1] - at[0] for (fixed, _), at in times.items() if not fixed) < 1.0
    assert max(at[-1] - at[0] for (fixed, _), at in times.items() if fixed) > 30.0


def test_who_is_near_is_louder_and_the_street_is_behind_glass(store: Store, calls: list[Call]) -> None:
    air = Air(store)
    inside = [air.strength_dbm(call) for call in calls if call.phone.owner.walk.place(call.at)[1] > 1]
    outside = [air.strength_dbm(call) for call in calls if call.phone.owner.walk.place(call.at)[1] < 0]
    assert sum(inside) / len(inside) > sum(outside) / len(outside) + 7


def test_bursts_are_as_long_as_the_model_says(calls: list[Call]) -> None:
    bursts = Counter((call.phone.seed, call.phone.model.name, call.address) for call in calls)
    long = [count for (_, name, _), count in bursts.items() if name == "d"]
    assert sum(long) / len(long) == pytest.approx(1.95, abs=0.05)


async def test_frames_go_out_when_their_time_comes(store: Store) -> None:
    clock = Stepped()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        theirs.setblocking(False)
        sent: list[float] = []

        def send(frame: bytes) -> None:
            ours.send(frame)
            sent.append(clock.now())
            assert probe_request(theirs.recv(4096), clock.now(), "radio") is not None

        await asyncio.wait_for(transmit(Air(store), clock, 600.0, send), 30)
    assert sent
    assert sent[0] >= 600.0
    assert sent == sorted(sent)
