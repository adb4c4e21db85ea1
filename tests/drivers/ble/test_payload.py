from hypothesis import given
from hypothesis import strategies as st

from drivers.ble.payload import MAX_LEN, Payload, parse, short_uuid, structures


def test_structures_are_read_in_order() -> None:
    data = bytes.fromhex("02011a 03 03 f3fe 05 ff 4c00 1005".replace(" ", ""))
    assert structures(data) == [(0x01, b"\x1a"), (0x03, b"\xf3\xfe"), (0xFF, b"\x4c\x00\x10\x05")]


def test_payload_keeps_companies_services_and_service_data_only() -> None:
    name = b"\x05\x09Anna"
    data = b"\x02\x01\x06" + name + bytes.fromhex("05030f18f3fe" + "0516f3fe4a17" + "04ff750042")
    assert parse(data) == Payload(((0x0075, b"\x42"),), ((0xFEF3, b"\x4a\x17"),), (0x180F, 0xFEF3))


def test_zero_length_ends_the_significant_part() -> None:
    assert structures(bytes.fromhex("020106000000020a04")) == [(0x01, b"\x06")]


def test_a_length_past_the_end_drops_what_follows() -> None:
    assert structures(bytes.fromhex("0201061aff4c00")) == [(0x01, b"\x06")]


def test_payload_does_not_show_itself() -> None:
    assert "42" not in repr(parse(bytes.fromhex("04ff750042")))


@given(st.binary(max_size=2 * MAX_LEN))
def test_anything_is_read_without_an_error_and_nothing_is_invented(data: bytes) -> None:
    found = structures(data)
    assert sum(2 + len(value) for _, value in found) <= min(len(data), MAX_LEN)
    kept = parse(data)
    assert all(0 <= company <= 0xFFFF for company, _ in (*kept.manufacturer, *kept.service_data))


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=60)), max_size=20))
def test_what_was_written_is_what_is_read(written: list[tuple[int, bytes]]) -> None:
    data = b"".join(bytes([1 + len(value), kind]) + value for kind, value in written)
    assert structures(data) == written


def test_short_uuids() -> None:
    assert short_uuid("0000FEF3-0000-1000-8000-00805f9b34fb") == 0xFEF3
    assert short_uuid("0000zzzz-0000-1000-8000-00805f9b34fb") is None
    assert short_uuid("6e400001-b5a3-f393-e0a9-e50e24dcca9e") is None
