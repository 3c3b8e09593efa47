"""The telephone network around the box: lines with few channels, legs that take time, the sound.

Nothing is decided here: `people` says what whoever holds a telephone does. What happened is written
into the diary as the network saw it: it knows for whom each telephone rings because every call runs
in a context of its own, whatever the box believes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from hotline.errors import CallerGone, LineDown
from hotline.lines.port import Caller, Capabilities, Cause, LineState
from hotline.media.catalogue import Prompt
from hotline.media.engine import Level

LETTERS_A_SECOND = 14
MUSIC, BEEP = "music", "beep"
# How long the sentences last that the box says, in seconds; the others `ORDINARY`.
LENGTHS = {
    BEEP: 0.4,
    Prompt.GREETING_OPEN: 3.0,
    Prompt.GREETING_CLOSED: 7.0,
    Prompt.MENU_ITEM: 2.2,
    Prompt.LANGUAGE_CHOICE: 2.0,
    Prompt.MENU_PERSON: 2.4,
    Prompt.RECORDING_NOTICE: 6.0,
    Prompt.WHISPER: 7.0,
    Prompt.STILL_WAITING: 5.0,
}
ORDINARY = 3.0


@dataclass(frozen=True)
class Sentence:
    """What somebody hears: `what` is a prompt's name, "say" for the office's own text."""

    what: str
    language: str = ""
    text: str = ""
    values: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def seconds(self) -> float:
        """How long it takes to say it."""
        return len(self.text) / LETTERS_A_SECOND or LENGTHS.get(self.what, ORDINARY)


class Sentences:
    """The prompts; nothing is synthesised."""

    music, beep = Sentence(MUSIC), Sentence(BEEP)

    async def files(self, language: str, prompt: Prompt, **values: object) -> list[Sentence]:
        return [Sentence(prompt.value, language, values=values)]

    async def say(self, language: str, text: str, own: str = "") -> list[Sentence]:
        return [Sentence("say", language, text)]


@dataclass
class Ring:
    """One telephone of the staff being called, as its network saw it. Seconds of the month."""

    number: str
    line: str
    visit: Visit
    at: float
    way: str = ""
    answered_at: float | None = None
    ended_at: float | None = None
    cause: Cause | None = None
    whisper: Sentence | None = None
    pressed: str = ""


@dataclass
class Visit:
    """One call of somebody to the office, as they experienced it. Seconds of the month."""

    order: int
    number: str | None
    line: str
    at: float
    wish: str = ""
    ended_at: float | None = None
    cause: Cause | None = None
    engaged: bool = False  # no channel was free: the caller heard the busy tone
    heard: list[tuple[float, Sentence]] = field(default_factory=list)
    pressed: list[tuple[float, str]] = field(default_factory=list)
    talks: list[tuple[float, Ring]] = field(default_factory=list)
    spoken: list[tuple[float, float]] = field(default_factory=list)  # from, to: after the beep
    rings: list[Ring] = field(default_factory=list)


CALLING: ContextVar[Visit] = ContextVar("CALLING")  # whose call this is done for


class Holder(Protocol):
    """Whoever holds a telephone."""

    def hears(self, sentences: Sequence[Sentence]) -> None:
        """These are going to be said, one after another."""

    def joined(self, other: Telephone) -> None:
        """There is somebody to talk to."""


class Telephone:
    """A leg on a line; `note` is its page of the diary."""

    reports_keys = True

    def __init__(self, line: Trunk, caller: Caller, note: Visit | Ring) -> None:
        loop = asyncio.get_running_loop()
        self.line, self.caller, self.note, self._on = line.name, caller, note, line
        self.holder: Holder | None = None
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.taken: asyncio.Future[None] = loop.create_future()
        self.answered: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[Cause] = loop.create_future()
        self._plans: list[asyncio.TimerHandle] = []

    @property
    def audio(self) -> Telephone:
        return self

    async def answer(self) -> None:
        if self.gone.done():
            raise CallerGone
        self.picked_up()

    def picked_up(self) -> None:
        """Both ends talk from now on."""
        self.first_sign()
        self.answered.set_result(None)
        if isinstance(self.note, Ring):
            self.note.answered_at = now()

    def first_sign(self) -> None:
        """The network says: trying."""
        if not self.taken.done():
            self.taken.set_result(None)

    def hang_up(self, cause: Cause = Cause.OURS) -> None:
        """Whoever it was, and whatever for; also how a network ends a leg."""
        if self.gone.done():
            return
        for plan in self._plans:
            plan.cancel()
        self._on.live.discard(self)
        self.note.ended_at, self.note.cause = now(), cause
        self.answered.cancel()
        self.gone.set_result(cause)

    def presses(self, key: str) -> None:
        """Whoever holds it presses a key."""
        if isinstance(self.note, Visit):
            self.note.pressed.append((now(), key))
        else:
            self.note.pressed += key
        self.keys.put_nowait(key)

    def later(self, seconds: float, action: Callable[..., Any], *given: Any) -> asyncio.TimerHandle:
        """Do it in so many seconds, if the leg lasts so long."""
        self._plans.append(asyncio.get_running_loop().call_later(seconds, action, *given))
        return self._plans[-1]


class Trunk:
    """A line of the box.

    overbooked: how often more was asked of it than it can do. down: from, to, in seconds.
    """

    def __init__(self, name: str, channels: int, rings: Callable[[Telephone], None]) -> None:
        self.name, self.capabilities = name, Capabilities(channels=channels)
        self.live: set[Telephone] = set()
        self.up, self.overbooked = True, 0
        self.down: list[tuple[float, float]] = []
        self._rings = rings

    def state(self) -> LineState:
        return LineState(self.up, "Ready." if self.up else "Out of order.")

    def free_channels(self) -> int:
        return self.capabilities.channels - len(self.live)

    def dial(self, number: str, shown: str | None = None) -> Telephone:
        visit = CALLING.get()
        if self.free_channels() <= 0 or not self.up:
            self.overbooked += 1
            raise LineDown("No channel is free.")
        ring = Ring(number, self.name, visit, now())
        visit.rings.append(ring)
        phone = Telephone(self, Caller(number), ring)
        self.live.add(phone)
        self._rings(phone)
        return phone

    def comes_in(self, visit: Visit) -> Telephone:
        """Somebody calls; without a free channel they hear the busy tone."""
        phone = Telephone(self, Caller(visit.number), visit)
        if self.free_channels() > 0 and self.up:
            self.live.add(phone)
        else:
            visit.engaged = True
            phone.hang_up(Cause.BUSY)
        return phone

    def fails(self, seconds: float) -> None:
        """Out of order for so long; everybody on it is cut off."""
        self.up = False
        self.down.append((now(), now() + seconds))
        for phone in tuple(self.live):
            phone.hang_up(Cause.LINE_FAILED)
        asyncio.get_running_loop().call_later(seconds, self._works)

    def _works(self) -> None:
        self.up = True


class Tape:
    """A recording of one leg: how much was said is known from who said it."""

    trouble = ""

    def __init__(self, path: Any, visit: Visit) -> None:
        self.path, self._visit, self._since = path, visit, now()
        self._until: float | None = None

    @property
    def _end(self) -> float:
        return now() if self._until is None else self._until

    @property
    def seconds(self) -> float:
        return self._end - self._since

    @property
    def speech_seconds(self) -> float:
        return said(self._visit, self._since, self._end)

    @property
    def silent_for(self) -> float:
        ends = [min(to, now()) for begin, to in self._visit.spoken if begin <= now()]
        return now() - max([self._since, *ends])

    def stop(self) -> asyncio.Future[None]:
        if self._until is None:
            self._until = now()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


def said(visit: Visit, since: float, until: float) -> float:
    """For how many seconds the caller spoke between these."""
    return sum(max(0.0, min(to, until) - max(begin, since)) for begin, to in visit.spoken)


class Ear:
    """The sound of one leg."""

    def __init__(self, phone: Telephone) -> None:
        self.phone = phone

    async def play(self, files: Sequence[Sentence], *, loop: bool = False) -> None:
        if loop:
            await asyncio.Event().wait()
        if self.phone.holder is not None:
            self.phone.holder.hears(files)
        for sentence in files:
            self._note(sentence)
            await asyncio.sleep(sentence.seconds)

    def _note(self, sentence: Sentence) -> None:
        note = self.phone.note
        if isinstance(note, Visit):
            note.heard.append((now(), sentence))
        elif sentence.what == Prompt.WHISPER:
            note.whisper = sentence

    def record(self, path: Any) -> Tape:
        assert isinstance(self.phone.note, Visit), "only callers are recorded"
        return Tape(path, self.phone.note)

    async def level(self) -> Level:
        return Level(0, 0)

    def hear_keys(self) -> None: ...

    def close(self) -> None: ...


class Bridge:
    """The engine."""

    def attach(self, audio: Telephone, keys: object, *, in_band: bool) -> Ear:
        return Ear(audio)

    def join(self, one: Ear, other: Ear) -> None:
        caller, staff = one.phone, other.phone
        caller.note.talks.append((now(), staff.note))
        for phone, far in ((caller, staff), (staff, caller)):
            if phone.holder is not None and not phone.gone.done():
                phone.holder.joined(far)

    def part(self, one: Ear, other: Ear) -> None: ...


def now() -> float:
    """Seconds of the month."""
    return asyncio.get_running_loop().time()
