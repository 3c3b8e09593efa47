"""Commands about the office: its file, its plan, who would answer when."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from hotline import terminal
from hotline.clock import Clock
from hotline.commands import shared
from hotline.control.client import Control
from hotline.control.messages.office import PlanDraft
from hotline.control.messages.status import Who, WhoAnswer
from hotline.errors import HotlineError
from hotline.routing.office import AnsweredBy

LONGEST_REHEARSAL = 400  # days


def office_export(given: argparse.Namespace) -> int:
    """Write the whole office (people, shifts, hours, menu, texts) to one YAML file."""
    yaml = shared.offices(given).export()
    if given.file == "-":
        print(yaml, end="")
    else:
        Path(given.file).write_text(yaml, encoding="utf-8")
        terminal.say(f"The office is in {given.file}.")
    return 0


def office_import(given: argparse.Namespace) -> int:
    """Check an office file and put it in force."""
    text = sys.stdin.read() if given.file == "-" else _text_of(Path(given.file))
    for warning in shared.offices(given).take(text, given.file, getpass.getuser()):
        terminal.warn(("note", "yellow"), warning)
    terminal.say("The office is in force from the next call on.")
    return 0


def office_draft(given: argparse.Namespace) -> int:
    """The draft of the plan: what is to change, and what that would bring. Nothing is in force."""
    from hotline.control.drafted import page_of, plain_of

    draft, now = shared.offices(given).draft(), Clock().now()
    if given.json:
        print(json.dumps(plain_of(draft, now), default=shared.plain, ensure_ascii=False))
    else:
        _print_marked(page_of(draft, now))
    return 0


def office_publish(given: argparse.Namespace) -> int:
    """Put the draft of the plan in force, as `office draft` shows it."""
    return _draft(given, "publish")


def office_discard(given: argparse.Namespace) -> int:
    """Drop the draft of the plan."""
    return _draft(given, "take_out")


def _draft(given: argparse.Namespace, what: Literal["publish", "take_out"]) -> int:
    ask = PlanDraft(what=what, seen=shared.offices(given).draft().seen, by=getpass.getuser())
    terminal.say(Control(shared.places(given).control).draft(ask).words)
    return 0


def office_answered_by(given: argparse.Namespace) -> int:
    """Who answers: the house, the outside centre (`overflow` of the office file), or both."""
    for warning in shared.offices(given).answered_by(AnsweredBy(given.whom), getpass.getuser()):
        terminal.warn(("note", "yellow"), warning)
    terminal.say(_ANSWERS[AnsweredBy(given.whom)])
    return 0


_ANSWERS = {
    AnsweredBy.BOTH: "The house answers, and the centre where nobody of it can.",
    AnsweredBy.HOUSE: "The house alone answers.",
    AnsweredBy.CENTRE: "The centre alone answers, whatever the shifts are.",
}


def office_holidays(given: argparse.Namespace) -> int:
    """Suggest the country's public holidays, as they may be put into the office file."""
    print(shared.offices(given).holidays(given.year), end="")
    return 0


def who(given: argparse.Namespace) -> int:
    """Who would answer a call at an instant?"""
    ask = Who(at=given.at, topic=given.topic, caller=given.caller, line=given.line)
    answer = shared.offices(given).who(ask)
    if given.json:
        print(answer.model_dump_json())
    else:
        _print_plan(answer)
    return 0


def rehearse(given: argparse.Namespace) -> int:
    """Walk every way of a caller through the coming days: who answers, and where nobody does."""
    from hotline.control.rehearsed import page_of, plain_of

    offices = shared.offices(given)
    office, heard = offices.rehearse(given.first, given.days)
    unconfirmed, doubts = offices.unconfirmed(office), offices.doubts(office)
    if given.json:
        plain = plain_of(heard) | {"unconfirmed": unconfirmed, "doubts": doubts}
        print(json.dumps(plain, default=shared.plain, ensure_ascii=False))
    else:
        _print_marked(page_of(office, heard, unconfirmed, doubts))
    return 0 if heard.well and not unconfirmed else shared.FAILED


def _print_plan(answer: WhoAnswer) -> None:
    terminal.say(shared.local(answer.at), "open" if answer.open else "closed")
    if answer.campaign:
        terminal.say(f"«{answer.campaign}» answers.")
    for number, ring in enumerate(answer.rounds, start=1):
        terminal.say(f"{number}.", " and ".join(ring.names), f"({ring.seconds} s)")
    terminal.say("then:", answer.then)
    for reason in answer.why:
        terminal.say(reason)


def add(verbs: Any) -> None:
    """Their words on the command line."""
    office = verbs.add_parser("office", help="the whole office as one file")
    ways = office.add_subparsers(required=True)
    shared.verb(ways, "export", office_export).add_argument("file", help="- writes to the terminal")
    shared.verb(ways, "import", office_import).add_argument("file", help="- reads from stdin")
    shared.verb(ways, "draft", office_draft, json_too=True)
    shared.verb(ways, "publish", office_publish)
    shared.verb(ways, "discard", office_discard)
    whom = shared.verb(ways, "answered-by", office_answered_by)
    whom.add_argument("whom", choices=[one.value for one in AnsweredBy])
    days = shared.verb(ways, "holidays", office_holidays)
    days.add_argument("year", type=_year, nargs="?", help="default: this one")
    week = shared.verb(verbs, "rehearse", rehearse, json_too=True)
    week.add_argument("--from", dest="first", type=shared.day, metavar="DAY", help="default: now")
    week.add_argument("--days", type=_days, default=7, help="how many; default: 7")
    ask = shared.verb(verbs, "who", who, json_too=True)
    ask.add_argument("--at", type=_instant, help="2026-12-05T09:00, local time; default: now")
    ask.add_argument("--caller", help="a caller's number")
    ask.add_argument("--topic", help="id of a topic")
    ask.add_argument("--line", help="on which the call comes; default: any")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HotlineError(f"{path} cannot be read: {error}.", "Name another file.") from error


def _year(text: str) -> int:
    try:
        return date(int(text), 1, 1).year
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text} is no year such as 2027") from wrong


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LONGEST_REHEARSAL:
        words = f"{text} is no number of days from 1 to {LONGEST_REHEARSAL}"
        raise argparse.ArgumentTypeError(words)
    return int(text)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.astimezone()


def _print_marked(page: Iterable[tuple[str, str]]) -> None:
    marks = {"": "", "well": "green", "doubt": "yellow", "hole": "red"}
    for mark, words in page:
        terminal.say(*([(mark.ljust(6), marks[mark])] if mark else []), words)
