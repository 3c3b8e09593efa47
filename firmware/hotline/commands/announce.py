"""The command about the announcement that every caller hears before the greeting."""

from __future__ import annotations

import argparse
import getpass
from datetime import timedelta
from typing import Any

from hotline import terminal
from hotline.clock import Clock
from hotline.commands import shared
from hotline.control.client import Control
from hotline.control.messages.prompts import LONGEST_WORDS, Announce, AnnouncementNow
from hotline.errors import HotlineError

USUAL = timedelta(hours=4)


def announce(given: argparse.Namespace) -> int:
    """Say something to every caller before the greeting, until a time; without words: what is said.

    It ends by itself. `announce --off` ends it now; `--recording` plays what was recorded for it.
    """
    control, by = Control(shared.places(given).control), f"command: {getpass.getuser()}"
    if given.off:
        return _print(control.announce(Announce(by=by)), as_json=given.json)
    if not given.text and not given.recording:
        return _print(control.announcement(), as_json=given.json)
    text = " ".join(" ".join(given.text).split())
    if len(text) > LONGEST_WORDS:
        raise HotlineError(
            f"An announcement has at most {LONGEST_WORDS} letters.", "Make it shorter."
        )
    before = control.announcement()
    language = given.language or (before.languages or ("en",))[0]
    # Another language is added to what is said already, and another time is not needed for that.
    kept = before.text if before.on and given.language else {}
    running = before.until if before.on and given.language else None
    until = given.until or running or Clock().now() + USUAL
    words = {**kept, language: text} if text else {}
    return _print(control.announce(Announce(until=until, text=words, by=by)), as_json=given.json)


def _print(now: AnnouncementNow, *, as_json: bool) -> int:
    if as_json:
        print(now.model_dump_json())
        return 0
    if not now.on or now.until is None:
        terminal.say("No announcement is played.")
        return 0
    terminal.say(f"Every caller hears this first, until {shared.local(now.until)} ({now.by}):")
    for language in now.languages:
        words = now.text.get(language) or ("the recording" if language in now.recorded else "")
        if words:
            terminal.say(f"  {language}:", words)
    return 0


def add(verbs: Any) -> None:
    """Their words on the command line."""
    ask = shared.verb(verbs, "announce", announce, json_too=True)
    ask.add_argument("text", nargs="*", help="what callers are to hear")
    ask.add_argument(
        "--until",
        type=shared.moment,
        help="2026-12-05T18:00, local time; default: four hours from now",
    )
    ask.add_argument("--language", help="of the text; default: the office's first")
    ask.add_argument("--recording", action="store_true", help="play what was recorded for it")
    ask.add_argument("--off", action="store_true", help="no announcement any more")
