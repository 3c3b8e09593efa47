"""What callers hear first, and whose words they hear: the announcement, the office's own voice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.media.catalogue import ANNOUNCEMENT, Prompt
from hotline.routing.announcement import Announcement
from hotline.routing.office import Campaign, Closure, Do, EarlyClosing, Key, Menu
from tests.calls.hotline import OFFICE, Hotline

STORM = {"en": "A storm has come.", "ru": "Буря."}


def storm(here: Hotline, text: dict[str, str] = STORM, hours: int = 2) -> Announcement:
    now = here.time.now()
    return Announcement(now + timedelta(hours=hours), now, "maria", text)


async def heard(here: Hotline, key: str = "2") -> list[str]:
    caller = here.rings(key)
    await here.over(caller)
    return caller.heard


async def test_the_announcement_comes_before_the_greeting_and_ends_by_itself(
    tmp_path: Path,
) -> None:
    here = Hotline(tmp_path)
    here.announcement = storm(here)
    assert (await heard(here))[:2] == ["A storm has come.", Prompt.GREETING_OPEN]
    here.time.pass_by(timedelta(hours=2))
    assert (await heard(here))[0] == Prompt.GREETING_OPEN


async def test_the_announcement_is_heard_while_closed_too_and_stands_in_the_record(
    tmp_path: Path,
) -> None:
    today = Hotline(tmp_path).time.now().date()
    here = Hotline(tmp_path, replace(OFFICE, closures=(Closure(today, today),)))
    here.announcement = storm(here)
    caller = here.rings("2")
    story = await here.over(caller)
    assert caller.heard[:2] == ["A storm has come.", Prompt.GREETING_CLOSED]
    assert "announcement" in [step.what for step in story.steps]


async def test_who_calls_a_line_closed_early_hears_it_and_why_and_nobody_is_rung(
    tmp_path: Path,
) -> None:
    now = Hotline(tmp_path).time.now()
    early = EarlyClosing(now, now + timedelta(hours=20), "maria", {"en": "A pipe has burst."})
    here = Hotline(tmp_path, replace(OFFICE, closed_early=early))
    caller = here.rings("1")
    story = await here.over(caller)
    assert caller.heard[:2] == [Prompt.GREETING_CLOSED, "A pipe has burst."]
    assert not here.line.dialled.is_set()
    assert story.call.outcome != "answered"


async def test_typed_words_go_before_an_older_recording_of_an_announcement(
    tmp_path: Path,
) -> None:
    here = Hotline(tmp_path)
    here.words.recorded = {ANNOUNCEMENT}
    here.announcement = storm(here)
    assert (await heard(here))[0] == "A storm has come."
    here.announcement = storm(here, {})
    assert (await heard(here))[0] == f"own {ANNOUNCEMENT}"


async def test_a_key_during_the_announcement_works_at_once(tmp_path: Path) -> None:
    here = Hotline(tmp_path)
    here.announcement = storm(here)
    caller = here.rings()
    caller.presses = {**caller.presses, "A storm has come.": "2"}
    assert (await here.over(caller)).call.outcome == "complaint"


@pytest.mark.parametrize(
    ("office", "name"),
    [
        (replace(OFFICE, greeting={"en": "Typed."}), Prompt.GREETING_OPEN),
        (OFFICE, "menu-main"),
        (replace(OFFICE, recording_notice={"en": "Typed."}), Prompt.RECORDING_NOTICE),
    ],
)
async def test_what_the_office_recorded_is_heard_instead_of_what_it_typed(
    tmp_path: Path, office: object, name: str
) -> None:
    here = Hotline(tmp_path, office)  # type: ignore[arg-type]
    here.words.recorded = {name}
    caller = here.rings()
    caller.presses = {**caller.presses, f"own {name}": "2", Prompt.MENU_PERSON: "2"}
    await here.over(caller)
    assert f"own {name}" in caller.heard
    assert "Typed." not in caller.heard


async def test_what_a_key_tells_can_be_recorded(tmp_path: Path) -> None:
    tells = Menu("main", (Key("3", Do.SAY, text={"en": "Typed."}), Key("2", Do.COMPLAINT)))
    here = Hotline(tmp_path, replace(OFFICE, menus=(tells,)))
    here.words.recorded = {"key-main-3"}
    caller = here.rings("3")
    caller.presses = {**caller.presses, "own key-main-3": "2"}
    await here.over(caller)
    assert "own key-main-3" in caller.heard
    assert "Typed." not in caller.heard


async def test_a_campaign_is_greeted_by_its_own_words_whatever_the_office_recorded(
    tmp_path: Path,
) -> None:
    season = Campaign("season", greeting={"en": "Roses week."})
    office = replace(OFFICE, greeting={"en": "Typed."}, campaigns=(season,))
    here = Hotline(tmp_path, office)
    here.words.recorded = {Prompt.GREETING_OPEN}
    assert (await heard(here))[0] == "Roses week."
