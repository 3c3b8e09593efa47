"""Choosing by a key from a short list that is read to one of the staff."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from hotline.calls.call import Call
from hotline.calls.leg import Party
from hotline.calls.orders import STAR
from hotline.media.catalogue import Prompt
from hotline.media.engine import Prompts
from hotline.routing.handover import Moment, moment
from hotline.routing.keylist import MORE_KEY, page_of
from hotline.routing.office import Person

PATIENCE_S = 5.0
MOST_ASKED = 9
MOST_SILENT = 2
T = TypeVar("T")


def moment_of(call: Call, holder: Person) -> Moment:
    """With the whole office, also where the caller came by a campaign's few people."""
    x, number = call.exchange, call.caller.number
    clock, load = x.clock, x.board.load(number)
    trusted = clock.trusted()
    return moment(x.office(), clock.now(), load, holder, number, clock_trusted=trusted)


async def choose(
    party: Party, things: Sequence[T], read: Callable[[dict[str, T]], Awaitable[list[Path]]]
) -> T | None:
    """Have the list read to one of the staff and hear the key; None where nothing was chosen.

    read: what is said of so many as there are keys, by key. A key during the list works at once; 0
    goes on in a long list, star chooses nothing. Raises CallerGone when this party hangs up.
    """
    page = silent = 0
    for _ in range(MOST_ASKED):
        by_key = page_of(things, page)
        key = await party.ask(await read(by_key), PATIENCE_S)
        silent += key is None
        if key == STAR or silent == MOST_SILENT:
            break
        page += key == MORE_KEY
        if key in by_key:
            return by_key[key]
    return None


async def choose_person(
    party: Party,
    people: Sequence[Person],
    prompts: Prompts,
    language: str,
    question: Prompt | None = None,
) -> Person | None:
    """`choose` from their names. question: asked before them."""

    async def read(by_key: dict[str, Person]) -> list[Path]:
        words = await prompts.files(language, question) if question else []
        for key, person in by_key.items():
            words += await prompts.say(language, person.name)
            words += await prompts.files(language, Prompt.TALK_KEY, key=key)
        more = len(by_key) < len(people)
        return words + (await prompts.files(language, Prompt.TALK_MORE) if more else [])

    return await choose(party, people, read)
