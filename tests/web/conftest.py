"""A page over a small office; each test has its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline.clock import Clock
from hotline.storage.accountschema import accounts_file
from hotline.storage.users import Accounts
from hotline_web.app import create_app
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


# Each page has a form at its foot; the home page costs most, and this one next to nothing.
ANY_PAGE = "/nowhere"


def token(client: FlaskClient, path: str = "/login") -> str:
    """The token of a form, as a browser would find it on the page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found, path
    return found[1]


def send(client: FlaskClient, path: str, seen: str = "", **fields: str) -> TestResponse:
    """Fill in a form and press its button. `seen`: the page the form is on."""
    page = seen or (path if path in ("/login", "/claim") else ANY_PAGE)
    return client.post(path, data={"csrf_token": token(client, page), **fields})


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records of one day and Maria's account, written once and copied for each test."""
    directory = tmp_path_factory.mktemp("day")
    office = Office(directory)
    office.close()
    clock = Hands(office.now).clock()
    file = accounts_file(directory)
    file.prepare(office.now)
    accounts = Accounts(file, clock)
    accounts.claim(accounts.new_claim_code(), OWNER, PASSWORD, "127.0.0.1")
    return directory


@contextmanager
def opened(day: Path, place: Path, *, owner: bool = True, secure: bool = False) -> Iterator[Page]:
    """The page over its own copy of the day, with its daemon."""
    directory = place / "data"
    shutil.copytree(day, directory)
    if not owner:
        (directory / "web.sqlite").unlink()
    office = Office(directory, filled=True)
    hands = Hands(office.now)
    with running(directory / "control", office.desk) as daemon:
        settings = Settings(directory, directory / "control", secure_cookies=secure)
        yield Page(create_app(settings, hands.clock()), office, daemon, hands)
    office.close()


@pytest.fixture
def page(day: Path, tmp_path: Path) -> Iterator[Page]:
    """A page whose owner is Maria."""
    with opened(day, tmp_path) as page:
        yield page


@pytest.fixture(scope="session")
def shared(day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page for tests that only look, or whose every change is refused."""
    with opened(day, tmp_path_factory.mktemp("shared")) as page:
        yield page


@pytest.fixture(scope="session")
def looking(shared: Page) -> FlaskClient:
    """The owner's browser on the shared page."""
    return shared.owner()


@pytest.fixture
def fresh_page(day: Path, tmp_path: Path) -> Iterator[Page]:
    """A page nobody has claimed yet."""
    with opened(day, tmp_path, owner=False) as page:
        yield page


@pytest.fixture
def tls_page(day: Path, tmp_path: Path) -> Iterator[Page]:
    """A page behind TLS."""
    with opened(day, tmp_path, secure=True) as page:
        yield page
