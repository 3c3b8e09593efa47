"""Commands about the audit: what was done with the box and its page, and is it all there?"""

from __future__ import annotations

import argparse
from typing import Any

from hotline import terminal
from hotline.commands import shared
from hotline.errors import HotlineError
from hotline.inbox.label import label
from hotline.storage import audit, auditchain
from hotline.storage.accountschema import accounts_file
from hotline.storage.auditchain import Checked
from hotline.storage.database import DatabaseFile
from hotline.storage.schema import records_file

AUDIT = "what was done with the box and its page, and by whom"


def listed(given: argparse.Namespace) -> int:
    """What was done, when and by whom; the newest first."""
    found: list[audit.Entry] = []
    for file in _files(given).values():
        with file.reading() as database:
            found += audit.newest(database, given.limit)
    found = sorted(found, key=lambda entry: entry.at, reverse=True)[: given.limit]
    rows = [(shared.local(e.at), str(e.what), e.by, _about(e), label(e.address)) for e in found]
    heads = ("when", "what", "by", "about", "from")
    shared.print_records(found, rows, heads, as_json=given.json, empty="Nothing yet.")
    return 0


def verify(given: argparse.Namespace) -> int:
    """Read every line again and say whether one was changed or taken out.

    Write the last fingerprints down elsewhere: given with --known later, they show whether lines
    were cut off at the end, too.
    """
    sound = True
    for name, file in _files(given).items():
        known = next((one[len(name) + 1 :] for one in given.known if one.startswith(name)), "")
        with file.reading() as database:
            found = auditchain.checked(database, known)
        sound &= _said(name, found)
    return 0 if sound else shared.FAILED


def _said(name: str, found: Checked) -> bool:
    if found.broken is None:
        last = f" {name}:{found.last}" if found.last else ""
        terminal.say(f"{name}: {found.lines} lines, each as it was written.{last}")
        return True
    terminal.warn(
        (f"{name}: line {found.broken} was changed or taken out.", "red"),
        "Keep a copy of the files, and look who had access.",
    )
    return False


def _about(entry: audit.Entry) -> str:
    return label(" ".join(part for part in (entry.person, entry.number, entry.thing) if part))


def _files(given: argparse.Namespace) -> dict[str, DatabaseFile]:
    """The logs by name: that of the box, and that of the page."""
    folder = shared.places(given).data
    files = {"box": records_file(folder), "page": accounts_file(folder)}
    there = {name: file for name, file in files.items() if file.path.exists()}
    if not there:
        raise HotlineError("The hotline has never been started.", "Start the hotline service.")
    return there


def add(verbs: Any) -> None:
    """Their words on the command line."""
    group = verbs.add_parser("audit", help=AUDIT, description=AUDIT).add_subparsers(required=True)
    newest = shared.verb(group, "list", listed, json_too=True)
    newest.add_argument("--limit", type=int, default=100, help="so many lines")
    check = shared.verb(group, "verify", verify)
    check.add_argument(
        "--known",
        action="append",
        default=[],
        metavar="NAME:LINE:FINGERPRINT",
        help="what it said earlier, as box:12:ab34",
    )
