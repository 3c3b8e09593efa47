"""What `hotline lines add`, `change` and `remove` do: the same as the page Lines."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Mapping, Sequence
from typing import get_args

from hotline import terminal
from hotline.commands import shared
from hotline.control.client import Control, Refused
from hotline.control.messages.lines import LineAdd, LineChange, Section, Setting
from hotline.errors import BadSettings, HotlineError

ASKED_FOR = frozenset({"password", "pin"})  # by "-": a command line is read by every other user
FLAGS: Mapping[str, bool] = {"true": True, "false": False}
WHOLE = frozenset({"port", "channels"})
_HOW = "Write: hotline lines add trunk kind=provider host=SERVER user=NAME password=-"


def change(given: argparse.Namespace) -> int:
    """Add, change or remove a line while the box runs."""
    control, (first, *settings) = _control(given), _words(given)
    try:
        if given.do == "add":
            _add(control, first, settings)
        elif given.do == "change":
            ask = LineChange(line=first, settings=_settings(settings), by=getpass.getuser())
            control.line_change(ask)
            terminal.say(f"{first}:", "changed, and at work.")
        else:
            control.line_remove(first, getpass.getuser())
            terminal.say(f"{first}:", "removed.")
    except Refused as refused:
        if refused.problems:
            raise BadSettings("The line", refused.problems) from None
        raise
    return 0


def found(given: argparse.Namespace) -> int:
    """What is plugged in and carries no line yet."""
    answer = _control(given).lines_found()
    if given.json:
        print(answer.model_dump_json())
        return 0
    for one in answer.found:
        words = " ".join(f"{key}={value}" for key, value in one.settings.items())
        use = f"Use it: hotline lines add {one.section} {words}"
        terminal.say((one.words, "bold"), one.trouble or use, one.action)
    if not answer.found:
        terminal.say("No modem is plugged in that carries no line.")
    return 0


def _add(control: Control, section: str, settings: Sequence[str]) -> None:
    if section not in get_args(Section):
        raise HotlineError(f"{section} is no kind of line.", _HOW)
    kind: Section = section  # type: ignore[assignment]
    ask = LineAdd(section=kind, settings=_settings(settings), by=getpass.getuser())
    terminal.say(f"{control.line_add(ask)}:", "added, and at work.")


def _control(given: argparse.Namespace) -> Control:
    return Control(shared.places(given).control)


def _words(given: argparse.Namespace) -> list[str]:
    if not given.words:
        raise HotlineError("Which line is meant?", _HOW)
    return list(given.words)


def _settings(words: Sequence[str]) -> dict[str, Setting]:
    settings: dict[str, Setting] = {}
    for word in words:
        key, found, value = word.partition("=")
        if not found:
            raise HotlineError(f"{word} has no value.", _HOW)
        settings[key] = _value(key, value)
    return settings


def _value(key: str, text: str) -> Setting:
    if key in ASKED_FOR and text == "-":
        return getpass.getpass(f"{key}: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    if key in WHOLE and text.isdecimal():
        return int(text)
    return FLAGS.get(text, text)
