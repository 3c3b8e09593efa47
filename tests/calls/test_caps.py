"""What a stolen password can cost at most."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline.calls.caps import Caps
from hotline.errors import HotlineError, NumberRefused
from hotline.options import Limits
from hotline.storage import uses
from hotline.storage.uses import Use, Uses, What
from tests.storage.conftest import AtOnce

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANA = "+37369123456"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def caps(**limits: Any) -> Caps:
    """Everybody has confirmed."""
    return Caps(Limits(**limits), "MD", lambda _number: True)


def test_forwarding_stops_when_the_minutes_of_the_day_are_used_up() -> None:
    mine = caps(minutes_per_day=10)
    mine.talked(ANA, 599, NOON)
    assert mine.check(ANA, NOON) == ANA
    mine.talked(ANA, 1, NOON)
    with pytest.raises(NumberRefused, match="10 minutes"):
        mine.check(ANA, NOON)


def test_minutes_come_back_a_day_later() -> None:
    mine = caps(minutes_per_day=10)
    mine.talked(ANA, 600, NOON)
    assert mine.check(ANA, NOON + timedelta(days=1, seconds=1)) == ANA


def test_one_number_is_rung_only_so_often_an_hour_and_others_still_ring() -> None:
    mine = caps(calls_per_hour_per_number=2)
    for _ in range(2):
        mine.check(ANA, NOON)
    with pytest.raises(NumberRefused, match="2 times"):
        mine.check(ANA, NOON + timedelta(minutes=59))
    assert mine.check("+37379123456", NOON) == "+37379123456"
    assert mine.check(ANA, NOON + timedelta(minutes=61)) == ANA


def test_abroad_is_dialled_only_when_the_owner_allowed_the_country() -> None:
    kyiv = "+380501234567"
    with pytest.raises(NumberRefused):
        caps().check(kyiv, NOON)
    assert caps(countries=("UA",)).check(kyiv, NOON) == kyiv


@pytest.mark.parametrize("number", ["+37390012345", "112", "+881612345678", "+999", ""])
@pytest.mark.parametrize("confirmed", [True, False])
def test_premium_emergency_and_satellite_numbers_are_never_dialled(
    number: str, confirmed: bool
) -> None:
    with pytest.raises(NumberRefused):
        caps(countries=("UA", "RO")).check(number, NOON, confirmed=confirmed)


def test_a_number_nobody_confirmed_is_not_dialled_whoever_asks() -> None:
    mine = Caps(Limits(), "MD")
    with pytest.raises(NumberRefused, match="confirmed"):
        mine.check(ANA, NOON)
    assert not mine.dialled
    assert mine.check(ANA, NOON, confirmed=False) == ANA


def test_a_talk_that_goes_on_counts_before_it_is_over() -> None:
    mine = caps(minutes_per_day=10)
    mine.answered(ANA, NOON)
    assert mine.check("+37379123456", NOON + timedelta(minutes=9)) == "+37379123456"
    with pytest.raises(NumberRefused):
        mine.check("+37379123456", NOON + timedelta(minutes=10))
    mine.talked(ANA, 540, NOON + timedelta(minutes=9))
    assert mine.used(NOON + timedelta(minutes=10)) == 540


def test_two_callers_in_one_call_centre_both_count() -> None:
    mine = caps(minutes_per_day=10)
    mine.answered(ANA, NOON)
    mine.answered(ANA, NOON + timedelta(minutes=4))
    assert mine.used(NOON + timedelta(minutes=5)) == 6 * 60
    mine.talked(ANA, 5 * 60, NOON + timedelta(minutes=5))
    mine.count(NOON + timedelta(minutes=7))
    mine.talked(ANA, 4 * 60, NOON + timedelta(minutes=8))
    assert mine.users(NOON + timedelta(minutes=9)) == {ANA: 9 * 60}


def test_a_power_cut_in_a_talk_loses_only_what_was_not_counted_yet(restarts: Restarts) -> None:
    before = restarts.at(NOON)
    before.answered(ANA, NOON)
    for minutes in (1, 2):
        before.count(NOON + timedelta(minutes=minutes))
    now = NOON + timedelta(minutes=2, seconds=50)
    assert before.used(now) == 170
    assert restarts.at(now).used(now) == 120


def test_a_talk_that_was_counted_on_the_way_is_not_counted_twice() -> None:
    mine = caps()
    mine.answered(ANA, NOON)
    mine.count(NOON + timedelta(minutes=1))
    end = NOON + timedelta(minutes=1, seconds=30)
    mine.talked(ANA, 90, end)
    mine.count(end + HOUR)
    assert mine.used(end + HOUR) == 90


# -- more minutes ----------------------------------------------------------------------------------


def test_the_owner_may_add_half_a_days_minutes_and_they_are_used_up_too() -> None:
    mine = caps(minutes_per_day=10)
    mine.talked(ANA, 600, NOON)
    assert mine.resume(NOON) == 5
    assert mine.check(ANA, NOON) == ANA
    mine.talked(ANA, 300, NOON)
    with pytest.raises(NumberRefused, match="15 minutes"):
        mine.check(ANA, NOON)


def test_minutes_are_added_once_a_day() -> None:
    mine = caps(minutes_per_day=10)
    mine.resume(NOON)
    with pytest.raises(HotlineError, match="once a day"):
        mine.resume(NOON + 23 * HOUR)
    assert mine.allowance(NOON + 23 * HOUR) == 900
    assert mine.allowance(NOON + DAY) == 600
    assert mine.resume(NOON + DAY) == 5


def test_where_the_owner_allowed_no_minutes_nobody_can_add_any() -> None:
    mine = caps(minutes_per_day=0)
    assert not mine.may_resume(NOON)
    with pytest.raises(HotlineError, match="at all"):
        mine.resume(NOON)


# -- restarts and clocks ---------------------------------------------------------------------------


class Restarts:
    """Caps that end and begin again over the same records."""

    def __init__(self, records: AtOnce) -> None:
        self.records = records
        self.now = caps(minutes_per_day=10, calls_per_hour_per_number=2)

    def at(self, now: datetime) -> Caps:
        """The caps of a daemon that starts at this time of the wall clock."""
        found = uses.last_day(self.records.database, now)
        self.now = caps(minutes_per_day=10, calls_per_hour_per_number=2)
        self.now.on_use = Uses(self.records).note  # type: ignore[arg-type]
        self.now.remember(found)
        return self.now


@pytest.fixture
def restarts() -> Restarts:

    records = AtOnce()
    return Restarts(records)


def test_minutes_dialled_numbers_and_added_minutes_still_count_after_a_restart(
    restarts: Restarts,
) -> None:
    before = restarts.at(NOON)
    before.check(ANA, NOON)
    before.check(ANA, NOON)
    before.talked(ANA, 600, NOON)
    before.resume(NOON)
    after = restarts.at(NOON + HOUR / 2)
    assert after.used(NOON + HOUR / 2) == 600
    assert after.allowance(NOON + HOUR / 2) == 900
    assert not after.may_resume(NOON + HOUR / 2)
    with pytest.raises(NumberRefused, match="2 times"):
        after.check(ANA, NOON + HOUR / 2)


@pytest.mark.parametrize("back", [timedelta(minutes=1), DAY, timedelta(days=20000)])
def test_a_clock_that_goes_back_sets_no_minutes_free_and_blocks_nobody_for_more_than_a_day(
    restarts: Restarts, back: timedelta
) -> None:
    restarts.at(NOON).talked(ANA, 600, NOON)
    early = NOON - back
    assert restarts.at(early).used(early) == 600
    for hours in (1, 2, 23):
        now = early + hours * HOUR
        assert restarts.at(now).used(now) == 600
    late = early + DAY + timedelta(seconds=1)
    assert restarts.at(late).used(late) == 0


def test_a_clock_that_was_ten_years_ahead_for_a_while_blocks_nobody_for_ten_years(
    restarts: Restarts,
) -> None:
    ahead = NOON + timedelta(days=3650)
    restarts.at(ahead).talked(ANA, 600, ahead)
    assert restarts.at(NOON).used(NOON) == 600
    late = NOON + DAY + timedelta(seconds=1)
    assert restarts.at(late).used(late) == 0
    restarts.at(late).talked(ANA, 60, late)
    later = late + HOUR
    assert restarts.at(later).used(later) == 60


def test_what_is_over_is_not_kept(restarts: Restarts) -> None:
    restarts.at(NOON).talked(ANA, 600, NOON)
    restarts.at(NOON + 2 * DAY)
    assert restarts.records.database["uses"].count == 0


def test_the_caps_go_by_a_clock_that_nobody_can_set() -> None:
    from hotline.clock import Clock

    wall, ran = [NOON], [0.0]
    clock = Clock(wall=lambda: wall[0], monotonic=lambda: ran[0])
    for jump in (timedelta(days=3650), -timedelta(days=20000)):
        wall[0] += jump
        ran[0] += 60
    assert clock.steady() == NOON + timedelta(minutes=2)


def test_who_used_the_minutes_is_told_the_most_first() -> None:
    mine = caps()
    for number, seconds in ((ANA, 60.0), ("+37379123456", 100.0), (ANA, 50.0)):
        mine.talked(number, seconds, NOON)
    assert mine.users(NOON) == {ANA: 110, "+37379123456": 100}
    assert list(mine.users(NOON)) == [ANA, "+37379123456"]


def test_only_what_was_used_within_the_day_is_remembered() -> None:
    mine = caps()
    mine.remember([Use(NOON, What.TALKED, ANA, 60.0), Use(NOON, What.TOLD, ANA)])
    assert mine.used(NOON + HOUR) == 60


def test_what_no_line_could_dial_does_not_count() -> None:
    mine = caps(calls_per_hour_per_number=1)
    number = mine.check(ANA, NOON)
    mine.not_dialled(number)
    assert mine.check(ANA, NOON) == number
    with pytest.raises(NumberRefused):
        mine.check(ANA, NOON)
