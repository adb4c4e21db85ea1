"""Channels, the time spent on them, and the messages that ask the kernel for them."""

import errno
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import DriverMisconfigured, DriverUnavailable
from drivers.wifi import netlink
from drivers.wifi.channels import Duty, channel_of, frequency_mhz, refused


def test_channels_and_frequencies_are_each_others_inverse() -> None:
    assert [frequency_mhz(c) for c in (1, 6, 11, 13, 14, 36, 165)] == [2412, 2437, 2462, 2472, 2484, 5180, 5825]
    for channel in (*range(1, 15), *range(32, 178)):
        assert channel_of(frequency_mhz(channel)) == channel
    assert channel_of(2400) == 0
    for none in (0, 15, 31, 178):
        with pytest.raises(ValueError, match="no WiFi channel"):
            frequency_mhz(none)


def test_time_is_counted_where_it_was_spent() -> None:
    duty = Duty()
    duty.tuned(10.0, 1)
    duty.spent(11.0)
    duty.tuned(12.0, 6)
    duty.tuned(13.5, 1)
    duty.spent(14.0)
    assert duty.seconds == {1: 2.5, 6: 1.5}


def test_a_radio_that_only_says_it_hops_is_found_out() -> None:
    duty = Duty()
    duty.tuned(0.0, 6)
    for n in range(60):
        duty.heard(0.3 + n / 100, 2412)
    with pytest.raises(DriverUnavailable) as caught:
        duty.check()
    assert caught.value.code == "stuck"


def test_frames_left_over_from_the_channel_before_are_no_proof() -> None:
    duty = Duty()
    for turn in range(40):
        at = float(turn)
        duty.tuned(at, 1 if turn % 2 else 6)
        for n in range(5):
            duty.heard(at + n / 100, 2437 if turn % 2 else 2412)
            duty.heard(at + 0.5 + n / 100, 2412 if turn % 2 else 2437)
        duty.check()
    assert duty.frames == {1: 200, 6: 200}


@pytest.mark.parametrize(
    ("code", "kind", "word"),
    [
        (errno.EBUSY, DriverUnavailable, "busy"),
        (errno.ENODEV, DriverUnavailable, "gone"),
        (errno.ENETDOWN, DriverUnavailable, "down"),
        (errno.EIO, DriverUnavailable, "failed"),
        (errno.EPERM, DriverMisconfigured, "no_permission"),
        (errno.EINVAL, DriverMisconfigured, "bad_channel"),
    ],
)
def test_every_refusal_names_the_next_move(code: int, kind: type[Exception], word: str) -> None:
    error = refused(OSError(code, ""))
    assert isinstance(error, kind)
    assert error.code == word


def test_a_channel_change_on_the_wire() -> None:
    """The bytes that `iw dev X set freq 2437` sends, written out by hand."""
    attributes = {
        netlink.ATTR_IFINDEX: netlink.word(7),
        netlink.ATTR_WIPHY_FREQ: netlink.word(2437),
        netlink.ATTR_CHANNEL_TYPE: netlink.word(netlink.NO_HT),
    }
    sent = netlink.message(28, netlink.CMD_SET_WIPHY, attributes, sequence=3)
    assert sent.hex() == ("2c0000001c000500030000000000000002010000080003000700000008002600850900000800270000000000")
    [(kind, sequence, body)] = netlink.messages(sent)
    assert (kind, sequence) == (28, 3)
    assert netlink.parse(body[4:]) == attributes


@given(st.binary(max_size=200))
def test_netlink_noise_is_cut_off(noise: bytes) -> None:
    for _, _, body in netlink.messages(noise):
        netlink.parse(body)
    netlink.parse(noise)


def test_the_kernel_itself_answers() -> None:
    """Generic netlink's own family is number 16 on every kernel; one that does not exist is ENOENT."""
    try:
        asked = netlink.Nl80211("nlctrl")
    except OSError as error:
        if error.errno == errno.EPROTONOSUPPORT:
            pytest.skip("no generic netlink here: qemu-user does not translate it")
        raise
    asked.close()
    assert asked.family == netlink.GENL_ID_CTRL
    with pytest.raises(OSError, match=r"No such file") as caught:
        netlink.Nl80211("no-such-thing")
    assert caught.value.errno == errno.ENOENT


def test_an_acknowledgement_without_attributes_is_no_error() -> None:
    ack = struct.pack("<IHHII", 20, netlink.NLMSG_ERROR, 0, 1, 0) + struct.pack("<i", 0)
    assert list(netlink.messages(ack)) == [(netlink.NLMSG_ERROR, 1, bytes(4))]
