"""Which dongle listens where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.wifi.plan import interfaces, shares


@pytest.mark.parametrize(
    ("dongles", "plan"),
    [
        (["a"], {"a": (1, 6, 11)}),
        (["a", "b"], {"a": (1, 11), "b": (6,)}),
        (["a", "b", "c"], {"a": (1,), "b": (6,), "c": (11,)}),
        (["a", "b", "c", "d"], {"a": (1,), "b": (6,), "c": (11,), "d": ()}),
        ([], {}),
    ],
)
def test_the_channels_are_dealt(dongles: list[str], plan: dict[str, tuple[int, ...]]) -> None:
    assert shares((1, 6, 11), dongles) == plan


@given(st.lists(st.integers(1, 177), min_size=1, unique=True), st.integers(1, 9))
def test_every_channel_is_listened_to_by_one_dongle_and_none_has_two_more_than_another(
    channels: list[int], count: int
) -> None:
    plan = shares(channels, [f"wlan{n}" for n in range(count)])
    assert sorted(channel for share in plan.values() for channel in share) == sorted(channels)
    assert max(map(len, plan.values())) - min(map(len, plan.values())) <= 1


def test_names_in_a_device_string() -> None:
    assert interfaces("wlan1") == ("wlan1",)
    assert interfaces("wlan2+wlan1") == ("wlan2", "wlan1")
    for wrong in ("", "+", "wlan1+", "+wlan1", "wlan1++wlan2"):
        with pytest.raises(ValueError, match="needs an interface"):
            interfaces(wrong)
    with pytest.raises(ValueError, match="'wlan1' is named twice"):
        interfaces("wlan1+wlan2+wlan1")
