"""The owner sees whose telephone is rung, confirms numbers and lets callers through again."""

from __future__ import annotations

from typing import Any

import pytest

from hotline.control.messages.people import (
    CapsResume,
    Meter,
    Named,
    NumberConfirm,
    NumberForget,
    NumberMeasure,
    NumbersAnswer,
    NumberState,
    StaffOpen,
    StaffPin,
)
from hotline.errors import HotlineError
from hotline.said import say
from hotline.storage.users import Role
from tests.web.conftest import PASSWORD, Page, send
from tests.web.test_pages import seen


def becomes(page: Page, person: str, **new: Any) -> None:
    """This person's telephone is now as said."""
    desk = page.daemon.desk
    people = (p.model_copy(update=new) if p.person == person else p for p in desk.people.people)
    desk.people = NumbersAnswer(people=tuple(people))


def test_everybody_is_listed_with_what_they_do_and_whether_they_are_rung(page: Page) -> None:
    text = seen(page.owner(), "/people")
    for words in (
        "Ana ✓ Is rung +373 69… 01 orders, delivery · Română, Русский Confirmed",
        "Ion ✕ Not confirmed, not rung +373 69… 02 every topic · expert",
        "No number, not rung",
        "Confirmed, but nobody's now +373 79… 99",
        "12 of 60 minutes within a day",
        "Ana 12 minutes",
    ):
        assert words in text, words


def test_the_code_is_shown_to_who_asked_while_the_telephone_is_asked(page: Page) -> None:
    browser = page.owner()
    answer = send(browser, "/people/confirm", seen="/people", person="ion")
    assert answer.location == "/people"
    assert page.daemon.desk.asked[-1] == NumberConfirm(person="ion", by="maria")
    becomes(page, "ion", state="asking", tried="ringing")
    assert "asked for the code: 4711" in seen(browser, "/people")
    assert "asked for the code: 4711" in seen(browser, "/people/live")
    other = seen(page.owner(), "/people")
    assert "4711" not in other
    assert "Whoever had this telephone rung sees the code." in other
    becomes(page, "ion", state="confirmed", tried="confirmed", at=page.office.now)
    assert "4711" not in seen(browser, "/people")


def test_a_telephone_of_the_directory_is_confirmed_there_too_and_is_nobody_s_topic(
    page: Page,
) -> None:
    desk = page.daemon.desk
    bank = NumberState(
        person="bank", name="The bank", number="+373 22… 02", state="unconfirmed", outside=True
    )
    desk.people = NumbersAnswer(people=(*desk.people.people, bank))
    desk.state = desk.state.model_copy(update={"directory": (Named(id="bank", name="The bank"),)})
    text = seen(page.owner(), "/people")
    what = "In the directory: a talk may be passed on to it"
    assert f"The bank ✕ Not confirmed, not rung +373 22… 02 {what}" in text
    send(page.owner(), "/people/confirm", seen="/people", person="bank")
    assert desk.asked[-1] == NumberConfirm(person="bank", by="maria")
    before = seen(page.owner(), "/people").count("Measure it now")
    becomes(page, "bank", state="confirmed", at=page.office.now)
    assert seen(page.owner(), "/people").count("Measure it now") == before


def test_where_the_box_cannot_call_by_itself_the_line_to_call_is_named(page: Page) -> None:
    becomes(page, "ion", state="asking", tried="waiting", line="office")
    assert "Call the line office from another telephone" in seen(page.owner(), "/people")


@pytest.mark.parametrize(
    ("tried", "words"),
    [
        ("wrong", "The right code was not pressed."),
        ("silent", "Nothing was pressed; a voicemail, perhaps."),
        ("not reached", "Nobody picked up."),
        ("not called", "Nobody called the line in time and pressed 1."),
        ("failed", "No line could make the call."),
    ],
)
def test_a_try_that_failed_says_why_and_can_be_repeated(page: Page, tried: str, words: str) -> None:
    becomes(page, "ion", tried=tried)
    text = seen(page.owner(), "/people")
    assert words in text
    assert "Confirm it now" in text


def test_a_refusal_of_the_box_is_told_in_its_words(page: Page) -> None:
    page.daemon.desk.refuse = HotlineError(
        say("This telephone is being called already."), say("Wait until it is over.")
    )
    answer = send(page.owner(), "/people/confirm", seen="/people", person="ion")
    assert answer.status_code == 409
    assert "This telephone is being called already." in answer.text


def test_a_number_can_be_taken_back(page: Page) -> None:
    browser = page.owner()
    send(browser, "/people/forget", seen="/people", person="ana")
    assert page.daemon.desk.asked[-1] == NumberForget(number="ana", by="maria")
    assert "Ana is not rung any more." in seen(browser, "/people")


@pytest.mark.parametrize("path", ["/people/confirm", "/people/forget"])
def test_only_people_of_the_office_can_be_asked_for(page: Page, path: str) -> None:
    before = list(page.daemon.desk.asked)
    answer = send(page.owner(), path, seen="/people", person="+37390012345")
    assert answer.status_code == 400
    assert page.daemon.desk.asked == before


BREACH = Meter(minutes=60, allowed=60, forwarding=0, concurrent=2, breach=True, may_resume=True)


