"""One SIP address on the network, over UDP, TCP or TLS; repeats and absorbs (RFC 3261 17)."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.sim.sip.message import (
    Address,
    Header,
    Message,
    NotSip,
    answer,
    body_length,
    parse,
    token,
)

T1, T2, TIMEOUT = 0.5, 4.0, 32.0
_REMEMBERED = 5000


class Seen(NamedTuple):
    """A line of the endpoint's log. `sent` is True for what we sent."""

    at: float
    sent: bool
    message: Message
    far: Address


@dataclass
class Weather:
    """What the network does to signalling: `loss` 0..1 both ways, `delay` seconds for what we send.

    deaf: nothing gets through in either direction, as with a dead provider.
    """

    loss: float = 0.0
    delay: float = 0.0
    deaf: bool = False
    seed: int = 1
    dice: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def swallows(self) -> bool:
        """Is this message lost?"""
        return self.deaf or (self.loss > 0 and self.dice.random() < self.loss)


@dataclass(eq=False)
class Incoming:
    """A request that came in. For a CANCEL, `cancels` is the INVITE it means, if that is known."""

    message: Message
    source: Address
    endpoint: Endpoint
    cancels: Incoming | None = None
    last: Message | None = None
    repeating: asyncio.TimerHandle | None = None

    def answer(self, status: int, *headers: Header, body: bytes = b"") -> Message:
        """Send a response; a final one to INVITE is repeated until its ACK comes."""
        made = _with_received(answer(self.message, status, *headers, body=body), self.source)
        self.last = made
        self.endpoint.send(made, self.source)
        if self.message.method == "INVITE" and status >= 200:
            self.endpoint.repeat_until_acked(self)
        return made


class Outgoing:
    """A request of ours on its way. `answers` gets each response; a synthetic 408 if none came."""

    def __init__(
        self, endpoint: Endpoint, message: Message, to: Address, answers: Callable[[Message], None]
    ) -> None:
        self.message, self.to, self.final = message, to, False
        self._endpoint, self._answers = endpoint, answers
        self._loop = asyncio.get_running_loop()
        self._again: asyncio.TimerHandle | None = None
        self._limit = self._loop.call_later(TIMEOUT, self._too_late)
        self._send(T1)

    def take(self, response: Message) -> None:
        """A response came."""
        invite = self.message.method == "INVITE"
        if self._again and (invite or response.status >= 200):
            self._again.cancel()
        if response.status >= 200:
            if invite and response.status >= 300:
                self._endpoint.send(self._ack(response), self.to)
            again, self.final = self.final, True
            self._limit.cancel()
            if again and not (invite and response.status < 300):
                return
        elif invite:
            self._limit.cancel()
        self._answers(response)

    def stop(self) -> None:
        """No more repetitions."""
        self._limit.cancel()
        if self._again:
            self._again.cancel()

    def _send(self, wait: float) -> None:
        self._endpoint.send(self.message, self.to)
        if self._endpoint.transport == "udp":
            longest = TIMEOUT if self.message.method == "INVITE" else T2
            self._again = self._loop.call_later(wait, self._send, min(wait * 2, longest))

    def _too_late(self) -> None:
        self.stop()
        if not self.final:
            self.final = True
            self._answers(answer(self.message, 408))

    def _ack(self, response: Message) -> Message:
        """RFC 3261 17.1.1.3: the same branch, the To of the response."""
        names = {"Via", "From", "Call-ID", "Max-Forwards", "Route"}
        kept = tuple(pair for pair in self.message.headers if pair[0] in names)
        more = (("To", response.get("To")), ("CSeq", f"{self.message.cseq} ACK"))
        return Message(f"ACK {self.message.uri} SIP/2.0", kept + more)


