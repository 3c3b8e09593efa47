"""What is said over the control socket: one JSON object per line, checked on both sides.

A request names itself in `do`. Its answer is a `Reply`: either `ok` with the answer's fields in
`answer`, or an `error` with a cause and one action in plain words. Instants are aware and in UTC.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    SerializationInfo,
    StringConstraints,
    TypeAdapter,
)

from hotline.inbox.waiting import Tried
from hotline.routing.presence import LONGEST_BREAK, USUAL_BREAK
from hotline.said import NOTHING, Part, Said, parts_of, together

LINE_LIMIT = 64 * 1024  # bytes of one request, newline included
REPLY_LIMIT = 1024 * 1024  # bytes of one reply or event

Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]
PersonId = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Short = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=4000)]
Number = Annotated[int, Field(ge=1, le=2**53)]


class Message(BaseModel):
    """Frozen; an unknown field is an error, so that a typing mistake is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


WIRE: Final = "wire"  # the context in which `Told` keeps what it was made of


def _take(given: object) -> Said:
    """From the wire, or from our own side."""
    if isinstance(given, str):
        return together(given)
    parts = _PARTS.validate_python(given)
    return Said(*(Part(text, values) for text, values in parts))


def _give(told: str, info: SerializationInfo) -> object:
    """To people who asked for JSON it is text; to the page it is what the text was made of."""
    if info.context != WIRE:
        return str(told)
    return [(part.text, dict(part.values)) for part in parts_of(told)]


_PARTS: TypeAdapter[list[tuple[str, dict[str, str]]]] = TypeAdapter(
    list[tuple[str, dict[str, str]]]
)
# Sentences for the owner, which the page says in its own language.
Told = Annotated[Said, PlainValidator(_take), PlainSerializer(_give)]


# Requests -------------------------------------------------------------------------------------


class Status(Message):
    """How is the hotline? Answered by `StatusAnswer`."""

    do: Literal["status"] = "status"


class Who(Message):
    """Who would answer a call? `at` None means now. line: on which the call comes, for campaigns;
    None means any. Answered by `WhoAnswer`.
    """

    do: Literal["who"] = "who"
    at: AwareDatetime | None = None
    topic: Slug | None = None
    caller: Short | None = None
    line: Slug | None = None


class CaseAssign(Message):
    """Give a complaint or message to a person of the office."""

    do: Literal["case_assign"] = "case_assign"
    case: Number
    person: Slug
    by: Short


class CaseDone(Message):
    """Close a complaint or message; `note`, if any, is added like a CaseNote."""

    do: Literal["case_done"] = "case_done"
    case: Number
    by: Short
    note: Text = ""


class CaseReopen(Message):
    """Open a closed complaint or message again."""

    do: Literal["case_reopen"] = "case_reopen"
    case: Number
    by: Short
    note: Text = ""


class CaseNote(Message):
    """Add a note below those already there; who and when is put before it by the daemon."""

    do: Literal["case_note"] = "case_note"
    case: Number
    by: Short
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class CaseHeard(Message):
    """Somebody listened to the recording."""

    do: Literal["case_heard"] = "case_heard"
    case: Number
    by: Short


class CallReturned(Message):
    """A missed call was called back and spoken to."""

    do: Literal["call_returned"] = "call_returned"
    call_id: Number
    by: Short


class CallClaim(Message):
    """A person will call back who waits because of this call; None: nobody in particular will."""

    do: Literal["call_claim"] = "call_claim"
    call_id: Number
    person: Slug | None = None
    by: Short


class CallTried(Message):
    """Somebody called from another telephone and did not reach who waits because of this call."""

    do: Literal["call_tried"] = "call_tried"
    call_id: Number
    by: Short
    outcome: Tried = Tried.NO_ANSWER


class CallBack(Message):
    """Ring the person and then, after key 1, who waits because of this call or left this case.

    text: only send the person the number by text. Answered by `Started`.
    """

    do: Literal["call_back"] = "call_back"
    call_id: Number | None = None
    case: Number | None = None
    person: Slug
    by: Short
    text: bool = False


class OfficeGet(Message):
    """The whole office as YAML. Answered by `OfficeAnswer`."""

    do: Literal["office_get"] = "office_get"


class LineTest(Message):
    """Call a number over a line and see what the line can do: minutes. Answered by `LineTested`.

    second: another telephone, to try whether the network joins the two; "" to try it not. at_box:
    see `LineDivert`.
    """

    do: Literal["line_test"] = "line_test"
    line: Slug
    number: Short
    second: Short = ""
    at_box: bool = False


class LineBalance(Message):
    """Ask the network what is left on a line's SIM card, 30 s at most. Answered by `Words`."""

    do: Literal["line_balance"] = "line_balance"
    line: Slug


class LineTone(Message):
    """Learn the tone that says on a line that the caller has gone, from the owner's call: minutes.

    forget: forget what was learned instead. Answered by `Words`.
    """

    do: Literal["line_tone"] = "line_tone"
    line: Slug
    forget: bool = False


