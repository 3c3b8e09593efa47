"""The second factor of an account: a telephone that shows codes, and codes on paper besides."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from hotline.clock import Clock
from hotline.errors import HotlineError
from hotline.said import say
from hotline.storage import audit, onetime, passwords
from hotline.storage.audit import Act
from hotline.storage.database import DatabaseFile, text_of
from hotline.storage.sqlite import Database

RECOVERY_CODES = 10
# Crockford's base 32: nine characters are 45 bits, and none is mistaken for another.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
DIGITS = 6


class WrongCode(HotlineError):  # noqa: N818 - it is an answer
    """Not this code, or not any more."""


@dataclass(frozen=True)
class Spent:
    """A code that was right and counts no more. recovery: it was one of those on paper."""

    recovery: bool


class SecondFactors:
    """Whose log-in asks for a code. Every method is one short transaction, for any thread.

    The secret has to be kept as it is; it is given out only until the code is switched on.
    Recovery codes are kept as passwords are; the first character says which of them it is.
    """

    def __init__(self, file: DatabaseFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def switched_on(self, name: str) -> bool:
        """Does logging in to this account take a code?"""
        with self._file.reading() as database:
            return name in switched_on(database)

    def everybody(self) -> set[str]:
        """The accounts with a code."""
        with self._file.reading() as database:
            return switched_on(database)

    def left(self, name: str) -> int:
        """How many recovery codes are left."""
        with self._file.reading() as database:
            row = database.execute("select count(*) from recovery_codes where user = ?", (name,))
            return int(row.fetchone()[0])

    def begin(self, name: str) -> str:
        """The secret to show to the telephone; the same until it is switched on, or begun anew.

        Raises HotlineError when it is on already.
        """
        with self._file.writing() as database:
            row = _row(database, name)
            if row and row[1]:
                raise HotlineError(
                    say("The code is switched on already."), say("Switch it off first.")
                )
            if row:
                return str(row[0])
            secret = onetime.new_secret()
            database.execute(
                "insert into second_factors (user, secret) values (?, ?)", (name, secret)
            )
        return secret

    def pending(self, name: str) -> str | None:
        """The secret that waits for its first right code; None when there is none to be shown."""
        with self._file.reading() as database:
            row = _row(database, name)
        return str(row[0]) if row and not row[1] else None

    def switch_on(self, name: str, code: str, address: str) -> tuple[str, ...]:
        """From now on logging in takes a code. Returns the recovery codes, to be shown once.

        Raises WrongCode unless it is the code of the pending secret.
        """
        made = _codes()
        kept = {code[0]: passwords.hashed(code) for code in made}
        now = self._clock.now()
        with self._file.writing() as database:
            row = _row(database, name)
            step = _step(row, code, now) if row and not row[1] else None
            if step is None:
                raise _wrong()
            database.execute(
                "update second_factors set switched_on = ?, last_step = ? where user = ?",
                (text_of(now), step, name),
            )
            _replace(database, name, kept)
            self._note(database, Act.CODE_ON, name, address)
        return tuple(_shown(code) for code in made)

    def renew_codes(self, name: str, address: str) -> tuple[str, ...]:
        """Ten other recovery codes, shown once; the ones before open nothing."""
        if not self.switched_on(name):
            raise HotlineError(say("No code is switched on."), say("Switch it on first."))
        made = _codes()
        kept = {code[0]: passwords.hashed(code) for code in made}
        with self._file.writing() as database:
            _replace(database, name, kept)
            self._note(database, Act.CODES_MADE, name, address)
        return tuple(_shown(code) for code in made)

    def switch_off(self, name: str, by: str, address: str = "") -> None:
        """A password is enough again; harmless when it was."""
        with self._file.writing() as database:
            if name in switched_on(database):
                entry = audit.Entry(self._clock.now(), Act.CODE_OFF, person=name, by=by)
                audit.append(database, _from(entry, address))
            database.execute("delete from second_factors where user = ?", (name,))
            database.execute("delete from recovery_codes where user = ?", (name,))

    def spend(self, name: str, given: str, address: str) -> Spent:
        """Use up a code. Raises WrongCode for a wrong one, a late one and one that was used."""
        plain = _plain(given)
        if len(plain) == DIGITS and plain.isdecimal():
            self._spend_step(name, plain)
            return Spent(recovery=False)
        self._spend_recovery(name, plain, address)
        return Spent(recovery=True)

    def _spend_step(self, name: str, code: str) -> None:
        with self._file.writing() as database:
            row = _row(database, name)
            step = _step(row, code, self._clock.now()) if row and row[1] else None
            if step is None:
                raise _wrong()
            database.execute("update second_factors set last_step = ? where user = ?", (step, name))

    def _spend_recovery(self, name: str, code: str, address: str) -> None:
        with self._file.reading() as database:
            row = database.execute(
                "select hash from recovery_codes where user = ? and place = ?", (name, code[:1])
            ).fetchone()
        right = passwords.matches(row[0] if row else passwords.nobody(), code)
        if row is None or not right:
            raise _wrong()
        with self._file.writing() as database:
            gone = database.execute(
                "delete from recovery_codes where user = ? and place = ? and hash = ?",
                (name, code[:1], row[0]),
            )
            if gone.rowcount != 1:
                raise _wrong()
            self._note(database, Act.CODE_SPENT, name, address)

    def _note(self, database: Database, act: Act, name: str, address: str) -> None:
        entry = audit.Entry(self._clock.now(), act, person=name, by=name)
        audit.append(database, _from(entry, address))


def switched_on(database: Database) -> set[str]:
    """The accounts with a code, within somebody's transaction."""
    rows = database.execute("select user from second_factors where switched_on is not null")
    return {str(row[0]) for row in rows.fetchall()}


def _from(entry: audit.Entry, address: str) -> audit.Entry:
    return audit.Entry(**(vars(entry) | {"address": address}))


def _row(database: Database, name: str) -> tuple[str, str | None, int] | None:
    row: tuple[str, str | None, int] | None = database.execute(
        "select secret, switched_on, last_step from second_factors where user = ?", (name,)
    ).fetchone()
    return row


def _step(row: tuple[str, str | None, int], code: str, now: datetime) -> int | None:
    return onetime.step_of(row[0], _plain(code), now.timestamp(), row[2])


def _replace(database: Database, name: str, kept: dict[str, str]) -> None:
    database.execute("delete from recovery_codes where user = ?", (name,))
    for place, code in kept.items():
        database.execute(
            "insert into recovery_codes (user, place, hash) values (?, ?, ?)", (name, place, code)
        )


def _codes() -> list[str]:
    return [
        f"{place}{''.join(secrets.choice(CODE_ALPHABET) for _ in range(9))}"
        for place in range(RECOVERY_CODES)
    ]


def _shown(code: str) -> str:
    return f"{code[:5]}-{code[5:]}"


def _plain(given: str) -> str:
    return given[:40].upper().translate(_MISREAD).replace("-", "").replace(" ", "")


def _wrong() -> WrongCode:
    return WrongCode(
        say("This code is wrong, or was used already."), say("Take the one that is shown now.")
    )
