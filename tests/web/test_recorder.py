"""A sentence is recorded in the browser, and other sound files are made WAV files there."""

from __future__ import annotations

import io
import math
import shutil
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from playwright.sync_api import Page as Tab

from hotline.media import tones, wav
from tests.web.browser import CHROMIUM, log_in, served, window
from tests.web.conftest import Page

pytestmark = pytest.mark.skipif(not shutil.which(CHROMIUM), reason="Debian's chromium is missing")

ONE = "/prompts/en/please_hold"
VOICE_HZ, RATE = 700, 48000


def tone(rate: int = RATE, seconds: float = 1.0) -> bytes:
    """A WAV file of the voice."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        turn = 2 * math.pi * VOICE_HZ / rate
        samples = (round(12000 * math.sin(turn * n)) for n in range(round(rate * seconds)))
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return file.getvalue()


def flac(sound: bytes) -> bytes:
    """The same sound in a kind of file that a browser can read and the box cannot.

    One frame after another of 4096 samples as they are.
    """
    with wave.open(io.BytesIO(sound)) as read:
        count, rate = read.getnframes(), read.getframerate()
        samples = np.frombuffer(read.readframes(count), "<i2")
    count -= count % 4096
    bits = (rate << 44) | (0 << 41) | (15 << 36) | count
    info = struct.pack(">HH", 4096, 4096) + bytes(6) + bits.to_bytes(8, "big") + bytes(16)
    whole = b"fLaC" + bytes([0x80, 0, 0, len(info)]) + info
    for number in range(count // 4096):
        # fixed block size, 4096 samples, rate from the start, one channel, 16 bits
        head = b"\xff\xf8" + bytes([0xC0, 0x08]) + _number(number)
        head += bytes([_check(head, 0x07, 8)])
        body = head + b"\x02" + samples[number * 4096 : (number + 1) * 4096].astype(">i2").tobytes()
        whole += body + _check(body, 0x8005, 16).to_bytes(2, "big")
    return whole


def _number(number: int) -> bytes:
    return chr(number).encode()


def _check(data: bytes, turn: int, width: int) -> int:
    left = 0
    for byte in data:
        left ^= byte << (width - 8)
        for _ in range(8):
            left = (left << 1) ^ (turn if left >> (width - 1) else 0)
            left &= (1 << width) - 1
    return left


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium whose microphone hears the voice."""
    heard = tmp_path_factory.mktemp("microphone") / "voice.wav"
    heard.write_bytes(tone())
    fake = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={heard}",
    ]
    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *fake])
        yield chromium
        chromium.close()


def in_force(page: Page) -> Path:
    return page.office.directory / "prompts" / "en" / "please_hold.wav"


def is_heard_now(tab: Tab) -> None:
    expect(tab.get_by_text("The next caller hears it like this.")).to_be_visible()


def test_a_sentence_recorded_on_the_page_is_what_callers_hear(page: Page, browser: Browser) -> None:
    with served(page) as address, window(browser, address) as visit:
        tab = log_in(visit)
        tab.goto(ONE)
        tab.get_by_role("button", name="Record", exact=True).click()
        expect(tab.locator("#recorder-said")).to_have_text("Recording. Speak now.")
        expect(tab.locator("#recorded")).to_have_text("2 s")
        tab.get_by_role("button", name="Stop").click()
        tab.get_by_role("button", name="Listen").click()
        tab.get_by_role("button", name="Use this recording").click()
        is_heard_now(tab)
    samples = wav.read(in_force(page))
    assert len(samples) > 8000
    assert tones.heard(samples, [VOICE_HZ, 1000]) == {VOICE_HZ}


def test_a_file_of_another_kind_is_made_one_that_the_box_takes(
    page: Page, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "sentence.flac"
    file.write_bytes(flac(tone(seconds=2.0)))
    with served(page) as address, window(browser, address) as visit:
        tab = log_in(visit)
        tab.goto(ONE)
        tab.locator("[name=sound]").set_input_files(file)
        tab.get_by_role("button", name="Use this file").click()
        is_heard_now(tab)
    samples = wav.read(in_force(page))
    assert len(samples) == pytest.approx(2 * 8000, rel=0.15)
    assert tones.heard(samples, [VOICE_HZ, 1000]) == {VOICE_HZ}


def test_what_no_browser_knows_either_is_refused_by_the_box_in_words(
    page: Page, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "sentence.mp3"
    file.write_bytes(b"ID3\3" + bytes(5000))
    with served(page) as address, window(browser, address) as visit:
        tab = log_in(visit)
        tab.goto(ONE)
        tab.locator("[name=sound]").set_input_files(file)
        tab.get_by_role("button", name="Use this file").click()
        expect(tab.locator("#sound-wrong")).to_contain_text("This is a compressed sound file")
    assert not in_force(page).exists()


def test_without_script_a_wav_file_is_taken_and_nothing_offers_to_record(
    page: Page, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "sentence.wav"
    file.write_bytes(tone())
    with served(page) as address, window(browser, address, script=False) as visit:
        tab = log_in(visit)
        tab.goto(ONE)
        expect(tab.get_by_role("button", name="Record", exact=True)).to_be_hidden()
        tab.locator("[name=sound]").set_input_files(file)
        tab.get_by_role("button", name="Use this file").click()
        is_heard_now(tab)
    assert in_force(page).exists()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (
            "Object.defineProperty(window, 'isSecureContext', {value: false})",
            "Open this page by its secure address, or choose a sound file.",
        ),
        (
            "if (navigator.mediaDevices) "
            "navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('no'))",
            "Allow it in the address bar, or choose a sound file.",
        ),
    ],
)
def test_where_a_browser_gives_no_microphone_the_page_says_what_to_do(
    page: Page, browser: Browser, script: str, words: str
) -> None:
    with served(page) as address, window(browser, address) as visit:
        visit.add_init_script(script)
        tab = log_in(visit)
        tab.goto(ONE)
        button = tab.get_by_role("button", name="Record", exact=True)
        if button.is_enabled():
            button.click()
        expect(tab.locator("#recorder-said")).to_contain_text(words)
