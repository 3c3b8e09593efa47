"""Calls over SIP."""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING, Any, Protocol

import pjsua2 as pj

from hotline.media.engine import Level
from hotline.media.keys import OneOfEach
from hotline.media.pjsip.ports import Keys, level_of, seconds_of
from hotline.media.pjsip.seam import guarded, why

if TYPE_CHECKING:
    from hotline.media.pjsip.accounts import PjAccount
    from hotline.media.pjsip.stack import Pjsip

log = logging.getLogger(__name__)

SILENCE_AFTER_S = 30.0
NO_HOST = ("0.0.0.0", "::")  # noqa: S104 - hold as RFC 2543 had it: send nothing

_SOUND_GOES_TO = re.compile(r"(?m)^c=IN IP[46] ([^\s/]+)")


class CallListener(Protocol):
    """Hears of one SIP call, on the asyncio loop."""

    def on_progress(self, code: int) -> None: ...
    def on_sound(self, reports_keys: bool) -> None: ...
    def on_confirmed(self) -> None: ...
    def on_key(self, digit: str) -> None: ...
    def on_no_sound(self) -> None: ...
    def on_ended(self, code: int, reason: str) -> None: ...


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

    def came(self, account: Any, call_id: int) -> None:
        """Become the handle of a call PJSIP has just received."""
        self._take_over(_Call(account, call_id))

    def _take_over(self, call: Any) -> None:
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
            self._ended(503, why(error))
            return
        self._take_over(call)

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
            log.debug("hang-up of a call that is ending: %s", why(error))

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
            self.stack.bury(Keys(self.stack, digits, self._audio), seconds_of(digits))

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


class _Call(pj.Call):  # type: ignore[misc]
    handle: PjCall | None = None

    def onCallState(self, _param: Any) -> None:  # noqa: N802
        guarded(self.handle.state_changed if self.handle else None)

    def onCallMediaState(self, _param: Any) -> None:  # noqa: N802
        guarded(self.handle.media_changed if self.handle else None)

    def onCallTsxState(self, param: Any) -> None:  # noqa: N802
        """Only for 100 Trying, which is no state of a call: somebody lives at the other end."""
        code = int(param.e.body.tsxState.tsx.statusCode)
        handle = self.handle
        if handle is not None and code == 100:
            guarded(lambda: handle.tried())

    def onDtmfDigit(self, param: Any) -> None:  # noqa: N802
        digit = str(param.digit)
        handle = self.handle
        if handle is not None:
            guarded(lambda: handle.digit_came(digit))

    def onCallRxOffer(self, param: Any) -> None:  # noqa: N802
        handle = self.handle
        if handle is not None:
            guarded(lambda: handle.offered(param))

    # Nobody outside moves our calls: a hotline that can dial out is a target of toll fraud.

    def onCallTransferRequest(self, param: Any) -> None:  # noqa: N802
        param.statusCode = 603

    def onCallReplaceRequest(self, param: Any) -> None:  # noqa: N802
        param.statusCode = 603

    def onCallRedirected(self, _param: Any) -> Any:  # noqa: N802
        return pj.PJSIP_REDIRECT_STOP


def _audio_only() -> Any:
    """PJSIP would offer a line of real-time text, too; gateways stumble over it."""
    param = pj.CallOpParam(True)
    param.opt.audioCount, param.opt.videoCount, param.opt.textCount = 1, 0, 0
    return param
