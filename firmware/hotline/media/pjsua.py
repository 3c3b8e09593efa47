"""The SIP stack and the ports of its bridge, on PJSIP. The only file that imports pjsua2.

One thread owns PJSIP: it polls, runs what others queued, and is where callbacks arrive
(`threadCnt=0`, `mainThreadOnly=True`). Callbacks only hand over to the asyncio loop. PJSIP objects
are created and destroyed in that thread alone, all of them before the library itself is: one that
dies elsewhere, or later when the garbage is collected, is a crash.
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
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pjsua2 as pj

from hotline.errors import HotlineError
from hotline.media.bridge import Bridge
from hotline.media.engine import CLOCK_RATE, Level
from hotline.media.keys import OneOfEach
from hotline.options import Sip, Trunk, public_authorities
from hotline.said import Said, say

log = logging.getLogger(__name__)
T = TypeVar("T")

# A packet, a timer or hotlineWake() ends the poll at once; yet a call out was measured to begin
# with the next poll only (key to INVITE: 236 ms with 250, 36 with 50), so the bound is short.
POLL_MS = 50
SILENCE_AFTER_S = 30.0
GRAVE_S = 0.5
MOST_CALLS = 512  # PJSUA_MAX_CALLS of our build
SPARE_CALLS = 32  # being refused, or ending while the next one begins
STATISTICS_EVERY_S = 5.0
MAX_JITTER_MS = 200
# Lets the thread that sends sound have the interpreter soon after a Python thread was busy.
SWITCH_INTERVAL_S = 0.0005
SRTP_USE = {
    "off": pj.PJMEDIA_SRTP_DISABLED,
    "optional": pj.PJMEDIA_SRTP_OPTIONAL,
    "required": pj.PJMEDIA_SRTP_MANDATORY,
}
BAD_CERTIFICATES = (
    (pj.PJ_SSL_CERT_EIDENTITY_NOT_MATCH, say("it was issued for another name.")),
    (pj.PJ_SSL_CERT_EVALIDITY_PERIOD, say("it has expired, or the clock of this box is wrong.")),
    (pj.PJ_SSL_CERT_EREVOKED, say("it was revoked.")),
)
UNTRUSTED = say("nobody whom this box trusts has signed it.")
MODEM_DELAY_MS = 60  # the most that waits between a modem's clock and the bridge's, one way
TAP_KEEPS_MS = 4000  # readers come ten times a second; four seconds are for a machine that stalls
KEY_MS = 100
KEY_PAUSE_MS = 80
CODECS = {"opus": "opus/", "g722": "G722/", "pcma": "PCMA/", "pcmu": "PCMU/"}

_SOUND_GOES_TO = re.compile(r"(?m)^c=IN IP[46] ([^\s/]+)")
NO_HOST = ("0.0.0.0", "::")  # noqa: S104 - hold as RFC 2543 had it: send nothing


class CallListener(Protocol):
    """Hears of one SIP call, on the asyncio loop."""

    def on_progress(self, code: int) -> None: ...
    def on_sound(self, reports_keys: bool) -> None: ...
    def on_confirmed(self) -> None: ...
    def on_key(self, digit: str) -> None: ...
    def on_no_sound(self) -> None: ...
    def on_ended(self, code: int, reason: str) -> None: ...


class Mortal(Protocol):
    """A port of PJSIP's bridge; ends in PJSIP's thread."""

    def die(self) -> None:
        """Leave the bridge and PJSIP for good; harmless when repeated."""


class AccountListener(Protocol):
    """Hears of one trunk, on the asyncio loop."""

    def on_invite(self, call: PjCall, invite: str, source: str) -> CallListener | None: ...
    def on_registration(self, code: int, reason: str, retry_after: int = 0) -> None: ...
    def on_options_reply(self, code: int) -> None: ...
    def on_bad_certificate(self, why: str) -> None: ...


class Pjsip:
    """PJSIP and its thread. Methods may be called on the loop; they never wait for the thread."""

    def __init__(self, sip: Sip, channels: int) -> None:
        """channels: of all trunks together; PJSIP sets aside 20 KB for each call it may carry."""
        self._sip = sip
        self._most_calls = min(MOST_CALLS, channels + SPARE_CALLS)
        self._work: deque[Callable[[], None]] = deque()
        self._stopping = False
        self._started: asyncio.Future[None]
        self._loop: asyncio.AbstractEventLoop
        self._thread = threading.Thread(target=self._run, name="pjsip", daemon=True)
        self._endpoint: Any = None
        self.bridge = Bridge()
        self.calls: dict[int, PjCall] = {}
        self.accounts: dict[int, PjAccount] = {}
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
                self.tell(fail, answer, HotlineError(f"The sound engine refused: {_why(error)}"))
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
            self._endpoint.libHandleEvents(POLL_MS)
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
                log.info("pjsip refused: %s", _why(error))
            except BaseException:
                log.exception("a piece of work failed in PJSIP's thread")

    def _open(self) -> None:
        endpoint = self._endpoint = _Endpoint()
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
            self._endpoint.transportCreate(kind, self._transport_config(self._sip.port))
        if self._sip.tls_port:
            self._open_tls(None, verify=True, port=self._sip.tls_port)

    def _transport_config(self, port: int) -> Any:
        config = pj.TransportConfig()
        config.port, config.boundAddress = port, self._sip.listen
        config.publicAddress = self._sip.public_address or ""
        return config

    def tls_transport(self, trunk: Trunk) -> int:
        """The TLS transport that trusts what the trunk trusts. In PJSIP's thread."""
        known = self._tls.get(_trust(trunk.tls_ca, trunk.tls_verify))
        return self._open_tls(trunk.tls_ca, trunk.tls_verify) if known is None else known

    def _open_tls(self, ca: Path | None, verify: bool, port: int = 0) -> int:
        """PJSIP verifies by transport, so there is one for each trust; port 0 takes any."""
        config = self._transport_config(port)
        tls = config.tlsConfig
        tls.certFile = str(self._sip.tls_certificate or "")
        tls.privKeyFile = str(self._sip.tls_key or "")
        trusted, tls.verifyServer = trust = _trust(ca, verify)
        tls.CaListFile = trusted
        self._tls[trust] = int(self._endpoint.transportCreate(pj.PJSIP_TRANSPORT_TLS, config))
        return self._tls[trust]

    def _choose_codecs(self) -> None:
        for codec in self._endpoint.codecEnum2():
            self._endpoint.codecSetPriority(codec.codecId, 0)
        for rank, name in enumerate(self._sip.codecs):
            self._endpoint.codecSetPriority(CODECS[name], 250 - rank)

    def _trouble(self, error: Exception) -> HotlineError:
        if isinstance(error, HotlineError):
            return error
        if "Address already in use" in str(error.info()):  # type: ignore[attr-defined]
            return HotlineError(
                f"Another program already uses the telephone port {self._sip.port}.",
                "Stop the other SIP program, or set another [sip] port in box.toml.",
            )
        return HotlineError(f"The telephone stack did not start: {_why(error)}")

    def _look_for_silence(self) -> None:
        for call in list(self.calls.values()):
            call.count_packets()

    def _end(self, port: Mortal) -> None:
        self._living.discard(port)
        port.die()

    def _close(self) -> None:
        self._drain()
        self._endpoint.hangupAllCalls()
        for account in list(self.accounts.values()):
            account.drop()
        self.bridge.clear()
        self._graves.clear()
        for port in list(self._living):
            self._end(port)
        self._endpoint.libDestroy()
        for call in list(self.calls.values()):
            call.drop()
        _destroy(self._endpoint)  # PJSIP bears no second one beside it, whoever still holds this


