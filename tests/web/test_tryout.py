"""Calls from the page, as far as its own process is part of them: who may, and from where.

A daemon that is only a socket takes them; the page is served for real.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from simple_websocket import Client, ConnectionClosed, ConnectionError

from hotline.options import FROM_THE_PAGE
from hotline.storage.users import Role
from hotline_web import calling
from tests.web.browser import CHROMIUM, chromium, log_in, served, window
from tests.web.conftest import OWNER, PASSWORD, Page, send
from tests.web.office import Caller

needs_chromium = pytest.mark.skipif(
    not shutil.which(CHROMIUM), reason="Debian's chromium is missing"
)
FRAME = b"S" + bytes(320)
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}


class Patient(Client):  # type: ignore[misc]
    """The library's own, but for what it loses: what comes together with the answer to its
    handshake, and that the far side closes while it sends."""

    def handshake(self) -> None:
        super().handshake()
        self._handle_events()
        self.connected = True

    def send(self, data: bytes | str) -> None:
        """Who closed the connection meanwhile may have done so while this was sent."""
        try:
            super().send(data)
        except OSError as error:
            raise ConnectionClosed(self.close_reason, self.close_message) from error


@dataclass
class Telephone:
    """A page that is served, and the daemon's socket behind it."""

    page: Page
    address: str
    daemon: socket.socket

    def opens(self, browser: FlaskClient) -> Client:
        """A browser's connection, with its cookies. This client names no port, a browser does."""
        cookie = "; ".join(f"{c.key}={c.value}" for c in (browser._cookies or {}).values())
        headers = {"Cookie": cookie, "Origin": "http://127.0.0.1"}
        return Patient(self.address.replace("http", "ws") + "/try/call", headers=headers)

    def called(self, browser: FlaskClient) -> tuple[Client, socket.socket]:
        """A call, at both ends of the page's process; who calls was told."""
        client = self.opens(browser)
        wire, _ = self.daemon.accept()
        wire.settimeout(5)
        assert json.loads(wire.recv(1024)) == {"name": OWNER}
        return client, wire


@pytest.fixture
def telephone(page: Page) -> Iterator[Telephone]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as daemon:
        daemon.bind(str(page.office.directory / "calling.sock"))
        daemon.listen(4)
        daemon.settimeout(5)
        with served(page) as address:
            yield Telephone(page, address, daemon)


def told(client: Client) -> bytes | None:
    """The next packet for the browser; None when its connection is over."""
    with contextlib.suppress(ConnectionClosed):
        packet: bytes | None = client.receive(timeout=5)
        assert packet is not None
        return packet
    return None


def test_packets_go_both_ways_as_they_are(telephone: Telephone) -> None:
    client, wire = telephone.called(telephone.page.owner())
    client.send(FRAME)
    assert wire.recv(1024) == FRAME
    wire.send(b"A")
    assert told(client) == b"A"


def test_whichever_side_ends_the_call_the_other_hears_of_it(telephone: Telephone) -> None:
    client, wire = telephone.called(telephone.page.owner())
    client.close()
    assert wire.recv(1024) == b""
    client, wire = telephone.called(telephone.page.owner())
    wire.close()
    assert told(client) is None


@pytest.mark.parametrize("packet", [b"", bytes(513), bytes(100_000), "K1"])
def test_what_no_page_of_ours_sends_never_comes_to_the_daemon(
    telephone: Telephone, packet: bytes | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "SILENT_S", 1.0)  # for that long the library may miss its own end
    client, wire = telephone.called(telephone.page.owner())
    client.send(packet)
    assert wire.recv(1024) == b""
    assert told(client) is None


def test_a_session_is_in_one_call_and_after_it_in_the_next(telephone: Telephone) -> None:
    owner = telephone.page.owner()
    first, wire = telephone.called(owner)
    second = telephone.opens(owner)
    assert told(second) == calling.BUSY
    client, _ = telephone.called(telephone.page.owner())  # another session of the same person
    client.close()
    first.close()
    assert wire.recv(1024) == b""
    telephone.daemon.settimeout(0.3)
    for _ in range(20):  # the end of the first call takes a moment
        with contextlib.suppress(TimeoutError):
            telephone.called(owner)
            return
    pytest.fail("the session may not call again")


def test_a_call_ends_with_its_session(
    telephone: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "SEEN_EVERY_S", 0.0)
    client, wire = telephone.called(telephone.page.owner())
    client.send(FRAME)
    assert wire.recv(1024) == FRAME
    telephone.page.accounts.log_out_everywhere(OWNER)
    with contextlib.suppress(ConnectionClosed):
        client.send(FRAME)
    assert list(iter(lambda: wire.recv(1024), b"")) in ([], [FRAME])


def test_a_page_that_says_nothing_any_more_is_let_go(
    telephone: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "SILENT_S", 0.05)
    _, wire = telephone.called(telephone.page.owner())
    assert wire.recv(1024) == b""


