"""About the hotline as it is now, and whoever would answer a call."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from hotline.control.messages.calls import LiveCall, Waits
from hotline.control.messages.closing import Closed
from hotline.control.messages.lines import DivertLeft, LineState
from hotline.control.messages.office import TopicName
from hotline.control.messages.people import Meter, Named, NextDuty, OnDuty
from hotline.control.messages.wire import Message, Short, Slug, Told
from hotline.said import NOTHING


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


class Subscribe(Message):
    """Stay connected: after the reply, one `Event` a line until either side closes."""

    do: Literal["subscribe"] = "subscribe"


class StatusAnswer(Message):
    """Everything the page shows that is not a record.

    trouble: what is wrong with the box itself (the disk, the writer), in words; empty is well.
    power: the same of its power supply or its guardian board, power_action: what the owner can do.
    unsent: notices waiting to leave the box, and since when the oldest does. open: within the
    office's opening hours.
    zone: IANA name. diverts_left: of SIM cards that were taken out. people, topics: of the whole
    office; directory: whom a talk may be passed on to outside it. unconfirmed: who is not rung
    because the number is not confirmed. live_more, waiting_more: so many calls and waiting callers
    more than are named here. announcement_until: until then something is said before a greeting.
    closed_early: somebody has closed the line against its hours.
    countries: whose numbers people may have beside the office's own. copies: what is wrong with the
    copies that the box makes by itself, copies_action: what the owner can do. routed: is there a
    way from the box to a router?
    """

    version: str
    started_at: AwareDatetime
    now: AwareDatetime
    office: str
    zone: str
    open: bool = True
    lines: tuple[LineState, ...] = ()
    live: tuple[LiveCall, ...] = ()
    live_more: int = 0
    waiting: tuple[Waits, ...] = ()
    waiting_more: int = 0
    on_duty: tuple[OnDuty, ...] = ()
    next_duty: NextDuty | None = None
    trouble: str = ""
    power: Told = NOTHING
    power_action: Told = NOTHING
    unsent: int = 0
    unsent_since: AwareDatetime | None = None
    diverts_left: tuple[DivertLeft, ...] = ()
    people: tuple[Named, ...] = ()
    directory: tuple[Named, ...] = ()
    topics: tuple[TopicName, ...] = ()
    unconfirmed: tuple[Named, ...] = ()
    meter: Meter | None = None
    announcement_until: AwareDatetime | None = None
    closed_early: Closed | None = None
    countries: tuple[str, ...] = ()
    copies: Told = NOTHING
    copies_action: Told = NOTHING
    routed: bool = True


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


class Event(Message):
    """Something changed. `subject`: the id of the call, case or line it is about."""

    at: AwareDatetime
    kind: Literal["call", "line", "case", "office", "trouble"]
    subject: str = ""
    words: str = ""
    call: LiveCall | None = None
