"""By what letters leave, set up while the box runs; which did not arrive, and what to do with them.

What is asked is checked as box.toml is. A key that would make the box open a file of the asker's
choice is for box.toml alone, and no address leads into the office's network unless it is said to.
"""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from hotline.calls.notices import Notices
from hotline.clock import Clock
from hotline.control.messages.letters import (
    WAITING_SHOWN,
    LetterAgain,
    LetterAsk,
    LetterGiveUp,
    LetterNow,
    LetterPut,
    LettersAnswer,
    LettersLook,
    LetterTry,
    MailNow,
    MailRemove,
    MailSet,
    MessengerAdd,
    MessengerNow,
    MessengerRemove,
    MessengerSet,
)
from hotline.control.messages.lines import Setting
from hotline.control.messages.wire import Done
from hotline.control.stored import stored
from hotline.control.table import Row, row
from hotline.errors import BadSettings, HotlineError
from hotline.notify.outbox import Outbox
from hotline.numbering import can_be_texted
from hotline.options.messengers import FIELDS, target, unfit
from hotline.options.notices import (
    MOST_MESSENGERS,
    AllNotices,
    Mailbox,
    with_mail,
    with_messenger,
)
from hotline.routing.office import Office
from hotline.said import say
from hotline.storage import outbox as rows
from hotline.storage.addednotices import write_notices
from hotline.storage.audit import Act
from hotline.storage.database import DatabaseFile
from hotline.storage.outbox import TEST, Letter, LetterState

MAIL_KEYS = frozenset({"host", "port", "security", "user", "password", "sender", "house"})
SERVER = ("host", "port", "security", "user")
TESTS_SHOWN = 10
GIVEN_UP_SHOWN = 20
LOOKED_BACK = timedelta(days=7)


class Carriers(Protocol):
    """By what letters leave; see box/carriers.py."""

    now: AllNotices

    def names(self) -> tuple[str, ...]: ...


