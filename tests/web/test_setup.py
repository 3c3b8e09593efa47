"""The set-up: what is known is not asked, what was begun is gone on with, a call proves it."""

from __future__ import annotations

import io
import re
import shutil
import wave
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect
from werkzeug.test import TestResponse

from hotline.control.messages.lines import LineState
from hotline.control.messages.office import OfficeSet
from hotline.control.messages.status import Ring, WhoAnswer
from hotline.routing.office import NOT_SET_UP, UNKNOWN_ZONE, Office
from hotline.storage.officesections import mark_of, sections_of
from hotline.storage.officewriting import write_office
from hotline.storage.users import Role
from hotline_web.testcall import Happened, lights, troubles
from hotline_web.whowords import who_now
from tests.web.browser import CHROMIUM, chromium, log_in, served, window
from tests.web.conftest import PASSWORD, Page, send
from tests.web.office import NOW, Caller, tone
from tests.web.test_pages import seen


@pytest.fixture
def untouched(page: Page) -> Page:
    """The office as it is before anybody said anything of it."""
    page.office.writer.submit(lambda db: db.execute("delete from office_versions")).result(5)
    page.daemon.desk.yaml = write_office(Office(NOT_SET_UP, UNKNOWN_ZONE, "MD", ("en",)))
    page.daemon.desk.state = page.daemon.desk.state.model_copy(update={"lines": ()})
    return page


def seal(text: str) -> str:
    """The hidden field of a form that stands for what it was filled from."""
    found = re.search(r'name="seen" value="([0-9a-f]+)"', text)
    assert found
    return found[1]


def put(
    browser: FlaskClient, path: str, to: str = "", /, **fields: str | list[str]
) -> TestResponse:
    """Fill in a form of the page at `path` and press its button; it is sent there, or `to`."""
    text = browser.get(path).text
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found
    return browser.post(to or path, data={"csrf_token": found[1], "seen": seal(text), **fields})


def put_off(page: Page, *steps: str) -> None:
    browser = page.owner()
    for step in steps:
        send(browser, "/setup/onward", step=step, later="")


def test_a_box_nobody_has_set_up_is_asked_for_its_office_first(untouched: Page) -> None:
    browser = untouched.owner()
    assert browser.get("/setup").location == "/setup/about"
    text = browser.get("/setup/about").text
    assert re.search(r'<option translate="no" value="MD" selected>', text)
    assert re.search(r'<option translate="no" value="Europe/Chisinau" selected>', text)
    assert re.findall(r'value="(\w\w)" checked', text) == ["ro", "ru", "en"]


def test_what_the_office_says_already_is_not_asked(page: Page) -> None:
    assert page.owner().get("/setup").location == "/setup/menu"


def test_the_first_page_leads_back_into_the_set_up_until_all_was_asked(page: Page) -> None:
    browser = page.owner()
    assert "Set-up is not finished. Go on" in seen(browser, "/")
    put_off(page, "menu", "test")
    assert "Set-up is not finished." not in seen(browser, "/")
    assert browser.get("/setup").location == "/setup/report"


def test_a_step_that_was_opened_is_come_back_to_whatever_is_true_meanwhile(page: Page) -> None:
    browser = page.owner()
    browser.get("/setup/menu")
    with_menu = "menus: [{id: main, keys: [{key: 1, do: message}]}]\n"
    yaml = page.office.desk.plans.offices.current()
    assert yaml
    page.office.desk.plans.offices.save(
        yaml.replace("menus: []\n", with_menu), "maria", page.office.now
    ).result(5)
    assert page.owner().get("/setup").location == "/setup/menu"
    send(browser, "/setup/onward", step="menu")
    assert page.owner().get("/setup").location == "/setup/test"


def test_going_back_to_a_finished_step_asks_nothing_again(page: Page) -> None:
    put_off(page, "menu")
    browser = page.owner()
    browser.get("/setup/menu")
    assert browser.get("/setup").location == "/setup/test"


def test_a_step_nobody_knows_is_not_left(page: Page) -> None:
    assert send(page.owner(), "/setup/onward", step="nothing").status_code == 404


def test_an_agent_sets_nothing_up_and_is_not_led_there(page: Page) -> None:
    page.accounts.add("ion", PASSWORD + " ion", Role.AGENT)
    agent = page.browser()
    send(agent, "/login", name="ion", password=PASSWORD + " ion")
    assert "Set-up" not in seen(agent, "/")
    assert agent.get("/setup").status_code == 403
    assert send(agent, "/setup/hours", which="always").status_code == 403


