"""A line learns from its owner's call alone, and no caller is lost to a lesson."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hotline.calls.tonelesson import ToneLessons, tone_of
from hotline.errors import HotlineError
from hotline.inbox.outcome import Outcome
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.media.engine import HangUpTone
from hotline.storage.linetones import LearnedTones
from tests.calls.hotline import Hotline, Telephone

TONE = HangUpTone((550,), 0.35, 0.35)
OWNER = {Prompt.LEARN_TONE: "1"}


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    return Hotline(tmp_path)


def lessons_of(hotline: Hotline) -> ToneLessons:
    writer: Any = hotline.records
    tones = LearnedTones(writer, {})
    return ToneLessons(hotline.exchange, hotline.switchboard, tones, ["office"])


async def begun(lessons: ToneLessons) -> asyncio.Future[str]:
    lesson = asyncio.ensure_future(lessons.learn("office"))
    await asyncio.sleep(0)
    return lesson


def owner(hotline: Hotline, tone: HangUpTone | None = TONE) -> Telephone:
    phone = hotline.rings()
    phone.presses, phone.sends_when_gone = OWNER, tone
    return phone


async def test_what_the_owner_shows_is_kept_and_the_call_is_no_missed_one(hotline: Hotline) -> None:
    lessons = lessons_of(hotline)
    lesson = await begun(lessons)
    story = await hotline.over(owner(hotline))
    assert "550 Hz, 0.35 s long every 0.7 s" in await lesson
    assert tone_of(lessons.tones, "office") == TONE
    assert story.call.outcome == Outcome.SELF_SERVICE


async def test_another_caller_meanwhile_is_served_as_ever_and_teaches_nothing(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.calls.tonelesson.KEY_S", 0.01)
    lessons = lessons_of(hotline)
    lesson = await begun(lessons)
    story = await hotline.called(chooses="2")
    assert story.call.outcome == Outcome.COMPLAINT
    with pytest.raises(HotlineError, match="served them as ever"):
        await lesson
    assert tone_of(lessons.tones, "office") is None


async def test_who_hangs_up_before_the_question_is_a_missed_caller(hotline: Hotline) -> None:
    lesson = await begun(lessons_of(hotline))
    phone = hotline.rings()
    phone.hang_up(Cause.HUNG_UP)
    assert (await hotline.over(phone)).call.outcome == Outcome.MISSED
    with pytest.raises(HotlineError):
        await lesson


async def test_only_the_next_call_is_a_lesson(hotline: Hotline) -> None:
    lesson = await begun(lessons_of(hotline))
    phone = owner(hotline, tone=None)
    await hotline.step(phone, "information")
    beside = hotline.rings(chooses="2")
    story = await hotline.over(beside)
    assert "fault" not in [step.what for step in story.steps]
    phone.hang_up(Cause.HUNG_UP)
    await lesson
    assert Prompt.LEARN_TONE in phone.heard
    assert Prompt.LEARN_TONE not in beside.heard


@pytest.mark.parametrize(
    ("cause", "said"), [(Cause.HUNG_UP, "by itself"), (Cause.LINE_FAILED, "broken off")]
)
async def test_a_line_that_shows_the_hang_up_itself_has_nothing_to_learn(
    hotline: Hotline, cause: Cause, said: str
) -> None:
    lessons = lessons_of(hotline)
    lesson = await begun(lessons)
    phone = owner(hotline, tone=None)
    await hotline.step(phone, "information")
    phone.hang_up(cause)
    await hotline.over(phone)
    (told,) = await asyncio.gather(lesson, return_exceptions=True)
    assert said in str(told)
    assert tone_of(lessons.tones, "office") is None


async def test_an_exchange_that_sends_nothing_regular_teaches_nothing(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.calls.tonelesson.LISTEN_S", 0.01)
    lesson = await begun(lessons_of(hotline))
    await hotline.over(owner(hotline, tone=None))
    with pytest.raises(HotlineError, match="no tone that repeats"):
        await lesson


async def test_when_nobody_calls_the_next_caller_is_no_pupil(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.calls.tonelesson.CALL_S", 0.01)
    with pytest.raises(HotlineError, match="Nobody called"):
        await lessons_of(hotline).learn("office")
    phone = hotline.rings(chooses="2")
    await hotline.over(phone)
    assert Prompt.LEARN_TONE not in phone.heard


async def test_lines_that_tell_a_hang_up_and_second_lessons_are_refused(hotline: Hotline) -> None:
    lessons = lessons_of(hotline)
    with pytest.raises(HotlineError, match="no tone to learn"):
        await lessons.learn("provider")
    lesson = await begun(lessons)
    with pytest.raises(HotlineError, match="learning already"):
        await lessons.learn("office")
    lesson.cancel()


async def test_a_line_can_forget(hotline: Hotline) -> None:
    lessons = lessons_of(hotline)
    lesson = await begun(lessons)
    await hotline.over(owner(hotline))
    await lesson
    await lessons.forget("office")
    assert tone_of(lessons.tones, "office") is None
