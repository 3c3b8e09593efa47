"""A message or a complaint: the row stands before the beep, the audio is on disk as it comes."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from hotline.calls.call import Call
from hotline.calls.leg import Party, settled
from hotline.inbox.case import CaseKind
from hotline.inbox.retention import Retention
from hotline.inbox.step import StepName
from hotline.media.catalogue import Prompt, pieces
from hotline.media.engine import Prompts, Recording
from hotline.routing.office import Office
from hotline.storage.complaints import OpenedCase

ROW_PATIENCE_S = 2.0
SYNC_PATIENCE_S = 3.0
SILENCE_ENDS_S = 8.0
LEAST_SPEECH_S = 1.0
LOOK_AGAIN_S = 0.25
LAST_WORDS_S = 0.4  # the deepest jitter buffer there is in calls that can be understood
DONE_KEY = "#"
KEPT_DAYS = Retention().cases.days


async def take(call: Call, kind: CaseKind, topic: str | None) -> None:
    """Record what the caller wants to say and tell the case number.

    It is filed also when the caller simply hangs up, if at least a second of speech is there.
    Raises CallerGone.
    """
    case = _open(call, kind, topic)
    what: StepName = "complaint" if kind is CaseKind.COMPLAINT else "message"
    call.step(what, f"The caller is asked for a {kind}; it has the number {case.number}.")
    recording = await _introduce(call, kind, case)
    try:
        await call.party.play([call.exchange.comfort.beep])
        if not await listen(call.party, recording, call.office.max_message_seconds):
            call.step("message_full", "The longest message was reached.")
    finally:
        recording.stop()
        filed = _file(call, case.number, kind, recording)
    await _confirm(call, kind, case, recording, filed)


async def call_back(call: Call, topic: str | None, *, sorry: bool = False) -> None:
    """File the wish to be called back; the number is the caller's own. Raises CallerGone.

    sorry: the caller wanted to talk now, and hears first that nobody can. Who waited instead keeps
    the place, where the box can call back by itself.
    """
    case = _open(call, CaseKind.CALLBACK, topic)
    call.ending.case_number, call.ending.case_kind = case.number, CaseKind.CALLBACK
    in_turn = not sorry and call.exchange.board.places.keep_place(call, topic, case.number)
    kept = " The place in the queue is kept." if in_turn else ""
    call.step("callback", f"The caller wants to be called back: case {case.number}.{kept}")
    call.exchange.notices.case_filed(call, case.number, CaseKind.CALLBACK, to_do=not in_turn)
    if sorry:
        await call.say(Prompt.NOBODY_NOW)
    await stands(asyncio.wrap_future(case.stored))
    told = Prompt.CALLBACK_IN_TURN if in_turn else Prompt.CALLBACK_ASKED
    await call.say(told, case=case.number)


async def _introduce(call: Call, kind: CaseKind, case: OpenedCase) -> Recording:
    """Everything up to the beep. Nothing is kept of a case that does not come so far."""
    complaint = kind is CaseKind.COMPLAINT
    with contextlib.ExitStack() as otherwise:
        otherwise.callback(call.exchange.cases.dropped, case.number)
        await call.party.play(await notice(call))
        await call.say(Prompt.COMPLAINT_INTRO if complaint else Prompt.MESSAGE_INTRO)
        await stands(asyncio.wrap_future(case.stored))
        call.step("recording", "The caller speaks after the beep.")
        # From before the beep, or the first word of those who do not wait for its end is lost.
        recording = call.party.record(call.exchange.recordings.path(case.recording or ""))
        otherwise.pop_all()
        return recording


async def notice(call: Call) -> list[Path]:
    """Who records, why, how to refuse; heard to its end before anything is recorded."""
    return await notice_in(call.language, call.office, call.exchange.prompts)


async def notice_in(language: str, office: Office, prompts: Prompts) -> list[Path]:
    """The same in any language: the office's own words, else the box's."""
    texts = office.recording_notice
    text = texts.get(language) or texts.get(office.language, "")
    own = await prompts.say(language, text, Prompt.RECORDING_NOTICE) if text else []
    said = {"office": office.name, "days": KEPT_DAYS}
    return own or await prompts.files(language, Prompt.RECORDING_NOTICE, **said)


def notice_text(language: str, office: Office) -> str:
    """The words of it."""
    texts = office.recording_notice
    said = {"office": office.name, "days": KEPT_DAYS}
    own = texts.get(language) or texts.get(office.language, "")
    words = (piece.text for piece in pieces(language, Prompt.RECORDING_NOTICE, said))
    return own or " ".join(words)


def _open(call: Call, kind: CaseKind, topic: str | None) -> OpenedCase:
    if topic:
        call.ending.topic = topic
    now = call.exchange.clock.now()
    return call.exchange.cases.open(kind, call.id, topic or "", call.caller, call.language, now)


async def listen(
    party: Party, recording: Recording, most: float, silence_ends: float = SILENCE_ENDS_S
) -> bool:
    """Until #, a long silence, or `most` seconds, then False. Raises CallerGone."""
    key = asyncio.ensure_future(party.key())
    began = asyncio.get_running_loop().time()

    def silent_for() -> float:
        """Not counting the beep."""
        return min(recording.silent_for, asyncio.get_running_loop().time() - began)

    try:
        async with asyncio.timeout(most):
            while (silence_lacks := silence_ends - silent_for()) > 0:
                await asyncio.wait({key}, timeout=max(silence_lacks, LOOK_AGAIN_S))
                if key.done():
                    if key.result() == DONE_KEY:
                        await _last_words(party)
                        break
                    key = asyncio.ensure_future(party.key())
    except TimeoutError:
        return False
    finally:
        await settled([key])
    return True


