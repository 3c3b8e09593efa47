"""Reaching a person: ring by the plan until somebody takes the call, then join the two.

The caller hears music all the while and may press * to leave a message or 9 to be called back.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from hotline.calls.call import Call
from hotline.calls.hunt import Hunt, result_of, send_off
from hotline.calls.leg import cause_of, settled
from hotline.calls.offer import Reached
from hotline.errors import CallerGone
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.routing.queue import ticket_for
from hotline.routing.waiting import in_minutes

MESSAGE_KEY = "*"
CALL_BACK_KEY = "9"
REMIND_EVERY_S = 25.0


async def reach(call: Call, topic: str | None) -> Reached | str | None:
    """Find a person for the caller within the office's one deadline.

    A person who pressed 1; or the key the caller pressed instead, * or 9; or None when nobody can
    or will take the call. Raises CallerGone, with every leg to the staff ended.
    """
    board = call.exchange.board
    call.ticket = ticket_for(call.office, call.caller.number, topic, call.id)
    if not board.caps.limits.concurrent:
        call.step("cap", "No calls may be forwarded.")
        return None
    with contextlib.ExitStack() as slot:
        if board.only_aside(call.leg):
            await call.say(Prompt.PLEASE_HOLD)  # to its end: then the line is silent for the caller
        hunt = asyncio.create_task(Hunt(call, topic, slot).run())
        comfort = asyncio.create_task(_comfort(call))
        reached: Reached | None = None
        try:
            await call.party.while_here(_first(hunt, comfort, call.office.total_seconds))
            if hunt.done():
                reached = hunt.result()
            elif comfort.done():
                return comfort.result()
            else:
                call.step("deadline", f"Nobody took it in {call.office.total_seconds} s.")
            return reached
        finally:
            await settled([comfort, hunt])
            late = result_of(hunt)
            if late is not None and late is not reached:
                send_off(call, late)


def _parted_words(reached: Reached) -> str:
    if cause_of(reached.party.leg) is Cause.LINE_FAILED:
        return f"The line {reached.party.leg.line} failed and took {reached.name} with it."
    if cause_of(reached.party.leg) is Cause.NO_SOUND:
        return f"No sound arrived from {reached.name}'s phone any more."
    return f"{reached.name} hung up."


async def talk(call: Call, reached: Reached) -> None:
    """Join the caller and the person until either hangs up. Raises CallerGone if the caller did.

    Also if the two were left alone: the call is over then as far as the box can know. A caller who
    hung up just as the person pressed 1 was not spoken with.
    """
    engine = call.exchange.engine
    if call.party.gone.done():
        send_off(call, reached)
        raise CallerGone
    with contextlib.ExitStack() as then:
        then.callback(reached.release)
        if not reached.joined:
            then.callback(engine.part, call.party.sound, reached.party.sound)
            engine.join(call.party.sound, reached.party.sound)
        _note_talk(call, reached)
        if reached.left_alone:
            reached.party.hang_up()
        ends = {call.party.gone, reached.party.gone}
        with call.exchange.board.forwarding():
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    if call.party.gone.done():
        raise CallerGone
    call.step("staff_hung_up", _parted_words(reached), person=call.ending.person)


def _note_talk(call: Call, reached: Reached) -> None:
    """From here the call counts as spoken, whatever comes."""
    person = reached.engagement.person
    call.ending.person = person.id
    if not reached.left_alone:  # for how long they talk is not known then
        reached.engagement.talks()
    call.exchange.journal.spoken_with(call.id, person.id)
    call.exchange.board.spoken(call.caller.number, person)
    call.step("joined", f"{reached.name} pressed 1; they are talking.", person=person.id)


async def _first(hunt: asyncio.Task[object], comfort: asyncio.Task[object], seconds: int) -> None:
    await asyncio.wait({hunt, comfort}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


# -- the caller's side ---------------------------------------------------------------------------


async def _comfort(call: Call) -> str:
    """Music with a reminder now and then, until the caller presses * or 9."""
    key = await call.party.ask(await call.words(Prompt.PLEASE_HOLD), 0.0)
    while not _leaves(call, key):
        key = await call.party.linger(call.exchange.comfort.music, REMIND_EVERY_S)
        if key is None:
            key = await call.party.ask(await _reminder(call), 0.0)
    return key or MESSAGE_KEY


async def _reminder(call: Call) -> list[Path]:
    """The place in the queue and the time it may take, if the caller waits, and the ways out."""
    board = call.exchange.board
    position, minutes = (
        board.queue.position(call.ticket),
        in_minutes(board.expected_wait(call.ticket)),
    )
    place = await call.words(Prompt.POSITION, n=position, minutes=minutes) if position else []
    return place + await call.words(Prompt.STILL_WAITING)


def _leaves(call: Call, key: str | None) -> bool:
    return key == MESSAGE_KEY or (key == CALL_BACK_KEY and call.office.callback)
