"""Answers to what is asked often: whether each still holds is seen at a glance, and set right."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hotline.storage.officesections import sections_of
from hotline.storage.users import Role
from tests.web.conftest import PASSWORD, Page, send
from tests.web.office import HOSTILE
from tests.web.test_menu import fill, keys, office
from tests.web.test_pages import seen

ASKED = {"question_ro": "Unde parchez?", "question_en": "Where do I park?"}
NEW = {**ASKED, "text_ro": "În curte.", "text_en": "In the yard.", "owner": "ana"}


def put(browser: FlaskClient, **fields: str) -> int:
    where = "/answers/one" + (f"?at={fields['at']}" if "at" in fields else "")
    return fill(browser, "/answers/one", where, **fields).status_code


def test_each_answer_tells_until_when_it_is_good_who_keeps_it_and_where_it_is_heard(
    page: Page,
) -> None:
    text = seen(page.owner(), "/answers")
    for words in (
        "✓ good until 30 Jun 2027",
        "Cincizeci de lei. Fifty lei.",
        "not in the menu: only your people read it",
        "kept right by Maria · looked at on 2 Nov 2026",
        "! a sensitive matter",
        "opening hours as the office says it",
        "e-mail and site as the office says it",
    ):
        assert words in text, words


def test_an_answer_is_added_and_whoever_adds_it_has_looked_at_it(page: Page) -> None:
    browser = page.owner()
    assert put(browser, **NEW, valid_until="2027-01-31", variants="Behind the house.\n\n") == 302
    added = office(page)["answers"][1]
    assert added == {
        "id": "answer1",
        "question": {"ro": "Unde parchez?", "en": "Where do I park?"},
        "text": {"ro": "În curte.", "en": "In the yard."},
        "owner": "ana",
        "valid_until": "2027-01-31",
        "reviewed": page.office.now.date().isoformat(),
        "variants": ["Behind the house."],
    }
    assert "Where do I park?" in seen(browser, "/answers")


def test_an_answer_whose_day_is_past_is_told_where_it_is_listed(page: Page) -> None:
    browser = page.owner()
    put(browser, **NEW, valid_until="2020-01-31")
    text = seen(browser, "/answers")
    assert "✕ past since 31 Jan 2020: callers are led to a person" in text
    assert "Look whether it is right, and date it anew." in text


def test_a_form_that_is_not_complete_keeps_what_was_typed(page: Page) -> None:
    browser = page.owner()
    answer = fill(browser, "/answers/one", "/answers/one", **ASKED)
    assert answer.status_code == 422
    assert "There is no answer yet. Write what callers are to hear." in " ".join(
        answer.text.replace("</h2>", "").replace("<p>", " ").split()
    )
    assert "Unde parchez?" in answer.text
    assert len(office(page)["answers"]) == 1


def test_a_day_that_is_none_is_refused_at_its_field(page: Page) -> None:
    answer = fill(page.owner(), "/answers/one", "/answers/one", **NEW, valid_until="soon")
    assert answer.status_code == 422
    assert "is no date: write it like 2026-12-24" in answer.text


def test_one_press_says_that_an_answer_is_still_right(page: Page) -> None:
    browser = page.owner()
    fill(browser, "/answers/reviewed", "/answers", at="0")
    assert office(page)["answers"][0]["reviewed"] == page.office.now.date().isoformat()


def test_an_answer_no_key_leads_to_can_be_removed(page: Page) -> None:
    fill(page.owner(), "/answers/remove", "/answers/one?at=0", at="0")
    assert office(page).get("answers") in (None, [])


@pytest.mark.parametrize(
    ("does", "told"),
    [
        ("answer:price", "answers: What does delivery cost?"),
        ("answer:hours", "answers: opening hours"),
        ("callback", "notes that the caller wants to be called back"),
    ],
)
def test_a_key_leads_to_an_answer_or_has_the_caller_called_back(
    page: Page, does: str, told: str
) -> None:
    browser = page.owner()
    fields = {"level": "0", "key": "5", "does": does, "label_ro": "x", "label_en": "x"}
    assert fill(browser, "/menu/key", "/menu/key?level=0", **fields).status_code == 302
    assert keys(page) == "1239#5"
    assert told in seen(browser, "/menu")


def test_an_answer_that_a_key_leads_to_is_not_removed_from_under_it(page: Page) -> None:
    browser = page.owner()
    fields = {"level": "0", "key": "5", "does": "answer:price", "label_ro": "x", "label_en": "x"}
    fill(browser, "/menu/key", "/menu/key?level=0", **fields)
    assert "key 5: What callers hear first" in seen(browser, "/answers")
    answer = fill(browser, "/answers/remove", "/answers/one?at=0", at="0")
    assert "Keys lead to this answer: 5." in answer.text
    assert len(office(page)["answers"]) == 1


def test_the_address_is_written_once_for_all_who_ask(page: Page) -> None:
    browser = page.owner()
    given = {"address_ro": "Strada Mare 2", "email": "nu-i adresa", "website": "flori.example"}
    refused = fill(browser, "/answers/office", "/answers/office", **given)
    assert "write it like office@example.com" in refused.text
    assert "Strada Mare 2" in refused.text
    given["email"] = "flori@example.org"
    assert fill(browser, "/answers/office", "/answers/office", **given).status_code == 302
    after = sections_of(page.daemon.desk.yaml)
    assert (after["address"], after["email"], after["website"]) == (
        {"ro": "Strada Mare 2"},
        "flori@example.org",
        "flori.example",
    )


def test_what_is_told_is_heard_as_callers_hear_it(page: Page) -> None:
    answer = page.owner().get("/answers/hours/en.wav")
    assert answer.mimetype == "audio/wav"
    assert answer.data[:4] == b"RIFF"
    assert answer.data[24:28] == (8000).to_bytes(4, "little")
    assert page.owner().get("/answers/nothing/en.wav").status_code == 409


def test_colleagues_read_the_sheet_and_change_nothing(page: Page) -> None:
    page.accounts.add("ana", PASSWORD + " ana", Role.AGENT)
    browser = page.browser()
    send(browser, "/login", name="ana", password=PASSWORD + " ana")
    text = seen(browser, "/answers/sheet")
    assert "a sensitive matter: say it in these words" in text
    assert "Free from five hundred lei on." in text
    assert "Add an answer" not in seen(browser, "/answers")
    assert browser.get("/answers/one?at=0").status_code == 403


def test_words_of_the_office_are_shown_and_never_run(page: Page) -> None:
    browser = page.owner()
    for path in ("/answers", "/answers/sheet", "/answers/one?at=0"):
        assert HOSTILE not in browser.get(path).text
        assert "alert(1)" in browser.get(path).text
