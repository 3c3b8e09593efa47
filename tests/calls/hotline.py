"""A hotline in memory: the real story of a call, board and records; people and sound are played.

Nobody waits here: sound is over as soon as it begins, and people press their keys on hearing it.
`break_at` makes one part of the box faulty, as a mistake in our own code would.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hotline.calls.attendance import Attendance
from hotline.calls.board import Board
from hotline.calls.call import Call, Step
from hotline.calls.caps import Caps
from hotline.calls.exchange import Exchange
from hotline.calls.notices import Notices, Texting
from hotline.calls.returning import Returning
from hotline.calls.switchboard import Switchboard
from hotline.errors import CallerGone
from hotline.inbox.case import Case
from hotline.inbox.step import StepName
from hotline.lines.port import Caller, Capabilities, Cause, LineState
from hotline.media.catalogue import Prompt
from hotline.media.engine import HangUpTone, KeyWays, Level
from hotline.notify.outbox import Outbox
from hotline.options import Limits
from hotline.routing.announcement import Announcement
from hotline.routing.changes import Change, changed, must_stand
from hotline.routing.confirmed import only_confirmed
from hotline.routing.office import Do, Key, Menu, Office, Person
from hotline.routing.voicemail import with_voicemails
from hotline.storage import calls as journal
from hotline.storage import complaints
from hotline.storage.calls import CallStory, Journal
from hotline.storage.complaints import Cases, Show
from hotline.storage.confirmations import Confirmation, Confirmations
from hotline.storage.files import Recordings
from hotline.storage.numberchecks import NumberChecks
from hotline.storage.presence import Presences, StaffTrail
from hotline.storage.waiting import WaitingList
from tests.storage.conftest import AtOnce, FakeTime

ANA = Person("ana", "Ana", "+37369000101", ring_seconds=5)
MAIN = Menu("main", (Key("1", Do.PERSON), Key("2", Do.COMPLAINT), Key("3", Do.SAY)))
OFFICE = Office(
    "Flowers",
    ZoneInfo("Europe/Chisinau"),
    "MD",
    ("en",),
    people=(ANA,),
    menus=(MAIN,),
    survey=True,
    notify_to=("owner@example.org",),
)
BEEP = "beep"
PATIENCE_S = 30  # nothing here takes time; who waits that long waits for ever


class Mistake(Exception):  # noqa: N818 - the name says whose it is
    """A fault of our own: nothing anybody outside can cause."""


@dataclass
class Faults:
    """What is broken: the making of a sentence, or a method of the sound.

    left: how often it still fails, and what happens in that moment.
    """

    left: dict[str, tuple[int, Callable[[], object]]] = field(default_factory=dict)

    def break_at(
        self, what: str, times: int = 1000, then: Callable[[], object] = lambda: None
    ) -> None:
        self.left[what] = times, then

    def meet(self, what: str) -> None:
        """The place in which the box breaks, if it was told to."""
        times, then = self.left.get(what, (0, lambda: None))
        if times:
            self.left[what] = times - 1, then
            then()
            raise Mistake(what)


class Telephone:
    """A leg. presses: the keys that whoever holds it presses on hearing a sentence.

    on_hearing: what else happens just as they hear one.
    """

    def __init__(self, caller: Caller, presses: Mapping[str, str]) -> None:
        loop = asyncio.get_running_loop()
        self.line, self.caller, self.presses = "office", caller, presses
        self.on_hearing: Callable[[str], None] = lambda _: None
        self.reports_keys = False  # else the box waits for the sound before a key
        self.heard: list[str] = []
        self.hears_music = False
        self.sends_when_gone: HangUpTone | None = None
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.taken: asyncio.Future[None] = loop.create_future()
        self.answered: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[Cause] = loop.create_future()

    @property
    def audio(self) -> Telephone:
        return self

    async def answer(self) -> None:
        if self.gone.done():
            raise CallerGone
        assert not self.answered.done(), "picked up twice"
        self.picks_up()

    def picks_up(self) -> None:
        self.taken.set_result(None)
        self.answered.set_result(None)

    def hears(self, sentence: str) -> None:
        self.heard.append(sentence)
        for key in self.presses.get(sentence, ""):
            self.keys.put_nowait(key)
        self.on_hearing(sentence)

    def leaves_on(self, sentence: str, cause: Cause = Cause.HUNG_UP) -> None:
        """Be gone as soon as this is heard."""
        self.on_hearing = lambda heard: self.hang_up(cause) if heard == sentence else None

    def hang_up(self, cause: Cause = Cause.OURS) -> None:
        if not self.gone.done():
            self.gone.set_result(cause)


class Tape:
    """A recording of that much speech."""

    trouble, seconds = "", 4.0

    def __init__(self, path: Path, faults: Faults, speech_seconds: float) -> None:
        self.path, self.speech_seconds, self._faults = path, speech_seconds, faults

    @property
    def silent_for(self) -> float:
        self._faults.meet("listening")
        return 0.0

    def stop(self) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


class Ear:
    """The sound of one leg."""

    def __init__(self, leg: Telephone, faults: Faults, speech_seconds: float) -> None:
        self.leg = self._leg = leg
        self._faults, self._speech = faults, speech_seconds

    async def play(self, files: Sequence[Path], *, loop: bool = False) -> None:
        for file in files:
            self._faults.meet(f"play {file}")
            self._leg.hears(str(file))
            if self._leg.gone.done():  # nobody is there to hear the end of it
                await asyncio.Event().wait()
        if loop:
            self._leg.hears_music = True
            try:
                await asyncio.Event().wait()
            finally:
                self._leg.hears_music = False

    def record(self, path: Path) -> Tape:
        self._faults.meet("record")
        return Tape(path, self._faults, self._speech)

    async def level(self) -> Level:
        return Level(0, 0)

    def key_ways(self) -> KeyWays:
        return KeyWays(told=True, heard=False)

    def hear_keys(self) -> None: ...

    async def learn_tone(self) -> HangUpTone:
        while self._leg.sends_when_gone is None:
            await asyncio.Event().wait()
        return self._leg.sends_when_gone

    def press(self, digits: str) -> None: ...

    def close(self) -> None:
        self._faults.meet("close")


class Sounds:
    """The engine. joined: each pair of telephones that hear each other."""

    def __init__(self, faults: Faults, speech_seconds: float) -> None:
        self._faults, self._speech = faults, speech_seconds
        self.joined: set[frozenset[Telephone]] = set()

    def attach(self, audio: Any, keys: asyncio.Queue[str], *, in_band: bool) -> Ear:
        self._faults.meet("attach")
        return Ear(audio, self._faults, self._speech)

    def join(self, one: Any, other: Any) -> None:
        self._faults.meet("join")
        self.joined.add(frozenset({one.leg, other.leg}))

    def part(self, one: Any, other: Any) -> None:
        self._faults.meet("part")
        self.joined.discard(frozenset({one.leg, other.leg}))


class Sentences:
    """The prompts: each is a file of its own name."""

    beep, music, ringback = Path(BEEP), Path("music"), Path("ringback")

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.recorded: set[str] = set()  # names of the office's own recordings
        self.values: dict[Prompt, dict[str, object]] = {}  # of the last time it was said
        self.languages: dict[Prompt, str] = {}

    async def files(self, language: str, prompt: Prompt, **values: object) -> list[Path]:
        self._faults.meet(prompt)
        self.values[prompt], self.languages[prompt] = values, language
        return [Path(prompt)]

    async def say(self, language: str, text: str, own: str = "") -> list[Path]:
        self._faults.meet(text)
        if own in self.recorded:
            return [Path(f"own {own}")]
        return [Path(text)] if text else []

    async def made(self, language: str, text: str) -> Path:
        return Path(text)

    async def prepare(self, office: Office, progress: Any = None, **values: object) -> int:
        return 0


class StaffLine:
    """The line over which the staff is rung; whoever hears the whisper presses `key`.

    does: what single telephones do instead, by number: another key, "rings" on, or is "busy".
    """

    name = "office"

    def __init__(self, full_duplex: bool) -> None:
        self.capabilities = Capabilities(channels=9, full_duplex=full_duplex)
        self.key = "1"
        self.on_hearing: Callable[[str], None] = lambda _: None
        self.does: dict[str, str] = {}
        self.rung: list[Telephone] = []
        self.dialled = asyncio.Event()
        self.busy: set[str] = set()  # numbers
        self.silent: set[str] = set()
        self.fails: set[str] = set()
        self.on_state: Callable[[LineState], None] = lambda _: None

    def state(self) -> LineState:
        return LineState(True, "Ready.")

    def free_channels(self) -> int:
        return 9

    def dial(self, number: str) -> Telephone:
        does = self.does.get(number, self.key)
        whispers = Prompt.WHISPER, Prompt.WHISPER_KEYS, Prompt.RETURN_WHISPER
        asked = dict.fromkeys(whispers, does)
        phone = Telephone(Caller(number), asked)
        phone.on_hearing = self.on_hearing
        if number in self.busy or does == "busy":
            phone.hang_up(Cause.BUSY)
        elif number in self.fails:
            phone.hang_up(Cause.LINE_FAILED)
        elif number in self.silent or does == "rings":
            phone.taken.set_result(None)
        else:
            phone.picks_up()
        self.rung.append(phone)
        self.dialled.set()
        return phone

    async def start(self, on_ring: Any) -> None: ...

    async def stop(self) -> None: ...


class Hotline:
    """The hotline and what stands in its records. speech_seconds: in each recording.

    confirmed: the numbers whose owners confirmed them; None: everybody did.
    """

    def __init__(
        self,
        folder: Path,
        office: Office = OFFICE,
        *,
        speech_seconds: float = 3.0,
        full_duplex: bool = True,
        texting: Texting | None = None,
        confirmed: Collection[str] | None = None,
    ) -> None:
        self.records, time, self._in_force = AtOnce(), FakeTime(), office
        self.time = time
        writer: Any = self.records
        self.faults, self.line = Faults(), StaffLine(full_duplex)
        clock = replace(time.clock(), monotonic=lambda: time.now().timestamp())
        words = self.words = Sentences(self.faults)
        self.sounds: Any = Sounds(self.faults, speech_seconds)
        self.outbox = Outbox(writer, (), {}, clock)
        held = [Confirmation(n, clock.now(), "", "") for n in confirmed or ()]
        self.confirmed = Confirmations(writer, held)
        self.checks = NumberChecks(writer, (), ())
        self._holds = self.confirmed.holds if confirmed is not None else lambda _number: True
        self.board = Board((self.line,), Caps(Limits(), "MD", self._holds), clock)
        self.exchange = Exchange(
            board=self.board,
            engine=self.sounds,
            prompts=words,
            comfort=words,
            journal=Journal(writer, 1),
            cases=Cases(writer, 101),
            recordings=Recordings(folder),
            notices=Notices(self.outbox, (), texting),
            clock=clock,
            office=self._office,
            announcement=lambda: self.announcement,
        )
        self.announcement: Announcement | None = None
        self.presences, self.trail = Presences(writer, ()), StaffTrail(writer, 1)
        self.staff = Attendance(self.exchange, self.presences, self.trail)
        self.switchboard = Switchboard(self.exchange)
        self.switchboard.listeners.append(self._note)
        self.waiting = WaitingList(writer)
        self.returning = Returning(self.exchange, self.waiting, self.switchboard.talks_with)
        self._ids: dict[Telephone, int] = {}
        self._told: set[tuple[int, str]] = set()
        self._news = asyncio.Event()

    def _office(self) -> Office:
        self.faults.meet("office")
        return with_voicemails(
            only_confirmed(self._in_force, self._holds), self.checks.voicemail_after
        )

    def changes(self, office: Office) -> None:
        """Another office is in force."""
        self._in_force = office

    async def change_plan(self, change: Change, _by: str) -> None:
        """As the page does. Raises DoesNotFit."""
        after = changed(self._in_force, change)
        must_stand(after, self._in_force)
        self._in_force = after

    def rings(self, chooses: str = "", number: str = "+37322111222") -> Telephone:
        """Somebody calls who chooses this key of the menu, and presses # after the beep."""
        presses = {Prompt.MENU_PERSON: chooses, BEEP: "#", Prompt.SURVEY_ASK: "5"}
        phone = Telephone(Caller(number or None), presses)
        self.switchboard.ring(phone)
        self._ids[phone] = max(self.switchboard.live, default=0)
        return phone

    async def step(self, phone: Telephone, what: StepName) -> None:
        """Wait until this call has come to that step."""
        async with asyncio.timeout(PATIENCE_S):
            while (self._ids[phone], what) not in self._told:
                self._news.clear()
                await self._news.wait()

    async def over(self, phone: Telephone) -> CallStory:
        """What the journal tells of this call once it is over and nobody is talked to any more."""
        await self.step(phone, "ended")
        await self.board.settle()
        assert phone.gone.done(), "the caller's leg was left open"
        story = journal.get(self.records.database, self._ids[phone])
        assert story is not None
        return story

    async def called(self, chooses: str = "") -> CallStory:
        """A whole call, as `rings` and `over`."""
        return await self.over(self.rings(chooses))

    def _note(self, call: Call, step: Step) -> None:
        self._told.add((call.id, step.what))
        self._news.set()

    def cases(self) -> list[Case]:
        """What stands in the inbox."""
        return complaints.list_cases(self.records.database, Show.ALL)

    def unfinished(self) -> int:
        """Cases that were begun and neither filed nor dropped."""
        sql = "select count(*) from cases where not filed"
        return int(self.records.database.execute(sql).fetchone()[0])

    def missed(self) -> list[str | None]:
        """The numbers on the list of missed calls."""
        return [call.caller_number for call in journal.missed_open(self.records.database)]

    def letters(self) -> list[str]:
        """Subjects of what the office is written."""
        return [letter.subject for letter in self.outbox.waiting()]

    def texts(self, number: str) -> list[str]:
        """What this telephone is texted."""
        return [one.subject for one in self.outbox.waiting() if one.recipient == number]

    def staff_is_free(self) -> bool:
        """Nobody of the staff is rung, talks, or counts as busy; no forwarding is under way."""
        idle = all(phone.gone.done() for phone in self.line.rung)
        return idle and not self.board.load(None).busy and not self.board.caps.forwarding
