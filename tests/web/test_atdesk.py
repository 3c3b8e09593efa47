"""Calls taken at a computer, as far as the page's own process is part of them: who may, as whom.

A daemon that is only a socket rings; the page is served for real.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from simple_websocket import Client, ConnectionClosed, ConnectionError

from hotline.control.messages.people import Named
from hotline.control.messages.status import StatusAnswer
from hotline.storage.users import Role
from hotline_web import calling
from hotline_web.whose import person_of
from tests.web.browser import CHROMIUM, chromium, window
from tests.web.conftest import PASSWORD, Page, send
from tests.web.test_tryout import UPGRADE, Patient, Telephone, telephone, told  # noqa: F401

needs_chromium = pytest.mark.skipif(
    not shutil.which(CHROMIUM), reason="Debian's chromium is missing"
)
PATIENCE_MS = 20_000


def logged_in(page: Page, name: str, role: Role = Role.AGENT) -> FlaskClient:
    page.accounts.add(name, f"{PASSWORD} {name}", role)
    browser = page.browser()
    send(browser, "/login", name=name, password=f"{PASSWORD} {name}")
    return browser


def opens(telephone: Telephone, browser: FlaskClient) -> Client:  # noqa: F811
    """As the page does, with its cookies."""
    cookie = "; ".join(f"{c.key}={c.value}" for c in (browser._cookies or {}).values())
    headers = {"Cookie": cookie, "Origin": "http://127.0.0.1"}
    return Patient(telephone.address.replace("http", "ws") + "/desk/line", headers=headers)


def taken(telephone: Telephone, browser: FlaskClient) -> tuple[Client, socket.socket]:  # noqa: F811
    client = opens(telephone, browser)
    wire, _ = telephone.daemon.accept()
    wire.settimeout(20)
    return client, wire


def test_the_daemon_is_told_which_person_takes_calls(telephone: Telephone) -> None:  # noqa: F811
    client, wire = taken(telephone, logged_in(telephone.page, "ana"))
    assert json.loads(wire.recv(1024)) == {"name": "ana", "person": "ana"}
    wire.send(b"O")
    assert told(client) == b"O"
    client.close()
    assert wire.recv(1024) == b""


def test_whose_name_nobody_has_takes_no_calls_and_is_told_what_to_do(
    telephone: Telephone,  # noqa: F811
) -> None:
    vera = logged_in(telephone.page, "vera")
    assert told(opens(telephone, vera)) == calling.BUSY
    text = vera.get("/desk").text
    assert "Have the owner give you an account" in text
    assert "atdesk.js" not in text
    olga = logged_in(telephone.page, "olga", Role.MANAGER)
    assert "Add yourself there with this name" in olga.get("/desk").text


def test_when_the_session_ends_no_more_calls_are_taken(
    telephone: Telephone,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calling, "SEEN_EVERY_S", 0.0)
    client, wire = taken(telephone, logged_in(telephone.page, "ana"))
    wire.recv(1024)
    client.send(b"P")
    assert wire.recv(1024) == b"P"
    telephone.page.accounts.change("ana", Role.AUDITOR, "")
    with contextlib.suppress(ConnectionClosed):
        client.send(b"P")
    assert list(iter(lambda: wire.recv(1024), b"")) in ([], [b"P"])


def test_an_auditor_takes_no_calls(telephone: Telephone) -> None:  # noqa: F811
    ana = logged_in(telephone.page, "ana", Role.AUDITOR)
    assert ana.get("/desk").status_code == 403
    assert "/desk" not in ana.get("/").text
    with pytest.raises(ConnectionError):
        opens(telephone, ana)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_no_page_of_others_can_take_calls(page: Page, origin: str) -> None:
    headers = UPGRADE | ({"Origin": origin} if origin else {})
    assert logged_in(page, "ana").get("/desk/line", headers=headers).status_code == 403


def test_a_name_that_two_have_belongs_to_neither() -> None:
    two, now = (Named(id="a1", name="Ana"), Named(id="a2", name="ANA")), datetime.now(UTC)
    office = StatusAnswer(version="1", started_at=now, now=now, office="", zone="UTC", people=two)
    assert person_of("ana", office) is None
    assert person_of("A2", office) == two[1]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(
        "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"
    ) as browser:
        yield browser


@needs_chromium
def test_one_tap_takes_a_call_and_the_page_says_how_it_stands(
    telephone: Telephone,  # noqa: F811
    browser: Browser,
) -> None:
    telephone.page.accounts.add("ana", f"{PASSWORD} ana", Role.AGENT)
    with window(browser, telephone.address) as visit:
        visit.set_default_timeout(PATIENCE_MS)
        tab = visit.new_page()
        tab.goto("/login")
        tab.locator("main [name=name]").fill("ana")
        tab.locator("[name=password]").fill(f"{PASSWORD} ana")
        tab.locator("main button").click()
        tab.get_by_role("link", name="Take calls here").click()
        said = tab.get_by_role("status")
        take = tab.get_by_role("button", name="Take", exact=True)
        expect(said).to_have_text("Off. Your telephone rings.")
        tab.get_by_role("button", name="I take calls here").click()
        wire, _ = telephone.daemon.accept()
        wire.settimeout(20)
        assert json.loads(wire.recv(1024))["person"] == "ana"
        wire.send(b"O")
        expect(said).to_contain_text("On. You are rung here, Ana.", timeout=PATIENCE_MS)
        expect(take).to_be_hidden()
        wire.send('R{"caller": "+37322111222", "about": "<b>заказы</b>"}'.encode())
        expect(tab.locator("#caller")).to_have_text("+37322111222", timeout=PATIENCE_MS)
        expect(tab.locator("#about")).to_have_text("<b>заказы</b>")
        take.click()
        assert wire.recv(1024) == b"T"
        wire.send(b"A")
        expect(said).to_have_text("You are talking with the caller.", timeout=PATIENCE_MS)
        tab.get_by_role("button", name="Hang up").click()
        assert all(packet[:1] == b"S" for packet in iter(lambda: wire.recv(1024), b"H"))
        wire.send(b"E")
        expect(said).to_contain_text("On.", timeout=PATIENCE_MS)
        wire.send(b"R{}")
        tab.get_by_role("button", name="Not now").click()
        assert b"N" in iter(lambda: wire.recv(1024), b"")
        wire.send(b"W")
        expect(said).to_contain_text("in another window now", timeout=PATIENCE_MS)
