"""What an office does every day is done from the first page in three taps at most.

A telephone of 360 x 640. Whoever taps knows no address and no name of a field: they find the words
that stand there. Typing is no tap; choosing from a list is one.
"""

from __future__ import annotations

import json
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from gettext import NullTranslations

import pytest
from playwright.sync_api import Browser, Locator, expect
from playwright.sync_api import Page as Tab

from hotline.control.messages.calls import CallReturned, CaseAssign, CaseDone
from hotline.control.messages.closing import OfficeClose, OfficeOpenAgain
from hotline.control.messages.office import (
    OfficeAnsweredBy,
    PlanAway,
    PlanMove,
    PlanSwap,
)
from hotline.control.messages.people import StaffAsk
from hotline.control.messages.prompts import Announce, PromptText
from hotline.storage.officewriting import write_office
from hotline.storage.users import Role
from hotline_web.languages import LANGUAGES, catalogue
from tests.web.browser import CHROMIUM, PATIENCE_MS, chromium, log_in, served, window
from tests.web.conftest import OWNER, PASSWORD, Page, send
from tests.web.sheet import FOLDER
from tests.web.test_browser import PLAY_A_LITTLE
from tests.web.test_calls import called
from tests.web.test_closing import open_today

pytestmark = pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing")

MOST_TAPS = 3
LONGEST = ["uk"]
TO_MONDAY = timedelta(days=1, hours=21)  # Saturday noon to Monday, half past nine
WITH_MICROPHONE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
PRESSED = "a:visible, button:visible, summary:visible"


@dataclass
class Hand:
    """One finger on a telephone; `tab` is what it sees, `page` what is behind it."""

    tab: Tab
    page: Page
    language: str
    taps: int = 0

    @property
    def catalogue(self) -> NullTranslations:
        return catalogue(self.language)

    def words(self, english: str, **values: str) -> str:
        """How the page says this in the visitor's language."""
        said = str(self.catalogue.gettext(english))
        return said % values if values else said

    def taps_on(self, english: str, *, beside: str = "", **values: str) -> None:
        """Touch what these words are read on; beside: of several, the one in this entry."""
        words = re.compile(rf"^\W*{re.escape(self.words(english, **values))}\s*$")
        self._touch(self._place(beside).locator(PRESSED).filter(has_text=words))

    def taps_where(self, text: str) -> None:
        """Touch the first entry in which this text stands, whatever else does."""
        self._touch(self.tab.locator("main").locator(PRESSED).filter(has_text=text))

    def chooses(self, label: str, option: str) -> None:
        """From a list."""
        self.tab.get_by_label(self.words(label)).select_option(label=option)
        self.taps += 1

    def types(self, label: str, text: str) -> None:
        """Into the field that is called so."""
        field = self.tab.get_by_label(re.compile("^" + re.escape(self.words(label))))
        field.first.fill(text)

    def reads(self, english: str, **values: str) -> None:
        """This stands on the page."""
        expect(self.tab.locator("main")).to_contain_text(self.words(english, **values))

    def asked(self, kind: type) -> bool:
        """Was the service asked for this?"""
        return any(isinstance(one, kind) for one in self.page.daemon.desk.asked)

    def _place(self, beside: str) -> Locator:
        """The innermost part of the page in which this stands."""
        if not beside:
            return self.tab.locator("body")
        return self.tab.locator("main :is(section, li, form)").filter(has_text=beside).last

    def _touch(self, found: Locator) -> None:
        expect(found.first).to_be_visible()
        found.first.click()
        self.taps += 1


def swaps_todays_shift(hand: Hand) -> None:
    hand.taps_on("Change today")
    hand.taps_on("Swap with %(person)s", person="Ion")
    hand.taps_on("Put in force")
    hand.reads("The plan is changed.")
    assert hand.asked(PlanSwap)


def finds_a_stand_in_for_today(hand: Hand) -> None:
    hand.taps_on("Change today")
    hand.taps_on("%(person)s stands in", person="Maria")
    hand.taps_on("Put in force")
    hand.reads("The plan is changed.")
    assert hand.asked(PlanMove)


