"""The inbox works like mail: what is due first is first, and done leads to the next."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from hotline.control.messages.calls import CaseDue, CaseHeard
from hotline.inbox.case import Case, CaseKind
from hotline.inbox.outcome import Outcome
from hotline.storage import complaints
from hotline.storage.users import Role
from tests.web.conftest import PASSWORD, Page, send, token

# 101 is overdue, then 102 and 103 are due, in this order.
ZONE = ZoneInfo("Europe/Chisinau")


def listed(browser: FlaskClient, path: str = "/inbox") -> list[int]:
    return [int(n) for n in re.findall(r'data-row href="/inbox/(\d+)', browser.get(path).text)]


def words(browser: FlaskClient, path: str) -> str:
    text = re.sub(r"<(head|script|svg).*?</\1>|<[^>]+>", " ", browser.get(path).text, flags=re.S)
    return " ".join(html.unescape(text).split())


def case(page: Page, number: int) -> Case:
    with page.office.file.reading() as database:
        found = complaints.get(database, number)
    assert found
    return found


def asked(page: Page, kind: type) -> list[object]:
    return [one for one in page.daemon.desk.asked if isinstance(one, kind)]


def test_each_filter_has_its_cases_and_says_how_many(page: Page) -> None:
    browser = page.owner()
    page.office.cases.assign(103, "ion").result(5)
    assert listed(browser) == [101, 102, 103]
    assert listed(browser, "/inbox?show=overdue") == [101]
    assert listed(browser, "/inbox?show=done") == []
    send(browser, "/inbox/me", seen="/inbox?show=mine", person="ion")
    assert listed(browser, "/inbox?show=mine") == [103]
    assert "To do (3) Mine (1) Overdue (1) Done" in words(browser, "/inbox")


def test_who_is_of_the_office_by_name_need_not_say_so(page: Page) -> None:
    page.accounts.add("ion", f"{PASSWORD} ion", Role.AGENT)
    browser = page.browser()
    send(browser, "/login", name="ion", password=f"{PASSWORD} ion")
    page.office.cases.assign(102, "ion").result(5)
    assert listed(browser, "/inbox?show=mine") == [102]


def test_who_is_not_known_is_asked_and_sees_nobody_elses(page: Page) -> None:
    browser = page.owner()
    assert "The box does not know which of the people you are." in words(
        browser, "/inbox?show=mine"
    )
    assert listed(browser, "/inbox?show=mine") == []
    assert send(browser, "/inbox/me", seen="/inbox", person="stranger").status_code == 400


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/inbox", "No message or complaint is here. To the first page"),
        ("/inbox?show=mine", "Nothing is given to Ana. All that is to do"),
        ("/inbox?show=overdue", "Nothing is overdue. All that is to do"),
        ("/inbox?show=done", "Nothing is done yet. All that is to do"),
    ],
)
def test_an_empty_list_says_so_and_leads_on(page: Page, path: str, sentence: str) -> None:
    page.office.writer.submit(lambda database: complaints.delete(database, (101, 102, 103)))
    page.office.writer.submit(lambda _: None).result(10)
    browser = page.owner()
    send(browser, "/inbox/me", seen="/inbox?show=mine", person="ana")
    assert sentence in words(browser, path)


def test_where_nobody_is_named_nothing_can_be_mine_and_people_are_added(page: Page) -> None:
    desk = page.daemon.desk
    desk.state = desk.state.model_copy(update={"people": ()})
    told = words(page.owner(), "/inbox?show=mine")
    assert "Nobody is named yet. Callers may leave a message. Add people" in told


def test_done_leads_to_the_next_and_is_taken_back_with_one_tap(page: Page) -> None:
    browser = page.owner()
    before = case(page, 102)
    answer = send(browser, "/inbox/102/done", seen="/inbox/102", note="Door replaced")
    assert answer.location == "/inbox/103"
    shown = browser.get(answer.location).text
    assert "Done: Complaint 102." in shown
    assert 'action="/inbox/102/reopen"' in shown
    assert "Done: Complaint 102." not in browser.get("/inbox/103").text  # told once
    send(browser, "/inbox/102/reopen", seen="/inbox/103")
    assert (case(page, 102).state, case(page, 102).due) == (before.state, before.due)


def test_done_with_the_last_one_leads_to_the_one_before_and_at_the_end_to_the_list(
    page: Page,
) -> None:
    browser = page.owner()
    where = [send(browser, f"/inbox/{n}/done", seen="/inbox/101").location for n in (103, 102, 101)]
    assert where == ["/inbox/102", "/inbox/101", "/inbox"]


def test_who_works_through_a_filter_stays_in_it(page: Page) -> None:
    browser = page.owner()
    for n in (101, 103):
        page.office.cases.assign(n, "ana").result(5)
    send(browser, "/inbox/me", seen="/inbox?show=mine", person="ana")
    first = browser.get("/inbox/101?show=mine").text
    assert 'rel="next" href="/inbox/103?show=mine"' in first
    assert 'rel="prev"' not in first
    answer = send(browser, "/inbox/101/done", seen="/inbox/101?show=mine", show="mine")
    assert answer.location == "/inbox/103?show=mine"
    assert browser.get("/inbox/102").text.count('rel="prev"') == 0
    answer = send(browser, "/inbox/103/done", seen="/inbox/103?show=mine", show="mine")
    assert answer.location == "/inbox?show=mine"


def test_among_the_closed_one_goes_from_one_to_the_next(page: Page) -> None:
    browser = page.owner()
    for n in (101, 102, 103):
        page.office.cases.done(n, page.office.now).result(5)
    shown = browser.get("/inbox/102?show=done").text
    assert 'rel="prev" href="/inbox/103?show=done"' in shown
    assert 'rel="next" href="/inbox/101?show=done"' in shown


def test_a_deadline_is_set_by_the_offices_clock_and_says_by_whom(page: Page) -> None:
    browser = page.owner()
    answer = send(browser, "/inbox/102/due", seen="/inbox/102", date="2026-12-07", time="18:00")
    assert answer.location == "/inbox/102"
    due = case(page, 102).due
    assert f"{due.astimezone(ZONE):%Y-%m-%d %H:%M}" == "2026-12-07 18:00"
    shown = words(browser, "/inbox/102")
    assert "Due 7 Dec, 18:00. Set by maria." in shown
    assert listed(browser) == [101, 103, 102]


@pytest.mark.parametrize(
    ("date", "time", "why"),
    [
        ("2026-12-01", "18:00", "This time is over already. Choose a later one."),
        ("2028-12-01", "18:00", "This is more than a year ahead. Choose a day before."),
        ("", "18:00", "Choose a day and a time."),
        ("2026-13-01", "18:00", "Choose a day and a time."),
        ("9999-12-31", "23:59", "This is more than a year ahead."),
        ("0001-01-01", "00:00", "Choose a day and a time."),
    ],
)
def test_a_wrong_deadline_is_told_at_the_field_and_what_was_typed_stays(
    page: Page, date: str, time: str, why: str
) -> None:
    browser, before = page.owner(), case(page, 102).due
    answer = send(browser, "/inbox/102/due", seen="/inbox/102", date=date, time=time)
    assert why in html.unescape(answer.text)
    assert f'value="{date}"' in answer.text
    assert 'aria-describedby="wrong-due"' in answer.text
    assert case(page, 102).due == before


def test_the_service_is_asked_for_a_deadline_and_may_refuse_it(page: Page) -> None:
    browser = page.owner()
    send(browser, "/inbox/102/due", seen="/inbox/102", date="2026-12-07", time="18:00")
    (ask,) = asked(page, CaseDue)
    assert isinstance(ask, CaseDue)
    assert (ask.case, ask.by) == (102, "maria")


def test_what_else_came_from_a_number_is_told_with_the_way_to_it(page: Page) -> None:
    earlier = page.office.now - timedelta(days=2)
    call = page.office.call(earlier, "+37369555666", Outcome.MISSED)
    other = page.office.case(CaseKind.COMPLAINT, earlier, "+37369555666", "delivery", "")
    browser = page.owner()
    assert "From the same number: 1 call, 1 complaint" in words(browser, "/inbox/102")
    text = browser.get("/inbox/102").text
    assert f'href="/inbox/{other}"' in text
    assert f'href="/calls/{call}"' in text
    assert "From the same number" not in words(browser, "/inbox/103")


def test_each_listening_is_told_with_its_name_and_a_part_in_the_middle_is_none(page: Page) -> None:
    browser = page.owner()
    for asks in ("bytes=0-", "bytes=100-199", "bytes=-50"):
        browser.get("/inbox/102/sound", headers={"Range": asks})
    assert len(asked(page, CaseHeard)) == 1
    assert "Who listened maria , just now" in words(browser, "/inbox/102")
    answer = browser.get("/inbox/102/sound?save=1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="000102-complaint.wav"'
    assert "maria , just now : saved as a file" in words(browser, "/inbox/102")


def test_who_asks_for_one_part_gets_it_and_for_several_the_whole(page: Page) -> None:
    browser = page.owner()
    whole = browser.get("/inbox/102/sound").data
    answer = browser.get("/inbox/102/sound", headers={"Range": "bytes=0-9,100-109"})
    assert (answer.status_code, answer.data) == (200, whole)
    for asks, part in (("bytes=0-0", whole[:1]), ("bytes=44-", whole[44:])):
        answer = browser.get("/inbox/102/sound", headers={"Range": asks})
        assert (answer.status_code, answer.data) == (206, part)


def test_without_script_the_browsers_own_player_is_there_and_the_picture(page: Page) -> None:
    text = page.owner().get("/inbox/102").text
    assert "<audio controls" in text
    assert re.search(r'<path id="wave" d="M0.5 [^"]+"', text)
    assert 'id="controls" hidden' in text


def test_a_recording_that_cannot_be_read_is_not_drawn_and_still_played(page: Page) -> None:
    (page.office.directory / "recordings" / "000102-complaint.wav").write_bytes(b"RIFF nonsense")
    text = page.owner().get("/inbox/102").text
    assert "<audio controls" in text
    assert "<svg" not in text
    assert 'id="place"' not in text


def test_who_may_only_look_is_offered_nothing_to_change(page: Page) -> None:
    page.accounts.add("control", f"{PASSWORD} control", Role.AUDITOR)
    browser = page.browser()
    send(browser, "/login", name="control", password=f"{PASSWORD} control")
    text = browser.get("/inbox/102").text
    assert "<audio controls" in text
    assert 'action="/inbox/' not in text
    answer = browser.post(
        "/inbox/102/due",
        data={"csrf_token": token(browser, "/"), "date": "2026-12-07", "time": "18:00"},
    )
    assert answer.status_code == 403
