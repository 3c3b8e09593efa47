"""About people: who is on duty, whose number is rung, what calls to them may cost."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from hotline.control.messages.wire import Message, Short, Told
from hotline.routing.presence import LONGEST_BREAK, USUAL_BREAK


class Numbers(Message):
    """Whose number may be rung? Answered by `NumbersAnswer`."""

    do: Literal["numbers"] = "numbers"


class NumberConfirm(Message):
    """Ring a person of the office and ask for a code. Answered by `NumberCode` when it rings.

    in_turn: ring only after those who were to be asked before; answered at once.
    """

    do: Literal["number_confirm"] = "number_confirm"
    person: Short
    by: Short
    in_turn: bool = False


class NumberForget(Message):
    """Ring this number no more until it is confirmed again. number: or the id of a person."""

    do: Literal["number_forget"] = "number_forget"
    number: Short
    by: Short


class NumberMeasure(Message):
    """Ring a person of the office, who lets it ring, to see when a voicemail answers. Answered by
    `Started` when it rings.
    """

    do: Literal["number_measure"] = "number_measure"
    person: Short
    by: Short


class CapsResume(Message):
    """Allow some more minutes of forwarded calls, once a day. Answered by `Words`."""

    do: Literal["caps_resume"] = "caps_resume"
    by: Short


class StaffAsk(Message):
    """Somebody of the staff leaves or is back. Answered by `StaffSaid`.

    person: id or name. minutes: of a break. by: who says so, for the trail.
    """

    do: Literal["staff"] = "staff"
    person: Short
    what: Literal["break", "off", "on"]
    minutes: Annotated[int, Field(ge=1, le=LONGEST_BREAK)] = USUAL_BREAK
    by: Short


class StaffPin(Message):
    """A new PIN for the staff's menu by telephone. Answered by `StaffPinMade`.

    person: id or name. forget: have no PIN instead.
    """

    do: Literal["staff_pin"] = "staff_pin"
    person: Short
    forget: bool = False
    by: Short


class StaffOpen(Message):
    """Let people into the staff's menu again that shut itself."""

    do: Literal["staff_open"] = "staff_open"
    by: Short


class StaffSaid(Message):
    """What became of it. done: False where it was denied."""

    done: bool
    words: Told


class StaffPinMade(Message):
    """Told once: the number to key in the staff's menu, and the digits; "" where forgotten.

    name: of the person.
    """

    name: str
    number: str = ""
    digits: str = ""


class OnDuty(Message):
    """Someone on shift; `until` None if the shift has no end in sight.

    away: why they are not rung until `away_until`; None while they are. at_computer: they are rung
    in a browser first.
    """

    person: str
    name: str
    until: AwareDatetime | None = None
    away: Literal["break", "off", "paused"] | None = None
    away_until: AwareDatetime | None = None
    at_computer: bool = False


class NextDuty(Message):
    """Who is on when those now on duty have gone; no names: a hole in the plan."""

    at: AwareDatetime
    names: tuple[str, ...]


class Named(Message):
    """A person of the office, for lists to choose from."""

    id: str
    name: str


class NumberState(Message):
    """A person of the office, and whether that number is rung. number: hidden but for its ends.

    state: asking while the owner is rung and asked. tried: how asking last came out, a State of
    calls/confirming.py, "" if it was not tried since the start. line: see NumberCode. at, by: of a
    confirmed number. outside: it stands in the directory, and only a talk may be passed on to it.
    staff_number: keyed before the PIN in the staff's menu, "" for who has none.
    check, checked_at: what the weekly check found last, a Result of routing/rollcall.py. measuring:
    how the last measuring came out, a Measured of calls/measuring.py, "" if none was since the
    start. voicemail: after how many seconds it answers, measured at voicemail_at; None: never, or
    not measured. ring_seconds: for which the person is rung.
    """

    person: str
    name: str
    number: str
    state: Literal["confirmed", "unconfirmed", "asking", "missing"]
    tried: str = ""
    line: str = ""
    at: AwareDatetime | None = None
    by: str = ""
    check: str = ""
    checked_at: AwareDatetime | None = None
    measuring: str = ""
    voicemail: int | None = None
    voicemail_at: AwareDatetime | None = None
    ring_seconds: int = 0
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    level: int = 1
    outside: bool = False
    staff_number: str = ""


class NumbersAnswer(Message):
    """Everybody of the office. former: confirmed numbers that are nobody's now, hidden.

    staff_shut: the staff's menu by telephone lets nobody in, after too many wrong PINs.
    """

    people: tuple[NumberState, ...] = ()
    former: tuple[str, ...] = ()
    staff_shut: bool = False


class NumberCode(Message):
    """The telephone rings; whoever answers is asked for this code. number: hidden.

    line: it rings when somebody has called this line and pressed 1; "" where it rings already.
    """

    code: str
    number: str
    line: str = ""


class Used(Message):
    """Minutes of forwarded calls on somebody's telephone, within a day."""

    name: str
    minutes: float


class Meter(Message):
    """What of the caps of outgoing calls is used. minutes: of the last day; allowed: with what was
    added; forwarding: at this moment, concurrent at most. breach: nobody is forwarded any more.
    may_resume: minutes can still be added today.
    """

    minutes: float
    allowed: float
    forwarding: int
    concurrent: int
    breach: bool
    may_resume: bool
    users: tuple[Used, ...] = ()