@dataclass(order=True)
class _Grave:
    """What is to die at an instant of the monotonic clock."""

    at: float
    port: Mortal = field(compare=False)


class PjCall:
    """One SIP call: what `Leg.audio` is, and the handle that lines/sip steers it with."""

    def __init__(
        self, stack: Pjsip, account: PjAccount, listener: CallListener | None = None
    ) -> None:
        self.stack, self.account = stack, account
        self.listener = listener
        self._call: Any = None
        self._audio: Any = None
        self._wants_hang_up = 0
        self._packets = 0
        self._last_packet = 0.0
        self._warned = False
        self._takes_keys = False
        self.keys = OneOfEach()

    # -- from the loop ---------------------------------------------------------------------

    def answer(self) -> None:
        """Send 200 OK."""
        self.stack.post(lambda: self._respond(200))

    def ring(self) -> None:
        """Send 180 Ringing."""
        self.stack.post(lambda: self._respond(180))

    def hang_up(self, code: int = 0) -> None:
        """End the call, or refuse it with `code`; harmless when it is gone."""
        self.stack.post(lambda: self._hang_up(code))

    # -- in PJSIP's thread -----------------------------------------------------------------

    def port(self) -> Any | None:
        return self._audio

    def take_over(self, call: Any) -> None:
        """Become the handle of a call PJSIP has just made or received."""
        self._call = call
        call.handle = self
        self.stack.calls[call.getId()] = self

    def dial(self, account: Any, uri: str, headers: dict[str, str]) -> None:
        if self._wants_hang_up:
            self._ended(487, "cancelled")
            return
        call = _Call(account)
        try:
            param = _audio_only()
            for name, value in headers.items():
                header = pj.SipHeader()
                header.hName, header.hValue = name, value
                param.txOption.headers.append(header)
            self._call, call.handle = call, self  # the first callback comes from within makeCall
            call.makeCall(uri, param)
        except pj.Error as error:
            self._call, call.handle = None, None
            self._ended(503, _why(error))
            return
        self.take_over(call)

    def _respond(self, code: int) -> None:
        if self._call is not None:
            param = _audio_only()
            param.statusCode = code
            self._call.answer(param)

    def _hang_up(self, code: int) -> None:
        self._wants_hang_up = code or 603
        if self._call is None:
            return
        param = pj.CallOpParam()
        param.statusCode = code
        try:
            self._call.hangup(param)
        except pj.Error as error:
            log.debug("hang-up of a call that is ending: %s", _why(error))

    def state_changed(self) -> None:
        info = self._call.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY:
            self._tell("on_progress", info.lastStatusCode)
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self._tell("on_confirmed")
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            code, reason = info.lastStatusCode, info.lastReason
            self.drop()
            self._ended(code, reason)

    def tried(self) -> None:
        self._tell("on_progress", 100)

    def media_changed(self) -> None:
        info = self._call.getInfo()  # its parts are views: it must outlive them
        for index, media in enumerate(info.media):
            live = media.status in (pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD)
            if media.type == pj.PJMEDIA_TYPE_AUDIO and live:
                self._audio = self._call.getAudioMedia(index)
                self._last_packet = time.monotonic()
                self.stack.bridge.refresh(self)
                self._takes_keys = self._call.getStreamInfo(index).audTxEventPt >= 0
                self._tell("on_sound", self._takes_keys)
                return
        self._audio = None

    def offered(self, param: Any) -> None:
        """The far side moves its sound: within the trunk or where it is, never to a stranger."""
        current = {self._call.getStreamInfo(0).remoteRtpAddress.rsplit(":", 1)[0], *NO_HOST}
        for host in _SOUND_GOES_TO.findall(param.offer.wholeSdp):
            if host not in current and not self.account.trusts(host):
                param.statusCode = pj.PJSIP_SC_NOT_ACCEPTABLE_HERE
                log.warning("refused to send the sound of a call to %s", host)

    def count_packets(self) -> None:
        """Notice a call over which no sound arrives; a held call may be silent."""
        if self._call is None or self._audio is None:
            return
        info = self._call.getInfo()
        media = next(m for m in info.media if m.type == pj.PJMEDIA_TYPE_AUDIO)
        statistics = self._call.getStreamStat(media.index)
        packets = statistics.rtcp.rxStat.pkt
        now = time.monotonic()
        if packets != self._packets or media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD:
            self._packets, self._last_packet, self._warned = packets, now, False
        elif now - self._last_packet >= SILENCE_AFTER_S and not self._warned:
            self._warned = True
            self._tell("on_no_sound")

    def level(self) -> Level:
        """Loudness now."""
        return level_of(self._audio)

    def send_keys(self, digits: str) -> None:
        if self._call is None:
            return
        if self._takes_keys:
            self._call.dialDtmf(digits)
        elif self._audio is not None:
            self.stack.bury(_Keys(self.stack, digits, self._audio), _seconds_of(digits))

    def digit_came(self, digit: str) -> None:
        """A key as an event or a message. Some telephones send its tones as well."""
        if self.keys.told(digit, time.monotonic()):
            self._tell("on_key", digit)

    def drop(self) -> None:
        """Let the PJSIP object go, here in its own thread."""
        call, self._call, self._audio = self._call, None, None
        self.stack.bridge.remove(self)
        if call is not None:
            self.stack.calls.pop(call.getId(), None)
            call.handle = None

    def _ended(self, code: int, reason: str) -> None:
        self._tell("on_ended", code, reason)

    def _tell(self, event: str, *what: object) -> None:
        self.stack.tell(self._deliver, event, *what)

    def _deliver(self, event: str, *what: object) -> None:
        # Who listens is asked on the loop: a caller who cancels at once may be gone before the
        # line has heard of the call, and would be waited for for ever.
        if self.listener is not None:
            getattr(self.listener, event)(*what)


