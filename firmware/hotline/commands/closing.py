"""The commands that close the line against its hours, and open it again."""

from __future__ import annotations

import argparse
import getpass
from typing import Any

from hotline import terminal
from hotline.commands import shared
from hotline.control.client import Control
from hotline.control.messages.closing import (
    LONGEST_NOTICE,
    ClosingNow,
    OfficeClose,
    OfficeOpenAgain,
)
from hotline.errors import HotlineError


def close(given: argparse.Namespace) -> int:
    """Close the line now: for the rest of the day, or until a time; it opens again by itself.

    Callers hear that it is closed and when it opens, and the words that are given.
    """
    control = Control(shared.places(given).control)
    text = " ".join(" ".join(given.text).split())
    if len(text) > LONGEST_NOTICE:
        raise HotlineError(
            f"What callers hear has at most {LONGEST_NOTICE} letters.", "Make it shorter."
        )
    language = given.language or (control.closing().languages or ("en",))[0]
    notice = {language: text} if text else {}
    ask = OfficeClose(until=given.until, notice=notice, by=f"command: {getpass.getuser()}")
    return _print(control.close_early(ask), as_json=given.json)


def open_again(given: argparse.Namespace) -> int:
    """Have the line go by its opening hours again."""
    control = Control(shared.places(given).control)
    ask = OfficeOpenAgain(by=f"command: {getpass.getuser()}")
    return _print(control.close_early(ask), as_json=given.json)


def _print(now: ClosingNow, *, as_json: bool) -> int:
    if as_json:
        print(now.model_dump_json())
    elif now.closed:
        until = shared.local(now.closed.until)
        terminal.say(f"Closed until {until} ({now.closed.by}); then it opens by itself.")
    elif now.open:
        terminal.say("The line is open.")
    else:
        terminal.say("The line goes by its hours, and is closed by them now.")
    return 0


def add(verbs: Any) -> None:
    """Their words on the command line."""
    ask = shared.verb(verbs, "close", close, json_too=True)
    ask.add_argument("text", nargs="*", help="what callers hear beside that it is closed")
    ask.add_argument(
        "--until",
        type=shared.moment,
        help="2026-12-05T18:00, local time; default: the hours open it on a later day",
    )
    ask.add_argument("--language", help="of the text; default: the office's first")
    shared.verb(verbs, "open-again", open_again, json_too=True)
