"""What the box is: frozen Options, read once at start. The office is stored elsewhere.

Secrets are `Secret`s, which no log, repr or traceback shows.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, Strict

from hotline.numbering import only_asks
from hotline.options.panel import PanelOptions
from hotline.said import Said, say, together

Codec = Literal["opus", "g722", "pcma", "pcmu"]
Transport = Literal["udp", "tcp", "tls"]

SIP_PORT = 5060
SIPS_PORT = 5061  # RFC 3261 §19.1.2
FROM_THE_PAGE = (
    "set-up page"  # the line of calls made in a browser; no name of box.toml has a space
)
_DEBIANS_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


class Secret:
    """A password or token. Only `reveal` shows it."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself; for the wire, never for a log."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)" if self._text else "Secret()"

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)


def _to_secret(given: object) -> Secret:
    if isinstance(given, Secret):
        return given
    if isinstance(given, str):
        return Secret(given)
    raise ValueError('must be text in "quotes"')


def _matches(pattern: str, wanted: Said) -> AfterValidator:
    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(wanted)
        return text

    return AfterValidator(check)


def _own_address(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except ValueError:
        raise ValueError(
            say("must be an IPv4 address of this box, such as %(example)s", example="192.168.1.20")
        ) from None


def _outer_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(
            say("must be an IP address, such as %(example)s", example="203.0.113.7")
        ) from None


def _pin(secret: Secret) -> Secret:
    if secret and re.fullmatch("[0-9]{4,8}", secret.reveal()) is None:
        raise ValueError(say("must be 4 to 8 digits, in quotes"))
    return secret


def _balance_code(text: str) -> str:
    if text and not only_asks(text):
        raise ValueError(say("must be a code that only asks, such as *100#"))
    return text


def _flash(ms: int) -> int:
    if ms and not 50 <= ms <= 1000:
        raise ValueError("must be 0, or 50 to 1000")
    return ms


def _digits_before(text: str) -> str:
    if re.fullmatch(r"[0-9*#]{0,4}", text) is None:
        raise ValueError('must be up to four digits, such as "0"')
    return text


def _no_doubles(codecs: tuple[Codec, ...]) -> tuple[Codec, ...]:
    if len(set(codecs)) != len(codecs) or not codecs:
        raise ValueError(say("must name at least one, and each only once"))
    return codecs


Text = Annotated[str, Field(max_length=255)]
Flag = Annotated[bool, Strict()]
Port = Annotated[int, Strict(), Field(ge=1, le=65535)]
PortOrOff = Annotated[int, Strict(), Field(ge=0, le=65535)]
Hidden = Annotated[Secret, BeforeValidator(_to_secret, json_schema_input_type=str)]
Host = Annotated[
    str,
    _matches(r"[A-Za-z0-9.:_-]{1,253}", say("must be a host name or an IP address")),
]
LineName = Annotated[
    str,
    _matches(r"[a-z0-9][a-z0-9_-]{0,31}", say("must be a short name of small letters and digits")),
]
Country = Annotated[
    str,
    _matches(r"[A-Z]{2}", say('must be two capital letters, such as "%(country)s"', country="MD")),
]
UsbPath = Annotated[
    str,
    _matches(
        r"([0-9]+-[0-9]+(\.[0-9]+)*)?",
        together('must be a place such as "1-1.3"; see hotline doctor'),
    ),
]
PersonId = Annotated[
    str,
    _matches(
        r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}", together("must be the id of a person of the office")
    ),
]
Imei = Annotated[str, _matches(r"([0-9]{15})?", say("must be the 15 digits printed on the modem"))]
Number = Annotated[
    str,
    _matches(
        r"\+[1-9][0-9]{6,14}",
        say("must be a full number with its country, such as %(number)s", number="+37322123456"),
    ),
]
CONFIG = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


@dataclass(frozen=True, slots=True)
class Box:
    """The machine. data: folder for database and recordings. country: ISO 3166-1 alpha-2."""

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    data: Path = Path("/var/lib/hotline")
    country: Country = "MD"
    log: Literal["debug", "info", "warning", "error"] = "info"


@dataclass(frozen=True, slots=True)
class Sip:
    """Our own SIP endpoint. tls_port 0 is off; rtp_first..rtp_last are UDP ports, both included.

    public_address: what we call ourselves towards the outside behind a router; None to let the
    SIP stack find out.
    """

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    listen: Annotated[str, AfterValidator(_own_address)] = "0.0.0.0"  # noqa: S104 - callers come from outside
    port: Port = SIP_PORT
    tls_port: PortOrOff = 0
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    rtp_first: Port = 16384
    rtp_last: Port = 16583
    public_address: Annotated[str, AfterValidator(_outer_address)] | None = None
    codecs: Annotated[tuple[Codec, ...], AfterValidator(_no_doubles)] = (
        "opus",
        "g722",
        "pcma",
        "pcmu",
    )


