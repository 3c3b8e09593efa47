"""The far side of a SIP line: callers and mobiles behind an exchange, a provider, a gateway."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Self

from tests.sim.sip.call import (
    ALLOW,
    IncomingCall,
    Manner,
    OutgoingCall,
    invitation,
)
from tests.sim.sip.endpoint import Endpoint, Incoming, Tls
from tests.sim.sip.message import (
    Address,
    Credentials,
    Header,
    address_of,
    parameter,
    token,
    uri_in,
    user_of,
)
from tests.sim.sound import Sound, Tone
from tests.sim.talk import NotAsExpected, Over, a_tone

Behaviour = Callable[[IncomingCall], Awaitable[None]]

# Far from each other, from DTMF and from call progress tones, so that each party is recognised.
TONES = (1750, 550, 1880, 1030, 2010, 2140, 2270, 2400, 2530, 2660, 2790, 2920, 3050, 3180)


@dataclass(frozen=True)
class Target:
    """Where a call goes: what the INVITE is addressed to, and where it is really sent."""

    uri: str
    address: Address

    @classmethod
    def of(cls, target: Target | str) -> Target:
        return target if isinstance(target, Target) else cls(target, address_of(target))


class Caller:
    """Somebody who calls the box through this exchange.

    A From that is wrong on purpose goes into the `headers` of `call`.
    """

    def __init__(self, exchange: Exchange, number: str, name: str, manner: Manner) -> None:
        self.exchange, self.number, self.name, self.manner = exchange, number, name, manner

    @property
    def tone(self) -> Tone:
        """The tone the caller says all the time; TypeError if it is something else."""
        return a_tone(self.manner.sound)

    async def call(
        self, target: Target | str, *, to: str = "", headers: tuple[Header, ...] = ()
    ) -> OutgoingCall:
        """Send an INVITE with a real offer. `to`: the number dialled; `headers` replace ours."""
        there = Target.of(target)
        endpoint = self.exchange.endpoint
        host = endpoint.address[0]
        quoted = self.name.replace("\\", "\\\\").replace('"', '\\"')
        mine = f'"{quoted}" ' if self.name else ""
        mine += f"<sip:{self.number or 'anonymous'}@{host}>"
        called = f"<sip:{to}@{host}>" if to else f"<{there.uri}>"
        call = OutgoingCall(
            endpoint,
            invitation(endpoint, there.uri, mine, called, headers),
            there.address,
            self.manner,
        )
        self.exchange.add(call)
        call.send()
        return call


class Mobile:
    """A telephone the box reaches by dialling its number through this exchange.

    calls: every call that came, in order. behaviour: what it does with a call; None leaves it
    ringing, for a test that does everything itself.
    """

    def __init__(self, number: str, behaviour: Behaviour | None, manner: Manner) -> None:
        self.number, self.behaviour, self.manner = number, behaviour, manner
        self.calls: list[IncomingCall] = []
        self._came: asyncio.Queue[IncomingCall] = asyncio.Queue()

    @property
    def tone(self) -> Tone:
        """The tone it says all the time once answered; TypeError if it is something else."""
        return a_tone(self.manner.sound)

    async def rings(self, within: float = 10.0) -> IncomingCall:
        """The next call that comes, or came and was not yet asked for."""
        try:
            async with asyncio.timeout(within):
                return await self._came.get()
        except TimeoutError:
            told = (
                f"expected {self.number} to be rung within {within:g} s; {len(self.calls)} before"
            )
            raise NotAsExpected(told) from None

    def take(self, call: IncomingCall) -> None:
        """A call for this number came."""
        self.calls.append(call)
        self._came.put_nowait(call)


class Exchange:
    """SIP peer of the box without registration; base of the provider and of the FXO gateway.

    dialled: every number the box asked for, known or not. calls: every call, in order.
    """

    def __init__(self) -> None:
        self.endpoint: Endpoint
        self.mobiles: dict[str, Mobile] = {}
        self.calls: list[OutgoingCall | IncomingCall] = []
        self.dialled: list[str] = []
        self.options_heard = 0
        self._tones = itertools.cycle(TONES)
        self._tasks: set[asyncio.Task[None]] = set()
        self._troubles: list[BaseException] = []

    @classmethod
    async def start(
        cls,
        host: str = "127.0.0.2",
        port: int = 0,
        *,
        transport: str = "udp",
        tls: Tls | None = None,
        **more: Any,
    ) -> Self:
        """Open the doors; `port` 0 takes a free one. `more` goes to the constructor."""
        exchange = cls(**more)
        exchange.endpoint = await Endpoint.open(host, port, exchange.take, transport, tls)
        return exchange

    async def stop(self) -> None:
        """End everything at once; raises what went wrong in a behaviour meanwhile."""
        for task in tuple(self._tasks):
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        self._troubles += [one for one in ended if isinstance(one, Exception)]
        for call in self.calls:
            call.close()
        await self.endpoint.close()
        if self._troubles:
            raise self._troubles[0]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def address(self) -> Address:
        return self.endpoint.address

    def caller(
        self, number: str, *, name: str = "", tone: Sound | None = None, **manner: Any
    ) -> Caller:
        """Somebody who can call the box. `number` may be empty: withheld. manner: see `Manner`."""
        return Caller(self, number, name, Manner(sound=tone or self._tone(), **manner))

    def mobile(
        self,
        number: str,
        behaviour: Behaviour | None = None,
        *,
        tone: Sound | None = None,
        **manner: Any,
    ) -> Mobile:
        """A telephone under this number; replaces an earlier one with the same number."""
        mobile = Mobile(number, behaviour, Manner(sound=tone or self._tone(), **manner))
        self.mobiles[_digits(number)] = mobile
        return mobile

    def add(self, call: OutgoingCall | IncomingCall) -> None:
        """Requests inside this call belong to it from now on."""
        self.calls.append(call)

    def take(self, incoming: Incoming) -> None:
        """Any request that comes in."""
        message = incoming.message
        call = self._call_of(incoming)
        if call:
            call.take(incoming)
        elif message.tag("To") and message.method != "ACK":
            incoming.answer(481)
        elif message.method == "INVITE":
            self._invited(incoming)
        elif message.method == "OPTIONS":
            self.options_heard += 1
            incoming.answer(200, ALLOW)
        elif message.method == "REGISTER":
            self._register(incoming)
        elif message.method != "ACK":
            incoming.answer(481 if message.method == "CANCEL" else 405, ALLOW)

    def _tone(self) -> Tone:
        return Tone(next(self._tones))

    def _call_of(self, incoming: Incoming) -> OutgoingCall | IncomingCall | None:
        message = incoming.message
        for call in reversed(self.calls):
            if call.invite.call_id == message.call_id:
                if isinstance(call, OutgoingCall) or incoming.cancels:
                    return call
                if message.tag("To") == call.tag:
                    return call
        return None

    def _register(self, incoming: Incoming) -> None:
        incoming.answer(405, ALLOW)

    def _invited(self, incoming: Incoming) -> None:
        message = incoming.message
        number = user_of(message.uri)
        self.dialled.append(number)
        mobile = self._mobile_for(number)
        if message.get("Require"):
            incoming.answer(420, ("Unsupported", message.get("Require")))
        elif mobile is None:
            incoming.answer(404)
        else:
            incoming.answer(100)
            self._ring(mobile, IncomingCall(incoming, mobile.manner))

    def _ring(self, mobile: Mobile, call: IncomingCall) -> None:
        self.add(call)
        mobile.take(call)
        if mobile.behaviour:
            self._begin(_behave(mobile.behaviour, call))
        else:
            call.ring()

    def _begin(self, story: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(story)
        self._tasks.add(task)
        task.add_done_callback(self._story_ended)

    def _story_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (trouble := task.exception()):
            self._troubles.append(trouble)

    def _mobile_for(self, number: str) -> Mobile | None:
        """By all digits, else by the last eight: national and international form are one number."""
        digits = _digits(number)
        exact = self.mobiles.get(digits)
        near = (m for known, m in self.mobiles.items() if known[-8:] == digits[-8:])
        return exact or (next(near, None) if len(digits) >= 8 else None)


@dataclass(frozen=True)
class Binding:
    """Where a box is reached: its Contact, where it came from, until when (monotonic)."""

    contact: str
    source: Address
    until: float


class Provider(Exchange):
    """A SIP provider: a registrar with digest passwords, and the telephone network behind it.

    users: name and password. refuses: answer every REGISTER with this code (503, 403) while set.
    ask_again: every accepted password makes the nonce stale. algorithm: MD5 or SHA-256.
    min_expires: shorter registrations get 423. `endpoint.weather` is loss, delay, deafness.
    """

    def __init__(
        self,
        users: dict[str, str] | None = None,
        *,
        algorithm: str = "MD5",
        challenge_calls: bool = True,
        min_expires: int = 0,
        max_expires: int = 3600,
    ) -> None:
        super().__init__()
        self.users = users or {}
        self.algorithm, self.challenge_calls = algorithm, challenge_calls
        self.min_expires, self.max_expires = min_expires, max_expires
        self.refuses: int = 0
        self.refuses_calls: int = 0
        self.ask_again = False
        self.wrong_passwords = 0
        self.registrations = 0
        self._bindings: dict[str, Binding] = {}
        self._nonces = {token()}
        self._changed = asyncio.Event()

    def binding(self, user: str) -> Binding | None:
        """Where this user is registered now."""
        found = self._bindings.get(user)
        return found if found and found.until > time.monotonic() else None

    async def registered(self, user: str, within: float = 10.0) -> Target:
        """Wait until the box has registered as this user."""
        await self._until(lambda: bool(self.binding(user)), within, f"{user} to register")
        return self.box(user)

    async def unregistered(self, user: str, within: float = 10.0) -> None:
        """Wait until the box has taken its registration back."""
        await self._until(lambda: not self.binding(user), within, f"{user} to unregister")

    async def turned_away(self, times: int = 1, within: float = 10.0) -> None:
        """Wait until so many wrong passwords have been tried."""
        enough = f"{times} wrong password(s)"
        await self._until(lambda: self.wrong_passwords >= times, within, enough)

    def box(self, user: str) -> Target:
        """Where a caller's INVITE for this user goes; raises NotAsExpected if not registered."""
        found = self.binding(user)
        if not found:
            raise NotAsExpected(f"expected {user} to be registered; {self._seen()}")
        return Target(found.contact, found.source)

    def forget(self) -> None:
        """Lose all registrations and nonces, as a provider does that was restarted."""
        self._bindings.clear()
        self._nonces = {token()}

    async def _until(self, true: Callable[[], bool], within: float, what: str) -> None:
        limit = time.monotonic() + within
        while not true():
            self._changed.clear()
            try:
                async with asyncio.timeout(max(limit - time.monotonic(), 0)):
                    await self._changed.wait()
            except TimeoutError:
                told = f"expected {what} within {within:g} s; {self._seen()}"
                raise NotAsExpected(told) from None

    def _seen(self) -> str:
        came = sum(s.message.method == "REGISTER" and not s.sent for s in self.endpoint.log)
        return f"{came} REGISTER messages came, {self.wrong_passwords} with a wrong password"

    def _register(self, incoming: Incoming) -> None:
        message = incoming.message
        user = user_of(uri_in(message.get("To")))
        if self.refuses:
            incoming.answer(self.refuses, ("Retry-After", "5"))
        elif user not in self.users:
            incoming.answer(404)
        elif self._knows_password(incoming, "Authorization"):
            self._bind(incoming, user)

    def _bind(self, incoming: Incoming, user: str) -> None:
        message = incoming.message
        contacts = message.all("Contact")
        contact = contacts[0] if contacts else ""
        asked = parameter(contact, "expires") or message.get("Expires") or str(self.max_expires)
        seconds = min(int(asked) if asked.isdigit() else 0, self.max_expires)
        if 0 < seconds < self.min_expires:
            incoming.answer(423, ("Min-Expires", str(self.min_expires)))
            return
        to = ("To", f"{message.get('To')};tag={token()}")
        if contact and not seconds:
            self._bindings.pop(user, None)
            incoming.answer(200, to)
        elif contact:
            until = time.monotonic() + seconds
            self._bindings[user] = Binding(uri_in(contact), incoming.source, until)
            incoming.answer(200, to, ("Contact", f"<{uri_in(contact)}>;expires={seconds}"))
        else:
            incoming.answer(200, to)
        self.registrations += 1
        self._changed.set()

    def _invited(self, incoming: Incoming) -> None:
        if self.refuses_calls:
            self.dialled.append(user_of(incoming.message.uri))
            incoming.answer(self.refuses_calls)
            return
        open_to_all = not (self.users and self.challenge_calls)
        if open_to_all or self._knows_password(incoming, "Proxy-Authorization"):
            super()._invited(incoming)

    def _knows_password(self, incoming: Incoming, header: str) -> bool:
        """Ask for the password, or refuse it; only a right one comes back True."""
        message = incoming.message
        given = Credentials.read(message.get(header))
        nonce = given.fields.get("nonce", "")
        user = given.fields.get("username", "")
        fresh = nonce in self._nonces
        if fresh and user in self.users:
            if given.right(message.method, self.users[user]):
                if self.ask_again:
                    self._nonces = {token()}
                return True
            self.wrong_passwords += 1
            self._changed.set()
            incoming.answer(403)
            return False
        self._challenge(incoming, header, stale=bool(nonce) and not fresh)
        return False

    def _challenge(self, incoming: Incoming, header: str, *, stale: bool) -> None:
        nonce = next(iter(self._nonces))
        value = f'Digest realm="sim", nonce="{nonce}", qop="auth", algorithm={self.algorithm}'
        value += ", stale=true" if stale else ""
        to = ("To", f"{incoming.message.get('To')};tag={token()}")
        if header == "Authorization":
            incoming.answer(401, to, ("WWW-Authenticate", value))
        else:
            incoming.answer(407, to, ("Proxy-Authenticate", value))


class Gateway(Exchange):
    """An FXO gateway in the local network: one office line, no registration.

    It answers the box's INVITE as soon as it has seized the line, since an analogue line does not
    say when the far end picks up, and has no second line: a second call gets 486.
    """

    def _invited(self, incoming: Incoming) -> None:
        if any(call.ending is None for call in self.calls):
            self.dialled.append(user_of(incoming.message.uri))
            incoming.answer(486)
        else:
            super()._invited(incoming)


async def _behave(behaviour: Behaviour, call: IncomingCall) -> None:
    try:
        await behaviour(call)
    except Over:
        return  # the box ended the call first: the person puts the telephone away


def _digits(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return digits[2:] if digits.startswith("00") else digits
