"""Who looks at one line sees how it was, what it can do and what happened to it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.control.messages.hardware import LineRestart, LineSeen
from hotline.control.messages.lines import LineState
from hotline.errors import LineDown
from hotline.said import say
from hotline.storage.linehistory import LineHistory, Quarter, slot_of
from hotline.storage.linetroubles import Kind, LineTrouble, LineTroubles
from hotline.storage.users import Role
from tests.web.conftest import Page, send
from tests.web.test_lines import colleague
from tests.web.test_pages import seen

MOBILE = "/lines/one?line=mobile"


def test_a_weak_signal_is_told_in_one_sentence_with_what_to_do(page: Page) -> None:
    text = seen(page.owner(), f"{MOBILE}&days=7")
    assert (
        "The signal was weak on 3 of the last 7 days. Mostly in the evening."
        " Move the modem to a window. Callers could not reach this line for 8 minutes."
    ) in text


@pytest.mark.parametrize(("days", "rows"), [(1, 24), (7, 31), (30, 31)])
def test_the_picture_and_its_table_are_of_the_same_time(page: Page, days: int, rows: int) -> None:
    text = page.owner().get(f"{MOBILE}&days={days}").text
    assert text.count('<tr><th scope="row">') == rows
    columns = len(re.findall(r'class="(?:strong|weak)"', text))
    assert columns == {1: 96, 7: 7 * 24 + 13, 30: 30 * 6 + 1}[days]
    assert 'class="weak"' in text
    assert 'class="down"' in text


def test_a_line_on_wires_has_no_signal_and_says_when_it_was_reached(page: Page) -> None:
    text = page.owner().get("/lines/one?line=office&days=30").text
    assert "Callers could reach this line all the time." in text
    assert "signal was" not in text
    assert 'class="edge"' not in text


def test_what_was_done_to_a_lost_modem_is_told_step_by_step(page: Page) -> None:
    text = seen(page.owner(), MOBILE)
    assert (
        "The modem does not answer any more. 11:30 The box opens it anew. That did not help."
        " 11:30 ✓ The box restarts it. That helped. Callers could not reach this line for"
        " 41 seconds."
    ) in text
    assert "The modem is gone. 12:30 ✓ Then it was there again." in text


def test_a_modem_that_hung_three_times_says_what_to_buy(page: Page) -> None:
    text = seen(page.owner(), MOBILE)
    assert "hung again and again in the last 7 days (3 times). Give the box a stronger" in text


def test_a_trouble_that_goes_on_says_so(page: Page) -> None:
    now = page.hands.now
    began = now - timedelta(minutes=20)
    one = LineTrouble(9, "mobile", began, Kind.GONE, say("The modem is gone."))
    LineTroubles(page.office.writer).keep([one]).result(10)
    assert "It goes on; callers cannot reach this line, for 20 minutes so far." in seen(
        page.owner(), MOBILE
    )
    LineTroubles(page.office.writer).keep([replace(one, stopped=True)]).result(10)
    assert "It lasted until the box was started anew." in seen(page.owner(), MOBILE)


def test_what_the_line_can_do_says_how_it_is_known(page: Page) -> None:
    text = seen(page.owner(), MOBILE)
    for words in (
        "Answers callers ✓ yes, seen yesterday 12:30",
        "Calls your people ✓ yes; not seen yet",
        "Connects callers with your people ✓ yes, with the line line; not seen yet",
        "A caller and a colleague over this line at once no",
        "Hears the keys that callers press ✕ no, it did not work yesterday 12:30",
        "Shows who calls ! not known yet",
    ):
        assert words in text


def test_a_modem_is_restarted_by_one_button(page: Page) -> None:
    browser = page.owner()
    answer = send(browser, "/lines/restart", line="mobile")
    assert answer.location == MOBILE
    assert page.daemon.desk.asked == [LineRestart(line="mobile", by="maria")]
    assert "The modem starts anew as soon as the call on it is over." in seen(browser, MOBILE)


def test_a_modem_that_is_lost_is_not_restarted_and_says_why(page: Page) -> None:
    page.daemon.desk.refuse = LineDown(
        say("The modem %(line)s is lost, and the box is at it already.", line="mobile")
    )
    answer = send(page.owner(), "/lines/restart", line="mobile")
    assert (answer.status_code, "at it already" in answer.text) == (409, True)


def test_a_line_without_a_modem_has_no_button(page: Page) -> None:
    assert "Restart this modem" in page.owner().get(MOBILE).text
    page.daemon.desk.seen = LineSeen()
    assert "Restart this modem" not in page.owner().get(MOBILE).text


@pytest.mark.parametrize(("role", "may"), [(Role.MANAGER, True), (Role.AGENT, False)])
def test_who_may_not_set_up_has_no_button_either(page: Page, role: Role, may: bool) -> None:
    browser = colleague(page, role)
    assert ("Restart this modem" in browser.get(MOBILE).text) is may
    assert (send(browser, "/lines/restart", line="mobile").status_code == 302) is may


@pytest.mark.parametrize(
    "path", ["/lines/one", "/lines/one?line=nobody", f"{MOBILE}&days=8", f"{MOBILE}&days=0"]
)
def test_of_no_line_and_no_time_there_is_no_page(page: Page, path: str) -> None:
    assert page.owner().get(path).status_code == 404


def test_a_line_that_is_new_says_when_the_first_figures_come(page: Page) -> None:
    desk = page.daemon.desk
    fresh = LineState(id="fresh", name="fresh", up=True)
    desk.state = desk.state.model_copy(update={"lines": (*desk.state.lines, fresh)})
    text = seen(page.owner(), "/lines/one?line=fresh")
    assert "the first figures come within a quarter of an hour" in text
    assert "This line was never lost in the last 90 days." in text


def test_while_the_service_is_down_what_was_kept_can_be_read(page: Page) -> None:
    browser = page.owner()
    page.daemon.desk.broken = True
    text = seen(browser, f"{MOBILE}&days=7")
    assert "Below is what was kept of this line." in text
    assert "The signal was weak on 3 of the last 7 days." in text
    assert browser.get("/lines/one?line=nobody").status_code == 404


def test_the_page_of_a_line_is_quick_with_five_weeks_of_eight_lines(page: Page) -> None:
    history, now = LineHistory(page.office.writer), slot_of(page.hands.now)
    for line in range(8):
        history.keep(
            (Quarter(f"line{line}", now - n, 900.0, 0.0, 90, -90, -85.0, -80) for n in range(3360)),
            1,
        ).result(60)
    browser = page.owner()
    took = []
    for n in range(9):
        began = time.perf_counter()
        assert browser.get(f"{MOBILE}&days={(1, 7, 30)[n % 3]}").status_code == 200
        took.append(time.perf_counter() - began)
    assert sorted(took)[4] < 5, took


def test_each_line_of_the_list_leads_to_its_page(page: Page) -> None:
    text = page.owner().get("/lines").text
    for line in ("office", "mobile"):
        assert f'href="/lines/one?line={line}"' in text
