"""Every page, in every language, width and theme: seen, read aloud, pressed, nothing cut off.

A sample of it is always judged; `--screens` judges all of it and keeps a picture of each page.
At 320 px a page is what a screen of 1280 px shows of it at 400 %.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from hotline.control.messages.people import NumbersAnswer
from hotline.control.messages.status import StatusAnswer
from hotline.options.mailproviders import MAIL_PROVIDERS
from hotline.storage.menutemplate import templates
from hotline.storage.officesections import sections_of
from hotline_web.languages import LANGUAGES
from tests.web import judge
from tests.web.browser import CHROMIUM, chromium, log_in, served, window
from tests.web.conftest import OWNER, Page, opened
from tests.web.everypage import DOORS, FILES, PARTS, name_of, pages_of, readable
from tests.web.office import HOSTILE
from tests.web.sheet import FOLDER
from tests.web.stretched import CLOSE, OPEN, stretch, stretched, unmarked
from tests.web.test_doors import ROUTES

pytestmark = pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing")

LONG = "long"  # not a language: see stretched.py
WIDTHS = (320, 360, 768, 1280)
HEARD_AT = {320, 768, 1280}
FULL, EMPTY, DOWN, NEW = "full", "empty", "down", "new"
# What the office and its journal say themselves, beside what the daemon says of them.
WRITTEN = (
    *(HOSTILE, OWNER, "Maria", "Ana", "Ion", "vacation", "Flori", "Office line", "Hotline"),
    *("Quectel EC25", "Huawei 12d1:1f01", "Huawei", "USB"),
    *("usb-modeswitch", "line", "The best", "mobile", "IMEI"),
    "Лінія office",
    "Линия office",  # without the daemon nobody knows more of a line than its id
    *LANGUAGES.values(),
    *(one.words for one in MAIL_PROVIDERS),
    *("smtp", "mail"),  # how the address of a server begins
    "Complaint",  # the subject of a letter
)
# The policy of the page lets no markup bring its own style, but a test may set it.
STYLED = """() => { for (const e of document.querySelectorAll("[data-style]"))
  e.style.cssText = e.dataset.style }"""
ID = re.compile(r"[a-z_ ]*")  # "works" is a word of the protocol, and no page shows it


@dataclass(frozen=True)
class Look:
    """How somebody looks at the office, and in which state it is."""

    language: str
    state: str
    width: int
    dark: bool

    def __str__(self) -> str:
        return f"{self.language}-{self.state}-{self.width}-{'dark' if self.dark else 'light'}"


ALL = [
    *(Look(l, FULL, w, d) for l in (*LANGUAGES, LONG) for w in WIDTHS for d in (False, True)),  # noqa: E741
    *(
        Look(language, state, *screen)
        for language in (*LANGUAGES, LONG)
        for state in (EMPTY, DOWN, NEW)
        for screen in ((320, False), (1280, True))
    ),
]
SAMPLE = [
    Look(LONG, FULL, 320, False),
    Look("ru", FULL, 360, True),
    Look("uk", FULL, 1280, False),
    Look("ro", FULL, 768, True),
    Look("ru", EMPTY, 320, False),
    Look("uk", DOWN, 360, True),
    Look(LONG, NEW, 320, True),
]

LOOKS_FOR_ALL = 6  # of the sample together show every page once


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All looks, or the sample."""
    if "look" in metafunc.fixturenames:
        every = metafunc.config.getoption("screens")
        metafunc.parametrize("look", ALL if every else SAMPLE, ids=str)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@dataclass(frozen=True)
class Site:
    """An office in one state, to be looked at."""

    page: Page
    address: str

    def data(self) -> set[str]:
        """What stands on its pages and was not written by us: names and what lines say."""
        desk = self.page.daemon.desk
        said = set(_texts([desk.state.model_dump(), desk.people.model_dump()]))
        topics = {name for topic in desk.state.topics for name in topic.names.values()}
        ready_made = {word for word in _texts(_menus(desk.yaml)) if len(word) > 1}
        told = {one for one in said if not ID.fullmatch(one)}
        return {*topics, *WRITTEN, *told, *ready_made}


@pytest.fixture(scope="module")
def sites(day: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """The office in the asked state; each is opened once."""
    known: dict[str, Site] = {}
    with ExitStack() as stack:

        def site(state: str) -> Site:
            if state not in known:
                place = tmp_path_factory.mktemp(state)
                page = stack.enter_context(opened(day, place, owner=state != NEW))
                STATES[state](page)
                known[state] = Site(page, stack.enter_context(served(page)))
            return known[state]

        yield site


def _empty(page: Page) -> None:
    """An office on its first day: claimed, and nothing else."""
    tables = ("steps", "calls", "cases", "office_versions")
    page.office.writer.submit(lambda db: [db.execute(f"delete from {t}") for t in tables]).result(9)
    desk = page.daemon.desk
    desk.people = NumbersAnswer()
    desk.state = StatusAnswer(
        version=desk.state.version,
        started_at=desk.state.started_at,
        now=desk.state.now,
        office="",
        zone=desk.state.zone,
        lines=(),
    )


def _down(page: Page) -> None:
    page.daemon.path.rename(page.daemon.path.with_name("gone"))


STATES: dict[str, Callable[[Page], None]] = {
    FULL: lambda page: None,
    EMPTY: _empty,
    DOWN: _down,
    NEW: lambda page: None,
}


def _menus(yaml: str) -> list[Any]:
    """The office's file, and what it would have of each menu that can be taken."""
    held = sections_of(yaml)
    lists = ("menus", "topics", "people", "campaigns", "languages")
    whole = held | {name: held.get(name) or [] for name in lists}
    return [held, [[one.title, one.taken(whole)] for one in templates()]]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)


