"""The real driver on a real terminal, with an emulated reader of each family at the other end."""

import asyncio
import fcntl
import os
import pty
import threading
from array import array
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.rfid.driver import ReaderDriver
from drivers.rfid.settings import Settings
from drivers.serial_line import by_id, open_line
from observations import Inventory
from simulation.reader import device as emulated
from simulation.reader.a0 import A0
from simulation.reader.chafon import Chafon
from simulation.reader.field import Field, Item, gtin14, sgtin96, stocked
from simulation.reader.thingmagic import ThingMagic
from simulation.reader.wire import Faults, Wire, plugged
from simulation.reader.yrm100 import Yrm100

TCGETS2 = 0x802C542A
"""Asks Linux for the settings of a line, with rates that have no name."""


class Wall:
    """The loop's own clock."""

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now()))


def reader(path: str, options: str = "region=eu&epoch_ms=200") -> ReaderDriver:
    return ReaderDriver(Device.parse(f"serial:{path}?{options}"), name="shelf", clock=Wall())


def few(antenna: int = 1) -> list[Item]:
    """Five items that always answer."""
    items = stocked(5, 1, antenna=antenna)
    for item in items:
        item.rate = 1.0
    return items


async def take(inventories: AsyncIterator[Inventory], count: int) -> list[Inventory]:
    return [await anext(inventories) for _ in range(count)]


async def drain(inventories: AsyncIterator[Inventory], into: list[Inventory]) -> None:
    async for inventory in inventories:
        into.append(inventory)  # noqa: PERF401 - what came before the error is wanted too


async def once(driver: ReaderDriver) -> None:
    """Open and close."""
    async with driver.open():
        pass


EMULATED: dict[str, Callable[[], emulated.Device]] = {
    "yrm100": lambda: Yrm100(Field(few())),
    "yrm100-aa": lambda: Yrm100(Field(few()), header=0xAA),
    "chafon": lambda: Chafon(Field(few())),
    "chafon-18": lambda: Chafon(Field(few()), old=True),
    "a0": lambda: A0(Field(few())),
    "thingmagic": lambda: ThingMagic(Field(few())),
}


@pytest.fixture(params=EMULATED)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@asynccontextmanager
async def opened(
    device: emulated.Device, options: str = "region=eu&epoch_ms=200", faults: Faults | None = None
) -> AsyncIterator[tuple[Wire, ReaderDriver, AsyncIterator[Inventory]]]:
    with plugged(device, faults) as wire:
        driver = reader(wire.path, options)
        async with driver.open() as inventories:
            yield wire, driver, inventories


async def test_each_family_is_found_and_its_goods_are_read(family: str) -> None:
    device = EMULATED[family]()
    async with opened(device) as (_, driver, inventories):
        seen = await take(inventories, 4)
    assert driver.family == family.split("-")[0]
    assert {(inventory.reader, inventory.antenna) for inventory in seen} == {("shelf", 1)}
    assert {read.gtin for inventory in seen for read in inventory.reads} == {item.gtin for item in device.field.items}
    assert all(0.1 < inventory.seconds < 0.6 for inventory in seen[1:])


async def test_an_empty_shelf_still_beats_its_heart(family: str) -> None:
    device = EMULATED[family]()
    device.field.items.clear()
    async with opened(device) as (_, _, inventories):
        assert [inventory.reads for inventory in await take(inventories, 3)] == [(), (), ()]


async def test_a_reader_at_another_rate_is_found() -> None:
    device = A0(Field(few()))
    device.baud = 38_400
    async with opened(device, "region=eu&epoch_ms=200&protocol=a0") as (_, driver, inventories):
        await take(inventories, 1)
    assert driver.family == "a0"


async def test_goods_survive_a_bad_cable(family: str) -> None:
    device = EMULATED[family]()
    faults = Faults(garbled=0.05, cut=0.05, wrong_check=0.05, noise=0.05)
    protocol = family.split("-")[0]
    for attempt in range(3):
        try:
            async with opened(device, f"region=eu&epoch_ms=200&protocol={protocol}", faults) as (_, driver, goods):
                seen = await take(goods, 8)
            break
        except DriverUnavailable:
            assert attempt < 2
    assert {read.gtin for inventory in seen for read in inventory.reads} == {item.gtin for item in device.field.items}
    assert driver.noise.garbage_bytes > 0