async def _last_words(party: Party) -> None:
    """A key that is reported overtakes the sound before it, which still waits to be played."""
    if party.leg.reports_keys:
        await party.while_here(asyncio.sleep(LAST_WORDS_S))


def _file(call: Call, number: int, kind: CaseKind, recording: Recording) -> bool:
    """File the case, or drop it when nothing was said. Never waits: the caller may be gone."""
    if recording.speech_seconds < LEAST_SPEECH_S:
        call.exchange.cases.dropped(number)
        call.step("message_empty", "Nothing was said; no case is kept.")
        return False
    call.exchange.cases.filed(number, recording.seconds)
    call.ending.case_number, call.ending.case_kind = number, kind
    call.step("filed", f"The {kind} {number} is filed: {recording.seconds:.0f} s.")
    call.exchange.notices.case_filed(call, number, kind, recording.seconds)
    return True


async def _confirm(
    call: Call, kind: CaseKind, case: OpenedCase, recording: Recording, filed: bool
) -> None:
    """Say "saved" only of what is on the disk."""
    if not filed:
        await call.say(Prompt.MESSAGE_EMPTY)
        return
    sound_is_safe = await _within(SYNC_PATIENCE_S, recording.stop()) and not recording.trouble
    if not (sound_is_safe and await stands(asyncio.wrap_future(case.stored))):
        call.step("disk_trouble", "The disk did not take the message in time.")
        await call.say(Prompt.DISK_FULL_APOLOGY, case=case.number)
        return
    complaint = kind is CaseKind.COMPLAINT
    done = Prompt.COMPLAINT_SAVED if complaint else Prompt.MESSAGE_SAVED
    await call.say(done, case=case.number)


async def stands(stored: asyncio.Future[None]) -> bool:
    """Has the row been written? Waits a little, never for long: no call waits for the disk."""
    return await _within(ROW_PATIENCE_S, stored)


async def _within(seconds: float, work: asyncio.Future[None]) -> bool:
    await asyncio.wait({work}, timeout=seconds)
    return work.done() and not work.cancelled() and work.exception() is None
