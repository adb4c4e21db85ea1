"""Windows are aligned to local wall time and are neither lost nor doubled when the wall clock moves."""

from analytics.window import Windows


def test_the_first_window_is_short_and_dated_by_its_full_length() -> None:
    windows = Windows(300)
    span = windows.open(1000.0, epoch=1_700_000_100.0, offset=0)
    assert windows.begin == 1_700_000_100 - 1_700_000_100 % 300
    assert span.end - span.start == 300 - 1_700_000_100 % 300
    assert not windows.due(span.end - 0.01)
    assert windows.due(span.end)


def test_windows_are_aligned_to_local_time_where_the_zone_is_not_a_whole_hour() -> None:
    windows = Windows(3600)
    span = windows.open(0.0, epoch=1_700_000_000.0, offset=20_700)
    assert (1_700_000_000 + span.end + 20_700) % 3600 == 0


def test_a_clock_that_was_slewed_back_a_little_makes_no_extra_window() -> None:
    windows = Windows(300)
    first = windows.open(0.0, epoch=1_700_000_100.0, offset=0)
    second = windows.open(first.end, epoch=1_700_000_399.8, offset=0)
    assert windows.begin == 1_700_000_400
    assert second.end - second.start == 300.2 or abs(second.end - second.start - 300.2) < 1e-6


def test_a_step_of_an_hour_only_redates_the_next_window() -> None:
    windows = Windows(300)
    first = windows.open(0.0, epoch=1_700_000_100.0, offset=0)
    assert not windows.due(first.end - 1)
    second = windows.open(first.end, epoch=1_700_000_400.0 + 3600, offset=0)
    assert windows.begin == 1_700_004_000
    assert second.end - second.start == 300


def test_daylight_saving_keeps_five_minute_windows_whole() -> None:
    windows = Windows(300)
    first = windows.open(0.0, epoch=1_711_846_500.0, offset=3600)
    second = windows.open(first.end, epoch=1_711_846_800.0, offset=7200)
    assert second.end - second.start == 300
    assert windows.begin == 1_711_846_800
