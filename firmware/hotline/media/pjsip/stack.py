"""The one thread that owns PJSIP: it polls, runs what others queued, and is where callbacks arrive.

`threadCnt=0`, `mainThreadOnly=True`. Callbacks only hand over to the asyncio loop.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pjsua2 as pj

from hotline.errors import HotlineError
from hotline.media.bridge import Bridge
from hotline.media.engine import CLOCK_RATE
from hotline.media.pjsip.accounts import AccountListener, PjAccount
from hotline.media.pjsip.calls import PjCall
from hotline.media.pjsip.seam import destroy, fail, give, guarded, why
from hotline.options import Sip, Trunk, public_authorities
from hotline.said import Said, say

log = logging.getLogger(__name__)
T = TypeVar("T")

# A packet, a timer, hotlineWake() or what the threads of the sound tell ends the poll at once.
POLL_MS = 250
GRAVE_S = 0.5
MOST_CALLS = 512  # PJSUA_MAX_CALLS of our build
SPARE_CALLS = 32  # being refused, or ending while the next one begins
STATISTICS_EVERY_S = 5.0
MAX_JITTER_MS = 200
# Lets the thread that sends sound have the interpreter soon after a Python thread was busy.
SWITCH_INTERVAL_S = 0.0005
BAD_CERTIFICATES = (
    (pj.PJ_SSL_CERT_EIDENTITY_NOT_MATCH, say("it was issued for another name.")),
    (pj.PJ_SSL_CERT_EVALIDITY_PERIOD, say("it has expired, or the clock of this box is wrong.")),
    (pj.PJ_SSL_CERT_EREVOKED, say("it was revoked.")),
)
UNTRUSTED = say("nobody whom this box trusts has signed it.")
CODECS = {"opus": "opus/", "g722": "G722/", "pcma": "PCMA/", "pcmu": "PCMU/"}


class Mortal(Protocol):
    """A port of PJSIP's bridge; ends in PJSIP's thread."""

    def die(self) -> None:
        """Leave the bridge and PJSIP for good; harmless when repeated."""


class Pjsip:
    """PJSIP and its thread. Methods may be called on the loop; they never wait for the thread."""

    def __init__(self, sip: Sip, channels: int) -> None:
        """channels: of all trunks together; PJSIP sets aside 20 KB for each call it may carry."""
        self.sip = sip
        self._most_calls = min(MOST_CALLS, channels + SPARE_CALLS)
        self._work: deque[Callable[[], None]] = deque()
        self._stopping = False
        self._started: asyncio.Future[None]
        self._loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=self._run, name="pjsip", daemon=True)
        self.endpoint: Any = None
        self.bridge = Bridge()
        self.calls: dict[int, PjCall] = {}
        self.accounts: dict[int, PjAccount] = {}
        self.spare_ports: list[Any] = []  # of modems that were taken out
        self._living: set[Mortal] = set()
        self._graves: list[_Grave] = []
        self._tls: dict[tuple[str, bool], int] = {}

    async def start(self) -> None:
        """Open the SIP ports. Raises HotlineError when one is taken."""
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.create_future()
        self._thread.start()
        await self._started

    async def stop(self) -> None:
        """End all calls and close the stack."""
        self._stopping = True
        pj.hotlineWake()
        await asyncio.to_thread(self._thread.join, 5.0)

    def post(self, work: Callable[[], None]) -> None:
        """Have `work` done in PJSIP's thread soon; callable from any thread."""
        self._work.append(work)
        pj.hotlineWake()

    def ask(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Have `work` done in PJSIP's thread; the future lives on the loop."""
        answer: asyncio.Future[T] = self._loop.create_future()

        def run() -> None:
            try:
                value = work()
            except pj.Error as error:
                self.tell(fail, answer, HotlineError(f"The sound engine refused: {why(error)}"))
            except BaseException as error:  # whoever waits for the answer waits for a caller
                self.tell(fail, answer, HotlineError(f"The sound engine failed: {error}"))
                raise
            else:
                self.tell(give, answer, value)

        self.post(run)
        return answer

    def tell(self, hear: Callable[..., None], *what: object) -> None:
        """Call `hear` on the loop; used by callbacks, from any thread."""
        try:
            self._loop.call_soon_threadsafe(hear, *what)
        except RuntimeError:
            log.debug("the loop has closed; dropped %s", getattr(hear, "__name__", hear))

    def allow(self, networks: Iterable[str]) -> None:
        """Set the addresses SIP is accepted from; all others get not one byte back."""
        allowed = ",".join(sorted(networks))
        self.post(lambda: pj.hotlineGuardSet(allowed))

    def adopt(self, port: Mortal) -> None:
        """Answer for a port's end: it dies when it is buried, or before the library does."""
        self._living.add(port)

    def bury(self, port: Mortal, after: float = 0.0) -> None:
        """Let a port die later, when no thread can be inside one of its callbacks any more.

        after: seconds for which it still has something to do.
        """
        heapq.heappush(self._graves, _Grave(time.monotonic() + after + GRAVE_S, port))

    def know(self, names: Mapping[str, str]) -> None:
        """Set where host names lead: PJSIP of this build asks no DNS."""
        table = ",".join(f"{name}={address}" for name, address in sorted(names.items()))
        self.post(lambda: pj.hotlineNamesSet(table))

    def moved(self) -> None:
        """The box has another address: tell it to every peer, and in every running call."""
        change = pj.IpChangeParam()
        change.restartListener = True
        self.post(lambda: self.endpoint.handleIpChange(change))

    def account(self, trunk: Trunk, listener: AccountListener) -> PjAccount:
        """Begin to serve a trunk. Its host must be known, see `know`."""
        return PjAccount(self, trunk, listener)

    # -- PJSIP's own thread ------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._open()
        except (pj.Error, HotlineError) as error:
            self.tell(fail, self._started, self._trouble(error))
            return
        self.tell(give, self._started, None)
        next_statistics = time.monotonic() + STATISTICS_EVERY_S
        while not self._stopping:
            self.endpoint.libHandleEvents(POLL_MS)
            self._drain()
            now = time.monotonic()
            while self._graves and self._graves[0].at <= now:
                self._end(heapq.heappop(self._graves).port)
            if now >= next_statistics:
                next_statistics = now + STATISTICS_EVERY_S
                self._look_for_silence()
        self._close()

    def _drain(self) -> None:
        while self._work:
            work = self._work.popleft()
            try:
                work()
            except pj.Error as error:
                log.info("pjsip refused: %s", why(error))
            except BaseException:
                log.exception("a piece of work failed in PJSIP's thread")

    def _open(self) -> None:
        endpoint = self.endpoint = _Endpoint()
        endpoint.stack = self
        endpoint.libCreate()
        endpoint.libInit(_endpoint_config(self._most_calls))
        pj.hotlineGuardSet("")
        self._open_transports()
        endpoint.audDevManager().setNullDev()
        endpoint.libStart()
        pj.hotlineWakeInit()
        self._choose_codecs()

    def _open_transports(self) -> None:
        for kind in (pj.PJSIP_TRANSPORT_UDP, pj.PJSIP_TRANSPORT_TCP):
            self.endpoint.transportCreate(kind, self._transport_config(self.sip.port))
        if self.sip.tls_port:
            self._open_tls(None, verify=True, port=self.sip.tls_port)

    def _transport_config(self, port: int) -> Any:
        config = pj.TransportConfig()
        config.port, config.boundAddress = port, self.sip.listen
        config.publicAddress = self.sip.public_address or ""
        return config

    def tls_transport(self, trunk: Trunk) -> int:
        """The TLS transport that trusts what the trunk trusts. In PJSIP's thread."""
        known = self._tls.get(_trust(trunk.tls_ca, trunk.tls_verify))
        return self._open_tls(trunk.tls_ca, trunk.tls_verify) if known is None else known

    def _open_tls(self, ca: Path | None, verify: bool, port: int = 0) -> int:
        """PJSIP verifies by transport, so there is one for each trust; port 0 takes any."""
        config = self._transport_config(port)
        tls = config.tlsConfig
        tls.certFile = str(self.sip.tls_certificate or "")
        tls.privKeyFile = str(self.sip.tls_key or "")
        trusted, tls.verifyServer = trust = _trust(ca, verify)
        tls.CaListFile = trusted
        self._tls[trust] = int(self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_TLS, config))
        return self._tls[trust]

    def _choose_codecs(self) -> None:
        for codec in self.endpoint.codecEnum2():
            self.endpoint.codecSetPriority(codec.codecId, 0)
        for rank, name in enumerate(self.sip.codecs):
            self.endpoint.codecSetPriority(CODECS[name], 250 - rank)

    def _trouble(self, error: Exception) -> HotlineError:
        if isinstance(error, HotlineError):
            return error
        if "Address already in use" in str(error.info()):  # type: ignore[attr-defined]
            return HotlineError(
                f"Another program already uses the telephone port {self.sip.port}.",
                "Stop the other SIP program, or set another [sip] port in box.toml.",
            )
        return HotlineError(f"The telephone stack did not start: {why(error)}")

    def _look_for_silence(self) -> None:
        for call in list(self.calls.values()):
            call.count_packets()

    def _end(self, port: Mortal) -> None:
        self._living.discard(port)
        port.die()

    def _close(self) -> None:
        self._drain()
        self.endpoint.hangupAllCalls()
        for account in list(self.accounts.values()):
            account.drop()
        self.bridge.clear()
        self._graves.clear()
        for port in list(self._living):
            self._end(port)
        self.endpoint.libDestroy()
        for call in list(self.calls.values()):
            call.drop()
        destroy(self.endpoint)  # PJSIP bears no second one beside it, whoever still holds this


