"""Commands about the telephone lines: how they are, tests, diverts, what is left on SIM cards."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hotline import terminal
from hotline.commands import shared
from hotline.control.client import Control
from hotline.errors import HotlineError

if TYPE_CHECKING:
    from hotline.health.checks import Finding

_TRANSFER = (
    "Call the line {line} from {first} and press 1. {second} rings twice: take it the second time, "
    "and press 1. Then the box hangs up: say something to each other, and hang up. Call the line "
    "from {first} again; press 1 if each heard the other, else 2."
)


def doctor(given: argparse.Namespace) -> int:
    """Look at everything a call needs and say what is wrong."""
    from hotline.health.checks import examine

    if given.call:
        return _self_test(given)
    return _print_findings(examine(given.settings), as_json=given.json)


def lines(given: argparse.Namespace) -> int:
    """The telephone lines: how each is; with words after it, add, change or remove one."""
    if given.do in ("history", "restart"):
        from hotline.commands import linehistory

        return (linehistory.history if given.do == "history" else linehistory.restart)(given)
    if given.do:
        from hotline.commands import addedlines

        return addedlines.found(given) if given.do == "found" else addedlines.change(given)
    from hotline.health.checks import (
        divert_words,
        left_words,
        network_words,
        self_call_words,
    )

    status = Control(shared.places(given).control).status()
    found = status.lines
    if given.json:
        print(json.dumps([line.model_dump(mode="json") for line in found], ensure_ascii=False))
        return 0
    for line in found:
        terminal.say((line.name, "bold"), "up" if line.up else "down")
        network = network_words(line.network) if line.network and line.up else ""
        tone = line.tone and f"A caller who has hung up sounds like {line.tone}."
        diverts = (divert_words(one) for one in (line.straight, line.divert) if one)
        called = self_call_words(line.self_call) if line.self_call else ""
        told = (line.words, line.trouble, line.caution, network, *diverts, tone, called)
        for words in filter(None, told):
            terminal.say("  ", words)
    for left in status.diverts_left:
        terminal.say(left_words(left), left.action)
    return 0


def balance(given: argparse.Namespace) -> int:
    """Ask the network what is left on a SIM card."""
    control = Control(shared.places(given).control)
    mobiles = [line.id for line in control.status().lines if line.network is not None]
    for name in [given.line] if given.line else mobiles:
        terminal.say(f"{name}:", control.line_balance(name))
    if not mobiles:
        raise HotlineError("No line of the box has a SIM card.")
    return 0


def learn_tone(given: argparse.Namespace) -> int:
    """Teach a line how its exchange sounds when a caller has hung up."""
    control = Control(shared.places(given).control)
    if not given.forget:
        terminal.warn(
            f"Now call the number of {given.line} from another telephone, within three minutes.",
            "Press 1 when the box asks, then hang up; the box listens for a while.",
        )
    terminal.say(control.line_tone(given.line, forget=given.forget))
    return 0


def divert(given: argparse.Namespace) -> int:
    """Where the mobile network sends a line's callers; with a number, send all of them there."""
    off = given.to == "off"
    to = "" if off else given.to or ""
    there = Control(shared.places(given).control).line_divert(given.line, to, off=off)
    if given.json:
        print(there.model_dump_json())
        return 0
    always = f"every caller is sent straight to {there.always}." if there.always else ""
    terminal.say(f"{given.line}:", always or "callers reach the box.")
    if there.unreachable:
        terminal.say(f"{given.line}:", f"when the box is dead, callers go to {there.unreachable}.")
    return 0


def _self_test(given: argparse.Namespace) -> int:
    """Test lines one after another, each with a call."""
    from hotline.health.checks import of_test

    control = Control(shared.places(given).control)
    lines = {line.id: line for line in control.status().lines}
    findings: list[Finding] = []
    for name in [given.line] if given.line else lines:
        line = lines.get(name)
        if given.second and line and line.handing is not None and line.network is None:
            words = _TRANSFER.format(line=name, first=given.call, second=given.second)
        else:
            words = f"Calling {given.call} over {name}: pick up, follow the words."
        terminal.warn(f"{words} It takes minutes.")
        findings += of_test(name, control.line_test(name, given.call, given.second))
    return _print_findings(findings, as_json=given.json)


def _print_findings(findings: Sequence[Finding], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps([dataclasses.asdict(f) for f in findings], ensure_ascii=False))
    for finding in () if as_json else findings:
        mark = ("well   ", "green") if finding.well else ("trouble", "red")
        terminal.say(mark, finding.words, finding.action)
    return 0 if all(finding.well for finding in findings) else shared.FAILED


def add(verbs: Any) -> None:
    """Their words on the command line."""
    look = shared.verb(verbs, "doctor", doctor, json_too=True)
    look.add_argument(
        "--call", metavar="NUMBER", help="test each line with a call to this telephone"
    )
    look.add_argument(
        "--and",
        metavar="NUMBER",
        dest="second",
        default="",
        help="with --call: this telephone, too, where hands_on is set: does the network join both?",
    )
    look.add_argument("--line", help="with --call: this line only")
    each = shared.verb(verbs, "lines", lines, json_too=True)
    each.add_argument(
        "do", nargs="?", choices=("found", "add", "change", "remove", "history", "restart")
    )
    each.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help='add trunk|modem|voice_modem KEY=VALUE…, change LINE KEY=VALUE…, remove LINE; "-" as'
        " a password or pin asks for it; history LINE: how it was; restart LINE: its modem",
    )
    lesson = shared.verb(verbs, "learn-tone", learn_tone)
    lesson.add_argument("line", help="a line on a voice modem")
    lesson.add_argument("--forget", action="store_true", help="go by the usual tones again")
    calls_go = shared.verb(verbs, "divert", divert, json_too=True)
    calls_go.add_argument("line", help="a line with a SIM card")
    calls_go.add_argument("to", nargs="?", metavar="NUMBER|off", help="default: only look")
    shared.verb(verbs, "balance", balance).add_argument(
        "line", nargs="?", help="default: every SIM card"
    )
