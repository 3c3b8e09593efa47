"""Who may come in, with what, and what everybody can see of what was done."""

from __future__ import annotations

import html
import re
import sqlite3
from contextlib import closing
from datetime import timedelta

import pyotp
import pytest
from flask.testing import FlaskClient

from hotline.storage.audit import Act, Entry, Wanted
from hotline.storage.users import Role
from hotline_web.browsers import browser_words
from tests.web.conftest import OWNER, PASSWORD, Page, send, token
from tests.web.test_pages import seen

IONS = f"{PASSWORD} ion"


def invited(page: Page, owner: FlaskClient, name: str = "Ion", role: str = "agent") -> str:
    """The address of a new invitation."""
    answer = send(owner, "/users/new", seen="/users/new", name=name, role=role)
    assert answer.status_code == 200, answer.text
    found = re.search(r'class="address">http://localhost(/invitation/[^<]+)<', answer.text)
    assert found
    return found[1]


def switched_on(page: Page, browser: FlaskClient) -> tuple[pyotp.TOTP, list[str]]:
    """The app of a telephone that knows the secret now, and the codes on paper."""
    send(browser, "/account/code/begin", seen="/account")
    typed = re.search(r'class="address number">([A-Z2-7 ]+)<', browser.get("/account/code").text)
    assert typed
    app = pyotp.TOTP(typed[1].replace(" ", ""))
    answer = send(browser, "/account/code", seen="/account/code", code=app.at(page.hands.now))
    page.hands.forward(timedelta(minutes=2))
    return app, re.findall(r'<li class="code">([0-9A-Z-]+)</li>', answer.text)


def done(page: Page, *acts: Act) -> list[Entry]:
    """What stands in the audit of the page, the newest first."""
    return page.accounts.audited(100, Wanted(what=frozenset(acts)))


# Letting people in ------------------------------------------------------------------------------


def test_an_invitation_lets_its_reader_in_with_a_password_of_their_own(page: Page) -> None:
    owner = page.owner()
    address = invited(page, owner)
    ion = page.browser()
    assert "You are invited" in ion.get(address).text
    answer = send(ion, address, seen=address, password=IONS, again=IONS)
    assert (answer.status_code, answer.location) == (302, "/")
    assert "Log out ion" in ion.get("/").text
    assert ion.get("/users").status_code == 403
    assert "ion Works with calls and complaints Last here:" in seen(owner, "/users")
    assert page.browser().get(address).status_code == 404


def test_the_picture_of_an_invitation_is_for_the_owner_and_leads_to_its_address(page: Page) -> None:
    owner = page.owner()
    address = invited(page, owner)
    picture = address.replace("/invitation/", "/users/invitation/") + ".svg"
    answer = owner.get(picture)
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert "style=" not in answer.text
    assert page.browser().get(picture).status_code == 302


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        (IONS, IONS + "x", "The two passwords differ."),
        ("short", "short", "The password is too short."),
    ],
)
def test_a_refused_password_leaves_the_invitation_as_it_was(
    page: Page, password: str, again: str, words: str
) -> None:
    address = invited(page, page.owner())
    answer = send(page.browser(), address, seen=address, password=password, again=again)
    assert answer.status_code == 400
    assert words in answer.text
    assert page.browser().get(address).status_code == 200


def test_an_invitation_taken_back_leads_nowhere(page: Page) -> None:
    owner = page.owner()
    address = invited(page, owner)
    send(owner, "/users/take-back", seen="/users", name="ion")
    assert page.browser().get(address).status_code == 404


@pytest.mark.parametrize(
    ("path", "words"),
    [("/users/one", "maria is the only owner."), ("/users/remove", "maria is the only owner.")],
)
def test_the_last_owner_can_neither_leave_nor_become_less(
    page: Page, path: str, words: str
) -> None:
    answer = send(page.owner(), path, seen="/users", name=OWNER, role="agent")
    assert answer.status_code == 409
    assert words in answer.text
    assert [user.role for user in page.accounts.users()] == [Role.OWNER]


@pytest.mark.parametrize(
    ("path", "role"), [("/users/one", "auditor"), ("/users/sign-out", ""), ("/users/remove", "")]
)
def test_who_loses_something_is_logged_out_at_once(page: Page, path: str, role: str) -> None:
    page.accounts.add("ion", IONS, Role.AGENT)
    ion = page.browser()
    send(ion, "/login", name="ion", password=IONS)
    assert ion.get("/").status_code == 200
    answer = send(page.owner(), path, seen="/users", name="ion", role=role)
    assert answer.status_code == 302
    assert ion.get("/").status_code == 302
    assert ("ion" in [user.name for user in page.accounts.users()]) == (path != "/users/remove")


# One's own account -------------------------------------------------------------------------------


