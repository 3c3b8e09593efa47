"""Who may use the page: accounts, sessions and the first set-up, in a file of their own.

web.sqlite is written by the page's process and the admin command, never by the daemon, so that
nothing a visitor does can make a call wait. Nothing here knows Flask.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hotline.clock import Clock
from hotline.errors import HotlineError
from hotline.inbox.label import label
from hotline.said import say
from hotline.storage import audit, auditchain, passwords, throttle
from hotline.storage.audit import Act
from hotline.storage.database import DatabaseFile, instant, instant_or_none, text_of
from hotline.storage.secondfactor import SecondFactors, WrongCode
from hotline.storage.sqlite import Database

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
FRESH = timedelta(minutes=5)  # how long a confirmed password counts for the dangerous pages
CLAIM_WINDOW = timedelta(minutes=30)
SEEN_STEP = timedelta(minutes=1)  # a page view writes at most that often
DEVICE_LIFE = timedelta(days=365)
HALF_LIFE = timedelta(minutes=5)  # between the right password and the code
ON_THE_BOX = "command"  # who did what was typed on the box itself
LISTENED_AGAIN = timedelta(minutes=10)  # a player asks for a recording many times

# Crockford's base 32: eight characters are 40 bits, and none is mistaken for another.
CLAIM_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


class Role(StrEnum):
    """What somebody may do; the page decides by it."""

    OWNER = "owner"
    MANAGER = "manager"
    AGENT = "agent"
    AUDITOR = "auditor"


class LoginRefused(HotlineError):  # noqa: N818 - it is an answer
    """Name or password is wrong; which of them is not said."""


class TooManyTries(LoginRefused):
    """Wait before the next try."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        seconds = max(1, round(wait.total_seconds()))
        super().__init__("Too many tries.", f"Try again in {seconds} seconds.")


class CodeWanted(LoginRefused):
    """The password was right, and now the code is asked for. half: the secret of this half."""

    def __init__(self, half: str) -> None:
        self.half = half
        super().__init__(say("Your code is missing."), say("Type the code of your telephone."))


@dataclass(frozen=True)
class User:
    """An account. name: folded, unique. language: of the page, "" for the browser's choice.

    last_seen: None for who never logged in.
    """

    name: str
    role: Role
    language: str
    created: datetime
    last_seen: datetime | None = None


@dataclass(frozen=True)
class Place:
    """Where somebody is logged in. browser: in words. here: the browser that asks."""

    browser: str
    address: str
    created: datetime
    last_seen: datetime
    here: bool


@dataclass(frozen=True)
class Session:
    """Somebody who is logged in. fresh: the password was given within the last five minutes.

    Whoever has claimed the box counts as fresh until the set-up may be over, for half an hour.
    """

    user: User
    created: datetime
    fresh: bool


@dataclass(frozen=True)
class Login:
    """What the browser gets: the session's secret, and one by which this device is known later."""

    session: str
    device: str


