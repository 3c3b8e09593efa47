"""What a caller in the queue is told of the wait is what may be expected, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.routing.waiting import expected_wait, in_minutes

SECONDS = st.floats(0, 3600)
TALKS = st.lists(st.floats(1, 3600), min_size=3, max_size=30)


@pytest.mark.parametrize(
    ("place", "talking", "free", "seconds"),
    [
        (1, [], 1, 0),
        (1, [0], 0, 120),
        (1, [60], 0, 90),  # of the talks that came so far 60 and 120 s were left
        (1, [500], 0, 120),
        (2, [0], 0, 240),
        (2, [0, 0], 0, 120),
        (3, [0, 0], 0, 240),
        (2, [60], 1, 90),
    ],
)
def test_the_wait_is_counted_from_the_talks_that_were(
    place: int, talking: list[float], free: int, seconds: float
) -> None:
    assert expected_wait(place, talking, free, (60, 120, 180)) == pytest.approx(seconds)


def test_nothing_is_told_where_too_few_talks_were_or_nobody_is_waited_for() -> None:
    assert expected_wait(1, [10], 0, (60, 60)) is None
    assert expected_wait(1, [], 0, (60, 60, 60)) is None


@given(place=st.integers(1, 20), talking=st.lists(SECONDS, max_size=6), past=TALKS)
def test_who_is_behind_never_waits_less_and_one_person_more_never_makes_it_longer(
    place: int, talking: list[float], past: list[float]
) -> None:
    wait = expected_wait(place, talking, 1, past)
    behind = expected_wait(place + 1, talking, 1, past)
    helped = expected_wait(place, talking, 2, past)
    assert wait is not None
    assert behind is not None
    assert helped is not None
    assert helped <= wait <= behind


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, 1), (59, 1), (61, 2), (3600, 60), (3601, None), (None, None)]
)
def test_it_is_told_in_whole_minutes_and_never_too_low(
    seconds: float | None, told: int | None
) -> None:
    assert in_minutes(seconds) == told
