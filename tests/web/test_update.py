"""The owner brings a newer version of the box, and reads what became of it."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline import __version__
from hotline.storage import files
from hotline.storage.places import Places
from tests.web.conftest import Page, token


class Usage(NamedTuple):
    """As shutil says it."""

    total: int
    used: int
    free: int


BUNDLE = b"hsqs" + bytes(range(256)) * 40


def text_of(answer: TestResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def bring(browser: FlaskClient, content: bytes = BUNDLE, name: str = "a.raucb") -> TestResponse:
    fields = {"csrf_token": token(browser, "/update"), "bundle": (io.BytesIO(content), name)}
    return browser.post("/update/bring", data=fields)


@pytest.fixture
def incoming(page: Page) -> Path:
    """Of a box that was made from an image."""
    folder = Places(page.office.directory).updates / "incoming"
    folder.mkdir(parents=True)
    return folder


def tell(incoming: Path, state: str, why: str = "") -> None:
    words = f"state={state}\nversion=9.1.0\nwhy={why}\nat=2026-12-05T08:00:00Z\n"
    (incoming.parent / "told").write_text(words)


def test_the_file_lies_whole_where_the_box_takes_it_from(page: Page, incoming: Path) -> None:
    owner = page.owner()
    assert __version__ in text_of(owner.get("/update"))
    assert bring(owner).status_code == 302
    name = (incoming / "wanted").read_text().strip()
    assert re.fullmatch("[0-9a-f]{32}", name)
    assert (incoming / name).read_bytes() == BUNDLE
    assert "The box looks at the file." in text_of(owner.get("/update"))


def test_a_form_without_a_file_says_so_at_its_field(page: Page, incoming: Path) -> None:
    answer = bring(page.owner(), b"", "")
    assert answer.status_code == 422
    assert "Choose a file first." in text_of(answer)
    assert list(incoming.iterdir()) == []


def test_a_second_update_waits_for_the_first(page: Page, incoming: Path) -> None:
    owner = page.owner()
    asked = token(owner, "/update")
    tell(incoming, "installing")
    fields = {"csrf_token": asked, "bundle": (io.BytesIO(BUNDLE), "a.raucb")}
    answer = owner.post("/update/bring", data=fields)
    assert answer.status_code == 422
    assert "put in already" in text_of(answer)
    assert list(incoming.iterdir()) == []


def test_a_box_without_slots_says_how_it_is_updated(page: Page) -> None:
    owner = page.owner()
    shown = owner.get("/update")
    assert "Update it as it was installed." in text_of(shown)
    assert 'type="file"' not in shown.text
    fields = {"csrf_token": token(owner, "/update"), "bundle": (io.BytesIO(BUNDLE), "a.raucb")}
    assert owner.post("/update/bring", data=fields).status_code == 409
    assert not Places(page.office.directory).updates.exists()


def test_an_update_that_would_take_the_room_of_callers_messages_is_refused(
    page: Page, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = page.owner()
    asked = token(owner, "/update")
    free = files.RESERVE + len(BUNDLE) // 2
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: Usage(0, 0, free))
    fields = {"csrf_token": asked, "bundle": (io.BytesIO(BUNDLE), "a.raucb")}
    assert owner.post("/update/bring", data=fields).status_code == 409
    assert list(incoming.iterdir()) == []


@pytest.mark.parametrize(
    ("state", "why", "words"),
    [
        ("waiting", "", "waits until nobody calls"),
        ("trying", "", "starts with version 9.1.0"),
        ("updated", "", "was updated to version 9.1.0"),
        ("back", "sip", "did not answer calls"),
        ("back", "silent", "the box did not start"),
        ("refused", "old", "not newer than what runs here"),
        ("refused", "signature", "not signed"),
        ("refused", "<b>", "The file is damaged."),
    ],
)
def test_what_became_of_an_update_is_told_with_its_reason(
    page: Page, incoming: Path, state: str, why: str, words: str
) -> None:
    tell(incoming, state, why)
    assert words in text_of(page.owner().get("/update"))


@pytest.mark.parametrize("held", ["", "state=nonsense\n", "state=updated\n", "\0\n"])
def test_words_that_nobody_understands_are_no_page_that_fails(
    page: Page, incoming: Path, held: str
) -> None:
    (incoming.parent / "told").write_text(held)
    assert page.owner().get("/update").status_code == 200