class PjAccount:
    """One trunk in PJSIP."""

    def __init__(self, stack: Pjsip, trunk: Trunk, listener: AccountListener) -> None:
        self._stack, self.trunk, self.listener = stack, trunk, listener
        self._account: Any = None
        self.networks: tuple[str, ...] = ()
        stack.post(self._create)

    def serves(self, source: IPv4Address | IPv6Address) -> bool:
        """Do calls from this address belong to the trunk?"""
        return any(source in ip_network(network) for network in self.networks)

    def likeness(self, port: int, dialled: Iterable[str]) -> tuple[bool, bool]:
        """How well a call fits that comes from the trunk's address, to these numbers or users.

        What was dialled tells two accounts at one provider apart, the port two gateways at one
        address; a far side that connects by TCP does so from any port.
        """
        number = (self.trunk.number or "").lstrip("+")
        users = {self.trunk.user, number} - {""}
        return any(one.lstrip("+") in users for one in dialled), port == self.trunk.port

    def trusts(self, host: str) -> bool:
        """Is this one of the trunk's own addresses?"""
        try:
            return self.serves(ip_address(host))
        except ValueError:
            return False

    def register(self) -> None:
        """Send a REGISTER now; the outcome comes as `on_registration`."""
        self._stack.post(lambda: self._account.setRegistration(True))

    def ask_options(self, uri: str) -> None:
        """Send an OPTIONS; the outcome comes as `on_options_reply`."""
        self._stack.post(lambda: self._options(uri))

    def invite(self, uri: str, headers: dict[str, str], listener: CallListener) -> PjCall:
        """Begin a call."""
        call = PjCall(self._stack, self, listener)
        self._stack.post(lambda: call.dial(self._account, uri, headers))
        return call

    def close(self) -> None:
        """Unregister and forget the trunk."""
        self._stack.post(self.drop)

    # -- in PJSIP's thread -----------------------------------------------------------------

    def _create(self) -> None:
        account = _Account()
        account.handle = self
        account.create(_account_config(self._stack, self))
        self._account = account
        self._stack.accounts[account.getId()] = self

    def _options(self, uri: str) -> None:
        param = pj.SendRequestParam()
        param.method = "OPTIONS"
        param.txOption.targetUri = uri
        self._account.sendRequest(param)

    def invited(self, param: Any) -> None:
        call = PjCall(self._stack, self)
        call.take_over(_Call(self._account, param.callId))
        self._stack.tell(self._offer, call, param.rdata.wholeMsg, param.rdata.srcAddress)

    def _offer(self, call: PjCall, invite: str, source: str) -> None:
        call.listener = self.listener.on_invite(call, invite, source)

    def drop(self) -> None:
        account, self._account = self._account, None
        if account is not None:
            self._stack.accounts.pop(account.getId(), None)
            account.handle = None
            account.shutdown()


