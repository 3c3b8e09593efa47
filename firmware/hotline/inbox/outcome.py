"""How a call ended. One rule for every call, wherever in the flow the caller left."""

from __future__ import annotations

from enum import StrEnum

from hotline.inbox.case import CaseKind


class Outcome(StrEnum):
    """What became of a call. MISSED, and CALLBACK until its case is done, owe the caller a call."""

    # With a person who pressed 1 or picked up another telephone, or by an answered call back.
    SPOKEN = "spoken"
    MESSAGE = "message"
    COMPLAINT = "complaint"
    SELF_SERVICE = "self-service"  # the menu gave the answer
    CALLBACK = "callback"  # the caller asked to be called back
    MISSED = "missed"
    NOT_REACHED = "not reached"  # of a call the box made: nobody was spoken with
    TEST = "test"  # the box called its own line, or somebody tried it from the page


_OF_KIND = {
    CaseKind.MESSAGE: Outcome.MESSAGE,
    CaseKind.COMPLAINT: Outcome.COMPLAINT,
    CaseKind.CALLBACK: Outcome.CALLBACK,
}


def outcome_of(*, spoke: bool, filed: CaseKind | None, informed: bool) -> Outcome:
    """The outcome of a call.

    spoke: a person talked with the caller. filed: the kind of case that was kept, None also
    where a recording was too short to keep. informed: the menu said something the caller asked
    for. Missed is everything else: left without a person, a message or an answer.
    """
    if spoke:
        return Outcome.SPOKEN
    if filed is not None:
        return _OF_KIND[filed]
    return Outcome.SELF_SERVICE if informed else Outcome.MISSED
