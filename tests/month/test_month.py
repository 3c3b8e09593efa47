"""Days of a whole office in a few seconds: no caller is lost, nobody is rung in vain or twice.

The whole month, and other seeds: `python -m tests.month`.
"""

from __future__ import annotations

import asyncio
import re
from datetime import date
from functools import cache

import pytest

from hotline.inbox.outcome import Outcome
from tests.month import people
from tests.month.broken import BROKEN, Broken
from tests.month.judge import in_words, judge
from tests.month.loop import Standstill, run
from tests.month.world import MOST_CALLS, Diary, days_of

SEED = 1
# From the campaign of a Sunday on; the holiday, the day that stands in for it, and another
# campaign; the night in which the clock changes. And the days on which broken copies are caught.
SAMPLES = {(date(2026, 10, 4), 4), (date(2026, 10, 14), 5), (date(2026, 10, 23), 3)}
DAYS = sorted(SAMPLES | {broken.days for broken in BROKEN})
# What has to happen in these days; else there would be little to judge.
STEPS = {
    "callback",
    "deadline",
    "declined",
    "dropped",
    "greeting_closed",
    "information",
    "message_empty",
    "message_full",
    "no_choice",
    "no_press",
    "nobody",
    "not_dialled",
    "other_line",
    "survey",
    "waiting",
    "wrong_key",
}


@cache
def lived(first: date, days: int) -> Diary:
    return days_of(SEED, first, days)


def judged(diary: Diary) -> str:
    return in_words(diary, judge(diary))


@pytest.mark.parametrize(("first", "days"), DAYS, ids=lambda value: str(value))
def test_every_promise_to_callers_and_staff_is_kept_through_these_days(
    first: date, days: int
) -> None:
    assert judged(lived(first, days)) == "", f"seed {SEED}"


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_box_is_caught_in_which(broken: Broken) -> None:
    with broken.copy():
        diary = days_of(SEED, *broken.days)
    found = judge(diary)
    assert any(re.search(broken.words, one.words) for one in found), in_words(diary, found)


def test_these_days_have_everything_in_them_that_happens_to_an_office() -> None:
    diaries = [lived(*days) for days in SAMPLES]
    visits = [visit for diary in diaries for visit in diary.visits]
    stories = [story for diary in diaries for story in diary.stories]
    rings = [ring for visit in visits for ring in visit.rings]
    assert {one.name for one in people.WISHES} == {visit.wish for visit in visits} - {""}
    assert {way.__name__ for way in people.STAFF} == {ring.way for ring in rings}
    assert {ring.number for ring in rings} == {p.number for p in diaries[0].office.people}
    of_callers = set(Outcome) - {Outcome.NOT_REACHED}
    assert {story.call.outcome for story in stories} == of_callers
    assert {story.call.language for story in stories} == set(diaries[0].office.languages)
    assert {step.what for story in stories for step in story.steps} >= STEPS
    assert any(visit.engaged for visit in visits)


def test_no_day_has_more_calls_than_such_an_office_can_get() -> None:
    for diary in (lived(*days) for days in SAMPLES):
        days = [diary.clock(visit.at)[:6] for visit in diary.visits]
        assert max(map(days.count, days)) == MOST_CALLS


def test_the_same_seed_gives_the_same_days() -> None:
    first, again = (days_of(SEED, date(2026, 10, 5), 1) for _ in range(2))
    assert [story.steps for story in first.stories] == [story.steps for story in again.stories]


def test_a_world_in_which_everybody_waits_for_ever_is_an_error() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Standstill):
        run(wait())


def test_a_world_that_is_busy_for_ever_in_one_instant_is_an_error() -> None:
    async def spin() -> None:
        def again() -> None:
            asyncio.get_running_loop().call_soon(again)

        again()
        await asyncio.Event().wait()

    with pytest.raises(Standstill):
        run(spin())


def test_a_month_of_waiting_takes_no_time() -> None:
    async def wait() -> float:
        await asyncio.sleep(30 * 86400)
        return asyncio.get_running_loop().time()

    assert run(wait()) == pytest.approx(30 * 86400)
