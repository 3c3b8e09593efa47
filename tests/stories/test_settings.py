"""What is set on the page is heard by the next caller; what the box is survives every end of it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
from playwright.async_api import Page, async_playwright, expect

from hotline.clock import Clock
from hotline.control.messages.box import BoxSet, BoxSetting, Value
from hotline.media.catalogue import Prompt
from hotline.storage.accountschema import accounts_file
from hotline.storage.users import Accounts
from tests.sim.box import LISTEN, BoxUnderTest, free_port, page_of
from tests.sim.sip import behaviours
from tests.stories.stage import PLENTY, heard, office, person
from tests.stories.ways import OwnBox
from tests.web.browser import CHROMIUM

pytestmark = pytest.mark.sip_only

OWNER, SECRET = "maria", "roua plop cizme vioara"
NOT_OURS = "192.0.2.7"  # RFC 5737: of no machine


@asynccontextmanager
async def page_for_the_owner(box: BoxUnderTest, port: int) -> AsyncIterator[Page]:
    """The first page in a browser without script, its owner logged in."""
    file, clock = accounts_file(box.data), Clock()
    file.prepare(clock.now())
    accounts = Accounts(file, clock)
    accounts.claim(accounts.new_claim_code(), OWNER, SECRET, LISTEN)
    async with page_of(box, port) as address, async_playwright() as player:
        chromium = await player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        visit = await chromium.new_context(java_script_enabled=False, locale="en")
        tab = await visit.new_page()
        await tab.goto(address)
        await tab.get_by_label("Name").fill(OWNER)
        await tab.get_by_label("Password").fill(SECRET)
        await tab.get_by_role("button", name="Log in").click()
        yield tab
        await chromium.close()


@pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing")
async def test_a_setting_is_found_by_searching_and_heard_in_the_next_call(own_box: OwnBox) -> None:
    port = free_port()
    page = f'[page]\nhost = "{LISTEN}"\nport = {port}\n'
    async with own_box(settings=PLENTY + page) as stage:
        await stage.opens(office())  # nobody is there
        caller = await stage.forwarded()
        await heard(caller, Prompt.MESSAGE_INTRO)
        async with page_for_the_owner(stage.box, port) as tab:
            await tab.get_by_role("link", name="Settings").click()
            await tab.get_by_label("Search all settings").fill("unansered")
            await tab.get_by_role("button", name="Search").click()
            await tab.get_by_role("link", name="When nobody answers").click()
            await tab.get_by_text("Expert").click()
            await tab.get_by_label("Tries to call somebody back").fill("ten")
            await tab.get_by_label("When nobody answers").select_option("They leave a complaint")
            await tab.get_by_role("button", name="See what changes").click()
            await expect(tab.get_by_text("Write a whole number")).to_be_visible()
            tries = tab.get_by_label("Tries to call somebody back")
            await expect(tries).to_have_value("ten")
            await tries.fill("2")
            await tab.get_by_role("button", name="See what changes").click()
            await expect(tab.get_by_text("They leave a complaint")).to_be_visible()
            await tab.get_by_role("button", name="Put in force").click()
            await expect(tab.get_by_role("status")).to_contain_text("from the next call on")
        caller = await stage.forwarded()
        await heard(caller, Prompt.COMPLAINT_INTRO)


async def sets(box: BoxUnderTest, section: str, **values: Value) -> None:
    """The owner sets something of the box."""
    seen = (await asyncio.to_thread(box.control.box_get)).seen
    ask = BoxSet(sections={section: values}, seen=seen, by="maria", as_owner=True)
    await asyncio.to_thread(box.control.box_set, ask)


def setting(box: BoxUnderTest, key: str) -> BoxSetting:
    (one,) = [one for one in box.control.box_get().settings if one.key == key]
    return one


async def begun_after(box: BoxUnderTest, before: datetime) -> None:
    """The box has begun anew, and its lines are up."""

    def anew(status: object) -> bool:
        return box.status().started_at > before and all(one.up for one in box.status().lines)

    await box.until(anew, "begun anew", 60)


async def test_a_limit_of_the_box_survives_being_killed_and_holds_from_then_on(
    own_box: OwnBox,
) -> None:
    async with own_box() as stage:
        await stage.opens(office(person("ana")))
        ana = stage.staff("ana", behaviours.answers(after=0.1, thinks=0))
        await sets(stage.box, "limits", minutes_per_day=0)
        caller = await stage.forwarded()
        await ana.rings()
        await caller.hang_up()
        stage.box.kill()
        await stage.box.ended()
        await stage.switched_on()
        stage.exchange.dialled.clear()
        caller = await stage.forwarded()
        await heard(caller, Prompt.MESSAGE_INTRO)
        assert stage.exchange.dialled == []
        assert setting(stage.box, "minutes_per_day").now == 0


async def test_the_box_begins_anew_only_when_nobody_is_on_the_line(own_box: OwnBox) -> None:
    async with own_box() as stage:
        await stage.opens(office())
        before, process = stage.box.status().started_at, stage.box.pid
        await sets(stage.box, "limits", minutes_per_day=30)
        caller = await stage.called()
        assert await asyncio.to_thread(stage.box.control.box_anew, "maria") is False
        await caller.press("2")
        await heard(caller, Prompt.COMPLAINT_INTRO)
        assert stage.box.status().started_at == before
        await caller.hang_up()
        await begun_after(stage.box, before)
        assert stage.box.pid == process
        assert stage.box.runs
        assert setting(stage.box, "minutes_per_day").now == 30
        await heard(await stage.called(), Prompt.GREETING_OPEN)


async def test_a_setting_with_which_the_box_cannot_begin_keeps_no_caller_out(
    own_box: OwnBox,
) -> None:
    async with own_box() as stage:
        await stage.opens(office())
        before = stage.box.status().started_at
        await sets(stage.box, "sip", listen=NOT_OURS)
        assert await asyncio.to_thread(stage.box.control.box_anew, "maria") is True
        await begun_after(stage.box, before)
        answer = stage.box.control.box_get()
        assert "could not begin as it was set on the page" in answer.wrong[0]
        listen = setting(stage.box, "listen")
        assert (listen.now, listen.later) == (LISTEN, NOT_OURS)
        await heard(await stage.called(), Prompt.GREETING_OPEN)
