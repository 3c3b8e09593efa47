"""What a stolen password can cost at most."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest

from hotline.calls.caps import Caps
from hotline.errors import NumberRefused
from hotline.options import Limits

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANA = "+37369123456"


def test_forwarding_stops_when_the_minutes_of_the_day_are_used_up() -> None:
    caps = Caps(Limits(minutes_per_day=10), "MD")
    caps.talked(599, NOON)
    assert caps.check(ANA, NOON) == ANA
    caps.talked(1, NOON)
    with pytest.raises(NumberRefused, match="10 minutes"):
        caps.check(ANA, NOON)


def test_minutes_come_back_a_day_later() -> None:
    caps = Caps(Limits(minutes_per_day=10), "MD")
    caps.talked(600, NOON)
    assert caps.check(ANA, NOON + timedelta(days=1, seconds=1)) == ANA


def test_minutes_spent_before_a_restart_still_count() -> None:
    caps = Caps(Limits(minutes_per_day=10), "MD", deque([(NOON - timedelta(hours=3), 600.0)]))
    with pytest.raises(NumberRefused):
        caps.check(ANA, NOON)


def test_a_clock_that_jumps_back_sets_no_minutes_free() -> None:
    caps = Caps(Limits(minutes_per_day=10), "MD")
    caps.talked(600, NOON)
    with pytest.raises(NumberRefused):
        caps.check(ANA, NOON - timedelta(days=400))


def test_one_number_is_rung_only_so_often_an_hour_and_others_still_ring() -> None:
    caps = Caps(Limits(calls_per_hour_per_number=2), "MD")
    for _ in range(2):
        caps.check(ANA, NOON)
    with pytest.raises(NumberRefused, match="2 times"):
        caps.check(ANA, NOON + timedelta(minutes=59))
    assert caps.check("+37379123456", NOON) == "+37379123456"
    assert caps.check(ANA, NOON + timedelta(minutes=61)) == ANA


def test_abroad_is_dialled_only_when_the_owner_allowed_the_country() -> None:
    kyiv = "+380501234567"
    with pytest.raises(NumberRefused):
        Caps(Limits(), "MD").check(kyiv, NOON)
    assert Caps(Limits(countries=("UA",)), "MD").check(kyiv, NOON) == kyiv


@pytest.mark.parametrize("number", ["+37390012345", "112", "+881612345678", "+999", ""])
def test_premium_emergency_and_satellite_numbers_are_never_dialled(number: str) -> None:
    with pytest.raises(NumberRefused):
        Caps(Limits(countries=("UA", "RO")), "MD").check(number, NOON)