async def test_power_region_session_and_antennas_are_set_and_read_back() -> None:
    yrm100 = Yrm100(Field(few()))
    async with opened(yrm100, "region=us&power_dbm=21&q=6&epoch_ms=200"):
        assert (yrm100.region, yrm100.power, yrm100.query, yrm100.hopping) == (2, 2100, b"\x10\x30", 0xFF)
    chafon = Chafon(Field(few()))
    async with opened(chafon, "region=eu&power_dbm=28&antennas=1,3&session=1&epoch_ms=200") as (_, _, inventories):
        assert (chafon.band, chafon.power) == ((0x4E, 0x00), 28)
        assert [inventory.antenna for inventory in await take(inventories, 4)] == [1, 3, 1, 3]
    a0 = A0(Field(few()))
    async with opened(a0, "region=eu&power_dbm=30&antennas=2,4&epoch_ms=200") as (_, _, inventories):
        assert (a0.region, a0.power) == (bytes((2, 0, 6)), 30)
        assert [inventory.antenna for inventory in await take(inventories, 3)] == [2, 4, 2]
    thingmagic = ThingMagic(Field(few()))
    async with opened(thingmagic, "region=eu&power_dbm=23&antennas=1,2&session=1&q=5&epoch_ms=200"):
        told = thingmagic.settings
        assert (told[0x67, b""], told[0x62, b"\x00"], told[0x61, b"\x02"]) == (
            b"\x08",
            b"\x08\xfc",
            b"\x01\x01\x02\x02",
        )
        assert (told[0x6B, b"\x05\x00"], told[0x6B, b"\x05\x01"]) == (b"\x01", b"\x00\x00")
        assert (told[0x6B, b"\x05\x12"], told[0x6A, b"\x01\x0c"]) == (b"\x01\x05", b"\x00")


@pytest.mark.parametrize(
    ("make", "options", "code"),
    [
        (lambda: Yrm100(Field([])), "region=eu&power_dbm=33", "refused"),
        (lambda: Yrm100(Field([])), "region=jp", "bad_region"),
        (lambda: Yrm100(Field([])), "region=eu&session=1", "bad_option"),
        (lambda: Chafon(Field([]), old=True), "region=eu&antennas=2", "bad_option"),
        (lambda: Chafon(Field([])), "region=eu&power_dbm=33", "refused"),
        (lambda: A0(Field([])), "region=eu&q=4", "bad_option"),
        (lambda: ThingMagic(Field([])), "region=eu&power_dbm=33", "refused"),
    ],
)
async def test_what_a_reader_cannot_be_stops_its_driver(
    make: Callable[[], emulated.Device], options: str, code: str
) -> None:
    device = make()
    with plugged(device) as wire, pytest.raises(DriverMisconfigured) as raised:
        await once(reader(wire.path, options))
    assert raised.value.code == code


class Stubborn(A0):
    """Says yes to every power and region, and keeps what it has."""

    def obey(self, command: bytes, at: float) -> None:
        kept = self.power, self.region
        super().obey(command, at)
        self.power, self.region = kept


@pytest.mark.parametrize(("options", "which"), [("region=eu", "region"), ("region=us&power_dbm=27", "power")])
async def test_a_module_that_says_yes_and_keeps_what_it_had_is_refused_by_reading_back(
    options: str, which: str
) -> None:
    with plugged(Stubborn(Field([]))) as wire, pytest.raises(DriverMisconfigured, match=which) as raised:
        await once(reader(wire.path, f"{options}&protocol=a0&baud=115200"))
    assert raised.value.code == "refused"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("protocol=yrm100", "no_region"),
        ("region=mars", "bad_option"),
        ("region=eu&session=2", "bad_session"),
        ("region=eu&protocol=llrp", "bad_option"),
        ("region=eu&power_dbm=40", "bad_option"),
        ("region=eu&antennas=1,1", "bad_option"),
        ("region=eu&antennas=", "bad_option"),
        ("region=eu&baud=fast", "bad_option"),
        ("region=eu&colour=red", "bad_option"),
    ],
)
def test_settings_say_what_is_wrong_with_them(options: str, code: str) -> None:
    with pytest.raises(DriverMisconfigured) as raised:
        Settings.of(Device.parse(f"serial:/dev/null?{options}"))
    assert raised.value.code == code