def test_while_the_hotline_is_down_the_page_says_that_it_takes_no_call(page: Page) -> None:
    with served(page) as address, contextlib.ExitStack() as closing:
        nobody = closing.enter_context(socket.socket(socket.AF_UNIX))
        assert told(Telephone(page, address, nobody).opens(page.owner())) == calling.BUSY


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "https://localhost", "http://localhost:81", "//localhost", ""],
)
def test_no_page_of_others_can_call_with_the_owners_cookies(page: Page, origin: str) -> None:
    headers = UPGRADE | ({"Origin": origin} if origin else {})
    assert page.owner().get("/try/call", headers=headers).status_code == 403


def test_a_stranger_cannot_call(telephone: Telephone) -> None:
    with pytest.raises(ConnectionError):
        telephone.opens(telephone.page.browser())


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR])
def test_only_who_answers_for_the_office_may_call(page: Page, role: Role) -> None:
    page.accounts.add("vera", PASSWORD + " vera", role)
    vera = page.browser()
    send(vera, "/login", name="vera", password=PASSWORD + " vera")
    ours = UPGRADE | {"Origin": "http://localhost"}
    for path, headers in (("/try", {}), ("/try/steps", {}), ("/try/call", ours)):
        assert vera.get(path, headers=headers).status_code == 403
    assert "/try" not in vera.get("/").text


def test_only_the_page_that_calls_may_ask_for_the_microphone(page: Page) -> None:
    owner = page.owner()
    assert "microphone=(self)" in owner.get("/try").headers["Permissions-Policy"]
    assert "microphone=()" in owner.get("/").headers["Permissions-Policy"]


def test_the_steps_are_those_of_my_own_call_from_the_page(page: Page) -> None:
    owner, journal = page.owner(), page.office.journal
    assert "<li>" not in owner.get("/try/steps").text
    mine = journal.begin(FROM_THE_PAGE, Caller(None, OWNER), page.office.now)
    for line, name in ((FROM_THE_PAGE, "vera"), ("office", OWNER)):
        journal.begin(line, Caller(None, name), page.office.now)
    journal.step(mine, page.office.now, "answered", "The box answered.")
    page.office.writer.submit(lambda _: None).result(5)
    assert f'data-call="{mine}"' in owner.get("/try/steps").text
    assert "The box answers" in owner.get("/try/steps").text
    assert "data-call" not in owner.get(f"/try/steps?after={mine}").text
    assert "From the set-up page" in owner.get("/calls").text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


REFUSED = """if (navigator.mediaDevices) {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error("refused"));
}"""


@needs_chromium
def test_the_page_says_how_the_call_stands_and_its_button_ends_it(
    telephone: Telephone, browser: Browser
) -> None:
    with window(browser, telephone.address) as visit:
        visit.add_init_script(REFUSED)
        tab = log_in(visit)
        tab.get_by_role("link", name="Call your hotline").click()
        key = tab.get_by_role("button", name="5", exact=True)
        said = tab.get_by_role("status")
        expect(key).to_be_disabled()
        tab.get_by_role("button", name="Call the hotline").click()
        wire, _ = telephone.daemon.accept()
        wire.settimeout(5)
        wire.recv(1024)
        wire.send(b"A")
        expect(said).to_contain_text("without a microphone")
        key.click()
        tab.keyboard.press("#")
        pressed = [packet for packet in iter(lambda: wire.recv(1024), b"K#") if packet[:1] == b"K"]
        assert pressed == [b"K5"]
        tab.get_by_role("button", name="Hang up").click()
        assert all(packet == FRAME for packet in iter(lambda: wire.recv(1024), b""))
        expect(said).to_have_text("The call is over.")
        tab.get_by_role("button", name="Call the hotline").click()
        wire, _ = telephone.daemon.accept()
        wire.send(b"B")
        wire.shutdown(socket.SHUT_WR)
        expect(said).to_contain_text("takes no call from this page now")
        expect(key).to_be_disabled()


@needs_chromium
def test_where_a_browser_gives_no_microphone_the_page_says_what_to_do(
    page: Page, browser: Browser
) -> None:
    with served(page) as address, window(browser, address) as visit:
        visit.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
        tab = log_in(visit)
        tab.goto("/try")
        expect(tab.get_by_role("status")).to_contain_text("Open this page by its secure address")
        expect(tab.get_by_role("button", name="Call the hotline")).to_be_disabled()


@needs_chromium
def test_without_script_the_page_says_so_and_which_number_to_call(
    page: Page, browser: Browser
) -> None:
    with served(page) as address, window(browser, address, script=False) as visit:
        tab = log_in(visit)
        tab.goto("/try")
        expect(tab.locator("noscript .verdict")).to_be_visible()
        expect(tab.get_by_role("link", name="Call", exact=True)).to_be_visible()
        expect(tab.get_by_role("button", name="Call the hotline")).to_be_hidden()
