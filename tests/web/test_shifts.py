"""The week's plan on the page: holes are seen, people swap, go away, stand in; all is undone."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline.control.messages.lines import LineNetwork
from tests.web.conftest import Page, send
from tests.web.office import Office
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
    assert "Nobody is named yet." in seen(page.owner(), WEEK)


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


# -- the draft -------------------------------------------------------------------------------------

MOVE = {
    "kind": "move",
    "person": "ana",
    "day": "2026-12-08",
    "at": "09:00",
    "to": "ion",
    "to_day": "2026-12-09",
    "start": "08:00",
    "end": "14:00",
}


def drafts(browser: FlaskClient, **fields: str) -> TestResponse:
    """Into the draft, from the board."""
    return send(browser, "/shifts/draft", "/shifts", **fields)


def mark(browser: FlaskClient) -> str:
    """What stands for the draft as this browser sees it."""
    found = re.search(r'name="mark" value="([^"]+)"', browser.get("/shifts/draft").text)
    assert found
    return found[1]


def test_what_is_moved_on_the_board_is_drafted_and_not_in_force(page: Page) -> None:
    browser = page.owner()
    assert drafts(browser, **MOVE).location == "/shifts?day=2026-12-09#2026-12-09-ion"
    board = seen(browser, WEEK)
    assert "1 change is drafted and not in force. By maria, last just now." in board
    assert "draft 08:00–14:00 break 10:00–10:15" in board
    in_force = seen(browser, f"{WEEK}&show=force")
    assert "08:00–14:00" not in in_force
    assert in_force.count("09:00–15:00") == 5


def test_the_draft_tells_who_gains_and_loses_what_and_which_holes_come_and_go(page: Page) -> None:
    browser = page.owner()
    drafts(browser, **MOVE | {"to_day": "2026-12-08"})
    monday = {"kind": "extra", "person": "maria", "day": "2026-12-07"}
    drafts(browser, **monday, start="15:00", end="16:00")
    text = seen(browser, "/shifts/draft")
    for words in (
        "Tue 8 Dec, 09:00, Ana → Tue 8 Dec, 08:00–14:00, Ion maria, just now",
        "Mon 7 Dec, 15:00–16:00: Maria stands in maria, just now",
        "Maria +1 h Ana −6 h Ion +6 h",
        "Tue 8 Dec · Ana before 09:00–15:00 break 11:00–11:15 after free",
        "Then too few people are there Tue 8 Dec, 10:00–10:15: Ana, Maria could stand in.",
        "Tue 8 Dec, 14:00–15:00",
        "Then there are enough people, and were not before Mon 7 Dec, 15:00–16:00",
        "Tell them yourself: Maria, Ana, Ion. No line of the box can send texts.",
    ):
        assert words in text, words


def test_whose_telephone_can_be_texted_is_told_before(page: Page) -> None:
    desk, browser = page.daemon.desk, page.owner()
    lines = desk.state.lines
    modem = lines[0].model_copy(update={"network": LineNetwork(operator="Orange")})
    desk.state = desk.state.model_copy(update={"lines": (modem,)})
    drafts(browser, **MOVE)
    text = seen(browser, "/shifts/draft")
    assert "By text, when it is in force: Ana, Ion." in text
    assert "Tell them yourself" not in text


def test_one_button_puts_all_of_it_in_force_and_another_takes_it_back(page: Page) -> None:
    browser = page.owner()
    drafts(browser, **MOVE)
    drafts(browser, **SWAP | {"day": "2026-12-10", "other": "maria"})
    send(browser, "/shifts/publish", "/shifts", mark=mark(browser))
    board = seen(browser, WEEK)
    assert "The plan is changed." in board
    assert "drafted" not in board
    assert "08:00–14:00" in board
    assert board.count("swapped with") == 2
    send(browser, "/shifts/undo", "/shifts", newest="2")
    assert "08:00–14:00" not in seen(browser, WEEK)


def test_what_somebody_added_meanwhile_is_looked_at_before_it_is_in_force(page: Page) -> None:
    browser, colleague = page.owner(), page.owner()
    drafts(browser, **MOVE)
    before = mark(browser)
    drafts(colleague, **SWAP)
    refused = send(browser, "/shifts/publish", "/shifts", mark=before)
    assert refused.status_code == 409
    assert "Somebody has changed the office or the draft since." in refused.text
    assert "2 changes are drafted" in seen(browser, WEEK)


def test_a_change_is_taken_out_of_the_draft_and_the_rest_dropped(page: Page) -> None:
    browser = page.owner()
    drafts(browser, **MOVE)
    drafts(browser, **SWAP | {"day": "2026-12-10"})
    send(browser, "/shifts/take_out", "/shifts", mark=mark(browser), number="1")
    text = seen(browser, "/shifts/draft")
    assert "Taken out of the draft." in text
    assert "Ana and Ion swap" in text
    assert "08:00" not in text
    send(browser, "/shifts/take_out", "/shifts", mark=mark(browser))
    assert "The draft is empty." in seen(browser, "/shifts/draft")


def test_with_a_draft_begun_somebody_falls_ill_and_that_is_in_force_at_once(page: Page) -> None:
    browser = page.owner()
    drafts(browser, **MOVE)
    shown = browser.get(f"/shifts/change?{query(AWAY)}").text
    assert 'action="/shifts/draft"' in shown
    now = seen(browser, f"/shifts/change?{query(AWAY)}&now=1")
    assert "Put in force" in now
    send(browser, "/shifts/change", "/shifts", **AWAY)
    in_force = seen(browser, f"{WEEK}&show=force")
    assert "away" in in_force
    assert "08:00–14:00" not in in_force
    assert "08:00–14:00" in seen(browser, WEEK)


def test_what_does_not_fit_any_more_is_told_beside_the_change(page: Page) -> None:
    browser = page.owner()
    drafts(browser, **MOVE)
    send(browser, "/shifts/change", "/shifts", **MOVE)
    assert "This shift is not in the plan any more." in seen(browser, "/shifts/draft")


def test_a_week_is_copied_onto_another_into_the_draft(page: Page) -> None:
    browser = page.owner()
    send(browser, "/shifts/change", "/shifts", **MOVE)
    copy = {"kind": "copy", "source": "2026-12-08", "target": "2026-12-14"}
    assert drafts(browser, **copy).location == "/shifts?day=2026-12-14"
    board = seen(browser, "/shifts?day=2026-12-14")
    assert "08:00–14:00 break 10:00–10:15" in board
    assert "The week from Mon 14 Dec on is as that from Mon 7 Dec on." in seen(
        browser, "/shifts/draft"
    )


def test_without_dragging_a_shift_has_a_form_of_its_own(page: Page) -> None:
    browser = page.owner()
    link = "/shifts/shift?person=ana&day=2026-12-08&at=09:00"
    assert link.replace("&", "&amp;") in browser.get(WEEK).text.replace("%3A", ":")
    text = seen(browser, link)
    assert "Ana, Tue 8 Dec, 09:00–15:00" in text
    refused = seen(browser, link.replace("09:00", "10:00"))
    assert "This shift is not in the plan any more." in refused


def test_what_cannot_stand_does_not_come_into_the_draft_and_says_so_in_every_language(
    page: Page,
) -> None:
    browser = page.owner()
    drafts(browser, **SWAP)
    browser.set_cookie("language", "ru")
    refused = drafts(browser, **SWAP | {"other": "maria"})
    assert refused.status_code == 409
    assert "`ana` меняется 2026-12-08 дважды" in refused.text
    assert len(page.office.desk.drafting.drafts.changes) == 1


def test_a_draft_is_there_after_the_box_was_started_anew(page: Page) -> None:
    browser = page.owner()
    drafts(browser, **MOVE)
    again = Office(page.office.directory, filled=True)
    assert [one.by for one in again.desk.drafting.drafts.changes] == ["maria"]
    again.close()


def test_of_a_year_away_the_next_weeks_are_looked_at_and_the_rest_is_counted(page: Page) -> None:
    year = AWAY | {"last": "2027-12-08"}
    assert "330 days more are not looked at here." in seen(
        page.owner(), f"/shifts/change?{query(year)}"
    )


@pytest.mark.parametrize("number", ["x", "-1", "9" * 30, "1 or 1"])
def test_what_is_no_number_does_not_take_everything_out_of_the_draft(
    page: Page, number: str
) -> None:
    browser = page.owner()
    drafts(browser, **MOVE)
    answer = send(browser, "/shifts/take_out", seen=WEEK, mark=mark(browser), number=number)
    assert answer.status_code == 400
    assert len(page.office.desk.drafting.drafts.changes) == 1