@dataclass(order=True)
class _Grave:
    """What is to die at an instant of the monotonic clock."""

    at: float
    port: Mortal = field(compare=False)


class _Endpoint(pj.Endpoint):  # type: ignore[misc]
    stack: Pjsip

    def onSelectAccount(self, param: Any) -> None:  # noqa: N802
        """Several trunks share one port: the sender's address says whose call it is."""
        address, _, port = str(param.rdata.srcAddress).rpartition(":")
        accounts = self.stack.accounts
        owners = [i for i, account in accounts.items() if account.serves(ip_address(address))]
        if owners:
            dialled = _dialled(str(param.rdata.wholeMsg))
            fits = {i: accounts[i].likeness(int(port), dialled) for i in owners}
            param.accountIndex = max(owners, key=fits.__getitem__)

    def onTransportState(self, param: Any) -> None:  # noqa: N802
        guarded(lambda: self._look_at_certificate(param.tlsInfo))

    def _look_at_certificate(self, tls: Any) -> None:
        """PJSIP itself closes the connection; here the trunks only hear why."""
        if not tls.verifyStatus:
            return
        address, _, port = str(tls.remoteAddr).rpartition(":")
        for account in self.stack.accounts.values():
            trunk = account.trunk
            theirs = trunk.transport == "tls" and trunk.tls_verify and trunk.port == int(port)
            if theirs and account.serves(ip_address(address)):
                self.stack.tell(account.listener.on_bad_certificate, _why_bad(tls.verifyStatus))


