"""Asking a caller why they call, in a few words, before somebody is rung; heard in the whisper.

It is no case: what was said belongs to the call and goes with it. Nobody waits for the disk, and
nothing is kept of whoever presses a key before the beep.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from hotline.calls.call import Call
from hotline.calls.message import listen, notice
from hotline.media.catalogue import Prompt
from hotline.media.engine import Recording
from hotline.storage.files import why_name

LONGEST_S = 8.0
SILENCE_ENDS_S = 2.0
LEAST_SPEECH_S = 0.3  # one word is an answer
DISK_PATIENCE_S = 1.0


@dataclass(frozen=True)
class SaidWhy:
    """What the caller said. stored: done when it is whole on the disk."""

    recording: Recording
    stored: asyncio.Future[None]

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.recording.seconds

    async def files(self) -> list[Path]:
        """What to play; nothing where the disk did not take it in time."""
        await asyncio.wait({self.stored}, timeout=DISK_PATIENCE_S)
        whole = self.stored.done() and not self.recording.trouble
        return [self.recording.path] if whole else []


async def ask_why(call: Call) -> None:
    """Ask, and listen until #, a pause, or for as long as may be. Any key before the beep goes on.

    Who hangs up in the middle has said it all the same. Raises CallerGone.
    """
    call.step("why_asked", "The caller is asked why they call.")
    question = [*await notice(call), *await call.words(Prompt.ASK_WHY)]
    if await call.party.ask(question, 0.0) is not None:
        return
    recording = call.party.record(call.exchange.recordings.path(why_name(call.id)))
    try:
        await call.party.play([call.exchange.comfort.beep])
        await listen(call.party, recording, LONGEST_S, SILENCE_ENDS_S)
    finally:
        _keep(call, recording)


def _keep(call: Call, recording: Recording) -> None:
    """Never waits: the caller may be gone."""
    stored = recording.stop()
    if recording.speech_seconds < LEAST_SPEECH_S:
        call.exchange.board.behind(_drop(call, recording.path, stored))
        return
    call.why = SaidWhy(recording, stored)
    words = f"The caller said why: {recording.seconds:.0f} s, in {recording.path.name}."
    call.step("why_said", words, seconds=round(recording.seconds, 1), recording=recording.path.name)


async def _drop(call: Call, silence: Path, stored: asyncio.Future[None]) -> None:
    await asyncio.wait({stored}, timeout=DISK_PATIENCE_S)
    if stored.done():  # else the next start finds it
        await asyncio.to_thread(call.exchange.recordings.remove, silence.name)
