"""Whoever hangs up, and whenever: nothing stays behind."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hotline.media.catalogue import Prompt
from tests.sim.sip import OutgoingCall, behaviours
from tests.sim.sound import noise
from tests.stories.stage import BEEP, STAFF, Stage, heard, office, person, recorded
from tests.stories.ways import OwnBox

ANA = STAFF["ana"][1]
AT_ONCE = behaviours.answers(after=0.1, thinks=0)
Phase = Callable[[Stage], Awaitable[OutgoingCall]]


async def ringing_in(stage: Stage) -> OutgoingCall:
    call = await stage.caller().call(stage.target)
    call.cancel()
    return call


async def greeting(stage: Stage) -> OutgoingCall:
    call = await stage.called()
    await call.hears_any()
    return call


async def in_the_menu(stage: Stage) -> OutgoingCall:
    call = await stage.called()
    await heard(call, Prompt.GREETING_OPEN)
    await call.hears_speech(since=call.rtp.heard.length)
    return call


async def please_hold(stage: Stage) -> OutgoingCall:
    stage.staff("ana", behaviours.dead())
    call = await stage.forwarded()
    await heard(call, Prompt.PLEASE_HOLD)
    return call


async def staff_rung(stage: Stage) -> OutgoingCall:
    ana = stage.staff("ana", behaviours.never_answers())
    call = await stage.forwarded()
    await (await ana.rings()).ringing()
    return call


async def staff_picking_up(stage: Stage) -> OutgoingCall:
    ana = stage.staff("ana")
    call = await stage.forwarded()
    (await ana.rings()).answer()
    return call


async def whisper(stage: Stage) -> OutgoingCall:
    ana = stage.staff("ana", behaviours.answers_silently(after=0))
    call = await stage.forwarded()
    await (await ana.rings()).hears_speech()
    return call


async def staff_pressing_one(stage: Stage) -> OutgoingCall:
    ana = stage.staff("ana", behaviours.answers_silently(after=0))
    call = await stage.forwarded()
    rung = await ana.rings()
    await rung.hears_speech()
    await rung.press("1", seconds=0.04)
    return call


async def joined(stage: Stage) -> OutgoingCall:
    stage.staff("ana", AT_ONCE)
    call = await stage.forwarded()
    await call.hears(ANA)
    return call


async def message_intro(stage: Stage) -> OutgoingCall:
    call = await stage.called()
    await call.press("3")
    await heard(call, Prompt.MESSAGE_INTRO)
    return call


async def beep(stage: Stage) -> OutgoingCall:
    call = await message_intro(stage)
    await call.hears(BEEP, lasting=0.1)
    return call


async def recording(stage: Stage) -> OutgoingCall:
    call = await beep(stage)
    await call.hears_silence(lasting=0.1)
    await call.say(noise(2.0, seed=3))
    return call


async def saved(stage: Stage) -> OutgoingCall:
    call = await recording(stage)
    await call.press("#")
    await heard(call, Prompt.MESSAGE_SAVED)
    return call


async def call_back_promised(stage: Stage) -> OutgoingCall:
    call = await staff_rung(stage)
    await call.press("9")
    await heard(call, Prompt.CALLBACK_ASKED)
    return call


PHASES: dict[Phase, str] = {
    ringing_in: "missed",
    greeting: "missed",
    in_the_menu: "missed",
    please_hold: "missed",
    staff_rung: "missed",
    staff_picking_up: "missed",
    whisper: "missed",
    joined: "spoken",
    message_intro: "missed",
    recording: "message",
    saved: "message",
    call_back_promised: "callback",
}


def phases() -> Iterator[Any]:
    """A call that ends before a modem told of it was never there."""
    for phase in PHASES:
        marks = [pytest.mark.sip_only] if phase is ringing_in else []
        yield pytest.param(phase, id=phase.__name__, marks=marks)


@pytest.mark.parametrize("phase", list(phases()))
async def test_the_caller_hangs_up(tight_stage: Stage, phase: Phase) -> None:
    stage, before = tight_stage, await _at_rest(tight_stage)
    call = await phase(stage)
    await call.hang_up()
    story = await stage.story(call)
    assert story.call.outcome == PHASES[phase]
    await _nothing_stays(stage, before)
    for case in stage.cases(call):
        if case.recording:
            assert len(recorded(stage.recording(case)))


@pytest.mark.parametrize("phase", [staff_pressing_one, beep], ids=lambda phase: phase.__name__)
async def test_the_caller_hangs_up_in_that_very_instant(tight_stage: Stage, phase: Phase) -> None:
    """What the call then counts as depends on who was first; that nothing stays does not."""
    stage, before = tight_stage, await _at_rest(tight_stage)
    call = await phase(stage)
    await call.hang_up()
    assert (await stage.story(call)).call.outcome in ("missed", "spoken", "message")
    await _nothing_stays(stage, before)


@pytest.mark.parametrize("phase", [joined, staff_rung, recording], ids=lambda phase: phase.__name__)
async def test_the_box_is_stopped(own_box: OwnBox, phase: Phase) -> None:
    """Every call gets its ending, and whoever is on the telephone is hung up on."""
    async with own_box() as stage:
        await stage.opens(office(person("ana"), recording_notice={"en": "We keep it."}))
        call = await phase(stage)
        assert await stage.box.stop() == 0
        await call.ended(within=2)
        assert stage.stories(call.number)[0].call.outcome == PHASES[phase]
        for leg in stage.calls:
            await leg.ended(within=2)


async def test_a_person_who_hangs_up_at_once_is_not_a_talk(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("ion")))
    stage.staff("ana", behaviours.answers_and_hangs_up(after=0.1, holds=0))
    stage.staff("ion", AT_ONCE)
    call = await stage.forwarded()
    await call.hears(STAFF["ion"][1])
    await call.hang_up()
    assert (await stage.story(call)).call.person == "ion"


async def _at_rest(stage: Stage) -> int:
    """How many files the daemon holds open when nothing goes on, after it had a first call."""
    await stage.opens(office(person("ana")))
    if not stage.stories("+37322999999"):
        stage.staff("ana", AT_ONCE)
        first = await stage.called("+37322999999")
        await first.press("1")
        await first.hears(ANA)
        await first.hang_up()
        await stage.story(first)
        await stage.clear()
        message = await recording(stage)
        await message.hang_up()
        await stage.story(message)
        await stage.clear()
    looks: list[int] = []

    def steady(_: object) -> bool:
        looks.append(_open_files(stage))
        return len(looks) >= 3 and len(set(looks[-3:])) == 1

    await stage.box.until(steady, "the daemon at rest")
    return looks[-1]


def _open_files(stage: Stage) -> int:
    count = 0
    for one in Path(f"/proc/{stage.box.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            one.readlink()
            count += 1
    return count


async def _nothing_stays(stage: Stage, files_before: int) -> None:
    """No call, no leg, no channel, no half case, no file is left of it."""
    await stage.box.idle()
    for leg in stage.calls:
        await leg.ended(within=5)
    assert stage.open_cases() == 0
    await stage.box.until(
        lambda _: _open_files(stage) <= files_before, f"no more than {files_before} open files"
    )
    await _both_channels_are_free(stage)


async def _both_channels_are_free(stage: Stage) -> None:
    """The line has two channels, so another caller reaches Ana only if none was kept."""
    stage.staff("ana", AT_ONCE)
    next_one = await stage.forwarded()
    await next_one.hears(ANA)