def test_a_new_password_asks_for_the_old_one_and_ends_the_other_sessions(page: Page) -> None:
    here, there = page.owner(), page.owner()
    new = "seven green otters dance"
    wrong = send(here, "/account/password", seen="/account", old="x" * 12, new=new)
    assert wrong.status_code == 401
    assert 'id="wrong-old"' in wrong.text
    assert send(here, "/account/password", seen="/account", old=PASSWORD, new=new).location
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302
    assert send(page.browser(), "/login", name=OWNER, password=PASSWORD).status_code == 401
    assert send(page.browser(), "/login", name=OWNER, password=new).status_code == 302


def test_a_weak_new_password_is_refused_at_its_field(page: Page) -> None:
    answer = send(
        page.owner(), "/account/password", seen="/account", old=PASSWORD, new="hotline1234"
    )
    assert answer.status_code == 400
    assert 'id="wrong-new"' in answer.text


def test_one_sees_where_one_is_logged_in_and_ends_the_others(page: Page) -> None:
    here, there = page.browser(), page.browser()
    for browser, called in (
        (here, "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        (there, "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"),
    ):
        browser.environ_base["HTTP_USER_AGENT"] = called
        send(browser, "/login", name=OWNER, password=PASSWORD)
    words = seen(here, "/account")
    assert "Firefox, Linux · this one" in words
    assert "Safari, iPhone" in words
    send(here, "/account/others", seen="/account")
    assert there.get("/").status_code == 302
    assert "Safari, iPhone" not in seen(here, "/account")


@pytest.mark.parametrize(
    ("called", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("curl/8.0", ""),
        ("<script>alert(1)</script>", ""),
    ],
)
def test_browsers_are_named_as_people_name_them(called: str, words: str) -> None:
    assert browser_words(called) == words


def test_the_language_goes_with_the_account(page: Page) -> None:
    browser = page.owner()
    send(browser, "/account/language", seen="/account", language="ro")
    assert '<html lang="ro">' in browser.get("/").text
    elsewhere = page.owner()
    assert '<html lang="ro">' in elsewhere.get("/").text


def test_with_a_code_the_password_alone_opens_nothing(page: Page) -> None:
    app, _paper = switched_on(page, page.owner())
    browser = page.browser()
    answer = send(browser, "/login", name=OWNER, password=PASSWORD, next="/inbox")
    assert answer.location == "/login/code?next=/inbox"
    assert browser.get("/").status_code == 302
    wrong = send(browser, "/login/code", seen="/login/code", code="ABC", next="/inbox")
    assert wrong.status_code == 401
    code = app.at(page.hands.now)
    right = send(browser, "/login/code", seen="/login/code", code=code, next="/inbox")
    assert (right.status_code, right.location) == (302, "/inbox")
    assert browser.get("/inbox").status_code == 200


def test_the_second_screen_shows_nothing_without_the_first(page: Page) -> None:
    switched_on(page, page.owner())
    assert page.browser().get("/login/code").location == "/login?next=/"


def test_a_code_on_paper_opens_when_the_telephone_is_lost(page: Page) -> None:
    browser = page.owner()
    _app, paper = switched_on(page, browser)
    assert len(paper) == 10
    lost = page.browser()
    send(lost, "/login", name=OWNER, password=PASSWORD)
    assert send(lost, "/login/code", seen="/login/code", code=paper[0]).location == "/"
    assert "9 codes on paper are left." in seen(browser, "/account")


def test_the_secret_of_the_telephone_is_never_shown_again(page: Page) -> None:
    browser = page.owner()
    app, paper = switched_on(page, browser)
    assert browser.get("/account/code").location == "/account"
    assert browser.get("/account/code.svg").status_code == 404
    for path in ("/account", "/users", "/users/one?name=maria", "/audit"):
        text = browser.get(path).text
        assert app.secret not in text
        assert not [code for code in paper if code in text]


def test_a_wrong_first_code_leaves_everything_as_it_was(page: Page) -> None:
    browser = page.owner()
    send(browser, "/account/code/begin", seen="/account")
    answer = send(browser, "/account/code", seen="/account/code", code="ABC")
    assert answer.status_code == 401
    assert 'id="wrong-code"' in answer.text
    assert send(page.browser(), "/login", name=OWNER, password=PASSWORD).location == "/"


# What was done -----------------------------------------------------------------------------------


def test_the_audit_says_who_came_who_failed_who_listened_and_what_was_changed(page: Page) -> None:
    browser = page.owner()
    send(page.browser(), "/login", name=OWNER, password="not the right one at all")
    browser.get("/inbox/102/sound", headers={"Range": "bytes=100-"})
    browser.get("/calls/9/why")
    browser.get("/setup/office.yaml")
    send(browser, "/duty/answered-by", seen="/", whom="house")
    words = seen(browser, "/audit")
    for sentence in (
        "maria : logged in",
        "maria : gave a wrong name, password or code",
        "maria : listened: message or complaint 102",
        "maria : listened: why the caller of call 9 called",
        "maria : saved as a file: the whole office",
    ):
        assert sentence in words, words


def test_a_change_of_the_set_up_is_in_the_audit_and_a_refused_one_is_not(page: Page) -> None:
    page.accounts.add("ion", IONS, Role.AGENT)
    agent, browser = page.browser(), page.owner()
    send(agent, "/login", name="ion", password=IONS)
    send(agent, "/prompts/announcement/off")
    assert done(page, Act.CHANGED) == []
    send(browser, "/prompts/announcement/off")
    (line,) = done(page, Act.CHANGED)
    assert (line.by, line.thing) == (OWNER, "prompts.switch_off")
    assert "changed something: Sentences" in seen(browser, "/audit")


def test_one_listening_is_one_line_however_often_the_player_asks(page: Page) -> None:
    browser = page.owner()
    for begin in (0, 4000, 8000):
        browser.get("/inbox/102/sound", headers={"Range": f"bytes={begin}-"})
    browser.head("/inbox/103/sound")
    assert [line.thing for line in done(page, Act.LISTENED)] == ["case 102"]
    page.hands.forward(timedelta(minutes=11))
    browser.get("/inbox/102/sound")
    assert len(done(page, Act.LISTENED)) == 2


def test_what_a_stranger_types_as_a_name_is_not_kept(page: Page) -> None:
    send(page.browser(), "/login", name="my secret password", password="my secret password")
    (line,) = done(page, Act.LOGIN_FAILED)
    assert (line.by, line.person, line.address) == ("", "", "127.0.0.1")
    content = (page.office.directory / "web.sqlite").read_bytes()
    assert b"my secret password" not in content


def test_the_audit_is_narrowed_by_who_what_and_day(page: Page) -> None:
    page.accounts.add("ion", IONS, Role.AGENT)
    ion = page.browser()
    send(ion, "/login", name="ion", password=IONS)
    ion.get("/inbox/102/sound")
    browser, today = page.owner(), page.hands.now.date()
    assert "maria :" not in seen(browser, "/audit?who=ion")
    recordings = seen(browser, "/audit?what=recordings")
    assert "listened" in recordings
    assert "logged in" not in recordings
    assert "logged in" in seen(browser, f"/audit?day={today}")
    assert "Nothing of the kind" in seen(browser, f"/audit?day={today - timedelta(days=3)}")
    assert "There is no such day." in seen(browser, "/audit?day=2026-13-41")


def test_the_audit_is_read_page_by_page_to_its_first_line(page: Page) -> None:
    for number in range(120):
        now = page.hands.now + timedelta(seconds=number)
        page.accounts.note(Entry(now, Act.EXPORTED, by="ion", thing=f"file {number}"))
    browser, path, found = page.owner(), "/audit?what=recordings", list[str]()
    while path:
        text = browser.get(path).text
        found += re.findall(r"file (\d+)", text)
        older = re.search(r'href="([^"]+)">Older', text)
        path = html.unescape(older[1]) if older else ""
    assert [int(one) for one in found] == list(range(119, -1, -1))


def test_a_line_that_somebody_changed_in_the_file_is_told(page: Page) -> None:
    browser = page.owner()
    assert "Every line is as it was written." in seen(browser, "/audit?check=1")
    with closing(sqlite3.connect(page.office.directory / "web.sqlite")) as connection:
        connection.execute("drop trigger audit_is_written_once")
        connection.execute("update audit set \"by\" = 'ion' where id = 1")
        connection.commit()
    assert "A line was changed or taken out." in seen(browser, "/audit?check=1")


def test_a_password_set_at_the_box_is_told_on_the_first_page_for_a_week(page: Page) -> None:
    page.accounts.set_password(OWNER, IONS)
    browser = page.browser()
    send(browser, "/login", name=OWNER, password=IONS)
    assert "The password of maria was set anew at the box itself" in seen(browser, "/")
    assert "Somebody at the box itself : set a new password for maria" in seen(browser, "/audit")
    page.hands.forward(timedelta(days=7, minutes=1))
    send(browser, "/login", name=OWNER, password=IONS)
    assert "was set anew" not in seen(browser, "/")


def test_the_manager_reads_no_audit(page: Page) -> None:
    page.accounts.add("ana", f"{PASSWORD} ana", Role.MANAGER)
    manager = page.browser()
    send(manager, "/login", name="ana", password=f"{PASSWORD} ana")
    assert manager.get("/audit").status_code == 403
    assert "/audit" not in manager.get("/account").text


def test_forms_of_the_second_screen_want_their_token(page: Page) -> None:
    switched_on(page, page.owner())
    browser = page.browser()
    send(browser, "/login", name=OWNER, password=PASSWORD)
    assert browser.post("/login/code", data={"code": "x"}).status_code == 400
    assert token(browser, "/login/code")