def test_a_manager_sets_up_and_does_not_carry_the_office_away(page: Page) -> None:
    page.accounts.add("eva", PASSWORD + " eva", Role.MANAGER)
    manager = page.browser()
    send(manager, "/login", name="eva", password=PASSWORD + " eva")
    assert manager.get("/setup/menu").status_code == 200
    assert manager.get("/setup/office.yaml").status_code == 403
    assert "Save the file" not in manager.get("/setup/report").text


# -- about the office ------------------------------------------------------------------------------


def test_the_office_is_what_was_said_of_it(untouched: Page) -> None:
    browser = untouched.owner()
    given = {"name": "Flori", "country": "RO", "zone": "Europe/Bucharest", "languages": "ro"}
    before = sections_of(untouched.daemon.desk.yaml)
    assert put(browser, "/setup/about", **given).location == "/setup"
    held = sections_of(untouched.daemon.desk.yaml)
    assert [held[key] for key in given] == ["Flori", "RO", "Europe/Bucharest", ["ro"]]
    asked = untouched.daemon.desk.asked[-1]
    assert isinstance(asked, OfficeSet)
    assert (asked.seen, asked.by) == (mark_of(before, given), "maria")


def test_a_name_that_cannot_be_keeps_everything_that_was_typed(untouched: Page) -> None:
    browser = untouched.owner()
    given = {"country": "UA", "zone": "Europe/Kyiv", "languages": "uk"}
    answer = put(browser, "/setup/about", name="x" * 121, **given)
    assert 'value="' + "x" * 121 in answer.text
    assert re.search(r'<option translate="no" value="UA" selected>', answer.text)
    assert re.findall(r'value="(\w\w)" checked', answer.text) == ["uk"]
    assert 'class="wrong"' in answer.text
    assert untouched.owner().get("/setup").location == "/setup/about"


# -- the notice ------------------------------------------------------------------------------------


def test_the_notice_is_read_and_heard_as_one_sound_of_the_telephone(page: Page) -> None:
    files = [page.office.directory / name for name in ("one.wav", "two.wav")]
    tone(files[0], 1.0)
    tone(files[1], 0.5)
    page.daemon.desk.sounds = tuple(map(str, files))
    browser = page.owner()
    assert "Mesajul se înregistrează." in seen(browser, "/setup/notice")
    with wave.open(io.BytesIO(browser.get("/setup/notice.wav?language=ro").data)) as sound:
        assert (sound.getframerate(), sound.getnframes()) == (8000, 12000)
    assert browser.get("/setup/notice.wav?language=../ro").status_code == 404


def test_other_words_for_the_notice_are_taken_and_the_boxs_own_come_back(page: Page) -> None:
    page.daemon.desk.yaml = page.office.desk.plans.offices.current() or ""
    browser = page.owner()
    put(browser, "/setup/notice", ro="Vă înregistrăm.", ru=" ")
    assert sections_of(page.daemon.desk.yaml)["recording_notice"] == {"ro": "Vă înregistrăm."}
    assert "Vă înregistrăm.</textarea>" in browser.get("/setup/notice").text
    put(browser, "/setup/notice", ro="")
    assert sections_of(page.daemon.desk.yaml)["recording_notice"] == {}


# -- hours -----------------------------------------------------------------------------------------


def test_hours_are_chosen_with_one_touch_or_row_by_row(untouched: Page) -> None:
    browser, desk = untouched.owner(), untouched.daemon.desk
    put(browser, "/setup/hours", which="office")
    assert sections_of(desk.yaml)["hours"] == [{"days": "mon-fri", "time": "09:00-18:00"}]
    rows = {"days": ["mon-sat", "", "sun"], "begin": ["08:00", "", "10:00"]}
    put(browser, "/setup/hours", **rows, end=["20:00", "", "14:00"])
    assert [one["time"] for one in sections_of(desk.yaml)["hours"]] == [
        "08:00-20:00",
        "10:00-14:00",
    ]
    shown = browser.get("/setup/hours").text
    assert re.search(r'<option value="mon-sat" selected>Monday – Saturday', shown)
    put(browser, "/setup/hours", which="always")
    assert sections_of(desk.yaml)["hours"] == "always"


def test_hours_that_end_before_they_begin_come_back_as_typed(untouched: Page) -> None:
    browser = untouched.owner()
    answer = put(browser, "/setup/hours", days="mon", begin="09:00", end="09:00")
    assert 'value="09:00"' in answer.text
    assert 'class="wrong"' in answer.text
    assert sections_of(untouched.daemon.desk.yaml)["hours"] == "always"


