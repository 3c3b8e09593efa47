"""Days of a whole office in a few seconds: no caller is lost, nobody is rung in vain or twice.

The whole month, and other seeds: `python -m tests.month`.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import date
from functools import cache

import pytest

from hotline.inbox.outcome import Outcome
from tests.month import people
from tests.month.broken import BROKEN, Broken, Days
from tests.month.judge import in_words, judge
from tests.month.loop import Standstill, run
from tests.month.staff import WHAT
from tests.month.world import MOST_CALLS, Diary, days_of

# The campaign of a Wednesday, on which the clock jumps, too; the holiday, a clock that is slow, and
# the day on which the plan changes; the night in which summer ends. And those of broken copies.
SAMPLES = (
    Days(3, date(2026, 10, 5), 3),
    Days(4, date(2026, 10, 11)),
    Days(1, date(2026, 10, 14), 3),
    Days(1, date(2026, 10, 24), 2),
)
# Every fourth copy; all of them are for `python -m tests.month --broken`.
SOME = BROKEN[::4]
DAYS = sorted({*SAMPLES, *(broken.days for broken in SOME)})
# What has to happen in these days, and when the box calls back; else there is little to judge.
STEPS = {
    "back_again",
    "callback",
    "campaign",
    "consult",
    "deadline",
    "declined",
    "dropped",
    "greeting_closed",
    "hard_case",
    "information",
    "left_waiting",
    "message_empty",
    "message_full",
    "no_choice",
    "no_press",
    "nobody",
    "not_dialled",
    "on_hold",
    "other_line",
    "overflow",
    "survey",
    "transfer",
    "unconfirmed",
    "waiting",
    "wrong_key",
}
RETURNED = {
    "back_answered",
    "calling_back",
    "declined",
    "machine",
    "not_called",
    "not_reached",
    "no_press",
    "return_asked",
}


@cache
def lived(days: Days) -> Diary:
    return days_of(*days)


def judged(diary: Diary) -> str:
    return in_words(diary, judge(diary))


def named(days: Days) -> str:
    return f"{days.first}, {days.days} of seed {days.seed}"


@pytest.mark.parametrize("days", DAYS, ids=named)
def test_every_promise_to_callers_and_staff_is_kept_through_these_days(days: Days) -> None:
    assert judged(lived(days)) == ""


@pytest.mark.parametrize("broken", SOME, ids=lambda broken: broken.name)
def test_a_box_is_caught_in_which(broken: Broken) -> None:
    with broken.copy():
        diary = days_of(*broken.days)
    found = judge(diary)
    assert any(re.search(broken.words, one.words) for one in found), in_words(diary, found)


def test_these_days_have_everything_in_them_that_happens_to_an_office() -> None:
    diaries = [lived(days) for days in SAMPLES]
    visits = [visit for diary in diaries for visit in diary.visits]
    stories = [story for diary in diaries for story in diary.stories]
    rings = [ring for visit in visits for ring in visit.rings]
    wishes = {one.name for one in (*people.WISHES, *people.SEASON_WISHES)}
    assert wishes == {visit.wish for visit in visits} - {""}
    assert {one.what for diary in diaries for one in diary.texted} >= {*WHAT, "yes"}
    assert {way.__name__ for way in people.STAFF} == {ring.way for ring in rings}
    assert {ring.number for ring in rings} == {p.number for p in diaries[0].office.people}
    of_callers = set(Outcome) - {Outcome.NOT_REACHED, Outcome.TEST}
    assert {story.call.outcome for story in stories} == of_callers
    assert {story.call.language for story in stories} == set(diaries[0].office.languages)
    assert {step.what for story in stories for step in story.steps} >= STEPS
    returned = [story for diary in diaries for story in diary.returned]
    assert {story.call.outcome for story in returned} == {Outcome.SPOKEN, Outcome.NOT_REACHED}
    assert {step.what for story in returned for step in story.steps} >= RETURNED
    assert any(visit.engaged for visit in visits)


def test_no_day_has_more_calls_than_such_an_office_can_get() -> None:
    diaries = [lived(days) for days in SAMPLES]
    days = Counter(diary.clock(visit.at)[:6] for diary in diaries for visit in diary.visits)
    assert max(days.values()) == MOST_CALLS


def test_the_same_seed_gives_the_same_days() -> None:
    first, again = (days_of(1, date(2026, 10, 11), 1) for _ in range(2))
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
