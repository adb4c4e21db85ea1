"""What two dongles hear, as one stream."""

from collections.abc import Iterator

from drivers.wifi.merge import MOST_HELD, SAME_SECONDS, Merge
from observations import ProbeRequest


def request(at: float, sequence: int, rssi_dbm: int | None = -60) -> ProbeRequest:
    return ProbeRequest(at, "street", b"\x02phone", sequence, rssi_dbm, 2437, b"")


def told(released: Iterator[ProbeRequest]) -> list[tuple[float, int, int | None]]:
    return [(one.at, one.sequence, one.rssi_dbm) for one in released]


def test_a_frame_heard_by_two_is_one_as_loud_as_the_louder() -> None:
    merge = Merge()
    merge.hear("wlan1", request(1.0, 7, -80))
    merge.hear("wlan2", request(1.004, 7, -55))
    merge.hear("wlan2", request(1.006, 8, None))
    merge.hear("wlan1", request(1.007, 8, -70))
    assert told(merge.due(1.1)) == [(1.0, 7, -55), (1.006, 8, -70)]
    assert not merge.waiting.is_set()


def test_what_one_dongle_hears_twice_was_sent_twice() -> None:
    merge = Merge()
    for dongle in ("wlan1", "wlan1", "wlan2", "wlan2"):
        merge.hear(dongle, request(1.0, 7))
    assert len(told(merge.due(2.0))) == 2


def test_the_same_number_later_is_another_frame() -> None:
    merge = Merge()
    merge.hear("wlan1", request(1.0, 7))
    merge.hear("wlan2", request(1.0 + 2 * SAME_SECONDS, 7))
    assert len(told(merge.due(2.0))) == 2


def test_it_lets_go_in_the_order_of_hearing_and_holds_what_may_come_again() -> None:
    merge = Merge()
    for n in range(10):
        merge.hear(f"wlan{n % 3}", request(n / 100, n))
    early = told(merge.due(0.045))
    assert [sequence for _, sequence, _ in early] == [0, 1, 2]
    assert merge.waiting.is_set()
    assert [sequence for _, sequence, _ in told(merge.due(1.0))] == list(range(3, 10))


def test_a_flood_is_cut_off_and_counted() -> None:
    merge = Merge()
    for n in range(MOST_HELD + 5):
        merge.hear("wlan1", request(1.0, n))
    assert merge.dropped == 5
    assert len(told(merge.due(2.0))) == MOST_HELD