def notes_that_somebody_is_ill(hand: Hand) -> None:
    hand.taps_on("Change today")
    hand.taps_on("%(person)s is away on this day", person="Ana")
    hand.taps_on("Put in force")
    hand.reads("The plan is changed.")
    assert hand.asked(PlanAway)


def gives_somebody_a_break(hand: Hand) -> None:
    hand.taps_on("Change today")
    hand.taps_on("Break, 15 min.")
    expect(hand.tab.get_by_role("status")).to_be_visible()
    assert hand.asked(StaffAsk)


def listens_to_a_complaint_and_closes_it(hand: Hand) -> None:
    complaint = hand.words("Complaint %(number)d") % {"number": 102}
    hand.taps_on("Open", beside=complaint)
    hand.tab.locator("audio").first.evaluate(PLAY_A_LITTLE)
    hand.taps += 1
    hand.taps_on("Done", beside=hand.words("How it ended"))
    expect(hand.tab.get_by_role("button", name=hand.words("Open it again"))).to_be_visible()
    assert hand.asked(CaseDone)


def gives_a_complaint_to_somebody(hand: Hand) -> None:
    complaint = hand.words("Complaint %(number)d") % {"number": 102}
    hand.taps_on("Open", beside=complaint)
    hand.chooses("For", "Ion")
    hand.taps_on("Give")
    hand.reads("Given to %(person)s.", person="Ion")
    assert hand.asked(CaseAssign)


def calls_a_missed_caller_back_and_ticks_them_off(hand: Hand) -> None:
    number = "+373 694 44 555"
    assert hand.tab.locator('a[href="tel:+37369444555"]').inner_text() == hand.words("Call")
    hand.taps += 1  # what follows is the telephone's own
    hand.taps_where(number)
    hand.taps_on("Returned", beside=number)
    hand.reads("Noted: this caller was called back.")
    assert hand.asked(CallReturned)


def sees_why_a_call_failed(hand: Hand) -> None:
    missed = hand.catalogue.ngettext("%(num)d missed", "%(num)d missed", 3) % {"num": 3}
    hand.taps_where(missed)
    hand.reads("Somebody on duty was not rung: the number is not confirmed.")
    hand.taps_on("Confirm the number")
    hand.reads("Confirm it now")


def asks_who_would_answer_on_saturday_at_nine(hand: Hand) -> None:
    hand.taps_on("On duty")
    hand.types("Day and time", "2026-12-12T09:00")
    hand.taps_on("Show")
    hand.reads("The line is open.")


def changes_a_sentence_callers_hear(hand: Hand) -> None:
    hand.taps_on("What callers hear")
    hand._touch(hand.tab.locator("main .list a"))
    hand.types("Words for the box's voice", "Bună ziua, Flori vă ascultă.")
    hand.taps_on("Speak these words")
    expect(hand.tab.locator("main > .verdict.good")).to_be_visible(timeout=30000)
    assert hand.asked(PromptText)


def switches_an_announcement_on(hand: Hand) -> None:
    hand.taps_on("What callers hear")
    hand.taps_on("Announcement for all callers")
    hand.tab.locator("textarea").first.fill("Astăzi livrăm până la ora doisprezece.")
    hand.taps_on("Switch it on")
    expect(
        hand.tab.get_by_role("status").or_(hand.tab.locator(".verdict.wait")).first
    ).to_be_visible(timeout=30000)
    assert hand.asked(Announce)


def closes_early(hand: Hand) -> None:
    hand.taps_on("Close early")
    hand.taps_on("Close now")
    hand.reads("The line is closed. It opens again by itself.")
    assert hand.asked(OfficeClose)


def opens_again(hand: Hand) -> None:
    hand.taps_on("Open again")
    hand.reads("The line is open again.")
    assert hand.asked(OfficeOpenAgain)


