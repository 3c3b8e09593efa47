"""Whoever hangs up, and however the exchange shows it, the office's own line is free again."""

from __future__ import annotations

import asyncio
import re

import pytest

from hotline.media.catalogue import Prompt
from tests.sim.fxo import HangUp
from tests.sim.gsm import AirCall
from tests.sim.sound import Silence
from tests.stories.office_lines import TALK, OfficeLine, at_the_beep
from tests.stories.stage import MAIN, Stage, beep, heard, office

MOMENTS = ["ringing", "greeting", "key", "beep", "speaking"]


async def until(caller: AirCall, moment: str) -> None:
    """Be at this moment of a call that leads to a complaint."""
    at = MOMENTS.index(moment)
    if at >= 1:
        await caller.answered()
        await heard(caller, Prompt.GREETING_OPEN)
    if at >= 2:
        await caller.press("2")
    if at >= 3:
        await beep(caller)
    if at >= 4:
        await caller.say(TALK)


async def hangs_up_at(line: OfficeLine, moment: str, outcome: str) -> None:
    """Whoever rings next is answered then, and nobody is kept on the line."""
    stage = line.stage
    await stage.opens(office(recording_notice={}))
    caller = await stage.caller(tone=Silence()).call(stage.target)
    await until(caller, moment)
    await caller.hang_up()
    if moment != "ringing":  # a ring that is not answered is no call yet
        # Long before the silence alone would have ended the call.
        assert (await stage.story(caller, within=7)).call.outcome == outcome
    nxt = await answered_again(stage)
    await heard(nxt, Prompt.GREETING_OPEN)


async def answered_again(stage: Stage) -> AirCall:
    """The next caller, who tries again while the line is busy."""
    async with asyncio.timeout(20):
        while True:
            caller = await stage.caller(tone=Silence()).call(stage.target)
            if caller.ending is None:
                await caller.answered(within=15)
                return caller
            await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    ("moment", "how", "outcome"),
    [
        ("ringing", HangUp.LOOP_BREAK, ""),
        ("greeting", HangUp.LOOP_BREAK, "missed"),
        ("key", HangUp.POLARITY, "missed"),
        ("beep", HangUp.BUSY, "missed"),  # its tones are no complaint
        ("speaking", HangUp.DIAL, "complaint"),
    ],
)
async def test_whenever_the_caller_hangs_up_the_line_is_free_again(
    line: OfficeLine, moment: str, how: HangUp, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line.modem.faults, "hang_up", how)
    await hangs_up_at(line, moment, outcome)


async def test_the_line_is_freed_also_where_the_exchange_shows_no_hang_up(
    line: OfficeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line.modem.faults, "hang_up", HangUp.NOTHING)
    await line.stage.opens(office(menus=(MAIN | {"tries": 1, "wait_seconds": 2},)))
    caller = await line.stage.called(tone=Silence())
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.hang_up()
    assert (await line.stage.story(caller, within=40)).call.outcome == "missed"
    await heard(await answered_again(line.stage), Prompt.GREETING_OPEN)


async def test_an_exchange_with_a_tone_of_its_own_is_understood_once_the_owner_taught_it(
    line: OfficeLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, box = line.stage, line.stage.box
    monkeypatch.setattr(line.modem.faults, "hang_up", HangUp.ODD)
    await left_at_the_beep(stage, within=40)  # however its tone is taken, the line is free again
    said = await learns(stage)
    assert re.search(r"Learned: 5(49|50|51) Hz, 0\.3\d s long every 0\.\d+ s", said)
    box.kill()
    await box.ended()
    await box.start()
    await box.until(lambda status: all(one.up for one in status.lines), "all lines up", 15)
    assert await left_at_the_beep(stage, within=7) == "missed"
    assert "A caller who has hung up sounds like 5" in await box.command("lines")
    await box.command("learn-tone", "office", "--forget")


async def left_at_the_beep(stage: Stage, within: float) -> str:
    """The outcome of a call whose caller hangs up without a word; it ends in so many seconds."""
    caller = await at_the_beep(stage, max_message_seconds=10)
    await caller.hang_up()
    return str((await stage.story(caller, within)).call.outcome)


async def learns(stage: Stage) -> str:
    """The owner teaches the line; what the command says."""
    lesson = asyncio.ensure_future(stage.box.command("learn-tone", "office", code=None))
    await stage.box.until(lambda _: "may teach it" in stage.box.log(), "the lesson", 15)
    owner = await stage.called(tone=Silence())
    await owner.hears_speech(within=20)
    await owner.press("1")
    await stage.step(owner, "information")
    await owner.hang_up()
    return await lesson


async def test_a_telephone_picked_up_in_the_office_has_the_call_and_nobody_is_missed(
    line: OfficeLine,
) -> None:
    await line.stage.opens(office())
    caller = await line.stage.called(tone=Silence())
    await heard(caller, Prompt.GREETING_OPEN)
    line.modem.phone_lifted()
    story = await line.stage.story(caller)
    assert story.call.outcome == "spoken"
    assert not line.stage.missed(caller.number)
    assert caller.ending is None
    await caller.hang_up()


async def test_a_box_that_was_killed_in_a_call_hangs_up_and_answers_the_next(
    line: OfficeLine,
) -> None:
    box = line.stage.box
    caller = await at_the_beep(line.stage)
    await caller.say(TALK)
    box.kill()
    await box.ended()
    await box.start()
    assert not (await caller.ended(within=15)).ours
    assert (await line.stage.filed(caller)).kind == "complaint"
    await box.until(lambda status: all(one.up for one in status.lines), "up", within=15)
    nxt = await answered_again(line.stage)
    await heard(nxt, Prompt.GREETING_OPEN)
