"""The week's plan on the page: holes are seen, people swap, go away, stand in; all is undone."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import Page, send
from tests.web.test_pages import seen

WEEK = "/shifts?day=2026-12-07"
SWAP = {"kind": "swap", "day": "2026-12-08", "one": "ana", "other": "ion"}
AWAY = {"kind": "away", "person": "ana", "first": "2026-12-09", "last": "2026-12-09"}


def query(fields: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in fields.items())


def changes(page: Page) -> list[str]:
    """What the daemon was asked to change in the plan."""
    return [type(ask).__name__ for ask in page.daemon.desk.asked]


def test_the_week_shows_who_works_when_with_breaks_and_who_is_away(page: Page) -> None:
    board = seen(page.owner(), WEEK)
    assert "Mon 7 Dec – Sun 13 Dec" in board
    assert "09:00–15:00 break 11:00–11:15" in board
    assert "vacation" in board


def test_every_hole_is_named_with_who_could_stand_in(page: Page) -> None:
    board = seen(page.owner(), WEEK)
    assert "Mon 7 Dec, 11:00–11:15 Ana then has a break. Ion stands in" in board
    assert "Mon 7 Dec, 15:00–16:00" in board


def test_with_one_tap_and_a_look_a_colleague_stands_in(page: Page) -> None:
    browser = page.owner()
    found = re.search(r'href="(/shifts/change\?kind=stand_in[^"]+)"', browser.get(WEEK).text)
    assert found
    link = found[1].replace("&amp;", "&")
    assert "after 11:00–11:15" in seen(browser, link)
    fields = dict(
        re.findall(r'name="(\w+)" value="([^"]*)"', browser.get(link).text.split("row")[-1])
    )
    fields.pop("csrf_token")
    answer = send(browser, "/shifts/change", link, **fields)
    assert answer.status_code == 302
    board = seen(browser, WEEK)
    assert "The plan is changed." in board
    assert "Mon 7 Dec, 11:00–11:15" not in board


def test_a_swap_is_shown_before_it_is_in_force_and_can_be_taken_back(page: Page) -> None:
    browser = page.owner()
    shown = seen(browser, f"/shifts/change?{query(SWAP)}")
    assert "Ana before 09:00–15:00 break 11:00–11:15 after 15:00–18:00 swapped with Ion" in shown
    assert changes(page) == []
    send(browser, "/shifts/change", "/shifts", **SWAP)
    assert changes(page) == ["PlanSwap"]
    assert "swapped with Ion" in seen(browser, WEEK)
    send(browser, "/shifts/undo", "/shifts", newest="2")
    assert "Taken back: the plan is as it was before." in seen(browser, WEEK)
    assert "swapped with" not in seen(browser, WEEK)


def test_who_goes_away_is_told_the_holes_this_makes_before(page: Page) -> None:
    shown = seen(page.owner(), f"/shifts/change?{query(AWAY)}")
    assert "Then too few people are there Wed 9 Dec, 09:00–15:00" in shown
    assert "Wed 9 Dec, 09:00–15:00: Ion, Maria could stand in." in shown


def test_what_cannot_stand_is_refused_in_words_and_changes_nothing(page: Page) -> None:
    browser = page.owner()
    send(browser, "/shifts/change", "/shifts", **SWAP)
    refused = send(browser, "/shifts/change", "/shifts", **SWAP | {"other": "maria"})
    assert refused.status_code == 409
    assert "`ana` swaps twice on 2026-12-08: only one of them can hold" in refused.text
    assert seen(browser, WEEK).count("swapped with") == 2


def test_a_change_somebody_else_made_meanwhile_is_not_taken_back(page: Page) -> None:
    browser = page.owner()
    send(browser, "/shifts/change", "/shifts", **SWAP)
    refused = send(browser, "/shifts/undo", "/shifts", newest="1")
    assert "Somebody has changed the office since." in refused.text
    assert "swapped with Ion" in seen(browser, WEEK)


def test_an_office_without_people_is_told_where_to_name_them(page: Page) -> None:
    bare = "name: Flori\nzone: Europe/Chisinau\ncountry: MD\nlanguages: [en]\nhours: always\n"
    page.office.desk.plans.offices.save(bare, "maria", page.office.now).result(5)
    assert "Nobody is named in the office yet." in seen(page.owner(), WEEK)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (SWAP | {"other": "ana"}, "A swap needs two people."),
        (AWAY | {"last": "2026-12-01"}, "The last day lies before the first."),
        (AWAY | {"person": "nobody"}, "This form was too old or not complete."),
        (AWAY | {"first": "soon"}, "This form was too old or not complete."),
        (AWAY | {"first": "9999-12-31"}, "This form was too old or not complete."),
        ({"kind": "sack", "person": "ana"}, "This form was too old or not complete."),
        (
            {"kind": "stand_in", "person": "ana", "start": "2026-12-07", "end": "2026-12-07"},
            "This form was too old or not complete.",
        ),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_at_the_door(
    page: Page, fields: dict[str, str], words: str
) -> None:
    browser = page.owner()
    assert words in seen(browser, f"/shifts/change?{query(fields)}")
    assert words in send(browser, "/shifts/change", "/shifts", **fields).text
    assert changes(page) == []