@contextmanager
def spoken(language: str) -> Iterator[str]:
    """The language that the browser asks for."""
    if language != LONG:
        yield language
        return
    with stretched():
        yield "en"


def walk(tab: Tab, site: Site, look: Look, every: bool) -> Iterator[str]:
    """Every page of the office, one after another; the tab shows the one that is named.

    Or else some of them: so that each page is looked at in some of the sample.
    """
    door = ROUTES["door.claim" if look.state == NEW else "door.login"]
    tab.goto(door)
    yield door
    if look.state == NEW:
        return
    tab.close()
    inside = log_in(tab.context)
    pages = pages_of(site.page.app)
    mine = pages if every else pages[SAMPLE.index(look) % LOOKS_FOR_ALL :: LOOKS_FOR_ALL]
    for address in mine:
        inside.goto(address)
        yield address


def test_every_page_is_for_everybody(
    look: Look, sites: Callable[[str], Site], browser: Browser, request: pytest.FixtureRequest
) -> None:
    every, site = request.config.getoption("screens"), sites(look.state)
    faults: dict[str, list[str]] = {}
    with (
        spoken(look.language) as language,
        window(browser, site.address, width=look.width, dark=look.dark, language=language) as visit,
    ):
        tab = visit.new_page()
        for number, address in enumerate(walk(tab, site, look, every)):
            tab = visit.pages[-1]
            found = judge.seen(tab, look.width)
            found += judge.ends(tab) if look.state != FULL else []
            found += judge.untranslated(tab, look.language, site.data())
            if look.width in HEARD_AT if every else (number + look.width) % 2 == 0:
                found += judge.heard(tab)
            if every:
                place = FOLDER / look.state / name_of(address)
                tab.screenshot(path=place / f"{look}.png", full_page=True)
            if found:
                faults[address] = found
    told = [f"{address}: {fault}" for address, found in faults.items() for fault in found]
    assert told == [], "\n".join(told)


def test_every_page_of_the_map_is_looked_at(shared: Page) -> None:
    """What answers GET is a page, unless it is named as a part of one or as a file."""
    known = {*PARTS, *FILES, *DOORS}
    assert known <= readable(shared.app)
    looked_at = set(pages_of(shared.app))
    browser = shared.owner()
    for endpoint in readable(shared.app) - DOORS - FILES:
        answer = browser.get(ROUTES[endpoint])
        whole = answer.mimetype == "text/html" and "<html" in answer.text
        assert whole == (ROUTES[endpoint] in looked_at), endpoint


def test_the_language_that_does_not_exist_is_longer_and_keeps_what_is_filled_in() -> None:
    text = stretch("Ringing %(person)s again")
    assert len(text) >= 1.2 * len("Ringing %(person)s again")
    assert text.count("%(person)s") == 1
    assert unmarked(f"x {OPEN}a {OPEN}b{CLOSE} c{CLOSE} y").split() == ["x", "y"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("<h1>Да</h1><a class='button' href='/'>Да</a><p>Open</p>", "not translated: Open"),
        ("<h1>Да</h1><a class='button' href='/'>Да</a><p title='Open'>Да</p>", "not translated"),
        ("<h1>Да</h1><p>Да</p>", "no next step"),
        ("<h1>Да</h1><h1>Да</h1><a class='button' href='/'>Да</a>", "2 first headings"),
        ("<h1>Да</h1><p><a href='/'>Да</a></p>", "too small to press"),
        ("<h1>Да</h1><button data-style='width: 500px'>Да</button>", "wider than 320 px"),
        ("<h1>Да</h1><button>Да</button><p data-style='color: #aaa'>Да</p>", "color-contrast"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(
    sites: Callable[[str], Site], browser: Browser, wrong: str, told: str
) -> None:
    with window(browser, sites(NEW).address, width=320, language="ru") as visit:
        tab = visit.new_page()
        tab.goto("/claim")
        tab.evaluate("wrong => { document.querySelector('main').innerHTML = wrong }", wrong)
        tab.evaluate(STYLED)
        found = judge.seen(tab, 320) + judge.ends(tab) + judge.heard(tab)
        assert told in " ".join(found + judge.untranslated(tab, "ru", ["Hotline"]))
