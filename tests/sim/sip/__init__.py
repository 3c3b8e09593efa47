"""SIP telephones, providers and gateways as the box meets them, with real sound; no PJSIP."""

from tests.sim.sip import behaviours
from tests.sim.sip.call import Call, IncomingCall, OutgoingCall
from tests.sim.sip.endpoint import Tls, Weather
from tests.sim.sip.exchange import Caller, Exchange, Gateway, Mobile, Provider, Target
from tests.sim.sip.sdp import INACTIVE, SENDONLY, SENDRECV, Sdp
from tests.sim.talk import Ending, Heard, NotAsExpected, Over

__all__ = [
    "INACTIVE",
    "SENDONLY",
    "SENDRECV",
    "Call",
    "Caller",
    "Ending",
    "Exchange",
    "Gateway",
    "Heard",
    "IncomingCall",
    "Mobile",
    "NotAsExpected",
    "OutgoingCall",
    "Over",
    "Provider",
    "Sdp",
    "Target",
    "Tls",
    "Weather",
    "behaviours",
]
