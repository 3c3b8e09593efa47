"""Commands about calls, cases and texts; who is owed a call, and calling them back."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import json
from collections.abc import Iterable, Sequence
from typing import Any

from hotline import terminal
from hotline.commands import shared
from hotline.control.client import Control
from hotline.control.messages.calls import (
    CallBack,
    CallClaim,
    CallReturned,
    CallTried,
    CaseDue,
)
from hotline.errors import HotlineError
from hotline.inbox.case import Case, CaseKind
from hotline.inbox.label import label
from hotline.inbox.waiting import Tried, Waiting
from hotline.storage import calls as call_storage
from hotline.storage import campaignends as campaign_storage
from hotline.storage import complaints as case_storage
from hotline.storage import texts as text_storage
from hotline.storage import waiting as waiting_storage
from hotline.storage.complaints import Show
from hotline.storage.files import Recordings
from hotline.storage.schema import records_file

LONGEST_SHOWN = 2000  # characters of a text


def calls(given: argparse.Namespace) -> int:
    """The last calls, or who was missed and is owed a call, or one call with its steps."""
    one = given.explain if given.explain is not None else given.id
    with records_file(shared.places(given).data).reading() as database:
        if one is not None:
            story = call_storage.get(database, one)
            if story is None:
                raise HotlineError(f"There is no call {one}.", "See `hotline calls`.")
            return _print_story(story, as_json=given.json)
        if given.missed:
            kept = Recordings(shared.places(given).recordings)
            return _print_waiting(waiting_storage.still_waiting(database), kept, as_json=given.json)
        found = call_storage.recent(database, given.limit)
    rows = [
        (
            str(c.id),
            shared.local(c.started_at),
            c.line,
            ("to " if c.outgoing else "") + (c.caller_number or "withheld"),
            str(c.outcome or "now"),
            c.person or "",
            str(c.case_number or ""),
        )
        for c in found
    ]
    shared.print_records(
        found,
        rows,
        ("call", "began", "line", "caller", "ended as", "with", "case"),
        as_json=given.json,
        empty="No calls yet.",
    )
    return 0


def claim(given: argparse.Namespace) -> int:
    """Say who will call back a caller of `calls --missed`."""
    if bool(given.person) == given.release:
        raise HotlineError("Who is to call back?", "Name one with --person, or use --release.")
    ask = CallClaim(call_id=given.call, person=given.person, by=getpass.getuser())
    Control(shared.places(given).control).change(ask)
    terminal.say(f"Call {given.call} is free again." if given.release else "Noted.")
    return 0


def returned(given: argparse.Namespace) -> int:
    """Note that a caller of `calls --missed` was called back; or, with --tried, in vain."""
    control, by = Control(shared.places(given).control), getpass.getuser()
    if given.tried:
        control.change(CallTried(call_id=given.call, by=by, outcome=Tried(given.tried)))
    else:
        control.change(CallReturned(call_id=given.call, by=by))
    terminal.say("Noted.")
    return 0


def back(given: argparse.Namespace) -> int:
    """Call a caller back through the box: it rings the person first, then the caller."""
    if (given.call is None) == (given.case is None):
        raise HotlineError("Whom to call back?", "Name a call of `calls --missed`, or a --case.")
    ask = CallBack(
        call_id=given.call,
        case=given.case,
        person=given.person,
        by=getpass.getuser(),
        text=given.text,
    )
    terminal.say(Control(shared.places(given).control).call_back(ask))
    return 0


def complaints(given: argparse.Namespace) -> int:
    """Complaints of callers."""
    return _print_cases(given, (CaseKind.COMPLAINT,), "No complaints.")


def messages(given: argparse.Namespace) -> int:
    """Messages of callers, and wishes to be called back."""
    return _print_cases(given, (CaseKind.MESSAGE, CaseKind.CALLBACK), "No messages.")


def texts(given: argparse.Namespace) -> int:
    """Texts that came or were sent, and what became of them."""
    with records_file(shared.places(given).data).reading() as database:
        found = text_storage.recent(database, given.limit)
    rows = [
        (
            str(t.id),
            shared.local(t.at),
            t.direction,
            t.line,
            label(t.number),
            t.state,
            label(t.text, LONGEST_SHOWN),
        )
        for t in found
    ]
    heads = ("text", "when", "way", "line", "number", "state", "words")
    shared.print_records(found, rows, heads, as_json=given.json, empty="No texts yet.")
    return 0


def due(given: argparse.Namespace) -> int:
    """Set until when a complaint or message has to be answered."""
    control = Control(shared.places(given).control)
    control.change(CaseDue(case=given.case, due=given.until, by=getpass.getuser()))
    terminal.say(f"Case {given.case} is due {shared.local(given.until)}.")
    return 0


def campaigns(given: argparse.Namespace) -> int:
    """What came of campaigns that are over."""
    with records_file(shared.places(given).data).reading() as database:
        found = campaign_storage.counted(database)
    rows = [
        (
            label(one.name),
            shared.local(one.began),
            shared.local(one.ended),
            *map(str, (one.calls, one.spoken, one.messages, one.informed, one.missed)),
        )
        for one in found
    ]
    heads = ("campaign", "began", "ended", "calls", "spoken", "messages", "by the menu", "missed")
    empty = "No campaign is over yet."
    shared.print_records(found, rows, heads, as_json=given.json, empty=empty)
    return 0


def _print_cases(given: argparse.Namespace, kinds: Iterable[CaseKind], empty: str) -> int:
    show = Show.ALL if given.all else Show.OPEN
    found: list[Case] = []
    with records_file(shared.places(given).data).reading() as database:
        for kind in kinds:
            found += case_storage.list_cases(database, show, kind, given.limit)
    found.sort(key=lambda case: case.number, reverse=True)
    rows = [
        (
            str(c.number),
            str(c.kind),
            str(c.state),
            shared.local(c.created),
            shared.local(c.due),
            c.topic,
            c.caller_number or "withheld",
            f"{c.seconds:.0f} s",
            c.assigned_to,
        )
        for c in found
    ]
    heads = ("case", "kind", "state", "when", "due", "topic", "caller", "length", "for")
    shared.print_records(found, rows, heads, as_json=given.json, empty=empty)
    return 0


def _print_story(story: call_storage.CallStory, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps(dataclasses.asdict(story), default=shared.plain, ensure_ascii=False))
        return 0
    call = story.call
    who = call.caller_number or "a withheld number"
    way = "to" if call.outgoing else "from"
    ended = f"ended as {call.outcome}" if call.outcome else "is under way"
    terminal.say((f"Call {call.id}", "bold"), f"{way} {who} on {call.line}, {ended}.")
    for step in story.steps:
        terminal.say(shared.local(step.at, "%H:%M:%S"), step.words)
    return 0


def _print_waiting(found: Sequence[Waiting], kept: Recordings, *, as_json: bool) -> int:
    """Everybody, however many: nobody who waits is left out."""
    why = {w.call_id: kept.newest_why(one.call_id for one in w.owed) for w in found}
    rows = [
        (
            str(w.call_id),
            shared.local(w.since),
            str(len(w.owed)),
            w.caller_number or "withheld",
            w.topic,
            str(w.case_number or ""),
            w.owner or (f"the box, number {w.turn}" if w.turn else ""),
            ", ".join(f"{one.person}: {one.outcome}" for one in w.attempts),
            path.name if (path := why[w.call_id]) else "",
        )
        for w in found
    ]
    if as_json:
        whole = [
            dataclasses.asdict(w) | {"call_id": w.call_id, "since": w.since, "why": why[w.call_id]}
            for w in found
        ]
        print(json.dumps(whole, default=shared.plain, ensure_ascii=False))
        return 0
    heads = (
        "call",
        "waits since",
        "called",
        "caller",
        "topic",
        "case",
        "owner",
        "tried",
        "said why",
    )
    shared.print_records(found, rows, heads, as_json=False, empty="Nobody waits for a call.")
    return 0


def add(verbs: Any) -> None:
    """Their words on the command line."""
    journal = shared.verb(verbs, "calls", calls, json_too=True)
    journal.add_argument("id", type=int, nargs="?", help="one call with its steps")
    journal.add_argument("--explain", type=int, metavar="ID", help="what happened, and why")
    journal.add_argument(
        "--missed", action="store_true", help="who is owed a call, and why they called"
    )
    journal.add_argument("--limit", type=int, default=50)
    _returning_verbs(verbs)
    shared.verb(verbs, "texts", texts, json_too=True).add_argument("--limit", type=int, default=200)
    shared.verb(verbs, "campaigns", campaigns, json_too=True)
    for name, command in (("complaints", complaints), ("messages", messages)):
        verb = shared.verb(verbs, name, command, json_too=True)
        verb.add_argument("--all", action="store_true", help="those that are done, too")
        verb.add_argument("--limit", type=int, default=200)
    deadline = shared.verb(verbs, "due", due)
    deadline.add_argument("case", type=int, help="as `complaints` and `messages` show it")
    deadline.add_argument("until", type=shared.moment, help="2026-12-24T18:00, local time")


def _returning_verbs(verbs: Any) -> None:
    owner = shared.verb(verbs, "claim", claim)
    owner.add_argument("call", type=int, help="as `calls --missed` shows it")
    owner.add_argument("--person", help="id of who will call back")
    owner.add_argument("--release", action="store_true", help="nobody in particular will")
    done = shared.verb(verbs, "returned", returned)
    done.add_argument("call", type=int, help="as `calls --missed` shows it")
    outcomes = [one.value for one in Tried if one is not Tried.SPOKEN]
    done.add_argument("--tried", choices=outcomes, help="the caller was not reached")
    ring = shared.verb(verbs, "back", back)
    ring.add_argument("call", type=int, nargs="?", help="as `calls --missed` shows it")
    ring.add_argument("--case", type=int, help="who left this case, which is open")
    ring.add_argument("--person", required=True, help="id of who is rung, and then talks")
    ring.add_argument("--text", action="store_true", help="only send them the number by text")
