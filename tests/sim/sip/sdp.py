"""Session descriptions, as far as one telephone call needs them (RFC 4566, RFC 3264, RFC 4733)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from tests.sim.g711 import NAMES
from tests.sim.sip.message import Address

SENDRECV, SENDONLY, RECVONLY, INACTIVE = "sendrecv", "sendonly", "recvonly", "inactive"
_MIRRORED = {SENDONLY: RECVONLY, RECVONLY: SENDONLY, INACTIVE: INACTIVE, SENDRECV: SENDRECV}


@dataclass(frozen=True)
class Sdp:
    """One audio stream: where it is received, in which payload types, in which direction.

    keys: payload type of telephone-event, or None where keys can only be tones in the sound.
    """

    address: Address
    codecs: tuple[int, ...]
    keys: int | None = None
    direction: str = SENDRECV
    version: int = 1

    def encoded(self) -> bytes:
        host, port = self.address
        types = [*self.codecs, *([self.keys] if self.keys is not None else [])]
        lines = [
            "v=0",
            f"o=sim 1 {self.version} IN IP4 {host}",
            "s=-",
            f"c=IN IP4 {host}",
            "t=0 0",
            f"m=audio {port} RTP/AVP {' '.join(map(str, types))}",
            *(f"a=rtpmap:{codec} {NAMES[codec]}/8000" for codec in self.codecs),
        ]
        if self.keys is not None:
            lines += [f"a=rtpmap:{self.keys} telephone-event/8000", f"a=fmtp:{self.keys} 0-15"]
        lines += ["a=ptime:20", f"a={self.direction}", ""]
        return "\r\n".join(lines).encode()


def read(body: bytes) -> Sdp | None:
    """The audio stream of a session description, or None if there is none we can hear."""
    text = body.decode("utf-8", "replace")
    session, _, media = text.partition("\nm=audio ")
    found = re.match(r"(\d+) RTP/S?AVPF? ([\d ]+)", media)
    if not found:
        return None
    media = media.split("\nm=")[0]
    host = re.search(r"(?m)^c=IN IP4 (\S+)", media) or re.search(r"(?m)^c=IN IP4 (\S+)", session)
    event = re.search(r"(?mi)^a=rtpmap:(\d+) telephone-event/8000", media)
    way = re.search(r"(?m)^a=(sendrecv|sendonly|recvonly|inactive)\s*$", media) or re.search(
        r"(?m)^a=(sendrecv|sendonly|recvonly|inactive)\s*$", session
    )
    address = (host[1] if host else "0.0.0.0", int(found[1]))
    if not _can_be_sent_to(address):
        return None
    return Sdp(
        address,
        tuple(int(number) for number in found[2].split() if int(number) in NAMES),
        int(event[1]) if event else None,
        way[1] if way else SENDRECV,
    )


def _can_be_sent_to(address: Address) -> bool:
    """A name instead of an address would be looked up, and a port may have ten digits."""
    try:
        ipaddress.IPv4Address(address[0])
    except ValueError:
        return False
    return address[1] < 65536


def agreed(offer: Sdp, mine: Sdp) -> Sdp | None:
    """My answer to `offer` (RFC 3264 6), or None when no codec is common to both."""
    common = tuple(codec for codec in offer.codecs if codec in mine.codecs)
    if not common:
        return None
    keys = offer.keys if offer.keys is not None and mine.keys is not None else None
    way = _MIRRORED[offer.direction]
    return Sdp(mine.address, common[:1], keys, way, mine.version)
