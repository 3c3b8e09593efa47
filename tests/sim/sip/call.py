"""One simulated call, seen from the far side: its dialog, its sound, and what is expected of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.sim.g711 import PCMA, PCMU
from tests.sim.rtp import Stream
from tests.sim.sip.endpoint import TIMEOUT, Endpoint, Incoming, Outgoing
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
from tests.sim.sound import Silence, Sound
from tests.sim.talk import Ending, Talk, has_result, settle

ALLOW = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, NOTIFY, MESSAGE")
SDP_TYPE = ("Content-Type", "application/sdp")


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


class Call(Talk):
    """A call between the box and one simulated telephone.

    number, name: who calls, as the INVITE's From says. dialled: the user part of its request URI.
    invite: the INVITE. requests: every request of the box inside the call, in order.
    rtp: the sound (`tests.sim.rtp.Stream`). answered_at, ended_at: monotonic seconds.
    """

    def __init__(self, endpoint: Endpoint, invite: Message, to: Address, manner: Manner) -> None:
        super().__init__(Stream(endpoint.address[0], manner.sound, latch=manner.latch))
        loop = asyncio.get_running_loop()
        self.invite, self.manner = invite, manner
        self.requests: list[Message] = []
        self.responses: list[tuple[float, Message]] = []
        self.early_media: Sdp | None = None
        self.direction = SENDRECV
        self._endpoint, self._to = endpoint, to
        self._cseq = invite.cseq
        self._version = 1
        self._far: Sdp | None = None
        self._routes: list[str] = []
        self._target = uri_in(invite.get("Contact")) or invite.uri
        self._confirmed: asyncio.Future[float] = loop.create_future()
        self._cancelled: asyncio.Future[float] = loop.create_future()
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
    def from_number(self) -> str:
        """The number the called telephone shows: the one preferred (RFC 3325), else From's."""
        preferred = self.invite.get("P-Preferred-Identity")
        return user_of(uri_in(preferred)) if preferred else self.number

    @property
    def told(self) -> str:
        """All that the called telephone is told of who calls."""
        return str(self.invite.headers)

    @property
    def dialled(self) -> str:
        """What was dialled."""
        return user_of(self.invite.uri)

    @property
    def keys(self) -> str:
        """Every key heard so far as an event."""
        return "".join(key.key for key in self.rtp.keys)

    @property
    def far_address(self) -> Address | None:
        """Where the box receives sound, as it said; for those who want to shout into the call."""
        return self._far.address if self._far else None

    @property
    def on_hold(self) -> bool:
        """Has the box put us on hold?"""
        return self._far is not None and self._far.direction in (SENDONLY, INACTIVE)

    # Expectations

    async def confirmed(self, within: float = 5.0) -> float:
        """Wait for the box's ACK to our answer."""
        return await self._wait(self._confirmed, within, "the ACK")

    async def cancelled(self, within: float = 10.0) -> float:
        """Wait until the box takes the call back before we answered."""
        return await self._wait(self._cancelled, within, "the call to be cancelled")

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

    # Speaking and keys

    # Signalling: incoming calls

    def ring(self, status: int = 180) -> None:
        """Tell the box that the telephone rings."""
        self._incoming().answer(status, *self._dialog_headers())
        settle(self._ringing, time.monotonic())

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
        settle(self._answered, time.monotonic())

    def reject(self, status: int = 603, *headers: Header) -> None:
        """Refuse the call, or redirect it with `("Contact", ...)` and 302."""
        self._incoming().answer(status, *self._dialog_headers(contact=False), *headers)
        self._over(True, status, "refused by us")

    # Signalling: both

    async def hang_up(self) -> int:
        """End the call in the way its state asks for; the box's status code to that."""
        if self._ended.done():
            return 0
        if not has_result(self._answered):
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
        settle(self._confirmed, time.monotonic())

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

    def _state(self) -> str:
        """Half a sentence about where the call stands."""
        if self._ended.done():
            ending = self._ended.result()
            seconds = ending.at - self.begun_at
            return f"the call ended after {seconds:.2f} s: {ending.reason} ({ending.status})"
        if has_result(self._answered):
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
            # RFC 3261 9.1: a box that was killed meanwhile knows nothing of the call.
            forgotten = (True, 408, "no end of what was cancelled")
            loop = asyncio.get_running_loop()
            self._timers.append(loop.call_later(TIMEOUT, self._over, *forgotten))

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
            settle(self._ringing, now)
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
        settle(self._answered, now)

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
        settle(self._cancelled, time.monotonic())
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
