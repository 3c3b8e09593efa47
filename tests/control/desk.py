"""A desk with nobody's real data: remembers what it was asked, answers what it was given."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from hotline.control.backupdesk import BackupDesk
from hotline.control.boxdesk import BoxDesk
from hotline.control.menutrial import tried
from hotline.control.messages import KINDS
from hotline.control.messages.backup import (
    BackupAnswer,
    BackupForget,
    BackupLook,
    BackupMake,
    NightCopies,
    NightWords,
    RestoreBack,
    RestoreDrop,
    RestoreOpen,
    RestoreTake,
)
from hotline.control.messages.box import BoxAnew, BoxAnswer, BoxBegins, BoxGet, BoxSet
from hotline.control.messages.calls import (
    CallBack,
)
from hotline.control.messages.hardware import LineLook, LineRestart, LineSeen
from hotline.control.messages.letters import (
    LetterAsk,
    LetterNow,
    LetterPut,
    LettersAnswer,
    LettersLook,
    LetterTry,
    MessengerAdd,
    MessengerSet,
)
from hotline.control.messages.lines import (
    LineAdd,
    LineChange,
    LineDivert,
    LineDiverted,
    LinesAnswer,
    LineSet,
    LinesFound,
    LineState,
)
from hotline.control.messages.office import (
    MenuTried,
    MenuTry,
    NoticeHear,
    NoticeHeard,
    NoticeTexts,
    NoticeTextsAnswer,
    OfficeAnswer,
    OfficeGet,
    OfficePut,
    OfficePutAnswer,
    OfficeSet,
    PlanDraft,
)
from hotline.control.messages.people import (
    CapsResume,
    NumberCode,
    NumberConfirm,
    NumberMeasure,
    Numbers,
    NumbersAnswer,
    StaffAsk,
    StaffPin,
    StaffPinMade,
    StaffSaid,
)
from hotline.control.messages.status import Event, Ring, Status, StatusAnswer, Who, WhoAnswer
from hotline.control.messages.wire import Done, Message, Started, Words
from hotline.control.server import ControlServer, Feed
from hotline.control.table import Row
from hotline.errors import BadSettings, HotlineError
from hotline.options import Options
from hotline.options.chosen import WithChosen
from hotline.said import say
from hotline.storage.officefile import read_stored_office
from hotline.storage.officesections import mark_of, sections_of, with_sections
from hotline.storage.officewriting import write_office

NOON = datetime(2026, 12, 5, 12, tzinfo=UTC)


def box_desk(path: Path, filed: Options = Options(), *, busy: bool = True) -> BoxDesk:  # noqa: B008
    """The box itself as the daemon keeps it, begun without anything chosen."""
    return BoxDesk(filed, WithChosen(filed, {}), path, lambda: busy, lambda *_: None)


class FakeDesk:
    """`refuse` makes every change fail in the daemon's words; `broken` makes it a bug."""

    def __init__(self) -> None:
        self.asked: list[Message] = []
        self.feed = Feed()
        self.refuse: HotlineError | None = None
        self.broken = False
        self.yaml = "name: Flori\nzone: Europe/Chisinau\ncountry: MD\nlanguages: [ro]\n"
        self.people = NumbersAnswer()
        self.sounds: tuple[str, ...] = ()
        self.set_up = LinesAnswer(room=8)
        self.backups: BackupDesk | None = None  # a real one, for who wants to see it work
        self.backed_up = BackupAnswer()
        self.box = box_desk(Path("/nowhere/settings.toml"))
        self.seen = LineSeen()
        self.letters = LettersAnswer(room=8)
        self.state = StatusAnswer(
            version="0.1.0",
            started_at=NOON,
            now=NOON,
            office="Flori",
            zone="Europe/Chisinau",
            lines=(LineState(id="office", name="Office line", up=True, words="Ready"),),
        )

    async def close(self) -> None:
        """Nothing goes on beside the server."""

    def rows(self) -> Iterator[Row]:
        """A method named for the message answers it; all others are only remembered."""
        for kind in KINDS:
            yield kind, getattr(self, kind.model_fields["do"].default, self._change)

    async def status(self, ask: Status) -> StatusAnswer:
        if self.broken:
            raise ZeroDivisionError
        return self.state

    async def who(self, ask: Who) -> WhoAnswer:
        self.asked.append(ask)
        return WhoAnswer(at=ask.at or NOON, open=True, rounds=(Ring(names=("Ana",), seconds=20),))

    async def _change(self, ask: Message) -> Done:
        if self.refuse:
            raise self.refuse
        self.asked.append(ask)
        return Done()

    async def staff(self, ask: StaffAsk) -> StaffSaid:
        await self._change(ask)
        if ask.person == "last":
            return StaffSaid(done=False, words="Break denied: too few people would stay.")
        return StaffSaid(done=True, words=f"{ask.person} {ask.what} {ask.minutes}")

    async def staff_pin(self, ask: StaffPin) -> StaffPinMade:
        await self._change(ask)
        if ask.forget:
            return StaffPinMade(name="Ana")
        return StaffPinMade(name="Ana", number="1", digits="20461357")

    async def plan_draft(self, ask: PlanDraft) -> StaffSaid:
        await self._change(ask)
        return StaffSaid(done=True, words=say("The plan is changed."))

    async def line_divert(self, ask: LineDivert) -> LineDiverted:
        self.asked.append(ask)
        return LineDiverted(always=ask.to, unreachable="")

    async def lines_found(self, ask: LinesFound) -> LinesAnswer:
        return self.set_up

    async def line_add(self, ask: LineAdd) -> LineSet:
        await self._change(ask)
        return LineSet(line=str(ask.settings.get("name", "line")))

    async def line_change(self, ask: LineChange) -> LineSet:
        await self._change(ask)
        return LineSet(line=ask.line)

    async def line_look(self, ask: LineLook) -> LineSeen:
        return self.seen

    async def line_restart(self, ask: LineRestart) -> Started:
        await self._change(ask)
        return Started(words=say("The modem starts anew as soon as the call on it is over."))

    async def letters_look(self, ask: LettersLook) -> LettersAnswer:
        return self.letters

    async def messenger_add(self, ask: MessengerAdd) -> MessengerSet:
        await self._change(ask)
        return MessengerSet(name=ask.kind)

    async def letter_try(self, ask: LetterTry) -> LetterPut:
        await self._change(ask)
        return LetterPut(id="test-1")

    async def letter_ask(self, ask: LetterAsk) -> LetterNow:
        return LetterNow(
            id=ask.id, way="email", recipient="", subject="", created=NOON, state="sent"
        )

    async def numbers(self, ask: Numbers) -> NumbersAnswer:
        return self.people

    async def number_confirm(self, ask: NumberConfirm) -> NumberCode:
        await self._change(ask)
        return NumberCode(code="4711", number="+373 69… 02")

    async def number_measure(self, ask: NumberMeasure) -> Started:
        await self._change(ask)
        return Started(words="Ana is rung now.")

    async def caps_resume(self, ask: CapsResume) -> Words:
        await self._change(ask)
        return Words(words="30 more minutes of forwarded calls are allowed today.")

    async def call_back(self, ask: CallBack) -> Started:
        await self._change(ask)
        return Started(words=say("%(person)s is rung now; pick up and press 1.", person="Ana"))

    async def notice_texts(self, ask: NoticeTexts) -> NoticeTextsAnswer:
        return NoticeTextsAnswer(texts={"ro": "Mesajul se înregistrează.", "ru": "<b>Запись</b>"})

    async def notice_hear(self, ask: NoticeHear) -> NoticeHeard:
        return NoticeHeard(sounds=self.sounds)

    async def office_get(self, ask: OfficeGet) -> OfficeAnswer:
        return OfficeAnswer(yaml=self.yaml)

    async def office_put(self, ask: OfficePut) -> OfficePutAnswer:
        if "name" not in ask.yaml:
            raise BadSettings("the office file", ("name: is missing", "zone: is missing"))
        self.asked.append(ask)
        self.yaml = ask.yaml
        return OfficePutAnswer(warnings=("Nobody is on duty on Sunday.",))

    async def office_set(self, ask: OfficeSet) -> OfficePutAnswer:
        """As the daemon does it, but that nobody is rung."""
        if mark_of(sections_of(self.yaml), ask.sections) != ask.seen:
            raise HotlineError(say("Somebody has changed this meanwhile."))
        office, warnings = with_sections(self.yaml, ask.sections)
        if not ask.only_look:
            await self._change(ask)
            self.yaml = write_office(office)
        return OfficePutAnswer(warnings=warnings)

    async def backup_look(self, ask: BackupLook) -> BackupAnswer:
        return self.backups.look() if self.backups else self.backed_up

    async def backup_make(self, ask: BackupMake) -> Done:
        if self.backups:
            self.backups.make(ask)
        return await self._change(ask)

    async def backup_forget(self, ask: BackupForget) -> Done:
        if self.backups:
            await self.backups.forget()
        return await self._change(ask)

    async def night_copies(self, ask: NightCopies) -> Done:
        if self.backups:
            await self.backups.night(ask)
        return await self._change(ask)

    async def night_words(self, ask: NightWords) -> Words:
        return self.backups.words(ask) if self.backups else Words(words="")

    async def restore_open(self, ask: RestoreOpen) -> Done:
        if self.backups:
            self.backups.open(ask)
        return await self._change(ask)

    async def restore_drop(self, ask: RestoreDrop) -> Done:
        if self.backups:
            await self.backups.drop()
        return await self._change(ask)

    async def restore_take(self, ask: RestoreTake) -> Done:
        if self.backups:
            self.backups.take(ask)
        return await self._change(ask)

    async def restore_back(self, ask: RestoreBack) -> Done:
        if self.backups:
            self.backups.take_back(ask)
        return await self._change(ask)

    async def box_get(self, ask: BoxGet) -> BoxAnswer:
        return self.box.all()

    async def box_set(self, ask: BoxSet) -> Done:
        """As the daemon does it."""
        if self.refuse:
            raise self.refuse
        await self.box.put(ask)
        if not ask.only_look:
            self.asked.append(ask)
        return Done()

    async def box_anew(self, ask: BoxAnew) -> BoxBegins:
        """Somebody is always on the telephone here."""
        await self._change(ask)
        return await self.box.anew(ask)

    async def menu_try(self, ask: MenuTry) -> MenuTried:
        """As the daemon does it; nobody speaks here."""
        office, _ = read_stored_office(self.yaml, "the office")
        return await tried(office, ask, datetime(2026, 12, 7, 10, tzinfo=UTC))

    def events(self) -> AsyncGenerator[Event, None]:
        return self.feed.listen()


class Daemon:
    """A control server on its own loop and thread, as a blocking client meets it."""

    def __init__(self, path: Path, desk: FakeDesk) -> None:
        self.path = path
        self.desk = desk
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server = ControlServer(path, desk)

    def start(self) -> None:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._server.open(), self._loop).result(5)

    def publish(self, event: Event) -> None:
        self._loop.call_soon_threadsafe(self.desk.feed.publish, event)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.desk.close(), self._loop).result(5)
        asyncio.run_coroutine_threadsafe(self._server.close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


@contextmanager
def running(path: Path, desk: FakeDesk | None = None) -> Iterator[Daemon]:
    """A daemon for the length of a test."""
    daemon = Daemon(path, desk or FakeDesk())
    daemon.start()
    try:
        yield daemon
    finally:
        daemon.stop()