# -- PJSIP's own classes, with callbacks that only hand over --------------------------------------


class Tap:
    """A port that keeps what it hears; an `End` of the bridge. Made in PJSIP's thread.

    `read` may be asked by any one thread, also after the tap has died.
    """

    def __init__(self, stack: Pjsip) -> None:
        self._port = pj.HotlineTap(CLOCK_RATE, TAP_KEEPS_MS)
        stack.adopt(self)

    def port(self) -> Any:
        return self._port

    def read(self) -> bytes:
        """All the sound since the last time, up to TAP_KEEPS_MS; never waits."""
        return bytes(self._port.read())

    def die(self) -> None:
        self._port.close()


class ModemPort:
    """A modem's sound on the bridge, for as long as the stack runs; an `End` of the bridge.

    `swap` may be called by any one thread, also before the port is made and after it has died.
    """

    def __init__(self, stack: Pjsip) -> None:
        self.stack = stack
        self._port: Any = None
        stack.post(self._make)

    def _make(self) -> None:
        self._port = pj.HotlineModemPort(CLOCK_RATE, MODEM_DELAY_MS)
        self.stack.adopt(self)

    def port(self) -> Any:
        return self._port

    def swap(self, heard: bytes) -> bytes:
        """Give whole frames that the modem heard, get as many for it to say; never waits."""
        return bytes(self._port.swap(heard)) if self._port is not None else bytes(len(heard))

    def die(self) -> None:
        self._port.close()


