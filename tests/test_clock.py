"""A box that lost the time is helped by the mobile network, and by nothing that is wrong itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from hotline.clock import LONGEST_ASLEEP, Clock

LAST = datetime(2026, 12, 5, 12, tzinfo=UTC)
LATER = LAST + timedelta(days=3)


class Wall:
    """A wall clock and a monotonic one that are set by hand."""

    def __init__(self, at: datetime) -> None:
        self.at, self.seconds = at, 100.0
        self.clock = Clock(LAST, lambda: self.at, lambda: self.seconds)


@pytest.fixture
def lost() -> Wall:
    return Wall(datetime(1970, 1, 1, tzinfo=UTC))


def test_a_lost_clock_takes_the_time_of_the_network_and_goes_on_from_it(lost: Wall) -> None:
    assert not lost.clock.trusted()
    assert lost.clock.offer(LATER.astimezone(timezone(timedelta(hours=2))))
    lost.seconds += 90
    assert lost.clock.now() == LATER + timedelta(seconds=90)
    assert lost.clock.trusted()


def test_a_clock_that_is_trusted_is_never_moved() -> None:
    wall = Wall(LAST + timedelta(days=1))
    assert not wall.clock.offer(LATER)
    assert wall.clock.now() == LAST + timedelta(days=1)


def test_once_the_clock_is_set_it_is_the_one_that_counts(lost: Wall) -> None:
    lost.clock.offer(LATER)
    lost.at = LAST + timedelta(days=2)
    assert lost.clock.now() == LAST + timedelta(days=2)


@pytest.mark.parametrize(
    "at",
    [
        datetime(1980, 1, 6, tzinfo=UTC),
        LAST - timedelta(seconds=1),
        LAST + LONGEST_ASLEEP + timedelta(days=1),
    ],
    ids=["the modem lost it too", "before the last call", "far ahead"],
)
def test_a_time_that_cannot_be_is_not_taken(lost: Wall, at: datetime) -> None:
    assert not lost.clock.offer(at)
    assert not lost.clock.trusted()
