"""Commands about the telephones of the staff, and about what forwarding may cost."""

from __future__ import annotations

import argparse
import getpass
import time
from collections.abc import Callable
from typing import Any

from hotline import terminal
from hotline.commands import shared
from hotline.control.client import Control
from hotline.control.messages.people import NumberState
from hotline.errors import HotlineError
from hotline.inbox.label import label
from hotline.storage import audit as audit_storage
from hotline.storage.schema import records_file

LOOK_S = 0.3
_NOT_MEASURED = {
    "picked up": "somebody picked up and pressed a key; let it ring",
    "hung up": "the call was ended too soon to tell what answered",
    "not reached": "the telephone could not be rung",
    "failed": "no line could make the call",
}
_NOT_CONFIRMED = {
    "wrong": "the right code was not pressed",
    "silent": "nothing was pressed; a voicemail, perhaps",
    "not reached": "nobody answered",
    "not called": "nobody called the line within three minutes and pressed 1",
    "failed": "no line could make the call",
}


def numbers(given: argparse.Namespace) -> int:
    """Whose number may be rung."""
    found = Control(shared.places(given).control).numbers()
    if given.json:
        print(found.model_dump_json())
        return 0
    rows = [
        (
            p.person,
            p.name,
            p.number or "none",
            p.state,
            f"{shared.local(p.at)} by {p.by}" if p.at else p.tried,
            f"{p.check}, {shared.local(p.checked_at)}" if p.checked_at else "",
            _voicemail(p),
        )
        for p in found.people
    ]
    heads = ("person", "name", "number", "state", "", "weekly check", "voicemail")
    terminal.table(heads, rows)
    for number in found.former:
        terminal.say(f"{number} is confirmed, and nobody's now.")
    return 0


def numbers_confirm(given: argparse.Namespace) -> int:
    """Have a person's telephone rung and the code asked that is printed here."""
    control = Control(shared.places(given).control)
    asked = control.number_confirm(given.person, getpass.getuser())
    if asked.line:
        terminal.say(f"Call the line {asked.line} within three minutes, and press 1 when asked.")
    rings = "is rung then" if asked.line else "rings"
    terminal.say(f"{asked.number} {rings}. The code to press there:", (asked.code, "bold"))
    found = _once(control, given.person, lambda one: one.state != "asking")
    if found is not None and found.state == "confirmed":
        terminal.say(f"{found.name} is rung from now on.")
        return 0
    why = found.tried if found else "the person left the office"
    raise HotlineError(f"Not confirmed: {_NOT_CONFIRMED.get(why, why)}.", "Try again.")


def _once(control: Control, person: str, true: Callable[[NumberState], bool]) -> NumberState | None:
    """Look at a person's number until this is true of it; None for who left the office."""
    while True:
        found = next((p for p in control.numbers().people if p.person == person), None)
        if found is None or true(found):
            return found
        time.sleep(LOOK_S)


def _voicemail(person: NumberState) -> str:
    """After how long it answers, as far as that was measured."""
    if person.voicemail_at is None:
        return "not measured" if person.number else ""
    return f"after {person.voicemail} s" if person.voicemail is not None else "none within a minute"


def numbers_measure(given: argparse.Namespace) -> int:
    """Ring a person's telephone, which nobody picks up, and see when its voicemail answers."""
    control = Control(shared.places(given).control)
    terminal.say(control.number_measure(given.person, getpass.getuser()))
    found = _once(control, given.person, lambda one: one.measuring != "ringing")
    how = found.measuring if found else "failed"
    if found is not None and how == "voicemail":
        terminal.say(f"A voicemail answers after {found.voicemail} s.")
        terminal.say(f"{found.name} is rung for {found.ring_seconds} s.")
    elif found is not None and how == "none":
        terminal.say("Nothing answered for a minute: no voicemail takes calls there.")
    else:
        raise HotlineError(f"Not measured: {_NOT_MEASURED.get(how, how)}.", "Try again.")
    return 0


def numbers_forget(given: argparse.Namespace) -> int:
    """Ring a number no more until it is confirmed again."""
    Control(shared.places(given).control).number_forget(given.number, getpass.getuser())
    terminal.say(f"{given.number} is not rung any more.")
    return 0


def numbers_log(given: argparse.Namespace) -> int:
    """What was done with numbers, minutes and PINs, when and by whom; the newest first."""
    with records_file(shared.places(given).data).reading() as database:
        found = audit_storage.newest(database, given.limit)
    rows = [
        (shared.local(e.at), str(e.what), label(e.number), label(e.person), e.by) for e in found
    ]
    heads = ("when", "what", "number", "person", "by")
    shared.print_records(found, rows, heads, as_json=given.json, empty="Nothing yet.")
    return 0


def caps(given: argparse.Namespace) -> int:
    """What of the day's minutes of forwarded calls is used, and by whom."""
    from hotline.health.checks import meter_words

    meter = Control(shared.places(given).control).status().meter
    if given.json:
        print(meter.model_dump_json() if meter else "null")
    elif meter:
        terminal.say(meter_words(meter))
        terminal.say(f"{meter.forwarding} of {meter.concurrent} calls are being forwarded.")
    return 0


def caps_resume(given: argparse.Namespace) -> int:
    """Allow half a day's minutes more, once a day, when they are used up."""
    terminal.say(Control(shared.places(given).control).caps_resume(getpass.getuser()))
    return 0


def add(verbs: Any) -> None:
    """Their words on the command line."""
    ways = shared.verb(verbs, "numbers", numbers, json_too=True).add_subparsers()
    shared.verb(ways, "confirm", numbers_confirm).add_argument("person", help="id of a person")
    shared.verb(ways, "measure", numbers_measure).add_argument("person", help="id of a person")
    shared.verb(ways, "forget", numbers_forget).add_argument("number", help="or the id of a person")
    history = shared.verb(ways, "log", numbers_log, json_too=True)
    history.add_argument("--limit", type=int, default=100)
    meter = shared.verb(verbs, "caps", caps, json_too=True)
    shared.verb(meter.add_subparsers(), "resume", caps_resume)