class Endpoint:
    """A socket that speaks SIP. `on_request` gets every new request except absorbed repetitions."""

    def __init__(self, transport: str, on_request: Callable[[Incoming], None]) -> None:
        self.transport = transport
        self.weather = Weather()
        self.log: deque[Seen] = deque(maxlen=5000)
        self.garbage: list[bytes] = []
        self.address: Address = ("", 0)
        self._on_request = on_request
        self._wire: _Udp | _Tcp
        self._sent: dict[tuple[str, str], Outgoing] = {}
        self._served: OrderedDict[tuple[str, str], Incoming] = OrderedDict()
        self._unacked: dict[tuple[str, int], list[Incoming]] = {}
        self._closed = False

    @classmethod
    async def open(
        cls,
        host: str,
        port: int,
        on_request: Callable[[Incoming], None],
        transport: str = "udp",
        tls: Tls | None = None,
    ) -> Endpoint:
        """Listen there. transport: udp, tcp or tls (`tls` then holds both contexts)."""
        endpoint = cls(transport, on_request)
        endpoint._wire = _Udp(endpoint) if transport == "udp" else _Tcp(endpoint, tls)
        endpoint.address = await endpoint._wire.open(host, port)
        return endpoint

    async def close(self) -> None:
        """Stop at once; nothing more is sent."""
        self._closed = True
        for outgoing in self._sent.values():
            outgoing.stop()
        for served in self._served.values():
            if served.repeating:
                served.repeating.cancel()
        await self._wire.close()

    def via(self, branch: str | None = None) -> Header:
        """A Via of ours with a new branch."""
        host, port = self.address
        branch = branch or f"z9hG4bK{token()}"
        return ("Via", f"SIP/2.0/{self.transport.upper()} {host}:{port};rport;branch={branch}")

    def uri(self, user: str) -> str:
        """Where we can be reached."""
        host, port = self.address
        more = "" if self.transport == "udp" else f";transport={self.transport}"
        return f"sip:{user}@{host}:{port}{more}"

    def request(
        self, message: Message, to: Address, answers: Callable[[Message], None]
    ) -> Outgoing:
        """Send a request with a Via of ours; each response goes to `answers`."""
        outgoing = Outgoing(self, message, to, answers)
        self._sent[message.branch, message.method] = outgoing
        return outgoing

    def send(self, message: Message, to: Address) -> None:
        """Send once."""
        self.log.append(Seen(time.monotonic(), True, message, to))
        if self._closed or self.weather.swallows():
            return
        if self.weather.delay:
            loop = asyncio.get_running_loop()
            loop.call_later(self.weather.delay, self._wire.send, message.encoded(), to)
        else:
            self._wire.send(message.encoded(), to)

    def received(self, data: bytes, source: Address) -> None:
        """A datagram, or a message off a stream."""
        if self._closed or not data.strip(b"\r\n\0 ") or self.weather.swallows():
            return
        try:
            message = parse(data)
        except NotSip:
            self.garbage.append(data)
            return
        self.log.append(Seen(time.monotonic(), False, message, source))
        if message.status:
            outgoing = self._sent.get((message.branch, message.method))
            if outgoing:
                outgoing.take(message)
        else:
            self._request(message, source)

    def repeat_until_acked(self, incoming: Incoming, wait: float = T1, waited: float = 0) -> None:
        """2xx over any transport, other finals over UDP only (RFC 3261 13.3.1.4, 17.2.1)."""
        message = incoming.message
        waiting = self._unacked.setdefault((message.call_id, message.cseq), [])
        if incoming not in waiting:
            waiting.append(incoming)
        last = incoming.last
        if last is None or (self.transport != "udp" and last.status >= 300):
            return
        if incoming.repeating:
            incoming.repeating.cancel()
        if waited < TIMEOUT:
            loop = asyncio.get_running_loop()
            incoming.repeating = loop.call_later(wait, self._repeat, incoming, wait, waited + wait)

    def _repeat(self, incoming: Incoming, wait: float, waited: float) -> None:
        if incoming.last:
            self.send(incoming.last, incoming.source)
            self.repeat_until_acked(incoming, min(2 * wait, T2), waited)

    def _request(self, message: Message, source: Address) -> None:
        if message.method == "ACK":
            self._ack(message, source)
            return
        key = (message.branch, message.method)
        known = self._served.get(key)
        if known:
            if known.last:
                self.send(known.last, source)
            return
        incoming = Incoming(message, source, self)
        if message.method == "CANCEL":
            incoming.cancels = self._served.get((message.branch, "INVITE"))
        self._served[key] = incoming
        if len(self._served) > _REMEMBERED:
            self._served.popitem(last=False)
        self._on_request(incoming)

    def _ack(self, message: Message, source: Address) -> None:
        waiting = self._unacked.pop((message.call_id, message.cseq), [])
        for incoming in waiting:
            if incoming.repeating:
                incoming.repeating.cancel()
        if any(incoming.last and incoming.last.status < 300 for incoming in waiting):
            self._on_request(Incoming(message, source, self))