async def test_pulling_the_plug_is_noticed_and_the_same_name_works_again(tmp_path: Path) -> None:
    link = tmp_path / "usb-reader-if00"
    driver = reader(str(link), "region=eu&epoch_ms=200&protocol=yrm100&baud=115200")
    with plugged(Yrm100(Field(few())), link=link) as wire:
        async with driver.open() as inventories:
            await take(inventories, 1)
            wire.unplug()
            with pytest.raises(DriverUnavailable) as pulled:
                await take(inventories, 10)
    with pytest.raises(DriverUnavailable) as absent:
        await once(driver)
    assert (pulled.value.code, absent.value.code) == ("gone", "absent")
    with plugged(Yrm100(Field(few())), link=link):
        async with driver.open() as inventories:
            assert len((await take(inventories, 3))[-1].reads) == 5


def test_the_name_that_stays_with_a_line_is_found(tmp_path: Path) -> None:
    names = tmp_path / "by-id"
    names.mkdir()
    for number in range(2):
        (tmp_path / f"ttyUSB{number}").touch()
        (names / f"usb-reader-{1 - number}").symlink_to(Path("..") / f"ttyUSB{number}")
    assert by_id(str(tmp_path / "ttyUSB0"), names) == str(names / "usb-reader-1")
    assert by_id(str(tmp_path / "ttyUSB2"), names) is None
    assert by_id(str(tmp_path / "ttyUSB0"), tmp_path / "nowhere") is None


async def test_a_wedged_reader_is_unavailable_and_not_an_empty_shelf(family: str) -> None:
    faults = Faults()
    async with asyncio.timeout(30), opened(EMULATED[family](), faults=faults) as (_, _, inventories):
        await take(inventories, 2)
        faults.wedged = True
        loop = asyncio.get_running_loop()
        start = loop.time()
        later: list[Inventory] = []
        with pytest.raises(DriverUnavailable) as raised:
            await drain(inventories, later)
    assert raised.value.code == "stalled"
    assert loop.time() - start < 12
    assert sum(not inventory.reads for inventory in later) <= 6


@pytest.mark.parametrize("baud", [9_600, 74_880, 250_000, 921_600])
async def test_a_line_takes_any_rate_and_no_thread(baud: int) -> None:
    master, slave = pty.openpty()
    threads = threading.active_count()
    try:
        async with open_line(os.ttyname(slave), baud) as line:
            speeds = array("I", bytes(44))
            fcntl.ioctl(slave, TCGETS2, speeds)
            assert (line.baud, list(speeds[-2:])) == (baud, [baud, baud])
            assert threading.active_count() == threads
    finally:
        os.close(master)
        os.close(slave)


async def test_a_line_is_for_one_program_only() -> None:
    async with opened(Yrm100(Field(few())), "region=eu&protocol=yrm100&baud=115200") as (wire, _, _):
        with pytest.raises(DriverUnavailable) as raised:
            await once(reader(wire.path))
    assert raised.value.code == "busy"


async def test_what_is_no_serial_line_is_a_mistake_and_silence_is_not(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(DriverMisconfigured) as mistaken:
        await once(reader(str(file)))
    assert mistaken.value.code == "not_serial"
    with plugged(Yrm100(Field([])), Faults(wedged=True)) as wire, pytest.raises(DriverUnavailable) as silent:
        await once(reader(wire.path, "region=eu&protocol=a0&baud=115200"))
    assert silent.value.code == "no_answer"


async def test_a_tag_that_names_no_trade_item_is_counted_and_dropped() -> None:
    items = few()
    items[0].epc = bytes.fromhex("E2801160600002084F9A0C1B")
    async with opened(ThingMagic(Field(items))) as (_, _, inventories):
        seen = (await take(inventories, 3))[-1]
    assert seen.unknown == 1
    assert len(seen.reads) == 4


async def test_session_2_would_silence_goods_that_stay_on_the_shelf() -> None:
    """Why the settings refuse it: the field's own model of a tag, asked again and again."""
    field = Field(few())
    heard = {session: [len(field.inventory(0.1 * step, 1, session)) for step in range(40)] for session in (0, 1, 2)}
    assert heard[0] == [5] * 40
    assert heard[2] == [5] + [0] * 39
    assert 5 <= sum(heard[1]) < 15
    both = [len(field.inventory(10 + 0.1 * step, 1, 1, step % 2)) for step in range(40)]
    assert sum(both) >= 195


def test_an_epc_is_written_as_the_standard_says() -> None:
    assert sgtin96("80614141123458", 12345).hex().upper() == "3034257BF7194E4000003039"
    assert gtin14(12345) == "00614141123452"
