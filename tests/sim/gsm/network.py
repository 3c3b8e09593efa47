"""A small mobile network: it connects telephones with modems, one call for each modem at a time.

A call's sound is carried by the modem's clock: a frame of 160 samples in each direction at each
beat of it. What the network itself does to sound (codecs, delay) is not simulated.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from tests.sim.g711 import Samples
from tests.sim.gsm.texts import TextCentre
from tests.sim.sound import FRAME, RATE, Silence, Sound, Tone, dtmf
from tests.sim.talk import Ending, NotAsExpected, Over, Talk, a_tone, settle
from tests.sim.track import Track

NORMAL, BUSY, NO_USER, NO_ANSWER, ABSENT, REJECTED, OUT_OF_ORDER = 16, 17, 18, 19, 20, 21, 27
UNASSIGNED, CONGESTION = 1, 42  # 3GPP 24.008 annex H
_SIP_TO_CAUSE = {603: REJECTED, 486: BUSY, 480: ABSENT, 404: UNASSIGNED, 503: CONGESTION}

Behaviour = Callable[[Any], Coroutine[Any, Any, None]]


class Air:
    """One party's sound, frame by frame, as `tests.sim.rtp.Stream` is for SIP."""

    def __init__(self, sound: Sound, on_key: Callable[[str], None]) -> None:
        self.sound = sound
        self.heard, self.spoken = Track(), Track()
        self.on_sound: list[Callable[[], None]] = []
        self.keys_in_sound = True
        self._on_key = on_key
        self._said: deque[tuple[Samples, asyncio.Future[float], str]] = deque()
        self._offset = 0
        self._began = 0.0
        self._arrived: list[float] = []

    def say(self, samples: Samples) -> asyncio.Future[float]:
        """Say this next instead of `sound`; done, with the time it began, when it is said."""
        return self._queue(samples, "")

    def press(self, key: str, seconds: float = 0.1, pause: float = 0.1) -> asyncio.Future[float]:
        """Press a key: the network makes its tones, unless `keys_in_sound` is off."""
        tones = dtmf(key, seconds, pause)
        return self._queue(tones if self.keys_in_sound else np.zeros_like(tones), key)

    def carry(self, frame: Samples, came: float | None = None) -> Samples:
        """A beat: what comes from the far end, for what goes there. came: when; now if None."""
        self.heard.put(self.heard.length, frame)
        self._arrived.append(time.monotonic() if came is None else came)
        said = self._next()
        self.spoken.put(self.spoken.length, said)
        for hear in tuple(self.on_sound):
            hear()
        return said

    def arrived_at(self, position: int) -> float:
        """When the frame with this sample came, monotonic seconds."""
        return self._arrived[min(position // FRAME, len(self._arrived) - 1)]

    def close(self) -> None:
        """Nothing more is said."""
        for _, done, _ in self._said:
            done.cancel()
        self._said.clear()

    def _queue(self, samples: Samples, key: str) -> asyncio.Future[float]:
        done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._said.append((samples, done, key))
        return done

    def _next(self) -> Samples:
        if not self._said:
            return self.sound.at(self.spoken.length, FRAME)
        samples, done, key = self._said[0]
        if not self._offset:
            self._began = time.monotonic()
            if key:
                self._on_key(key)
        frame = samples[self._offset : self._offset + FRAME]
        self._offset += FRAME
        if self._offset >= len(samples):
            self._said.popleft()
            self._offset = 0
            if not done.done():
                done.set_result(self._began)
        return np.pad(frame, (0, FRAME - len(frame)))


class ModemEnd(Protocol):
    """The modem's side of a call. diverted_to: where its SIM card's callers go instead, or ""."""

    number: str

    @property
    def diverted_to(self) -> str: ...
    def rung(self, call: AirCall) -> bool: ...
    def alerting(self, call: AirCall) -> None: ...
    def connected(self, call: AirCall) -> None: ...
    def released(self, call: AirCall, cause: int) -> None: ...
    def key_came(self, call: AirCall, key: str) -> None: ...


@dataclass(frozen=True)
class Manner:
    """How a telephone behaves."""

    sound: Sound = field(default_factory=Silence)


class AirCall(Talk):
    """A call between a telephone and a modem; here as the telephone sees it.

    number: of the telephone, "" if withheld. modem: the other end.
    """

    def __init__(self, number: str, modem: ModemEnd, manner: Manner) -> None:
        super().__init__(Air(manner.sound, lambda key: self.modem.key_came(self, key)))
        self.number, self.modem, self.manner = number, modem, manner

    def carry(self, frame: Samples, came: float | None = None) -> Samples:
        """A beat of the modem's clock while both ends talk."""
        said: Samples = self.rtp.carry(frame, came)
        return said

    async def press(self, keys: str, seconds: float = 0.1, pause: float = 0.1) -> float:
        """Press keys one after another; the time at which the last one began."""
        at = 0.0
        for key in keys:
            at = await self._wait(self.rtp.press(key, seconds, pause), 10, f"key {key} to be sent")
        return at

    async def hang_up(self) -> None:
        """The telephone ends the call, or takes it back."""
        self.release(NORMAL)

    def release(self, cause: int) -> None:
        """The telephone's side of the network ends the call."""
        if self.over(True, cause):
            self.modem.released(self, cause)

    def over(self, ours: bool, cause: int) -> bool:
        """The call is over; False if it was before."""
        if self._ended.done():
            return False
        reason = "hung up by us" if ours else "hung up by the box"
        self._ended.set_result(Ending(ours, cause, reason, time.monotonic()))
        self._grew.set()
        self.rtp.close()
        return True

    def cancel(self) -> None:
        """The caller takes the call back before it is answered."""
        self.release(NORMAL)

    async def cancelled(self, within: float = 10.0) -> float:
        """Wait until the box takes the call back before it was answered; when it did."""
        ending = await self.ended(within)
        if ending.ours or self.answered_at is not None:
            raise NotAsExpected(f"expected the box to take the call back; {self._state()}")
        return ending.at

    def is_ringing(self) -> None:
        settle(self._ringing, time.monotonic())

    def is_answered(self) -> None:
        settle(self._answered, time.monotonic())

    def _state(self) -> str:
        if self._ended.done():
            ending = self._ended.result()
            seconds = ending.at - self.begun_at
            return f"the call ended after {seconds:.2f} s: {ending.reason} ({ending.status})"
        answered = self._answered.done()
        return "the call is answered and goes on" if answered else "the call is not answered"


class RingingCall(AirCall):
    """The box calls a telephone."""

    @property
    def from_number(self) -> str:
        """The number the called telephone shows."""
        return self.modem.number

    @property
    def told(self) -> str:
        """All that the called telephone is told of who calls."""
        return self.from_number

    def ring(self, _status: int = 180) -> None:
        """The telephone rings, unless it was picked up at once."""
        if self._answered.done():
            return
        self.is_ringing()
        self.modem.alerting(self)

    def answer(self) -> None:
        """Pick up."""
        self.is_answered()
        self.modem.connected(self)

    def reject(self, status: int = 603) -> None:
        """Refuse, for a reason given as a SIP code, as `tests.sim.sip.behaviours` does."""
        self.release(_SIP_TO_CAUSE.get(status, NORMAL))


class HuntGroup:
    """Several SIM cards under one number: who finds one engaged rings the next."""

    diverted_to = ""

    def __init__(self, number: str, modems: Sequence[ModemEnd]) -> None:
        self.number, self.modems = number, modems

    def rung(self, call: AirCall) -> bool:
        """Ring the first that is free; False where none is."""
        for modem in self.modems:
            call.modem = modem
            if modem.rung(call):
                return True
        return False

    def alerting(self, call: AirCall) -> None: ...
    def connected(self, call: AirCall) -> None: ...
    def released(self, call: AirCall, cause: int) -> None: ...
    def key_came(self, call: AirCall, key: str) -> None: ...


class Elsewhere:
    """A telephone to which the network diverts a caller; the box has no part in that call."""

    diverted_to = ""

    def __init__(self, number: str) -> None:
        self.number = number

    def rung(self, call: AirCall) -> bool:
        """It is picked up at once."""
        call.is_ringing()
        call.is_answered()
        return True

    def alerting(self, call: AirCall) -> None: ...
    def connected(self, call: AirCall) -> None: ...
    def released(self, call: AirCall, cause: int) -> None: ...
    def key_came(self, call: AirCall, key: str) -> None: ...


class MobileCaller:
    """Somebody who can ring a modem."""

    def __init__(self, network: MobileNetwork, number: str, manner: Manner) -> None:
        self.network, self.number, self.manner = network, number, manner

    @property
    def tone(self) -> Tone:
        """The tone the caller says all the time; TypeError if it is something else."""
        return a_tone(self.manner.sound)

    async def call(self, target: ModemEnd | None = None) -> AirCall:
        """Ring a modem, the network's first if none is named."""
        modem = target or self.network.modems[0]
        if modem.diverted_to:
            modem = Elsewhere(modem.diverted_to)
        call = AirCall(self.number, modem, self.manner)
        self.network.calls.append(call)
        if modem.rung(call):
            call.is_ringing()
        else:
            call.over(False, BUSY)
        return call


class MobilePhone:
    """A telephone that a modem can dial. behaviour: None leaves it ringing."""

    def __init__(self, number: str, behaviour: Behaviour | None, manner: Manner) -> None:
        self.number, self.behaviour, self.manner = number, behaviour, manner
        self.calls: list[RingingCall] = []
        self._came: asyncio.Queue[RingingCall] = asyncio.Queue()

    async def rings(self, within: float = 10.0) -> RingingCall:
        """The next call that comes, or came and was not yet asked for."""
        try:
            async with asyncio.timeout(within):
                return await self._came.get()
        except TimeoutError:
            raise NotAsExpected(f"expected {self.number} to be rung within {within:g} s") from None

    def take(self, call: RingingCall) -> None:
        self.calls.append(call)
        self._came.put_nowait(call)


class MobileNetwork:
    """Modems and telephones. dialled: every number that a modem asked for.

    holds, joins, transfers: the operator's services for who is in two calls: HOLD, MPTY, ECT.
    arranges_s: how long it takes over them.
    """

    def __init__(self) -> None:
        self.holds = self.joins = True
        self.transfers = False
        self.arranges_s = 0.2
        self.modems: list[ModemEnd] = []
        self.mobiles: dict[str, MobilePhone] = {}
        self.calls: list[AirCall] = []
        self.dialled: list[str] = []
        self.texts = TextCentre()
        self._tones = itertools.cycle((1800, 1920, 2040))
        self._tasks: set[asyncio.Task[None]] = set()

    def caller(self, number: str, *, tone: Sound | None = None) -> MobileCaller:
        """Somebody who can call. `number` may be empty: withheld."""
        return MobileCaller(self, number, Manner(tone or Tone(next(self._tones))))

    def mobile(
        self, number: str, behaviour: Behaviour | None = None, *, tone: Sound | None = None
    ) -> MobilePhone:
        """A telephone under this number."""
        phone = MobilePhone(number, behaviour, Manner(tone or Tone(next(self._tones))))
        self.mobiles[number] = phone
        return phone

    def dial(self, modem: ModemEnd, number: str) -> RingingCall:
        """A modem dials; what becomes of it the modem hears by its callbacks."""
        self.dialled.append(number)
        phone = self.mobiles.get(number)
        manner = phone.manner if phone else Manner()
        call = RingingCall(number, modem, manner)
        self.calls.append(call)
        loop = asyncio.get_running_loop()
        if phone is None:
            loop.call_later(0.3, call.release, UNASSIGNED)
            return call
        phone.take(call)
        behaviour = phone.behaviour
        if behaviour is None:
            loop.call_later(0.1, call.ring)
        else:
            self._run(behaviour(call))
        return call

    def connect(self, one: AirCall, other: AirCall) -> None:
        """Two calls of a modem that leaves them: each hears the other, until one hangs up."""
        self._run(_talk(one, other))

    async def stop(self) -> None:
        """Everybody goes."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for call in self.calls:
            call.over(True, 0)

    def _run(self, behaviour: Coroutine[Any, Any, None]) -> None:
        async def behave() -> None:
            try:
                await behaviour
            except Over:
                return  # the box ended the call first

        task = asyncio.ensure_future(behave())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _talk(one: AirCall, other: AirCall) -> None:
    """What two telephones say to each other, in frames of a clock of the network's own."""
    said = np.zeros(FRAME, dtype="<i2")
    loop = asyncio.get_running_loop()
    due = loop.time()
    while one.ending is None and other.ending is None:
        said = one.carry(other.carry(said))
        due += FRAME / RATE
        await asyncio.sleep(due - loop.time())
    for call in (one, other):
        call.over(False, NORMAL)
