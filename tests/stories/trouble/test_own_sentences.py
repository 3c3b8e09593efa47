"""What the office says itself is what the next caller hears, and no power cut takes it away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import numpy as np
import pytest
import pytest_asyncio

from hotline.control.client import Refused
from hotline.control.messages.prompts import PromptRevert
from hotline.media.catalogue import Prompt
from hotline.storage.places import Places
from hotline.storage.uploads import Uploads
from tests.media.test_convert import riff
from tests.sim.sip import OutgoingCall
from tests.sim.sound import Silence, Tone
from tests.stories.stage import LANGUAGE, SIGNS, Stage, heard, office, was_heard
from tests.stories.trouble.blows import kill_and_start

OURS, OTHER = Tone(530), Tone(3550)
SIGN = SIGNS[Prompt.GREETING_OPEN]
GREETING = str(Prompt.GREETING_OPEN)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(mortal_stage: Stage) -> AsyncIterator[Stage]:
    """Afterwards the office greets as in every other story."""
    await mortal_stage.opens(office())
    yield mortal_stage
    if not mortal_stage.box.runs:
        await mortal_stage.box.start()
    control = mortal_stage.box.control
    found = await asyncio.to_thread(control.prompt_look, LANGUAGE, GREETING)
    if len(found.versions) > 1:
        first = min(one.number for one in found.versions)
        back = PromptRevert(language=LANGUAGE, name=GREETING, number=first, by="the story")
        await asyncio.to_thread(control.change, back)
    await mortal_stage.box.command("announce", "--off")


def sound(tone: Tone, seconds: float) -> bytes:
    """As a studio would send it: 44.1 kHz in stereo."""
    rate = 44100
    turning = 2 * np.pi * tone.hertz / rate * np.arange(round(rate * seconds))
    wave = np.repeat(np.round(np.sin(turning) * 20000).astype("<i2"), 2)
    return riff(wave.tobytes(), 1, 2, rate, 16)


async def put(stage: Stage, content: bytes) -> float:
    upload = Uploads(Places(stage.box.data).uploads).new(datetime.now(UTC))
    upload.write_bytes(content)
    control = stage.box.control
    return await asyncio.to_thread(control.prompt_put, LANGUAGE, GREETING, upload.name, "maria")


async def greeted(stage: Stage, tone: Tone) -> OutgoingCall:
    """A new caller, who hears this first."""
    caller = await stage.called(tone=Silence())
    await caller.hears(tone, within=10, lasting=0.2, since=0)
    return caller


async def test_an_uploaded_greeting_is_what_the_next_caller_hears_also_after_a_power_cut(
    stage: Stage,
) -> None:
    before = await greeted(stage, SIGN)
    await before.hang_up()
    assert await put(stage, sound(OURS, 1.0)) == pytest.approx(1.0, abs=0.1)
    caller = await greeted(stage, OURS)
    assert not was_heard(caller, SIGN)
    await caller.hang_up()
    await kill_and_start(stage)
    caller = await greeted(stage, OURS)
    assert not was_heard(caller, SIGN)
    await caller.hang_up()


async def test_a_call_that_has_begun_to_hear_the_old_greeting_hears_it_to_its_end(
    stage: Stage,
) -> None:
    await put(stage, sound(OURS, 12.0))
    caller = await greeted(stage, OURS)
    await put(stage, sound(OTHER, 1.0))
    changed = caller.rtp.heard.length
    later = await greeted(stage, OTHER)
    await later.hang_up()
    await caller.hears(OURS, within=10, lasting=1.0, since=changed)
    assert not was_heard(caller, OTHER)
    await caller.hang_up()


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg/>", sound(OURS, 1.0)[:43], riff(bytes(8), 1, 1, 8000, 16, claimed=2**32 - 1)],
    ids=["nothing", "a picture", "torn", "4 GiB"],
)
async def test_a_bad_file_changes_nothing(stage: Stage, content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        await put(stage, content)
    assert refused.value.cause
    assert refused.value.action
    caller = await greeted(stage, SIGN)
    await caller.hang_up()
    assert list(Places(stage.box.data).uploads.iterdir()) == []


async def test_an_announcement_comes_first_outlives_a_power_cut_and_is_switched_off(
    stage: Stage,
) -> None:
    said = await stage.words("A storm has come.")
    await stage.box.command("announce", "A", "storm", "has", "come.")
    for _ in range(2):
        caller = await stage.called(tone=Silence())
        storm = await caller.hears_piece(said, since=0)
        greeting = await heard(caller, Prompt.GREETING_OPEN)
        assert greeting.position >= storm.position
        await caller.hang_up()
        assert "A storm has come." in await stage.box.command("announce")
        await kill_and_start(stage)
    await stage.box.command("announce", "--off")
    caller = await greeted(stage, SIGN)
    await caller.hang_up()
    story = await stage.story(caller)
    assert "announcement" not in [step.what for step in story.steps]
