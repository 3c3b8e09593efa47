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
from hotline.routing.office import Do, Fallback, Key, Menu
from hotline.routing.plan import Plan
from hotline.routing.rules import Opening

MAIN = "main"
PERSON_KEY = "0"
REPEAT_KEY = "*"
ENOUGH_S = 1.0  # who hung up sooner has not heard what they asked for
MOST_CHOICES = 25  # somebody who hears the menu so often is helped by a person, or is a machine
NEEDS_PERSON = frozenset({Do.PERSON, Do.TOPIC})


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
    open_now = _open(plan)
    menu, tries = call.office.menu(MAIN), 0
    if menu is None:
        await call.party.play(greeting)
        return unasked(call, plan)
    before, key = greeting, None
    for _ in range(MOST_CHOICES):
        if tries >= menu.tries:
            break
        key = key or await call.party.ask(
            before + await _offer(call, menu, open_now), menu.wait_seconds
        )
        chosen, pressed, key = _key_of(menu, key), key, None
        if chosen is None:
            tries += 1
            before = await _misunderstood(call, pressed)
        elif chosen.do is Do.MENU:
            menu, tries, before = _below(call, menu, chosen), 0, []
        elif chosen.do is Do.SAY:
            before, key = [], await _inform(call, chosen, key_name(menu.id, chosen.key))
        elif chosen.do in (Do.LANGUAGE, Do.REPEAT):
            before = _stay(call, chosen)
        else:
            return _wish(call, chosen)
    return unasked(call, plan)


def _open(plan: Plan) -> bool:
    return plan.opening in (Opening.OPEN, Opening.UNTRUSTED)


def _key_of(menu: Menu, key: str | None) -> Key | None:
    """The menu's key; 0 is a person and * repeats, even where the owner forgot to say so."""
    if key is None:
        return None
    own = next((k for k in menu.keys if k.key == key), None)
    implied = {PERSON_KEY: Key(PERSON_KEY, Do.PERSON), REPEAT_KEY: Key(REPEAT_KEY, Do.REPEAT)}
    return own or implied.get(key)


def _below(call: Call, menu: Menu, chosen: Key) -> Menu:
    call.step("menu", f"The caller pressed {chosen.key}: the menu {chosen.target}.")
    return call.office.menu(chosen.target) or menu


def _stay(call: Call, chosen: Key) -> list[Path]:
    """Keys that lead back to the same menu; nothing comes before it is offered again."""
    if chosen.do is Do.LANGUAGE:
        call.language = chosen.target
        call.step("language", f"The caller chose the language {chosen.target}.")
    else:
        call.step("menu", "The caller asked to hear the menu again.")
    return []


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
    if _open(plan):
        call.step("no_choice", "No choice was made, so a person is rung.")
        return Wish(Do.PERSON)
    return fallback(call.office.fallback)


def fallback(kind: Fallback, topic: str | None = None) -> Wish:
    """The wish that stands for a fallback of the plan."""
    return Wish(Do.COMPLAINT if kind is Fallback.COMPLAINT else Do.MESSAGE, topic)


async def _offer(call: Call, menu: Menu, open_now: bool) -> list[Path]:
    """What the menu says; while closed, keys that need a person are not offered."""
    own = await call.own_words(menu.prompt, menu_name(menu.id))
    if own and open_now:
        return own
    files: list[Path] = []
    for key in menu.keys:
        label = key.label.get(call.language) or key.label.get(call.office.language, "")
        if key.do is Do.LANGUAGE:
            files += await _language_offer(call, key)
        elif label and (open_now or key.do not in NEEDS_PERSON):
            files += await call.words(Prompt.MENU_ITEM, label=label, key=key.key)
    if open_now and all(key.key != PERSON_KEY for key in menu.keys):
        files += await call.words(Prompt.MENU_PERSON)
    return files


async def _language_offer(call: Call, key: Key) -> list[Path]:
    """In the language it offers, and not for the one that is spoken already."""
    if key.target == call.language:
        return []
    return await call.exchange.prompts.files(key.target, Prompt.LANGUAGE_CHOICE, key=key.key)


async def _closed_words(call: Call, opens: datetime | None) -> list[Path]:
    zone = call.office.zone
    when = None
    if opens is not None:
        now = call.exchange.clock.now().astimezone(zone)
        when = opening_words(call.language, opens.astimezone(zone), now)
    return await call.words(Prompt.GREETING_CLOSED, office=call.office.name, when=when)
