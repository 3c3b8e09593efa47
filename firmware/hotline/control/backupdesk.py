"""What the page does about backups: one piece of work at a time, by a child, found again later."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from hotline.clock import Clock
from hotline.control.messages.backup import (
    Amounts,
    BackupAnswer,
    BackupForget,
    BackupLook,
    BackupMake,
    Made,
    NightCopies,
    NightWords,
    RestoreBack,
    RestoreDrop,
    RestoreOpen,
    RestoreTake,
    Unpacked,
)
from hotline.control.messages.wire import Done, Words
from hotline.control.table import Row, row, row_at_once
from hotline.errors import HotlineError
from hotline.media import children
from hotline.said import NOTHING, Part, Said, say, together
from hotline.storage import looked as unpacked
from hotline.storage import restored
from hotline.storage.audit import Act
from hotline.storage.backupchild import Work
from hotline.storage.belongings import Contents
from hotline.storage.database import instant
from hotline.storage.passphrases import weak
from hotline.storage.places import Places
from hotline.storage.uploads import LARGEST_BACKUP, Uploads

if TYPE_CHECKING:
    from hotline.control.nightly import Nightly

log = logging.getLogger(__name__)

_NAME = re.compile(r"hotline-(\d{8}T\d{6})(-short)?\.hotlinebackup")
SEALED = 0o640  # the page hands it out, and may be another user
_STAMP = "%Y%m%dT%H%M%S"
Doing = Literal["", "making", "unpacking", "copying"]


@dataclass
class BackupDesk:
    """Part of the front desk. busy: how many calls there are now. note: writes the audit down.

    again: starts the box anew; a restore is done then. zone: of the office. tell: it hears of what
    failed at night; see control/nightly.py.
    """

    places: Places
    clock: Clock
    busy: Callable[[], int]
    note: Callable[[Act, str, str], None]
    again: Callable[[], None]
    zone: Callable[[], tzinfo] = lambda: UTC
    tell: Callable[[bool], None] = lambda _: None
    _doing: Doing = ""
    _done: tuple[int, int] = (0, 0)
    _trouble: tuple[Said, Said] = (NOTHING, NOTHING)
    _task: asyncio.Task[Any] | None = field(default=None, repr=False)
    _tonights: asyncio.Task[None] | None = field(default=None, repr=False)

    def rows(self) -> Iterator[Row]:
        """What it answers."""
        yield row_at_once(BackupLook, lambda _: self.look())
        yield row_at_once(BackupMake, self.make)
        yield row(BackupForget, lambda _: self.forget())
        yield row_at_once(RestoreOpen, self.open)
        yield row(RestoreDrop, lambda _: self.drop())
        yield row_at_once(RestoreTake, self.take)
        yield row_at_once(RestoreBack, self.take_back)
        yield row(NightCopies, self.night)
        yield row_at_once(NightWords, self.words)

    def look(self) -> BackupAnswer:
        """What there is."""
        looked, before = unpacked.waiting(self.places), restored.previous(self.places)
        return BackupAnswer(
            doing=self._doing,
            done=self._done[0],
            of=self._done[1],
            trouble=self._trouble[0],
            action=self._trouble[1],
            made=self._made(),
            unpacked=_unpacked(looked) if looked else None,
            previous=instant(before.at) if before else None,
            nights=self.nightly.now(),
        )

    def make(self, ask: BackupMake) -> Done:
        """Begin. Raises HotlineError for a passphrase that would be guessed."""
        if refusal := weak(ask.passphrase):
            raise refusal
        self._only_one()
        self.places.backups.mkdir(mode=0o750, exist_ok=True)
        now = self.clock.now()
        short = "" if ask.recordings else "-short"
        file = self.places.backups / f"hotline-{now.strftime(_STAMP)}{short}.hotlinebackup"
        work = Work(
            "make",
            str(self.places.data),
            str(file),
            ask.passphrase,
            ask.recordings,
            now.isoformat(),
        )

        def finished() -> None:
            file.chmod(SEALED)
            for path in self.places.backups.iterdir():
                if path != file:
                    path.unlink(missing_ok=True)
            self.note(Act.BACKED_UP, "", ask.by)

        self._begin("making", work, finished)
        return Done()

    async def forget(self) -> Done:
        """The one that lies here goes, or the work ends."""
        if self._doing == "making":
            await self.close()
        elif made := self._made():
            (self.places.backups / made.file).unlink(missing_ok=True)
        self._trouble = (NOTHING, NOTHING)
        return Done()

    def open(self, ask: RestoreOpen) -> Done:
        """Begin to unpack; the uploaded file goes in any case."""
        self._only_one()
        file = Uploads(self.places.uploads).path(ask.upload, LARGEST_BACKUP)
        work = Work("unpack", str(self.places.data), str(file), ask.passphrase, True, "")
        self._begin("unpacking", work, lambda: None, file)
        return Done()

    async def drop(self) -> Done:
        """Nothing is restored."""
        if self._doing == "unpacking":
            await self.close()
        unpacked.drop(self.places)
        self._trouble = (NOTHING, NOTHING)
        return Done()

    def take(self, ask: RestoreTake) -> Done:
        """From the next start on, which comes at once. Raises HotlineError while somebody calls."""
        self._nobody_calls()
        restored.take(self.places, ask.mark, ask.by, self.clock.now())
        self.again()
        return Done()

    def take_back(self, ask: RestoreBack) -> Done:
        """The same, of what was before."""
        self._nobody_calls()
        restored.take_back(self.places, ask.by, self.clock.now())
        self.again()
        return Done()

    async def night(self, ask: NightCopies) -> Done:
        """What the owner wants of the copies that are made by night."""
        if ask.what in ("on", "off"):
            await self.nightly.switch(on=ask.what == "on")
            self.note(Act.COPIES_ON if ask.what == "on" else Act.COPIES_OFF, "", ask.by)
            return Done()
        self._only_one()
        if ask.what == "now":
            self._doing = "copying"  # seen by the page that asks for it next
            self._tonights = asyncio.create_task(self._tonight())
            return Done()
        file, words = self.nightly.file(ask.copy_name), self.nightly.nights().passphrase
        work = Work("unpack", str(self.places.data), str(file), words, True, "")
        self._begin("unpacking", work, lambda: None)
        return Done()

    def words(self, ask: NightWords) -> Words:
        """Whoever has this and a copy has everything."""
        self.note(Act.PASSPHRASE_SHOWN, "", ask.by)
        return Words(words=self.nightly.nights().passphrase)

    @cached_property
    def nightly(self) -> Nightly:
        """Loaded with the first who asks for it, not with the start."""
        from hotline.control.nightly import Nightly

        return Nightly(
            self.places,
            self.clock,
            self._by_itself,
            self._alone,
            lambda: bool(self.busy() or self._doing),
            self.zone,
            self.tell,
        )

    @property
    def pressing(self) -> tuple[Said, Said]:
        """What went wrong by night and waits for somebody."""
        if "nightly" not in self.__dict__:
            return NOTHING, NOTHING
        wrong = self.nightly.pressing
        return wrong.cause, wrong.action

    async def close(self) -> None:
        """End the child, if there is one."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def _nobody_calls(self) -> None:
        self._only_one()
        if self.busy():
            raise HotlineError(
                say("Somebody is on the telephone, and the call would be cut off."),
                say("Wait until it is over, then try again."),
            )

    def _only_one(self) -> None:
        if self._doing:
            raise HotlineError(
                say("Another backup is being made or unpacked."),
                say("Wait until it is done, or stop it."),
            )

    async def _tonight(self) -> None:
        try:
            await self.nightly.once()
        except OSError as error:
            log.warning("a backup failed: %s", error)

    async def _by_itself(self, work: Work) -> tuple[Said, Said]:
        """The same, of work that nobody waits for."""
        self._task = child = asyncio.create_task(self._child(work))
        return await child

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._doing, self._done = "copying", (0, 0)
        try:
            yield
        finally:
            self._doing = ""

    def _begin(
        self, doing: Doing, work: Work, finished: Callable[[], None], gone: Path | None = None
    ) -> None:
        self._doing, self._done, self._trouble = doing, (0, 0), (NOTHING, NOTHING)
        self._task = asyncio.create_task(self._work(work, finished, gone))

    async def _work(self, work: Work, finished: Callable[[], None], gone: Path | None) -> None:
        try:
            self._trouble = await self._child(work)
            if not self._trouble[0]:
                finished()
        except OSError as error:
            log.warning("a backup failed: %s", error)
            self._trouble = _ENDED
        finally:
            self._doing = ""
            if gone:
                gone.unlink(missing_ok=True)  # noqa: ASYNC240 - one name

    async def _child(self, work: Work) -> tuple[Said, Said]:
        """Why it failed, and what to do; nothing if it did not."""
        process = await asyncio.create_subprocess_exec(
            *children.command("hotline.storage.backupchild"),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, env=children.environment(),
        )  # fmt: skip
        try:
            if process.stdin is None or process.stdout is None:
                return _ENDED
            process.stdin.write(json.dumps(asdict(work)).encode() + b"\n")
            await process.stdin.drain()
            async for line in process.stdout:
                told = json.loads(line)
                if "refused" in told:
                    cause, action = (_said(parts) for parts in told["refused"])
                    return cause, action
                if "done" in told:
                    return NOTHING, NOTHING
                self._done = (told["bytes"], told["of"])
            return _ENDED
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    def _made(self) -> Made | None:
        """The newest that is whole."""
        if not self.places.backups.is_dir():
            return None
        for path in sorted(self.places.backups.iterdir(), reverse=True):
            if named := _NAME.fullmatch(path.name):
                at = datetime.strptime(f"{named[1]}+0000", f"{_STAMP}%z")
                size = path.stat().st_size
                return Made(file=path.name, at=at, size=size, recordings=not named[2])
        return None


_ENDED = (
    say("The work on the backup ended unexpectedly."),
    say("Try again; if it stays so, make room on the disk."),
)


def _said(parts: list[tuple[str, dict[str, str]]]) -> Said:
    return together(*(Said(Part(text, values)) for text, values in parts))


def _unpacked(looked: unpacked.Looked) -> Unpacked:
    return Unpacked(
        mark=looked.mark,
        made_at=instant(looked.made_at),
        version=looked.version,
        recordings=looked.recordings,
        inside=_amounts(looked.inside),
        here=_amounts(looked.here),
    )


def _amounts(held: Contents) -> Amounts:
    last = instant(held.last_call) if held.last_call else None
    return Amounts(**(asdict(held) | {"last_call": last}))
