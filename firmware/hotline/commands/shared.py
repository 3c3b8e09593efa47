"""What the commands share: where the data is, how instants and tables are printed."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from hotline import terminal
from hotline.options import Options, dialled_countries
from hotline.options.chosen import read_chosen
from hotline.options.file import read_options
from hotline.storage.places import Places

if TYPE_CHECKING:
    from hotline.control.offices import Offices

FAILED = 1


def plain(value: object) -> str:
    """For JSON, what it has no form for."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def local(at: datetime, form: str = "%Y-%m-%d %H:%M") -> str:
    """By the clock of this machine."""
    return at.astimezone().strftime(form)


def settings(given: argparse.Namespace) -> Options:
    """With what was set on the page. Raises BadSettings."""
    options = read_options(given.settings)
    return read_chosen(Places(options.box.data).chosen, options).options


def places(given: argparse.Namespace) -> Places:
    """Where everything lies."""
    return Places(given.data or settings(given).box.data)


def offices(given: argparse.Namespace) -> Offices:
    """The office, through the daemon or from the records."""
    from hotline.control.offices import Offices  # the daemon rehearses nothing

    countries = None if given.data else dialled_countries(settings(given))
    return Offices(places(given), countries=countries)


def day(text: str) -> date:
    """A word of the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text} is no day such as 2026-12-24") from wrong


def print_records(
    records: Sequence[Any],
    rows: Iterable[Sequence[str]],
    heads: Sequence[str],
    *,
    as_json: bool,
    empty: str,
) -> None:
    """As JSON or as a table; empty: what is said where there is nothing."""
    if as_json:
        whole = [dataclasses.asdict(record) for record in records]
        print(json.dumps(whole, default=plain, ensure_ascii=False))
        return
    if not records:
        terminal.say(empty)
        return
    terminal.table(heads, rows)


def verb(
    verbs: Any, name: str, command: Callable[[argparse.Namespace], int], *, json_too: bool = False
) -> argparse.ArgumentParser:
    """One command; its help is the docstring of the function that does it."""
    words = (command.__doc__ or "").strip()
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=words, description=words)
    verb.set_defaults(command=command)
    if json_too:
        verb.add_argument("--json", action="store_true", help="print JSON")
    return verb
