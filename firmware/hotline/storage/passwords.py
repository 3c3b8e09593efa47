"""Passwords: which are refused, how they are kept. The only caller of argon2."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache
from importlib import resources

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from hotline.errors import HotlineError

SHORTEST = 12
LONGEST = 128
LEAST_OWN = 5  # different characters that have to be left when the common words are taken out

# OWASP's smallest advice for argon2id; at most two at a time keeps a small board alive while
# somebody hammers the login.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_AT_A_TIME = threading.BoundedSemaphore(2)


class WeakPassword(HotlineError):  # noqa: N818 - it says what is wrong
    """This password would be guessed."""


def check_password(password: str, name: str) -> None:
    """Refuse what would be guessed; anything else of 12 to 128 characters is allowed.

    Raises WeakPassword in plain words.
    """
    if len(password) < SHORTEST:
        raise WeakPassword("The password is too short.", f"Use at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise WeakPassword("The password is too long.", f"Use at most {LONGEST} characters.")
    if len(set(_own_part(password, name))) < LEAST_OWN:
        raise WeakPassword(
            "The password is made of words that are tried first.",
            "Use three or four words that have nothing to do with each other.",
        )


def hashed(password: str) -> str:
    """What is kept of a password: argon2id with its parameters and a salt of its own."""
    with _AT_A_TIME:
        return _HASHER.hash(_bytes(password))


def matches(kept: str, password: str) -> bool:
    """The password is the one of which `kept` was kept. A damaged `kept` matches nothing."""
    with _AT_A_TIME:
        try:
            return _HASHER.verify(kept, _bytes(password))
        except (VerifyMismatchError, InvalidHashError):
            return False


def outdated(kept: str) -> bool:
    """`kept` was made with older parameters: make it anew at the next good login."""
    return _HASHER.check_needs_rehash(kept)


@cache
def nobody() -> str:
    """Compared against for unknown names, so that the answer takes as long as for known ones."""
    return hashed("nobody has this password")


def _bytes(password: str) -> bytes:
    """One spelling for what looks the same from every keyboard; never fails."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _own_part(password: str, name: str) -> str:
    """What is left of a password when everything an attacker tries first is taken out."""
    left = password.casefold()
    for word in (*re.findall(r"\w{3,}", name.casefold()), *_common_words()):
        left = left.replace(word, " ")
    return left.replace(" ", "")


@cache
def _common_words() -> tuple[str, ...]:
    """Common and product words, the longest first so that none hides inside another."""
    text = resources.files("hotline.storage").joinpath("common_words.txt").read_text("utf-8")
    return tuple(sorted(text.split(), key=len, reverse=True))
