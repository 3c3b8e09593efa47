"""An office, its telephones and its callers around one real box; what the stories are played on.

The box speaks its sentences as this office's own recordings: a tone for each (`SIGNS`), so that a
story hears at once which sentence it was. Whatever the office writes itself is really spoken.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import wave
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from hotline.calls.message import KEPT_DAYS
from hotline.control.messages.calls import LiveCall
from hotline.control.messages.status import StatusAnswer
from hotline.inbox.case import Case
from hotline.media import tones, wav
from hotline.media.catalogue import Prompt
from hotline.media.speech import Voice
from hotline.storage import calls as journal
from hotline.storage import complaints
from hotline.storage.calls import CallStory
from hotline.storage.complaints import Show
from hotline.storage.officefile import read_office
from hotline.storage.places import Places
from hotline.storage.schema import records_file
from tests.sim import listen
from tests.sim.box import BoxUnderTest, running, trunk
from tests.sim.g711 import Samples
from tests.sim.gsm.network import RingingCall
from tests.sim.sip import (
    Caller,
    Exchange,
    Heard,
    IncomingCall,
    Mobile,
    OutgoingCall,
    Provider,
    Target,
)
from tests.sim.sip.exchange import Behaviour
from tests.sim.sound import RATE, Tone, noise, speech
from tests.sim.sound import wav as read_wav
from tests.sim.talk import Talk

# None of these, nor the parties' tones below, is in the waiting music for longer than a moment.
SIGNS: Mapping[Prompt, Tone] = {
    Prompt.GREETING_OPEN: Tone(750),
    Prompt.GREETING_CLOSED: Tone(850),
    Prompt.WRONG_KEY: Tone(950),
    Prompt.NO_KEY: Tone(1250),
    Prompt.PLEASE_HOLD: Tone(1350),
    Prompt.STILL_WAITING: Tone(1450),
    Prompt.POSITION: Tone(1520),
    Prompt.NOBODY_NOW: Tone(1600),
    Prompt.RECORDING_NOTICE: Tone(1700),
    Prompt.MESSAGE_INTRO: Tone(2450),
    Prompt.COMPLAINT_INTRO: Tone(2550),
    Prompt.MESSAGE_SAVED: Tone(2650),
    Prompt.COMPLAINT_SAVED: Tone(2750),
    Prompt.MESSAGE_EMPTY: Tone(2850),
    Prompt.CALLBACK_ASKED: Tone(2950),
    Prompt.CALLBACK_IN_TURN: Tone(2350),
    Prompt.WHISPER_TOO_LATE: Tone(3050),
    Prompt.TALK_NOTE: Tone(620),
    Prompt.SURVEY_ASK: Tone(3150),
    Prompt.SURVEY_THANKS: Tone(3250),
    Prompt.GOODBYE: Tone(3350),
    Prompt.DISK_FULL_APOLOGY: Tone(3450),
}
SIGN_SECONDS = 0.5
BEEP = Tone(1000)
WHISPER = "Press one."
CALLERS = (Tone(1800), Tone(1920), Tone(2040))
STAFF = {
    "ana": ("+37369000101", Tone(2150)),
    "ion": ("+37369000102", Tone(2260)),
    "eva": ("+37369000103", Tone(1100)),
}
LANGUAGE = "en"
USER, PASSWORD = "office", "secret"
OURS = "+37322000900"
PLENTY = """
[limits]
minutes_per_day = 600
concurrent = 20
calls_per_hour_per_number = 1000
"""
_numbers = itertools.count(100_000)


def person(name: str, **more: Any) -> dict[str, Any]:
    """One of the staff, as in an office file; competent for everything, rung for five seconds."""
    return {
        "id": name,
        "name": name.capitalize(),
        "number": STAFF[name][0],
        "ring_seconds": 5,
    } | more


def key(which: str, do: str, target: str = "", **more: Any) -> dict[str, Any]:
    """One key of a menu."""
    return {"key": which, "do": do} | ({"target": target} if target else {}) | more


def menu(*keys: dict[str, Any], name: str = "main", **more: Any) -> dict[str, Any]:
    """One level of a menu, with as short a prompt as can be."""
    return {"id": name, "keys": list(keys), "prompt": {LANGUAGE: "Press."}} | more


MAIN = menu(key("1", "topic", "orders"), key("2", "complaint"), key("3", "message"))


def office(
    *people: dict[str, Any], menus: tuple[dict[str, Any], ...] = (MAIN,), **more: Any
) -> str:
    """An office file: open day and night, one topic, key 1 orders, 2 a complaint, 3 a message."""
    return json.dumps(
        {
            "name": "Flowers",
            "zone": "Europe/Chisinau",
            "country": "MD",
            "languages": [LANGUAGE],
            "hours": "always",
            "people": list(people),
            "topics": [{"id": "orders", "name": {LANGUAGE: "orders"}}],
            "menus": list(menus),
            "pause_after": 0,  # who answers nobody in one story is rung in the next
            "callback_by_itself": False,  # nor is anybody called back in the next
            "roll_call": False,  # nor does the box call anybody by itself
            "self_call": "off",
        }
        | more
    )


# A closure that lasts however long the tests are kept.
CLOSED = [{"from": "2020-01-01", "to": "2120-01-01"}]


def hours(begin: int, end: int, zone: str = "Europe/Chisinau") -> list[dict[str, str]]:
    """Opening hours of every day, given in hours from now: (-1, 1) is open, (2, 3) is closed."""
    now = datetime.now(ZoneInfo(zone))
    first, last = (now + timedelta(hours=ahead) for ahead in (begin, end))
    return [{"days": "mon-sun", "time": f"{first:%H}:{first:%M}-{last:%H}:{last:%M}"}]


@dataclass
class Stage:
    """One box and the telephone network around it. Stories on one stage follow one another.

    exchange: where callers come from. beyond: where the box dials, if that is another network.
    """

    box: BoxUnderTest
    exchange: Exchange
    target: Target
    voice: Voice
    beyond: Exchange | None = None
    _tones: Any = field(default_factory=lambda: itertools.cycle(CALLERS))

    async def switched_on(self) -> None:
        """The box that was stopped or killed starts, and all its lines are up."""
        await self.box.start()
        await self.box.until(lambda status: all(one.up for one in status.lines), "all lines up", 30)

    # -- who is there ------------------------------------------------------------------------

    async def opens(self, yaml: str) -> None:
        """Put this office in force, with all its words already spoken."""
        await self.voice.prepare(read_office(yaml, "the story")[0], days=KEPT_DAYS)
        await asyncio.to_thread(self.box.control.office_put, yaml, "the story")

    async def speaks_what_is_in_force(self) -> None:
        """All words of the office are spoken once, so that nobody waits for them."""
        yaml = await asyncio.to_thread(self.box.control.office_get)
        await self.voice.prepare(read_office(yaml, "the story")[0], days=KEPT_DAYS)

    def staff(self, name: str, behaviour: Behaviour | None = None, **manner: Any) -> Mobile:
        """The mobile of one of the staff; None leaves it ringing."""
        number, tone = STAFF[name]
        return self.telephone(number, behaviour, tone=tone, **manner)

    def telephone(self, number: str, behaviour: Behaviour | None = None, **manner: Any) -> Mobile:
        """Any telephone that the box can dial; None leaves it ringing."""
        return (self.beyond or self.exchange).mobile(number, behaviour, **manner)

    def caller(self, number: str | None = None, **manner: Any) -> Caller:
        """Somebody who never called before; `number` "" withholds it."""
        given = f"+37322{next(_numbers)}" if number is None else number
        return self.exchange.caller(given, **{"tone": next(self._tones)} | manner)

    async def called(self, number: str | None = None, **manner: Any) -> OutgoingCall:
        """A caller whom the box has just answered."""
        call = await self.caller(number, **manner).call(self.target)
        await call.answered(within=5)
        return call

    async def forwarded(self, **manner: Any) -> OutgoingCall:
        """A caller who has asked for `orders`: the box is about to ring somebody."""
        call = await self.called(**manner)
        await call.press("1")
        return call

    def anywhere(self, number: str, behaviour: Behaviour, tone: Tone) -> Anywhere:
        """Somebody outside the office, whom the box reaches over whichever line it dials."""
        return Anywhere([one.mobile(number, behaviour, tone=tone) for one in self._networks])

    @property
    def dialled(self) -> list[str]:
        """Every number that the box asked its networks for."""
        return [number for network in self._networks for number in network.dialled]

    def others_were_dialled(self) -> None:
        """The story was about dialling somebody who is not of the office; see `clear`."""
        for network in self._networks:
            network.dialled.clear()

    @property
    def calls(self) -> list[Any]:
        """Every call of the story, of callers and of staff."""
        return [call for network in self._networks for call in network.calls]

    @property
    def _networks(self) -> list[Exchange]:
        return [self.exchange] if self.beyond is None else [self.exchange, self.beyond]

    # -- what was heard ------------------------------------------------------------------------

    async def words(self, text: str, language: str = LANGUAGE) -> Samples:
        """The sound of a text of the office."""
        return _joined(await self.voice.say(language, text))

    async def number_spoken(self, number: int, language: str = LANGUAGE) -> Samples:
        """The sound of a case number, digit by digit."""
        return _joined(await self.voice.digits(language, str(number)))

    # -- what is on record ---------------------------------------------------------------------

    def live(self, call: OutgoingCall, status: StatusAnswer) -> LiveCall | None:
        """This call on the live page."""
        return next((one for one in status.live if one.caller == number_of(call)), None)

    async def step(self, call: OutgoingCall, what: str, within: float = 10.0) -> None:
        """Wait until the live page shows this step of the call."""

        def there(status: StatusAnswer) -> bool:
            live = self.live(call, status)
            return live is not None and any(step.what == what for step in live.steps)

        await self.box.until(there, f"the step {what}", within)

    async def story(self, call: OutgoingCall, within: float = 10.0) -> CallStory:
        """What the journal tells of a call, once it is over and written."""

        def ended(_: StatusAnswer) -> bool:
            return any(story.call.ended_at for story in self.stories(number_of(call))[:1])

        await self.box.until(ended, f"an ending of the call of {call.number}", within)
        return self.stories(number_of(call))[0]

    def stories(self, number: str) -> list[CallStory]:
        """Every call of that number, the newest first; "" are the withheld ones."""
        with records_file(self.box.data).reading() as database:
            found = [c for c in journal.recent(database, 1000) if (c.caller_number or "") == number]
            stories = [journal.get(database, one.id) for one in found]
        return [story for story in stories if story is not None]

    def cases(self, call: OutgoingCall) -> list[Case]:
        """What this caller left."""
        with records_file(self.box.data).reading() as database:
            found = complaints.list_cases(database, Show.ALL)
        return [case for case in found if (case.caller_number or "") == number_of(call)]

    async def filed(self, call: OutgoingCall, within: float = 10.0) -> Case:
        """The one case of this caller, once the call is over."""
        await self.story(call, within)
        await self.box.until(lambda _: bool(self.cases(call)), "a case", within)
        (case,) = self.cases(call)
        return case

    def open_cases(self) -> int:
        """How many cases were begun and neither filed nor dropped."""
        with records_file(self.box.data).reading() as database:
            return int(database.execute("select count(*) from cases where not filed").fetchone()[0])

    def recording(self, case: Case) -> Path:
        """The file of what the caller said."""
        return Places(self.box.data).recordings / (case.recording or "none")

    def missed(self, number: str) -> bool:
        """Is this number on the list of missed calls?"""
        with records_file(self.box.data).reading() as database:
            return any(c.caller_number == number for c in journal.missed_open(database))

    async def clear(self) -> None:
        """Everybody hangs up and goes; nothing of one story reaches the next.

        Whatever the story was, the box has dialled nothing but numbers of its office.
        """
        await self.all_hang_up()
        dialled = set(self.dialled)
        for network in self._networks:
            network.mobiles.clear()
            network.calls.clear()
        self.others_were_dialled()
        await self.box.idle()
        assert dialled <= {number for number, _ in STAFF.values()}

    async def all_hang_up(self) -> None:
        """Whoever is still on the telephone; callers first, who would else be put through again."""
        calls: list[Any] = [call for network in self._networks for call in network.calls]
        rung = [call for call in calls if isinstance(call, IncomingCall | RingingCall)]
        callers = [call for call in calls if call not in rung]
        for call in callers:
            if call.ending is None:
                await call.hang_up()

        def gone(status: StatusAnswer) -> bool:
            return all(self.live(call, status) is None for call in callers)

        await self.box.until(gone, "the callers gone")
        for call in rung:
            if call.ending is None:
                await call.hang_up()


class Anywhere:
    """One telephone, in each of the networks that a box dials in."""

    def __init__(self, ends: list[Mobile]) -> None:
        self._ends = ends

    @property
    def calls(self) -> list[Any]:
        """Every call that came."""
        return [call for end in self._ends for call in end.calls]

    async def rings(self, within: float = 10.0) -> Any:
        """The next call that comes, in any of the networks."""
        waits = [asyncio.ensure_future(end.rings(within)) for end in self._ends]
        try:
            for first in asyncio.as_completed(waits):
                return await first
        finally:
            for wait in waits:
                wait.cancel()


@contextlib.asynccontextmanager
async def staged(
    folder: Path, spoken: Path, *, exchange: Exchange | None = None, **box: Any
) -> AsyncIterator[Stage]:
    """A stage whose box is a subscriber of a provider, or the peer of the exchange given.

    folder: the box's data. spoken: where synthesised words are kept from one run to the next.
    box: what else `BoxUnderTest` takes, and `channels` of the line.
    """
    async with contextlib.AsyncExitStack() as closing:
        world = exchange or await Provider.start(users={USER: PASSWORD})
        await closing.enter_async_context(world)
        under_test = _box(folder, world, **box)
        voice = voices(under_test.data, spoken)
        closing.push_async_callback(voice.close)
        await closing.enter_async_context(running(under_test))
        target = await _reachable(under_test, world)
        yield Stage(under_test, world, target, voice)


def _box(folder: Path, world: Exchange, *, channels: int = 20, **more: Any) -> BoxUnderTest:
    login = {"user": USER, "password": PASSWORD} if isinstance(world, Provider) else {}
    own = f'number = "{OURS}"\n'
    line = trunk("office", world.address, channels=channels, more=own, **login)
    return BoxUnderTest(folder, office(), line, **{"settings": PLENTY} | more)


async def _reachable(box: BoxUnderTest, world: Exchange) -> Target:
    if isinstance(world, Provider):
        return await world.registered(USER)
    await box.until(lambda status: all(line.up for line in status.lines), "the line up")
    return Target.of(f"sip:{box.address[0]}:{box.address[1]}")


def voices(data: Path, spoken: Path) -> Voice:
    """The office's own recordings, and a cache of synthesised words that many boxes share."""
    places = Places(data)
    own = places.own_prompts / LANGUAGE
    own.mkdir(parents=True)
    for prompt, tone in SIGNS.items():
        wav.write(own / f"{prompt}.wav", tone.lasting(SIGN_SECONDS))
    wav.write(own / f"{Prompt.WHISPER}.wav", speech(WHISPER))
    wav.write(own / f"{Prompt.ASK_WHY}.wav", speech("Why?"))
    places.spoken.parent.mkdir(parents=True)
    places.spoken.symlink_to(spoken, target_is_directory=True)
    return Voice(spoken, places.own_prompts, tones.files(places.sounds, "MD"), patience=60)


