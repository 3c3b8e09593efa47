"""The command about letters to people outside the box: which did not arrive, and why."""

from __future__ import annotations

import argparse
import getpass
from typing import Any

from hotline import terminal
from hotline.commands import shared
from hotline.control.client import Control
from hotline.control.messages.letters import LetterAgain, LetterGiveUp
from hotline.errors import HotlineError
from hotline.inbox.label import label
from hotline.storage import outbox as letters
from hotline.storage.schema import records_file

SHOWN_OF_ID = 8
LONGEST_WHY = 300


def outbox(given: argparse.Namespace) -> int:
    """Letters that did not arrive yet, and why; try one again, or give it up."""
    with records_file(shared.places(given).data).reading() as database:
        found = letters.waiting(database)
        if given.all:
            found = letters.recent(database, given.limit)
    if given.do:
        return _act(given, found)
    rows = [
        (
            one.id.removeprefix(letters.TEST)[:SHOWN_OF_ID],
            shared.local(one.created),
            one.way,
            label(one.recipient),
            label(one.subject),
            one.state.value,
            str(one.attempts),
            label(one.last_error, LONGEST_WHY),
        )
        for one in found
    ]
    heads = ("letter", "since", "way", "to", "about", "state", "tries", "why not")
    empty = "Every letter was delivered." if not given.all else "No letters yet."
    shared.print_records(found, rows, heads, as_json=given.json, empty=empty)
    return 0


def _act(given: argparse.Namespace, found: list[letters.Letter]) -> int:
    beginning = given.letter or ""
    meant = [one for one in found if one.id.removeprefix(letters.TEST).startswith(beginning)]
    if not beginning or len(meant) != 1:
        raise HotlineError("Which letter is meant?", "Name one as `hotline outbox` shows it.")
    control, by = Control(shared.places(given).control), getpass.getuser()
    if given.do == "try":
        control.set_letters(LetterAgain(id=meant[0].id, by=by))
        terminal.say("It is tried now; see `hotline outbox`.")
    else:
        control.set_letters(LetterGiveUp(id=meant[0].id, by=by))
        terminal.say("It is not sent any more.")
    return 0


def add(verbs: Any) -> None:
    """Their words on the command line."""
    verb = shared.verb(verbs, "outbox", outbox, json_too=True)
    verb.add_argument("do", nargs="?", choices=("try", "give-up"), help="with one letter")
    verb.add_argument("letter", nargs="?", help="as `outbox` shows it")
    verb.add_argument("--all", action="store_true", help="those that arrived, too")
    verb.add_argument("--limit", type=int, default=100)
