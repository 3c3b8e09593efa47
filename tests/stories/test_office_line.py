"""Who rings the office's own telephone line is served by a modem that speaks or listens."""

from __future__ import annotations

import pytest

from hotline.media.catalogue import Prompt
from tests.sim.sound import Silence
from tests.stories.office_lines import OfficeLine, at_the_beep, complains
from tests.stories.stage import (
    LANGUAGE,
    SIGNS,
    STAFF,
    Stage,
    heard,
    key,
    menu,
    office,
    person,
)

MORE = menu(key("1", "complaint"), key("2", "message"), name="more")


@pytest.fixture
def stage(line: OfficeLine) -> Stage:
    return line.stage


async def test_who_rings_the_office_is_greeted_and_can_complain(stage: Stage) -> None:
    caller = await at_the_beep(stage)
    await complains(stage, caller)


async def test_nothing_of_the_greeting_and_the_menu_is_lost_or_torn(line: OfficeLine) -> None:
    stage, before = line.stage, line.modem.underruns
    await stage.opens(office())
    caller = await stage.called(tone=Silence())
    greeting = await heard(caller, Prompt.GREETING_OPEN)
    assert (greeting.at - (caller.answered_at or 0)) < 1.5
    await caller.hears_piece(await stage.words("Press."), since=greeting.position)
    assert line.modem.underruns == before
    await caller.hang_up()


async def test_a_key_that_the_modem_does_not_tell_is_heard_as_soon_as_it_listens(
    line: OfficeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line.modem.faults, "keys", "sound")
    await line.stage.opens(office(menus=(menu(key("1", "menu", "more")), MORE)))
    caller = await line.stage.called(tone=Silence())
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.hears_silence(lasting=0.5, within=10)
    await caller.press("1")
    await caller.lasts(0.5)
    await caller.hears_silence(lasting=0.5, within=10)
    await caller.press("2")
    await heard(caller, Prompt.MESSAGE_INTRO)
    await caller.hang_up()


async def test_a_key_in_the_middle_of_the_greeting_works_at_once(stage: Stage) -> None:
    season = {"id": "season", "greeting": {LANGUAGE: "Good morning. " * 8}}
    await stage.opens(office(campaigns=[season]))  # goes before a recorded greeting
    caller = await stage.called(tone=Silence())
    await caller.hears_speech()
    pressed = await caller.press("2")
    intro = await caller.hears(SIGNS[Prompt.RECORDING_NOTICE], within=3, lasting=0.2)
    assert intro.at - pressed < 1.0
    await caller.hang_up()


# -- who wants a person ----------------------------------------------------------------------------


async def test_who_wants_a_person_is_promised_a_call_and_who_is_on_duty_gets_a_text(
    line: OfficeLine,
) -> None:
    stage = line.stage
    away = {"person": "ion", "from": "2020-01-01", "to": "2120-01-01"}
    people = (person("ana"), person("ion"))
    await stage.opens(office(*people, absences=[away], text_staff=True))
    caller = await stage.called(tone=Silence())
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.press("1")
    await heard(caller, Prompt.NOBODY_NOW)
    await heard(caller, Prompt.CALLBACK_ASKED)
    await heard(caller, Prompt.GOODBYE)
    await caller.ended()
    case = await stage.filed(caller)
    assert (case.kind, case.topic, case.caller_number) == ("callback", "orders", caller.number)
    await line.mobiles.texts.arrives(STAFF["ana"][0], words=caller.number)
    assert line.mobiles.dialled == []
