"""The office is closed in two taps, everybody sees until when and by whom, and it opens again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hotline.__main__ import main
from hotline.control.messages.closing import OfficeClose, OfficeOpenAgain
from hotline.routing.office import OpenInterval, WallTime
from hotline.storage.officewriting import write_office
from hotline.storage.users import Role
from tests.web.conftest import PASSWORD, Page, send
from tests.web.test_pages import seen


def open_today(page: Page) -> Page:
    """It is Saturday, and this office works on Saturdays."""
    desk = page.office.desk
    hours = (OpenInterval(frozenset(range(7)), WallTime(9 * 60), WallTime(18 * 60)),)
    yaml = write_office(replace(desk._office(), hours=hours))
    desk.plans.offices.save(yaml, "maria", page.office.now).result(5)
    return page


def asked(page: Page) -> list[OfficeClose | OfficeOpenAgain]:
    kinds = (OfficeClose, OfficeOpenAgain)
    return [one for one in page.daemon.desk.asked if isinstance(one, kinds)]


def test_the_usual_closing_needs_nothing_typed_and_shows_on_the_first_page(page: Page) -> None:
    browser = open_today(page).owner()
    assert "For the rest of the day: until tomorrow" in seen(browser, "/closing")
    answer = send(browser, "/closing", seen="/closing", how="day")
    assert answer.status_code == 302
    assert asked(page) == [OfficeClose(notice={"ro": "", "en": ""}, by="maria")]
    text = seen(browser, "/")
    assert "Closed early until tomorrow" in text
    assert "by maria" in text


def test_it_is_opened_again_on_the_first_page(page: Page) -> None:
    browser = open_today(page).owner()
    send(browser, "/closing", seen="/closing", how="day")
    send(browser, "/closing/open", seen="/")
    assert asked(page)[1:] == [OfficeOpenAgain(by="maria")]
    assert "Closed early" not in seen(browser, "/")


def test_a_time_and_a_sentence_of_ones_own_are_what_callers_hear(page: Page) -> None:
    browser = page.owner()
    words = {"notice-ro": "S-a spart o țeavă.", "until": "2026-12-05T15:00"}
    send(browser, "/closing", seen="/closing", how="time", **words)
    now = page.daemon.desk.closings.look()
    assert now.notice == {"ro": "S-a spart o țeavă."}
    assert now.closed is not None
    assert f"{now.closed.until:%H:%M}" == "13:00"  # by the clock of the office it is 15:00


def test_who_closes_on_a_free_day_is_asked_for_a_time_alone(page: Page) -> None:
    text = page.owner().get("/closing").text
    assert "By your opening hours the line is closed now." in text
    assert 'type="radio"' not in text


def test_who_typed_a_time_means_it_whatever_is_ticked(page: Page) -> None:
    browser = open_today(page).owner()
    send(browser, "/closing", seen="/closing", how="day", until="2026-12-05T15:00")
    now = page.daemon.desk.closings.look()
    assert now.closed is not None
    assert f"{now.closed.until:%H:%M}" == "13:00"


def test_what_was_typed_stays_when_the_time_is_past(page: Page) -> None:
    browser = page.owner()
    words = {"notice-ro": "S-a spart o țeavă.", "until": "2026-12-05T09:00"}
    answer = send(browser, "/closing", seen="/closing", how="time", **words)
    assert answer.status_code == 422
    assert "Choose a time that is still to come." in answer.text
    assert "S-a spart o țeavă." in answer.text
    assert asked(page) == []


def test_the_daemons_refusal_stands_at_the_field(page: Page) -> None:
    browser = page.owner()
    answer = send(browser, "/closing", seen="/closing", how="time", until="2026-12-25T09:00")
    assert answer.status_code == 422
    assert "closed like this for at most 7 days. Choose a time within them" in answer.text


def test_who_answers_calls_sees_that_it_is_closed_and_cannot_change_it(page: Page) -> None:
    send(open_today(page).owner(), "/closing", seen="/closing", how="day")
    page.accounts.add("ion", f"{PASSWORD} ion", Role.AGENT)
    agent = page.browser()
    send(agent, "/login", name="ion", password=f"{PASSWORD} ion")
    text = seen(agent, "/")
    assert "Closed early until tomorrow" in text
    assert "Open again" not in text
    assert agent.get("/closing").status_code == 403


def test_where_there_is_no_page_a_command_closes_it_and_another_opens_it(
    page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    data = page.daemon.path.parent
    (data / "control.sock").symlink_to(page.daemon.path.name)
    at_six = "2026-12-05T18:00+02:00"
    assert main(["--data", str(data), "close", "S-a spart", "o țeavă.", "--until", at_six]) == 0
    assert "then it opens by itself" in capsys.readouterr().out
    now = page.daemon.desk.closings.look()
    assert now.notice == {"ro": "S-a spart o țeavă."}
    assert now.closed is not None
    assert main(["--data", str(data), "open-again"]) == 0
    assert "closed by them now" in capsys.readouterr().out  # it is Saturday
    assert page.daemon.desk.closings.closed() is None
