"""A telephone written by others calls the demo, and a complaint survives the worst moment."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import signal
import sys
import urllib.parse
import urllib.request
import wave
from collections.abc import AsyncIterator
from http.cookiejar import CookieJar
from pathlib import Path

import numpy as np

from tests.sim import lateness, listen
from tests.sim.baresip import Baresip
from tests.sim.box import ROOT
from tests.sim.sound import RATE, Tone, silence

PASSWORD = "roua plop cizme vioara"
VOICE = Tone(1400)


class Demo:
    """`./box demo --open` as a newcomer runs it: nothing is known of it but what it prints."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.screen = ""

    async def prints(self, wanted: str, within: float = 20.0) -> str:
        """Wait until this pattern is on the screen; gives what stands in its parentheses."""
        assert self.process.stdout
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while not (found := re.search(wanted, self.screen)):
                    more = await self.process.stdout.read(4096)
                    assert more, f"the demo ended:\n{self.screen}"
                    self.screen += more.decode()
                return found[1]
        raise AssertionError(f"the demo did not print {wanted!r}:\n{self.screen}")


@contextlib.asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[Demo]:
    """The demo, ended by Ctrl-C."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sim.demo", "--open", "--folder", str(folder),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "firmware:web:."},
    )  # fmt: skip
    lateness.watch(process.pid)
    try:
        yield Demo(process)
    finally:
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.communicate(), 20)


async def test_a_complaint_by_softphone_is_heard_on_the_page_even_after_a_kill_in_its_middle(
    tmp_path: Path,
) -> None:
    says = np.concatenate([silence(0.5), VOICE.lasting(60)]).astype(np.int16)
    # baresip sends its sound from the address the kernel picks, whatever its SDP says.
    account, host = "<sip:me@127.0.0.1>;regint=0", "127.0.0.1"
    async with (
        demo(tmp_path / "demo") as shop,
        await Baresip.start(tmp_path / "phone", account, says, host=host) as phone,
    ):
        code = await shop.prints(r"one-time code: (\S+)")
        address = await shop.prints(r"The page: (\S+)")
        phone.command("dial", await shop.prints(r"(sip:\S+)"))
        await phone.tells("CALL_ESTABLISHED")
        await shop.prints(r"(The caller hears the greeting)")
        assert await phone.lasts(3)
        await phone.press("2")
        await shop.prints(r"(The caller speaks after the beep)", within=40)
        assert await phone.lasts(2.5)
        os.kill(int(await shop.prints(r"kill -9 (\d+)")), signal.SIGKILL)
        await shop.prints(r"(started again)")
        sound = await asyncio.to_thread(_heard_on_page, address, code)
    assert listen.is_speech(phone.heard()[: 3 * RATE]), "the caller heard no menu"
    assert _seconds_of(VOICE, sound) >= 1.5


def _heard_on_page(address: str, code: str) -> np.ndarray:
    """Claim the page as its owner would, open the inbox, play the recording it shows."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def page(path: str, fields: dict[str, str] | None = None) -> str:
        form = urllib.parse.urlencode(fields).encode() if fields else None
        return str(browser.open(address + path.lstrip("/"), form).read().decode())

    token = _the(r'name="csrf_token" value="([^"]+)"', page("claim"))
    page("claim", {"csrf_token": token, "code": code, "name": "owner", "password": PASSWORD})
    complaint = _the(r'href="(\S*/inbox/\d+)"', page("inbox"))
    recording = _the(r'<audio[^>]*src="([^"]+)"', page(complaint))
    with wave.open(io.BytesIO(browser.open(address + recording.lstrip("/")).read())) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def _the(pattern: str, shown: str) -> str:
    (found,) = set(re.findall(pattern, shown))
    return str(found)


def _seconds_of(tone: Tone, sound: np.ndarray) -> float:
    frames = range(0, len(sound) - listen.WINDOW, listen.WINDOW)
    heard = sum(listen.sounds(sound[n : n + listen.WINDOW], tone) for n in frames)
    return heard * listen.WINDOW / RATE
