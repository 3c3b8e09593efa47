"""One simulated call, seen from the far side: its dialog, its sound, and what is expected of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from tests.sim import listen
from tests.sim.g711 import PCMA, PCMU, Samples
from tests.sim.rtp import Stream
from tests.sim.sip.endpoint import Endpoint, Incoming, Outgoing
from tests.sim.sip.message import (
    Address,
    Header,
    Message,
    name_in,
    token,
    uri_in,
    user_of,
)
from tests.sim.sip.sdp import INACTIVE, SENDONLY, SENDRECV, Sdp, agreed, read
from tests.sim.sound import RATE, Silence, Sound, Tone

Result = TypeVar("Result")
ALLOW = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, NOTIFY, MESSAGE")
SDP_TYPE = ("Content-Type", "application/sdp")


class NotAsExpected(AssertionError):  # noqa: N818 - it says what it is
    """What was waited for did not come; says what was expected and what came instead."""


class Over(NotAsExpected):
    """The call ended while something was still expected of it."""


class Ending(NamedTuple):
    """How a call ended. ours: we ended it. status: final code, 200 for a BYE. at: monotonic."""

    ours: bool
    status: int
    reason: str
    at: float


class Heard(NamedTuple):
    """Something was heard. `position`: its first sample in `heard`; `at`: when that packet came."""

    position: int
    at: float


@dataclass(frozen=True)
class Manner:
    """How a telephone behaves on the wire.

    sound: what it says all the time. keys: False for keys as tones in the sound only.
    late_ack: seconds between 200 OK and ACK, None for never. latch: see `Stream`.
    refuses: methods inside a call that are answered with this code.
    """

    sound: Sound = field(default_factory=Silence)
    codecs: tuple[int, ...] = (PCMA, PCMU)
    keys: bool = True
    late_ack: float | None = 0.0
    late_offer: bool = False
    latch: bool = False
    refuses: dict[str, int] = field(default_factory=dict)


class Call:
    """A call between the box and one simulated telephone.

    number, name: who calls, as the INVITE's From says. dialled: the user part of its request URI.
    invite: the INVITE. requests: every request of the box inside the call, in order.
    rtp: the sound (`tests.sim.rtp.Stream`). answered_at, ended_at: monotonic seconds.
    """

    def __init__(self, endpoint: Endpoint, invite: Message, to: Address, manner: Manner) -> None:
        loop = asyncio.get_running_loop()
        self.invite, self.manner = invite, manner
        self.begun_at = time.monotonic()
        self.requests: list[Message] = []
        self.responses: list[tuple[float, Message]] = []
        self.early_media: Sdp | None = None
        self.rtp = Stream(endpoint.address[0], manner.sound, latch=manner.latch)
        self.rtp.on_sound.append(self._sound_came)
        self.direction = SENDRECV
        self._endpoint, self._to = endpoint, to
        self._cseq = invite.cseq
        self._version = 1
        self._far: Sdp | None = None
        self._routes: list[str] = []
        self._target = uri_in(invite.get("Contact")) or invite.uri
        self._ringing: asyncio.Future[float] = loop.create_future()
        self._answered: asyncio.Future[float] = loop.create_future()
        self._confirmed: asyncio.Future[float] = loop.create_future()
        self._ended: asyncio.Future[Ending] = loop.create_future()
        self._cancelled: asyncio.Future[float] = loop.create_future()
        self._grew = asyncio.Event()
        self._timers: list[asyncio.TimerHandle] = []

    # Who and how

    @property
    def number(self) -> str:
        """Who calls, as From says."""
        return user_of(uri_in(self.invite.get("From")))

    @property
    def name(self) -> str:
        """The display name of From, without quotes."""
        return name_in(self.invite.get("From"))

    @property
    def dialled(self) -> str:
        """What was dialled."""
        return user_of(self.invite.uri)

    @property
    def tone(self) -> Tone:
        """The tone we say all the time; TypeError if it is something else."""
        return a_tone(self.rtp.sound)

    @property
    def heard(self) -> Samples:
        """Every sample heard so far."""
        return self.rtp.heard.samples()

    @property
    def keys(self) -> str:
        """Every key heard so far as an event."""
        return "".join(key.key for key in self.rtp.keys)

    @property
    def far_address(self) -> Address | None:
        """Where the box receives sound, as it said; for those who want to shout into the call."""
        return self._far.address if self._far else None

    @property
    def answered_at(self) -> float | None:
        return self._answered.result() if _has_result(self._answered) else None

    @property
    def ending(self) -> Ending | None:
        """How it ended, or None while it lasts."""
        return self._ended.result() if self._ended.done() else None

    @property
    def on_hold(self) -> bool:
        """Has the box put us on hold?"""
        return self._far is not None and self._far.direction in (SENDONLY, INACTIVE)

    # Expectations

    async def ringing(self, within: float = 5.0) -> float:
        """Wait until it rings; the time at which it began."""
        return await self._wait(self._ringing, within, "the call to ring")

    async def answered(self, within: float = 10.0) -> float:
        """Wait until it is answered; the time at which it was."""
        return await self._wait(self._answered, within, "the call to be answered")

    async def confirmed(self, within: float = 5.0) -> float:
        """Wait for the box's ACK to our answer."""
        return await self._wait(self._confirmed, within, "the ACK")

    async def cancelled(self, within: float = 10.0) -> float:
        """Wait until the box takes the call back before we answered."""
        return await self._wait(self._cancelled, within, "the call to be cancelled")

    async def ended(self, within: float = 10.0) -> Ending:
        """Wait until the call is over."""
        done, _ = await asyncio.wait([self._ended], timeout=within)
        if done:
            return self._ended.result()
        raise NotAsExpected(f"expected the call to end within {within:g} s; {self._state()}")

    async def lasts(self, seconds: float) -> bool:
        """Let that much time pass in the call; False as soon as it ended earlier."""
        done, _ = await asyncio.wait([self._ended], timeout=seconds)
        return not done

    async def hears(
        self, tone: Tone, within: float = 5.0, lasting: float = 0.2, since: int | None = None
    ) -> Heard:
        """Wait until the tone is heard for `lasting` seconds on end, alone or under others.

        since: sample from which to listen, now if None. The result is where the tone began.
        """
        need = max(1, round(lasting * RATE) - listen.WINDOW + 1)
        start = self._from(since, lasting)
        steady = _Steady(start, need, lambda samples: listen.sounds(samples, tone))
        begins = await self._listen(steady, within, f"tone {tone} for {lasting:g} s")
        early = max(begins - listen.WINDOW, start, 0)
        exact = listen.onset(self.heard[early : begins + listen.WINDOW], tone)
        return self._at(early + exact if exact is not None else begins)

    async def hears_speech(self, within: float = 10.0, since: int | None = None) -> Heard:
        """Wait until somebody is heard speaking."""
        start = self._from(since, 0)
        found = await self._listen(
            _Steady(start, 1, listen.is_speech, window=RATE // 2, step=RATE // 20),
            within,
            "speech",
        )
        first = listen.first_sound(self.heard[found:])
        return self._at(found + (first or 0))

    async def hears_silence(
        self, lasting: float = 1.0, within: float = 10.0, since: int | None = None
    ) -> Heard:
        """Wait until packets with nothing in them have come for `lasting` seconds on end."""
        quiet = _Steady(
            self._from(since, 0),
            round(lasting * RATE) - 800 + 1,
            lambda samples: listen.loudness(samples) < listen.QUIET,
            window=800,
        )
        return self._at(await self._listen(quiet, within, f"silence for {lasting:g} s"))

    async def hears_piece(self, piece: Samples, within: float = 10.0, since: int = 0) -> Heard:
        """Wait until this very piece of sound, speech or noise, has been heard from end to end."""
        looked = 0

        def look() -> int | None:
            nonlocal looked
            here = self.heard[since:]
            if len(here) < max(len(piece), looked + RATE // 4):
                return None
            looked = len(here)
            match = listen.find(piece, here)
            return since + match.offset if match.likeness > 0.9 else None

        return self._at(await self._until(look, within, f"a piece of {len(piece) / RATE:.1f} s"))

    async def hears_any(self, within: float = 5.0, since: int | None = None) -> Heard:
        """Wait for the first sound that is not silence."""
        start = self._from(since, 0)

        def first() -> int | None:
            found = listen.first_sound(self.heard[start:])
            return None if found is None else start + found

        return self._at(await self._until(first, within, "any sound"))

    async def hears_keys(self, keys: str, within: float = 5.0) -> float:
        """Wait until these keys have come as events, in this order; when the last one began."""
        await self._until(lambda: keys in self.keys or None, within, f"keys {keys}")
        return self.rtp.keys[self.keys.index(keys) + len(keys) - 1].at

    async def asked(self, method: str, times: int = 1, within: float = 5.0) -> Message:
        """Wait until the box has sent this request so often inside the call; the last of them."""

        def count() -> Message | None:
            came = [message for message in self.requests if message.method == method]
            return came[times - 1] if len(came) >= times else None

        return await self._until(count, within, f"{times} x {method} from the box")

    def hears_now(self, tone: Tone, last: float = 0.3) -> bool:
        """Was the tone there all through the last seconds?"""
        samples = self.heard[-round(last * RATE) :]
        steps = range(0, len(samples) - listen.WINDOW + 1, 160)
        return bool(steps) and all(
            listen.sounds(samples[n : n + listen.WINDOW], tone) for n in steps
        )

    def in_words(self) -> str:
        """What was heard so far, in one line."""
        return listen.in_words(self.heard)

    # Speaking and keys

    def say(self, samples: Samples) -> asyncio.Future[float]:
        """Say this instead of the telephone's own sound; done when said, with its start time."""
        return self.rtp.say(samples)

    async def press(self, keys: str, seconds: float = 0.1, pause: float = 0.1) -> float:
        """Press keys one after another; the time at which the first packet of the last left."""
        at = 0.0
        for key in keys:
            at = await self._wait(self.rtp.press(key, seconds, pause), 10, f"key {key} to be sent")
        return at

    # Signalling: incoming calls

    def ring(self, status: int = 180) -> None:
        """Tell the box that the telephone rings."""
        self._incoming().answer(status, *self._dialog_headers())
        _settle(self._ringing, time.monotonic())

    def play_early(self) -> None:
        """183 with sound before the answer: the network's announcement or ringback."""
        body = self._agree()
        if body:
            self._incoming().answer(183, *self._dialog_headers(), SDP_TYPE, body=body)

    def answer(self) -> None:
        """Pick up. Refuses with 488 when there is no common codec, as a real telephone would."""
        body = self._offer() if not self.invite.body else self._agree()
        if body is None:
            self.reject(488)
            return
        self._incoming().answer(200, *self._dialog_headers(), SDP_TYPE, body=body)
        _settle(self._answered, time.monotonic())

    def reject(self, status: int = 603, *headers: Header) -> None:
        """Refuse the call, or redirect it with `("Contact", ...)` and 302."""
        self._incoming().answer(status, *self._dialog_headers(contact=False), *headers)
        self._over(True, status, "refused by us")

    # Signalling: both

    async def hang_up(self) -> int:
        """End the call in the way its state asks for; the box's status code to that."""
        if self._ended.done():
            return 0
        if not _has_result(self._answered):
            return await self._give_up()
        self._over(True, 200, "hung up by us")
        return (await self.request("BYE")).status

    async def hold(self, direction: str = SENDONLY) -> Message:
        """Put the box on hold by re-INVITE (sendonly, inactive); its final response."""
        return await self.reinvite(replace(self._description(), direction=direction))

    async def resume(self) -> Message:
        """Take the box back from hold."""
        return await self.reinvite(replace(self._description(), direction=SENDRECV))

    async def reinvite(
        self, offer: Sdp | None, *headers: Header, method: str = "INVITE"
    ) -> Message:
        """Offer anew inside the call (INVITE or UPDATE); its final response.

        An offer with a foreign address is what a hijacker would send.
        """
        self._version += 1
        body = replace(offer, version=self._version).encoded() if offer else b""
        types = (SDP_TYPE,) if offer else ()
        response = await self.request(method, *types, *headers, body=body)
        if response.status < 300 and method == "INVITE":
            self._send_ack(response)
        if response.status < 300 and offer:
            self.direction = offer.direction
            self._hear_of(response.body)
        return response

    async def request(self, method: str, *headers: Header, body: bytes = b"") -> Message:
        """Send any request inside the call; its final response, a 408 of our own if none came."""
        final: asyncio.Future[Message] = asyncio.get_running_loop().create_future()

        def take(response: Message) -> None:
            if response.status >= 200 and not final.done():
                final.set_result(response)

        self._cseq += 1
        self._endpoint.request(self._in_dialog(method, self._cseq, headers, body), self._to, take)
        return await final

    def take(self, incoming: Incoming) -> None:
        """A request of the box inside this call."""
        message = incoming.message
        self.requests.append(message)
        self._grew.set()
        if message.method in self.manner.refuses:
            incoming.answer(self.manner.refuses[message.method])
        elif message.method == "ACK":
            self._acked(message)
        elif message.method == "BYE":
            incoming.answer(200)
            self._over(False, 200, "hung up by the box")
        elif message.method == "CANCEL":
            self._cancel_came(incoming)
        elif message.method in ("INVITE", "UPDATE"):
            self._offered(incoming)
        else:
            status = 200 if message.method in ALLOW[1] else 405
            incoming.answer(status, ALLOW)

    def close(self) -> None:
        """Let the sound go; for the end of a test."""
        for timer in self._timers:
            timer.cancel()
        self.rtp.close()
        self._over(True, 0, "the simulator was stopped")

    # Inside

    def _incoming(self) -> Incoming:
        raise TypeError("we made this call ourselves: it is the box that rings and answers")

    async def _give_up(self) -> int:
        raise NotImplementedError

    def _dialog(self) -> tuple[str, str, list[Header]]:
        """Our From, their To, and the Route headers for requests inside the call."""
        raise NotImplementedError

    def _dialog_headers(self, contact: bool = True) -> tuple[Header, ...]:
        return ()

    def _in_dialog(
        self, method: str, cseq: int, headers: tuple[Header, ...] = (), body: bytes = b""
    ) -> Message:
        mine, theirs, routes = self._dialog()
        given = {name for name, _ in headers}
        usual: list[Header] = [
            self._endpoint.via(),
            ("Max-Forwards", "70"),
            *routes,
            ("From", mine),
            ("To", theirs),
            ("Call-ID", self.invite.call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Contact", f"<{self._endpoint.uri('sim')}>"),
        ]
        kept = [pair for pair in usual if pair[0] not in given]
        return Message(f"{method} {self._target} SIP/2.0", (*kept, *headers), body)

    def _description(self) -> Sdp:
        keys = 101 if self.manner.keys else None
        address = self.rtp.address
        return Sdp(address, self.manner.codecs, keys, self.direction, self._version)

    def _offer(self) -> bytes:
        return self._description().encoded()

    def _agree(self, body: bytes | None = None) -> bytes | None:
        """Our answer to the box's offer; begins to talk."""
        offer = read(self.invite.body if body is None else body)
        mine = agreed(offer, self._description()) if offer else None
        if offer is None or mine is None:
            return None
        self._talk(replace(offer, codecs=mine.codecs, keys=mine.keys), mine.direction)
        return mine.encoded()

    def _hear_of(self, body: bytes) -> None:
        """The box's answer to our offer; begins to talk."""
        theirs = read(body)
        if theirs and theirs.codecs:
            self._talk(theirs, _allowed(self.direction, theirs.direction))

    def _talk(self, far: Sdp, direction: str) -> None:
        self._far = far
        if not self._ended.done():
            self.rtp.aim(far, direction=direction)

    def _offered(self, incoming: Incoming) -> None:
        self._version += 1
        body = self._agree(incoming.message.body) if incoming.message.body else self._offer()
        self._target = uri_in(incoming.message.get("Contact")) or self._target
        if body is None:
            incoming.answer(488)
        else:
            contact = ("Contact", f"<{self._endpoint.uri('sim')}>")
            incoming.answer(200, contact, ALLOW, SDP_TYPE, body=body)

    def _acked(self, message: Message) -> None:
        if message.body:
            self._hear_of(message.body)
        _settle(self._confirmed, time.monotonic())

    def _cancel_came(self, incoming: Incoming) -> None:
        incoming.answer(481)

    def _send_ack(self, response: Message) -> None:
        self._target = uri_in(response.get("Contact")) or self._target
        ack = self._in_dialog("ACK", response.cseq)
        self._endpoint.send(ack, self._to)

    def _over(self, ours: bool, status: int, reason: str) -> None:
        if not self._ended.done():
            self._ended.set_result(Ending(ours, status, reason, time.monotonic()))
            self._grew.set()
            self.rtp.close()

    def _sound_came(self) -> None:
        self._grew.set()

    def _from(self, since: int | None, before: float) -> int:
        return max(0, self.rtp.heard.length - round(before * RATE)) if since is None else since

    def _at(self, position: int) -> Heard:
        return Heard(position, self.rtp.arrived_at(position))

    async def _listen(self, steady: _Steady, within: float, what: str) -> int:
        return await self._until(lambda: steady.look(self.rtp.heard.samples()), within, what)

    async def _until(self, look: Callable[[], Result | None], within: float, what: str) -> Result:
        """Look again each time more has been heard."""
        begun = self.rtp.heard.length
        limit = time.monotonic() + within
        while (found := look()) is None:
            if self._ended.done():
                raise Over(f"expected {what}; {self._state()}; heard: {self._since(begun)}")
            self._grew.clear()
            left = limit - time.monotonic()
            try:
                async with asyncio.timeout(max(left, 0)):
                    await self._grew.wait()
            except TimeoutError:
                heard = self._since(begun)
                told = f"expected {what} within {within:g} s; heard: {heard}; {self._state()}"
                raise NotAsExpected(told) from None
        return found

    def _since(self, position: int) -> str:
        return listen.in_words(self.heard[max(0, position - RATE // 5) :])

    async def _wait(self, future: asyncio.Future[float], within: float, what: str) -> float:
        either: list[asyncio.Future[Any]] = [future, self._ended]
        await asyncio.wait(either, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if _has_result(future):
            return future.result()
        told = f"expected {what} within {within:g} s; {self._state()}"
        raise (Over if self._ended.done() else NotAsExpected)(told)

    def _state(self) -> str:
        """Half a sentence about where the call stands."""
        if self._ended.done():
            ending = self._ended.result()
            seconds = ending.at - self.begun_at
            return f"the call ended after {seconds:.2f} s: {ending.reason} ({ending.status})"
        if _has_result(self._answered):
            return "the call is answered and goes on"
        came = ", ".join(message.reason for _, message in self.responses) or "no response at all"
        return f"the call is not answered, so far: {came}"


class OutgoingCall(Call):
    """We call the box."""

    def __init__(self, endpoint: Endpoint, invite: Message, to: Address, manner: Manner) -> None:
        super().__init__(endpoint, invite, to, manner)
        self._target = invite.uri
        self._theirs = invite.get("To")
        self._cancel_sent = False
        self._outgoing: Outgoing | None = None
        self._wants_cancel = False

    def send(self) -> None:
        """Send the INVITE."""
        if not self.manner.late_offer:
            self.invite = replace(self.invite, body=self._offer()).with_headers(SDP_TYPE)
        self._outgoing = self._endpoint.request(self.invite, self._to, self._response)

    def cancel(self) -> None:
        """Take the call back; an answer that is already on its way is acknowledged and ended."""
        self._wants_cancel = True
        if self.responses and not self._cancel_sent and not self._ended.done():
            self._cancel_sent = True
            kept = {"Via", "From", "To", "Call-ID", "Max-Forwards", "Route"}
            headers = tuple(pair for pair in self.invite.headers if pair[0] in kept)
            cseq = ("CSeq", f"{self.invite.cseq} CANCEL")
            message = Message(f"CANCEL {self.invite.uri} SIP/2.0", (*headers, cseq))
            self._endpoint.request(message, self._to, lambda _: None)

    async def _give_up(self) -> int:
        self.cancel()
        return (await self.ended(within=35)).status

    def _response(self, response: Message) -> None:
        now = time.monotonic()
        self.responses.append((now, response))
        if response.status < 200:
            self._provisional(response, now)
        elif response.status < 300:
            self._picked_up(response, now)
        else:
            self._over(False, response.status, response.reason)

    def _provisional(self, response: Message, now: float) -> None:
        if response.status in (180, 183):
            _settle(self._ringing, now)
        if response.body:
            self._hear_of(response.body)
        if self._wants_cancel:
            self.cancel()

    def _picked_up(self, response: Message, now: float) -> None:
        first = not self._answered.done()
        self._theirs = response.get("To")
        self._routes = response.all("Record-Route")[::-1]
        self._target = uri_in(response.get("Contact")) or self._target
        if first and not self.manner.late_offer:
            self._hear_of(response.body)
        if self.manner.late_ack == 0:
            self._acknowledge(response)
        elif self.manner.late_ack is not None:
            loop = asyncio.get_running_loop()
            late = loop.call_later(self.manner.late_ack, self._acknowledge, response)
            self._timers.append(late)
        _settle(self._answered, now)

    def _acknowledge(self, response: Message) -> None:
        ack = self._in_dialog("ACK", self.invite.cseq)
        if self.manner.late_offer:
            body = self._agree(response.body) or b""
            ack = replace(ack, body=body).with_headers(SDP_TYPE)
        self._endpoint.send(ack, self._to)
        if self._wants_cancel and not self._ended.done():
            self._end_unwanted()

    def _end_unwanted(self) -> None:
        """The answer crossed our CANCEL (RFC 3261 9.1): acknowledge it, then BYE."""
        self._cseq += 1
        self._endpoint.request(self._in_dialog("BYE", self._cseq), self._to, lambda _: None)
        self._over(True, 200, "answered while we cancelled")

    def _dialog(self) -> tuple[str, str, list[Header]]:
        return self.invite.get("From"), self._theirs, [("Route", route) for route in self._routes]


class IncomingCall(Call):
    """The box calls us. `on_cancel`: what happens instead of 487 when the box takes it back."""

    def __init__(self, incoming: Incoming, manner: Manner) -> None:
        super().__init__(incoming.endpoint, incoming.message, incoming.source, manner)
        self.on_cancel: Callable[[], None] | None = None
        self._came = incoming
        self._tag = token()
        self._cseq = 1
        self._routes = incoming.message.all("Record-Route")

    @property
    def tag(self) -> str:
        """Our half of the dialog's name."""
        return self._tag

    def _incoming(self) -> Incoming:
        return self._came

    async def _give_up(self) -> int:
        self.reject(480)
        return 480

    def _cancel_came(self, incoming: Incoming) -> None:
        incoming.answer(200)
        _settle(self._cancelled, time.monotonic())
        if self._answered.done() or self._ended.done():
            return
        if self.on_cancel:
            self.on_cancel()
        else:
            self._came.answer(487, *self._dialog_headers(contact=False))
            self._over(False, 487, "cancelled by the box")

    def _dialog_headers(self, contact: bool = True) -> tuple[Header, ...]:
        to = ("To", f"{self.invite.get('To')};tag={self._tag}")
        routes = [("Record-Route", route) for route in self._routes]
        if not contact:
            return (to,)
        return (*routes, to, ("Contact", f"<{self._endpoint.uri(self.dialled)}>"), ALLOW)

    def _dialog(self) -> tuple[str, str, list[Header]]:
        mine = f"{self.invite.get('To')};tag={self._tag}"
        return mine, self.invite.get("From"), [("Route", route) for route in self._routes]


class _Steady:
    """Looks for the first place from which on something is true for `need` samples on end."""

    def __init__(
        self,
        start: int,
        need: int,
        true: Callable[[Samples], bool],
        window: int = listen.WINDOW,
        step: int = 160,
    ) -> None:
        self._next, self._need, self._true = start, need, true
        self._window, self._step = window, step
        self._run: int | None = None

    def look(self, heard: Samples) -> int | None:
        """Look at what came since the last look."""
        while self._next + self._window <= len(heard):
            here = self._next
            self._next += self._step
            if not self._true(heard[here : here + self._window]):
                self._run = None
                continue
            self._run = here if self._run is None else self._run
            if here + self._step - self._run >= self._need:
                return self._run
        return None


def invitation(
    endpoint: Endpoint, uri: str, mine: str, to: str, headers: tuple[Header, ...] = ()
) -> Message:
    """An INVITE; `mine` and `to` are the values of From and To. Headers given replace ours."""
    usual: list[Header] = [
        endpoint.via(),
        ("Max-Forwards", "70"),
        ("From", f"{mine};tag={token()}"),
        ("To", to),
        ("Call-ID", token(12)),
        ("CSeq", "1 INVITE"),
        ("Contact", f"<{endpoint.uri('sim')}>"),
        ALLOW,
        ("User-Agent", "far side"),
    ]
    given = {name for name, _ in headers}
    kept = [pair for pair in usual if pair[0] not in given]
    return Message(f"INVITE {uri} SIP/2.0", (*kept, *headers))


def _allowed(ours: str, theirs: str) -> str:
    """What we may do when we offered `ours` and they answered `theirs`."""
    if theirs == INACTIVE or ours == INACTIVE:
        return INACTIVE
    if theirs == "recvonly" or ours == SENDONLY:
        return SENDONLY
    return "recvonly" if theirs == SENDONLY or ours == "recvonly" else SENDRECV


def a_tone(sound: Sound) -> Tone:
    """The sound, if it is a tone that can be listened for."""
    if not isinstance(sound, Tone):
        raise TypeError(f"this party does not say a tone but {sound}")
    return sound


def _has_result(future: asyncio.Future[float]) -> bool:
    return future.done() and not future.cancelled()


def _settle(future: asyncio.Future[float], value: float) -> None:
    if not future.done():
        future.set_result(value)
