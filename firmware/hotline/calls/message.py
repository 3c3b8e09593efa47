"""A message or a complaint: the row stands before the beep, the audio is on disk as it comes."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future

from hotline.calls.call import Call
from hotline.inbox.case import CaseKind
from hotline.media.engine import Recording

ROW_PATIENCE_S = 2.0
SYNC_PATIENCE_S = 3.0
SILENCE_ENDS_S = 8.0
LEAST_SPEECH_S = 1.0
LOOK_EVERY_S = 0.25
DONE_KEY = "#"


async def take(call: Call, kind: CaseKind, topic: str | None) -> None:
    """Record what the caller wants to say and tell the case number.

    It is filed also when the caller simply hangs up, if at least a second of speech is there.
    Raises CallerGone.
    """
    number, row = call.exchange.cases.open(
        kind,
        call_id=call.id,
        topic=topic,
        caller=call.caller,
        language=call.language,
        at=call.exchange.clock.now(),
    )
    call.step(str(kind), f"The caller is asked for a {kind}; it has the number {number}.")
    await call.say("recording_notice", office=call.office.name)
    await call.say("message_intro" if kind is CaseKind.MESSAGE else "complaint_intro")
    await _stands(row)
    await call.party.play([call.exchange.comfort.beep])
    recording = call.party.record(call.exchange.recordings.path(number, kind))
    try:
        await _listen(call, recording)
    finally:
        saved = recording.stop()
        filed = _file(call, number, kind, topic, recording)
    await _confirm(call, number, kind, filed, saved, row)


async def call_back(call: Call, topic: str | None) -> None:
    """File the wish to be called back; the number is the caller's own. Raises CallerGone."""
    number, row = call.exchange.cases.open(
        CaseKind.CALLBACK,
        call_id=call.id,
        topic=topic,
        caller=call.caller,
        language=call.language,
        at=call.exchange.clock.now(),
    )
    call.ending.case_number, call.ending.case_kind = number, CaseKind.CALLBACK
    call.exchange.cases.filed(number, 0.0)
    call.exchange.notice.case_filed(number, CaseKind.CALLBACK, topic, call.id)
    call.step("callback", f"The caller wants to be called back: case {number}.")
    await _stands(row)
    await call.say("callback_asked", case=str(number))


async def _listen(call: Call, recording: Recording) -> None:
    """Until #, a long silence, the office's limit, or the caller's hang-up."""
    key = asyncio.ensure_future(call.party.key())
    try:
        async with asyncio.timeout(call.office.max_message_seconds):
            while not key.done() or key.result() != DONE_KEY:
                if key.done():
                    key = asyncio.ensure_future(call.party.key())
                await asyncio.wait({key}, timeout=LOOK_EVERY_S)
                if recording.silent_for >= SILENCE_ENDS_S:
                    return
    except TimeoutError:
        call.step("message_full", "The longest message was reached.")
    finally:
        key.cancel()
        await asyncio.gather(key, return_exceptions=True)


def _file(
    call: Call, number: int, kind: CaseKind, topic: str | None, recording: Recording
) -> bool:
    """File the case, or drop it when nothing was said. Never waits: the caller may be gone."""
    if recording.speech_seconds < LEAST_SPEECH_S:
        call.exchange.cases.dropped(number)
        call.step("message_empty", "Nothing was said; no case is kept.")
        return False
    call.exchange.cases.filed(number, recording.seconds)
    call.ending.case_number, call.ending.case_kind = number, kind
    call.step("filed", f"The {kind} {number} is filed: {recording.seconds:.0f} s.")
    call.exchange.notice.case_filed(number, kind, topic, call.id)
    return True


async def _confirm(
    call: Call,
    number: int,
    kind: CaseKind,
    filed: bool,
    saved: asyncio.Future[None],
    row: Future[None],
) -> None:
    """Say "saved" only of what is on the disk."""
    if not filed:
        await call.say("message_empty")
        return
    sound_is_safe = await _within(SYNC_PATIENCE_S, saved)
    if not (sound_is_safe and await _stands(row)):
        call.step("disk_trouble", "The disk did not take the message in time.")
        await call.say("disk_full_apology", case=str(number))
        return
    done = "message_saved" if kind is CaseKind.MESSAGE else "complaint_saved"
    await call.say(done, case=str(number))


async def _stands(row: Future[None]) -> bool:
    """Has the row been written? Waits a little, never for long: no call waits for the disk."""
    return await _within(ROW_PATIENCE_S, asyncio.wrap_future(row))


async def _within(seconds: float, work: asyncio.Future[None]) -> bool:
    await asyncio.wait({work}, timeout=seconds)
    return work.done() and not work.cancelled() and work.exception() is None
