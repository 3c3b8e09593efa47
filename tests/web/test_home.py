"""The first page tells the day truthfully, and each of its figures leads to the calls behind it."""

from __future__ import annotations

import re
from datetime import timedelta

from hotline.control.messages.lines import LineSelfCall
from hotline.inbox.outcome import Outcome
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
