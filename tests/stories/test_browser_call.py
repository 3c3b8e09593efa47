"""The owner calls the hotline from the page, with the browser's microphone, and is a caller there.

A real browser, the page as it is served, and the box: what is heard at either end is looked at.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import time
import urllib.request
import wave
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from hotline.clock import Clock
from hotline.inbox.outcome import Outcome
from hotline.media.catalogue import Prompt
from hotline.options import FROM_THE_PAGE
from hotline.storage import calls as journal
from hotline.storage.accountschema import accounts_file
from hotline.storage.schema import records_file
from hotline.storage.users import Accounts
from tests.sim.box import LISTEN, ROOT, free_port
from tests.sim.sip import behaviours
from tests.sim.sound import Tone
from tests.stories.stage import SIGNS, STAFF, Stage, office, person
from tests.web.browser import CHROMIUM

pytestmark = [
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing"),
    pytest.mark.sip_only,
]

OWNER, PASSWORD = "maria", "roua plop cizme vioara"
VOICE = Tone(1800)  # what the browser's microphone hears
RATE = 48000
ANA = STAFF["ana"][1]
STARTER = """
import sys
from pathlib import Path
from hotline_web.serve import serve
from hotline_web.settings import Settings
data = Path(sys.argv[1])
settings = Settings(data, data / "control.sock", secure_cookies=False)
serve(settings, "127.0.0.1", int(sys.argv[2]), print)
"""
# What is given to the loudspeaker is kept, too.
LISTENING = """
const connect = AudioNode.prototype.connect;
window.played = [];
AudioNode.prototype.connect = function (to, ...more) {
  if (to instanceof AudioDestinationNode && !(this instanceof ScriptProcessorNode)) {
    window.rate = this.context.sampleRate;
    const ear = this.context.createScriptProcessor(1024, 1, 1);
    ear.onaudioprocess = (event) => window.played.push(...event.inputBuffer.getChannelData(0));
    connect.call(this, ear);
    connect.call(ear, to);
  }
  return connect.call(this, to, ...more);
};
"""
REFUSED = """if (navigator.mediaDevices) {
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error("refused"));
}"""


@contextlib.asynccontextmanager
async def served(stage: Stage) -> AsyncIterator[str]:
    """The page of this box under gunicorn, its owner Maria."""
    data, port = stage.box.data, free_port()
    file = accounts_file(data)
    file.prepare(datetime.now(UTC))
    accounts = Accounts(file, Clock())
    if accounts.empty():
        accounts.claim(accounts.new_claim_code(), OWNER, PASSWORD, LISTEN)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTER, str(data), str(port),
        env=stage.box.environment_of_commands(), cwd=ROOT,
    )  # fmt: skip
    try:
        await _answers(process, port)
        yield f"http://{LISTEN}:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _answers(process: asyncio.subprocess.Process, port: int) -> None:
    deadline = time.monotonic() + 20
    while process.returncode is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            await asyncio.to_thread(urllib.request.urlopen, f"http://{LISTEN}:{port}/login")
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the page did not start")


def microphone(file: Path) -> Path:
    """A second of the voice, for the browser to hear over and over."""
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        angles = 2 * np.pi * VOICE.hertz * np.arange(RATE) / RATE
        out.writeframes((np.sin(angles) * VOICE.level * 32767).astype("<i2").tobytes())
    return file


@pytest_asyncio.fixture(loop_scope="session")
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    """Chromium with a microphone that hears VOICE."""
    heard = microphone(tmp_path / "voice.wav")
    async with async_playwright() as player:
        chromium = await player.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={heard}",
            ],
        )
        yield chromium
        await chromium.close()


async def on_the_page(context: BrowserContext, address: str) -> Page:
    """Where the owner can call, reached from the first page."""
    context.set_default_timeout(8000)
    tab = await context.new_page()
    await tab.goto(f"{address}/")
    await tab.locator("main [name=name]").fill(OWNER)
    await tab.locator("[name=password]").fill(PASSWORD)
    await tab.locator("main button").click()
    await tab.get_by_role("link", name="Call your hotline").click()
    return tab


async def hears(tab: Page, tone: Tone, within: float = 8.0) -> None:
    """Wait until the loudspeaker plays the tone for a quarter of a second, as loud as it is."""
    samples = np.zeros(0)
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        new, rate = await tab.evaluate("[window.played.splice(0), window.rate]")
        samples = np.concatenate([samples, np.array(new)])[-RATE:]
        size = (rate or RATE) // 4
        for begin in range(0, len(samples) - size, size // 4):
            if level(samples[begin : begin + size], tone.hertz / (rate or RATE)) > tone.level / 2:
                return
        await asyncio.sleep(0.1)
    raise AssertionError(f"expected {tone} within {within} s; loudest {abs(samples).max():.3f}")


def level(samples: np.ndarray, frequency: float) -> float:
    """How strong this frequency is; as a share of the sampling rate."""
    window = np.hanning(len(samples))
    turning = np.exp(-2j * np.pi * frequency * np.arange(len(samples)))
    return float(2 * abs(np.dot(samples * window, turning)) / window.sum())


def last_call(stage: Stage) -> journal.Call:
    with records_file(stage.box.data).reading() as database:
        return journal.recent(database, 1)[0]


async def test_the_owner_calls_from_the_page_and_is_put_through_as_any_caller(
    stage: Stage, browser: Browser
) -> None:
    await stage.opens(office(person("ana")))
    ana = stage.staff("ana", behaviours.answers(after=0.5, thinks=0))
    async with served(stage) as address:
        context = await browser.new_context(locale="en")
        await context.add_init_script(LISTENING)
        tab = await on_the_page(context, address)
        await tab.get_by_role("button", name="Call the hotline").click()
        await hears(tab, SIGNS[Prompt.GREETING_OPEN])
        await tab.get_by_role("button", name="1", exact=True).click()
        talk = await ana.rings()
        await talk.hears(VOICE, within=8)
        await hears(tab, ANA)
        await expect(tab.locator("#steps")).to_contain_text("Ana and the caller talk")
        await talk.hang_up()
        await expect(tab.get_by_role("status")).to_contain_text("The call is over.", timeout=15000)
        await expect(tab.get_by_role("link", name="This call in the list")).to_be_visible()
    made = last_call(stage)
    assert (made.line, made.outcome, made.caller_name) == (FROM_THE_PAGE, Outcome.TEST, OWNER)


async def test_without_a_microphone_the_call_is_heard_and_closing_the_page_ends_it(
    stage: Stage, browser: Browser
) -> None:
    await stage.opens(office(person("ana")))
    async with served(stage) as address:
        context = await browser.new_context(locale="en")
        await context.add_init_script(LISTENING)
        await context.add_init_script(REFUSED)
        tab = await on_the_page(context, address)
        await tab.get_by_role("button", name="Call the hotline").click()
        await hears(tab, SIGNS[Prompt.GREETING_OPEN])
        await expect(tab.get_by_role("status")).to_contain_text("without a microphone")
        assert [one.line for one in stage.box.status().live] == [FROM_THE_PAGE]
        await tab.close()
        await stage.box.idle(within=5)
    assert not stage.missed(None)
    assert last_call(stage).outcome is Outcome.TEST
