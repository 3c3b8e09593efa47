"""What a caller wants to say is kept, however the call ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline.inbox.case import CaseKind
from hotline.media.catalogue import Prompt
from tests.sim import listen
from tests.sim.sip import OutgoingCall
from tests.sim.sound import RATE, Loop, Silence, noise
from tests.stories.stage import SIGNS, Stage, beep, heard, office, recorded, was_heard

TALK = noise(2.5, seed=7)
LATE = RATE // 4  # as far as sound may lag behind the key that was pressed after it


async def at_the_beep(stage: Stage, key: str = "2") -> OutgoingCall:
    """A caller who has just heard the beep and says nothing yet."""
    await stage.opens(office(recording_notice={}))
    caller = await stage.called(tone=Silence())
    await caller.press(key)
    asked = await beep(caller)
    await caller.hears_silence(lasting=0.1, since=asked.position)
    return caller


async def test_a_complaint_is_kept_with_the_number_the_caller_was_told(stage: Stage) -> None:
    caller = await at_the_beep(stage)
    await caller.say(TALK)
    await caller.press("#")
    said = await heard(caller, Prompt.COMPLAINT_SAVED)
    case = await _shown(stage, caller, "complaints")
    await caller.hears_piece(await stage.number_spoken(case["number"]), since=said.position)
    await heard(caller, Prompt.GOODBYE)
    assert case["seconds"] == pytest.approx(3.0, abs=1.0)
    assert (await stage.story(caller)).call.outcome == "complaint"


async def test_the_office_sets_until_when_a_complaint_is_answered(stage: Stage) -> None:
    caller = await at_the_beep(stage)
    await caller.say(TALK)
    await caller.hang_up()
    number = str((await stage.filed(caller)).number)
    until = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
    assert f"Case {number} is due" in await stage.box.command("due", number, until.isoformat())
    case = await _shown(stage, caller, "complaints")
    assert datetime.fromisoformat(case["due"]) == until
    past = (until - timedelta(days=9)).isoformat()
    assert "This time is over already." in await stage.box.command("due", number, past, code=1)


async def _shown(stage: Stage, caller: OutgoingCall, what: str) -> dict[str, Any]:
    """The case of this caller, as the command of the office shows it."""
    shown = await stage.box.records(what)
    (case,) = [one for one in shown if one["caller_number"] == caller.number]
    return dict(case)


@pytest.mark.sip_only  # only there keys travel beside the sound
async def test_the_last_word_is_kept_where_the_key_overtakes_it(stage: Stage) -> None:
    caller = await at_the_beep(stage)
    caller.rtp.faults.late = LATE / RATE
    await caller.say(TALK)
    await caller.press("#")
    sound = recorded(stage.recording(await stage.filed(caller)))
    # All that the key has overtaken; a stall may cost some of it.
    assert listen.kept(TALK[-LATE:], sound) > 0.5


async def test_the_recording_is_what_the_caller_said(stage: Stage) -> None:
    caller = await at_the_beep(stage)
    await caller.say(TALK)
    await caller.press("#")
    sound = recorded(stage.recording(await stage.filed(caller)))
    assert listen.kept(TALK, sound) > 0.8
    assert len(sound) / RATE == pytest.approx(3.0, abs=0.6)


async def test_a_message_is_kept_when_the_caller_simply_hangs_up(stage: Stage) -> None:
    caller = await at_the_beep(stage, key="3")
    await caller.say(TALK)
    await caller.hang_up()
    case = await stage.filed(caller)
    assert case.kind is CaseKind.MESSAGE
    assert case.seconds == pytest.approx(2.5, abs=0.6)
    assert len(recorded(stage.recording(case))) / RATE == pytest.approx(case.seconds, abs=0.1)
    assert not stage.missed(caller.number)


async def test_who_says_nothing_leaves_no_message_and_is_called_back(stage: Stage) -> None:
    caller = await at_the_beep(stage, key="3")
    await caller.say(noise(0.5, seed=8))
    await caller.hang_up()
    assert (await stage.story(caller)).call.outcome == "missed"
    assert stage.cases(caller) == []
    assert stage.missed(caller.number)


async def test_a_caller_who_is_silent_is_not_kept_for_ever(stage: Stage) -> None:
    caller = await at_the_beep(stage, key="3")
    await heard(caller, Prompt.MESSAGE_EMPTY, within=12)
    await caller.ended(within=5)


async def test_the_longest_message_is_the_one_the_office_allows(stage: Stage) -> None:
    await stage.opens(office(max_message_seconds=10))
    caller = await stage.called(tone=Loop(noise(3, seed=9)))
    await caller.press("3")
    await heard(caller, Prompt.MESSAGE_SAVED, within=20)
    assert (await stage.filed(caller)).seconds == pytest.approx(10, abs=1)


async def test_who_is_recorded_was_told_so_before(stage: Stage) -> None:
    await stage.opens(office(recording_notice={"en": "We keep this."}))
    caller = await stage.called()
    await caller.press("2")
    notice = await heard(caller, Prompt.RECORDING_NOTICE)  # the office recorded it, too
    intro = await heard(caller, Prompt.COMPLAINT_INTRO)
    asked = await beep(caller, since=0)
    assert notice.position < intro.position < asked.position


async def test_who_hangs_up_before_the_beep_is_not_recorded_and_leaves_no_case(
    stage: Stage,
) -> None:
    await stage.opens(office())
    caller = await stage.called()
    await caller.press("2")
    await heard(caller, Prompt.RECORDING_NOTICE)
    await caller.hang_up()
    assert (await stage.story(caller)).call.outcome == "missed"
    assert (stage.cases(caller), stage.open_cases()) == ([], 0)
    assert not was_heard(caller, SIGNS[Prompt.COMPLAINT_SAVED])