@dataclass(frozen=True)
class Tls:
    """Both roles: what we show to those who connect, and whom we trust when we connect."""

    server: ssl.SSLContext
    client: ssl.SSLContext


class _Udp(asyncio.DatagramProtocol):
    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self, host: str, port: int) -> Address:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        self._transport = transport
        return tuple(transport.get_extra_info("sockname")[:2])

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._endpoint.received(data, addr[:2])

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there: the repetitions and time limits deal with it."""

    def send(self, data: bytes, to: Address) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.sendto(data, to)

    async def close(self) -> None:
        if self._transport:
            self._transport.close()


class _Tcp:
    """Streams, one for each far address; whoever opened it, both sides use it."""

    def __init__(self, endpoint: Endpoint, tls: Tls | None) -> None:
        self._endpoint, self._tls = endpoint, tls
        self._server: asyncio.Server | None = None
        self._writers: dict[Address, asyncio.StreamWriter] = {}
        self._opening: dict[Address, list[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> Address:
        context = self._tls.server if self._tls else None
        self._server = await asyncio.start_server(self._accepted, host, port, ssl=context)
        return tuple(self._server.sockets[0].getsockname()[:2])

    def send(self, data: bytes, to: Address) -> None:
        writer = self._writers.get(to)
        if writer and not writer.is_closing():
            writer.write(data)
        elif to in self._opening:
            self._opening[to].append(data)
        else:
            self._opening[to] = [data]
            task = asyncio.get_running_loop().create_task(self._connect(to))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for writer in self._writers.values():
            writer.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connect(self, to: Address) -> None:
        context = self._tls.client if self._tls else None
        try:
            reader, writer = await asyncio.open_connection(*to, ssl=context)
        except OSError:
            del self._opening[to]
            return
        self._writers[to] = writer
        for data in self._opening.pop(to):
            writer.write(data)
        await self._read(reader, writer, to)

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        source = writer.get_extra_info("peername")[:2]
        self._writers[source] = writer
        await self._read(reader, writer, source)

    async def _read(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, source: Address
    ) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lstrip(b"\r\n")
                if head:
                    body = await reader.readexactly(body_length(head))
                    self._endpoint.received(head + body, source)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, NotSip):
            pass  # the far end closed the stream or speaks something else: either way it is over
        finally:
            self._writers.pop(source, None)
            writer.close()


def _with_received(response: Message, source: Address) -> Message:
    """Say in the Via where the request really came from (RFC 3581)."""
    headers = list(response.headers)
    for place, (name, value) in enumerate(headers):
        if name == "Via":
            top, comma, rest = value.partition(",")
            if ";rport" in top and ";rport=" not in top:
                top = top.replace(";rport", f";rport={source[1]};received={source[0]}", 1)
                headers[place] = (name, top + comma + rest)
            break
    return Message(response.first, tuple(headers), response.body)
