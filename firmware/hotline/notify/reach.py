"""How far a letter may go: an address typed on a page must not lead into the office's network.

Asked at each connection, after names were resolved: neither a name that changes its address nor a
redirect gets around it.
"""

from __future__ import annotations

import ipaddress
from enum import StrEnum

from hotline.said import Said, say

_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052 §2.1


class Reach(StrEnum):
    """OUTSIDE: servers of the Internet. HOUSE: and machines of the office's network, but neither
    the box itself nor link-local ones. ANYWHERE: no bounds, for an expert.
    """

    OUTSIDE = "outside"
    HOUSE = "house"
    ANYWHERE = "anywhere"


BOX = "this box itself or a link-local address"
NETWORK = "in the office's own network"
NO_ADDRESS = "no address of a machine"


def refusal(why: str) -> Said:
    """What `forbidden` found, as a sentence."""
    if why == NETWORK:
        return say("Its address leads into the office's own network.")
    return say("Its address leads to this box itself, or to no machine at all.")


def forbidden(address: object, reach: Reach) -> str:
    """Why nothing may be sent to this socket address, or ""."""
    if reach is Reach.ANYWHERE:
        return ""
    if not isinstance(address, tuple):
        return NO_ADDRESS  # AF_UNIX and the like
    try:
        target = ipaddress.ip_address(str(address[0]).split("%")[0])
    except ValueError:
        return NO_ADDRESS
    if isinstance(target, ipaddress.IPv6Address):
        target = _carried(target) or target
    if target.is_loopback or target.is_link_local or target.is_unspecified:
        return BOX
    if reach is Reach.OUTSIDE and not target.is_global:
        return NETWORK
    return ""


def _carried(target: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which a router takes it."""
    if target in _NAT64:
        return ipaddress.IPv4Address(int(target) & 0xFFFFFFFF)
    return target.ipv4_mapped or target.sixtofour
