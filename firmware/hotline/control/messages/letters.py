"""About letters to people outside the box: by what they leave, and which did not arrive."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from hotline.control.messages.lines import GivenSettings
from hotline.control.messages.wire import Message, Short, Told
from hotline.said import NOTHING

LetterId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]
MessengerName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9 _-]{0,31}$")]
MessengerKind = Literal["telegram", "ntfy", "gotify", "webhook", "other"]
LetterWay = Literal["email", "apprise", "sms"]
WAITING_SHOWN = 100


class LettersLook(Message):
    """By what do letters leave, and which wait? Answered by `LettersAnswer`."""

    do: Literal["letters_look"] = "letters_look"


class MailSet(Message):
    """The mailbox from which the next letter leaves. Answered by `Done`.

    settings: keys of [mail] as far as they may be set from outside the box, and `house`: may its
    server be in the office's own network? See control/letterdesk.py.
    """

    do: Literal["mail_set"] = "mail_set"
    settings: GivenSettings
    by: Short


class MailRemove(Message):
    """Write from no mailbox any more. Answered by `Done`."""

    do: Literal["mail_remove"] = "mail_remove"
    by: Short


class MessengerAdd(Message):
    """One more way, for every letter. Answered by `MessengerSet`.

    settings: what its kind needs, see options/messengers.py, and `house`.
    """

    do: Literal["messenger_add"] = "messenger_add"
    kind: MessengerKind
    settings: GivenSettings
    by: Short


class MessengerRemove(Message):
    """Tell this one no more; what waits for it is given up. Answered by `Done`."""

    do: Literal["messenger_remove"] = "messenger_remove"
    name: MessengerName
    by: Short


class MessengerSet(Message):
    """It is set up. name: by which letters have it."""

    name: str


class LetterTry(Message):
    """Send a letter that says nothing, to see whether it arrives. Answered by `LetterPut`.

    recipient: of "email" an address to which the office has letters sent, of "apprise" a messenger,
    of "sms" the id of a person.
    """

    do: Literal["letter_try"] = "letter_try"
    way: LetterWay
    recipient: Short
    by: Short


class LetterPut(Message):
    """It is on the disk, and leaves now. id: by which it can be asked after."""

    id: str


class LetterAgain(Message):
    """Try a letter that waits, and all for the same recipient, at once. Answered by `Done`."""

    do: Literal["letter_again"] = "letter_again"
    id: LetterId
    by: Short


class LetterGiveUp(Message):
    """Send a letter that waits no more. Answered by `Done`."""

    do: Literal["letter_give_up"] = "letter_give_up"
    id: LetterId
    by: Short


class LetterAsk(Message):
    """What became of a letter? Answered by `LetterNow`."""

    do: Literal["letter_ask"] = "letter_ask"
    id: LetterId


class LetterNow(Message):
    """A letter. why: why the last try failed. next_try: while it waits. test: see `LetterTry`."""

    id: str
    way: str
    recipient: str
    subject: str
    created: AwareDatetime
    state: Literal["waiting", "sent", "delivered", "failed"]
    attempts: int = 0
    why: Told = NOTHING
    next_try: AwareDatetime | None = None
    sent_at: AwareDatetime | None = None
    test: bool = False
    case_number: int | None = None


class MailNow(Message):
    """The mailbox, without its password. fixed: it stands in box.toml. house: see `MailSet`."""

    sender: str
    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    user: str
    house: bool = False
    fixed: bool = False


class MessengerNow(Message):
    """A messenger, without its tokens. fixed: it stands in box.toml."""

    name: str
    kind: MessengerKind
    house: bool = False
    fixed: bool = False


class LettersAnswer(Message):
    """waiting: the oldest first. more: so many more wait. tests: the newest first.

    wrong: what of notices.toml is left out. room: so many more messengers may be added. can_text:
    a line of the box can send texts.
    """

    mail: MailNow | None = None
    messengers: tuple[MessengerNow, ...] = ()
    waiting: Annotated[tuple[LetterNow, ...], Field(max_length=WAITING_SHOWN)] = ()
    more: int = 0
    tests: tuple[LetterNow, ...] = ()
    given_up: tuple[LetterNow, ...] = ()
    wrong: tuple[Told, ...] = ()
    room: int = 0
    can_text: bool = False
