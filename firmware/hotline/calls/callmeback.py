"""Who wants to be called back and pressed the key for it: on which number, and the wish is filed.

The number is read back before it counts. Where nobody may be called, or too many numbers were keyed
within the hour, the caller is led to a message instead.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from hotline.calls.call import Call
from hotline.calls.keying import keyed
from hotline.calls.message import stands
from hotline.errors import CallerGone, NumberRefused
from hotline.inbox.case import CaseKind
from hotline.lines.port import Caller
from hotline.media.catalogue import Prompt
from hotline.numbering import national

RIGHT_S = 6.0
OTHER_KEY = "2"
TRIES = 3  # of keying a number, in one call
LONGEST_NUMBER = 15


@dataclass
class _Wish:
    """number: on which the caller is called if they hang up now."""

    number: str | None


async def take(call: Call, topic: str | None) -> bool:
    """File the wish, with the caller's own number or another one; False where there is none.

    It is filed also when the caller simply hangs up, as soon as there is a number. Raises
    CallerGone.
    """
    call.step("callback_asked", "The caller wants to be called back.")
    wish = _Wish(_allowed(call, call.caller.number or ""))
    try:
        if wish.number is None or await _another(call, wish.number):
            wish.number = await _keyed(call, wish)
    except CallerGone:
        if wish.number is not None:
            _file(call, wish.number, topic)
        raise
    if wish.number is None:
        return False
    number, stored = _file(call, wish.number, topic)
    await stands(stored)
    await call.say(Prompt.CALLBACK_NOTED, case=number)
    return True


async def _another(call: Call, number: str) -> bool:
    """Is it to be another number than the one that is shown?"""
    question = await call.words(Prompt.CALLBACK_OWN, caller=_read(call, number))
    return await call.party.ask(question, RIGHT_S) == OTHER_KEY


async def _keyed(call: Call, wish: _Wish) -> str | None:
    """The number that was keyed and read back; the last one that was right, or None."""
    for _ in range(TRIES):
        if not call.exchange.keyed.may(call.exchange.clock.monotonic()):
            return wish.number
        question = await call.words(Prompt.CALLBACK_KEY_IN)
        digits = await keyed(call.party, question, LONGEST_NUMBER)
        number = _allowed(call, digits or "")
        if number is None:
            await call.say(Prompt.CALLBACK_REFUSED)
            continue
        call.exchange.keyed.at.append(call.exchange.clock.monotonic())
        call.step("callback_keyed", "The caller keyed another number, and it is read back.")
        wish.number = number
        right = await call.words(Prompt.CALLBACK_READ, caller=_read(call, number))
        if await call.party.ask(right, RIGHT_S) != OTHER_KEY:
            return number
        wish.number = None
    return wish.number


def _allowed(call: Call, given: str) -> str | None:
    """The number, if the box may dial it at all: no costly one, none of a foreign country."""
    try:
        return call.exchange.board.caps.allowed(given, confirmed=False) if given else None
    except NumberRefused:
        return None


def _read(call: Call, number: str) -> str:
    return national(number, call.office.country)


def _file(call: Call, number: str, topic: str | None) -> tuple[int, asyncio.Future[None]]:
    """Never waits: the caller may be gone."""
    if topic:
        call.ending.topic = topic
    now, caller = call.exchange.clock.now(), Caller(number, call.caller.name)
    case = call.exchange.cases.open(
        CaseKind.CALLBACK, call.id, topic or "", caller, call.language, now
    )
    call.ending.case_number, call.ending.case_kind = case.number, CaseKind.CALLBACK
    call.step("callback", f"The caller wants to be called back: case {case.number}.")
    call.exchange.notices.case_filed(call, case.number, CaseKind.CALLBACK, number=number)
    return case.number, asyncio.wrap_future(case.stored)
