"""A menu that was taken ready made, and changed by hand, is what the next caller hears."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hotline.control.messages.office import MenuTry
from hotline.media.catalogue import Prompt
from hotline.storage.menutemplate import SECTIONS, template
from hotline.storage.officesections import mark_of, sections_of
from tests.sim.sip import behaviours
from tests.stories.stage import STAFF, Stage, heard, office, person

ANA, ION = STAFF["ana"][1], STAFF["ion"][1]
# Speech is found by its very samples, which a modem reads at its own pace.
BY_ITS_SAMPLES = pytest.mark.sip_only
AT_ONCE = behaviours.answers(after=0.1, thinks=0)


async def put(stage: Stage, changed: dict[str, Any]) -> None:
    """As the page does it: over what was seen."""
    control = stage.box.control
    yaml = await asyncio.to_thread(control.office_get)
    seen = mark_of(sections_of(yaml), changed)
    await asyncio.to_thread(control.office_set, changed, seen, "maria")
    await stage.speaks_what_is_in_force()


async def takes(stage: Stage, name: str) -> dict[str, Any]:
    """The template is put in force; returns its sections."""
    yaml = await asyncio.to_thread(stage.box.control.office_get)
    changed = template(name).taken(sections_of(yaml))
    assert set(changed) == set(SECTIONS)
    await put(stage, changed)
    return changed


@BY_ITS_SAMPLES
async def test_the_next_caller_hears_the_menu_that_was_taken(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    await takes(stage, "shop")
    caller = await stage.called()
    await heard(caller, Prompt.GREETING_OPEN)  # a recording goes before written words
    await caller.hears_piece(await stage.words("For an order, press one."))
    await caller.hears_piece(await stage.words("For a complaint, press three."))


async def test_its_keys_lead_where_they_say(stage: Stage) -> None:
    people = person("ana", topics=["orders"]), person("ion", topics=["delivery"])
    topics = [{"id": one, "name": {"en": one}} for one in ("orders", "delivery")]
    await stage.opens(office(*people, topics=topics))
    await takes(stage, "shop")
    stage.staff("ana", AT_ONCE)
    stage.staff("ion", AT_ONCE)
    for key, tone in (("1", ANA), ("2", ION)):
        caller = await stage.called()
        await caller.press(key)
        await caller.hears(tone)
        await caller.hang_up()
    caller = await stage.called()
    await caller.press("3")
    await heard(caller, Prompt.COMPLAINT_INTRO)


@BY_ITS_SAMPLES
async def test_a_menu_tried_on_the_page_is_what_a_caller_hears(stage: Stage) -> None:
    words = "We are open from nine to six."
    await stage.opens(office(person("ana")))
    changed = await takes(stage, "support_desk")
    hours = {"key": "5", "do": "say", "label": {"en": "hours"}, "text": {"en": words}}
    changed["menus"][0]["keys"].append(hours)
    await put(stage, changed)
    tried = await asyncio.to_thread(stage.box.control.menu_try, MenuTry(keys="5", sound=True))
    assert tried.heard[0].words == words
    assert tried.files
    caller = await stage.called()
    await caller.press("5")
    await caller.hears_piece(await stage.words(tried.heard[0].words))
    await caller.hears_piece(await stage.words(tried.heard[1].words))