@dataclass
class LetterDesk:
    """Part of the front desk. path: of notices.toml. note: for the audit, which has the instant.

    One change at a time; each is on the disk before it is answered, and the next letter goes by it.
    """

    carriers: Carriers
    path: Path
    outbox: Outbox
    notices: Notices
    office: Callable[[], Office]
    file: DatabaseFile
    clock: Clock
    note: Callable[[Act, str, str], None]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _kept_old: bool = False

    def rows(self) -> Iterator[Row]:
        """What it answers."""
        yield row(LettersLook, lambda _: self.look())
        yield row(LetterAsk, self.ask)
        yield row(MailSet, self.set_mail)
        yield row(MailRemove, self.remove_mail)
        yield row(MessengerAdd, self.add)
        yield row(MessengerRemove, self.remove)
        yield row(LetterTry, self.try_out)
        yield row(LetterAgain, self.again)
        yield row(LetterGiveUp, self.give_up)

    # -- questions -----------------------------------------------------------------------------

    async def look(self) -> LettersAnswer:
        """By what letters leave, and which wait."""
        now, waiting = self.carriers.now, self.outbox.waiting()
        tests, given_up = await asyncio.to_thread(self._kept, self.clock.now())
        return LettersAnswer(
            mail=_mail_now(now.mailbox),
            messengers=tuple(
                MessengerNow(name=one.name, kind=one.kind, house=one.house, fixed=one in now.fixed)
                for one in now.messengers
            ),
            waiting=tuple(_shown(one) for one in waiting[:WAITING_SHOWN]),
            more=max(0, len(waiting) - WAITING_SHOWN),
            tests=tuple(_shown(self.outbox.letter(one.id) or one) for one in tests),
            given_up=tuple(_shown(one) for one in given_up),
            wrong=now.wrong,
            room=max(0, MOST_MESSENGERS - len(now.added)),
            can_text=self.notices.texting is not None,
        )

    async def ask(self, ask: LetterAsk) -> LetterNow:
        """What became of a letter. Raises HotlineError."""
        return _shown(await self._letter(ask.id))

    # -- by what letters leave -----------------------------------------------------------------

    async def set_mail(self, ask: MailSet) -> Done:
        """Another mailbox. Raises BadSettings."""
        async with self._turn:
            before = self.carriers.now
            _not_fixed(fixed=before.fixed_mail is not None)
            given = _allowed(ask.settings, MAIL_KEYS)
            row = _with_password(before.added_mail, given)
            await self._keep(with_mail(before, row, self.path.parent))
            self.outbox.try_now("email")
            self.note(Act.MAILBOX_SET, str(given.get("sender", "")), ask.by)
        return Done()

    async def remove_mail(self, ask: MailRemove) -> Done:
        """None any more."""
        async with self._turn:
            before = self.carriers.now
            _not_fixed(fixed=before.fixed_mail is not None)
            if before.added_mail is not None:
                await self._keep(replace(before, added_mail=None))
                self.note(Act.MAILBOX_REMOVED, before.added_mail.mail.sender, ask.by)
        return Done()

    async def add(self, ask: MessengerAdd) -> MessengerSet:
        """One more messenger. Raises BadSettings."""
        async with self._turn:
            before = self.carriers.now
            if len(before.added) >= MOST_MESSENGERS:
                raise HotlineError(
                    say(
                        "The box has %(most)s messengers, and takes no more.", most=MOST_MESSENGERS
                    ),
                    say("Remove one first."),
                )
            keys = {one.key for one in FIELDS[ask.kind]}
            given = _allowed(ask.settings, keys | {"house"})
            words = {key: str(given.get(key, "")) for key in keys}
            if wrong := unfit(ask.kind, words):
                raise BadSettings("The messenger", tuple(f"{key} cannot be meant" for key in wrong))
            name = _free_name(ask.kind, before)
            row = {"name": name, "kind": ask.kind, "target": target(ask.kind, words)}
            house = given.get("house") is True
            await self._keep(with_messenger(before, row | {"house": house}))
            self.note(Act.MESSENGER_ADDED, name, ask.by)
            return MessengerSet(name=name)

    async def remove(self, ask: MessengerRemove) -> Done:
        """One less; what waits for it is given up."""
        async with self._turn:
            before = self.carriers.now
            _not_fixed(fixed=any(one.name == ask.name for one in before.fixed))
            left = tuple(one for one in before.added if one.name != ask.name)
            if len(left) == len(before.added):
                raise HotlineError(say("No messenger is called %(name)s.", name=ask.name))
            await self._keep(replace(before, added=left))
            for letter in self.outbox.waiting():
                if (letter.way, letter.recipient) == ("apprise", ask.name):
                    await stored(self.outbox.give_up(letter))
            self.note(Act.MESSENGER_REMOVED, ask.name, ask.by)
        return Done()

    # -- single letters ------------------------------------------------------------------------

    async def try_out(self, ask: LetterTry) -> LetterPut:
        """A letter that leaves now. Of the tests to one recipient only the newest waits."""
        recipient = self._recipient(ask)
        for letter in self.outbox.waiting():
            same = (letter.way, letter.recipient) == (ask.way, recipient)
            if same and letter.id.startswith(TEST):
                await stored(self.outbox.give_up(letter))
        letter_id = f"{TEST}{uuid.uuid4().hex}"
        put = self.notices.try_out(self.office(), ask.way, recipient, letter_id)
        self.outbox.try_now(ask.way, recipient)
        await stored(put)
        return LetterPut(id=letter_id)

    async def again(self, ask: LetterAgain) -> Done:
        """Try it at once."""
        letter = self._waiting(await self._letter(ask.id))
        self.outbox.try_now(letter.way, letter.recipient)
        return Done()

    async def give_up(self, ask: LetterGiveUp) -> Done:
        """Send it no more."""
        letter = self._waiting(await self._letter(ask.id))
        await stored(self.outbox.give_up(letter))
        self.note(Act.LETTER_GIVEN_UP, f"{letter.way} {letter.recipient}", ask.by)
        return Done()

    # -- inside --------------------------------------------------------------------------------

    def _recipient(self, ask: LetterTry) -> str:
        """To whom it goes: nobody whom the office does not write to anyway."""
        if ask.way == "email" and ask.recipient in self.office().notify_to:
            return ask.recipient
        if ask.way == "apprise" and ask.recipient in self.carriers.names():
            return ask.recipient
        person = self.office().person(ask.recipient) if ask.way == "sms" else None
        number = (person.number or person.unconfirmed) if person else ""
        if number and can_be_texted(number):
            return number
        raise HotlineError(
            say("The box tells %(name)s nothing this way.", name=ask.recipient),
            say("Choose somebody from the list."),
        )

    async def _letter(self, letter_id: str) -> Letter:
        letter = self.outbox.letter(letter_id)
        letter = letter or await asyncio.to_thread(self._read, letter_id)
        if letter is None:
            raise HotlineError(say("This letter is not kept any more."))
        # What is on the disk may be a moment behind.
        return self.outbox.letter(letter_id) or letter

    def _waiting(self, letter: Letter) -> Letter:
        if self.outbox.letter(letter.id) is None:
            raise HotlineError(say("This letter waits no more."), say("Look at the page again."))
        return letter

    def _read(self, letter_id: str) -> Letter | None:
        with self.file.reading() as database:
            return rows.one(database, letter_id)

    def _kept(self, now: datetime) -> tuple[list[Letter], list[Letter]]:
        with self.file.reading() as database:
            tests = rows.tests(database, TESTS_SHOWN)
            return tests, rows.given_up(database, now - LOOKED_BACK, GIVEN_UP_SHOWN)

    async def _keep(self, after: AllNotices) -> None:
        """On the disk, and in force. What could not be read of the file stays beside it."""
        keep_old = bool(after.wrong) and not self._kept_old
        try:
            await asyncio.to_thread(write_notices, self.path, after, keep_old=keep_old)
        except OSError as error:
            raise HotlineError(
                say("This could not be written down: %(why)s.", why=error.strerror),
                say("See that the disk has room, then try again."),
            ) from None
        self._kept_old = True
        self.carriers.now = after
        self.notices.messengers = self.carriers.names()