def _dialled(invite: str) -> tuple[str, ...]:
    """The user parts of the request's address and of To."""
    first = re.match(r"\w+ sips?:([^@;> ]*)@", invite, re.IGNORECASE)
    to = re.search(r"^(?:To|t)\s*:[^\r\n]*?sips?:([^@;>\r\n]*)@", invite, re.I | re.M)
    return tuple(found[1] for found in (first, to) if found)


def _trust(ca: Path | None, verify: bool) -> tuple[str, bool]:
    """The file of trusted certificates, and whether they are looked at."""
    if not verify:
        return "", False
    return str(ca or public_authorities()), True


def _why_bad(status: int) -> Said:
    return next((words for bit, words in BAD_CERTIFICATES if status & bit), UNTRUSTED)


def _endpoint_config(calls: int) -> Any:
    config = pj.EpConfig()
    config.uaConfig.threadCnt = 0
    config.uaConfig.mainThreadOnly = True
    config.uaConfig.maxCalls = calls
    config.uaConfig.userAgent = "Hotline"
    config.medConfig.clockRate = config.medConfig.sndClockRate = CLOCK_RATE
    config.medConfig.noVad = True
    config.medConfig.ecTailLen = 0
    config.medConfig.jbMax = MAX_JITTER_MS
    config.medConfig.sndAutoCloseTime = -1
    config.medConfig.maxMediaPorts = 2048
    config.logConfig.level = config.logConfig.consoleLevel = 1
    return config