def number_of(call: OutgoingCall) -> str:
    """Who called, as it stands on record: "" where the number was withheld."""
    return "" if call.number == "anonymous" else call.number


async def heard(call: OutgoingCall, prompt: Prompt, within: float = 10.0) -> Heard:
    """Wait until the caller has heard this sentence, at any time in the call.

    A stall tears it in two, and no speech sounds like a sign for longer than 0.18 s.
    """
    return await call.hears(SIGNS[prompt], within, lasting=0.2, since=0)


async def beep(call: Talk, within: float = 10.0, since: int | None = None) -> Heard:
    """Wait until the caller is asked to speak: by 0.3 s, and by less of it where a stall tears it.

    No speech sounds like it for longer than 0.12 s.
    """
    return await call.hears(BEEP, within, lasting=0.14, since=since)


def was_heard(call: Any, tone: Tone) -> bool:
    """Was the tone in this call at all, if only for a moment?"""
    samples = call.heard
    return any(
        listen.sounds(samples[n : n + listen.WINDOW], tone)
        and listen.sounds(samples[n + listen.WINDOW : n + 2 * listen.WINDOW], tone)
        for n in range(0, len(samples) - 2 * listen.WINDOW, listen.WINDOW // 2)
    )


async def leaves_a_message(caller: OutgoingCall, within: float = 10.0) -> None:
    """Nobody takes the call, and the caller speaks after the beep."""
    await heard(caller, Prompt.NOBODY_NOW, within=within)
    await caller.hears(BEEP, within=10)
    await caller.say(noise(1.5, seed=7))
    await caller.press("#")
    await heard(caller, Prompt.MESSAGE_SAVED)


def dead_air(samples: Samples) -> float:
    """The longest time without any sound, seconds."""
    blocks = samples[: len(samples) // 160 * 160].reshape(-1, 160).astype(np.float64)
    quiet = np.sqrt(2 * np.mean(np.square(blocks), axis=1)) / 32768 < listen.QUIET
    longest = run = 0
    for one in quiet:
        run = run + 1 if one else 0
        longest = max(longest, run)
    return longest * 160 / RATE


def recorded(path: Path) -> Samples:
    """A recording of the box, which has to be a whole WAV file."""
    with wave.open(str(path)) as file:
        assert file.getnframes() * 2 + wav.HEADER_BYTES == path.stat().st_size
    return read_wav(path)


def _joined(files: list[Path]) -> Samples:
    return np.concatenate([read_wav(file) for file in files])
