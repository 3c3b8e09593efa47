"""Whoever has to hear of a complaint does, once, and who set that up sees when it does not.

A real browser, the page as it is served, the box, and a mail server that encrypts and asks for a
password.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.sim.certificates import Authority
from tests.sim.smtp import MailServer
from tests.sim.sound import Silence, noise
from tests.stories.stage import BEEP, Stage, office, staged
from tests.stories.test_browser_call import OWNER, PASSWORD, served
from tests.stories.trouble.blows import kill_and_start
from tests.web.browser import CHROMIUM

pytestmark = [
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing"),
    pytest.mark.sip_only,
]

BOSS, SENDER, SECRET = "boss@example.org", "box@example.org", "canary-7c01"


@pytest.fixture
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.make(tmp_path_factory.mktemp("authority"), "trusted")


@pytest_asyncio.fixture(loop_scope="session")
async def mail_server(authority: Authority) -> AsyncIterator[MailServer]:
    """Takes letters for the right password alone."""
    server = MailServer(starttls=authority.signs("localhost").tls.server, password=SECRET)
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path, spoken: Path, authority: Authority) -> AsyncIterator[Stage]:
    trusting = {"SSL_CERT_FILE": str(authority.file)}
    async with staged(tmp_path, spoken, environment=trusting) as one:
        await one.opens(office(recording_notice={}, notify_to=[BOSS]))
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as player:
        chromium = await player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        await chromium.close()


async def on_notifications(browser: Browser, address: str) -> Page:
    """The page Notifications, as the owner reaches it."""
    context = await browser.new_context(locale="en")
    context.set_default_timeout(20000)
    tab = await context.new_page()
    await tab.goto(f"{address}/notices")
    await tab.locator("main [name=name]").fill(OWNER)
    await tab.locator("[name=password]").fill(PASSWORD)
    await tab.locator("main button").click()
    return tab


async def writes_from(tab: Page, password: str, port: int) -> None:
    """The owner sets up the mailbox, whose server is in the house."""
    given = {"sender": SENDER, "password": password, "host": "localhost", "port": str(port)}
    for more in ("Another provider", "Expert"):
        opened = tab.locator("details[open] > summary", has_text=more)
        if not await opened.count():
            await tab.locator("summary", has_text=more).click()
    for name, typed in given.items():
        await tab.locator(f"[name={name}]").fill(typed)
    await tab.get_by_label("The server may be in the office's own network").check()
    await tab.get_by_role("button", name="Save").click()
    await expect(tab.get_by_role("status").first).to_contain_text(SENDER)


async def complains(stage: Stage) -> str:
    """A caller leaves a complaint; their number."""
    call = await stage.called(tone=Silence())
    await call.press("2")
    await call.hears(BEEP, within=15, lasting=0.1)
    await call.say(noise(2.5, seed=5))
    await call.hang_up()
    await stage.box.idle()
    return call.number


async def test_the_mailbox_is_set_up_tried_and_mended_and_a_complaint_arrives_once_all_the_same(
    stage: Stage, browser: Browser, mail_server: MailServer
) -> None:
    async with served(stage) as address:
        tab = await on_notifications(browser, address)
        await tab.get_by_role("link", name="Set up the mailbox").click()
        await writes_from(tab, "wr0ng", mail_server.port)
        await tab.get_by_role("button", name=f"Test now: {BOSS}").click()
        tests = tab.get_by_role("region", name="Tests")
        refused = tests.get_by_text("did not take the name or the password")
        await expect(refused).to_be_visible(timeout=30000)
        await expect(tests.get_by_text("Not delivered yet")).to_be_visible()
        await tab.get_by_role("link", name="Change the mailbox").click()
        await writes_from(tab, SECRET, mail_server.port)
        await expect(tests.get_by_text("The mail server took it")).to_be_visible(timeout=30000)
        assert [mail.recipients for mail in mail_server.mails] == [(BOSS,)]
        await mail_server.stop()
        number = await complains(stage)
        late = tab.get_by_role("region", name=re.compile("Not delivered"))
        letter = late.get_by_role("listitem").filter(has_text=f"Complaint 101: {number}")
        await expect(letter).to_contain_text("does not answer on port", timeout=30000)
        await kill_and_start(stage)
        await tab.reload()
        await expect(letter).to_contain_text("does not answer on port", timeout=30000)
        waits = [one["subject"] for one in await stage.box.records("outbox")]
        assert any(f"Complaint 101: {number}" in subject for subject in waits)
        await mail_server.start(mail_server.port)
        await tab.get_by_role("button", name=f"Try now: Complaint 101: {number}").click()
        arrived = tab.get_by_text("Everything was delivered.")
        await expect(arrived).to_be_visible(timeout=30000)
        assert SECRET not in await tab.content()
    assert await stage.box.command("outbox") == "Every letter was delivered.\n"
    subjects = [mail.message["Subject"] for mail in mail_server.mails]
    assert sum(f"Complaint 101: {number}" in subject for subject in subjects) == 1
    assert SECRET not in stage.box.log()
    assert (stage.box.data / "notices.toml").stat().st_mode & 0o777 == 0o600
