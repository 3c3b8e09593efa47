"""Somebody on the network who is no peer of the box: knocks, scans, floods, counts answers."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self, cast

from tests.sim import g711
from tests.sim.ports import own_host
from tests.sim.sip.message import Address, token
from tests.sim.sound import FRAME, RATE, Sound


@dataclass
class Stranger(asyncio.DatagramProtocol):
    """A UDP socket at an address of its own. `heard`: every datagram that came back."""

    heard: list[bytes] = field(default_factory=list)
    address: Address = ("", 0)
    _transport: asyncio.DatagramTransport | None = None
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def open(cls, host: str = "") -> Self:
        """host: where it lives; nobody's loopback address when empty."""
        loop = asyncio.get_running_loop()
        _, one = await loop.create_datagram_endpoint(cls, local_addr=(host or own_host(), 0))
        return one

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.address = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.heard.append(data)
        self._came.set()

    def error_received(self, exc: Exception) -> None:
        """Nobody listens at the target: that too is no answer."""

    @property
    def bytes_heard(self) -> int:
        """How many bytes came back."""
        return sum(map(len, self.heard))

    def send(self, data: bytes, to: Address) -> None:
        """One datagram."""
        assert self._transport is not None
        self._transport.sendto(data, to)

    async def send_all(
        self, messages: Iterable[bytes], to: Address, *, per_second: float = 1000.0
    ) -> int:
        """Send them at this pace; how many were sent."""
        begun, sent = time.monotonic(), 0
        for data in messages:
            self.send(data, to)
            sent += 1
            ahead = begun + sent / per_second - time.monotonic()
            if ahead > 0.005 or sent % 50 == 0:
                await asyncio.sleep(max(ahead, 0))
        return sent

    async def silence(self, seconds: float = 1.0) -> bool:
        """Does nothing come back for so long? False at once when something does."""
        if not self.heard:
            self._came.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._came.wait()
            except TimeoutError:
                return True
        return False

    def request(self, method: str, to: Address, *headers: str, user: str = "100") -> bytes:
        """A proper request from this address, outside any call."""
        host, port = self.address
        lines = [
            f"{method} sip:{user}@{to[0]}:{to[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};rport;branch=z9hG4bK{token()}",
            f"From: <sip:{user}@{host}>;tag={token()}",
            f"To: <sip:{user}@{to[0]}>",
            f"Call-ID: {token()}",
            f"CSeq: 1 {method}",
            f"Contact: <sip:{user}@{host}:{port}>",
            "Max-Forwards: 70",
            *headers,
            "Content-Length: 0",
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    def scan(self, to: Address, count: int) -> Iterable[bytes]:
        """What the usual scanners send: OPTIONS, REGISTER, INVITE, one extension after another."""
        agent = "User-Agent: friendly-scanner"
        for number in range(count):
            method = ("OPTIONS", "REGISTER", "INVITE")[number % 3]
            yield self.request(method, to, agent, user=str(100 + number))

    async def shout(self, sound: Sound, to: Address, seconds: float = 1.0) -> None:
        """Sound into a call that is not ours: RTP of a stream of our own, at the usual pace."""
        frames = range(round(seconds * RATE / FRAME))
        head = struct.Struct("!BBHII")
        packets = (
            head.pack(0x80, g711.PCMA, number, number * FRAME, 0xBAD5EED)
            + g711.encode(sound.at(number * FRAME, FRAME), g711.PCMA)
            for number in frames
        )
        await self.send_all(packets, to, per_second=RATE / FRAME)

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


async def pour(messages: Iterable[bytes], to: Address, host: str = "") -> int:
    """Send them over TCP, a new connection whenever the target closes one; how many went."""
    sent = 0
    writer: asyncio.StreamWriter | None = None
    for data in messages:
        if writer is None or writer.is_closing():
            local = (host, 0) if host else None
            _, writer = await asyncio.open_connection(*to, local_addr=local)
        writer.write(data)
        try:
            await writer.drain()
        except ConnectionError:
            writer = None
        sent += 1
    if writer:
        writer.close()
    return sent