class LineDivert(Message):
    """Where does the network send a line's callers? Answered by `LineDiverted`, within 90 s.

    to: a number to which it shall send every caller from now on. off: to the box again. at_box:
    set by the daemon, whatever was sent: is it root who asks, or the daemon's own user? Nobody
    else, such as the page, may name a number that its owner did not confirm.
    """

    do: Literal["line_divert"] = "line_divert"
    line: Slug
    to: Short = ""
    off: bool = False
    at_box: bool = False


class Numbers(Message):
    """Whose number may be rung? Answered by `NumbersAnswer`."""

    do: Literal["numbers"] = "numbers"


class NumberConfirm(Message):
    """Ring a person of the office and ask for a code. Answered by `NumberCode` when it rings."""

    do: Literal["number_confirm"] = "number_confirm"
    person: Short
    by: Short


class NumberForget(Message):
    """Ring this number no more until it is confirmed again. number: or the id of a person."""

    do: Literal["number_forget"] = "number_forget"
    number: Short
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


class OfficePut(Message):
    """Replace the whole office. Answered by `OfficePutAnswer`, or refused with every problem."""

    do: Literal["office_put"] = "office_put"
    yaml: str
    author: Short


class PlanSwap(Message):
    """Two people swap a day, or take a swap back. Refused where it cannot stand."""

    do: Literal["plan_swap"] = "plan_swap"
    day: date
    one: PersonId
    other: PersonId
    by: Short


class PlanAway(Message):
    """Somebody is away on these days, both included."""

    do: Literal["plan_away"] = "plan_away"
    person: PersonId
    first: date
    last: date
    reason: Short = ""
    by: Short


class PlanStandIn(Message):
    """Somebody works once, from `start` to `end`, a day at most."""

    do: Literal["plan_stand_in"] = "plan_stand_in"
    person: PersonId
    start: AwareDatetime
    end: AwareDatetime
    by: Short


class OfficeUndo(Message):
    """Put the office before the newest saving in force again. newest: the one to take back; refused
    if somebody has saved another since.
    """

    do: Literal["office_undo"] = "office_undo"
    newest: Number
    by: Short


class Subscribe(Message):
    """Stay connected: after the reply, one `Event` a line until either side closes."""

    do: Literal["subscribe"] = "subscribe"


Request = Annotated[
    Status
    | Who
    | CaseAssign
    | CaseDone
    | CaseReopen
    | CaseNote
    | CaseHeard
    | CallReturned
    | CallClaim
    | CallTried
    | CallBack
    | OfficeGet
    | OfficePut
    | PlanSwap
    | PlanAway
    | PlanStandIn
    | OfficeUndo
    | Numbers
    | NumberConfirm
    | NumberForget
    | CapsResume
    | LineTest
    | LineBalance
    | LineTone
    | LineDivert
    | StaffAsk
    | Subscribe,
    Field(discriminator="do"),
]
REQUEST: TypeAdapter[Request] = TypeAdapter(Request)


# Answers --------------------------------------------------------------------------------------


class Done(Message):
    """It is written down."""


class Words(Message):
    """What somebody else said, in one line."""

    words: str


class Started(Message):
    """It has begun; what happens next, in one sentence."""

    words: Told


class StaffSaid(Message):
    """What became of it. done: False where it was denied."""

    done: bool
    words: Told


class LineCheck(Message):
    """One thing that was tried on a line. what: a stable word; see calls/selftest.py."""

    what: str
    outcome: Literal["works", "fails", "unknown"]
    words: str


class LineTested(Message):
    """A self-test. number: that was called, hidden but for its ends."""

    at: AwareDatetime
    number: str
    checks: tuple[LineCheck, ...] = ()


class LineNetwork(Message):
    """What a SIM card's line knows of its network; see NetworkFacts of lines/port.py."""

    operator: str = ""
    generation: str = ""
    volte: bool | None = None
    bars: int | None = None
    roaming: bool = False


class LineDiverted(Message):
    """Where the network sends a line's callers: all; when the box is dead. "" for nowhere."""

    always: str
    unreachable: str


class LineDivertState(Message):
    """A divert as the owner wants it; see DivertState of lines/port.py."""

    well: bool
    words: Told
    number: str
    why: Told = NOTHING
    action: Told = NOTHING


class DivertLeft(Message):
    """A divert that the network still keeps for a SIM card which is in no line any more.

    line: whose it was, "" if unknown. number: where callers go, "" if unknown. action: what to do.
    """

    line: str
    number: str
    words: Told
    action: Told


