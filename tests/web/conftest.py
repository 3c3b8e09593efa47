"""A page over a small office; each test has its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hotline.clock import Clock
from hotline.storage.users import Accounts
from hotline_web import create_app
from hotline_web.settings import Settings
from tests.control.desk import Daemon, running
from tests.web.office import Office

OWNER, PASSWORD = "maria", "roua plop cizme vioara"


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def forward(self, by: timedelta) -> None:
        self.now += by

    def clock(self) -> Clock:
        return Clock(wall=lambda: self.now)


@dataclass
class Page:
    """Everything a test of the page has at hand."""

    app: Flask
    office: Office
    daemon: Daemon
    hands: Hands

    @property
    def accounts(self) -> Accounts:
        accounts: Accounts = self.app.extensions["accounts"]
        return accounts

    def browser(self) -> FlaskClient:
        """A fresh browser; it speaks English."""
        client = self.app.test_client()
        client.environ_base.update(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE="en")
        return client

    def owner(self) -> FlaskClient:
        """A browser in which the owner has logged in."""
        client = self.browser()
        answer = send(client, "/login", name=OWNER, password=PASSWORD)
        assert answer.status_code == 302, answer.text
        return client


def token(client: FlaskClient, path: str = "/login") -> str:
    """The token of a form, as a browser would find it on the page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found, path
    return found[1]


def send(client: FlaskClient, path: str, seen: str = "", **fields: str):  # type: ignore[no-untyped-def]
    """Fill in a form and press its button. `seen`: the page the form is on."""
    page = seen or ("/" if path != "/login" and path != "/claim" else path)
    return client.post(path, data={"csrf_token": token(client, page), **fields})


def make_page(directory: Path, *, owner: bool = True, secure: bool = False) -> Iterator[Page]:
    """The page with its office and its daemon, for as long as the iterator lives."""
    office = Office(directory)
    hands = Hands(office.now)
    with running(directory / "control", office.desk) as daemon:
        settings = Settings(directory, directory / "control", secure_cookies=secure)
        app = create_app(settings, hands.clock())
        page = Page(app, office, daemon, hands)
        if owner:
            code = page.accounts.new_claim_code()
            page.accounts.claim(code, OWNER, PASSWORD, "127.0.0.1")
        yield page
    office.close()


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """A page whose owner is Maria."""
    yield from make_page(tmp_path)


@pytest.fixture
def fresh_page(tmp_path: Path) -> Iterator[Page]:
    """A page nobody has claimed yet."""
    yield from make_page(tmp_path, owner=False)


@pytest.fixture
def tls_page(tmp_path: Path) -> Iterator[Page]:
    """A page behind TLS."""
    yield from make_page(tmp_path, secure=True)


def day(page: Page) -> datetime:
    """The present instant of the office."""
    return page.hands.now.astimezone(UTC)
