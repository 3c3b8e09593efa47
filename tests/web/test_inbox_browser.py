"""The inbox in a real browser: the player is seen, moved and hurried; single keys do the work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from tests.web import judge
from tests.web.browser import CHROMIUM, chromium, log_in, served, window
from tests.web.conftest import Page
from tests.web.test_inbox import case
from tests.web.test_waveform import LOUD, SILENT, written

pytestmark = pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing")

SPEECH = [(2, LOUD), (60, SILENT), (2, LOUD)]  # nobody waits for the end of such a pause
AT = "a => a.currentTime"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@contextmanager
def opened(page: Page, browser: Browser, path: str = "/inbox/102") -> Iterator[Tab]:
    """The complaint with the long pause, open."""
    recording: Path = page.office.directory / "recordings" / "000102-complaint.wav"
    written(recording, SPEECH)
    page.office.cases.filed(102, 64.0).result(5)
    with served(page) as address, window(browser, address) as visit:
        tab = log_in(visit)
        tab.goto(path)
        yield tab


def wait_until(tab: Tab, condition: str) -> None:
    """Of the sound or of the picture; the page's policy lets Playwright's own way run nothing."""
    tab.evaluate(
        "() => new Promise((met, late) => { const end = Date.now() + 20000; const look = () =>"
        f" ({condition}) ? met() : Date.now() > end ? late(new Error('not met'))"
        " : setTimeout(look, 20); look(); })"
    )


def place(tab: Tab) -> float:
    """Where the line over the picture stands, as a share of it."""
    head = tab.locator("#head")
    width = tab.locator(".picture svg").evaluate("s => s.viewBox.baseVal.width")
    return float(head.get_attribute("x1") or 0) / float(width)


def test_the_player_plays_and_pauses_and_shows_where_it_is(page: Page, browser: Browser) -> None:
    with opened(page, browser) as tab:
        assert case(page, 102).unheard  # what is only looked at is not heard
        tab.get_by_role("button", name="Play").click()
        wait_until(tab, "Number(document.getElementById('head').getAttribute('x1')) > 0")
        tab.get_by_role("button", name="Pause").click()
        expect(tab.get_by_role("button", name="Play")).to_be_visible()
        assert tab.locator("audio").evaluate("a => a.paused")
        assert not case(page, 102).unheard


def test_a_tap_on_the_picture_or_an_arrow_key_goes_to_that_place(
    page: Page, browser: Browser
) -> None:
    with opened(page, browser) as tab:
        slider = tab.get_by_role("slider", name="Place in the recording")
        box = slider.bounding_box()
        assert box
        slider.click(position={"x": box["width"] * 0.75, "y": box["height"] / 2})
        wait_until(tab, "document.querySelector('audio').currentTime > 40")
        assert place(tab) == pytest.approx(0.75, abs=0.05)
        before = tab.locator("audio").evaluate(AT)
        slider.press("ArrowLeft")
        after = tab.locator("audio").evaluate(AT)
        assert after == pytest.approx(before - 2, abs=0.1)
        assert slider.get_attribute("aria-valuetext") == f"0:{int(after):02d}"


def test_the_speed_is_chosen_and_remembered(page: Page, browser: Browser) -> None:
    with opened(page, browser) as tab:
        tab.get_by_role("button", name="2×").click()
        assert tab.locator("audio").evaluate("a => a.playbackRate") == 2
        expect(tab.get_by_role("button", name="2×")).to_have_attribute("aria-pressed", "true")
        expect(tab.get_by_role("button", name="1×")).to_have_attribute("aria-pressed", "false")
        tab.goto("/inbox/103")
        expect(tab.get_by_role("button", name="2×")).to_have_attribute("aria-pressed", "true")
        tab.get_by_role("button", name="Play").click()
        wait_until(tab, "document.querySelector('audio').readyState > 0")
        assert tab.locator("audio").evaluate("a => a.playbackRate") == 2


def test_a_pause_is_left_out_only_when_asked_for(page: Page, browser: Browser) -> None:
    to_pause = "a => new Promise(there => { a.onseeked = there; a.currentTime = 3; })"
    with opened(page, browser) as tab:
        skip = tab.get_by_label("Leave out pauses, 1:00 shorter")
        tab.get_by_role("button", name="Play").click()
        wait_until(tab, "document.querySelector('audio').readyState > 0")
        tab.locator("audio").evaluate(to_pause)
        assert tab.locator("audio").evaluate(AT) < 30
        skip.check()
        wait_until(tab, "document.querySelector('audio').currentTime > 61")
        tab.reload()
        expect(skip).to_be_checked()


def test_with_single_keys_one_goes_through_the_list_and_closes_what_is_done(
    page: Page, browser: Browser
) -> None:
    with opened(page, browser, "/inbox") as tab:
        for key in ("j", "j", "j", "k"):
            tab.keyboard.press(key)
        expect(tab.get_by_role("link", name="Complaint 102")).to_be_focused()
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/inbox/102")
        tab.keyboard.press("j")
        tab.wait_for_url("**/inbox/103")
        tab.keyboard.press("k")
        tab.wait_for_url("**/inbox/102")
        tab.keyboard.press("d")
        tab.wait_for_url("**/inbox/103")
        expect(tab.get_by_role("status")).to_contain_text("Done: Complaint 102.")
        assert case(page, 102).state == "done"


def test_single_keys_play_and_lead_to_the_fields(page: Page, browser: Browser) -> None:
    with opened(page, browser) as tab:
        tab.keyboard.press(" ")
        wait_until(tab, "!document.querySelector('audio').paused")
        tab.keyboard.press(" ")
        wait_until(tab, "document.querySelector('audio').paused")
        for key, role, name in (("a", "combobox", "For"), ("n", "textbox", "Note")):
            tab.keyboard.press(key)
            expect(tab.get_by_role(role, name=name, exact=True)).to_be_focused()
            tab.evaluate("document.activeElement.blur()")
        tab.keyboard.press("t")
        expect(tab.get_by_label("Day", exact=True)).to_be_focused()


def test_who_types_a_word_presses_no_key_of_the_page(page: Page, browser: Browser) -> None:
    with opened(page, browser) as tab:
        field = tab.get_by_label("How it ended")
        field.click()
        tab.keyboard.type("d j k a n ?")
        assert field.input_value() == "d j k a n ?"
        assert tab.url.endswith("/inbox/102")
        assert case(page, 102).state == "new"


def test_a_keyboard_of_other_letters_has_the_keys_in_the_same_place(
    page: Page, browser: Browser
) -> None:
    with opened(page, browser) as tab:
        tab.evaluate(
            "document.body.dispatchEvent(new KeyboardEvent('keydown',"
            " {key: 'о', code: 'KeyJ', bubbles: true, cancelable: true}))"
        )
        tab.wait_for_url("**/inbox/103")


def test_the_keys_are_shown_and_can_be_switched_off_for_good(page: Page, browser: Browser) -> None:
    with opened(page, browser) as tab:
        tab.get_by_role("button", name="Keys").click()
        dialog = tab.get_by_role("dialog", name="Keys on these pages")
        expect(dialog).to_be_visible()
        assert judge.seen(tab, 360) + judge.heard(tab) == []
        dialog.get_by_label("These keys work").uncheck()
        dialog.get_by_role("button", name="Back").click()
        expect(dialog).to_be_hidden()
        tab.reload()
        tab.keyboard.press("n")
        tab.keyboard.press("d")
        expect(tab.get_by_label("Note", exact=True)).to_be_hidden()
        assert case(page, 102).state == "new"
        tab.get_by_role("button", name="Keys").click()
        dialog.get_by_label("These keys work").check()
        tab.keyboard.press("Escape")
        tab.keyboard.press("?")
        expect(dialog).to_be_visible()


def test_who_lets_the_browser_keep_nothing_has_player_and_keys_all_the_same(
    page: Page, browser: Browser
) -> None:
    with opened(page, browser) as tab:
        tab.add_init_script(
            "Object.defineProperty(window, 'localStorage',"
            " {get() { throw new DOMException('denied', 'SecurityError'); }})"
        )
        tab.reload()
        tab.get_by_role("button", name="2×").click()
        assert tab.locator("audio").evaluate("a => a.playbackRate") == 2
        tab.keyboard.press("j")
        tab.wait_for_url("**/inbox/103")


def test_the_daemon_away_the_recording_is_heard_all_the_same(page: Page, browser: Browser) -> None:
    with opened(page, browser) as tab:
        page.daemon.path.rename(page.daemon.path.with_name("gone"))
        tab.reload()
        tab.get_by_role("button", name="Play").click()
        wait_until(tab, "document.querySelector('audio').currentTime > 0.1")
