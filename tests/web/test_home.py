"""The first page tells the day truthfully, and each of its figures leads to the calls behind it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.control.messages.lines import LineSelfCall
from hotline.inbox.outcome import Outcome
from hotline.routing.office import Answer, Do, Key, Menu
from hotline.storage.officewriting import write_office
from tests.web.conftest import Page
from tests.web.test_calls import called, ids
from tests.web.test_pages import seen


def test_each_figure_of_today_leads_to_exactly_the_calls_it_counts(page: Page) -> None:
    called(page, "answered", "nobody")
    office = page.office
    test = office.journal.begin("Office line", _Nobody(), office.now)
    office.journal.end(test, office.now, Outcome.TEST)
    back = office.journal.begin("Office line", _Nobody(), office.now, outgoing=True)
    office.journal.end(back, office.now, Outcome.SPOKEN, person="ana")
    office.writer.submit(lambda _: None).result(10)
    browser = page.owner()
    figures = re.findall(r'href="(/calls\?only=[^"]+)">(\d+) ', browser.get("/").text)
    assert len(figures) == 4
    for address, count in figures:
        assert len(ids(browser, address.replace("&amp;", "&"))) == int(count), address


def test_it_says_when_a_call_last_showed_that_callers_get_through(page: Page) -> None:
    assert "Last checked by a call: today 10:30" in seen(page.owner(), "/")


def test_it_claims_no_check_that_was_none(page: Page) -> None:
    _self_call(page, "unknown")
    assert "Last checked" not in seen(page.owner(), "/")


def test_a_line_that_its_own_call_did_not_get_through_is_trouble_at_once(page: Page) -> None:
    _self_call(page, "fails", up=True)
    first = seen(page.owner(), "/")
    assert "Callers can reach you, but a line has trouble. Office line: callers do not" in first
    assert "Last checked" not in first


def test_an_office_without_people_is_asked_for_them(page: Page) -> None:
    state = page.daemon.desk.state
    page.daemon.desk.state = state.model_copy(update={"people": (), "on_duty": ()})
    for address in ("/", "/duty"):
        text = page.owner().get(address).text
        assert 'class="button" href="/people/new">Add people' in text, address


class _Nobody:
    number, name = "+37369000999", ""


def _self_call(page: Page, outcome: str, *, up: bool = False) -> None:
    """How the box's last call of its own line came out; up: so are all lines."""
    desk = page.daemon.desk
    told = LineSelfCall(
        at=page.office.now - timedelta(hours=1),
        over="mobile",
        outcome=outcome,  # type: ignore[arg-type]
        words="x",
    )
    first, second = desk.state.lines
    office = first.model_copy(update={"self_call": told})
    second = second.model_copy(update={"up": True}) if up else second
    desk.state = desk.state.model_copy(update={"lines": (office, second)})


@pytest.mark.parametrize(
    ("days", "keyed", "told"),
    [
        (-1, True, "Answer: What does delivery cost? past since 4 Dec 2026"),
        (0, True, "Answer: What does delivery cost? good until 5 Dec 2026 only"),
        (1, True, "Answer: What does delivery cost? good until 6 Dec 2026 only"),
        (2, True, ""),
        (-1, False, ""),  # no caller is ever told it
    ],
)
def test_an_answer_that_callers_hear_no_more_needs_somebody_the_day_before(
    page: Page, days: int, keyed: bool, told: str
) -> None:
    before = page.owner().get("/").text
    answer_ends(page, days, keyed=keyed)
    text = seen(page.owner(), "/")
    if told:
        assert told in text
        assert f"Needs you ({waiting(before) + 1})" in text
        assert 'href="/answers/one?at=0"' in page.owner().get("/").text
    else:
        assert "Answer:" not in text
        assert waiting(text) == waiting(before)


def waiting(text: str) -> int:
    found = re.search(r"Needs you \((\d+)\)", text)
    assert found
    return int(found[1])


def answer_ends(page: Page, days: int, *, keyed: bool) -> None:
    """The last day of the price of delivery is so many days from now; a key leads to it."""
    desk = page.office.desk
    office = desk._office()
    day = page.office.now.date() + timedelta(days=days)
    question, text = {"en": "What does delivery cost?"}, {"en": "Fifty lei.", "ro": "Cincizeci."}
    price = Answer("price", question, text, valid_until=day)
    key = Key("4", Do.ANSWER, "price", {"en": "the price of delivery", "ro": "prețul livrării"})
    menus = (Menu("main", (key,)),) if keyed else ()
    yaml = write_office(replace(office, answers=(price,), menus=menus))
    desk.plans.offices.save(yaml, "maria", page.office.now).result(5)
