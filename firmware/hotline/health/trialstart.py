"""Is a box that was just updated as well as before? Asked as callers and browsers would."""

from __future__ import annotations

import http.client
import secrets
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from hotline.control.messages.status import StatusAnswer
from hotline.errors import HotlineError

HERE = "127.0.0.1"
ANSWER_S = 5.0  # for one question; a busy box is asked again
AGAIN_S = 2.0
SERVER_ERROR = 500


class Verdict(StrEnum):
    """The first thing that is not as it should be, or that all is well."""

    WELL = "well"
    DAEMON = "daemon"
    SIP = "sip"
    PAGE = "page"
    LINES = "lines"


@dataclass(frozen=True)
class Questions:
    """status: the daemon's own word; raises HotlineError. before: ids of the lines that were up."""

    status: Callable[[], StatusAnswer]
    sip_port: int
    page_port: int
    before: frozenset[str]

    def verdict(self) -> Verdict:
        """How it is at this moment."""
        try:
            now = self.status()
        except HotlineError:
            return Verdict.DAEMON
        if now.trouble:
            return Verdict.DAEMON
        if not speaks_sip(self.sip_port):
            return Verdict.SIP
        if not shows_page(self.page_port):
            return Verdict.PAGE
        up = {line.id for line in now.lines if line.up}
        return Verdict.WELL if self.before <= up else Verdict.LINES


def within(
    seconds: float,
    ask: Callable[[], Verdict],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Verdict:
    """Asks until it is well; the last verdict when the time is over."""
    until = clock() + seconds
    while (verdict := ask()) is not Verdict.WELL and clock() < until:
        sleep(AGAIN_S)
    return verdict


def lines_up(rows: Iterable[dict[str, object]]) -> frozenset[str]:
    """From what `hotline lines --json` printed before the update."""
    return frozenset(str(row["id"]) for row in rows if row.get("up") is True and "id" in row)


def speaks_sip(port: int) -> bool:
    """Does it answer an OPTIONS request (RFC 3261, 11)? Any answer is one."""
    branch = f"z9hG4bK{secrets.token_hex(8)}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(ANSWER_S)
        try:
            probe.connect((HERE, port))
            own = probe.getsockname()[1]
            probe.send(
                f"OPTIONS sip:box@{HERE} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {HERE}:{own};branch={branch};rport\r\n"
                f"From: <sip:health@{HERE}>;tag={branch}\r\nTo: <sip:box@{HERE}>\r\n"
                f"Call-ID: {branch}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
                "Content-Length: 0\r\n\r\n".encode()
            )
            answer = probe.recv(4096)
        except OSError:
            return False
    return answer.startswith(b"SIP/2.0 ") and branch.encode() in answer


def shows_page(port: int) -> bool:
    """Does it answer a browser in the office? The certificate is the box's own, and may be new."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    line = http.client.HTTPSConnection(HERE, port, timeout=ANSWER_S, context=trusting)
    try:
        line.request("GET", "/", headers={"Host": "hotline.local"})
        return line.getresponse().status < SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
