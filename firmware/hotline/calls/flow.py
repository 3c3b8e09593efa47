"""The story of a call, from the first ring to the goodbye. Read it down the page.

Every wait may end in CallerGone. When the story breaks off by a fault of our own, the switchboard
leads the caller to `rescue`; whatever happens, it then writes the ending and nothing stays open.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from hotline.calls import callmeback, forward, menu, message, survey
from hotline.calls.askwhy import ask_why
from hotline.calls.call import Call
from hotline.calls.leg import cause_of
from hotline.calls.menu import Wish
from hotline.calls.offer import Reached
from hotline.errors import CallerGone
from hotline.inbox.case import CaseKind
from hotline.inbox.step import StepName
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.routing.office import Do


async def tell(call: Call) -> None:
    """One call, whole. Never raises for anything a caller or a line can do."""
    with _until_gone(call):
        await call.pick_up()
        wish = await wanted(call)
        if wish.do is Do.CALLBACK:
            wish = await noted(call, wish)
        if wish.to_person:
            wish = await connect(call, wish)
        if wish is not DONE:
            await leave_word(call, wish)
        await call.say(Prompt.GOODBYE)


async def rescue(call: Call) -> None:
    """The box failed in the middle: straight to a message, for whoever has nothing yet.

    It asks neither the plan nor the menu. Raises what `tell` raises.
    """
    call.step("fault", "The box made a mistake; its log says which.")
    if call.ending.served:
        return
    call.ending.informed = False  # whatever the menu told, it was not all the caller wanted
    with _until_gone(call):
        await call.pick_up()
        await message.take(call, CaseKind.MESSAGE, call.ending.topic)
        await call.say(Prompt.GOODBYE)


async def go_on(call: Call) -> None:
    """A caller whom the office called back, and whom whoever did so left waiting: as any other."""
    with _until_gone(call):
        wish = await connect(call, Wish(Do.PERSON, call.ending.topic))
        if wish is not DONE:
            await leave_word(call, wish)
        await call.say(Prompt.GOODBYE)


@contextlib.contextmanager
def _until_gone(call: Call) -> Iterator[None]:
    try:
        yield
    except CallerGone:
        why = cause_of(call.leg)
        call.ending.elsewhere = why is Cause.ELSEWHERE
        call.step(_GONE.get(why, "caller_gone"), _gone_words(call))


_GONE: dict[Cause | None, StepName] = {
    Cause.LINE_FAILED: "line_failed",
    Cause.ELSEWHERE: "elsewhere",
    Cause.HANDED_ON: "handed_on",
}


def _gone_words(call: Call) -> str:
    if cause_of(call.leg) is Cause.ELSEWHERE:
        return "Another telephone on the line was picked up."
    if cause_of(call.leg) is Cause.HANDED_ON:
        return "The caller was handed on; how long the two talk the box cannot know."
    if cause_of(call.leg) is Cause.LINE_FAILED:
        return f"The line {call.leg.line} failed and took the caller with it."
    if call.party_or_none is None:
        return "The call was over before the box could answer it; perhaps the line was full."
    if cause_of(call.leg) is Cause.NO_SOUND:
        return "No sound arrived from the caller any more, so the box hung up."
    return "The caller hung up."


DONE = Wish(Do.REPEAT)
STAFF_ASKED = 3  # times; then nobody is of the staff who says so


async def wanted(call: Call) -> Wish:
    """What the caller chooses. DONE for somebody of the staff who was let in.

    Whoever is not let in hears the menu again, as any caller does.
    """
    plan = call.plan()
    greeting = await menu.greet(call, plan)
    for _ in range(STAFF_ASKED):
        wish = await menu.choose(call, plan, greeting)
        if wish.do is not Do.STAFF:
            return wish
        if await call.exchange.doors.staff(call):
            return DONE
        greeting = []
    return menu.unasked(call, plan)


async def connect(call: Call, wish: Wish) -> Wish:
    """Ring the staff. DONE after a talk; else what the caller is to do instead.

    Who was left on hold by the person they talked with is put through to another one.
    Where the line can join nobody, whoever is on duty is told at once, and calls back.
    """
    plan = call.plan(wish.topic)
    if plan.call_back:
        await message.call_back(call, wish.topic, sorry=True)
        return DONE
    if wish.ask_why and (plan.tiers or plan.busy):
        await ask_why(call)
    reached = await forward.reach(call, wish.topic)
    while isinstance(reached, Reached):
        if await forward.talk(call, reached):
            await survey.ask(call)
            return DONE
        reached = await forward.reach(call, wish.topic)
    if reached == forward.CALL_BACK_KEY and call.caller.number:
        await message.call_back(call, wish.topic)
        return DONE
    if reached is None:
        await call.say(Prompt.NOBODY_NOW)
    return menu.fallback(call.plan(wish.topic).fallback, wish.topic)


async def noted(call: Call, wish: Wish) -> Wish:
    """The wish to be called back; a message instead where there is no number for it."""
    if await callmeback.take(call, wish.topic):
        return DONE
    return Wish(Do.MESSAGE, wish.topic)


async def leave_word(call: Call, wish: Wish) -> None:
    """A message or complaint; it is filed also when the caller hangs up in the middle."""
    kind = CaseKind.COMPLAINT if wish.do is Do.COMPLAINT else CaseKind.MESSAGE
    await message.take(call, kind, wish.topic)