class LineState(Message):
    """One telephone line. `words` says how it is; `action` what the owner can do if it is down.

    trouble: what is wrong although callers reach it. caution: see Capabilities. network, divert
    (for a dead box), straight (of every caller, past the box): only of SIM cards. handing: is its
    network asked to hold and join callers, None where the owner does not want it. test: the newest.
    tone: learned to say that a caller has gone, in words.
    """

    id: str
    name: str
    kind: str = ""
    up: bool
    words: Told = NOTHING
    action: Told = NOTHING
    number: str = ""
    trouble: Told = NOTHING
    caution: Told = NOTHING
    network: LineNetwork | None = None
    divert: LineDivertState | None = None
    straight: LineDivertState | None = None
    handing: bool | None = None
    test: LineTested | None = None
    tone: str = ""


class Step(Message):
    """One step of a call.

    `what` is a stable word for programs ("menu", "ringing", ...), `words` the same in English for
    people, `facts` the name, key or topic behind them (as in the journal).
    """

    at: AwareDatetime
    what: str
    words: str
    facts: dict[str, object] = {}


class LiveCall(Message):
    """A call that is happening; `caller` is E.164, or empty if withheld."""

    id: str
    line: str
    caller: str
    caller_name: str = ""
    started_at: AwareDatetime
    steps: tuple[Step, ...] = ()


class OnDuty(Message):
    """Someone on shift; `until` None if the shift has no end in sight.

    away: why they are not rung until `away_until`; None while they are.
    """

    person: str
    name: str
    until: AwareDatetime | None = None
    away: Literal["break", "off", "paused"] | None = None
    away_until: AwareDatetime | None = None


class NextDuty(Message):
    """Who is on when those now on duty have gone; no names: a hole in the plan."""

    at: AwareDatetime
    names: tuple[str, ...]


class Named(Message):
    """A person of the office, for lists to choose from."""

    id: str
    name: str


class TopicName(Message):
    """A topic with its name by language."""

    id: str
    names: dict[str, str] = {}


class NumberState(Message):
    """A person of the office, and whether that number is rung. number: hidden but for its ends.

    state: asking while the owner is rung and asked. tried: how asking last came out, a State of
    calls/confirming.py, "" if it was not tried since the start. line: see NumberCode. at, by: of a
    confirmed number.
    """

    person: str
    name: str
    number: str
    state: Literal["confirmed", "unconfirmed", "asking", "missing"]
    tried: str = ""
    line: str = ""
    at: AwareDatetime | None = None
    by: str = ""
    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    level: int = 1


class NumbersAnswer(Message):
    """Everybody of the office. former: confirmed numbers that are nobody's now, hidden."""

    people: tuple[NumberState, ...] = ()
    former: tuple[str, ...] = ()


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


class StatusAnswer(Message):
    """Everything the page shows that is not a record.

    trouble: what is wrong with the box itself (the disk, the writer), in words; empty is well.
    power: the same of its power supply, power_action: what the owner can do.
    unsent: notices waiting to leave the box. open: within the office's opening hours.
    zone: IANA name. diverts_left: of SIM cards that were taken out. people, topics: of the whole
    office. unconfirmed: who is not rung because the number is not confirmed.
    """

    version: str
    started_at: AwareDatetime
    now: AwareDatetime
    office: str
    zone: str
    open: bool = True
    lines: tuple[LineState, ...] = ()
    live: tuple[LiveCall, ...] = ()
    on_duty: tuple[OnDuty, ...] = ()
    next_duty: NextDuty | None = None
    trouble: str = ""
    power: Told = NOTHING
    power_action: Told = NOTHING
    unsent: int = 0
    diverts_left: tuple[DivertLeft, ...] = ()
    people: tuple[Named, ...] = ()
    topics: tuple[TopicName, ...] = ()
    unconfirmed: tuple[Named, ...] = ()
    meter: Meter | None = None


class Ring(Message):
    """One round of ringing: these people together, for so many seconds."""

    names: tuple[str, ...]
    seconds: int


class WhoAnswer(Message):
    """The plan for a call at `at`. `then`: "message" or "complaint" if nobody takes it.

    campaign: name of the one that answers instead of the office, "" for none.
    """

    at: AwareDatetime
    open: bool
    rounds: tuple[Ring, ...] = ()
    then: str = "message"
    why: tuple[Told, ...] = ()
    campaign: str = ""


class OfficeAnswer(Message):
    """The office file as it would be exported."""

    yaml: str


class OfficePutAnswer(Message):
    """Taken; `warnings` are gaps and oddities that did not stop it."""

    warnings: tuple[str, ...] = ()


class Event(Message):
    """Something changed. `subject`: the id of the call, case or line it is about."""

    at: AwareDatetime
    kind: Literal["call", "line", "case", "office", "trouble"]
    subject: str = ""
    words: str = ""
    call: LiveCall | None = None


class Problem(Message):
    """Why a request was not done. `problems` names every wrong place of an office file."""

    cause: Told
    action: Told = NOTHING
    problems: tuple[str, ...] = ()


class Reply(Message):
    """The line that answers a request."""

    ok: bool
    answer: dict[str, object] = {}
    error: Problem | None = None
