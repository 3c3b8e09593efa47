"""The IVR menu: greet, offer, hear a key. No dead end: no key and wrong keys lead on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hotline.calls.call import Call
from hotline.media.catalogue import (
    ANNOUNCEMENT,
    Prompt,
    key_name,
    menu_name,
    opening_words,
)
from hotline.routing.menuwalk import (
    NEEDS_PERSON,
    Kind,
    Met,
    Sentence,
    Stand,
    begin,
    fallback_of,
    left_to,
    offered,
    turn,
)
from hotline.routing.office import Do, Fallback, Key
from hotline.routing.plan import Plan
from hotline.routing.rules import Opening

ENOUGH_S = 1.0  # who hung up sooner has not heard what they asked for


@dataclass(frozen=True)
class Wish:
    """What the caller wants: PERSON or TOPIC (ring somebody), MESSAGE, COMPLAINT, or STAFF.

    ask_why: before somebody is rung the caller is asked what it is about.
    """

    do: Do
    topic: str | None = None
    ask_why: bool = False

    @property
    def to_person(self) -> bool:
        """Does somebody have to be rung?"""
        return self.do in NEEDS_PERSON


async def greet(call: Call, plan: Plan) -> list[Path]:
    """The greeting by opening hours, as files: the menu plays them, so that a key works at once."""
    office, before = call.office, await announced(call)
    if _open(plan):
        call.step("greeting", "The caller hears the greeting.")
        own = await _greeting(call, office.greeting, Prompt.GREETING_OPEN)
        return before + (own or await call.words(Prompt.GREETING_OPEN, office=office.name))
    call.step("greeting_closed", "The caller hears that the office is closed.")
    own = await _greeting(call, office.closed_greeting, Prompt.GREETING_CLOSED)
    notice = await call.own_words(plan.closure.notice) if plan.closure else []
    return before + (own or await _closed_words(call, plan.next_opening)) + notice


async def announced(call: Call) -> list[Path]:
    """What is said before every greeting just now, as files. The text goes before a recording."""
    now = call.exchange.announcement()
    if now is None or not now.on(call.exchange.clock.now()):
        return []
    call.step("announcement", "The caller hears the announcement.")
    if words := await call.own_words(now.text):
        return words
    prompts = call.exchange.prompts
    in_theirs = await prompts.say(call.language, "", ANNOUNCEMENT)
    return in_theirs or await prompts.say(call.office.language, "", ANNOUNCEMENT)


async def _greeting(call: Call, texts: Mapping[str, str], prompt: Prompt) -> list[Path]:
    """The office's own words; its recording goes before them, but not before a campaign's."""
    campaign = call.campaign
    its_own = campaign is not None and texts in (campaign.greeting, campaign.closed_greeting)
    return await call.own_words(texts, "" if its_own else prompt) if texts else []


async def choose(call: Call, plan: Plan, greeting: list[Path]) -> Wish:
    """Lead the caller through at most two levels to a wish.

    Raises CallerGone. Every path ends: wrong keys and silence are counted together.
    """
    stand, before, key = begin(call.office, call.language), greeting, None
    if stand is None:
        await call.party.play(greeting)
        return unasked(call, plan)
    while not stand.over:
        key = key or await call.party.ask(
            before + await _offer(call, stand, _open(plan)), stand.menu.wait_seconds
        )
        taken, pressed, key = turn(call.office, stand, key), key, None
        stand, before = taken.after, []
        if taken.chosen is None:
            before = await _misunderstood(call, pressed)
        elif taken.met is Met.WISH:
            return _wish(call, taken.chosen)
        elif taken.met is Met.SAY:
            said_by = key_name(stand.menu.id, taken.chosen.key)
            key = await _inform(call, taken.chosen, said_by)
        else:
            _stays(call, taken.met, taken.chosen)
    return unasked(call, plan)


def _open(plan: Plan) -> bool:
    return plan.opening in (Opening.OPEN, Opening.UNTRUSTED)


def _stays(call: Call, met: Met, chosen: Key) -> None:
    """Keys that lead to a menu, the same or another; nothing comes before it is offered."""
    if met is Met.BELOW:
        call.step("menu", f"The caller pressed {chosen.key}: the menu {chosen.target}.")
    elif met is Met.LANGUAGE:
        call.language = chosen.target
        call.step("language", f"The caller chose the language {chosen.target}.")
    else:
        call.step("menu", "The caller asked to hear the menu again.")


async def _inform(call: Call, chosen: Key, said_by: str) -> str | None:
    """Say what the key promises; the key that was pressed meanwhile. Raises CallerGone.

    An answer is what was heard to its end, or for a moment at least: people hang up when they
    have heard enough. Who hung up at once was not answered.
    """
    call.step("information", f"The caller pressed {chosen.key} and hears information.")
    clock, heard = call.exchange.clock, False
    words = await call.own_words(chosen.text, said_by)
    began = clock.monotonic()
    try:
        key = await call.party.ask(words, 0.0)
        heard = bool(words) and key is None
        return key
    finally:
        if heard or clock.monotonic() - began >= ENOUGH_S:
            call.ending.informed = True


async def _misunderstood(call: Call, key: str | None) -> list[Path]:
    if key is None:
        call.step("no_key", "The caller pressed no key.")
        return await call.words(Prompt.NO_KEY)
    # It may be a digit of a PIN that somebody goes on keying after the staff's menu was left.
    which = "a key" if any(step.what == "staff_asked" for step in call.steps) else key
    call.step("wrong_key", f"The caller pressed {which}, which the menu does not have.")
    return await call.words(Prompt.WRONG_KEY)


def _wish(call: Call, chosen: Key) -> Wish:
    topic = chosen.target or None
    call.ending.topic = topic
    call.ending.informed = False
    about = f": {topic}" if topic else ""
    call.step("key", f"The caller pressed {chosen.key} ({chosen.do}{about}).", key=chosen.key)
    return Wish(chosen.do, topic, chosen.ask_why)


def unasked(call: Call, plan: Plan) -> Wish:
    """Nothing was chosen: a person while the office is open, else its fallback."""
    do = left_to(call.office, _open(plan))
    if do is Do.PERSON:
        call.step("no_choice", "No choice was made, so a person is rung.")
    return Wish(do)


def fallback(kind: Fallback, topic: str | None = None) -> Wish:
    """The wish that stands for a fallback of the plan."""
    return Wish(fallback_of(kind), topic)


async def _offer(call: Call, stand: Stand, open_now: bool) -> list[Path]:
    """What the menu says, as files; the office's own recording of it comes before everything."""
    own = await call.own_words(stand.menu.prompt, menu_name(stand.menu.id)) if open_now else []
    if own:
        return own
    prompts, files = call.exchange.prompts, list[Path]()
    for one in offered(call.office, stand.menu, stand.language, open_now):
        prompt, values = prompt_of(one)
        if prompt is not None:
            files += await prompts.files(one.language, prompt, **values)
    return files


def prompt_of(one: Sentence) -> tuple[Prompt | None, dict[str, str]]:
    """What the box says for a sentence of the menu; None: the owner's words as they are."""
    if one.kind is Kind.OWN:
        return None, {}
    if one.kind is Kind.LANGUAGE:
        return Prompt.LANGUAGE_CHOICE, {"key": one.key}
    if one.kind is Kind.PERSON:
        return Prompt.MENU_PERSON, {}
    return Prompt.MENU_ITEM, {"label": one.words, "key": one.key}


async def _closed_words(call: Call, opens: datetime | None) -> list[Path]:
    zone = call.office.zone
    when = None
    if opens is not None:
        now = call.exchange.clock.now().astimezone(zone)
        when = opening_words(call.language, opens.astimezone(zone), now)
    return await call.words(Prompt.GREETING_CLOSED, office=call.office.name, when=when)
