"""Whoever looks at the list of calls sees what went wrong, why, and what to press about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_date
from flask.testing import FlaskClient

from hotline.inbox.hindrance import Hindrance
from hotline.inbox.outcome import Outcome
from hotline.inbox.step import StepName
from hotline.storage.users import Role
from hotline_web.fixes import FIXES, Hindered, fix_of
from tests.web.conftest import PASSWORD, Page, opened, send
from tests.web.office import NOW, Caller
from tests.web.test_pages import seen

HOUR = timedelta(hours=1)
ION = "+37369777001"


def called(
    page: Page, *steps: StepName, number: str = ION, outcome: Outcome = Outcome.MISSED, **facts: str
) -> int:
    """A call of the last minutes in which this happened; returns its id."""
    office = page.office
    call_id = office.journal.begin("Office line", Caller(number), NOW - HOUR / 10)
    for number_of, step in enumerate(steps):
        at = NOW - HOUR / 10 + timedelta(seconds=number_of)
        office.journal.step(call_id, at, step, step, **facts)
    office.journal.end(call_id, NOW, outcome, person="ana" if outcome is Outcome.SPOKEN else "")
    office.writer.submit(lambda _: None).result(10)
    return call_id


def ids(browser: FlaskClient, address: str) -> set[int]:
    """Which calls are listed there."""
    return {int(one) for one in re.findall(r'href="/calls/(\d+)"', browser.get(address).text)}


@pytest.fixture(scope="module")
def filled(day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, int]]:
    """The usual day and one call more, in which the box made a mistake."""
    with opened(day, tmp_path_factory.mktemp("calls")) as page:
        yield page, called(page, "answered", "fault")


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("", {*range(1, 10), 100}),
        ("only=in", {*range(1, 10), 100}),
        ("only=missed", {6, 9, 100}),
        ("only=answered", {2, 4, 5, 8}),
        ("only=forwarded", {2, 4, 8}),
        ("only=messages", {1, 3, 7}),
        ("only=wrong", {100}),
        ("day=2026-12-04", {1, 2, 3}),
        ("day=2026-12-05&only=missed", {6, 9, 100}),
        ("q=ANA", {2, 8}),
        ("q=ana&day=2026-12-05", {8}),
        ("q=069 444 555", {9}),
        ("q=%2B373 69 444-555", {9}),
        ("q=4555", {9}),
        ("q=nobody", set()),
        ("only=nonsense&day=nonsense", {*range(1, 10), 100}),
        ("day=0001-01-01", {*range(1, 10), 100}),
    ],
)
def test_a_filter_lists_the_calls_it_names(
    filled: tuple[Page, int], query: str, listed: set[int]
) -> None:
    assert ids(filled[0].owner(), f"/calls?{query}") == listed


def test_older_calls_of_a_filter_are_of_that_filter_too(page: Page) -> None:
    for _ in range(60):
        called(page, "answered", "fault")
        called(page, "answered", "caller_gone")
    browser, address, found = page.owner(), "/calls?only=wrong&day=2026-12-05", list[int]()
    while address:
        text = browser.get(address).text
        found += [int(one) for one in re.findall(r'href="/calls/(\d+)"', text)]
        older = re.search(r'href="(/calls\?before=[^"]+)"', text)
        address = older[1].replace("&amp;", "&") if older else ""
    assert found == list(range(218, 99, -2))


def test_too_few_digits_are_said_at_the_field(looking: FlaskClient) -> None:
    assert "Type the last four or more." in seen(looking, "/calls?q=45")
    assert "Type the last four or more." not in seen(looking, "/calls?q=4555")


def test_every_reason_a_call_can_have_is_told_and_has_its_remedy(filled: tuple[Page, int]) -> None:
    assert set(FIXES) == set(Hindrance)
    page, _ = filled
    pages, at = page.owner(), datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Europe/Chisinau"))
    with page.app.test_request_context():
        fixes = [fix_of(why, Hindered(at, at, "Ion", "ion")) for why in Hindrance]
    assert all(fix.words for fix in fixes)
    assert len({fix.words for fix in fixes}) == len(fixes)
    assert sum(not fix.action for fix in fixes) == 2
    for fix in fixes:
        assert bool(fix.action) == bool(fix.address)
        assert not fix.address or pages.get(fix.address).status_code == 200, fix.address


@pytest.mark.parametrize("why", list(Hindrance), ids=str)
def test_a_missed_call_tells_its_reason_in_the_list_and_on_its_page(page: Page, why: str) -> None:
    call_id = called(page, why)
    browser = page.owner()
    with page.app.test_request_context():
        words = fix_of(Hindrance(why), Hindered(NOW, NOW)).words
    assert words in seen(browser, "/calls")
    assert words in seen(browser, f"/calls/{call_id}")


def test_a_number_that_was_not_confirmed_is_confirmed_from_the_call(page: Page) -> None:
    call_id = called(page, "answered", "unconfirmed", "nobody", person="ion")
    at = f"/calls/{call_id}"
    owner = page.owner()
    text = seen(owner, at)
    assert "Ion was on duty and not rung: the number is not confirmed. Confirm the number" in text
    form = re.search(
        r'<form method="post" action="(/people/confirm)">.*?</form>', owner.get(at).text, re.S
    )
    assert form
    person = re.search(r'name="person" value="(\w+)"', form[0])
    assert person
    send(owner, form[1], seen=at, person=person[1])
    assert page.daemon.desk.asked[-1].model_dump()["person"] == "ion"


def test_who_may_not_confirm_numbers_is_led_to_the_people_instead(page: Page) -> None:
    call_id = called(page, "unconfirmed", person="ion")
    page.accounts.add("agent", f"{PASSWORD} agent", Role.AGENT)
    agent = page.browser()
    send(agent, "/login", name="agent", password=f"{PASSWORD} agent")
    text = agent.get(f"/calls/{call_id}").text
    assert 'action="/people/confirm"' not in text
    assert 'class="button" href="/people">Confirm the number' in text


def test_a_weekday_without_anybody_is_planned_for_when_it_comes_again(page: Page) -> None:
    call_id = called(page, "nobody")
    coming = format_date(datetime(2026, 12, 12), "EEE d MMM", locale="en")
    text = page.owner().get(f"/calls/{call_id}").text
    assert f'href="/shifts?day=2026-12-12">Plan somebody for {coming}' in text


def test_the_way_of_a_call_names_whom_it_reached_and_what_came_of_it(page: Page) -> None:
    office, at = page.office, NOW - HOUR / 10
    call_id = office.journal.begin("Office line", Caller(ION), at)
    told: tuple[tuple[StepName, dict[str, str]], ...] = (
        ("answered", {}),
        ("key", {"key": "1"}),
        ("ringing", {"person": "ana"}),
        ("not_reached", {"person": "ana"}),
        ("ringing", {"person": "ion"}),
        ("joined", {"person": "ion"}),
    )
    for step, facts in told:
        office.journal.step(call_id, at, step, step, **facts)
    office.journal.end(call_id, NOW, Outcome.SPOKEN, person="ion")
    office.writer.submit(lambda _: None).result(10)
    way = "✓ The box answers ✓ Key 1 ✕ Ana no answer ✓ Ion took the call ✓ Spoke with Ion"
    assert f"The way of this call {way} Step by step" in seen(page.owner(), f"/calls/{call_id}")


def test_a_call_shows_what_the_same_caller_wanted_before(page: Page) -> None:
    first = called(page, "caller_gone", number="+37369555666")
    second = called(page, "caller_gone", number="+37369555666")
    called(page, "caller_gone", number="+37369555667")
    text = page.owner().get(f"/calls/{second}").text
    before = text[text.index("This caller before") :]
    assert "Complaint 102" in before
    assert set(re.findall(r'href="/calls/(\d+)"', before)) == {"3", str(first)}
    assert 'href="/calls?q=%2B37369555666"' in before


def test_who_withheld_the_number_is_taken_for_nobody_else(page: Page) -> None:
    page.office.call(NOW, None, Outcome.MISSED)
    page.office.writer.submit(lambda _: None).result(10)
    assert "This caller before" not in seen(page.owner(), "/calls/100")


@pytest.mark.parametrize("only", ["", "in", "missed", "answered", "messages", "forwarded", "wrong"])
def test_an_empty_list_has_one_sentence_and_one_button(page: Page, only: str) -> None:
    page.office.writer.submit(
        lambda db: [db.execute(f"delete from {t}") for t in ("steps", "calls", "cases")]
    ).result(5)
    text = page.owner().get(f"/calls?only={only}").text
    card = text[text.index('<div class="card">') : text.index("</main>")]
    assert len(re.findall("<p>[A-Z][^<]+[.]</p>", card)) == 1
    assert len(re.findall('class="button"', card)) == 1