def test_minutes_that_are_used_up_are_on_the_first_page_and_one_button_lets_callers_through(
    page: Page,
) -> None:
    desk, browser = page.daemon.desk, page.owner()
    assert "Allow half a day's minutes more" not in seen(browser, "/people")
    desk.state = desk.state.model_copy(update={"meter": BREACH, "lines": desk.state.lines[:1]})
    first = seen(browser, "/")
    assert "Callers can reach the box, but are not connected with your people today." in first
    assert "Allow half a day's minutes more" in seen(browser, "/people")
    send(browser, "/people/resume", seen="/people")
    assert desk.asked[-1] == CapsResume(by="maria")


def test_minutes_that_were_added_once_cannot_be_added_again(page: Page) -> None:
    desk = page.daemon.desk
    again = BREACH.model_copy(update={"may_resume": False})
    desk.state = desk.state.model_copy(update={"meter": again})
    text = seen(page.owner(), "/people")
    assert "Tomorrow your people are connected again." in text
    assert "Allow half a day's minutes more" not in text


@pytest.mark.parametrize(
    ("unconfirmed", "sentence"),
    [
        (("ion",), "Callers can reach you, but not all of your people are rung."),
        (("ana", "vasile"), "Callers can reach the box, but nobody on duty is rung."),
    ],
)
def test_the_first_page_names_who_is_not_rung(
    page: Page, unconfirmed: tuple[str, ...], sentence: str
) -> None:
    desk = page.daemon.desk
    named = tuple(Named(id=one, name=one.capitalize()) for one in unconfirmed)
    desk.state = desk.state.model_copy(update={"unconfirmed": named, "lines": desk.state.lines[:1]})
    names = ", ".join(one.capitalize() for one in unconfirmed)
    first = seen(page.owner(), "/")
    assert f"{sentence} These numbers are not confirmed yet: {names}." in first


def test_what_the_weekly_check_found_and_when_the_voicemail_answers_is_shown(page: Page) -> None:
    text = seen(page.owner(), "/people")
    assert "Weekly check: picked up, no key pressed; a voicemail, perhaps" in text
    assert "A voicemail answers after 17 seconds; the box rings for 14." in text


def test_a_voicemail_can_be_measured_and_whoever_asks_is_told_to_let_it_ring(page: Page) -> None:
    browser = page.owner()
    send(browser, "/people/measure", seen="/people", person="ana")
    assert page.daemon.desk.asked[-1] == NumberMeasure(person="ana", by="maria")
    becomes(page, "ana", measuring="ringing")
    assert "It rings now. Do not pick up" in seen(browser, "/people")
    becomes(page, "ana", measuring="picked up")
    assert "Somebody picked up. Let it ring, and measure again." in seen(browser, "/people")


def test_how_calls_were_taken_is_counted_for_each_person(page: Page) -> None:
    text = seen(page.owner(), "/people/report?days=30")
    assert "Talks 2, calls back 0" in text  # of Ana
    assert "Nobody clocks in" in text
    assert "Planned:" in text


def test_with_the_service_down_the_page_says_so(page: Page) -> None:
    browser = page.owner()
    page.daemon.path.rename(page.daemon.path.with_name("gone"))
    assert "The hotline service is not running." in seen(browser, "/people")


# -- the staff's menu by telephone -----------------------------------------------------------------

DIGITS = "20461357"  # what the desk of these tests makes


def test_a_new_pin_is_shown_once_to_who_had_it_made(page: Page) -> None:
    browser = page.owner()
    answer = send(browser, "/people/pin", seen="/people", person="ana")
    assert page.daemon.desk.asked[-1] == StaffPin(person="ana", by="maria")
    assert f"1 # {DIGITS}" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    with browser.session_transaction() as cookie:
        assert DIGITS not in str(dict(cookie))
    assert DIGITS not in browser.get("/people").text + browser.get("/people/live").text


def test_who_has_a_pin_is_seen_and_it_can_be_forgotten(page: Page) -> None:
    browser = page.owner()
    assert "Has a PIN" not in seen(browser, "/people")
    becomes(page, "ana", staff_number="1")
    assert "Has a PIN for the staff's menu; number 1" in seen(browser, "/people")
    send(browser, "/people/pin/forget", seen="/people", person="ana")
    assert page.daemon.desk.asked[-1] == StaffPin(person="ana", by="maria", forget=True)
    assert "Ana has no PIN any more." in seen(browser, "/people")


def test_a_shut_menu_is_opened_by_one_button(page: Page) -> None:
    desk, browser = page.daemon.desk, page.owner()
    assert "too many PINs were wrong" not in seen(browser, "/people")
    desk.people = desk.people.model_copy(update={"staff_shut": True})
    assert "Shut: too many PINs were wrong" in seen(browser, "/people")
    send(browser, "/people/unlock", seen="/people")
    assert desk.asked[-1] == StaffOpen(by="maria")
    assert "The staff's menu takes PINs again." in seen(browser, "/people")


@pytest.mark.parametrize("path", ["/people/pin", "/people/pin/forget", "/people/unlock"])
@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.AUDITOR])
def test_only_the_owner_gives_pins(page: Page, role: Role, path: str) -> None:
    page.accounts.add("vera", PASSWORD + " vera", role)
    browser = page.browser()
    send(browser, "/login", name="vera", password=PASSWORD + " vera")
    before = list(page.daemon.desk.asked)
    answer = send(browser, path, seen="/people", person="ana")
    assert answer.status_code == 403
    assert page.daemon.desk.asked == before
    assert "Make a new PIN" not in browser.get("/people").text
