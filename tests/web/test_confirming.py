"""Whoever finds a browser open cannot send calls elsewhere: what is dangerous asks once more.

The routes are taken from the page itself; each that changes something or is a file says whether
it is dangerous, or the first test fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hotline.control.messages.lines import LineAdd
from hotline.storage.users import Role
from hotline_web.confirming import DANGEROUS, MOST_HELD
from tests.web.conftest import PASSWORD, Page, opened, send, token
from tests.web.everypage import FILES
from tests.web.test_doors import ROUTES, WRITES
from tests.web.test_lines import ACCOUNT

# Asked for again would only annoy: nobody can be rung, let in or robbed by these.
HARMLESS = frozenset(
    {
        *("static", "door.claim", "door.login", "door.code", "door.logout", "door.language"),
        *("join.join", "confirm.confirm", "calendar.feed", "calendar.renew", "calendar.close"),
        *("inbox.sound", "inbox.assign", "inbox.done", "inbox.reopen", "inbox.note"),
        *(
            "inbox.due",
            "lines.restart",
            *("notices.remove_mail", "notices.remove_messenger", "notices.try_out"),
            *("notices.again", "notices.give_up"),
            *("answers.put", "answers.remove", "answers.reviewed", "answers.heard"),
            "answers.about_office_put",
            *("backup.drop", "backup.forget", "backup.nights"),
            *("launch.passport_file", "launch.flyer_file", "launch.code_file"),
            *("closing.close", "closing.open_again"),
            "inbox.me",
            "inbox.back",
            "calls.why",
            "calls.returned",
            "calls.claim",
            "calls.back",
        ),
        *("calls.tried", "duty.staff", "duty.answered_by"),
        *("shifts.put_in_force", "shifts.undo", "shifts.gather", "shifts.publish"),
        "shifts.take_out",
        *("people.forget", "people.resume", "people.forget_pin", "people.unlock"),
        *("people.measure", "people.look_through", "people.remove"),
        *("prompts.heard", "prompts.version", "prompts.upload", "prompts.text"),
        *("prompts.revert", "prompts.announce", "prompts.switch_off"),
        *(
            "atdesk.line",
            "tryout.call",
            "menu.sound",
            "menu.move",
            "menu.key_put",
            "menu.remove_key",
        ),
        *("menu.level_put", "menu.remove_level", "menu.greeting_put", "menu.topic_put"),
        *("menu.remove_topic", "menu.take", "hours.put", "hours.put_day", "hours.take_out"),
        *("setup.begin", "setup.go_on", "setup.about_put", "setup.people_list"),
        *("setup.hours_put", "setup.menu_put", "setup.notice_put", "setup.notice_sound"),
        "setup.test_heard",
        *("settings.begin_anew", "network.review", "network.start", "network.confirm"),
        *("network.take_back", "network.code", "wifi.look_again", "wifi.join"),
        *("users.take_back", "account.password", "account.others", "account.language"),
    }
)
SET_UP_TAKES, A_WHILE = timedelta(minutes=16), timedelta(minutes=6)


def left_alone(page: Page, browser: FlaskClient) -> None:
    """The set-up is long over, and nobody gave the password for six minutes."""
    for by in (SET_UP_TAKES, SET_UP_TAKES):
        page.hands.forward(by)
        assert browser.get("/").status_code == 200


@pytest.fixture(scope="module")
def stale(
    day: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Page, FlaskClient]]:
    """The owner's browser, open and left alone."""
    with opened(day, tmp_path_factory.mktemp("stale")) as page:
        browser = page.owner()
        left_alone(page, browser)
        yield page, browser


def test_every_route_that_changes_or_hands_out_says_whether_it_is_dangerous() -> None:
    assert set() == DANGEROUS & HARMLESS
    assert {*WRITES, *FILES} - DANGEROUS == HARMLESS
    assert set(ROUTES) >= DANGEROUS


@pytest.mark.parametrize("endpoint", sorted(DANGEROUS))
def test_what_is_dangerous_asks_for_the_password_again(
    stale: tuple[Page, FlaskClient], endpoint: str
) -> None:
    page, browser = stale
    if endpoint in WRITES:
        known = token(browser, "/")
        answer = browser.post(ROUTES[endpoint], data={"csrf_token": known, "person": "ana"})
        asked = "/confirm?held="
    else:
        answer, asked = browser.get(ROUTES[endpoint]), "/confirm?next="
    assert (answer.status_code, answer.location[: len(asked)]) == (302, asked)
    assert page.daemon.desk.asked == []


