"""Commands about the whole box: into one file, and back."""

from __future__ import annotations

import argparse
import getpass
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline import terminal
from hotline.clock import Clock
from hotline.commands import shared
from hotline.errors import HotlineError

if TYPE_CHECKING:
    from hotline.storage.belongings import Contents


def backup(given: argparse.Namespace) -> int:
    """Write the whole box (office, lines, records, sentences, accounts) to one sealed file."""
    from hotline.storage.passphrases import made, weak
    from hotline.storage.wholebackup import write_backup

    if given.file.exists():
        raise HotlineError(f"{given.file} is there already.", "Name another file.")
    passphrase = made() if given.make_passphrase else _passphrase(given, twice=True)
    if refusal := weak(passphrase):
        raise refusal
    places = shared.places(given)
    recordings = not given.without_recordings
    about = write_backup(
        places, given.file, passphrase, Clock().now(), recordings=recordings, told=_told
    )
    _print([("", about.contents)])
    terminal.say(f"The whole box is in {given.file}.")
    if given.make_passphrase:
        terminal.say("Its passphrase, written down nowhere else:", (passphrase, "bold"))
    return 0


def restore(given: argparse.Namespace) -> int:
    """Let a backup take the place of everything on this box; what is there now is kept."""
    from hotline.control.server import only_one
    from hotline.storage import looked as waiting
    from hotline.storage import restored
    from hotline.storage.unpacked import look

    places, now = shared.places(given), Clock().now()
    places.data.mkdir(parents=True, exist_ok=True)
    with only_one(places.control):
        if given.back:
            restored.take_back(places, getpass.getuser(), now)
        else:
            if given.file is None:
                raise HotlineError("No backup is named.", "Name its file.")
            looked = look(given.file, _passphrase(given), places, _told)
            _print([("in the backup", looked.inside), ("here now", looked.here)])
            terminal.say(f"Made {looked.made_at} by version {looked.version}.")
            if not given.yes and not _agreed():
                waiting.drop(places)
                terminal.say("Nothing was changed.")
                return shared.FAILED
            restored.take(places, looked.mark, getpass.getuser(), now)
        restored.complete(places)
    terminal.say(f"Done. What was here before is kept in {places.previous}: `restore --back`.")
    return 0


def _passphrase(given: argparse.Namespace, *, twice: bool = False) -> str:
    if given.stdin:
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Passphrase: ")
    if twice and getpass.getpass("Once more: ") != first:
        raise HotlineError("The two passphrases are not the same.", "Type it twice alike.")
    return first


def _agreed() -> bool:
    terminal.say("Everything here is replaced by it. Type yes:")
    return sys.stdin.readline().strip() == "yes"


def _told(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done * 100 // max(of, 1):3d} %", end="", file=sys.stderr, flush=True)


def _print(columns: list[tuple[str, Contents]]) -> None:
    names = [field.name for field in fields(columns[0][1])]
    rows = [
        (name.replace("_", " "), *(str(getattr(held, name)) for _, held in columns))
        for name in names
    ]
    terminal.table(["", *(head for head, _ in columns)], rows)


def add(verbs: Any) -> None:
    """Their words on the command line."""
    make = shared.verb(verbs, "backup", backup)
    make.add_argument("file", type=Path)
    make.add_argument("--without-recordings", action="store_true", help="a much smaller file")
    make.add_argument("--make-passphrase", action="store_true", help="make one and print it")
    make.add_argument("--stdin", action="store_true", help="read the passphrase from stdin")
    back = shared.verb(verbs, "restore", restore)
    back.add_argument("file", type=Path, nargs="?")
    back.add_argument("--yes", action="store_true", help="do not ask")
    back.add_argument("--back", action="store_true", help="what the last restore replaced")
    back.add_argument("--stdin", action="store_true", help="read the passphrase from stdin")
