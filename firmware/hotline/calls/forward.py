"""Reaching a person: ring by the plan until somebody takes the call, then join the two.

The caller hears music all the while and may press * to leave a message or 9 to be called back.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from hotline.calls.call import Call
from hotline.calls.hunt import Hunt, result_of, send_off
from hotline.calls.intalk import InTalk
from hotline.calls.leg import either, settled
from hotline.calls.offer import Reached
from hotline.calls.spoken import note_parting, note_talk
from hotline.errors import CallerGone
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
    if not call.left:  # else the place in line is that of before, ahead of the others
        number = call.caller.number
        arrival = board.places.arrival(number, call.id)
        call.ticket = ticket_for(call.office, number, topic, arrival)
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


async def talk(call: Call, reached: Reached) -> bool:
    """Join the caller and the person until the talk is over; raises CallerGone if the caller ended
    it, also if the two were left alone: the call is over then as far as the box can know.

    False: the person hung up while the caller waited, and somebody else is to be rung. A caller who
    hung up just as the person pressed 1 was not spoken with.
    """
    if call.party.gone.done():
        send_off(call, reached)
        raise CallerGone
    with contextlib.ExitStack() as then, call.exchange.board.forwarding():
        if reached.joined:
            then.callback(reached.release)
            return await _through_the_network(call, reached)
        theirs = InTalk(call, reached)
        then.callback(theirs.release)
        return await theirs.run()


async def _through_the_network(call: Call, reached: Reached) -> bool:
    """The network joined the two: the box hears no keys, and can do nothing for them."""
    note_talk(call, reached)
    if reached.left_alone:
        reached.party.hang_up()
    await either(call.party.gone, reached.party.gone)
    if call.party.gone.done():
        raise CallerGone
    note_parting(call, reached)
    return True


async def _first(hunt: asyncio.Task[object], comfort: asyncio.Task[object], seconds: int) -> None:
    await asyncio.wait({hunt, comfort}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)


# -- the caller's side ---------------------------------------------------------------------------


async def _comfort(call: Call) -> str:
    """Music with a reminder now and then, until the caller presses * or 9.

    Who has to wait because all are busy hears the place at once, and then with each reminder.
    """
    key = await call.party.ask(await call.words(Prompt.PLEASE_HOLD), 0.0)
    if key is None and (place := await _place(call)):
        key = await call.party.ask(place, 0.0)
    while not _leaves(call, key):
        key = await call.party.linger(call.exchange.comfort.music, REMIND_EVERY_S)
        if key is None:
            key = await call.party.ask(await _reminder(call), 0.0)
    return key or MESSAGE_KEY


async def _reminder(call: Call) -> list[Path]:
    """The place in the queue and the time it may take, if the caller waits, and the ways out."""
    return await _place(call) + await call.words(Prompt.STILL_WAITING)


async def _place(call: Call) -> list[Path]:
    """Nothing for who does not wait: somebody is rung for them."""
    board = call.exchange.board
    place = board.queue.position(call.ticket)
    minutes = in_minutes(board.expected_wait(call.ticket))
    return await call.words(Prompt.POSITION, n=place, minutes=minutes) if place else []


def _leaves(call: Call, key: str | None) -> bool:
    return key == MESSAGE_KEY or (key == CALL_BACK_KEY and call.office.callback)
