"""Invitations: who is asked to use the page chooses the password alone, once, within three days."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hotline.clock import Clock
from hotline.errors import HotlineError
from hotline.said import say
from hotline.storage import audit, passwords
from hotline.storage.audit import Act
from hotline.storage.database import DatabaseFile, instant, text_of
from hotline.storage.sqlite import Database
from hotline.storage.users import Role, User, digest_of, folded, insert_user, name_taken

LIFE = timedelta(days=3)


@dataclass(frozen=True)
class Invitation:
    """Somebody who may join. by: who invited them."""

    name: str
    role: Role
    created: datetime
    by: str

    @property
    def until(self) -> datetime:
        """When it counts no more."""
        return self.created + LIFE


class Invitations:
    """The invitations that wait. Every method is one short transaction, for any thread.

    Only a hash of the secret is kept: whoever copies the file cannot join with it.
    """

    def __init__(self, file: DatabaseFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock

    def waiting(self) -> list[Invitation]:
        """Those that still count, by name."""
        with self._file.reading() as database:
            rows = list(database.query("select * from invitations order by name"))
        return [_of(row) for row in rows if self._counts(row)]

    def invite(self, name: str, role: Role, by: str, address: str = "") -> str:
        """The secret of a new one; an earlier one for the same name counts no more.

        Raises HotlineError when the name is taken or unusable.
        """
        whose, secret, now = folded(name), secrets.token_urlsafe(16), self._clock.now()
        with self._file.writing() as database:
            if name_taken(database, whose):
                raise HotlineError(say("This name is taken."), say("Choose another one."))
            self._forget_old(database)
            database.execute(
                'insert or replace into invitations (secret, name, role, created, "by")'
                " values (?, ?, ?, ?, ?)",
                (digest_of(secret), whose, role.value, text_of(now), by),
            )
            told = {"person": whose, "by": by, "thing": role.value, "address": address}
            audit.append(database, audit.Entry(now, Act.INVITED, **told))
        return secret

    def found(self, secret: str) -> Invitation | None:
        """Whose this is; None for one that counts no more."""
        with self._file.reading() as database:
            row = _row(database, secret)
        return _of(row) if row and self._counts(row) else None

    def take_back(self, name: str, by: str, address: str = "") -> None:
        """It counts no more; harmless when there is none."""
        with self._file.writing() as database:
            gone = database.execute("delete from invitations where name = ?", (name,))
            if gone.rowcount:
                act, now = Act.INVITATION_TAKEN_BACK, self._clock.now()
                entry = audit.Entry(now, act, person=name, by=by, address=address)
                audit.append(database, entry)

    def accept(self, secret: str, password: str, address: str) -> User:
        """Make the account and use the invitation up. Raises HotlineError, WeakPassword."""
        waiting = self.found(secret)
        if waiting is None:
            raise too_late()
        passwords.check_password(password, waiting.name)
        kept, now = passwords.hashed(password), self._clock.now()
        user = User(waiting.name, waiting.role, "", now)
        with self._file.writing() as database:
            gone = database.execute(
                "delete from invitations where secret = ?", (digest_of(secret),)
            )
            if gone.rowcount != 1:
                raise too_late()
            insert_user(database, user, kept)
            entry = audit.Entry(now, Act.JOINED, person=user.name, by=user.name, address=address)
            audit.append(database, entry)
        return user

    def _counts(self, row: dict[str, Any]) -> bool:
        return timedelta(0) <= self._clock.now() - instant(row["created"]) < LIFE

    def _forget_old(self, database: Database) -> None:
        before = text_of(self._clock.now() - LIFE)
        database.execute("delete from invitations where created <= ?", (before,))


def too_late() -> HotlineError:
    """For an address that leads nowhere any more."""
    return HotlineError(
        say("This invitation was used already, or is too old."), say("Ask the owner for a new one.")
    )


def _row(database: Database, secret: str) -> dict[str, Any] | None:
    rows = database.query("select * from invitations where secret = ?", (digest_of(secret),))
    return next(iter(rows), None)


def _of(row: dict[str, Any]) -> Invitation:
    return Invitation(row["name"], Role(row["role"]), instant(row["created"]), row["by"])
