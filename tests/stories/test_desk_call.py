"""A colleague takes a forwarded call at a computer: a real browser, the page, the box and a caller.

What is heard at either end is looked at; the mobile that must not ring is there, too.
"""

from __future__ import annotations

import asyncio
import shutil

import pytest
from playwright.async_api import Browser, Page, expect

from hotline.clock import Clock
from hotline.storage.accountschema import accounts_file
from hotline.storage.users import Accounts, Role
from tests.sim.sip import behaviours
from tests.stories.stage import CALLERS, STAFF, Stage, office, person
from tests.stories.test_browser_call import (
    LISTENING,
    PASSWORD,
    VOICE,
    browser,  # noqa: F401 - a fixture
    hears,
    served,
)
from tests.web.browser import CHROMIUM

pytestmark = [
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing"),
    pytest.mark.sip_only,
]
PATIENCE_MS = 20_000
A_WORD_S = 1.5  # who hangs up sooner did not mean to take it
CALLER = CALLERS[1]


async def at_the_computer(stage: Stage, browser: Browser, address: str) -> Page:  # noqa: F811
    """Ana's window, in which she takes calls from now on."""
    accounts = Accounts(accounts_file(stage.box.data), Clock())
    if "ana" not in {user.name for user in accounts.users()}:
        accounts.add("ana", PASSWORD, Role.AGENT)
    context = await browser.new_context(locale="en")
    context.set_default_timeout(PATIENCE_MS)
    await context.add_init_script(LISTENING)
    tab = await context.new_page()
    await tab.goto(f"{address}/")
    await tab.locator("main [name=name]").fill("ana")
    await tab.locator("[name=password]").fill(PASSWORD)
    await tab.locator("main button").click()
    await tab.get_by_role("link", name="Take calls here").click()
    await tab.get_by_role("button", name="I take calls here").click()
    await expect(tab.get_by_role("status")).to_contain_text("On.", timeout=PATIENCE_MS)
    return tab


async def test_a_call_is_taken_at_the_computer_and_either_side_ends_it(
    stage: Stage,
    browser: Browser,  # noqa: F811
) -> None:
    await stage.opens(office(person("ana", ring_seconds=20)))
    mobile = stage.staff("ana")
    async with served(stage) as address:
        tab = await at_the_computer(stage, browser, address)
        assert [one.at_computer for one in stage.box.status().on_duty] == [True]
        for ends in ("Hang up", ""):
            caller = await stage.forwarded(tone=CALLER)
            await expect(tab.locator("#about")).to_have_text("orders", timeout=PATIENCE_MS)
            await tab.get_by_role("button", name="Take", exact=True).click()
            await asyncio.gather(caller.hears(VOICE, within=20), hears(tab, CALLER, within=20))
            assert await caller.lasts(A_WORD_S)
            if ends:
                await tab.get_by_role("button", name=ends).click()
            await caller.hang_up()
            await expect(tab.get_by_role("status")).to_contain_text("On.", timeout=PATIENCE_MS)
            story = await stage.story(caller, within=20)
            assert (story.call.outcome, story.call.person) == ("spoken", "ana")
            assert "Ana took it at the computer" in " ".join(step.words for step in story.steps)
    assert mobile.calls == []


async def test_a_browser_that_is_gone_in_the_talk_does_not_lose_the_caller(
    stage: Stage,
    browser: Browser,  # noqa: F811
) -> None:
    await stage.opens(office(person("ana", ring_seconds=20)))
    stage.staff("ana", behaviours.answers(after=0.1, thinks=0))
    async with served(stage) as address:
        tab = await at_the_computer(stage, browser, address)
        caller = await stage.forwarded(tone=CALLER)
        await tab.get_by_role("button", name="Take", exact=True).click()
        await caller.hears(VOICE, within=20)
        await tab.context.close()
        await caller.hears(STAFF["ana"][1], within=25)
        await caller.hang_up()
        story = await stage.story(caller, within=20)
    assert "left_waiting" in [step.what for step in story.steps]
    assert story.call.person == "ana"
