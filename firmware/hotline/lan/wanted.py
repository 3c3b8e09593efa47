"""An address for the box as the owner wants it, and what of it cannot be meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network, NetmaskValueError

from hotline.errors import BadSettings
from hotline.said import Said, say

WIDEST, NARROWEST = 8, 30  # bits of a network mask
MOST_DNS = 3  # resolv.conf(5)
LINK_LOCAL = IPv4Network("169.254.0.0/16")
NOT_AN_ADDRESS = say("This is no address. Write four numbers, such as 192.168.1.20.")


@dataclass(frozen=True)
class Wanted:
    """Of one device, in IPv4. address: with its mask; None: the router gives one, and the rest."""

    device: str
    address: IPv4Interface | None = None
    router: IPv4Address | None = None
    dns: tuple[IPv4Address, ...] = ()


@dataclass(frozen=True)
class Typed:
    """A fixed address as somebody typed it. dns: several with spaces or commas between them."""

    address: str
    mask: str
    router: str
    dns: str


def fixed(device: str, typed: Typed) -> Wanted:
    """What was meant. Raises BadSettings with the place of each mistake: a field of `Typed`."""
    wrong: list[tuple[tuple[str | int, ...], Said]] = []

    def read(field: str, text: str) -> IPv4Address | None:
        try:
            return IPv4Address(text.strip())
        except AddressValueError:
            wrong.append(((field,), NOT_AN_ADDRESS))
            return None

    own, router = read("address", typed.address), read("router", typed.router)
    named = typed.dns.replace(",", " ").split()
    dns = tuple(one for one in (read("dns", text) for text in named[:MOST_DNS]) if one)
    bits = _bits(typed.mask)
    if bits is None:
        wrong.append((("mask",), say("Write the mask as the router shows it: 255.255.255.0.")))
    address = IPv4Interface((own, bits)) if own and bits is not None else None
    if address and router:
        wrong += _together(address, router)
    if len(named) > MOST_DNS:
        wrong.append((("dns",), say("Name at most %(most)s.", most=MOST_DNS)))
    elif any(one.is_multicast or one.is_unspecified for one in dns):
        wrong.append((("dns",), NOT_AN_ADDRESS))
    if wrong:
        problems = tuple(words for _place, words in wrong)
        raise BadSettings("The address", problems, places=tuple(wrong))
    return Wanted(device, address, router, dns)


def _bits(mask: str) -> int | None:
    try:
        bits = IPv4Network(f"0.0.0.0/{mask.strip().removeprefix('/')}").prefixlen
    except (NetmaskValueError, ValueError):
        return None
    return bits if WIDEST <= bits <= NARROWEST else None


def _together(own: IPv4Interface, router: IPv4Address) -> Iterator[tuple[tuple[str], Said]]:
    """What each of them may be, and both together."""
    net = own.network
    # The page is shown to near addresses alone; at another one nobody could take it back.
    if not own.ip.is_private or own.ip.is_loopback or own.ip.is_unspecified or own.ip in LINK_LOCAL:
        yield (
            ("address",),
            say("The box needs an address of your own network, such as 192.168.1.20."),
        )
    elif own.ip in (net.network_address, net.broadcast_address):
        yield ("address",), say("The first and the last address of a network are for nobody.")
    elif own.ip == router:
        yield ("address",), say("The router has this address itself.")
    if router not in net or router in (net.network_address, net.broadcast_address):
        yield ("router",), say("The router is in another network than this address.")
