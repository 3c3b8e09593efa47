"""Commands about who of the staff is there, their PINs, and how calls were taken."""

from __future__ import annotations

import argparse
import getpass
import json
from typing import Any

from hotline import terminal
from hotline.commands import shared
from hotline.control.client import Control
from hotline.control.messages.people import StaffAsk
from hotline.control.messages.status import StatusAnswer
from hotline.errors import HotlineError
from hotline.routing.presence import LONGEST_BREAK, USUAL_BREAK
from hotline.storage import presence as presence_storage
from hotline.storage.schema import records_file

PIN, UNLOCK = "pin", "unlock"  # in the place of a person's name
REPORT, REPORTED_DAYS = "report", 7


def staff(given: argparse.Namespace) -> int:
    """Who is on duty and who of them is away; with a name, have them leave or come back.

    `staff pin NAME` makes a PIN for the menu by telephone, `staff unlock` opens that menu again.
    """
    if given.trail:
        return _print_trail(given)
    if given.person == REPORT:
        return _print_report(given)
    control = Control(shared.places(given).control)
    if given.person == PIN:
        return _staff_pin(given, control)
    if given.person == UNLOCK and given.what is None:
        control.staff_open(getpass.getuser())
        terminal.say("The staff's menu takes PINs again.")
        return 0
    if given.what not in (None, "break", "off", "on"):
        raise HotlineError(f"{given.what} is nothing one can do.", "Write break, off or on.")
    if given.person is None:
        return _print_staff(control.status(), as_json=given.json)
    if given.what is None:
        raise HotlineError("What of it?", "Write break, off or on behind the name.")
    by = f"command: {getpass.getuser()}"
    ask = StaffAsk(person=given.person, what=given.what, minutes=given.minutes, by=by)
    said = control.staff(ask)
    if given.json:
        print(said.model_dump_json())
    else:
        terminal.say(said.words)
    return 0 if said.done else shared.FAILED


def _staff_pin(given: argparse.Namespace, control: Control) -> int:
    if given.what is None:
        raise HotlineError("Whose PIN?", "Write a name behind `staff pin`.")
    made = control.staff_pin(given.what, getpass.getuser(), forget=given.forget)
    if given.json:
        print(made.model_dump_json())
    elif given.forget:
        terminal.say(f"{made.name} has no PIN any more.")
    else:
        terminal.say(f"{made.name} keys the number", (made.number, "bold"), "and hash;")
        terminal.say("then the PIN, which is shown only now:", (made.digits, "bold"))
    return 0


def _print_staff(status: StatusAnswer, *, as_json: bool) -> int:
    if as_json:
        people = [one.model_dump(mode="json") for one in status.on_duty]
        print(json.dumps(people, ensure_ascii=False))
        return 0
    for one in status.on_duty:
        until = f"until {shared.local(one.until, '%H:%M')}" if one.until else ""
        away = f"{one.away} until {shared.local(one.away_until, '%H:%M')}" if one.away_until else ""
        terminal.say((one.name, "bold"), away or until)
    if not status.on_duty:
        terminal.say("Nobody is on duty.")
    if status.next_duty:
        names = ", ".join(status.next_duty.names) or "nobody"
        terminal.say(f"next: {names}, {shared.local(status.next_duty.at)}")
    return 0


def _print_trail(given: argparse.Namespace) -> int:
    with records_file(shared.places(given).data).reading() as database:
        found = presence_storage.trail(database)
    rows = [(shared.local(t.at), t.person, t.by, t.asked, t.answer) for t in found]
    heads = ("when", "person", "by", "asked", "answer")
    shared.print_records(
        found, rows, heads, as_json=given.json, empty="Nobody asked for anything yet."
    )
    return 0


def _print_report(given: argparse.Namespace) -> int:
    """How the plan and the calls went, of whole days of the office."""
    from hotline.control.reported import WHAT_IS_KNOWN, plain_record, record_words

    office, found = shared.offices(given).report(given.first, given.last, REPORTED_DAYS)
    if given.whose and office.person(given.whose) is None:
        raise HotlineError(f"Nobody here is called {given.whose}.", "See `hotline numbers`.")
    found = [one for one in found if given.whose in (None, one.person)]
    if given.json:
        print(json.dumps([plain_record(one) for one in found], ensure_ascii=False))
        return 0
    for one in found:
        terminal.say((one.name, "bold"))
        for words in record_words(one):
            terminal.say("  ", words)
    terminal.say(WHAT_IS_KNOWN)
    return 0


def add(verbs: Any) -> None:
    """Their words on the command line."""
    ask = shared.verb(verbs, "staff", staff, json_too=True)
    ask.add_argument("person", nargs="?", help=f"id, name or `{REPORT}`; default: all on duty")
    ask.add_argument("what", nargs="?", metavar="break|off|on")
    minutes = f"of a break, 1 to {LONGEST_BREAK}; default: {USUAL_BREAK}"
    ask.add_argument("minutes", nargs="?", type=_minutes, default=USUAL_BREAK, help=minutes)
    ask.add_argument("--trail", action="store_true", help="what was asked and answered")
    ask.add_argument("--forget", action="store_true", help="with `pin NAME`: no PIN any more")
    days = f"of `staff {REPORT}`, how calls were taken; default: the last {REPORTED_DAYS} days"
    ask.add_argument(
        "--from", dest="first", type=shared.day, metavar="DAY", help=f"first day {days}"
    )
    ask.add_argument(
        "--to", dest="last", type=shared.day, metavar="DAY", help="last day; default: today"
    )
    ask.add_argument("--person", dest="whose", metavar="ID", help=f"of `staff {REPORT}`")


def _minutes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_BREAK:
        raise argparse.ArgumentTypeError(f"a break is 1 to {LONGEST_BREAK} minutes")
    return int(text)
