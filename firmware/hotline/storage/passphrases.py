"""The words that open a backup: made here, or refused when they would be guessed."""

from __future__ import annotations

import secrets

from hotline.errors import HotlineError
from hotline.said import say

SHORTEST, LONGEST, LEAST_DIFFERENT = 12, 128, 6
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another on paper
_GROUPS, _LONG = 5, 4  # 99 bits


def made() -> str:
    """A passphrase that nobody guesses, to be written down: groups of letters and digits."""
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(_LONG)) for _ in range(_GROUPS))
    return "-".join(groups)


def weak(passphrase: str) -> HotlineError | None:
    """Why a passphrase would be guessed; None for a good one."""
    if len(passphrase) < SHORTEST:
        return HotlineError(
            say("This passphrase is too short."),
            say("Use at least %(n)s characters: four or five words, for example.", n=SHORTEST),
        )
    if len(passphrase) > LONGEST:
        return HotlineError(
            say("This passphrase is too long."),
            say("Use at most %(n)s characters.", n=LONGEST),
        )
    if len(set(passphrase.casefold())) < LEAST_DIFFERENT:
        return HotlineError(
            say("This passphrase would be guessed."), say("Use four or five different words.")
        )
    return None
