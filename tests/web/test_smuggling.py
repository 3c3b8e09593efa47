"""Whatever is written into an address, a form or a name: it is shown as it is, and never obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from hotline.control.messages.people import NextDuty
from hotline.inbox.case import CaseKind
from hotline.inbox.outcome import Outcome
from hotline.storage.presence import StaffTrail
from tests.web.conftest import PASSWORD, Page, opened, send, token
from tests.web.office import HOSTILE
from tests.web.test_doors import READS, ROUTES, TRAVERSALS, WRITES

PAGES = Path(__file__).parents[2] / "web" / "hotline_web"
SMUGGLED = [
    HOSTILE,
    "' or 1=1 --",
    "id; drop table calls",
    "//evil.example",
    "\N{RIGHT-TO-LEFT OVERRIDE}\x00\ud7ff\N{COMBINING ACUTE ACCENT}",
    "9" * 400,
    "-1",
    "1e308",
    "2026-02-30T25:61",
    *(one for one in TRAVERSALS if "/" in one or "\\" in one),
]
ELSEWHERE = re.compile(r"^(https?:)?//|evil\.example")


def asked_for(kind: str) -> list[str]:
    """Every name of a field that the page reads from an address ("args") or a form ("form")."""
    asks = re.compile(rf'(?:{kind}|values)(?:\.get\(\s*|\[)"(\w+)"')
    source = "\n".join(file.read_text("utf-8") for file in sorted(PAGES.rglob("*.py")))
    named = re.findall(r'name="(\w+)"', "\n".join(f.read_text() for f in PAGES.rglob("*.html")))
    return sorted({*asks.findall(source), *named} - {"csrf_token"})


class Run(HTMLParser):
    """What of a page a browser would run, load or take for a form that was not meant."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        ours = tag == "img" and (given.get("src") or "").startswith("/")
        if tag in ("img", "iframe", "object", "embed", "base", "style") and not ours:
            self.found.append(tag)
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.found.append("script")
        self.found += [name for name in given if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction"):
            value = (given.get(name) or "").strip().lower()
            if value.startswith(("javascript:", "data:", "//", "http:", "https:")):
                self.found.append(value)


def run_by(text: str) -> list[str]:
    page = Run()
    page.feed(text)
    return page.found


@pytest.fixture(scope="module")
def smuggled(day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """An office in which everybody and everything is called like an attack."""
    with opened(day, tmp_path_factory.mktemp("smuggled")) as page:
        desk, office = page.daemon.desk, page.office
        desk.state = desk.state.model_copy(
            update={
                "office": HOSTILE,
                "trouble": HOSTILE,
                "lines": tuple(_renamed(one, *LINE) for one in desk.state.lines),
                "live": tuple(_renamed(one, "caller", "caller_name") for one in desk.state.live),
                "waiting": tuple(_renamed(one, "caller") for one in desk.state.waiting),
                "on_duty": tuple(_renamed(one, "name") for one in desk.state.on_duty),
                "next_duty": NextDuty(at=office.now, names=(HOSTILE,)),
                "people": tuple(_renamed(one, "name") for one in desk.state.people),
                "topics": tuple(
                    one.model_copy(update={"names": dict.fromkeys(one.names, HOSTILE)})
                    for one in desk.state.topics
                ),
            }
        )
        everybody = tuple(_renamed(one, "name", "number", "by") for one in desk.people.people)
        desk.people = desk.people.model_copy(update={"people": everybody, "former": (HOSTILE,)})
        office.call(office.now, HOSTILE, Outcome.MISSED, words=HOSTILE)
        number = office.case(CaseKind.COMPLAINT, office.now, HOSTILE, HOSTILE, HOSTILE)
        office.cases.note(number, HOSTILE).result(9)
        office.cases.note(office.hostile, HOSTILE).result(9)
        StaffTrail(office.writer, 1).note(office.now, "ana", "text", HOSTILE, HOSTILE).result(9)
        yield page


LINE = ("name", "kind", "words", "action", "trouble", "caution", "number")


def _renamed(message: Any, *fields: str) -> Any:
    return message.model_copy(update=dict.fromkeys(fields, HOSTILE))


@pytest.fixture(scope="module")
def reader(smuggled: Page) -> FlaskClient:
    """The owner's browser there."""
    return smuggled.owner()


@pytest.mark.parametrize("endpoint", READS)
def test_no_name_note_or_text_is_run_wherever_it_is_shown(
    reader: FlaskClient, endpoint: str
) -> None:
    for address in (
        ROUTES[endpoint],
        *({"calls.listing": ["/calls?show=missed"]}.get(endpoint, [])),
    ):
        answer = reader.get(address)
        if answer.mimetype == "text/html":
            assert run_by(answer.text) == [], address
            assert "49" not in re.findall(r"\{\{7\*7\}\}|onerror=alert\(2\)>(\d+)", answer.text)


def test_what_was_smuggled_in_is_really_shown(reader: FlaskClient) -> None:
    shown = HOSTILE.replace("<", "&lt;").replace(">", "&gt;")
    for address in ("/", "/lines", "/people", "/duty", "/inbox/103", "/calls", "/inbox"):
        assert shown in reader.get(address).text, address
    assert run_by(f"<p>{HOSTILE}</p>") != []


# Each starts a child of its own; test_launch.py gives them hostile names.
PRINTED = {"launch.passport_file", "launch.flyer_file"}


@pytest.mark.parametrize("value", SMUGGLED)
def test_no_word_in_an_address_breaks_a_page_or_leads_away(
    looking: FlaskClient, value: str
) -> None:
    fields = asked_for("args")
    assert {"show", "before", "at", "topic", "days", "after", "next"} <= set(fields)
    for endpoint in set(READS) - PRINTED:
        path = ROUTES[endpoint].partition("?")[0]
        answer = looking.get(path, query_string=dict.fromkeys(fields, value))
        assert answer.status_code < 500, endpoint
        assert not ELSEWHERE.search(answer.location or ""), endpoint
        assert b"SQLite format" not in answer.data
        assert b"root:" not in answer.data
        if answer.mimetype == "text/html":
            assert run_by(answer.text) == [], endpoint


@pytest.mark.parametrize("value", SMUGGLED)
def test_no_word_in_a_form_breaks_the_page_or_leads_away(page: Page, value: str) -> None:
    fields, browser = asked_for("form"), page.owner()
    assert {"person", "note", "text", "next", "what", "kind"} <= set(fields)
    known = token(browser, "/")
    for endpoint in sorted({*WRITES} - {"door.logout", "door.login", "door.claim"}):
        data = {**dict.fromkeys(fields, value), "csrf_token": known}
        answer = browser.post(ROUTES[endpoint], data=data)
        assert answer.status_code < 500, endpoint
        assert not ELSEWHERE.search(answer.location or ""), (endpoint, answer.location)
        if answer.mimetype == "text/html":
            assert run_by(answer.text) == [], endpoint


@pytest.mark.parametrize("order", ["id; drop table calls", "1) or (1=1", "9" * 30])
def test_no_filter_shows_more_or_less_than_it_should(looking: FlaskClient, order: str) -> None:
    for address in ("/calls", "/inbox", "/people/report"):
        plain = re.sub(r"csrf_token.*|name=\"next\".*", "", looking.get(address).text)
        asked = looking.get(address, query_string={"before": order, "sort": order, "order": order})
        assert re.sub(r"csrf_token.*|name=\"next\".*", "", asked.text) == plain, address


def test_guessing_the_code_of_the_first_set_up_is_stopped(fresh_page: Page) -> None:
    code = fresh_page.accounts.new_claim_code()
    stranger = fresh_page.browser()
    told = [
        send(stranger, "/claim", code=f"{n:08d}", name="Eve", password=PASSWORD).status_code
        for n in range(25)
    ]
    assert told[0] == 401
    assert told[-1] == 429
    late = send(stranger, "/claim", code=code, name="Eve", password=PASSWORD)
    assert late.status_code == 429
    assert fresh_page.accounts.empty()
