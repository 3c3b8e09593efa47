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
    Prompt.RETURN_WHISPER: 9.0,
    Prompt.CALLBACK_IN_TURN: 7.0,
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
        return [Sentence("say", language, text)] if text else []


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
    taken_at: float | None = None  # when key 1 was pressed, and not 2 before
    spoken: list[tuple[float, float]] = field(default_factory=list)  # from, to: after the beep


@dataclass
class Back:
    """The box calls somebody back: the colleague's legs, those of the caller, and the talk.

    machine: the colleague found that a machine had answered.
    """

    visit: Visit
    staff: list[Ring] = field(default_factory=list)
    caller: list[Ring] = field(default_factory=list)
    talk_at: float | None = None
    machine: bool = False

    @property
    def at(self) -> float:
        """When it began."""
        return self.staff[0].at

    @property
    def over(self) -> float:
        """When nobody was connected any more."""
        ends = [ring.ended_at for ring in (*self.staff, *self.caller)]
        return max(float("inf") if end is None else end for end in ends)

    def goes_on(self, ring: Ring) -> bool:
        """Is it the same colleague, in this very instant over another line?"""
        last = self.staff[-1]
        return last.number == ring.number and last.ended_at in (None, ring.at)

    @property
    def pressed(self) -> str:
        """By the colleague."""
        return "".join(ring.pressed for ring in self.staff)

    @property
    def parted(self) -> float:
        """When the first of the two was gone."""
        ends = [self.staff[-1].ended_at, self.caller[-1].ended_at]
        return min(float("inf") if end is None else end for end in ends)

    @property
    def spoken(self) -> bool:
        """Did a person talk with a person?"""
        return self.talk_at is not None and not self.machine


@dataclass
class Span:
    """So long the caller and somebody heard each other; `to` None while it lasts."""

    since: float
    ring: Ring
    to: float | None = None


@dataclass
class Visit:
    """One call of somebody to the office, as they experienced it. Seconds of the month.

    talks: when whoever had the caller from then on was there. heard_by: with the time on hold left
    out. consults: when, who asked, who was asked. orders: when, and of whom, the digit after star.
    """

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
    heard_by: list[Span] = field(default_factory=list)
    consults: list[tuple[float, Ring, Ring]] = field(default_factory=list)
    orders: list[tuple[float, Ring, str]] = field(default_factory=list)
    spoken: list[tuple[float, float]] = field(default_factory=list)  # from, to: after the beep
    rings: list[Ring] = field(default_factory=list)
    backs: list[Back] = field(default_factory=list)

    def dialled(self, ring: Ring) -> None:
        """The box calls somebody for this caller; to call them back, if it told them so."""
        if not self.promised:
            self.rings.append(ring)
        elif ring.number == self.number:
            self.backs[-1].caller.append(ring)
        elif self.backs and self.backs[-1].goes_on(ring):
            self.backs[-1].staff.append(ring)
        else:
            self.backs.append(Back(self, [ring]))

    def meets(self, ring: Ring) -> None:
        """They hear each other, for the first time or again."""
        self.heard_by.append(Span(now(), ring))
        if not self.talks or self.talks[-1][1] is not ring:
            self.talks.append((now(), ring))

    @property
    def promised(self) -> bool:
        """Was the caller told that the box will call them?"""
        return any(one.what == Prompt.CALLBACK_IN_TURN for _, one in self.heard)

    @property
    def legs(self) -> list[Ring]:
        """Every telephone the box called because of this one."""
        return self.rings + [leg for back in self.backs for leg in (*back.staff, *back.caller)]


CALLING: ContextVar[Visit] = ContextVar("CALLING")  # whose call this is done for


class Holder(Protocol):
    """Whoever holds a telephone."""

    def hears(self, sentences: Sequence[Sentence]) -> None:
        """These are going to be said, one after another."""

    def joined(self, other: Telephone) -> None:
        """There is somebody to talk to."""

    def asks(self, other: Telephone) -> None:
        """A colleague is there to be asked; the caller waits."""


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
            if key == "1" and "2" not in self.note.pressed:
                self.note.taken_at = self.note.taken_at or now()
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

    def dial(self, number: str) -> Telephone:
        visit = CALLING.get()
        if self.free_channels() <= 0 or not self.up:
            self.overbooked += 1
            raise LineDown("No channel is free.")
        ring = Ring(number, self.name, visit, now())
        visit.dialled(ring)
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

    def __init__(self, path: Any, note: Visit | Ring) -> None:
        self.path, self._note, self._since = path, note, now()
        self._until: float | None = None

    @property
    def _end(self) -> float:
        return now() if self._until is None else self._until

    @property
    def seconds(self) -> float:
        return self._end - self._since

    @property
    def speech_seconds(self) -> float:
        return said(self._note, self._since, self._end)

    @property
    def silent_for(self) -> float:
        ends = [min(to, now()) for begin, to in self._note.spoken if begin <= now()]
        return now() - max([self._since, *ends])

    def stop(self) -> asyncio.Future[None]:
        if self._until is None:
            self._until = now()
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


def said(note: Visit | Ring, since: float, until: float) -> float:
    """For how many seconds they spoke between these."""
    return sum(max(0.0, min(to, until) - max(begin, since)) for begin, to in note.spoken)


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
        elif sentence.what in (Prompt.WHISPER, Prompt.RETURN_WHISPER):
            note.whisper = sentence

    def record(self, path: Any) -> Tape:
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
        if isinstance(caller.note, Visit):
            caller.note.meets(staff.note)
        elif any(staff.note is ring for ring in caller.note.visit.rings):
            caller.note.visit.consults.append((now(), caller.note, staff.note))
            caller.holder.asks(staff)
            return
        else:  # who is called back comes second
            caller.note.visit.backs[-1].talk_at = now()
        for phone, far in ((caller, staff), (staff, caller)):
            if phone.holder is not None and not phone.gone.done():
                phone.holder.joined(far)

    def part(self, one: Ear, other: Ear) -> None:
        if isinstance(one.phone.note, Visit):
            one.phone.note.heard_by[-1].to = now()


def now() -> float:
    """Seconds of the month."""
    return asyncio.get_running_loop().time()
