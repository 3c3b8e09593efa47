"""Trunks: where calls come from and go to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any, Protocol

import pjsua2 as pj

from hotline.media.pjsip.calls import CallListener, PjCall
from hotline.media.pjsip.seam import guarded
from hotline.options import Trunk

if TYPE_CHECKING:
    from hotline.media.pjsip.stack import Pjsip

SRTP_USE = {
    "off": pj.PJMEDIA_SRTP_DISABLED,
    "optional": pj.PJMEDIA_SRTP_OPTIONAL,
    "required": pj.PJMEDIA_SRTP_MANDATORY,
}


class AccountListener(Protocol):
    """Hears of one trunk, on the asyncio loop."""

    def on_invite(self, call: PjCall, invite: str, source: str) -> CallListener | None: ...
    def on_registration(self, code: int, reason: str, retry_after: int = 0) -> None: ...
    def on_options_reply(self, code: int) -> None: ...
    def on_bad_certificate(self, why: str) -> None: ...


class PjAccount:
    """One trunk in PJSIP."""

    def __init__(self, stack: Pjsip, trunk: Trunk, listener: AccountListener) -> None:
        self.stack, self.trunk, self.listener = stack, trunk, listener
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
        self.stack.post(lambda: self._account.setRegistration(True))

    def unregister(self) -> None:
        """Send a REGISTER that ends it; the outcome comes as `on_registration`."""
        self.stack.post(lambda: self._account.setRegistration(False))

    def ask_options(self, uri: str) -> None:
        """Send an OPTIONS; the outcome comes as `on_options_reply`."""
        self.stack.post(lambda: self._options(uri))

    def invite(self, uri: str, headers: dict[str, str], listener: CallListener) -> PjCall:
        """Begin a call."""
        call = PjCall(self.stack, self, listener)
        self.stack.post(lambda: call.dial(self._account, uri, headers))
        return call

    def close(self) -> None:
        """Unregister and forget the trunk."""
        self.stack.post(self.drop)

    # -- in PJSIP's thread -----------------------------------------------------------------

    def _create(self) -> None:
        account = _Account()
        account.handle = self
        account.create(_account_config(self.stack, self))
        self._account = account
        self.stack.accounts[account.getId()] = self

    def _options(self, uri: str) -> None:
        param = pj.SendRequestParam()
        param.method = "OPTIONS"
        param.txOption.targetUri = uri
        self._account.sendRequest(param)

    def invited(self, param: Any) -> None:
        call = PjCall(self.stack, self)
        call.came(self._account, param.callId)
        self.stack.tell(self._offer, call, param.rdata.wholeMsg, param.rdata.srcAddress)

    def _offer(self, call: PjCall, invite: str, source: str) -> None:
        call.listener = self.listener.on_invite(call, invite, source)

    def drop(self) -> None:
        account, self._account = self._account, None
        if account is not None:
            self.stack.accounts.pop(account.getId(), None)
            account.handle = None
            account.shutdown()


class _Account(pj.Account):  # type: ignore[misc]
    handle: PjAccount | None = None

    def onIncomingCall(self, param: Any) -> None:  # noqa: N802
        handle = self.handle
        if handle is not None:
            guarded(lambda: handle.invited(param))

    def onRegState(self, param: Any) -> None:  # noqa: N802
        handle = self.handle
        if handle is not None:
            stack, hear = handle.stack, handle.listener.on_registration
            wait = _retry_after(str(param.rdata.wholeMsg))
            stack.tell(hear, int(param.code), str(param.reason), wait)

    def onSendRequest(self, param: Any) -> None:  # noqa: N802
        handle = self.handle
        if handle is not None:
            code = int(param.e.body.tsxState.tsx.statusCode)
            handle.stack.tell(handle.listener.on_options_reply, code)


def _retry_after(answer: str) -> int:
    """Seconds (RFC 3261 §20.33); 0 where the answer does not say."""
    found = re.search(r"^Retry-After\s*:\s*(\d{1,6})", answer, re.IGNORECASE | re.MULTILINE)
    return int(found[1]) if found else 0


def _account_config(stack: Pjsip, account: PjAccount) -> Any:
    sip, trunk = stack.sip, account.trunk
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
