"""What is said over the control socket: one JSON object per line, checked on both sides.

A request names itself in `do`. Its answer is a `Reply`: either `ok` with the answer's fields in
`answer`, or an `error` with a cause and one action in plain words. Instants are aware and in UTC.
"""

from __future__ import annotations

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

from hotline.said import NOTHING, Part, Said, parts_of, together

LINE_LIMIT = 64 * 1024  # bytes of one request, newline included
REPLY_LIMIT = 1024 * 1024  # bytes of one reply or event

Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$")]
Short = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=4000)]
Number = Annotated[int, Field(ge=1, le=2**53)]


class Message(BaseModel):
    """Frozen; an unknown field is an error, so that a typing mistake is never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


class OfficeGet(Message):
    """The whole office as YAML. Answered by `OfficeAnswer`."""

    do: Literal["office_get"] = "office_get"


class LineTest(Message):
    """Call a number over a line and see what the line can do: minutes. Answered by `LineTested`.

    second: another telephone, to try whether the network joins the two; "" to try it not.
    """

    do: Literal["line_test"] = "line_test"
    line: Slug
    number: Short
    second: Short = ""


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

    to: a number to which it shall send every caller from now on. off: to the box again.
    """

    do: Literal["line_divert"] = "line_divert"
    line: Slug
    to: Short = ""
    off: bool = False


class OfficePut(Message):
    """Replace the whole office. Answered by `OfficePutAnswer`, or refused with every problem."""

    do: Literal["office_put"] = "office_put"
    yaml: str
    author: Short


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
    | OfficeGet
    | OfficePut
    | LineTest
    | LineBalance
    | LineTone
    | LineDivert
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
    """Someone on shift; `until` None if the shift has no end in sight."""

    person: str
    name: str
    until: AwareDatetime | None = None


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


class StatusAnswer(Message):
    """Everything the page shows that is not a record.

    trouble: what is wrong with the box itself (the disk, the writer), in words; empty is well.
    power: the same of its power supply, power_action: what the owner can do.
    unsent: notices waiting to leave the box. open: within the office's opening hours.
    zone: IANA name. diverts_left: of SIM cards that were taken out. people, topics: of the whole
    office.
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
    why: tuple[str, ...] = ()
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
