"""Who is pasted on the page is rung for callers once they have keyed the code that stands there.

A real browser, the page as it is served, and the box.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.sim.sip import Mobile, behaviours
from tests.stories.stage import STAFF, Stage, beep, office, staged
from tests.stories.test_browser_call import OWNER, PASSWORD, served
from tests.web.browser import CHROMIUM

pytestmark = [
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing"),
    pytest.mark.sip_only,
]

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
LIST = f"Ana {STAFF['ana'][0]}\nIon; {STAFF['ion'][0]}\n"


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path, spoken: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, spoken, confirmed=()) as one:
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as player:
        chromium = await player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        await chromium.close()


async def on_people(browser: Browser, address: str) -> Page:
    """The page People, as the owner reaches it."""
    context = await browser.new_context(locale="en")
    context.set_default_timeout(15000)
    tab = await context.new_page()
    await tab.goto(f"{address}/")
    await tab.locator("main [name=name]").fill(OWNER)
    await tab.locator("[name=password]").fill(PASSWORD)
    await tab.locator("main button").click()
    await tab.get_by_role("link", name="People", exact=True).click()
    return tab


async def code_of(tab: Page, name: str) -> str:
    """The code that stands beside this name."""
    card = tab.get_by_role("region", name=name, exact=True)
    shown = await card.locator(".code").inner_text()
    found = re.fullmatch(r"[0-9]{4}", shown)
    assert found, shown
    return found[0]


async def keys(mobile: Mobile, code: str) -> None:
    """The owner of the telephone picks up, listens, and keys this."""
    call = await mobile.rings(within=15)
    call.answer()
    await call.hears_speech(within=10)
    await call.press(code)
    await call.ended(within=15)


async def test_who_is_pasted_on_the_page_is_rung_once_they_keyed_the_code_that_stands_there(
    stage: Stage, browser: Browser
) -> None:
    await stage.opens(office())
    ana, ion = stage.staff("ana"), stage.staff("ion")
    async with served(stage) as address:
        tab = await on_people(browser, address)
        await tab.get_by_role("link", name="Add people").click()
        await tab.get_by_label("Paste names and numbers").fill(LIST)
        await tab.get_by_role("button", name="Show what is in it").click()
        await tab.get_by_role("button", name="Add those that are ticked").click()
        await expect(tab.get_by_role("status").first).to_contain_text("2 people are added.")
        caller = await stage.forwarded()
        await beep(caller)
        await caller.hang_up()
        assert stage.dialled == []
        await tab.get_by_role("button", name="Ring 2 telephones and ask").click()
        codes = [await code_of(tab, name) for name in ("Ana", "Ion")]
        await keys(ana, codes[0])
        await keys(ion, codes[1])
        rung = tab.get_by_text("Is rung", exact=False)
        await expect(rung).to_have_count(2)
    assert stage.dialled == [STAFF["ana"][0], STAFF["ion"][0]]
    ana.behaviour = AT_ONCE
    caller = await stage.forwarded()
    await caller.hears(STAFF["ana"][1])
    await caller.hang_up()