class ModemTalk:
    """One call over a modem: what `Leg.audio` is there. It comes and goes, the port stays."""

    def __init__(self, port: ModemPort) -> None:
        self._port = port
        self.keys = OneOfEach()

    def tells(self, digit: str) -> bool:
        """The modem reported a key: does it count?"""
        return self.keys.told(digit, time.monotonic())

    # -- in PJSIP's thread -----------------------------------------------------------------

    def port(self) -> Any:
        return self._port.port()

    def level(self) -> Level:
        """Loudness now."""
        return level_of(self.port())

    def send_keys(self, digits: str) -> None:
        """As tones in the sound: modems that send keys themselves do not say whether they did."""
        port = self._port
        if port.port() is not None:
            port.stack.bury(_Keys(port.stack, digits, port.port()), _seconds_of(digits))


class Nowhere:
    """An `End` that hears everything and nothing: PJSIP measures only what somebody hears."""

    def __init__(self, stack: Pjsip) -> None:
        self._stack = stack

    def port(self) -> Any:
        return self._stack._endpoint.audDevManager().getPlaybackDevMedia()


class Player(pj.AudioMediaPlayer):  # type: ignore[misc]
    """Plays WAV files one after another, once or for ever. An `End` of the bridge.

    ended: called after the last sample, from a thread of PJSIP's that may only hand over; never
    when it plays for ever, although PJSIP tells us of each end of the list.
    Raises FileNotFoundError. To be given to `Pjsip.bury` when done with.
    """

    def __init__(
        self, stack: Pjsip, files: Sequence[Path], ended: Callable[[], None], *, loop: bool
    ) -> None:
        super().__init__()
        stack.adopt(self)
        self.ended: Callable[[], None] | None = None if loop else ended
        names = pj.StringVector([str(file) for file in files])
        try:
            if loop and len(files) == 1:  # a looped playlist is silent for 0.25 s at its end
                self.createPlayer(names[0], 0)
            else:
                self.createPlaylist(names, "prompt", 0 if loop else pj.PJMEDIA_FILE_NO_LOOP)
        except pj.Error as error:
            self.ended = None
            stack.bury(self)
            raise FileNotFoundError(f"{list(names)}: {_why(error)}") from error

    def port(self) -> Any:
        return self

    def die(self) -> None:
        _destroy(self)

    def onEof2(self) -> None:  # noqa: N802 - PJSIP's name
        ended = self.ended
        if ended is not None:
            ended()


