"""What `hotline lines history` and `restart` do: the same as the page of one line."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import json
from collections.abc import Sequence
from datetime import timedelta

from hotline import terminal
from hotline.clock import Clock
from hotline.commands import shared
from hotline.control.client import Control
from hotline.control.messages.hardware import Ability, LineSeen
from hotline.errors import HotlineError
from hotline.storage import linehistory, linetroubles, lineverdicts
from hotline.storage.linehistory import Quarter
from hotline.storage.linetroubles import LineTrouble, open_now
from hotline.storage.schema import records_file

WEEK = 7
_NAMES = {
    "answers": "answers callers",
    "calls_out": "calls your people",
    "connects": "connects callers with your people",
    "both": "a caller and a colleague over this line at once",
    "keys": "hears the keys that callers press",
    "records": "records messages",
    "shows": "shows who calls",
    "texts": "sends texts",
    "hands_on": "hands callers on by the telephone network",
    "conference": "three people talk together",
}
_STATES = {
    "proven": "yes, seen",
    "known": "yes; not seen yet",
    "failed": "no, it did not work",
    "no": "no",
    "unknown": "not known yet",
}


def restart(given: argparse.Namespace) -> int:
    """Start a line's modem anew."""
    name = _name(given)
    terminal.say(f"{name}:", Control(shared.places(given).control).line_restart(name, _who()))
    return 0


def history(given: argparse.Namespace) -> int:
    """How a line was in the last week, what happened to it, what it can do."""
    name, now = _name(given), Clock().now()
    file = records_file(shared.places(given).data)
    with file.reading() as database:
        found = linehistory.quarters(database, name, now - timedelta(days=WEEK), now)
        troubles = linetroubles.of_line(database, name, now - linetroubles.KEPT)
    troubles = [open_now(one, now) for one in troubles]
    seen = _seen(given, name)
    if not (found or troubles or seen):
        raise HotlineError(f"Nothing is known of a line called {name}.", "See `hotline lines`.")
    if given.json:
        whole = {
            "quarters": [dataclasses.asdict(one) | {"at": one.at} for one in found],
            "troubles": [dataclasses.asdict(one) for one in troubles],
            "hardware": seen.model_dump(mode="json") if seen else None,
        }
        print(json.dumps(whole, default=shared.plain, ensure_ascii=False))
        return 0
    _print_week(found)
    if seen:
        for one in seen.abilities:
            terminal.say("  ", f"{_NAMES[one.what]}:", _ability(one))
    kind = "trunk" if seen and seen.trip is not None else ""
    if told := lineverdicts.advice(troubles, kind, now):
        terminal.say((told, "bold"))
    for trouble in troubles:
        _print_trouble(trouble)
    return 0


def _print_week(found: Sequence[Quarter]) -> None:
    zone = Clock().now().astimezone().tzinfo
    if signal := zone and lineverdicts.signal_words(found, zone, WEEK):
        terminal.say(signal)
    days = dict[str, list[Quarter]]()
    for one in found:
        days.setdefault(shared.local(one.at, "%Y-%m-%d"), []).append(one)
    rows = [(day, _signal(those), _down(those)) for day, those in days.items()]
    if rows:
        terminal.table(("day", "signal, dBm", "callers could not reach it for"), rows)


def _signal(those: Sequence[Quarter]) -> str:
    means = [one.mean for one in those if one.mean is not None]
    lows = [one.lowest for one in those if one.lowest is not None]
    return f"{sum(means) / len(means):.0f}, at worst {min(lows)}" if means and lows else ""


def _down(those: Sequence[Quarter]) -> str:
    return _lasting(sum(one.down for one in those))


def _print_trouble(one: LineTrouble) -> None:
    terminal.say((shared.local(one.began), "bold"), one.why)
    for step in one.steps:
        helped = "That helped." if step.helped and step.did else "It was there again."
        told = helped if step.helped else ""
        terminal.say("  ", shared.local(step.at, "%H:%M:%S"), step.did or step.seen, told)
    if one.stopped:
        terminal.say("  ", "It lasted until the box was started anew.")
    else:
        over = "" if one.ended else " so far"
        terminal.say("  ", f"Callers could not reach the line for {_lasting(one.seconds)}{over}.")


def _ability(one: Ability) -> str:
    over = f" with the line {one.over}" if one.over and one.state == "known" else ""
    at = f" {shared.local(one.at)}" if one.at else ""
    return f"{_STATES[one.state]}{over}{at}"


def _lasting(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _seen(given: argparse.Namespace, name: str) -> LineSeen | None:
    """None while the service does not answer, or the line is there no more."""
    try:
        return Control(shared.places(given).control).line_look(name)
    except HotlineError:
        return None


def _name(given: argparse.Namespace) -> str:
    if len(given.words) != 1:
        raise HotlineError("Which line is meant?", f"Write: hotline lines {given.do} LINE")
    return str(given.words[0])


def _who() -> str:
    return getpass.getuser()
