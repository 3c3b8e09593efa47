"""Shifts are moved on the board by mouse, by keyboard and, without script, by an ordinary form."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect
from playwright.sync_api import Page as Tab

from tests.web.browser import CHROMIUM, chromium, log_in, served, window
from tests.web.conftest import Page
from tests.web.judge import AXE, FAULTS, SMALL_TARGETS

pytestmark = pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing")

WEEK = "/shifts?day=2026-12-07"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def cell(tab: Tab, person: str, day: int) -> Locator:
    return tab.locator(f"td[data-person={person}][data-day='2026-12-{day:02d}']")


def centre(place: Locator) -> tuple[float, float]:
    box = place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(tab: Tab, what: Locator, onto: Locator, down: float = 0) -> None:
    """With the mouse, onto the middle of something, or so many pixels below it."""
    what.scroll_into_view_if_needed()
    tab.mouse.move(*centre(what))
    tab.mouse.down()
    x, y = centre(onto)
    tab.mouse.move(x - 8, y + down, steps=2)
    tab.mouse.move(x, y + down, steps=2)
    tab.mouse.up()


def drafted(tab: Tab, changes: str) -> None:
    """Wait until the board shows a draft of so many changes."""
    expect(tab.locator("#drafted")).to_contain_text(changes)


def faults(tab: Tab) -> object:
    tab.evaluate(AXE)
    return tab.evaluate(FAULTS)


def test_with_the_mouse_a_shift_is_moved_stretched_and_swapped(
    page: Page, browser: Browser
) -> None:
    with served(page) as address, window(browser, address, width=1280) as visit:
        tab = log_in(visit)
        tab.goto(WEEK)
        drag(tab, cell(tab, "ana", 8).locator(".shift"), cell(tab, "maria", 9))
        drafted(tab, "1 change")
        expect(cell(tab, "maria", 9)).to_contain_text("09:00–15:00")
        expect(cell(tab, "ana", 8).locator(".shift")).to_have_count(0)

        edge = cell(tab, "maria", 9).locator(".edge")
        drag(tab, edge, edge, down=4 * 12)
        drafted(tab, "2 changes")
        expect(cell(tab, "maria", 9)).to_contain_text("09:00–16:00")

        onto = cell(tab, "ion", 9).locator(".shift")
        drag(tab, cell(tab, "ana", 9).locator(".shift"), onto)
        drafted(tab, "3 changes")
        expect(cell(tab, "ion", 9)).to_contain_text("swapped with Ana")
        assert faults(tab) == []

        away = cell(tab, "ion", 10)
        drag(tab, cell(tab, "ana", 10).locator(".shift"), away)
        expect(tab.locator("h1")).to_contain_text("Ion is away on that day.")


def test_a_shift_that_is_let_go_where_it_was_stays_and_its_form_does_not_open(
    page: Page, browser: Browser
) -> None:
    with served(page) as address, window(browser, address, width=1280) as visit:
        tab = log_in(visit)
        tab.goto(WEEK)
        shift = cell(tab, "ana", 8).locator(".shift")
        drag(tab, shift, shift, down=12)
        expect(tab.locator(".shift.moving")).to_have_count(0)
        shift.click()
        expect(tab.locator("h1")).to_contain_text("Ana, Tue 8 Dec")
        assert page.office.desk.drafting.drafts.changes == ()


def test_with_the_keyboard_alone_the_same_is_done(page: Page, browser: Browser) -> None:
    with served(page) as address, window(browser, address, width=1280) as visit:
        tab = log_in(visit)
        tab.goto(WEEK)
        shift = cell(tab, "ana", 8).locator(".shift")
        shift.focus()
        for key in ("ArrowDown", "ArrowDown", "ArrowRight", "+", "+"):
            tab.keyboard.press(key)
        expect(tab.locator("#moving")).to_have_text("Maria, Wed 9 Dec, 09:00–15:30")
        tab.keyboard.press("Escape")
        expect(cell(tab, "ana", 8)).to_contain_text("09:00–15:00")
        for key in ("ArrowDown", "ArrowDown", "ArrowRight", "-", "Enter"):
            tab.keyboard.press(key)
        drafted(tab, "1 change")
        expect(cell(tab, "maria", 9)).to_contain_text("09:00–14:45")
        expect(cell(tab, "maria", 9).locator(".shift")).to_be_focused()  # and on it goes


def test_a_tap_opens_the_form_which_needs_no_script(page: Page, browser: Browser) -> None:
    with served(page) as address, window(browser, address, width=320, script=False) as visit:
        tab = log_in(visit)
        tab.goto(WEEK)
        cell(tab, "ana", 8).get_by_role("link").click()
        tab.get_by_label("Until").fill("16:00")
        tab.get_by_role("button", name="Into the draft").click()
        expect(cell(tab, "ana", 8)).to_contain_text("09:00–16:00")
        tab.get_by_role("link", name="Look at the draft").click()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320
        assert tab.evaluate(SMALL_TARGETS) == []
        tab.get_by_role("button", name="Put in force").click()
        expect(tab.get_by_role("status").first).to_contain_text("The plan is changed.")


def test_the_draft_and_the_board_with_it_are_for_everybody(page: Page, browser: Browser) -> None:
    with served(page) as address, window(browser, address, dark=True, language="ru") as visit:
        tab = log_in(visit)
        tab.goto("/shifts/shift?person=ana&day=2026-12-08&at=09:00")
        tab.locator("[name=to]").select_option("ion")
        tab.locator("main button.main").click()
        for path in (WEEK, "/shifts/draft", f"{WEEK}&show=force"):
            tab.goto(path)
            assert faults(tab) == [], path
            assert tab.evaluate("document.documentElement.scrollWidth") <= 360, path
            assert tab.evaluate(SMALL_TARGETS) == [], path
