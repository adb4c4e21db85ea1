"""A message is poison when brokers hang up after it, and not when a broker dies often while it is on its way."""

from time import monotonic

import pytest

from mqtt.advice import Advice
from mqtt.connection import Ended
from mqtt.flight import Flight
from mqtt.outbox import Row
from mqtt.suspects import Suspects

ROW = Row(1, "report", "store", 1, b"x", None)
HUNG_UP = Ended(Advice("connection_lost", "gone"), by_peer=True)


def hang_ups(times: int, *, away: bool) -> bool:
    """Whether the message is condemned after so many hang-ups in which it was alone on its way."""
    suspects = Suspects()
    suspects.beware()
    for _ in range(times):
        flight = Flight(trusted=True)
        flight.took_off(1, [ROW])
        suspects.accuse(HUNG_UP, flight)
        if away:
            suspects.away()
        if suspects.sentence() is not None:
            return True
    return False


@pytest.mark.parametrize(("away", "least"), [(False, 3), (True, 9)])
def test_a_message_is_condemned_sooner_when_the_broker_is_there_again_at_once(away: bool, least: int) -> None:
    assert not hang_ups(least - 1, away=away)
    assert hang_ups(least, away=away)


def test_what_arrives_after_all_is_acquitted() -> None:
    suspects = Suspects()
    assert not suspects.strike(ROW)
    assert not suspects.strike(ROW)
    suspects.acquit([ROW])
    assert not suspects.strike(ROW)


def test_what_was_not_alone_or_not_just_sent_is_not_accused() -> None:
    suspects = Suspects()
    for old in (False, True):
        flight = Flight(trusted=True)
        flight.took_off(1, [ROW])
        if old:
            flight.sent[1].at = monotonic() - 60
        else:
            flight.took_off(2, [ROW])
        for _ in range(9):
            suspects.accuse(HUNG_UP, flight)
            assert suspects.sentence() is None