def _allowed(given: Mapping[str, Setting], keys: frozenset[str] | set[str]) -> dict[str, Setting]:
    if unknown := sorted(given.keys() - keys):
        raise BadSettings("This", tuple(f"{key} is for box.toml alone" for key in unknown))
    return dict(given)


def _with_password(old: Mailbox | None, given: Mapping[str, Setting]) -> dict[str, Setting]:
    """A password is told to no server but the one for which it was written."""
    row = dict(given)
    if old is None or row.get("password") or not old.mail.password:
        return row
    if any(row.get(key) != getattr(old.mail, key) for key in SERVER):
        raise HotlineError(
            say("The password belongs to the mailbox that was named before."),
            say("Write the password of the new one, too."),
        )
    return row | {"password": old.mail.password.reveal()}


def _not_fixed(*, fixed: bool) -> None:
    if fixed:
        raise HotlineError(
            say("This stands in the box's own file, box.toml."),
            say("Change it there, and start the box anew."),
        )


def _free_name(kind: str, notices: AllNotices) -> str:
    taken = {one.name for one in notices.messengers}
    names = itertools.chain([kind], (f"{kind}{number}" for number in itertools.count(2)))
    return next(name for name in names if name not in taken)


def _mail_now(box: Mailbox | None) -> MailNow | None:
    if box is None:
        return None
    mail = box.mail
    return MailNow(
        sender=mail.sender,
        host=mail.host,
        port=mail.port,
        security=mail.security,
        user=mail.user,
        house=box.house,
        fixed=box.fixed,
    )


def _shown(letter: Letter) -> LetterNow:
    return LetterNow(
        id=letter.id,
        way=letter.way,
        recipient=letter.recipient,
        subject=letter.subject,
        created=letter.created,
        state=letter.state.value,
        attempts=letter.attempts,
        why=letter.last_error,
        next_try=letter.next_try_at if letter.state is LetterState.WAITING else None,
        sent_at=letter.sent_at,
        test=letter.id.startswith(TEST),
        case_number=letter.case_number,
    )
