"""The owner before a box in the virtual machine: a real browser, and words that are read."""

from __future__ import annotations

import contextlib
import io
import re
import wave
from collections.abc import Iterator

import numpy as np
from playwright.sync_api import Page, expect, sync_playwright

from tests.image.machine import HERE, Machine
from tests.sim import listen
from tests.sim.browsers import CHROMIUM, PLAYED
from tests.sim.sound import Tone

NAME, SECRET = "maria", "roua plop cizme vioara"
PATIENCE_MS = 120_000  # for one step of a machine that is thirty times slower than a real one
CODE = re.compile(r"One-time code: ([0-9A-Z]{4}-[0-9A-Z]{4})")


FETCHED = "async a => Array.from(new Uint8Array(await (await fetch(a.src)).arrayBuffer()))"


class Owner:
    """One browser before the box's first page."""

    def __init__(self, tab: Page) -> None:
        self._tab = tab

    def claims(self, console: str) -> None:
        """The code stands on the box's screen."""
        code = CODE.findall(console)
        assert code, "the console shows no code"
        self._types("Code from the box", code[-1])
        self._types("Your name", NAME)
        self._types("Choose a password", SECRET)
        self._presses("This box is mine")
        expect(self._tab.get_by_role("heading", level=1)).to_have_text("About you")

    def logs_in(self) -> None:
        """After the box started anew."""
        self._types("Your name", NAME)
        self._types("Password", SECRET)
        self._presses("Log in")
        expect(self._tab.get_by_role("heading", level=1)).not_to_have_text("Log in")

    def plays(self, tone: Tone) -> float:
        """Plays the last message, and listens to what came: seconds of it in which the tone is."""
        self._tab.goto("/inbox")
        self._tab.locator("main li a").last.click()
        player = self._tab.locator("audio").first
        player.evaluate(PLAYED)
        with wave.open(io.BytesIO(bytes(player.evaluate(FETCHED)))) as file:
            sound = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return listen.seconds_of(sound, tone)

    def _types(self, name: str, text: str) -> None:
        self._tab.get_by_label(re.compile(f"^{name}")).first.fill(text)

    def _presses(self, words: str) -> None:
        self._tab.locator("main").get_by_role("button", name=words).click()


@contextlib.contextmanager
def before(machine: Machine) -> Iterator[Owner]:
    """At the address of the label; the box's own certificate is trusted."""
    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                f"--host-resolver-rules=MAP hotline.local {HERE}",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        try:
            context = browser.new_context(
                base_url=f"https://hotline.local:{machine.https}",
                ignore_https_errors=True,
                locale="en",
            )
            context.set_default_timeout(PATIENCE_MS)
            expect.set_options(timeout=PATIENCE_MS)
            tab = context.new_page()
            tab.goto("/")
            yield Owner(tab)
        finally:
            browser.close()
