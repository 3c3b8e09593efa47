"""A mistake of our own loses no caller: the box asks for a message, or notes the call as missed."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.calls.intalk import A_WORD_S
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.storage import calls as journal
from hotline.storage.calls import CallStory
from tests.calls.hotline import ANA, OFFICE, Hotline

CALLER = "+37322111222"


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    return Hotline(tmp_path)


def steps(story: CallStory) -> list[str]:
    return [step.what for step in story.steps]


@pytest.mark.parametrize(
    "broken",
    [Prompt.GREETING_OPEN, Prompt.MENU_PERSON, "attach"],
    ids=["in the greeting", "in the menu", "in answering"],
)
async def test_a_fault_before_anything_was_chosen_leads_the_caller_to_a_message(
    hotline: Hotline, broken: str
) -> None:
    hotline.faults.break_at(broken, times=1)
    story = await hotline.called()
    assert story.call.outcome == "message"
    assert [case.kind for case in hotline.cases()] == ["message"]
    assert "fault" in steps(story)


async def test_a_message_left_after_a_fault_is_told_to_the_office(hotline: Hotline) -> None:
    hotline.faults.break_at(Prompt.GREETING_OPEN)
    await hotline.called()
    assert len(hotline.letters()) == 1
    assert hotline.missed() == []


@pytest.mark.parametrize(
    "broken",
    [Prompt.PLEASE_HOLD, Prompt.WHISPER, "join", "part"],
    ids=["while waiting", "in the whisper", "in joining", "in parting"],
)
async def test_a_fault_in_forwarding_gives_the_staffs_leg_back(
    hotline: Hotline, broken: str
) -> None:
    hotline.faults.break_at(broken)
    caller = hotline.rings("1")
    if broken == "part":
        await hotline.step(caller, "joined")
        hotline.line.rung[0].hang_up()
    await hotline.over(caller)
    assert hotline.staff_is_free()


@pytest.mark.parametrize("key", ["1", "2"], ids=["who took the call", "who did not want it"])
async def test_a_fault_in_letting_a_person_go_keeps_nobody_busy(hotline: Hotline, key: str) -> None:
    hotline.faults.break_at("close")
    hotline.line.key = key
    caller = hotline.rings("1")
    if key == "1":
        await hotline.step(caller, "joined")
        hotline.line.rung[0].hang_up()
    await hotline.over(caller)
    assert hotline.staff_is_free()


@pytest.mark.parametrize("broken", [Prompt.PLEASE_HOLD, Prompt.WHISPER, "join"])
async def test_a_fault_in_forwarding_takes_a_message(hotline: Hotline, broken: str) -> None:
    hotline.faults.break_at(broken)
    assert (await hotline.called("1")).call.outcome == "message"
    assert len(hotline.cases()) == 1


async def test_after_a_fault_in_forwarding_the_next_caller_reaches_the_person(
    hotline: Hotline,
) -> None:
    hotline.faults.break_at("join", times=1)
    await hotline.called("1")
    caller = hotline.rings("1")
    await hotline.step(caller, "joined")
    caller.hang_up()
    assert (await hotline.over(caller)).call.person == ANA.id


@pytest.mark.parametrize("broken", ["record", f"play {Prompt.MESSAGE_INTRO}", "play beep"])
async def test_a_fault_while_taking_the_message_leaves_the_call_on_the_missed_list(
    tmp_path: Path, broken: str
) -> None:
    hotline = Hotline(tmp_path, speech_seconds=0.0)
    hotline.faults.break_at(Prompt.GREETING_OPEN)
    hotline.faults.break_at(broken)
    story = await hotline.called()
    assert (story.call.outcome, hotline.missed()) == ("missed", [CALLER])
    assert len(hotline.letters()) == 1


async def test_nothing_unfinished_is_left_of_a_message_that_could_not_be_taken(
    hotline: Hotline,
) -> None:
    hotline.faults.break_at("record")
    await hotline.called("2")
    assert (hotline.cases(), hotline.unfinished()) == ([], 0)


async def test_the_caller_is_rescued_once_and_not_again_and_again(hotline: Hotline) -> None:
    hotline.faults.break_at("record")
    caller = hotline.rings("2")
    await hotline.over(caller)
    asked = [Prompt.COMPLAINT_INTRO, Prompt.MESSAGE_INTRO]
    assert [one for one in caller.heard if one in asked] == asked


async def test_what_was_said_before_a_fault_in_listening_is_kept(hotline: Hotline) -> None:
    hotline.faults.break_at("listening")
    caller = hotline.rings("2")
    story = await hotline.over(caller)
    assert story.call.outcome == "complaint"
    assert [case.kind for case in hotline.cases()] == ["complaint"]
    assert Prompt.MESSAGE_INTRO not in caller.heard


async def test_who_had_talked_to_a_person_is_not_asked_for_a_message_after_a_fault(
    hotline: Hotline,
) -> None:
    hotline.faults.break_at(Prompt.SURVEY_ASK)
    caller = hotline.rings("1")
    await hotline.step(caller, "joined")
    hotline.time.pass_by(timedelta(seconds=A_WORD_S))
    hotline.line.rung[0].hang_up()
    story = await hotline.over(caller)
    assert (story.call.outcome, story.call.person) == ("spoken", ANA.id)
    assert "fault" in steps(story)
    assert (hotline.cases(), hotline.letters()) == ([], [])


async def test_who_was_only_to_hear_information_when_the_box_failed_does_not_count_as_answered(
    tmp_path: Path,
) -> None:
    (main,) = OFFICE.menus
    says = replace(main.keys[2], text={"en": "address"})
    hotline = Hotline(tmp_path, replace(OFFICE, menus=(replace(main, keys=(says,)),)))
    hotline.faults.break_at("address")
    hotline.faults.break_at("record")
    assert (await hotline.called("3")).call.outcome == "missed"


async def test_who_hung_up_before_the_fault_is_missed_and_asked_nothing(hotline: Hotline) -> None:
    hotline.faults.break_at(Prompt.GREETING_OPEN, then=lambda: caller.hang_up())
    caller = hotline.rings()
    story = await hotline.over(caller)
    assert (story.call.outcome, hotline.missed()) == ("missed", [CALLER])
    assert steps(story)[-2:] == ["caller_gone", "ended"]


async def test_a_fault_in_letting_the_caller_go_still_writes_the_ending(hotline: Hotline) -> None:
    hotline.faults.break_at("close")
    assert (await hotline.called("2")).call.outcome == "complaint"
    assert hotline.switchboard.live == {}


async def test_a_fault_of_whoever_watches_is_no_fault_of_the_call(hotline: Hotline) -> None:
    hotline.switchboard.listeners.append(lambda call, step: hotline.faults.meet("watching"))
    hotline.faults.break_at("watching")
    story = await hotline.called("2")
    assert (story.call.outcome, "fault" in steps(story)) == ("complaint", False)


async def test_a_sentence_that_cannot_be_played_is_logged_and_keys_still_count(
    hotline: Hotline, caplog: pytest.LogCaptureFixture
) -> None:
    hotline.faults.break_at(
        f"play {Prompt.GREETING_OPEN}", then=lambda: caller.keys.put_nowait("2")
    )
    caller = hotline.rings()
    assert (await hotline.over(caller)).call.outcome == "complaint"
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR] == [
        "a sentence could not be played on office"
    ]


async def test_a_call_that_cannot_even_begin_is_busy_and_the_next_one_is_served(
    hotline: Hotline,
) -> None:
    hotline.faults.break_at("office", times=1)
    assert await hotline.rings().gone is Cause.BUSY
    assert (await hotline.called("2")).call.outcome == "complaint"


async def test_a_call_that_cannot_even_begin_is_on_the_list_of_missed_calls_at_once(
    hotline: Hotline,
) -> None:
    hotline.faults.break_at("office", times=1)
    await hotline.rings().gone
    assert (hotline.missed(), hotline.switchboard.live) == ([CALLER], {})
    story = journal.get(hotline.records.database, 1)
    assert story is not None
    assert (story.call.ended_at is not None, steps(story)) == (True, ["fault"])
    assert (await hotline.called("2")).call.outcome == "complaint"


async def test_the_fault_is_logged_with_the_number_of_its_call(
    hotline: Hotline, caplog: pytest.LogCaptureFixture
) -> None:
    hotline.faults.break_at(Prompt.GREETING_OPEN)
    story = await hotline.called()
    (record,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert record.getMessage() == f"call {story.call.id} failed"
    assert record.exc_info


async def test_one_calls_fault_does_not_touch_another_call(hotline: Hotline) -> None:
    talking = hotline.rings("1", "+37322111000")
    await hotline.step(talking, "joined")
    hotline.faults.break_at("record")
    hotline.faults.break_at(Prompt.GREETING_OPEN)
    await hotline.called()
    assert not talking.gone.done()
    talking.hang_up()
    assert (await hotline.over(talking)).call.outcome == "spoken"
