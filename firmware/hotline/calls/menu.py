"""The IVR menu: greet, offer, hear a key. No dead end: no key and wrong keys lead on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hotline.calls.answers import answered, behind
from hotline.calls.call import Call
from hotline.media.catalogue import (
    ANNOUNCEMENT,
    Prompt,
    key_name,
    menu_name,
    opening_words,
)
from hotline.routing.answers import as_of
from hotline.routing.menuwalk import (
    NEEDS_PERSON,
    Kind,
    Met,
    Sentence,
    Stand,
    begin,
    fallback_of,
    key_of,
    left_to,
    offered,
    turn,
)
from hotline.routing.office import Do, Fallback, Key, Office
from hotline.routing.plan import Plan
from hotline.routing.rules import Opening
from hotline.routing.shifts import day_of

ENOUGH_S = 1.0  # who hung up sooner has not heard what they asked for


@dataclass(frozen=True)
class Wish:
    """What the caller wants: PERSON or TOPIC (ring somebody), MESSAGE, COMPLAINT, CALLBACK, STAFF.

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
    office = _of_today(call)
    stand, before, key = begin(office, call.language), greeting, None
    if stand is None:
        await call.party.play(greeting)
        return unasked(call, plan)
    while not stand.over:
        if stand.answer:
            key = await _answer(call, office, stand, _open(plan))
        key = key or (None if stand.answer else await _hear(call, office, stand, plan, before))
        taken, pressed, key = turn(office, stand, key), key, None
        stand, before = taken.after, []
        if taken.chosen is None:
            before = await _misunderstood(call, pressed)
        elif taken.met is Met.WISH:
            if (own := key_of(stand.menu, pressed)) and own.do is Do.ANSWER:
                words = f"The answer {own.target} is past its day, so somebody is asked instead."
                call.step("answer_over", words)
            return _wish(call, taken.chosen)
        elif taken.met is Met.SAY:
            said_by = key_name(stand.menu.id, taken.chosen.key)
            call.step("information", f"The caller pressed {pressed} and hears information.")
            key = await _inform(call, await call.own_words(taken.chosen.text, said_by))
        elif taken.met is Met.ANSWER:
            words = f"The caller pressed {pressed} and hears the answer {taken.chosen.target}."
            call.step("information", words)
        else:
            _stays(call, taken.met, taken.chosen)
    return unasked(call, plan)


def _of_today(call: Call) -> Office:
    """With the answers that may be said; a clock nobody believes takes none away."""
    clock = call.exchange.clock
    return as_of(call.office, day_of(call.office, clock.now())) if clock.trusted() else call.office


async def _hear(
    call: Call, office: Office, stand: Stand, plan: Plan, before: list[Path]
) -> str | None:
    """Say what the menu has, and hear a key."""
    words = await _offer(call, office, stand, _open(plan))
    return await call.party.ask(before + words, stand.menu.wait_seconds)


async def _answer(call: Call, office: Office, stand: Stand, open_now: bool) -> str | None:
    """Say the answer, then what a caller can do; the key that was pressed. Raises CallerGone."""
    told = key_of(stand.menu, stand.answer)
    words, voice, now = list[Path](), call.exchange.prompts, call.exchange.clock.now()
    for one in answered(office, told.target if told else "", stand.language, now):
        words += await one.sound(voice)
    key = await _inform(call, words)
    if key is not None:
        return key
    more = await behind(stand.language, open_now).sound(voice)
    return await call.party.ask(more, stand.menu.wait_seconds)


def _open(plan: Plan) -> bool:
    return plan.opening in (Opening.OPEN, Opening.UNTRUSTED)


def _stays(call: Call, met: Met, chosen: Key) -> None:
    """Keys that lead to a menu, the same or another; nothing comes before it is offered."""
    if met is Met.BELOW:
        call.step("menu", f"The caller pressed {chosen.key}: the menu {chosen.target}.")
    elif met is Met.LANGUAGE:
        call.language = chosen.target
        call.step("language", f"The caller chose the language {chosen.target}.")
    elif met is Met.BACK:
        call.step("menu", "The caller goes back from the answer to the menu.")
    else:
        call.step("menu", "The caller asked to hear the menu again.")


async def _inform(call: Call, words: Sequence[Path]) -> str | None:
    """Say what a key promised; the key that was pressed meanwhile. Raises CallerGone.

    An answer is what was heard to its end, or for a moment at least: people hang up when they
    have heard enough. Who hung up at once was not answered.
    """
    clock, heard = call.exchange.clock, False
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


async def _offer(call: Call, office: Office, stand: Stand, open_now: bool) -> list[Path]:
    """What the menu says, as files; the office's own recording of it comes before everything."""
    own = await call.own_words(stand.menu.prompt, menu_name(stand.menu.id)) if open_now else []
    if own:
        return own
    prompts, files = call.exchange.prompts, list[Path]()
    for one in offered(office, stand.menu, stand.language, open_now):
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
