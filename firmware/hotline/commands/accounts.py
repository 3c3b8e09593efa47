"""Commands about the accounts of the page."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import TYPE_CHECKING, Any

from hotline import terminal
from hotline.clock import Clock
from hotline.commands import shared
from hotline.errors import HotlineError

if TYPE_CHECKING:
    from hotline.storage.users import Accounts

ADMIN = "accounts of the page"


def reset_password(given: argparse.Namespace) -> int:
    """Set a new password for the page; ends every session of that user."""
    password = sys.stdin.readline().rstrip("\n") if given.stdin else getpass.getpass("New: ")
    _accounts(given).set_password(given.user, password)
    terminal.say(f"The password of {given.user} is changed.")
    return 0


def forget_code(given: argparse.Namespace) -> int:
    """For who lost the telephone and the codes on paper: log in with the password alone again."""
    from hotline.storage.users import ON_THE_BOX, folded  # the daemon needs no argon2

    accounts, name = _accounts(given), folded(given.user)
    if not accounts.codes.switched_on(name):
        raise HotlineError(f"{given.user} logs in without a code.", "Look at the name once more.")
    accounts.codes.switch_off(name, ON_THE_BOX)
    terminal.say(f"{given.user} logs in with the password alone.")
    return 0


def claim_code(given: argparse.Namespace) -> int:
    """Print a new one-time code with which the owner takes over the page."""
    accounts = _accounts(given)
    if not accounts.empty():
        raise HotlineError("The page has an owner already.", "Use `hotline admin reset-password`.")
    print(accounts.new_claim_code())
    return 0


def _accounts(given: argparse.Namespace) -> Accounts:
    from hotline.storage.accountschema import accounts_file
    from hotline.storage.users import Accounts  # the daemon needs no argon2

    file, clock = accounts_file(shared.places(given).data), Clock()
    file.prepare(clock.now())
    return Accounts(file, clock)


def add(verbs: Any) -> None:
    """Their words on the command line."""
    admin = verbs.add_parser("admin", help=ADMIN, description=ADMIN).add_subparsers(required=True)
    reset = shared.verb(admin, "reset-password", reset_password)
    reset.add_argument("user", nargs="?", default="owner")
    reset.add_argument("--stdin", action="store_true", help="read the password from stdin")
    forget = shared.verb(admin, "forget-code", forget_code)
    forget.add_argument("user", nargs="?", default="owner")
    shared.verb(admin, "claim-code", claim_code)