def takes_calls_at_the_computer(hand: Hand) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as box:
        box.bind(str(hand.page.office.directory / "calling.sock"))
        box.listen(1)
        box.settimeout(PATIENCE_MS / 1000)
        hand.taps_on("Take calls here")
        hand.taps_on("I take calls here")
        wire, _ = box.accept()
        with wire:
            assert json.loads(wire.recv(1024))["person"] == "ana"
            wire.send(b"O")
            hand.reads("On. You are rung here, %(person)s.", person="Ana")


def hands_calls_to_the_outside_centre(hand: Hand) -> None:
    hand.taps_on("On duty")
    hand.chooses("Who answers callers", hand.words("The centre alone, whatever the shifts are"))
    hand.taps_on("Change")
    hand.reads("From the next call on this is how calls are answered.")
    assert hand.asked(OfficeAnsweredBy)


def looks_at_this_weeks_report(hand: Hand) -> None:
    hand.taps_on("People")
    hand.taps_on("How calls were taken")
    expect(hand.tab.get_by_role("heading", name="Ana")).to_be_visible()


def calls_the_box_from_the_browser(hand: Hand) -> None:
    hand.taps_on("Call your hotline")
    hand.taps_on("Call the hotline")
    expect(hand.tab.locator("#said")).not_to_be_empty()


def sees_how_the_lines_are(hand: Hand) -> None:
    hand.taps_on("Lines")
    hand.reads("Ready")


TASKS: tuple[Callable[[Hand], None], ...] = (
    swaps_todays_shift,
    finds_a_stand_in_for_today,
    notes_that_somebody_is_ill,
    gives_somebody_a_break,
    listens_to_a_complaint_and_closes_it,
    gives_a_complaint_to_somebody,
    calls_a_missed_caller_back_and_ticks_them_off,
    sees_why_a_call_failed,
    asks_who_would_answer_on_saturday_at_nine,
    changes_a_sentence_callers_hear,
    switches_an_announcement_on,
    closes_early,
    opens_again,
    takes_calls_at_the_computer,
    hands_calls_to_the_outside_centre,
    looks_at_this_weeks_report,
    calls_the_box_from_the_browser,
    sees_how_the_lines_are,
)
ON_MONDAY = {swaps_todays_shift, finds_a_stand_in_for_today, notes_that_somebody_is_ill}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """In the longest language, or in all of them."""
    if "language" in metafunc.fixturenames:
        every = metafunc.config.getoption("screens")
        metafunc.parametrize("language", LANGUAGES if every else LONGEST)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(*WITH_MICROPHONE) as browser:
        yield browser


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
def test_a_daily_task_is_three_taps_from_the_first_page(
    page: Page,
    browser: Browser,
    request: pytest.FixtureRequest,
    language: str,
    task: Callable[[Hand], None],
) -> None:
    called(page, "answered", "unconfirmed", "nobody", person="ion")
    office = page.office.desk._office()
    centre = write_office(replace(office, overflow=("maria",)))
    if task is hands_calls_to_the_outside_centre:
        page.office.desk.plans.offices.save(centre, "maria", page.office.now).result(5)
    if task in (closes_early, opens_again):
        open_today(page)
    if task is opens_again:
        send(page.owner(), "/closing", seen="/closing", how="day")
    if task is takes_calls_at_the_computer:
        page.accounts.add("ana", PASSWORD, Role.AGENT)
    if task in ON_MONDAY:
        page.hands.forward(TO_MONDAY)
    with served(page) as address, window(browser, address, language=language) as visit:
        who = ("ana", PASSWORD) if task is takes_calls_at_the_computer else (OWNER, PASSWORD)
        hand = Hand(log_in(visit, *who), page, language)
        task(hand)
    print(f"{language}: {hand.taps} taps: {task.__name__.replace('_', ' ')}")
    if request.config.getoption("screens"):
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / "taps.txt").open("a", encoding="utf-8") as table:
            table.write(f"{language} {hand.taps} {task.__name__}\n")
    assert hand.taps <= MOST_TAPS
