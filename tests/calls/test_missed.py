"""Missed has one meaning: the caller left without a person, a message or an answer, wherever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hotline.calls import forward, leg, menu
from hotline.calls.intalk import A_WORD_S
from hotline.inbox.outcome import Outcome
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.routing.office import Closure
from tests.calls.hotline import BEEP, OFFICE, Hotline

ADDRESS = "Strada Florilor 1"
CALLER = "+37322111222"
MAIN = replace(OFFICE.menus[0], wait_seconds=0)
SAYS = replace(MAIN.keys[2], text={"en": ADDRESS})
ASKS = replace(OFFICE, menus=(replace(MAIN, keys=(*MAIN.keys[:2], SAYS)),))
CLOSED = replace(ASKS, closures=(Closure(date(2026, 1, 1), date(2027, 1, 1)),))
NOBODY = replace(ASKS, people=())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "REMIND_EVERY_S", 0.01)


@pytest.mark.parametrize(
    ("office", "key", "sentence"),
    [
        pytest.param(ASKS, "", Prompt.GREETING_OPEN, id="during the greeting"),
        pytest.param(CLOSED, "", Prompt.GREETING_CLOSED, id="on hearing that it is closed"),
        pytest.param(ASKS, "", Prompt.MENU_PERSON, id="in the menu"),
        pytest.param(ASKS, "7", Prompt.WRONG_KEY, id="after a wrong key"),
        pytest.param(ASKS, "", Prompt.NO_KEY, id="after no key"),
        pytest.param(ASKS, "3", ADDRESS, id="before the answer was said"),
        pytest.param(ASKS, "1", Prompt.PLEASE_HOLD, id="on being asked to hold"),
        pytest.param(NOBODY, "1", Prompt.NOBODY_NOW, id="on hearing that nobody can"),
        pytest.param(NOBODY, "1", Prompt.RECORDING_NOTICE, id="during the notice"),
        pytest.param(NOBODY, "1", Prompt.MESSAGE_INTRO, id="before the beep"),
        pytest.param(ASKS, "2", Prompt.COMPLAINT_INTRO, id="before a complaint"),
    ],
)
async def test_who_leaves(tmp_path: Path, office: object, key: str, sentence: str) -> None:
    hotline = Hotline(tmp_path, office)  # type: ignore[arg-type]
    hotline.line.key = ""
    caller = hotline.rings(key)
    caller.leaves_on(sentence)
    story = await hotline.over(caller)
    assert caller.heard[-1] == sentence
    assert (story.call.outcome, hotline.missed()) == (Outcome.MISSED, [CALLER])
    assert hotline.letters()
    assert (hotline.unfinished(), hotline.cases()) == (0, [])


@pytest.mark.parametrize("cause", [Cause.LINE_FAILED, Cause.NO_SOUND, Cause.FAILED])
async def test_whose_line_fails_is_missed(tmp_path: Path, cause: Cause) -> None:
    hotline = Hotline(tmp_path, ASKS)
    caller = hotline.rings()
    caller.leaves_on(Prompt.MENU_PERSON, cause)
    assert (await hotline.over(caller)).call.outcome == "missed"


async def test_who_finds_no_free_channel_is_missed(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, ASKS)
    caller = hotline.rings()
    caller.hang_up(Cause.BUSY)
    assert (await hotline.over(caller)).call.outcome == "missed"


async def test_who_gives_up_in_the_queue_is_missed(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, ASKS)
    await hotline.step(hotline.rings("1", "+37322111000"), "joined")
    caller = hotline.rings("1")
    caller.leaves_on(Prompt.STILL_WAITING)
    assert (await hotline.over(caller)).call.outcome == "missed"


async def test_who_gives_up_while_a_person_is_asked_for_key_one_is_missed(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, ASKS)
    hotline.line.key = ""
    caller = hotline.rings("1")
    await hotline.step(caller, "whisper")
    caller.hang_up(Cause.HUNG_UP)
    assert (await hotline.over(caller)).call.outcome == "missed"


@pytest.mark.parametrize("when", ["before", "after"])
async def test_who_hangs_up_just_as_a_person_presses_1_is_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    hotline = Hotline(tmp_path, ASKS)
    caller = hotline.rings("1")
    if when == "before":
        hotline.line.on_hearing = lambda _: caller.hang_up(Cause.HUNG_UP)
    else:

        async def settled(tasks: Iterable[asyncio.Task[object]]) -> None:
            caller.hang_up(Cause.HUNG_UP)  # the person is found, the two are not joined yet
            await leg.settled(tasks)

        monkeypatch.setattr(forward, "settled", settled)
    story = await hotline.over(caller)
    assert (story.call.outcome, story.call.person) == ("missed", "")
    assert "joined" not in [step.what for step in story.steps]
    assert hotline.line.rung[0].heard[-1] == Prompt.WHISPER_TOO_LATE
    assert hotline.staff_is_free()


@pytest.mark.parametrize("sentence", [BEEP, Prompt.MESSAGE_EMPTY])
async def test_who_says_nothing_after_the_beep_is_missed(tmp_path: Path, sentence: str) -> None:
    hotline = Hotline(tmp_path, ASKS, speech_seconds=0.0)
    caller = hotline.rings("2")
    caller.leaves_on(sentence)
    story = await hotline.over(caller)
    assert (story.call.outcome, hotline.cases(), hotline.unfinished()) == ("missed", [], 0)


async def test_whom_a_stopping_box_sends_away_is_missed(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, ASKS)
    hotline.line.key = ""
    caller = hotline.rings("1")
    await hotline.step(caller, "ringing")
    await hotline.switchboard.close()
    assert hotline.missed() == [CALLER]


async def test_a_key_that_promises_an_answer_and_has_none_answers_nobody(tmp_path: Path) -> None:
    silent = replace(ASKS, menus=(MAIN,))
    hotline = Hotline(tmp_path, silent)
    caller = hotline.rings("3")
    caller.on_hearing = lambda heard: (
        caller.hang_up(Cause.HUNG_UP) if caller.heard.count(Prompt.MENU_PERSON) > 1 else None
    )
    assert (await hotline.over(caller)).call.outcome == "missed"


async def test_who_heard_the_answer_for_a_while_has_it(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, ASKS)
    caller = hotline.rings("3")

    def enough(heard: str) -> None:
        if heard == ADDRESS:
            hotline.time.pass_by(timedelta(seconds=menu.ENOUGH_S))
            caller.hang_up(Cause.HUNG_UP)

    caller.on_hearing = enough
    assert (await hotline.over(caller)).call.outcome == "self-service"


async def test_a_key_during_the_answer_counts_at_once(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, ASKS)
    caller = hotline.rings("3")
    caller.presses = {**caller.presses, ADDRESS: "2"}
    assert (await hotline.over(caller)).call.outcome == "complaint"
    assert caller.heard.count(Prompt.MENU_PERSON) == 1


async def test_who_heard_the_answer_to_its_end_has_it(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, ASKS)
    caller = hotline.rings("3")
    caller.on_hearing = lambda _: (
        caller.hang_up(Cause.HUNG_UP) if caller.heard[-2:-1] == [ADDRESS] else None
    )
    story = await hotline.over(caller)
    assert (story.call.outcome, hotline.missed()) == ("self-service", [])


async def test_who_wanted_a_person_after_the_answer_and_got_none_is_missed(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, ASKS)
    caller = hotline.rings("3")
    caller.presses = {**caller.presses, ADDRESS: "1"}
    caller.leaves_on(Prompt.PLEASE_HOLD)
    assert (await hotline.over(caller)).call.outcome == "missed"


async def test_who_leaves_at_the_question_after_the_talk_was_spoken_with(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, ASKS)
    caller = hotline.rings("1")
    caller.leaves_on(Prompt.SURVEY_ASK)
    await hotline.step(caller, "joined")
    hotline.time.pass_by(timedelta(seconds=A_WORD_S))
    hotline.line.rung[0].hang_up(Cause.HUNG_UP)
    story = await hotline.over(caller)
    assert (story.call.outcome, hotline.missed()) == ("spoken", [])
