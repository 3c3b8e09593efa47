"""About calls and what came of them: cases, missed calls, calls that happen now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AwareDatetime, StringConstraints

from hotline.control.messages.wire import Message, Number, Short, Slug, Text
from hotline.inbox.waiting import Tried


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
    """Somebody listened to the recording; saved: or took it away as a file."""

    do: Literal["case_heard"] = "case_heard"
    case: Number
    by: Short
    saved: bool = False


class CaseDue(Message):
    """Another deadline for an open complaint or message."""

    do: Literal["case_due"] = "case_due"
    case: Number
    due: AwareDatetime
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


class Step(Message):
    """One step of a call.

    `what` is a stable word for programs ("menu", "ringing", ...), `words` the same in English for
    people, `facts` the name, key or topic behind them (as in the journal).
    """

    at: AwareDatetime
    what: str
    words: str
    facts: Mapping[str, object] = {}


class LiveCall(Message):
    """A call that is happening; `caller` is E.164, or empty if withheld."""

    id: str
    line: str
    caller: str
    caller_name: str = ""
    started_at: AwareDatetime
    steps: tuple[Step, ...] = ()


class Waits(Message):
    """A caller for whom a person is sought. caller: hidden but for its ends, "" if withheld.

    topic: "" for none. position: in the queue; None while somebody is rung, then `rung` names them.
    """

    id: str
    caller: str
    topic: str = ""
    since: AwareDatetime
    position: int | None = None
    rung: tuple[str, ...] = ()
