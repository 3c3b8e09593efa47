"""About backups of the whole box: made, taken away, looked at, restored."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from hotline.control.messages.wire import Message, Short, Told
from hotline.said import NOTHING

Passphrase = Annotated[str, StringConstraints(max_length=200), Field(repr=False)]
FileName = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Mark = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]


class BackupLook(Message):
    """What backups there are, and what is being done. Answered by `BackupAnswer`."""

    do: Literal["backup_look"] = "backup_look"


class BackupMake(Message):
    """Begin to make one; an older one that lies on the box goes when it is done."""

    do: Literal["backup_make"] = "backup_make"
    passphrase: Passphrase
    recordings: bool
    by: Short


class BackupForget(Message):
    """Delete the one that lies on the box, or stop what is being done."""

    do: Literal["backup_forget"] = "backup_forget"
    by: Short


class RestoreOpen(Message):
    """Begin to unpack an uploaded one; nothing is in force by it. upload: of storage/uploads.py."""

    do: Literal["restore_open"] = "restore_open"
    upload: FileName
    passphrase: Passphrase
    by: Short


class RestoreDrop(Message):
    """Throw away what is unpacked, or stop unpacking."""

    do: Literal["restore_drop"] = "restore_drop"
    by: Short


class RestoreTake(Message):
    """Let what is unpacked take the place of everything; the box starts anew.

    mark: of what was shown.
    """

    do: Literal["restore_take"] = "restore_take"
    mark: Mark
    by: Short


class RestoreBack(Message):
    """Let what a backup took the place of be in force again: the box starts anew."""

    do: Literal["restore_back"] = "restore_back"
    by: Short


class NightCopies(Message):
    """About the copies that the box makes by itself: have them made each night or not, one now, or
    look into one (`copy`, its name) as into an uploaded backup.
    """

    do: Literal["night_copies"] = "night_copies"
    what: Literal["on", "off", "now", "look"]
    copy_name: Short = ""
    by: Short


class NightWords(Message):
    """The passphrase of these copies, for the owner. Answered by `Words`."""

    do: Literal["night_words"] = "night_words"
    by: Short


class Made(Message):
    """A backup that lies on the box. file: its name in the folder of its kind."""

    file: str
    at: AwareDatetime
    size: int
    recordings: bool


class NightsNow(Message):
    """How it stands with them. copies: the newest first. proven: when one was last unpacked and
    found whole. trouble, action: what is wrong, if anything is.
    """

    on: bool
    copies: tuple[Made, ...] = ()
    proven: AwareDatetime | None = None
    trouble: Told = NOTHING
    action: Told = NOTHING


class Amounts(Message):
    """How much there is; see storage/belongings.py."""

    office: str = ""
    people: int = 0
    lines: int = 0
    calls: int = 0
    cases: int = 0
    recordings: int = 0
    sentences: int = 0
    accounts: int = 0
    last_call: AwareDatetime | None = None


class Unpacked(Message):
    """A backup that waits for a yes. here: what is on the box now."""

    mark: str
    made_at: AwareDatetime
    version: str
    recordings: bool
    inside: Amounts
    here: Amounts


class BackupAnswer(Message):
    """doing: what a child works at; done, of: bytes, 0 while not known. trouble, action: why the
    last work failed. previous: when a backup took the place of what is kept, None for nothing.
    """

    doing: Literal["", "making", "unpacking", "copying"] = ""
    done: int = 0
    of: int = 0
    trouble: Told = NOTHING
    action: Told = NOTHING
    made: Made | None = None
    unpacked: Unpacked | None = None
    previous: AwareDatetime | None = None
    nights: NightsNow | None = None
