"""A box that its router gives another address is found there by those who call over it.

The real daemon behind one end of a cable, Debian's NetworkManager, and at the other end a gateway
that speaks to the address the box names, as RFC 3261 12.2.1.1 has it.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sim import lan
from tests.sim.box import LISTEN, BoxUnderTest

pytestmark = [
    pytest.mark.skipif(bool(lan.missing()), reason=lan.missing() or "it is there"),
    pytest.mark.sip_only,
]

HOME, AWAY = "10.9.8.2", "10.9.9.7"
TRUNK = f'[[trunk]]\nname = "gateway"\nkind = "gateway"\nhost = "{lan.ROUTER}"\n'
# A call from the gateway: where the box says it is, and whether it is there.
_CALLER = """
import re, socket, sys, time
box, port, own = sys.argv[1], int(sys.argv[2]), sys.argv[3]
line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
line.bind((own, 5060))
line.settimeout(5)
sdp = (f"v=0\\r\\no=u 1 1 IN IP4 {own}\\r\\ns=-\\r\\nc=IN IP4 {own}\\r\\nt=0 0\\r\\n"
    "m=audio 6000 RTP/AVP 8\\r\\n")
def says(method, uri, to, number, body=""):
    return (f"{method} {uri} SIP/2.0\\r\\n"
        f"Via: SIP/2.0/UDP {own}:5060;branch=z9hG4bK{time.time_ns()}\\r\\n"
        f"From: <sip:+37369555000@{own}>;tag=1\\r\\nTo: {to}\\r\\nCall-ID: {CALL}\\r\\n"
        f"CSeq: {number} {method}\\r\\nContact: <sip:x@{own}:5060>\\r\\nMax-Forwards: 70\\r\\n"
        + ("Content-Type: application/sdp\\r\\n" if body else "")
        + f"Content-Length: {len(body)}\\r\\n\\r\\n{body}").encode()
def hears(code, number):
    while True:
        got = line.recv(4096).decode()
        if got.startswith(f"SIP/2.0 {code}") and f"CSeq: {number} " in got:
            return got
CALL = str(time.time_ns())
line.sendto(says("INVITE", f"sip:1@{box}:{port}", f"<sip:1@{box}>", 1, sdp), (box, port))
answer = hears(200, 1)
uri = re.search(r"Contact: <([^>]+)>", answer)[1]
to = re.search(r"^To: (.*)$", answer, re.M)[1].strip()
there = re.search(r"@([\\d.]+):(\\d+)", uri)
place = there[1], int(there[2])
line.sendto(says("ACK", uri, to, 1), place)
line.sendto(says("BYE", uri, to, 2), place)
try:
    hears(200, 2)
except OSError:
    sys.exit(f"nobody answers at {place[0]}")
print(place[0])
"""


def call(house: lan.House, box: BoxUnderTest, address: str) -> str:
    """Ring the box at `address`; where it said it was, if it was there to hang up."""
    words = [*lan.enter(house.far), sys.executable, "-c", _CALLER]
    done = subprocess.run(
        [*words, address, str(box.port), lan.ROUTER], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or done.stderr.strip()[-300:]


async def test_whoever_calls_is_told_the_new_address(tmp_path: Path) -> None:
    with lan.house(tmp_path / "house", HOME) as house:
        box = BoxUnderTest(tmp_path / "box", "", TRUNK, prefix=tuple(house.inside()))
        box.write_settings()
        everywhere = box.toml.read_text().replace(f'listen = "{LISTEN}"', 'listen = "0.0.0.0"')
        box.toml.write_text(everywhere)
        try:
            await box.start()
            assert await asyncio.to_thread(call, house, box, HOME) == HOME
            began = box.status().started_at
            house.asks("connection", "modify", "cable", "ipv4.addresses", f"{AWAY}/16")
            house.asks("connection", "up", "cable")
            await box.until(lambda status: status.started_at > began, "a new beginning", 60)
            assert await asyncio.to_thread(call, house, box, AWAY) == AWAY
        finally:
            await box.stop()
