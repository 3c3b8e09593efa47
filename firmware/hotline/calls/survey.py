"""One question after the talk, only for a caller who stayed: how was it, 1 to 5?"""

from __future__ import annotations

from hotline.calls.call import Call
from hotline.media.catalogue import Prompt

PATIENCE_S = 6.0
MARKS = frozenset("12345")


async def ask(call: Call) -> None:
    """Ask if the office wants it; no answer is fine. Raises CallerGone."""
    if not call.office.survey:
        return
    mark = await call.party.ask(await call.words(Prompt.SURVEY_ASK), PATIENCE_S)
    if mark in MARKS:
        call.step("survey", f"The caller gives {mark} of 5.", mark=mark)
        await call.say(Prompt.SURVEY_THANKS)
