"""A telephone written by others calls, complains, and the complaint survives the worst moment."""

from __future__ import annotations

import asyncio
import io
import re
import urllib.parse
import urllib.request
import wave
from http.cookiejar import CookieJar
from pathlib import Path

import numpy as np

from tests.sim import listen
from tests.sim.baresip import Baresip
from tests.sim.box import BoxUnderTest, free_port, page_of, running, trunk
from tests.sim.sound import RATE, Tone, silence

PASSWORD = "roua plop cizme vioara"
VOICE = Tone(1400)
OFFICE = """
name: Floarea
country: MD
zone: Europe/Chisinau
languages: [en]
hours: always
recording_notice: {en: "We record this call."}
menus:
  - id: main
    keys:
      - {key: "2", do: complaint, label: {en: a complaint}}
"""


async def test_a_complaint_by_softphone_is_heard_on_the_page_even_after_a_kill_in_its_middle(
    tmp_path: Path,
) -> None:
    says = np.concatenate([silence(0.5), VOICE.lasting(60)]).astype(np.int16)
    # baresip sends its sound from the address the kernel picks, whatever its SDP says.
    account, host = "<sip:me@127.0.0.1>;regint=0", "127.0.0.1"
    async with await Baresip.start(tmp_path / "phone", account, says, host=host) as phone:
        gateway = trunk("softphone", phone.address, more="keep_alive_seconds = 0")
        port = free_port()
        box = BoxUnderTest(tmp_path / "box", OFFICE, gateway, f"[page]\nport = {port}\n")
        async with running(box):
            await _complain_until_recorded(phone, box)
            box.kill()
            await box.stop()
            await box.start()
            (case,) = await box.records("complaints")
            async with page_of(box, port) as address:
                sound = await asyncio.to_thread(_heard_on_page, address, await _code(box), case)
    assert listen.is_speech(phone.heard()), "the caller heard no menu"
    assert _seconds_of(VOICE, sound) >= 1.5


async def _complain_until_recorded(phone: Baresip, box: BoxUnderTest) -> None:
    phone.command("dial", f"sip:hotline@127.0.0.1:{box.port}")
    await phone.tells("CALL_ESTABLISHED")
    await phone.press("2")
    recordings = box.data / "recordings"

    def two_seconds(_status: object) -> bool:
        files = list(recordings.glob("*.wav"))
        return bool(files) and files[0].stat().st_size > 2 * 2 * RATE

    await box.until(two_seconds, "two seconds of the complaint on the disk", within=40)


async def _code(box: BoxUnderTest) -> str:
    return (await box.command("admin", "claim-code")).strip()


def _heard_on_page(address: str, code: str, case: dict[str, object]) -> np.ndarray:
    """Claim the page as its owner would, open the inbox, play the recording it shows."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    form = browser.open(address + "claim").read().decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', form)
    assert token
    fields = {"csrf_token": token[1], "code": code, "name": "owner", "password": PASSWORD}
    browser.open(address + "claim", urllib.parse.urlencode(fields).encode()).read()
    shown = browser.open(f"{address}inbox/{case['number']}").read().decode()
    source = re.search(r'<audio[^>]*src="/?([^"]+)"', shown)
    assert source, f"the page shows no recording of complaint {case['number']}"
    with wave.open(io.BytesIO(browser.open(address + source[1]).read())) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


def _seconds_of(tone: Tone, sound: np.ndarray) -> float:
    frames = range(0, len(sound) - listen.WINDOW, listen.WINDOW)
    heard = sum(listen.sounds(sound[n : n + listen.WINDOW], tone) for n in frames)
    return heard * listen.WINDOW / RATE