class Accounts:
    """Accounts and sessions. Every method is one short transaction and may be called by any thread.

    Secrets (sessions, devices, the claim code) are kept only as hashes: whoever copies the file
    cannot log in with it.
    """

    def __init__(self, file: DatabaseFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self.codes = SecondFactors(file, clock)

    def empty(self) -> bool:
        """Nobody has an account yet: the page offers the first set-up only."""
        return not self.users()

    def users(self) -> list[User]:
        """All accounts by name."""
        with self._file.reading() as database:
            return [_user(row) for row in database.query("select * from users order by name")]

    def add(self, name: str, password: str, role: Role, language: str = "") -> User:
        """Make an account. Raises WeakPassword; HotlineError when the name is taken or unusable."""
        user = User(folded(name), role, language, self._clock.now())
        passwords.check_password(password, user.name)
        kept = passwords.hashed(password)
        with self._file.writing() as database:
            insert_user(database, user, kept)
        return user

    def change_password(self, secret: str, old: str, new: str, address: str) -> None:
        """One's own; ends the account's other sessions. Raises as `confirm`, and WeakPassword."""
        session = self.session(secret)
        if session is None:
            raise _refused()
        passwords.check_password(new, session.user.name)
        self.confirm(secret, old, address, password_alone=True)
        self.set_password(session.user.name, new, secret, by=session.user.name, address=address)

    def set_password(
        self,
        name: str,
        password: str,
        keep_session: str = "",
        *,
        by: str = ON_THE_BOX,
        address: str = "",
    ) -> None:
        """Change a password; ends every session of that account but `keep_session`.

        Raises WeakPassword, or HotlineError for an unknown name.
        """
        user = self._existing(name)
        passwords.check_password(password, user.name)
        kept = passwords.hashed(password)
        with self._file.writing() as database:
            database.execute("update users set hash = ? where name = ?", (kept, user.name))
            database.execute("delete from devices where user = ?", (user.name,))
            database.execute(
                "delete from sessions where user = ? and secret != ?",
                (user.name, digest_of(keep_session)),
            )
            database.execute("delete from half_logins where user = ?", (user.name,))
            act = Act.PASSWORD_RESET if by == ON_THE_BOX else Act.PASSWORD_CHANGED
            self._note(database, act, user.name, by, address=address)

    def change(
        self, name: str, role: Role, language: str, *, by: str = ON_THE_BOX, address: str = ""
    ) -> None:
        """Change role and language; a changed role ends the account's sessions.

        Raises HotlineError for an unknown name, and for the last owner losing the role.
        """
        user = self._existing(name)
        with self._file.writing() as database:
            if user.role != role:
                _keep_an_owner(database, user)
                database.execute("delete from sessions where user = ?", (user.name,))
                told = {"thing": role.value, "address": address}
                self._note(database, Act.ROLE_CHANGED, user.name, by, **told)
            database.execute(
                "update users set role = ?, language = ? where name = ?",
                (role.value, language, user.name),
            )

    def remove(self, name: str, *, by: str = ON_THE_BOX, address: str = "") -> None:
        """Delete an account with its sessions. Raises HotlineError as `change` does."""
        user = self._existing(name)
        with self._file.writing() as database:
            _keep_an_owner(database, user)
            database.execute("delete from users where name = ?", (user.name,))
            self._note(database, Act.ACCOUNT_REMOVED, user.name, by, address=address)

    def new_claim_code(self) -> str:
        """A code for the first set-up, to be shown where only the owner looks ("ABCD-EFGH").

        It counts once and for 30 minutes; an earlier one counts no more. Raises HotlineError
        when the box has an owner already.
        """
        if not self.empty():
            raise _claimed()
        code = "".join(secrets.choice(CLAIM_ALPHABET) for _ in range(8))
        with self._file.writing() as database:
            database.execute(
                "insert or replace into claim (id, secret, created) values (1, ?, ?)",
                (digest_of(code), text_of(self._clock.now())),
            )
        return f"{code[:4]}-{code[4:]}"

    def claim(self, code: str, name: str, password: str, address: str) -> User:
        """Make the first account, an owner, and use up the code.

        Raises LoginRefused for a wrong or late code, TooManyTries, WeakPassword, HotlineError.
        """
        user = User(folded(name), Role.OWNER, "", self._clock.now())
        passwords.check_password(password, user.name)
        self._count_try(address, "claim")
        kept = passwords.hashed(password)
        with self._file.writing() as database:
            self._use_up(database, code)
            insert_user(database, user, kept)
            database.execute("update users set claimed = 1 where name = ?", (user.name,))
            self._note(database, Act.CLAIMED, user.name, user.name, address=address)
        return user

    def log_in(
        self, name: str, password: str, address: str, device: str = "", browser: str = ""
    ) -> Login:
        """Begin a session. device: what an earlier `Login` gave this browser, or "".

        Raises LoginRefused or TooManyTries, the same for known and unknown names; CodeWanted when
        the password was right and `log_in_with_code` has to follow.
        """
        key = self._try_key(_fold_or_empty(name), device)
        self._count_try(address, key)
        try:
            user = self._verified(name, password)
        except LoginRefused:
            self._note_failed(_fold_or_empty(name), Act.LOGIN_FAILED, address)
            raise
        if self.codes.switched_on(user.name):
            raise CodeWanted(self._half(user))
        return self._begun(user, address, (key,), device, browser)

    def half(self, secret: str) -> User | None:
        """Who has given the right password, and is asked for the code; None when it is too late."""
        now = self._clock.now()
        with self._file.reading() as database:
            rows = database.query(
                """select users.*, half_logins.created as begun from half_logins
                join users on users.name = half_logins.user where secret = ?""",
                (digest_of(secret),),
            )
            row = next(iter(rows), None)
        if row is None or not timedelta(0) <= now - instant(row["begun"]) < HALF_LIFE:
            return None
        return _user(row)

    def log_in_with_code(
        self, half: str, code: str, address: str, device: str = "", browser: str = ""
    ) -> Login:
        """The second half: a code of the telephone, or one of those on paper.

        Raises LoginRefused when the first half is too long ago, WrongCode, TooManyTries.
        """
        user = self.half(half)
        if user is None:
            raise LoginRefused(say("This took too long."), say("Give your password once more."))
        key = self._try_key(user.name, device)
        self._count_try(address, f"code {key}")
        try:
            self.codes.spend(user.name, code, address)
        except WrongCode:
            self._note_failed(user.name, Act.LOGIN_FAILED, address)
            raise
        with self._file.writing() as database:
            gone = database.execute("delete from half_logins where secret = ?", (digest_of(half),))
            if gone.rowcount != 1:
                raise LoginRefused(say("This took too long."), say("Give your password once more."))
        return self._begun(user, address, (key, f"code {key}"), device, browser)

    def session(self, secret: str, *, seen: bool = True) -> Session | None:
        """Who this is. None when the session is over or never was.

        seen: somebody is there, so the idle time starts anew; False for what a page asks by itself.
        """
        with self._file.reading() as database:
            row = _session_row(database, secret)
        now = self._clock.now()
        if row is None or _over(row, now):
            return None
        if seen and now - instant(row["last_seen"]) >= SEEN_STEP:
            self._seen(secret, now)
        return Session(_user(row), instant(row["session_created"]), _fresh(row, now))

    def places(self, name: str, secret: str = "") -> list[Place]:
        """Where this account is logged in, the newest first."""
        with self._file.reading() as database:
            rows = list(
                database.query(
                    """select sessions.*, created as session_created from sessions
                    where user = ? order by last_seen desc""",
                    (name,),
                )
            )
        now, here = self._clock.now(), digest_of(secret)
        return [
            Place(
                row["browser"],
                row["address"],
                instant(row["created"]),
                instant(row["last_seen"]),
                row["secret"] == here,
            )
            for row in rows
            if not _over(row, now)
        ]

    def confirm(
        self, secret: str, given: str, address: str, *, password_alone: bool = False
    ) -> None:
        """Give the password again, or a code where one is on, for the dangerous pages.

        Raises as `log_in` does, and WrongCode.
        """
        session = self.session(secret)
        if session is None:
            raise _refused()
        name, key = session.user.name, f"session:{digest_of(secret)}"
        self._count_try(address, key)
        try:
            if not password_alone and is_code(given) and self.codes.switched_on(name):
                self.codes.spend(name, given, address)
            else:
                self._verified(name, given)
        except (LoginRefused, WrongCode):
            self._note_failed(name, Act.CONFIRM_FAILED, address)
            raise
        with self._file.writing() as database:
            throttle.forgive(database, address, key)
            database.execute(
                "update sessions set confirmed_at = ? where secret = ?",
                (text_of(self._clock.now()), digest_of(secret)),
            )

    def switch_on_code(self, secret: str, code: str, address: str) -> tuple[str, ...]:
        """The code of the telephone is right: it is asked for from now on.

        Returns the codes for paper, once. Raises LoginRefused, TooManyTries, WrongCode.
        """
        session = self.session(secret)
        if session is None:
            raise _refused()
        key = f"session:{digest_of(secret)}"
        self._count_try(address, key)
        made = self.codes.switch_on(session.user.name, code, address)
        with self._file.writing() as database:
            throttle.forgive(database, address, key)
        return made

    def log_out(self, secret: str, address: str = "") -> None:
        """End this session; harmless when it is over."""
        with self._file.writing() as database:
            row = _session_row(database, secret)
            gone = database.execute("delete from sessions where secret = ?", (digest_of(secret),))
            if row and gone.rowcount:
                self._note(database, Act.LOGGED_OUT, row["name"], row["name"], address=address)

    def log_out_everywhere(
        self, name: str, keep_session: str = "", *, by: str = ON_THE_BOX, address: str = ""
    ) -> None:
        """End every session of the account but `keep_session`, and forget its devices."""
        whose = folded(name)
        with self._file.writing() as database:
            database.execute(
                "delete from sessions where user = ? and secret != ?",
                (whose, digest_of(keep_session)),
            )
            database.execute("delete from devices where user = ?", (whose,))
            database.execute("delete from half_logins where user = ?", (whose,))
            self._note(database, Act.LOGGED_OUT_EVERYWHERE, whose, by, address=address)

    def set_language(self, name: str, language: str) -> None:
        """The language of the page, on every device on which this account logs in from now on."""
        with self._file.writing() as database:
            database.execute("update users set language = ? where name = ?", (language, name))

    def note(self, entry: audit.Entry) -> None:
        """Write a line of the audit; what was listened to is written once in ten minutes."""
        with self._file.writing() as database:
            if entry.what is Act.LISTENED:
                since = entry.at - LISTENED_AGAIN
                before = audit.Wanted(entry.by, frozenset({Act.LISTENED}), since)
                if entry.thing in {one.thing for one in audit.newest(database, 1000, before)}:
                    return
            audit.append(database, entry)

    def audited(self, limit: int, wanted: audit.Wanted) -> list[audit.Entry]:
        """The last lines that the page wrote, the newest first."""
        with self._file.reading() as database:
            return audit.newest(database, limit, wanted)

    def audited_people(self) -> list[str]:
        """Who did anything on the page."""
        with self._file.reading() as database:
            return audit.everybody(database)

    def chain(self, known: str = "") -> auditchain.Checked:
        """Whether the lines that the page wrote are as they were written."""
        with self._file.reading() as database:
            return auditchain.checked(database, known)

    def _existing(self, name: str) -> User:
        whose = folded(name)
        found = next((user for user in self.users() if user.name == whose), None)
        if found is None:
            raise HotlineError(f"There is no account {label(name)}.", "Choose one from the list.")
        return found

    def _half(self, user: User) -> str:
        half = secrets.token_urlsafe(16)
        now = self._clock.now()
        with self._file.writing() as database:
            database.execute(
                "delete from half_logins where created <= ?", (text_of(now - HALF_LIFE),)
            )
            database.execute(
                "insert into half_logins (secret, user, created) values (?, ?, ?)",
                (digest_of(half), user.name, text_of(now)),
            )
        return half

    def _begun(
        self, user: User, address: str, keys: tuple[str, ...], device: str, browser: str
    ) -> Login:
        login = Login(secrets.token_urlsafe(16), secrets.token_urlsafe(16))
        now = text_of(self._clock.now())
        with self._file.writing() as database:
            for key in keys:
                throttle.forgive(database, address, key)
            self._forget_stale(database)
            database.execute(
                "insert into sessions"
                " (secret, user, created, last_seen, confirmed_at, browser, address)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                (digest_of(login.session), user.name, now, now, now, label(browser), address),
            )
            database.execute("update users set last_seen = ? where name = ?", (now, user.name))
            database.execute("delete from devices where secret = ?", (digest_of(device),))
            database.execute(
                "insert into devices (secret, user, last_used) values (?, ?, ?)",
                (digest_of(login.device), user.name, now),
            )
            self._note(database, Act.LOGGED_IN, user.name, user.name, address=address)
        return login

    def _note(
        self,
        database: Database,
        act: Act,
        person: str,
        by: str,
        *,
        thing: str = "",
        address: str = "",
    ) -> None:
        entry = audit.Entry(self._clock.now(), act, "", person, by, thing, address)
        audit.append(database, entry)

    def _note_failed(self, name: str, act: Act, address: str) -> None:
        """Somebody's name is kept, a stranger's is not: people type their password there."""
        with self._file.writing() as database:
            known = name if _user_row(database, name) else ""
            self._note(database, act, known, known, address=address)

    def _verified(self, name: str, password: str) -> User:
        """The account of that name and password; takes as long for an unknown name."""
        with self._file.reading() as database:
            row = _user_row(database, _fold_or_empty(name))
        kept = row["hash"] if row else passwords.nobody()
        right = passwords.matches(kept, password[: passwords.LONGEST + 1])
        if row is None or not right:
            raise _refused()
        if passwords.outdated(kept):
            self._rehash(row["name"], kept, password)
        return _user(row)

    def _rehash(self, name: str, old: str, password: str) -> None:
        kept = passwords.hashed(password)
        with self._file.writing() as database:
            database.execute(
                "update users set hash = ? where name = ? and hash = ?", (kept, name, old)
            )

    def _count_try(self, address: str, account: str) -> None:
        with self._file.writing() as database:
            wait = throttle.tried(database, address, account, self._clock.now())
        if wait is not None:
            raise TooManyTries(wait)

    def _try_key(self, name: str, device: str) -> str:
        """A device that has logged in to this account before is counted for itself.

        A name is kept as a hash: people type their password there.
        """
        with self._file.reading() as database:
            known = database.execute(
                "select 1 from devices where secret = ? and user = ? and last_used > ?",
                (digest_of(device), name, text_of(self._clock.now() - DEVICE_LIFE)),
            ).fetchone()
        return f"device:{digest_of(device)}" if known else f"name:{digest_of(name)}"

    def _use_up(self, database: Database, code: str) -> None:
        """Raises LoginRefused unless it is the code shown, in time; HotlineError if claimed."""
        row = database.execute("select secret, created from claim").fetchone()
        if database.execute("select 1 from users").fetchone():
            raise _claimed()
        age = self._clock.now() - instant(row[1]) if row else CLAIM_WINDOW
        plain = code.upper().translate(_MISREAD).replace("-", "").replace(" ", "")
        right = row is not None and hmac.compare_digest(row[0], digest_of(plain))
        if not right or not timedelta(0) <= age < CLAIM_WINDOW:
            raise LoginRefused(
                "This code is wrong or too old.", "Switch the box off and on for a new one."
            )
        database.execute("delete from claim")

    def _seen(self, secret: str, now: datetime) -> None:
        try:
            with self._file.writing() as database:
                database.execute(
                    "update sessions set last_seen = ? where secret = ?",
                    (text_of(now), digest_of(secret)),
                )
                database.execute(
                    """update users set last_seen = ?
                    where name = (select user from sessions where secret = ?)""",
                    (text_of(now), digest_of(secret)),
                )
        except HotlineError:
            return  # a full disk must not turn away the owner who comes to make room

    def _forget_stale(self, database: Database) -> None:
        now = self._clock.now()
        database.execute(
            "delete from sessions where created <= ? or last_seen <= ?",
            (text_of(now - ABSOLUTE), text_of(now - IDLE)),
        )
        database.execute("delete from devices where last_used <= ?", (text_of(now - DEVICE_LIFE),))


def insert_user(database: Database, user: User, kept: str) -> None:
    """Make an account within the caller's transaction. Raises HotlineError for a taken name."""
    if name_taken(database, user.name):
        raise HotlineError(f"The name {user.name} is taken.", "Choose another one.")
    database.execute(
        "insert into users (name, hash, role, language, created) values (?, ?, ?, ?, ?)",
        (user.name, kept, user.role.value, user.language, text_of(user.created)),
    )


def name_taken(database: Database, name: str) -> bool:
    """Is there an account of that name?"""
    return _user_row(database, name) is not None


def _keep_an_owner(database: Database, user: User) -> None:
    others = database.execute(
        "select count(*) from users where role = 'owner' and name != ?", (user.name,)
    ).fetchone()[0]
    if user.role is Role.OWNER and not others:
        raise HotlineError(
            say("%(name)s is the only owner.", name=user.name),
            say("Make somebody else owner first."),
        )


def _user_row(database: Database, name: str) -> dict[str, Any] | None:
    return next(iter(database.query("select * from users where name = ?", (name,))), None)


def _session_row(database: Database, secret: str) -> dict[str, Any] | None:
    rows = database.query(
        """select users.*, sessions.created as session_created, sessions.last_seen, confirmed_at
        from sessions join users on users.name = sessions.user where secret = ?""",
        (digest_of(secret),),
    )
    return next(iter(rows), None)


def _over(row: dict[str, Any], now: datetime) -> bool:
    """Too old, too long idle, or begun in a future that a corrected clock took back."""
    age = now - instant(row["session_created"])
    return not timedelta(0) <= age < ABSOLUTE or now - instant(row["last_seen"]) >= IDLE


def _fresh(row: dict[str, Any], now: datetime) -> bool:
    age = now - instant(row["created"])
    set_up = bool(row["claimed"]) and timedelta(0) <= age < CLAIM_WINDOW
    return set_up or timedelta(0) <= now - instant(row["confirmed_at"]) <= FRESH


def is_code(given: str) -> bool:
    """Looks like a telephone's code; a password is longer."""
    plain = given.replace(" ", "")
    return len(plain) == 6 and plain.isdecimal()


def _user(row: dict[str, Any]) -> User:
    created, seen = instant(row["created"]), instant_or_none(row["last_seen"])
    return User(row["name"], Role(row["role"]), row["language"], created, seen)


def _fold_or_empty(name: str) -> str:
    return label(unicodedata.normalize("NFKC", name)).casefold()


def folded(name: str) -> str:
    """One spelling for every way to type a name. Raises HotlineError when nothing is left."""
    folded = _fold_or_empty(name)
    if not folded:
        raise HotlineError("A name is missing.", "Type a name.")
    return folded


def digest_of(secret: str) -> str:
    """What is kept of a random secret. It is long, or lives for minutes: a plain hash does."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _refused() -> LoginRefused:
    return LoginRefused("Name or password is wrong.", "Try again.")


def _claimed() -> HotlineError:
    return HotlineError("This box has an owner already.", "Log in, or ask the owner.")