def test_the_password_leads_on_to_the_form_and_counts_for_five_minutes(page: Page) -> None:
    browser = page.owner()
    left_alone(page, browser)
    asked = browser.get("/lines/new?as=gateway").location
    answer = send(browser, asked, seen=asked, password=PASSWORD, next="/lines/new?as=gateway")
    assert answer.location == "/lines/new?as=gateway"
    assert browser.get("/lines/new").status_code == 200
    page.hands.forward(A_WHILE)
    assert browser.get("/lines/new").status_code == 302


def test_what_was_typed_meanwhile_goes_on_after_the_password(page: Page) -> None:
    browser = page.owner()
    left_alone(page, browser)
    waits = send(browser, "/lines/new", **ACCOUNT).location
    assert page.daemon.desk.asked == []
    asking = browser.get(waits)
    assert ACCOUNT["password"] not in asking.text + waits
    held = waits.partition("held=")[2]
    wrong = send(browser, "/confirm", seen=waits, held=held, password="not the right one at all")
    assert wrong.status_code == 401
    assert page.daemon.desk.asked == []
    answer = send(browser, "/confirm", seen=waits, held=held, password=PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/lines")
    (added,) = page.daemon.desk.asked
    assert isinstance(added, LineAdd)
    assert added.settings["password"] == ACCOUNT["password"]
    send(browser, "/confirm", seen="/", held=held, password=PASSWORD)
    assert len(page.daemon.desk.asked) == 1


def test_a_form_waits_for_its_own_session_and_for_five_minutes_alone(page: Page) -> None:
    browser, other = page.owner(), page.owner()
    left_alone(page, browser)
    held = send(browser, "/lines/new", **ACCOUNT).location.partition("held=")[2]
    assert send(other, "/confirm", seen="/", held=held, password=PASSWORD).location == "/"
    page.hands.forward(timedelta(minutes=5))
    assert send(browser, "/confirm", seen="/", held=held, password=PASSWORD).location == "/"
    assert "Please type it again." in browser.get("/").text
    assert page.daemon.desk.asked == []


def test_forms_that_wait_do_not_fill_the_memory(page: Page) -> None:
    browser = page.owner()
    left_alone(page, browser)
    waits = [send(browser, "/lines/new", **ACCOUNT).location for _ in range(MOST_HELD + 1)]
    first, last = waits[0].partition("held=")[2], waits[-1].partition("held=")[2]
    assert send(browser, "/confirm", seen="/", held=first, password=PASSWORD).location == "/"
    assert send(browser, "/confirm", seen="/", held=last, password=PASSWORD).location == "/lines"


def test_whoever_has_just_claimed_the_box_sets_it_up_without_a_second_question(
    fresh_page: Page,
) -> None:
    code, browser = fresh_page.accounts.new_claim_code(), fresh_page.browser()
    send(browser, "/claim", code=code, name="Maria", password=PASSWORD)
    fresh_page.hands.forward(timedelta(minutes=29))
    assert browser.get("/lines/new").status_code == 200
    fresh_page.hands.forward(timedelta(minutes=2))
    assert browser.get("/lines/new").location == "/confirm?next=/lines/new"


def test_passwords_cannot_be_guessed_at_the_second_question(page: Page) -> None:
    browser = page.owner()
    left_alone(page, browser)
    told = [
        send(browser, "/confirm", seen="/confirm", password=f"guess number {n} of many").status_code
        for n in range(11)
    ]
    assert told == [401] * 10 + [429]


def test_who_may_not_do_it_is_not_asked_for_it_by_a_form_that_waits(page: Page) -> None:
    page.accounts.add("ion", PASSWORD + " ion", Role.AGENT)
    browser = page.browser()
    send(browser, "/login", name="ion", password=PASSWORD + " ion")
    page.hands.forward(A_WHILE)
    held = send(browser, "/people/new", name="Eve", number="+37369999999").location
    answer = send(
        browser, "/confirm", seen="/", held=held.partition("held=")[2], password=PASSWORD + " ion"
    )
    assert answer.status_code == 403
    assert page.daemon.desk.asked == []
