"""The daily work with the keyboard alone: one sees where one is, with JavaScript and without."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from tests.web.browser import CHROMIUM, chromium, served, window
from tests.web.conftest import OWNER, PASSWORD, Page

pytestmark = pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing")

MOST_TABS = 150
# What a screen reader would call what has the focus, and whether one sees that it has it.
FOCUSED = """() => { const e = document.activeElement;
  if (e === document.body) return ["", false];
  const label = e.labels && e.labels.length ? e.labels[0].textContent : "";
  const name = e.getAttribute("aria-label") || label || e.textContent || "";
  const style = getComputedStyle(e);
  return [name.trim().replace(/\\s+/g, " "), style.outlineStyle !== "none"] }"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def tab_to(tab: Tab, name: str) -> None:
    """Press Tab until what is called so has the focus, if it has not, and is seen to have it."""
    for _ in range(MOST_TABS):
        found, visible = tab.evaluate(FOCUSED)
        if found.startswith(name):
            assert visible, f"nobody sees that {name} has the focus"
            return
        tab.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {name}")


def enter(tab: Tab, *names: str) -> None:
    """One after another: Tab to it, and Enter, which leads to the next page."""
    for name in names:
        tab_to(tab, name)
        with tab.expect_navigation():
            tab.keyboard.press("Enter")


def come_in(tab: Tab) -> None:
    tab.goto("/login")
    for name, text in (("Your name", OWNER), ("Password", PASSWORD)):
        tab_to(tab, name)
        tab.keyboard.type(text)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/")


@pytest.mark.parametrize("script", [True, False])
def test_with_the_keyboard_alone_a_complaint_is_found_and_closed(
    page: Page, browser: Browser, script: bool
) -> None:
    with served(page) as address, window(browser, address, script=script) as visit:
        tab = visit.new_page()
        come_in(tab)
        enter(tab, "Inbox", "Complaint 102")
        tab_to(tab, "How it ended")
        tab.keyboard.type("Door replaced")
        enter(tab, "Done")
        expect(tab.get_by_role("status")).to_contain_text("Done: Complaint 102.")
        enter(tab, "Open it again")
        expect(tab.locator(".note")).to_contain_text("Door replaced")


@pytest.mark.parametrize("script", [True, False])
def test_with_the_keyboard_alone_two_people_swap_a_day(
    page: Page, browser: Browser, script: bool
) -> None:
    with served(page) as address, window(browser, address, script=script) as visit:
        tab = visit.new_page()
        come_in(tab)
        enter(tab, "Shifts", "Week after")
        tab_to(tab, "Two people swap a day")
        tab.keyboard.press("Enter")
        tab_to(tab, "Day")
        tab.keyboard.type("12082026")
        tab_to(tab, "One")
        tab.keyboard.type("Ana")
        tab_to(tab, "The other")
        tab.keyboard.type("Ion")
        enter(tab, "Show what changes", "Put in force")
        expect(tab.get_by_role("status").first).to_contain_text("The plan is changed.")
        (swap,) = page.office.desk._office().swaps
        assert {swap.one, swap.other} == {"ana", "ion"}


def test_with_the_keyboard_alone_a_missed_caller_is_marked_as_called_back(
    page: Page, browser: Browser
) -> None:
    with served(page) as address, window(browser, address, script=False) as visit:
        tab = visit.new_page()
        come_in(tab)
        enter(tab, "Calls", "Missed, not returned", "Returned")
        expect(tab.get_by_role("status")).to_contain_text("called back")
