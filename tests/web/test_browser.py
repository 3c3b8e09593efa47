"""The page in a real browser: seen, heard, pressed, narrow and dark, and without script."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from hotline.control.messages.calls import Step
from hotline_web.languages import LANGUAGES
from tests.web import judge
from tests.web.browser import CHROMIUM, chromium, log_in, served, window
from tests.web.conftest import Page
from tests.web.everypage import pages_of

pytestmark = pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing")

PLAY_A_LITTLE = """a => new Promise((played, failed) => {
  a.ontimeupdate = () => { if (a.currentTime > 0.1) played() };
  a.onerror = () => failed(a.error);
  a.play().catch(failed);
})"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(shared: Page) -> Iterator[str]:
    """The address of a page that is only looked at."""
    with served(shared) as address:
        yield address


@pytest.mark.parametrize(("width", "dark"), [(320, False), (360, True), (1280, False)])
def test_the_owner_logs_in_listens_to_a_complaint_and_closes_it(
    page: Page, browser: Browser, width: int, dark: bool
) -> None:
    with served(page) as address, window(browser, address, width=width, dark=dark) as visit:
        tab = log_in(visit)
        tab.get_by_role("link", name="Inbox", exact=True).click()
        tab.get_by_role("link", name="Complaint 102").click()
        player = tab.locator("audio")
        assert player.evaluate("a => a.readyState") == 0  # nothing is fetched before it is wanted
        player.evaluate(PLAY_A_LITTLE)
        assert player.evaluate("a => [a.readyState >= 2, Math.round(a.duration), !a.error]") == [
            True,
            2,
            True,
        ]
        tab.get_by_label("How it ended").fill("Door replaced <b>today</b>")
        tab.get_by_role("button", name="Done", exact=True).click()
        expect(tab.get_by_role("status")).to_contain_text("Done: Complaint 102.")
        tab.get_by_role("link", name="Inbox", exact=True).click()
        expect(tab.get_by_role("link", name="Complaint 102")).to_have_count(0)
        tab.goto("/inbox/102")
        expect(tab.locator(".note")).to_contain_text("maria: Door replaced <b>today</b>")


def test_without_script_a_complaint_is_read_and_closed_all_the_same(
    page: Page, browser: Browser
) -> None:
    with served(page) as address, window(browser, address, script=False) as visit:
        tab = log_in(visit)
        expect(tab.get_by_role("heading", level=1)).to_contain_text("Callers can reach you")
        tab.get_by_role("link", name="Open: Complaint 102").click()
        expect(tab.locator("audio")).to_be_visible()
        tab.get_by_role("button", name="Done", exact=True).click()
        expect(tab.get_by_role("status")).to_contain_text("Done: Complaint 102.")


def test_any_daily_task_is_three_taps_from_home(page: Page, browser: Browser) -> None:
    with served(page) as address, window(browser, address) as visit:
        tab = log_in(visit)
        taps = 0
        for name in ("Calls", "Missed, not returned"):
            tab.get_by_role("link", name=name, exact=True).click()
            taps += 1
        tab.get_by_role("button", name="Returned").first.click()
        expect(tab.get_by_role("status")).to_contain_text("called back")
        assert taps + 1 <= 3


def test_a_call_moves_along_its_steps_without_reloading(page: Page, browser: Browser) -> None:
    with served(page) as address, window(browser, address) as visit:
        tab = log_in(visit)
        tab.evaluate("window.same = true")
        expect(tab.locator(".steps.live li").last).to_contain_text("Ringing Ana")
        tab.get_by_text("Calls by the hour").click()
        desk = page.daemon.desk
        call = desk.state.live[0]
        joined = Step(at=page.office.now, what="joined", words="joined", facts={"person": "ana"})
        moved = call.model_copy(update={"steps": (*call.steps, joined)})
        desk.state = desk.state.model_copy(update={"live": (moved,)})
        expect(tab.locator(".steps.live li").last).to_contain_text("Ana and the caller talk")
        assert tab.evaluate("window.same")
        expect(tab.get_by_text("12:00 – 2")).to_be_visible()  # what was opened stays open


def test_a_page_that_lost_the_box_says_that_it_is_old(page: Page, browser: Browser) -> None:
    with served(page) as address, window(browser, address) as visit:
        tab = log_in(visit)
        visit.route("**/live", lambda route: route.abort())
        expect(tab.locator("#stale")).to_be_visible()
        visit.unroute("**/live")
        expect(tab.locator("#stale")).to_be_hidden()


def test_a_page_left_open_goes_to_the_door_when_its_session_ends(
    page: Page, browser: Browser
) -> None:
    with served(page) as address, window(browser, address) as visit:
        tab = log_in(visit)
        page.accounts.log_out_everywhere("maria")
        tab.wait_for_url("**/login")


def test_with_the_keyboard_alone_one_gets_in_and_to_the_content(
    site: str, browser: Browser
) -> None:
    with window(browser, site) as visit:
        tab = visit.new_page()
        tab.goto("/inbox")
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.className") == "skip"
        tab.keyboard.press("Enter")
        for text in ("maria", "roua plop cizme vioara"):
            tab.keyboard.press("Tab")
            tab.keyboard.type(text)
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/inbox#main")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_door_is_for_everybody_too(site: str, browser: Browser, language: str) -> None:
    with window(browser, site, width=320, language=language) as visit:
        tab = visit.new_page()
        tab.goto("/login")
        assert judge.seen(tab, 320) + judge.heard(tab) == []
        assert tab.locator("[name=password]").get_attribute("autocomplete") == "current-password"


def test_with_text_twice_as_large_nothing_is_cut_off(
    site: str, shared: Page, browser: Browser
) -> None:
    with window(browser, site, width=360, language="ru") as visit:
        tab = log_in(visit)
        for path in pages_of(shared.app):
            tab.goto(path)
            tab.evaluate("document.documentElement.style.fontSize = '200%'")
            assert tab.evaluate("document.documentElement.scrollWidth") <= 360, path
