"""Tills: receipts end where the paper is cut, copies and voids are no sales, and nothing of them is kept."""

import asyncio
import os
import random
import tty
from collections.abc import AsyncIterator, Callable

import pytest

from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.till.driver import TillDriver
from drivers.till.escpos import EscPos
from drivers.till.marks import Marks
from drivers.till.receipts import Receipts
from drivers.till.text import Text
from observations import Receipt

INIT, CUT = b"\x1b@", b"\x1dV\x42\x00"
DRAWER = b"\x1bp\x00\x19\xfa"
SALE = INIT + b"\x1ba\x01ACME SHOP\n\x1bE\x01Milk  1.20\nVOID LINE bread 2.10\nTOTAL 1.20\n\x1bd\x04"
RASTER = b"\x1dv0\x00\x02\x00\x08\x00" + b"\x1dV\x00\x1bi" + bytes(11)
BARCODE = b"\x1dkI\x08{B\x1dV\x001bi" + b"\x1dk\x04ABC\x1bi\x00"
LOGO = b"\x1d(L\x0a\x000E\x1dV\x00\x1bi\x01\x01\x01"


def escpos(data: bytes, chunk: int = 4096) -> list[str]:
    parser = EscPos(Marks.of({}))
    return [kind for at in range(0, len(data), chunk) for kind in parser.feed(data[at : at + chunk])]


@pytest.mark.parametrize("chunk", [1, 3, 4096])
@pytest.mark.parametrize(
    ("data", "kinds"),
    [
        (SALE + CUT, ["sale"]),
        (SALE + b"\x1dV\x00" + SALE + b"\x1bi" + SALE + b"\x1bm", ["sale"] * 3),
        (CUT + CUT, []),
        (SALE + RASTER + BARCODE + LOGO + CUT, ["sale"]),
        (INIT + RASTER + CUT, ["sale"]),
        (DRAWER + SALE + CUT, ["drawer", "sale"]),
        (b"\x10\x14\x01\x00\x05" + b"\x10\x04\x01", ["drawer"]),
        (INIT + b"*** VOID ***\nMilk 1.20\n" + CUT, ["void"]),
        (INIT + b"Shop\nSTORNO BELEG 77\n" + CUT, ["void"]),
        (INIT + b"REFUND\n-1.20\n" + CUT, ["refund"]),
        (INIT + b"-- REPRINT --\nMilk 1.20\n" + CUT, ["reprint"]),
        (INIT + b"Z-REPORT 0041\nGross 900\n" + CUT, ["report"]),
        (INIT + b"Milk\nNo refund without this receipt.\n" + CUT, ["sale"]),
    ],
)
def test_receipts_end_at_the_cut_however_the_stream_is_cut(data: bytes, kinds: list[str], chunk: int) -> None:
    assert escpos(data, chunk) == kinds


def text(data: bytes, **patterns: str) -> list[str]:
    return Text(Marks.of({"end": "^thank you", **patterns})).feed(data)


def test_text_receipts_end_at_their_end_mark() -> None:
    assert text(b"Milk 1.20\r\nTHANK YOU\r\nBread 2\r\nThank you!\r\n") == ["sale", "sale"]
    assert text(b"noise\nthank you\n#17\nMilk\nthank you\nthank you\n", start="^#") == ["sale"]
    assert text(b"storno\nMilk\nthank you\nXX annule\nthank you\n", void="^XX") == ["sale", "void"]


def test_a_bad_pattern_is_a_mistake() -> None:
    for patterns in ({"end": "("}, {"void": "*"}):
        with pytest.raises(DriverMisconfigured):
            Marks.of(patterns)
    with pytest.raises(DriverMisconfigured):
        Text(Marks.of({}))


def timeline(*steps: tuple[float, bytes]) -> list[tuple[float, str]]:
    receipts = Receipts(EscPos(Marks.of({})), merge_s=3.0)
    return [(at, kind) for at, data in steps for kind in receipts.feed(at, data)]


def test_copies_are_merged_and_a_drawer_alone_is_no_sale() -> None:
    assert timeline((0, SALE + CUT), (2, SALE + CUT), (9, SALE + CUT)) == [(0, "sale"), (9, "sale")]
    assert timeline((0, DRAWER), (5, SALE + CUT), (60, b"")) == [(5, "sale")]
    assert timeline((0, SALE + CUT), (1, DRAWER), (60, b"")) == [(0, "sale")]
    assert timeline((100, DRAWER), (110, b""), (121, b""), (130, b"")) == [(121, "no_sale")]


def test_any_bytes_are_a_till_and_cost_no_memory() -> None:
    rng = random.Random(1)
    for make in (lambda: EscPos(Marks.of({})), lambda: Text(Marks.of({"end": "^x"}))):
        parser = make()
        for _ in range(300):
            parser.feed(rng.randbytes(200) if rng.random() < 0.5 else b"A" * 5000)
            assert len(parser._paper._line) <= 256
            assert len(getattr(parser, "_head", b"")) <= 16


class Wall:
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now()))


def till(device: str, mode: str = "escpos") -> TillDriver:
    return TillDriver(Device.parse(device), name="till-1", clock=Wall(), mode=mode, patterns={"end": "^thank you"})


async def kinds(receipts: AsyncIterator[Receipt], until: Callable[[list[str]], bool]) -> list[str]:
    said: list[str] = []
    async with asyncio.timeout(10):
        while not until(said):
            said.append((await anext(receipts)).kind)
    return said


async def test_a_serial_till_is_listened_to_and_told_nothing() -> None:
    master, slave = os.openpty()
    for end in (master, slave):
        tty.setraw(end)
    os.set_blocking(master, False)
    async with till(f"till-serial:{os.ttyname(slave)}?baud=19200").open() as receipts:
        assert await kinds(receipts, lambda said: "idle" in said) == ["idle"]
        os.write(master, SALE + CUT)
        assert "sale" in await kinds(receipts, lambda said: "sale" in said)
        with pytest.raises(BlockingIOError):
            os.read(master, 1)
        os.close(slave)
        os.close(master)
        with pytest.raises(DriverUnavailable):
            await kinds(receipts, lambda said: False)


async def test_a_till_over_loopback_is_up_while_it_is_connected() -> None:
    port = 20_000 + os.getpid() % 20_000
    async with till(f"till-tcp:127.0.0.1:{port}", "text").open() as receipts:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"Milk 1.20\nTHANK YOU\n")
        assert await kinds(receipts, lambda said: "idle" in said) == ["sale", "idle"]
        writer.close()
        assert await reader.read() == b""
    with pytest.raises(OSError, match="Connect"):
        await asyncio.open_connection("127.0.0.1", port)


@pytest.mark.parametrize("target", ["0.0.0.0:10000", "192.168.1.5:10000", "localhost", "127.0.0.1:99999", "::1"])
async def test_a_till_never_listens_to_the_network(target: str) -> None:
    with pytest.raises(DriverMisconfigured) as raised:
        async with till(f"till-tcp:{target}").open():
            pass
    assert raised.value.code == "not_loopback"