@dataclass(frozen=True, slots=True)
class Trunk:
    """A SIP line: an account at a provider, or a gateway in the house.

    channels: calls at once, both directions together. number: our own, shown when we call.
    peers: more addresses that calls may come from, beside `host`. expires, keep_alive_seconds:
    seconds (0: no keep-alive). number_format: how the far side wants numbers dialled.
    outbound: may calls go out over this line? tls_ca: the certificates (PEM) to be trusted instead
    of those the system trusts; tls_verify: look at the certificate at all.
    """

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    name: LineName
    kind: Literal["provider", "gateway"]
    host: Host
    port: Port = SIP_PORT
    transport: Transport = "udp"
    user: Text = ""
    password: Hidden = field(default_factory=Secret)
    password_file: Path | None = None
    realm: Text = "*"
    register: Flag = True
    expires: Annotated[int, Strict(), Field(ge=60, le=86400)] = 300
    tls_ca: Path | None = None
    tls_verify: Flag = True
    srtp: Literal["off", "optional", "required"] = "off"
    channels: Annotated[int, Strict(), Field(ge=1, le=200)] = 2
    number: Number | None = None
    peers: tuple[IPv4Network | IPv6Network, ...] = ()
    keep_alive_seconds: Annotated[int, Strict(), Field(ge=0, le=600)] = 30
    number_format: Literal["+e164", "00", "national"] = "+e164"
    outbound: Flag = True

    @property
    def asks_authorities(self) -> bool:
        """Is the far side measured by the public authorities of this machine?"""
        return self.transport == "tls" and self.tls_verify and self.tls_ca is None


@dataclass(frozen=True, slots=True)
class Modem:
    """A USB GSM modem with a SIM card.

    Which one: where it is plugged in (usb, such as 1-1.3), or its imei, or the names of its two
    serial ports (at, sound); by none of them, the only one there is. card: the name of its sound
    card instead of `sound`, where it is set up as one. Of a generic modem no sound is known:
    neither. number: the SIM's own. outbound: may calls go out over it? when_dead: where its
    network sends callers when the box cannot be reached. divert_to: ids of people of the office;
    while one of them is on duty, the network sends every caller straight to them, past the box.
    balance: the code by which the operator tells what is left on the SIM card. hands_on: the
    network may be asked to hold a caller, and to join him with the person who is called then over
    this same SIM card; it is, once a self-test has seen that it works.
    """

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    name: LineName
    at: Path | None = None
    sound: Path | None = None
    model: Literal["ec25", "huawei", "sim7600", "generic"] = "ec25"
    card: Text = ""
    usb: UsbPath = ""
    imei: Imei = ""
    number: Number | None = None
    pin: Annotated[Hidden, AfterValidator(_pin)] = field(default_factory=Secret)
    outbound: Flag = True
    when_dead: Number | None = None
    divert_to: tuple[PersonId, ...] = ()
    balance: Annotated[str, AfterValidator(_balance_code)] = ""
    hands_on: Literal["", "conference"] = ""


@dataclass(frozen=True, slots=True)
class VoiceModem:
    """A USB voice modem on the office's own telephone line. port: its serial port. number: the
    line's own.

    hands_on: a caller may be held by hook-flash, and left to the person who is called then over
    this same line; it is done, once a self-test has seen that it works. flash_ms: how long a flash
    of this line's exchange is, 0 for the modem's own. outside: what is dialled before a number.
    """

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    name: LineName
    port: Path
    model: Literal["usr5637", "cx930xx", "mt9234"]
    hands_on: Literal["", "transfer"] = ""
    flash_ms: Annotated[int, Strict(), AfterValidator(_flash)] = 0
    outside: Annotated[str, AfterValidator(_digits_before)] = ""
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a stolen password may cost at most; the daemon keeps to it, whoever asks.

    countries: ISO codes that may be dialled beside the box's own. texts_per_day: parts of texts, as
    operators count them.
    """

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    minutes_per_day: Annotated[int, Strict(), Field(ge=0, le=14400)] = 60
    concurrent: Annotated[int, Strict(), Field(ge=0, le=200)] = 2
    calls_per_hour_per_number: Annotated[int, Strict(), Field(ge=0, le=1000)] = 20
    texts_per_day: Annotated[int, Strict(), Field(ge=0, le=10000)] = 50
    countries: tuple[Country, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Where the set-up page listens; public_name is the host name people type."""

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    host: Host = "127.0.0.1"
    port: Port = 8080
    public_name: Host = "hotline.local"


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server that carries the office's messages."""

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    host: Host
    sender: Annotated[str, _matches(r"[^@\s]+@[^@\s]+", say("must be an e-mail address"))]
    port: Port = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: Text = ""
    password: Hidden = field(default_factory=Secret)
    password_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Notify:
    """Other ways to tell people. apprise: its URLs, which carry tokens."""

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    apprise: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """The whole of box.toml. mail is None when the office has no mail server."""

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    box: Box = Box()
    sip: Sip = Sip()
    trunks: Annotated[tuple[Trunk, ...], Field(alias="trunk")] = ()
    modems: Annotated[tuple[Modem, ...], Field(alias="modem")] = ()
    voice_modems: Annotated[tuple[VoiceModem, ...], Field(alias="voice_modem")] = ()
    limits: Limits = Limits()
    page: Page = Page()
    mail: Mail | None = None
    notify: Notify = Notify()
    panel: PanelOptions = field(default_factory=PanelOptions)


def dialled_countries(options: Options) -> frozenset[str]:
    """The countries whose numbers may be dialled: the box's own, and what [limits] names."""
    return frozenset({options.box.country, *options.limits.countries})


def own_numbers(options: Options) -> frozenset[str]:
    """The numbers under which the box itself is called."""
    return frozenset(numbers_of_lines(options).values())


def numbers_of_lines(options: Options) -> dict[str, str]:
    """The same by the name of the line; without lines whose number box.toml does not tell."""
    lines: tuple[Modem | Trunk | VoiceModem, ...]
    lines = (*options.trunks, *options.modems, *options.voice_modems)
    return {line.name: line.number for line in lines if line.number}


def public_authorities() -> Path:
    """Where the certificates of the public authorities lie, or should: SSL_CERT_FILE or Debian's.

    ssl names a file only while it is there.
    """
    return Path(ssl.get_default_verify_paths().cafile or _DEBIANS_AUTHORITIES)
