"""A box on whose wall the story sets the clock, with letters, texts and lines that it can call."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from tests.sim.box import BoxUnderTest, running, trunk
from tests.sim.g711 import Samples
from tests.sim.gsm import Ec25, HuntGroup, MobileNetwork
from tests.sim.gsm.texts import TextCentre
from tests.sim.sip import Provider
from tests.sim.sip.exchange import Behaviour
from tests.sim.smtp import MailServer
from tests.sim.sound import FRAME, RATE, Silence
from tests.sim.talk import Over
from tests.sim.track import Track
from tests.stories.clock import set_clock, with_clock
from tests.stories.modems import SIM, modem_table
from tests.stories.stage import OURS, PASSWORD, PLENTY, USER, Stage, office, voices
from tests.stories.ways import GSM_GSM, SIP

ZONE = ZoneInfo("Europe/Chisinau")
BOSS = "boss@example.org"
SECOND, SECONDS = "second", "+37322000901"
_SIMS = (SIM, f"{SIM[:-1]}1")
_MAIL = """
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "box@example.org"
"""
FRAME_S = FRAME / RATE
MOST_BEHIND = RATE // 5
Calls = Callable[[], Awaitable[Any]]


# Weeks ahead: the telephones were confirmed today, by the tests' own clock.
_TODAY = date.today()
_FIRST = _TODAY + timedelta(days=63 - _TODAY.weekday())


@dataclass
class Day:
    """The stage, what leaves the box, and the lines that can be called: how each is, by number."""

    stage: Stage
    texts: TextCentre
    mail: MailServer
    clock: Path
    lines: dict[str, Calls]
    _weeks: Any = field(default_factory=lambda: itertools.count(1, 2))

    def monday(self) -> date:
        """One that no story has seen yet, nor the week after it: the clock only goes on."""
        return _FIRST + timedelta(weeks=next(self._weeks))

    def sets(self, day: date, time: str) -> None:
        """The clock of the running box shows this local time."""
        set_clock(self.clock, _utc(day, time))

    async def is_on(self, day: date, time: str) -> None:
        """The box is switched on at this local time; what looks at the clock does so then."""
        await self.stage.box.stop()
        self.sets(day, time)
        await self.stage.switched_on()

    async def letter(self, words: str, within: float = 10.0) -> str:
        """Wait for the one letter whose subject has these words; its text."""

        def found() -> list[str]:
            letters = [mail.message for mail in self.mail.mails]
            return [one.get_content() for one in letters if words in one["Subject"]]

        await self.stage.box.until(lambda _: bool(found()), f"a letter “{words}”", within)
        (letter,) = found()
        return letter

    def carry(self) -> None:
        """The networks carry what the box dials to its own lines."""
        for network in filter(None, (self.stage.exchange, self.stage.beyond)):
            for number, calls in self.lines.items():
                network.mobile(number, carries(calls), tone=Silence())


@contextlib.asynccontextmanager
async def box_of_a_day(way: str, folder: Path, spoken: Path) -> AsyncIterator[Day]:
    """Callers and staff come this way; over SIP there are two accounts, and a modem for texts."""
    async with contextlib.AsyncExitStack() as closing:
        network, mail = MobileNetwork(), MailServer()
        closing.push_async_callback(network.stop)
        await mail.start()
        closing.push_async_callback(mail.stop)
        tables, lines, provider = "", dict[str, Calls](), None
        if way != GSM_GSM:
            provider = await Provider.start(users={USER: PASSWORD, SECOND: PASSWORD})
            await closing.enter_async_context(provider)
            tables, lines = _accounts(way, provider)
        modems = []
        for n, sim in enumerate(_SIMS[: 1 if way == SIP else 2]):
            (folder / f"ports{n}").mkdir(parents=True)
            modems.append(closing.enter_context(Ec25(network, folder / f"ports{n}", sim)))
            tables += modem_table(f"mobile{n}", modems[n], f'number = "{sim}"')
            lines[sim] = partial(network.caller(OURS, tone=Silence()).call, modems[n])
        clock, settings = folder / "clock", PLENTY + _MAIL.format(port=mail.port)
        prefix = with_clock(clock, _utc(_FIRST, "10:00"))
        box = BoxUnderTest(folder / "box", office(), tables, settings, prefix=prefix)
        voice = voices(box.data, spoken)
        closing.push_async_callback(voice.close)
        await closing.enter_async_context(running(box))
        await box.until(lambda status: all(one.up for one in status.lines), "lines up", 30)
        if way == SIP and provider is not None:
            stage = Stage(box, provider, provider.box(USER), voice)
        else:
            callers = HuntGroup(SIM, modems)
            stage = Stage(box, network, callers, voice, provider)  # type: ignore[arg-type]
        yield Day(stage, network.texts, mail, clock, lines)


def _accounts(way: str, provider: Provider) -> tuple[str, dict[str, Calls]]:
    """What stands in box.toml, and the numbers of those that the box shall call."""

    def called(user: str) -> Calls:
        anybody = provider.caller(SIM, tone=Silence())
        return lambda: anybody.call(provider.box(user))

    login: dict[str, Any] = {"password": PASSWORD, "channels": 20}
    if way != SIP:
        own = f'number = "{OURS}"\n'
        return trunk("office", provider.address, user=USER, more=own, **login), {OURS: called(USER)}
    own = f'number = "{SECONDS}"\n'
    tables = trunk("office", provider.address, user=USER, **login)
    tables += trunk("second", provider.address, user=SECOND, more=own, **login)
    return tables, {SECONDS: called(SECOND)}


def _utc(day: date, time: str) -> str:
    """The office's local time, as `set_clock` takes it."""
    here = datetime.fromisoformat(f"{day} {time}").replace(tzinfo=ZONE)
    return f"{here.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


# -- a network between two lines of the box --------------------------------------------------------


class _Passed:
    """What one end hears, for the other: sound as it comes, silence while there is none."""

    def __init__(self, heard: Track) -> None:
        self._heard, self._next = heard, heard.length

    def at(self, _position: int, count: int) -> Samples:
        if self._heard.length - self._next > MOST_BEHIND:
            self._next = self._heard.length - count
        if self._heard.length - self._next < count:
            return np.zeros(count, dtype=np.int16)
        self._next += count
        return self._heard.samples(self._next - count, self._next)


def carries(calls: Calls) -> Behaviour:
    """A telephone behind which another call is made, whose sound and keys are passed both ways."""

    async def behaviour(call: Any) -> None:
        call.ring()
        there = await calls()
        try:
            await there.answered(within=20)
            call.answer()
            await call.answered()
            ends = (call, there)
            for one, other in (ends, ends[::-1]):
                one.rtp.sound = _Passed(other.rtp.heard)
            await asyncio.gather(_pass_keys(call, there), _pass_keys(there, call))
        except Over:
            if call.ending is None and call.answered_at is None:
                call.reject(486)
        finally:
            for one in (call, there):
                if one.ending is None:
                    await one.hang_up()

    return behaviour


async def _pass_keys(one: Any, other: Any) -> None:
    """While both talk. Over a mobile network keys are in the sound."""
    passed = 0
    while await one.lasts(FRAME_S) and other.ending is None:
        for key in getattr(one.rtp, "keys", [])[passed:]:
            passed += 1
            await other.press(key.key)
