"""After a hard call: its case, a note spoken by whoever had it, and a pause."""

from __future__ import annotations

import contextlib

from hotline.calls import message
from hotline.calls.call import Call
from hotline.calls.leg import Party
from hotline.calls.offer import Reached
from hotline.errors import CallerGone
from hotline.inbox.case import CaseKind
from hotline.media.catalogue import Prompt
from hotline.media.engine import Recording
from hotline.routing.office import Person
from hotline.storage.complaints import OpenedCase

LONGEST_NOTE_S = 120.0


async def debrief(call: Call, reached: Reached, first: Prompt) -> None:
    """Open the case of a hard call and ask who had it for a note; then they are let go.

    The case is a complaint, and stands also where they hang up or say nothing. first: what they
    hear before. May be cancelled: what was said until then is kept.
    """
    party, person = reached.party, reached.engagement.person
    with contextlib.ExitStack() as then, contextlib.suppress(CallerGone):
        then.callback(reached.release)
        with contextlib.ExitStack() as otherwise:
            otherwise.callback(without_note, call, person)
            await _say(call, party, first)
            await _say(call, party, Prompt.TALK_NOTE)
            case = _open(call, spoken=True)
            otherwise.callback(call.exchange.cases.dropped, case.number)
            recording = party.record(call.exchange.recordings.path(case.recording or ""))
            otherwise.pop_all()
        await _listen(call, party, case, recording, person)
        await _say(call, party, Prompt.TALK_NOTED, case=case.number)


def without_note(call: Call, person: Person) -> None:
    """The case alone."""
    _filed(call, _open(call, spoken=False), person, 0.0)


async def _listen(
    call: Call, party: Party, case: OpenedCase, recording: Recording, person: Person
) -> None:
    """Raises CallerGone where there is nobody to thank, or nothing to thank for."""
    try:
        await party.play([call.exchange.comfort.beep])
        await message.listen(party, recording, LONGEST_NOTE_S)
    finally:
        recording.stop()
        said = recording.speech_seconds >= message.LEAST_SPEECH_S
        if said:
            _filed(call, case, person, recording.seconds)
        else:
            call.exchange.cases.dropped(case.number)
            without_note(call, person)
    if not said:
        raise CallerGone


def _open(call: Call, *, spoken: bool) -> OpenedCase:
    x, topic = call.exchange, call.ending.topic or ""
    now = x.clock.now()
    return x.cases.open(
        CaseKind.COMPLAINT, call.id, topic, call.caller, call.language, now, spoken=spoken
    )


def _filed(call: Call, case: OpenedCase, person: Person, seconds: float) -> None:
    """Never waits: the call may be over long since."""
    x, words = call.exchange, f"A hard call; {person.name} had it."
    if case.recording:
        x.cases.filed(case.number, seconds)
        words += f" The recording is {person.name}'s note."
    x.cases.note(case.number, words)
    call.step("hard_case", f"{words} It is case {case.number}.", person=person.id)
    x.notices.case_filed(call, case.number, CaseKind.COMPLAINT, seconds)


async def _say(call: Call, party: Party, prompt: Prompt, **values: object) -> None:
    files = await call.exchange.prompts.files(call.office.language, prompt, **values)
    await party.play(files)
