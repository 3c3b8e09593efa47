"""Trouble with the people on duty: nobody who called is lost by it."""

from __future__ import annotations

import asyncio

from hotline.media.catalogue import Prompt
from tests.sim.sip import IncomingCall, behaviours
from tests.stories.stage import STAFF, Stage, heard, key, menu, office, person

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
NOT_NOW = behaviours.answers(after=0.1, press="2", thinks=0)
ANA, ION = STAFF["ana"][1], STAFF["ion"][1]


async def test_everyone_declines_and_the_caller_leaves_a_message_soon(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("ion")))
    mobiles = stage.staff("ana", NOT_NOW), stage.staff("ion", NOT_NOW)
    caller = await stage.forwarded()
    await heard(caller, Prompt.NOBODY_NOW, within=12)
    await heard(caller, Prompt.MESSAGE_INTRO)
    assert [len(mobile.calls) for mobile in mobiles] == [1, 1]


async def test_everyone_went_and_the_caller_leaves_a_message_at_once(stage: Stage) -> None:
    await stage.opens(office(person("ana", id="ana7"), person("ion", id="ion7")))
    stage.staff("ana", AT_ONCE)
    stage.staff("ion", AT_ONCE)
    for name in ("ana7", "ion7"):
        await stage.box.command("staff", name, "off")
    caller = await stage.forwarded()
    await heard(caller, Prompt.NOBODY_NOW, within=3)
    assert stage.dialled == []
    await stage.box.command("staff", "ana7", "on")
    again = await stage.forwarded()
    await again.hears(ANA)


async def test_two_call_in_the_same_instant_and_the_one_free_person_has_both(
    stage: Stage,
) -> None:
    await stage.opens(office(person("ana")))
    ana = stage.staff("ana", AT_ONCE)
    callers = await asyncio.gather(*(stage.called() for _ in range(2)))
    await asyncio.gather(*(caller.press("1") for caller in callers))
    waits = {asyncio.ensure_future(stage.step(caller, "joined")): caller for caller in callers}
    done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    first = waits[done.pop()]
    (other,) = (caller for caller in callers if caller is not first)
    await first.hang_up()
    await other.hears(ANA)
    assert len(ana.calls) == 2
    await asyncio.wait(waits)


async def test_an_office_that_changes_in_a_call_counts_from_the_next_call_on(
    stage: Stage,
) -> None:
    await stage.opens(office(person("ana"), person("ion"), strategy="in order"))
    stage.staff("ana", AT_ONCE)
    stage.staff("ion", AT_ONCE)
    caller = await stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    only_ion = menu(key("1", "complaint"), key("2", "person"))
    await stage.opens(office(person("ion"), menus=(only_ion,)))
    await caller.press("1")
    await caller.hears(ANA)
    after = await stage.called()
    await after.press("2")
    await after.hears(ION)


async def test_a_telephone_that_is_diverted_to_the_hotline_itself_costs_no_caller(
    stage: Stage,
) -> None:
    async def diverted(call: IncomingCall) -> None:
        call.ring()
        back = await stage.caller(call.from_number).call(stage.target)
        await back.ended()
        assert back.answered_at is None
        call.reject(486)

    await stage.opens(office(person("ana"), person("ion")))
    stage.staff("ana", diverted)
    stage.staff("ion", AT_ONCE)
    caller = await stage.forwarded()
    await caller.hears(ION)
    await caller.hang_up()
    steps = (await stage.story(caller)).steps
    assert "Ana's telephone sends calls back to the hotline." in [step.words for step in steps]
