"""A recording as a radio, on a clock that only the player moves."""

import gzip
from pathlib import Path

import pytest

from drivers.base import Device, DriverMisconfigured
from drivers.registry import driver
from observations import ProbeRequest
from tests.drivers.wifi import frames

RECORDED = [
    (1000.0, frames.common(-40) + frames.probe(sequence=1)),
    (1004.0, frames.common(-41) + frames.beacon()),
    (1006.0, frames.common(-42) + frames.probe(sequence=2)),
    (1002.0, frames.common(-43) + frames.probe(sequence=3)),
    (1005.0, b"\1"),
    (1012.0, frames.common(-44) + frames.probe(sequence=4)),
]


class Stepped:
    """A clock that is where it was last asked to sleep until."""

    def __init__(self) -> None:
        self.at = 50.0

    def now(self) -> float:
        return self.at

    async def sleep_until(self, at: float) -> None:
        self.at = max(self.at, at)


async def played(path: Path, options: str, clock: Stepped) -> list[ProbeRequest]:
    async with driver(Device.parse(f"pcap:{path}{options}"), name="door", clock=clock).open() as heard:
        return [request async for request in heard]


@pytest.mark.parametrize(
    ("options", "times", "now"),
    [
        ("", [50.0, 56.0, 56.0, 66.0], 66.0),
        ("?speed=2", [50.0, 53.0, 53.0, 58.0], 58.0),
        ("?speed=max", [50.0, 56.0, 56.0, 66.0], 50.0),
    ],
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
async def test_times_are_the_recordings(
    options: str, times: list[float], now: float, packed: bool, tmp_path: Path
) -> None:
    path = tmp_path / "day.pcap"
    whole = frames.capture(RECORDED)
    path.write_bytes(gzip.compress(whole) if packed else whole)
    clock = Stepped()
    requests = await played(path, options, clock)
    assert [request.sequence for request in requests] == [1, 2, 3, 4]
    assert [request.at for request in requests] == pytest.approx(times)
    assert clock.at == pytest.approx(now)


async def test_what_cannot_be_played_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no capture", encoding="ascii")
    for device, code in ((tmp_path / "none", "missing"), (text, "not_a_capture"), (f"{text}?speed=0", "bad_option")):
        with pytest.raises(DriverMisconfigured) as caught:
            async with driver(Device.parse(f"pcap:{device}"), name="door", clock=Stepped()).open() as heard:
                await anext(heard)
        assert caught.value.code == code