def test_public_holidays_are_days_without_calls_only_if_that_was_ticked(untouched: Page) -> None:
    browser, desk = untouched.owner(), untouched.daemon.desk
    assert "Closed on public holidays" in seen(browser, "/setup/hours")
    put(browser, "/setup/hours", which="office")
    assert sections_of(desk.yaml)["closures"] == []
    put(browser, "/setup/hours", which="office", holidays="on")
    days = [one["from"] for one in sections_of(desk.yaml)["closures"]]
    assert {"2026-12-25", "2027-01-01"} <= set(days)
    assert days == sorted(set(days))
    assert min(days) >= "2026-12-05"
    assert "Closed on public holidays" not in seen(browser, "/setup/hours")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"open": False}, "the office is closed"),
        ({"open": True}, "nobody would be rung"),
        ({"open": True, "rounds": (Ring(names=("Ana",), seconds=9),)}, "would go to Ana."),
        ({"open": True, "rounds": (Ring(names=("Ana", "Ion"), seconds=9),)}, "Ana, then to Ion."),
    ],
)
def test_it_is_said_to_whom_a_call_would_go_now(
    page: Page, answer: dict[str, object], words: str
) -> None:
    with page.app.test_request_context():
        assert words in who_now(WhoAnswer.model_validate({"at": NOW} | answer))


# -- the test call ---------------------------------------------------------------------------------


def path(*whats: str) -> list[Happened]:
    """These steps, two seconds apart, with Ana."""
    return [
        Happened(what, NOW + timedelta(seconds=2 * n), "Ana", "1") for n, what in enumerate(whats)
    ]


CONNECTED = ("answered", "greeting", "menu", "key", "ringing", "whisper", "joined")


def test_each_step_lights_up_as_it_happens(page: Page) -> None:
    with page.app.test_request_context():
        for count, now in ((0, "rang"), (1, "greeting"), (2, "key"), (4, "ringing")):
            shown = lights(path(*CONNECTED[:count]), over=False, menu=True)
            assert [light.name for light in shown if light.state == "now"] == [now]
        whole = lights(path(*CONNECTED), over=False, menu=True)
    assert {light.state for light in whole} == {"done"}
    assert [light.seconds for light in whole] == [0, 2, 6, 8, 10, 12]
    assert whole[3].words == "The telephone of Ana rings"


def test_what_a_call_did_not_come_to_is_marked_when_it_is_over(page: Page) -> None:
    with page.app.test_request_context():
        shown = lights(path(*CONNECTED[:5]), over=True, menu=True)
    assert [light.state for light in shown] == ["done"] * 4 + ["never"] * 2


def test_a_call_at_night_is_proved_by_a_message(page: Page) -> None:
    night = path("answered", "greeting_closed", "message", "recording", "filed")
    with page.app.test_request_context():
        shown = lights(night, over=True, menu=True)
    assert [(light.name, light.state) for light in shown] == [
        ("rang", "done"),
        ("greeting", "done"),
        ("recording", "done"),
        ("filed", "done"),
    ]


@pytest.mark.parametrize(
    ("whats", "cause", "leads"),
    [
        ((), "No call has come to the box.", ""),
        (("answered",), "over before the greeting", ""),
        (("answered", "greeting_closed"), "The office is closed now", "setup.hours"),
        (("answered", "greeting", "nobody"), "Nobody is on duty", "setup.people"),
        (("answered", "greeting", "unconfirmed"), "Ana is not confirmed", "setup.people"),
        (("answered", "greeting", "not_dialled"), "Ana could not be rung", "setup.people"),
        (("answered", "greeting", "ringing", "not_reached"), "Ana did not take the call", ""),
        (CONNECTED, "the sound gets lost", "lines.lines"),
        (("answered", "greeting"), "The box answered and spoke", ""),
    ],
)
def test_what_was_wrong_is_said_with_one_thing_to_do(
    page: Page, whats: tuple[str, ...], cause: str, leads: str
) -> None:
    up = LineState(id="a", name="Office", up=True)
    status = page.daemon.desk.state.model_copy(update={"lines": (up,)})
    with page.app.test_request_context():
        first = troubles(status, path(*whats))[0]
    assert cause in first.cause
    assert (bool(first.action), first.page) == (True, leads)


def test_a_line_that_is_not_ready_is_the_first_cause(page: Page) -> None:
    text = seen(page.owner(), "/setup/test/wrong")
    assert "Mobile: The SIM card asks for its PIN." in text


def a_call(page: Page, *steps: str) -> int:
    """A call of just now."""
    journal, at = page.office.journal, page.office.now
    number = journal.begin("office", Caller("+37369123456"), at)
    for step in steps:
        journal.step(number, at, step, "x", person="ana", key="1")  # type: ignore[arg-type]
    page.office.writer.submit(lambda _: None).result(5)
    return number


def test_the_call_of_just_now_is_seen_without_reloading_and_one_of_yesterday_is_not(
    page: Page,
) -> None:
    page.hands.forward(timedelta(days=1))
    browser = page.owner()
    assert "I hear it" not in seen(browser, "/setup/test/lights")
    page.hands.forward(-timedelta(days=1))
    a_call(page, "answered", "greeting")
    text = seen(page.owner(), "/setup/test/lights")
    assert "The greeting plays : done" in text
    assert "I hear it" in text


