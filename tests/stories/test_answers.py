"""A key answers what callers ask; what is over is not said, and nobody is left alone."""

from __future__ import annotations

import asyncio
from typing import Any

from hotline.inbox.case import CaseKind
from hotline.media.catalogue import Prompt
from tests.sim.sip import OutgoingCall, behaviours
from tests.sim.sound import Silence, Tone
from tests.stories.stage import STAFF, Stage, beep, heard, key, menu, office, person

ANA = STAFF["ana"][1]
AT_ONCE = behaviours.answers(after=0.1, thinks=0)
FIFTY = "Delivery costs fifty lei."
SPOKEN = Tone(1150)  # by a colleague, into the telephone
ENTRANCE = menu(
    key("5", "answer", "price"),
    key("6", "callback"),
    key("1", "topic", "orders"),
    key("#", "staff"),
)


def shop(*people: dict[str, Any], **more: Any) -> str:
    price = {"id": "price", "question": {"en": "What does it cost?"}, "text": {"en": FIFTY}} | more
    return office(*people, menus=(ENTRANCE,), answers=[price])


async def test_a_key_tells_the_answer_again_and_again_and_zero_leads_to_a_person(
    stage: Stage,
) -> None:
    await stage.opens(shop(person("ana")))
    stage.staff("ana", AT_ONCE)
    spoken = await stage.words(FIFTY)
    caller = await stage.called()
    await caller.press("5")
    first = await caller.hears_piece(spoken)
    await caller.press("*")
    await caller.hears_piece(spoken, since=first.position + len(spoken))
    await caller.press("0")
    await caller.hears(ANA)


async def test_an_answer_whose_day_is_past_is_not_said_and_a_person_is_reached(
    stage: Stage,
) -> None:
    await stage.opens(shop(person("ana"), valid_until="2020-12-31"))
    stage.staff("ana", AT_ONCE)
    caller = await stage.called()
    await caller.press("5")
    await caller.hears(ANA)
    await caller.hang_up()
    story = await stage.story(caller)
    assert "answer_over" in [step.what for step in story.steps]
    assert "information" not in [step.what for step in story.steps]


async def test_who_asks_to_be_called_back_stands_among_those_who_are_owed_a_call(
    stage: Stage,
) -> None:
    await stage.opens(shop(person("ana")))
    caller = await stage.called()
    await caller.press("6")
    await stage.step(caller, "callback_asked")
    await caller.hears_speech()
    await caller.press("1")
    await heard(caller, Prompt.GOODBYE, within=20)
    await stage.story(caller)
    (case,) = stage.cases(caller)
    assert case.kind is CaseKind.CALLBACK
    owed = await stage.box.records("calls", "--missed")
    assert caller.number in [one["caller_number"] for one in owed]


async def test_what_a_colleague_speaks_into_the_telephone_is_what_the_next_caller_hears(
    stage: Stage,
) -> None:
    await stage.opens(shop(person("ana")))
    made = await stage.box.records("staff", "pin", "ana")
    look = await asyncio.to_thread(stage.box.control.prompt_look, "en", "answer-price")
    assert look.staff_key == "#"
    colleague = await stage.called(tone=Silence())
    await colleague.press(look.staff_key)
    await stage.step(colleague, "staff_asked")
    await colleague.press(f"{made['number']}#{made['digits']}")
    await stage.step(colleague, "staff_in")
    await colleague.press(f"9{look.dial_code}#")
    asked = await beep(colleague, within=40)
    await colleague.hears_silence(lasting=0.1, since=asked.position)
    await colleague.say(SPOKEN.lasting(2.0))
    await colleague.press("#")
    await colleague.hears(SPOKEN, within=20, since=asked.position)
    await colleague.press("1")
    await stage.step(colleague, "staff_recorded", within=20)
    await colleague.hang_up()
    await stage.story(colleague)
    caller = await stage.called()
    await caller.press("5")
    await caller.hears(SPOKEN, lasting=0.5)
    await _back_to_the_boxs_voice(stage, caller)


async def _back_to_the_boxs_voice(stage: Stage, caller: OutgoingCall) -> None:
    """For the stories after this one."""
    await caller.hang_up()
    versions = await asyncio.to_thread(stage.box.control.prompt_look, "en", "answer-price")
    assert [one.by for one in versions.versions] == ["Ana"]
    await stage.box.command("staff", "ana", "on")
