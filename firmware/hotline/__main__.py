"""The commands. Only the group of the one asked for is loaded: the daemon carries no others."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from hotline import __version__, terminal
from hotline.errors import BadSettings, HotlineError

DEFAULT_SETTINGS = Path("/etc/hotline/box.toml")
FAILED = 1
# The files of hotline/commands, and the commands in each in the order of the help.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "serving": ("run", "web"),
    "lines": ("doctor", "lines", "learn-tone", "divert", "balance"),
    "office": ("office", "rehearse", "who"),
    "announce": ("announce",),
    "closing": ("close", "open-again"),
    "staff": ("staff",),
    "numbers": ("numbers", "caps"),
    "records": (
        "calls",
        "claim",
        "returned",
        "back",
        "texts",
        "complaints",
        "messages",
    ),
    "outbox": ("outbox",),
    "accounts": ("admin",),
    "audit": ("audit",),
    "backups": ("backup", "restore"),
    "updating": ("update",),
}


def main(words: Sequence[str] | None = None) -> int:
    """Entry point of `hotline`; returns 0, 1, or exits with 2 for words it does not know."""
    given = _read(sys.argv[1:] if words is None else words)
    command: Callable[[argparse.Namespace], int] = given.command
    try:
        return command(given)
    except BadSettings as trouble:
        terminal.warn(("Not taken:", "red"), str(trouble))
    except HotlineError as trouble:
        terminal.warn((trouble.cause, "red"), trouble.at_terminal)
    except KeyboardInterrupt:
        pass
    return FAILED


def _read(words: Sequence[str]) -> argparse.Namespace:
    """Twice: which command is meant, and then its own words, with all groups for `--help`."""
    first = _top(add_help=False)
    first.add_argument("rest", nargs=argparse.REMAINDER)
    named = first.parse_known_args(words)[0].rest[:1]
    meant = [group for group, verbs in GROUPS.items() if named and named[0] in verbs]
    top = _top()
    verbs = top.add_subparsers(required=True, metavar="command")
    for group in meant or GROUPS:
        import_module(f"hotline.commands.{group}").add(verbs)
    return top.parse_args(words)


def _top(*, add_help: bool = True) -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="hotline", description="The Hotline Box.", add_help=add_help)
    if add_help:
        top.add_argument("--version", action="version", version=__version__)
    top.add_argument("--settings", type=Path, default=DEFAULT_SETTINGS, help="box.toml")
    top.add_argument("--data", type=Path, help="data folder, instead of the one box.toml names")
    return top


if __name__ == "__main__":
    sys.exit(main())
