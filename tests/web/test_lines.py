"""The owner sets up telephone lines on the page; nobody else does, and no password is sent back."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hotline.control.messages.lines import LineAdd, LineChange, LinesAnswer, LineState
from hotline.errors import BadSettings, LineDown
from hotline.options.mistakes import Mistake, bad_settings
from hotline.said import say, together
from hotline.storage.users import Role
from tests.web.conftest import Page, send
from tests.web.test_pages import seen

ACCOUNT = {"as": "other", "host": "sip.example.net", "user": "office", "password": "roua-plop"}


def colleague(page: Page, role: Role) -> FlaskClient:
    page.accounts.add("ion", "roua plop cizme ghetou", role)
    client = page.browser()
    send(client, "/login", name="ion", password="roua plop cizme ghetou")
    return client


def test_a_provider_is_added_with_four_fields(page: Page) -> None:
    browser = page.owner()
    answer = send(browser, "/lines/new", **ACCOUNT, number="+373 22 123 456")
    assert answer.location == "/lines"
    settings = {"kind": "provider", "host": "sip.example.net", "user": "office"}
    settings |= {"password": "roua-plop", "number": "+37322123456"}
    assert page.daemon.desk.asked == [LineAdd(section="trunk", settings=settings, by="maria")]
    assert "The line line is added, and at work." in seen(browser, "/lines")


def test_of_a_known_provider_no_server_is_asked(page: Page) -> None:
    browser = page.owner()
    assert 'name="host"' not in browser.get("/lines/new?as=zadarma").text
    send(browser, "/lines/new", **{"as": "zadarma", "user": "12345", "password": "p"})
    (asked,) = page.daemon.desk.asked
    assert isinstance(asked, LineAdd)
    assert asked.settings["host"] == "sip.zadarma.com"


def test_a_gateway_in_the_house_needs_its_address_alone(page: Page) -> None:
    send(page.owner(), "/lines/new", **{"as": "gateway", "host": "192.168.1.30"})
    (asked,) = page.daemon.desk.asked
    assert isinstance(asked, LineAdd)
    assert asked.settings == {
        "kind": "gateway", "host": "192.168.1.30", "channels": 1, "number_format": "national",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "typed", "advice"),
    [
        ("host", "https://sip.example.net/", "Write the address alone, such as 192.168.1.30."),
        ("user", "", "Write the user name; it is in the letter of the provider."),
        ("password", "", "Write the password; it is in the letter of the provider."),
        ("number", "022 123 456", "Write the whole number with + and the country."),
    ],
)
def test_a_refused_form_says_at_the_field_what_to_do_and_keeps_the_rest(
    page: Page, field: str, typed: str, advice: str
) -> None:
    answer = send(page.owner(), "/lines/new", **ACCOUNT | {field: typed})
    assert answer.status_code == 409
    assert f'aria-describedby="why-{field}"><span class="wrong" id="why-{field}"' in answer.text
    assert advice in answer.text
    assert page.daemon.desk.asked == []
    kept = {"host": "sip.example.net", "user": "office", field: typed}
    assert all(f'name="{name}" required' in answer.text for name in ("host", "user"))
    assert all(f'value="{text}"' in answer.text for text in kept.values() if text)
    assert "roua-plop" not in answer.text


def test_what_the_box_refuses_stands_on_the_form(page: Page) -> None:
    page.daemon.desk.refuse = BadSettings("The line", ("another line is called so already",))
    answer = send(page.owner(), "/lines/new", **ACCOUNT)
    assert answer.status_code == 409
    assert "another line is called so already" in answer.text
    assert 'value="sip.example.net"' in answer.text


def test_what_the_box_refuses_stands_at_its_field_in_the_visitors_language(page: Page) -> None:
    at = Mistake(("trunk", 1, "host"), "host of it", say("must be a host name or an IP address"))
    elsewhere = Mistake(("trunk", 1, "name"), "", say("is missing"))
    page.daemon.desk.refuse = bad_settings("The line", [at, elsewhere])
    browser = page.owner()
    send(browser, "/language", seen="/", language="ru")
    text = send(browser, "/lines/new", **ACCOUNT).text
    assert 'id="why-host" role="alert">Нужно имя или адрес сервера.<' in text
    assert '<p class="wrong" role="alert">не указано</p>' in text


def test_a_modem_that_was_found_becomes_a_line_with_one_button(page: Page) -> None:
    browser = page.owner()
    assert "Quectel EC25 at USB 1-1.3 ! Found, not used yet Use this modem" in seen(
        browser, "/lines"
    )
    send(browser, "/lines/use", place="1-1.3")
    (asked,) = page.daemon.desk.asked
    assert isinstance(asked, LineAdd)
    assert (asked.section, asked.settings) == ("modem", {"model": "ec25", "usb": "1-1.3"})


def test_a_modem_that_cannot_be_used_yet_says_why_and_has_no_button(page: Page) -> None:
    browser = page.owner()
    text = seen(browser, "/lines")
    assert "shows itself as a disk. Pull it out, and plug it in again after ten seconds." in text
    assert text.count("Use this modem") == 1
    assert send(browser, "/lines/use", place="1-1.4").status_code == 409


def test_the_pin_is_asked_for_only_where_the_card_asks_for_it(page: Page) -> None:
    browser, desk = page.owner(), page.daemon.desk
    assert "Enter the PIN" not in seen(browser, "/lines")
    lines = tuple(
        one.model_copy(update={"wants": "pin"}) if one.id == "mobile" else one
        for one in desk.state.lines
    )
    desk.state = desk.state.model_copy(update={"lines": lines})
    assert "Enter the PIN" in seen(browser, "/lines")
    send(browser, "/lines/change", line="mobile", pin="1234")
    assert desk.asked == [
        LineChange(line="mobile", settings={"pin": "1234", "number": ""}, by="maria")
    ]


def test_a_wrong_password_is_corrected_and_the_rest_stays(page: Page) -> None:
    browser, desk = page.owner(), page.daemon.desk
    words = say("The provider of %(line)s refuses the user name or password.", line="line")
    down = LineState(id="line", name="line", kind="trunk", up=False, words=words)
    desk.state = desk.state.model_copy(update={"lines": (down,)})
    assert f"{words} Correct it" in seen(browser, "/lines")
    form = browser.get("/lines/change?line=line").text
    assert 'value="sip.example.net"' in form
    send(
        browser, "/lines/change", line="line", host="sip.example.net", user="office", password="new"
    )  # fmt: skip
    (asked,) = desk.asked
    assert isinstance(asked, LineChange)
    assert asked.settings == {
        "host": "sip.example.net", "user": "office", "password": "new", "number": "",
    }  # fmt: skip


def test_a_line_is_removed_and_one_that_carries_a_call_is_not(page: Page) -> None:
    browser, desk = page.owner(), page.daemon.desk
    assert send(browser, "/lines/remove", line="line").location == "/lines"
    assert [one.do for one in desk.asked] == ["line_remove"]  # type: ignore[attr-defined]
    desk.refuse = LineDown(say("The line %(line)s carries a call.", line="line"))
    answer = send(browser, "/lines/remove", line="line")
    assert (answer.status_code, "carries a call" in answer.text) == (409, True)


def test_a_line_that_was_not_added_here_cannot_be_changed_here(page: Page) -> None:
    browser = page.owner()
    assert browser.get("/lines/change?line=office").status_code == 404
    assert send(browser, "/lines/remove", line="office").status_code == 404
    assert page.daemon.desk.asked == []


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.AUDITOR])
def test_nobody_but_the_owner_sets_up_lines(page: Page, role: Role) -> None:
    browser = colleague(page, role)
    text = browser.get("/lines").text
    assert "Mobile" in text
    assert "/lines/new" not in text + browser.get("/lines/live").text
    assert browser.get("/lines/new").status_code == 403
    assert browser.get("/lines/change?line=line").status_code == 403
    for path in ("/lines/new", "/lines/use", "/lines/change", "/lines/remove"):
        assert send(browser, path, **ACCOUNT, line="line", place="1-1.3").status_code == 403
    assert page.daemon.desk.asked == []


def test_a_fresh_box_says_that_no_line_is_set_up_and_what_to_do(page: Page) -> None:
    desk = page.daemon.desk
    desk.state = desk.state.model_copy(update={"lines": ()})
    desk.set_up = LinesAnswer(room=8)
    browser = page.owner()
    assert "Callers cannot reach you. No telephone line is set up." in seen(browser, "/")
    text = seen(browser, "/lines")
    assert "Plug a modem into the box, or add your telephone provider." in text
    assert "Add a provider" in text


def test_what_is_left_out_of_the_added_lines_is_told(page: Page) -> None:
    words = together(say("A line of %(file)s is left out:", file="lines.toml"), say("is missing"))
    page.daemon.desk.set_up = LinesAnswer(wrong=(words,), room=8)
    assert f"An added line cannot be used. {words}" in seen(page.owner(), "/lines")
