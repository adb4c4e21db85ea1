from itertools import pairwise

from drivers.ble.watch import QUIET_S, VOUCHED_S, Ladder, Step, Verdict, Watch


def test_silence_in_an_empty_shop_is_only_a_question() -> None:
    watch = Watch(0.0)
    assert watch.verdict(60) is Verdict.QUIET
    assert watch.verdict(QUIET_S + 1) is Verdict.SUSPECT
    watch.answered(91)
    # A night of silence: asked ever less often, never declared dead.
    asked = []
    for at in range(92, 12 * 3600):
        verdict = watch.verdict(at)
        assert verdict in (Verdict.QUIET, Verdict.SUSPECT)
        if verdict is Verdict.SUSPECT:
            asked.append(at)
            watch.answered(at)
    assert len(asked) < 20
    assert max(b - a for a, b in pairwise(asked)) <= 3601


def test_an_advert_is_health_again() -> None:
    watch = Watch(0.0)
    watch.hear(100)
    assert watch.verdict(105) is Verdict.HEARING
    assert watch.verdict(120) is Verdict.QUIET
    assert watch.verdict(100 + QUIET_S + 1) is Verdict.SUSPECT


def test_a_missing_reference_beacon_is_proof() -> None:
    watch = Watch(0.0, reference_s=20)
    watch.hear(5, reference=True)
    assert watch.verdict(24) is Verdict.QUIET
    assert watch.verdict(26) is Verdict.DEAD


def test_a_reference_that_never_came_is_proof_too() -> None:
    assert Watch(0.0, reference_s=20).verdict(21) is Verdict.DEAD


def test_a_reference_with_an_empty_battery_does_not_condemn_a_radio_that_hears_others() -> None:
    watch = Watch(0.0, reference_s=20)
    watch.hear(1, reference=True)
    for at in range(2, 100):
        watch.hear(at)
    assert watch.verdict(100) is Verdict.HEARING


def steady(watch: Watch, until: int) -> None:
    for at in range(0, until, 5):
        watch.hear(at, fixture=1)


def test_a_television_that_falls_silent_is_noticed_sooner_and_condemns_only_after_the_question() -> None:
    watch = Watch(0.0)
    steady(watch, 601)
    assert watch.verdict(600 + VOUCHED_S) is Verdict.QUIET
    assert watch.verdict(601 + VOUCHED_S) is Verdict.SUSPECT
    watch.answered(632)
    assert watch.verdict(632 + VOUCHED_S) is Verdict.QUIET
    assert watch.verdict(633 + VOUCHED_S) is Verdict.DEAD


def test_a_phone_that_stays_an_hour_is_no_fixture() -> None:
    watch = Watch(0.0)
    for at in range(0, 3600, 5):
        watch.hear(at)
    assert watch.verdict(3595 + VOUCHED_S + 10) is Verdict.QUIET


def test_memory_of_fixtures_is_bounded() -> None:
    watch = Watch(0.0)
    for number in range(10_000):
        watch.hear(number / 100, fixture=number)
    assert len(watch._fixtures) <= 64


def test_the_ladder_climbs_backs_off_and_begins_anew() -> None:
    ladder = Ladder(pause_s=15)
    taken = [(at, step) for at in range(4000) if (step := ladder.step(at))]
    assert [step for _, step in taken][:4] == [Step.RESTART, Step.POWER_CYCLE, Step.USB_RESET, Step.POWER_CYCLE]
    assert [at for at, _ in taken] == [0, 15, 45, 105, 225, 465, 945, 1905, 3825]
    ladder.heard()
    assert ladder.step(4000) is Step.RESTART
