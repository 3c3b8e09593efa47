"""Callers of a campaign hear its greeting and its menu, and the record says which one it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hotline.media.catalogue import Prompt
from hotline.routing.office import Campaign, Do, Key, Menu
from tests.calls.hotline import OFFICE, Hotline

MENU = Menu("admission", (Key("1", Do.COMPLAINT),))
SEASON = Campaign(
    "season",
    "Admission",
    date(2026, 11, 22),
    date(2026, 11, 22),
    lines=("office",),
    greeting={"en": "Admission."},
    menu="admission",
)
SHOP = replace(OFFICE, menus=(*OFFICE.menus, MENU), campaigns=(SEASON,))


async def test_while_it_is_on_callers_of_its_line_hear_the_campaign(tmp_path: Path) -> None:
    here = Hotline(tmp_path, SHOP)
    caller = here.rings("1")
    story = await here.over(caller)
    assert "Admission." in caller.heard
    assert Prompt.GREETING_OPEN not in caller.heard
    assert story.call.outcome == "complaint"
    (told,) = [step for step in story.steps if step.what == "campaign"]
    assert told.facts == {"campaign": "season"}


@pytest.mark.parametrize("lines", [("office",), ("another",)])
async def test_when_it_is_over_or_on_another_line_the_office_answers(
    tmp_path: Path, lines: tuple[str, ...]
) -> None:
    here = Hotline(tmp_path, replace(SHOP, campaigns=(replace(SEASON, lines=lines),)))
    if lines == ("office",):
        here.time.pass_by(timedelta(days=1))
    caller = here.rings("2")
    story = await here.over(caller)
    assert Prompt.GREETING_OPEN in caller.heard
    assert "campaign" not in [step.what for step in story.steps]


async def test_a_campaign_that_ends_during_a_call_keeps_the_call(tmp_path: Path) -> None:
    here = Hotline(tmp_path, SHOP)
    caller = here.rings()
    await here.step(caller, "campaign")
    here.time.pass_by(timedelta(days=1))
    caller.keys.put_nowait("1")
    assert (await here.over(caller)).call.outcome == "complaint"
