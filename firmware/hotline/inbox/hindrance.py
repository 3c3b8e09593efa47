"""What stood between a caller and a person: one reason for each call, made of its steps. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from hotline.inbox.outcome import Outcome


class Hindrance(StrEnum):
    """Named as the step that tells it. Of several in a call the first of this list counts."""

    # The box, its lines or the set-up: somebody of the office can mend it.
    FAULT = "fault"
    RESTART = "restart"
    LINE_FAILED = "line_failed"
    DISK_TROUBLE = "disk_trouble"
    CAP = "cap"
    UNCONFIRMED = "unconfirmed"
    NOT_DIALLED = "not_dialled"
    NOT_JOINED = "not_joined"
    STAFF_SHUT = "staff_shut"
    # People and hours.
    HELD_TOO_LONG = "held_too_long"
    LEFT_WAITING = "left_waiting"
    QUEUE_FULL = "queue_full"
    MACHINE = "machine"
    NOT_CALLED = "not_called"
    NO_PRESS = "no_press"
    DECLINED = "declined"
    NOT_REACHED = "not_reached"
    DEADLINE = "deadline"
    WAITING = "waiting"
    NOBODY = "nobody"
    CLOSED = "greeting_closed"
    # The callers themselves, as far as they left nothing behind.
    STAFF_WRONG = "staff_wrong"
    MESSAGE_EMPTY = "message_empty"
    RINGING = "ringing"
    CALLER_GONE = "caller_gone"


WRONG = tuple(Hindrance)[: tuple(Hindrance).index(Hindrance.HELD_TOO_LONG)]
_OF_THE_CALLER = tuple(Hindrance)[tuple(Hindrance).index(Hindrance.STAFF_WRONG) :]
_LEFT_WORD = (Outcome.MESSAGE, Outcome.COMPLAINT, Outcome.CALLBACK)
_UNSPOKEN = (Outcome.MISSED, Outcome.NOT_REACHED, *_LEFT_WORD)


def hindrance_of(outcome: Outcome, steps: Iterable[str]) -> Hindrance | None:
    """Why nobody was spoken with. None for who was, or wanted nobody. steps: their fixed words."""
    if outcome not in _UNSPOKEN:
        return None
    told = set(steps)
    ours = [one for one in Hindrance if outcome not in _LEFT_WORD or one not in _OF_THE_CALLER]
    return next((one for one in ours if one.value in told), None)
