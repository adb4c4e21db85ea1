"""scapy as the spare ear on a TAP: the same probe requests as our own socket, and a word for each way it can fail."""

import asyncio
from dataclasses import replace

import pytest

from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.registry import driver as registered
from drivers.wifi import sniffed
from drivers.wifi.sniffed import ScapyDriver
from tests.drivers.wifi.air import Air
from tests.drivers.wifi.test_driver import MIX, Wall, monitor, take, transmit


def spare(interface: str) -> ScapyDriver:
    made = registered(Device.parse(f"scapy:{interface}"), name="door", clock=Wall())
    assert isinstance(made, ScapyDriver)
    return made


async def test_it_hears_what_our_own_socket_hears() -> None:
    pytest.importorskip("scapy", reason="pip install scapy")
    with Air("pbspare0") as air:
        ours, theirs = monitor("pbspare0"), spare("pbspare0")
        async with ours.open() as one, theirs.open() as other:
            transmit(air, 400)
            heard = [await take(one, 400 // MIX), await take(other, 400 // MIX)]
    mine, scapys = ([replace(request, at=0.0) for request in requests] for requests in heard)
    assert mine == scapys
    assert theirs.broken == 0


async def test_an_interface_that_is_not_there_is_absent() -> None:
    pytest.importorskip("scapy", reason="pip install scapy")
    with pytest.raises(DriverUnavailable) as refused:
        async with spare("pbspare9").open():
            pass
    assert refused.value.code == "absent"


async def test_an_interface_that_goes_away_ends_it() -> None:
    pytest.importorskip("scapy", reason="pip install scapy")
    with Air("pbspare1") as air:
        async with spare("pbspare1").open() as heard:
            air.close()
            with pytest.raises(DriverUnavailable):
                async with asyncio.timeout(10):
                    await anext(heard)


@pytest.mark.parametrize(("status", "code"), [(3, "no_scapy"), (5, "no_permission")])
async def test_what_cannot_be_cured_by_waiting_is_told(status: int, code: str) -> None:
    sniffer = await asyncio.create_subprocess_exec("/bin/sh", "-c", f"exit {status}")
    error = await sniffed._ended(sniffer)
    assert isinstance(error, DriverMisconfigured)
    assert error.code == code
