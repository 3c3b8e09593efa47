"""The menu is put in order and tried with a finger, with the keyboard, and without script."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.web.browser import CHROMIUM, chromium, log_in, served, window
from tests.web.conftest import Page
from tests.web.test_menu import keys

pytestmark = pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def test_with_the_keyboard_a_key_is_moved_twice_without_looking_for_it_again(
    page: Page, browser: Browser
) -> None:
    with served(page) as address, window(browser, address, width=320) as visit:
        tab = log_in(visit)
        tab.goto("/menu")
        tab.evaluate("window.same = true")
        later = tab.locator("#by1-0-key1")
        later.focus()
        for place in (1, 2):
            tab.keyboard.press("Enter")
            expect(
                tab.locator("#level-0 ~ ul > li").nth(place).locator(".digit").first
            ).to_have_text("1")
            expect(later).to_be_focused()
        assert tab.evaluate("window.same")  # nothing was loaded anew
        assert keys(page) == "2319#"


def test_without_script_a_key_is_moved_and_the_menu_walked_through(
    page: Page, browser: Browser
) -> None:
    with served(page) as address, window(browser, address, script=False) as visit:
        tab = log_in(visit)
        tab.get_by_role("link", name="Settings", exact=True).click()
        tab.get_by_role("main").get_by_role("link", name="Menu", exact=True).click()
        tab.get_by_role("button", name="Say key 1 later").first.click()
        expect(tab.get_by_role("status")).to_contain_text("Changed.")
        tab.get_by_role("link", name="Try it").click()
        tab.get_by_role("button", name="2", exact=True).click()
        expect(tab.locator(".note")).to_contain_text(["Pentru prețuri"])
        tab.get_by_role("button", name="From the start").click()
        tab.get_by_role("button", name="1", exact=True).click()
        expect(tab.get_by_text("Who knows about orders is rung.")).to_be_visible()


def test_the_way_through_the_menu_is_read_out_as_it_is_walked(page: Page, browser: Browser) -> None:
    with served(page) as address, window(browser, address) as visit:
        tab = log_in(visit)
        tab.goto("/menu/try")
        tab.evaluate("window.same = true")
        tab.get_by_role("button", name="9", exact=True).click()
        expect(tab.locator("[aria-live]").get_by_text("For orders, press one.")).to_be_visible()
        tab.get_by_role("button", name="0", exact=True).click()
        expect(tab.get_by_text("Whoever is on duty is rung.")).to_be_visible()
        expect(tab.get_by_role("button", name="0", exact=True)).to_be_disabled()
        assert tab.evaluate("window.same")
