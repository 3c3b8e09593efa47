"""The staff calls the box from any telephone, and works with the number of the office."""

from __future__ import annotations

import asyncio

from hotline.control.messages.calls import CallReturned
from hotline.media.catalogue import Prompt
from tests.sim.sip import behaviours
from tests.sim.sound import Tone
from tests.stories.stage import STAFF, Stage, heard, key, menu, office, person

ANA = STAFF["ana"][1]
VERA = Tone(1800)
ENTRANCE = menu(key("1", "topic", "orders"), key("#", "staff"))


async def nobody_waits(stage: Stage) -> None:
    """Whoever was missed in other stories waits longer."""
    for entry in await stage.box.records("calls", "--missed"):
        done = CallReturned(call_id=entry["call_id"], by="the story")
        await asyncio.to_thread(stage.box.control.change, done)


async def test_a_colleague_with_a_pin_is_connected_with_who_waits_and_takes_a_break(
    stage: Stage,
) -> None:
    await stage.opens(office(person("ana"), person("ion"), menus=(ENTRANCE,)))
    await nobody_waits(stage)
    vera = await stage.called(tone=VERA)
    await heard(vera, Prompt.GREETING_OPEN)
    await vera.hang_up()
    await stage.story(vera)
    made = await stage.box.records("staff", "pin", "ana")
    theirs = stage.anywhere(vera.number, behaviours.answers_silently(after=0.1), VERA)
    caller = await stage.called(tone=ANA)  # a telephone that nobody here knows
    await caller.press("#")
    await stage.step(caller, "staff_asked")
    await caller.press(f"{made['number']}#{made['digits']}")
    await stage.step(caller, "staff_in")
    await caller.press("6")
    await caller.hears_speech()
    await caller.press("1")
    call = await theirs.rings()
    await call.hears(ANA)
    await caller.hears(VERA)
    assert stage.dialled == [vera.number]
    await call.hang_up()
    await stage.box.until(
        lambda _: stage.stories(vera.number)[0].call.ended_at is not None, "the end of the talk"
    )
    await caller.press("1#")
    await stage.step(caller, "staff_break")
    there = await stage.box.records("staff")
    assert [(one["person"], one["away"]) for one in there] == [("ana", "break"), ("ion", None)]
    await caller.hang_up()
    story = await stage.story(caller)
    assert story.call.outcome == "self-service"
    assert not stage.missed(vera.number)
    assert made["digits"] not in str(story)
    stage.others_were_dialled()
    await stage.opens(office(person("ion")))
    await stage.opens(office(person("ana"), person("ion")))
    people = (await stage.box.records("numbers"))["people"]
    assert [one["staff_number"] for one in people] == ["", ""]  # she had left
    await stage.box.command("staff", "ana", "on")
