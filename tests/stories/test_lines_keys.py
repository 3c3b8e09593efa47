"""A key is a key, whether it comes as an event, as a message or only as a sound."""

from __future__ import annotations

import pytest

from hotline.media.catalogue import Prompt
from tests.sim.sip import OutgoingCall, behaviours
from tests.sim.sip.message import Message
from tests.sim.sound import Silence, dtmf
from tests.stories.stage import (
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

pytestmark = pytest.mark.sip_only

ANA = STAFF["ana"][1]


async def test_caller_and_staff_with_telephones_that_only_sound_their_keys(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    ana = stage.staff("ana", behaviours.answers(after=0.1, thinks=0), keys=False)
    caller = await stage.called(keys=False)
    await caller.press("1")
    await caller.hears(ANA, within=15)
    await ana.calls[0].hears(caller.manner.sound)


async def test_staff_who_only_sound_their_keys_can_say_not_now(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("ion")))
    declines = behaviours.answers(after=0.1, press="2", thinks=0)
    stage.staff("ana", declines, keys=False)
    ion = stage.staff("ion", behaviours.never_answers())
    caller = await stage.forwarded()
    await ion.rings()
    await caller.hang_up()
    steps = (await stage.story(caller)).steps
    assert [step.what for step in steps].count("declined") == 1


async def test_a_telephone_that_promises_to_report_its_keys_and_only_sounds_them(
    stage: Stage,
) -> None:
    await stage.opens(office(menus=(MAIN | {"wait_seconds": 2},)))
    caller = await stage.called(keys=True, tone=Silence())
    await caller.say(dtmf("2", 0.1, 0.1))
    await heard(caller, Prompt.NO_KEY)
    await caller.say(dtmf("2", 0.1, 0.1))
    await heard(caller, Prompt.COMPLAINT_INTRO)


@pytest.mark.parametrize("seconds", [0.05, 0.1, 1.5])
async def test_a_key_in_the_sound_is_one_choice_however_long_it_is_held(
    stage: Stage, seconds: float
) -> None:
    """A second key 2 in the menu below would be a wrong one."""
    below = menu(key("3", "message"), name="below")
    await stage.opens(office(menus=(menu(key("2", "menu", "below")), below)))
    caller = await stage.called(keys=False)
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.press("2", seconds=seconds)
    await stage.step(caller, "menu")
    await caller.press("3")
    await heard(caller, Prompt.MESSAGE_INTRO)
    assert not was_heard(caller, SIGNS[Prompt.WRONG_KEY])


async def test_keys_told_in_messages_choose_from_the_menu(stage: Stage) -> None:
    await stage.opens(office())
    caller = await stage.called(keys=False)
    assert (await _told(caller, "3")).status == 200
    await heard(caller, Prompt.MESSAGE_INTRO)


async def _told(call: OutgoingCall, signal: str) -> Message:
    body = f"Signal={signal}\r\nDuration=160\r\n".encode()
    return await call.request("INFO", ("Content-Type", "application/dtmf-relay"), body=body)
