"""Today is changed in a hurry: whoever is offered is free, and what is pressed is what happens."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

from flask.testing import FlaskClient

from hotline.control.messages.office import PlanAway, PlanMove, PlanSwap
from hotline.control.messages.people import StaffAsk
from hotline.routing.office import Office
from hotline.storage.officewriting import write_office
from hotline.storage.users import Role
from tests.web.conftest import PASSWORD, Page, send
from tests.web.test_pages import seen

TO_MONDAY = timedelta(days=1, hours=21)  # from Saturday noon to half past nine


def offered(browser: FlaskClient) -> dict[str, str]:
    """What can be pressed on the page, and where it leads; of several the first."""
    found = re.findall(r'href="(/shifts/change[^"]+)"[^>]*>([^<]+)<', browser.get("/today").text)
    return {words.strip(): html.unescape(address) for address, words in reversed(found)}


def put_in_force(browser: FlaskClient, address: str) -> None:
    """As the button under what changes does."""
    shown = browser.get(address).text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown))
    fields.pop("csrf_token")
    send(browser, "/shifts/change", seen=address, **fields)


def monday(page: Page) -> FlaskClient:
    page.hands.forward(TO_MONDAY)
    return page.owner()


def save(page: Page, office: Office) -> None:
    yaml = write_office(office)
    page.office.desk.plans.offices.save(yaml, "maria", page.office.now).result(5)


def test_whoever_is_free_stands_in_and_whoever_works_swaps(page: Page) -> None:
    links = offered(monday(page))
    assert set(links) == {
        *("Swap with Ion", "Ion stands in", "Maria stands in", "Ana is away on this day"),
        *("Swap with Ana", "Ana stands in", "Ion is away on this day"),
    }


def test_who_is_away_or_works_at_these_hours_is_not_offered(page: Page) -> None:
    page.hands.forward(TO_MONDAY + timedelta(days=3))  # Ion is on vacation from here on
    links = offered(page.owner())
    assert set(links) == {"Maria stands in", "Ana is away on this day"}


def test_the_stand_in_works_the_hours_of_the_other(page: Page) -> None:
    browser = monday(page)
    put_in_force(browser, offered(browser)["Maria stands in"])
    (asked,) = [one for one in page.daemon.desk.asked if isinstance(one, PlanMove)]
    assert (asked.person, asked.to, asked.start, asked.end) == ("ana", "maria", "09:00", "15:00")
    assert "Maria 09:00–15:00" in seen(browser, "/today")


def test_two_who_swap_work_each_others_hours(page: Page) -> None:
    browser = monday(page)
    put_in_force(browser, offered(browser)["Swap with Ion"])
    assert any(isinstance(one, PlanSwap) for one in page.daemon.desk.asked)
    text = seen(browser, "/today")
    assert "Ion 09:00–15:00" in text
    assert "Ana 16:00–18:00" in text


def test_who_is_ill_is_not_planned_any_more(page: Page) -> None:
    browser = monday(page)
    put_in_force(browser, offered(browser)["Ana is away on this day"])
    assert any(isinstance(one, PlanAway) for one in page.daemon.desk.asked)
    assert "Ana 09:00" not in seen(browser, "/today")


def test_a_draft_does_not_stand_between_today_and_the_change(page: Page) -> None:
    browser = monday(page)
    swap = {"kind": "swap", "day": "2026-12-08", "one": "ana", "other": "ion"}
    send(browser, "/shifts/draft", seen="/shifts", **swap)
    shown = seen(browser, offered(browser)["Maria stands in"])
    assert "Put in force" in shown


def test_a_break_is_given_here_and_leads_back_here(page: Page) -> None:
    browser = monday(page)
    fields = {"person": "ana", "what": "break", "next": "/today"}
    answer = send(browser, "/duty/staff", seen="/today", **fields)
    assert answer.location == "/today"
    assert any(isinstance(one, StaffAsk) for one in page.daemon.desk.asked)
    away = send(browser, "/duty/staff", seen="/today", **fields | {"next": "//elsewhere.example"})
    assert away.location == "/"


def test_a_shift_that_is_over_is_not_offered_any_more(page: Page) -> None:
    page.hands.forward(TO_MONDAY + timedelta(hours=6))
    assert "Ana 09:00" not in seen(page.owner(), "/today")


def test_a_night_shift_of_yesterday_is_still_there(page: Page) -> None:
    office = page.office.desk._office()
    nights = tuple(replace(shift, start=shift.end, end=shift.start) for shift in office.shifts[:1])
    save(page, replace(office, shifts=nights))
    page.hands.forward(TO_MONDAY + timedelta(hours=20))  # Tuesday, half past five
    assert seen(page.owner(), "/today").count("Ana 15:00–09:00") == 2  # and tonight's


def test_who_only_looks_is_offered_no_change(page: Page) -> None:
    page.hands.forward(TO_MONDAY)
    page.accounts.add("auditor", f"{PASSWORD} auditor", Role.AUDITOR)
    auditor = page.browser()
    send(auditor, "/login", name="auditor", password=f"{PASSWORD} auditor")
    text = auditor.get("/today").text
    assert "Ana" in text
    assert "/shifts/change" not in text
    assert "/duty/staff" not in text


def test_a_day_without_shifts_has_one_sentence_and_one_button(page: Page) -> None:
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"on_duty": ()})
    text = seen(page.owner(), "/today")
    assert "No shift is planned for the rest of today. Shifts" in text
