"""Frames published by the makers of readers and their users, both ways."""

import pytest

from drivers.rfid.codec import a0, chafon, thingmagic, yrm100
from drivers.rfid.codec.framing import CodecError, Deframer

unhex = bytes.fromhex


@pytest.mark.parametrize(
    ("frame", "wire"),
    [
        (yrm100.Frame(yrm100.COMMAND, yrm100.VERSION, b"\x00"), "BB 00 03 00 01 00 04 7E"),
        (yrm100.Frame(yrm100.COMMAND, yrm100.POLL), "BB 00 22 00 00 22 7E"),
        (yrm100.Frame(yrm100.COMMAND, yrm100.MULTI_POLL, unhex("222710")), "BB 00 27 00 03 22 27 10 83 7E"),
        (yrm100.Frame(yrm100.COMMAND, yrm100.STOP), "BB 00 28 00 00 28 7E"),
        (yrm100.Frame(yrm100.COMMAND, yrm100.QUERY_SET, yrm100.query(0, 4)), "BB 00 0E 00 02 10 20 40 7E"),
        (yrm100.Frame(yrm100.COMMAND, yrm100.REGION_SET, b"\x01"), "BB 00 07 00 01 01 09 7E"),
        (yrm100.Frame(yrm100.COMMAND, yrm100.POWER_SET, unhex("07D0")), "BB 00 B6 00 02 07 D0 8F 7E"),
        (yrm100.Frame(yrm100.COMMAND, yrm100.HOPPING, b"\xff"), "BB 00 AD 00 01 FF AD 7E"),
        (yrm100.Frame(yrm100.COMMAND, yrm100.POLL, header=0xAA), "AA 00 22 00 00 22 DD"),
    ],
)
def test_yrm100_commands(frame: yrm100.Frame, wire: str) -> None:
    assert yrm100.encode(frame) == unhex(wire)
    assert Deframer(yrm100.Framing()).feed(unhex(wire)) == [frame]


def test_a_yrm100_tag_and_its_absence() -> None:
    stream = unhex("BB 02 22 00 11 C9 34 00 30751FEB705C5904E3D50D70 3A76 EF 7E BB 01 FF 00 01 15 16 7E")
    notice, nothing = Deframer(yrm100.Framing()).feed(stream)
    tag = yrm100.tag(notice)
    assert (tag.pc, tag.epc, tag.antenna, tag.rssi_db) == (0x3400, unhex("30751FEB705C5904E3D50D70"), 1, -55)
    assert tag.is_epc
    assert (nothing.command, nothing.parameters) == (yrm100.FAILURE, bytes((yrm100.NO_TAG,)))


def test_a_chafon_command() -> None:
    assert chafon.encode(chafon.Command(chafon.INFO)) == unhex("04 FF 21 19 95")


def test_chafon_replies() -> None:
    stream = unhex(
        "15 00 01 03 01 01 0C 000000000000000000000313 6B B1A5  07 00 01 01 01 00 1E4B"
        "11 00 21 00 0016 0C 03 4E 00 1E 0A 01000000 E651"
    )
    one, none, about = Deframer(chafon.Framing()).feed(stream)
    (tag,) = chafon.tags(one, with_rssi=True)
    assert (tag.epc.hex(), tag.antenna, tag.rssi_db, tag.pc >> 11) == ("000000000000000000000313", 1, 0x6B, 6)
    assert one.status == chafon.MORE
    assert list(chafon.tags(none, with_rssi=True)) == []
    assert none.status == chafon.DONE
    told = chafon.info(about)
    assert (told.firmware, told.type, told.power_dbm, told.scan_time) == ((0, 0x16), 0x0C, 30, 10)
    assert (told.highest, told.lowest) == chafon.REGIONS["eu"]
    assert chafon.encode(one) + chafon.encode(none) + chafon.encode(about) == stream


@pytest.mark.parametrize(
    ("frame", "wire"),
    [
        (a0.Frame(a0.RESET), "A0 03 01 70 EC"),
        (a0.Frame(a0.FIRMWARE), "A0 03 01 72 EA"),
        (a0.Frame(0x89, b"\xff"), "A0 04 01 89 FF D3"),
        (a0.Frame(a0.INVENTORY, unhex("010001")), "A0 06 01 8B 01 00 01 CC"),
    ],
)
def test_a0_commands(frame: a0.Frame, wire: str) -> None:
    assert a0.encode(frame) == unhex(wire)
    assert Deframer(a0.Framing()).feed(unhex(wire)) == [frame]


def test_an_a0_round() -> None:
    epc = unhex("300833B2DDD9014000000000")
    tag = a0.row(a0.Frame(a0.INVENTORY, unhex("0A3000") + epc + b"\xc0"))
    assert (tag.epc, tag.pc, tag.antenna, tag.rssi_db) == (epc, 0x3000, 7, -65)  # type: ignore[union-attr]
    assert a0.row(a0.Frame(a0.INVENTORY, unhex("02 0064 00000005"))) == a0.RoundEnd(3, 100, 5)
    assert a0.row(a0.Frame(a0.INVENTORY, b"\x22")) == a0.ANTENNA_MISSING


def test_thingmagic_version() -> None:
    assert thingmagic.encode(thingmagic.Command(thingmagic.VERSION)) == unhex("FF 00 03 1D 0C")


def test_a_thingmagic_tag() -> None:
    stream = unhex(
        "FF 28 22 0000 10001B01FF0101 C4 11 0E1640 00000127 0000 05 0000 0F 00803000 000000000000000000001545 E94A 561D"
    )
    (reply,) = Deframer(thingmagic.Framing()).feed(stream)
    tag = thingmagic.tag(reply)
    assert (tag.epc.hex(), tag.pc, tag.antenna) == ("000000000000000000001545", 0x3000, 1)
    assert (tag.rssi_db, tag.phase_deg) == (-60, 0)
    assert thingmagic.encode(reply) == stream


def test_a_tag_whose_length_and_control_word_disagree_is_refused() -> None:
    with pytest.raises(CodecError):
        yrm100.tag(yrm100.Frame(yrm100.NOTICE, yrm100.POLL, unhex("C9 2C00 30751FEB705C5904E3D50D70 3A76")))
    with pytest.raises(CodecError):
        a0.row(a0.Frame(a0.INVENTORY, unhex("0A 2000 300833B2DDD9014000000000 C0")))


def test_a_tag_under_another_numbering_is_told_apart() -> None:
    notice = yrm100.Frame(yrm100.NOTICE, yrm100.POLL, unhex("C9 3500 30751FEB705C5904E3D50D70 3A76"))
    assert not yrm100.tag(notice).is_epc