class _Call(pj.Call):  # type: ignore[misc]
    handle: PjCall | None = None

    def onCallState(self, _param: Any) -> None:  # noqa: N802
        _guarded(self.handle.state_changed if self.handle else None)

    def onCallMediaState(self, _param: Any) -> None:  # noqa: N802
        _guarded(self.handle.media_changed if self.handle else None)

    def onCallTsxState(self, param: Any) -> None:  # noqa: N802
        """Only for 100 Trying, which is no state of a call: somebody lives at the other end."""
        code = int(param.e.body.tsxState.tsx.statusCode)
        handle = self.handle
        if handle is not None and code == 100:
            _guarded(lambda: handle.tried())

    def onDtmfDigit(self, param: Any) -> None:  # noqa: N802
        digit = str(param.digit)
        handle = self.handle
        if handle is not None:
            _guarded(lambda: handle.digit_came(digit))

    def onCallRxOffer(self, param: Any) -> None:  # noqa: N802
        handle = self.handle
        if handle is not None:
            _guarded(lambda: handle.offered(param))

    # Nobody outside moves our calls: a hotline that can dial out is a target of toll fraud.

    def onCallTransferRequest(self, param: Any) -> None:  # noqa: N802
        param.statusCode = 603

    def onCallReplaceRequest(self, param: Any) -> None:  # noqa: N802
        param.statusCode = 603

    def onCallRedirected(self, _param: Any) -> Any:  # noqa: N802
        return pj.PJSIP_REDIRECT_STOP


class _Account(pj.Account):  # type: ignore[misc]
    handle: PjAccount | None = None

    def onIncomingCall(self, param: Any) -> None:  # noqa: N802
        handle = self.handle
        if handle is not None:
            _guarded(lambda: handle.invited(param))

    def onRegState(self, param: Any) -> None:  # noqa: N802
        handle = self.handle
        if handle is not None:
            stack, hear = handle._stack, handle.listener.on_registration
            wait = _retry_after(str(param.rdata.wholeMsg))
            stack.tell(hear, int(param.code), str(param.reason), wait)

    def onSendRequest(self, param: Any) -> None:  # noqa: N802
        handle = self.handle
        if handle is not None:
            code = int(param.e.body.tsxState.tsx.statusCode)
            handle._stack.tell(handle.listener.on_options_reply, code)


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
        _guarded(lambda: self._look_at_certificate(param.tlsInfo))

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


def _retry_after(answer: str) -> int:
    """Seconds (RFC 3261 §20.33); 0 where the answer does not say."""
    found = re.search(r"^Retry-After\s*:\s*(\d{1,6})", answer, re.IGNORECASE | re.MULTILINE)
    return int(found[1]) if found else 0


def _trust(ca: Path | None, verify: bool) -> tuple[str, bool]:
    """The file of trusted certificates, and whether they are looked at."""
    if not verify:
        return "", False
    return str(ca or public_authorities()), True