def test_a_call_that_was_heard_is_kept_as_the_proof_with_what_is_left_and_a_copy(
    page: Page,
) -> None:
    put_off(page, "menu")
    browser = page.owner()
    assert "No test call was heard yet." in seen(browser, "/setup/report")
    number = a_call(page, *CONNECTED)
    answer = send(browser, "/setup/test/heard", seen="/setup/test", call=str(number))
    assert answer.location == "/setup/report"
    text = seen(browser, "/setup/report")
    assert "the call was heard. The test call just now , maria · +373 691 23 456" in text
    assert "You hear each other" in text
    assert "Left for later Menu" in text
    copy = browser.get("/setup/office.yaml")
    assert (copy.data.decode(), copy.headers["Content-Disposition"]) == (
        page.daemon.desk.yaml,
        'attachment; filename="office.yaml"',
    )


def test_a_call_that_never_was_proves_nothing(page: Page) -> None:
    answer = send(page.owner(), "/setup/test/heard", seen="/setup/test", call="999")
    assert answer.status_code == 400
    assert "No test call was heard yet." in seen(page.owner(), "/setup/report")


def test_without_a_daemon_the_set_up_says_so_and_the_first_page_stands(page: Page) -> None:
    browser = page.owner()
    page.daemon.path.rename(page.daemon.path.with_name("gone"))
    assert browser.get("/").status_code == 200
    for step in ("about", "notice", "hours", "test"):
        assert browser.get(f"/setup/{step}").status_code == 503
    assert "The hotline service is not running." in seen(browser, "/setup/hours")


def test_before_the_hotline_was_ever_started_the_first_page_stands(page: Page) -> None:
    browser = page.owner()
    page.office.file.path.rename(page.office.file.path.with_name("gone"))
    assert browser.get("/").status_code == 200


# -- the page of the hours -------------------------------------------------------------------------


def of_flori(page: Page) -> None:
    """The daemon has the office of the shop."""
    page.daemon.desk.yaml = page.office.desk.plans.offices.current() or ""


def test_a_day_is_closed_and_opened_again_on_the_page_of_the_hours(page: Page) -> None:
    of_flori(page)
    browser = page.owner()
    day = {"from": "2026-12-31", "to": "2027-01-02", "name": "An Nou", "yearly": "on"}
    assert put(browser, "/hours", "/hours/day", what="closures", **day).location == "/hours"
    text = seen(browser, "/hours")
    assert "31 Dec 2026 – 2 Jan 2027 An Nou every year" in text
    assert sections_of(page.daemon.desk.yaml)["closures"] == [day | {"yearly": "true"}]
    put(browser, "/hours", "/hours/day/out", what="closures", number="0")
    assert sections_of(page.daemon.desk.yaml)["closures"] == []


def test_a_saturday_works_like_a_friday(page: Page) -> None:
    of_flori(page)
    browser = page.owner()
    put(browser, "/hours", "/hours/day", what="moved_days", date="2026-12-19", **{"as": "fri"})
    assert "19 Dec 2026 : like Friday" in seen(browser, "/hours")
    held = sections_of(page.daemon.desk.yaml)
    assert held["moved_days"] == [{"date": "2026-12-19", "as": "fri"}]


def test_a_day_that_ends_before_it_begins_comes_back_as_typed(page: Page) -> None:
    of_flori(page)
    answer = put(
        page.owner(), "/hours", "/hours/day",
        what="closures", **{"from": "2026-12-31", "to": "2026-12-01", "name": "<b>An</b>"},
    )  # fmt: skip
    assert 'value="2026-12-01"' in answer.text
    assert "&lt;b&gt;An&lt;/b&gt;" in answer.text
    assert 'class="wrong"' in answer.text


def test_nobody_but_who_answers_for_the_office_changes_its_hours(page: Page) -> None:
    of_flori(page)
    page.accounts.add("ion", PASSWORD + " ion", Role.AGENT)
    agent = page.browser()
    send(agent, "/login", name="ion", password=PASSWORD + " ion")
    before = page.daemon.desk.yaml
    assert send(agent, "/hours", which="always").status_code == 403
    assert page.daemon.desk.yaml == before


@pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing")
def test_the_browser_knows_where_its_owner_is(untouched: Page) -> None:
    with (
        chromium() as browser,
        served(untouched) as address,
        window(browser, address, zone="Asia/Vladivostok") as visit,
    ):
        tab = log_in(visit)
        tab.goto("/setup")
        expect(tab.get_by_label("Time zone")).to_have_value("Asia/Vladivostok")
