"""The menu leads every caller somewhere, with the fewest keys."""

from __future__ import annotations

from hotline.media.catalogue import Prompt
from tests.sim.sip import behaviours
from tests.stories.stage import (
    CLOSED,
    MAIN,
    SIGNS,
    STAFF,
    Stage,
    heard,
    key,
    menu,
    office,
    person,
    was_heard,
)

ANA = STAFF["ana"][1]
AT_ONCE = behaviours.answers(after=0.1, thinks=0)


async def test_a_key_during_the_greeting_works_at_once(stage: Stage) -> None:
    long = "Welcome to our shop. We have flowers of every kind, and today we have roses. "
    season = {"id": "season", "greeting": {"en": long * 3}}  # goes before a recorded greeting
    await stage.opens(office(person("ana"), campaigns=[season]))
    ana = stage.staff("ana", AT_ONCE)
    caller = await stage.called()
    await caller.hears_speech(within=3)
    pressed = await caller.press("1")
    rung = await ana.rings(within=3)
    assert rung.begun_at - pressed < 1
    await caller.hears(ANA)


async def test_a_key_of_the_second_level_leads_on(stage: Stage) -> None:
    second = menu(key("5", "complaint"), name="more")
    await stage.opens(office(menus=(menu(key("4", "menu", "more")), second)))
    caller = await stage.called()
    await caller.press("45")
    await heard(caller, Prompt.COMPLAINT_INTRO)


async def test_a_wrong_key_is_told_and_the_menu_offered_again(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    stage.staff("ana", AT_ONCE)
    caller = await stage.called()
    await caller.press("7")
    await heard(caller, Prompt.WRONG_KEY)
    await caller.press("1")
    await caller.hears(ANA)


async def test_wrong_keys_alone_still_lead_to_a_person(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    stage.staff("ana", AT_ONCE)
    caller = await stage.called()
    await caller.press("777")
    await caller.hears(ANA, within=15)


async def test_who_presses_no_key_reaches_a_person_while_open(stage: Stage) -> None:
    await stage.opens(office(person("ana"), menus=(MAIN | {"wait_seconds": 1, "tries": 1},)))
    stage.staff("ana", AT_ONCE)
    caller = await stage.called()
    await caller.hears(ANA, within=15)


async def test_who_presses_no_key_can_leave_a_message_while_closed(stage: Stage) -> None:
    short = MAIN | {"wait_seconds": 1, "tries": 1}
    await stage.opens(office(person("ana"), menus=(short,), closures=CLOSED))
    caller = await stage.called()
    await heard(caller, Prompt.MESSAGE_INTRO, within=20)
    assert not was_heard(caller, SIGNS[Prompt.NOBODY_NOW])
    assert stage.dialled == []


async def test_zero_is_a_person_though_the_menu_does_not_name_it(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    stage.staff("ana", AT_ONCE)
    caller = await stage.called()
    await caller.press("0")
    await caller.hears(ANA)


async def test_star_repeats_the_menu(stage: Stage) -> None:
    words = "Flowers one."
    await stage.opens(office(menus=(MAIN | {"prompt": {"en": words}},)))
    spoken = await stage.words(words)
    caller = await stage.called()
    first = await caller.hears_piece(spoken)
    await caller.press("*")
    await caller.hears_piece(spoken, since=first.position + len(spoken))


async def test_information_and_then_hanging_up_is_self_service(stage: Stage) -> None:
    words = "We are in the high street."
    where = menu(key("6", "say", text={"en": words}))
    await stage.opens(office(menus=(where,)))
    caller = await stage.called()
    await caller.press("6")
    await caller.hears_piece(await stage.words(words))
    await caller.hang_up()
    assert (await stage.story(caller)).call.outcome == "self-service"
    assert not stage.missed(caller.number)


async def test_a_caller_may_choose_another_language(stage: Stage) -> None:
    romanian = "Suntem pe strada mare."
    where = key("6", "say", text={"en": "We are in the high street.", "ro": romanian})
    await stage.opens(
        office(languages=["en", "ro"], menus=(menu(where, key("8", "language", "ro")),))
    )
    caller = await stage.called()
    await caller.press("86")
    await caller.hears_piece(await stage.words(romanian, "ro"))
    await caller.hang_up()
    assert (await stage.story(caller)).call.language == "ro"