def _why_bad(status: int) -> Said:
    return next((words for bit, words in BAD_CERTIFICATES if status & bit), UNTRUSTED)


class _Keys(pj.ToneGenerator):  # type: ignore[misc]
    """Keys being sent as tones."""

    def __init__(self, stack: Pjsip, digits: str, audio: Any) -> None:
        super().__init__()
        stack.adopt(self)
        self.createToneGenerator(CLOCK_RATE, 1)
        tones = pj.ToneDigitVector()
        for digit in digits:
            tone = pj.ToneDigit()
            tone.digit, tone.on_msec, tone.off_msec = digit, KEY_MS, KEY_PAUSE_MS
            tones.append(tone)
        self.playDigits(tones)
        self.startTransmit(audio)

    def die(self) -> None:
        _destroy(self)


def level_of(port: Any | None) -> Level:
    """What goes through a port of the bridge. In PJSIP's thread."""
    if port is None:
        return Level(0.0, 0.0)
    return Level(heard=port.getTxLevel() / 255, sent=port.getRxLevel() / 255)


def _destroy(port: Any) -> None:
    """Run the destructor of a pjsua2 object now; the garbage collector finds an empty shell."""
    if port.thisown:
        port.__swig_destroy__(port)


def _seconds_of(digits: str) -> float:
    return len(digits) * (KEY_MS + KEY_PAUSE_MS) / 1000


def _guarded(work: Callable[[], None] | None) -> None:
    """PJSIP prints and swallows what a callback raises; SystemExit would hang the process."""
    try:
        if work is not None:
            work()
    except pj.Error as error:
        log.info("pjsip: %s", _why(error))
    except BaseException:
        log.exception("a callback from PJSIP failed")


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


def _audio_only() -> Any:
    """PJSIP would offer a line of real-time text, too; gateways stumble over it."""
    param = pj.CallOpParam(True)
    param.opt.audioCount, param.opt.videoCount, param.opt.textCount = 1, 0, 0
    return param


def _account_config(stack: Pjsip, account: PjAccount) -> Any:
    sip, trunk = stack._sip, account.trunk
    config = pj.AccountConfig()
    config.idUri = f"sip:{trunk.user or 'hotline'}@{trunk.host}"
    if trunk.register:
        config.regConfig.registrarUri = f"sip:{trunk.host}:{trunk.port};transport={trunk.transport}"
    config.regConfig.registerOnAdd = False
    config.regConfig.timeoutSec = trunk.expires
    # Retries are ours (lines/sip.py): PJSIP's do not tell a wrong password from a dead line.
    config.regConfig.retryIntervalSec = 0
    if trunk.user:
        password = trunk.password.reveal()
        credentials = pj.AuthCredInfo("digest", trunk.realm or "*", trunk.user, 0, password)
        config.sipConfig.authCreds.append(credentials)
    # A second INVITE only to narrow the codecs is more than some gateways understand.
    config.mediaConfig.lockCodecEnabled = False
    config.mediaConfig.ipv6Use = pj.PJSUA_IPV6_DISABLED
    if trunk.transport == "tls":
        config.sipConfig.transportId = stack.tls_transport(trunk)
    config.mediaConfig.srtpUse = SRTP_USE[trunk.srtp]
    config.mediaConfig.srtpSecureSignaling = 0
    config.mediaConfig.transportConfig.boundAddress = sip.listen
    config.mediaConfig.transportConfig.publicAddress = sip.public_address or ""
    config.mediaConfig.transportConfig.port = sip.rtp_first
    config.mediaConfig.transportConfig.portRange = sip.rtp_last - sip.rtp_first
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
    return config


def _why(error: Exception) -> str:
    return str(error.reason) if isinstance(error, pj.Error) else str(error)


def give(future: asyncio.Future[Any], value: object) -> None:
    if not future.done():
        future.set_result(value)


def fail(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
