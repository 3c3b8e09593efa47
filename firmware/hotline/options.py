"""box.toml -> frozen Options: what the box is, read once at start. The office is stored elsewhere.

Every mistake of the file is told at once, with its line and the nearest right word. Secrets are
`Secret`s, which no log, repr or traceback shows.
"""

from __future__ import annotations

import re
import ssl
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
)

from hotline.errors import BadSettings, HotlineError, NumberRefused
from hotline.numbering import dialable, only_asks

Codec = Literal["opus", "g722", "pcma", "pcmu"]
Transport = Literal["udp", "tcp", "tls"]

_SIP_PORT = 5060
_SIPS_PORT = 5061  # RFC 3261 §19.1.2
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


def _matches(pattern: str, wanted: str) -> AfterValidator:
    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(wanted)
        return text

    return AfterValidator(check)


def _own_address(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except ValueError:
        raise ValueError("must be an IPv4 address of this box, such as 192.168.1.20") from None


def _outer_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError("must be an IP address, such as 203.0.113.7") from None


def _pin(secret: Secret) -> Secret:
    if secret and re.fullmatch("[0-9]{4,8}", secret.reveal()) is None:
        raise ValueError('must be 4 to 8 digits in "quotes"')
    return secret


def _balance_code(text: str) -> str:
    if text and not only_asks(text):
        raise ValueError('must be a code that only asks, such as "*100#"')
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
        raise ValueError("must name at least one codec, and each only once")
    return codecs


Text = Annotated[str, Field(max_length=255)]
Flag = Annotated[bool, Strict()]
Port = Annotated[int, Strict(), Field(ge=1, le=65535)]
PortOrOff = Annotated[int, Strict(), Field(ge=0, le=65535)]
Hidden = Annotated[Secret, BeforeValidator(_to_secret, json_schema_input_type=str)]
Host = Annotated[str, _matches(r"[A-Za-z0-9.:_-]{1,253}", "must be a host name or an IP address")]
LineName = Annotated[
    str,
    _matches(r"[a-z0-9][a-z0-9_-]{0,31}", "must be a short name of small letters and digits"),
]
Country = Annotated[str, _matches(r"[A-Z]{2}", 'must be two capital letters, such as "MD"')]
UsbPath = Annotated[
    str,
    _matches(r"([0-9]+-[0-9]+(\.[0-9]+)*)?", 'must be a place such as "1-1.3"; see hotline doctor'),
]
PersonId = Annotated[
    str, _matches(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}", "must be the id of a person of the office")
]
Imei = Annotated[str, _matches(r"([0-9]{15})?", "must be the 15 digits printed on the modem")]
Number = Annotated[
    str,
    _matches(r"\+[1-9][0-9]{6,14}", 'must be a full number with its country, "+37322123456"'),
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
    port: Port = _SIP_PORT
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
    port: Port = _SIP_PORT
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
    """A USB voice modem on the office's own telephone line. port: its serial port.

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
    sender: Annotated[str, _matches(r"[^@\s]+@[^@\s]+", "must be an e-mail address")]
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


_SECTIONS: dict[str, type[Any]] = {
    "box": Box,
    "sip": Sip,
    "trunk": Trunk,
    "modem": Modem,
    "voice_modem": VoiceModem,
    "limits": Limits,
    "page": Page,
    "mail": Mail,
    "notify": Notify,
}
_LISTED = ("trunk", "modem", "voice_modem")
_KEYS = {section: [f.name for f in fields(kind)] for section, kind in _SECTIONS.items()}
_OPTIONS: TypeAdapter[Options] = TypeAdapter(Options)

Place = tuple[str | int, ...]


def read_options(path: Path) -> Options:
    """The options in the file at `path`; relative paths in it start at its own folder.

    Raises BadSettings with every mistake found, HotlineError when the file cannot be read.
    """
    text = _text_of(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(str(path), (_in_words_of_toml(error),)) from None
    _set_defaults_by_kind(raw)
    lines = _lines_of_keys(text)
    try:
        options = _OPTIONS.validate_python(raw)
    except ValidationError as error:
        problems = {_problem(dict(e), lines) for e in error.errors(include_input=False)}
        raise BadSettings(str(path), tuple(text for _, text in sorted(problems))) from None
    options = _from_folder(options, path.parent)
    problems = set(_disagreements(options, lines))
    if problems:
        raise BadSettings(str(path), tuple(text for _, text in sorted(problems)))
    return _with_passwords(options)


def public_authorities() -> Path:
    """Where the certificates of the public authorities lie, or should: SSL_CERT_FILE or Debian's.

    ssl names a file only while it is there.
    """
    return Path(ssl.get_default_verify_paths().cafile or _DEBIANS_AUTHORITIES)


def readable_by_others(path: Path) -> bool:
    """May other users of this machine read the file? One with passwords should be 0600."""
    return path.stat().st_mode & 0o077 != 0


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise HotlineError(
            f"There is no settings file {path}.",
            f"Copy box.example.toml to {path} and fill it in.",
        ) from None
    except UnicodeDecodeError:
        raise HotlineError(
            f"{path} is not a text file in UTF-8.", "Save it again as UTF-8."
        ) from None
    except OSError as error:
        raise HotlineError(
            f"The settings file {path} cannot be read: {error.strerror}.",
            "See that the file belongs to the user the box runs as.",
        ) from None


def _in_words_of_toml(error: tomllib.TOMLDecodeError) -> str:
    said = str(error)
    found = re.search(r" \(at line (\d+), column \d+\)$", said)
    if found is None:
        return f"this is not TOML: {said}"
    return f"line {found[1]}: this is not TOML: {said[: found.start()]}"


def _set_defaults_by_kind(raw: dict[str, Any]) -> None:
    """What a key means when absent goes by its neighbours: TLS has its own ports."""
    trunks = raw.get("trunk")
    for row in trunks if isinstance(trunks, list) else ():
        if isinstance(row, dict):
            row.setdefault("port", _SIPS_PORT if row.get("transport") == "tls" else _SIP_PORT)
            row.setdefault("register", row.get("kind") != "gateway")
    mail = raw.get("mail")
    if isinstance(mail, dict) and mail.get("security") == "tls":
        mail.setdefault("port", 465)  # RFC 8314 §7.3


# --- lines of keys -------------------------------------------------------------------------------

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\"'-]+)\s*\]")
_ENTRY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")
_QUOTED_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*')


def _lines_of_keys(text: str) -> dict[Place, int]:
    """Line number, from 1, of each header and key; enough of TOML for a settings file."""
    lines: dict[Place, int] = {}
    count: dict[Place, int] = {}
    table: Place = ()
    for number, line in _logical_lines(text):
        if header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                count[table] = count.get(table, -1) + 1
                table += (count[table],)
            lines.setdefault(table, number)
        elif entry := _ENTRY.match(line):
            lines.setdefault(table + _parts(entry[1]), number)
    return lines


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines on which something begins: not those inside a list or a long text."""
    depth, in_text = 0, False
    for number, line in enumerate(text.splitlines(), start=1):
        if depth == 0 and not in_text:
            yield number, line
        if (line.count('"""') + line.count("'''")) % 2:
            in_text = not in_text
        elif not in_text:
            bare = _QUOTED_OR_COMMENT.sub("", line)
            depth += bare.count("[") - bare.count("]")


def _parts(dotted: str) -> Place:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _line_of(place: Place, lines: dict[Place, int]) -> int:
    """The line of the key, else of what holds it, else 0."""
    while place and place not in lines and (*place, 0) not in lines:
        place = place[:-1]
    return lines.get(place) or lines.get((*place, 0), 0)


# --- words for mistakes --------------------------------------------------------------------------


def _problem(error: dict[str, Any], lines: dict[Place, int]) -> tuple[int, str]:
    place: Place = error["loc"]
    line = _line_of(place, lines)
    return line, _at(line, _words(error["type"], place, error.get("ctx", {})))


def _at(line: int, words: str) -> str:
    return f"line {line}: {words}" if line else words


def _words(kind: str, place: Place, context: dict[str, Any]) -> str:
    key = _shown(place)
    if kind == "unexpected_keyword_argument":
        return _unknown(place)
    if kind == "missing":
        return f"{key} is missing"
    if kind in ("dataclass_type", "dataclass_exact_type", "tuple_type") and len(place) == 1:
        brackets = f"[[{place[0]}]]" if place[0] in _LISTED else f"[{place[0]}]"
        return f"{place[0]} is a section: write {brackets} on a line of its own"
    return f"{key} {_wanted(kind, context)}"


_WANTED = {
    "string_type": 'must be text in "quotes"',
    "string_too_long": "is too long",
    "int_type": "must be a whole number without quotes",
    "bool_type": "must be true or false, without quotes",
    "path_type": 'must be a path in "quotes"',
    "tuple_type": 'must be a list, such as ["one", "two"]',
    "ip_v4_network": "must be addresses such as 203.0.113.7 or 203.0.113.0/24",
    "ip_v6_network": "must be addresses such as 203.0.113.7 or 203.0.113.0/24",
    "dataclass_type": "must be a section with keys of its own",
}


def _wanted(kind: str, context: dict[str, Any]) -> str:
    match kind:
        case "value_error":
            return str(context["error"])
        case "literal_error":
            return "must be one of: " + str(context["expected"]).replace("'", '"')
        case "greater_than_equal":
            return f"must be {context['ge']} or more"
        case "less_than_equal":
            return f"must be {context['le']} or less"
    return _WANTED.get(kind, "is not of the right kind")


def _shown(place: Place) -> str:
    """`host of [[trunk]] number 2`, in the way the owner sees the file."""
    section, *rest = place
    names = [p for p in rest if isinstance(p, str) and p in _KEYS.get(str(section), ())]
    if section in _LISTED and len(place) > 1 and isinstance(place[1], int):
        where = f"[[{section}]] number {place[1] + 1}"
    else:
        where = f"[{section}]"
    return f"{names[0]} of {where}" if names else where


def _unknown(place: Place) -> str:
    if len(place) == 1:
        return f"there is no section [{place[0]}]{_nearest(str(place[0]), _KEYS)}"
    section, key = str(place[0]), str(place[-1])
    elsewhere = [name for name, keys in _KEYS.items() if key in keys]
    if elsewhere:
        return f"{key} does not belong in [{section}] but in [{elsewhere[0]}]"
    return f"[{section}] has no key {key}{_nearest(key, _KEYS[section])}"


def _nearest(word: str, right: Iterable[str]) -> str:
    close = get_close_matches(word, list(right), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(right)}"


# --- keys that must agree with each other --------------------------------------------------------


def _disagreements(options: Options, lines: dict[Place, int]) -> Iterator[tuple[int, str]]:
    for place, words in (
        *_sip_disagrees(options.sip),
        *_trunks_disagree(options.trunks),
        *_modems_disagree(options),
        *_mail_disagrees(options.mail),
    ):
        line = _line_of(place, lines)
        yield line, _at(line, words)


def _sip_disagrees(sip: Sip) -> Iterator[tuple[Place, str]]:
    if sip.rtp_last < sip.rtp_first + 3:
        yield ("sip", "rtp_last"), "rtp_last of [sip] must lie at least 3 above rtp_first"
    if sip.tls_port and sip.tls_port == sip.port:
        yield ("sip", "tls_port"), "tls_port of [sip] must differ from port"
    if sip.tls_port:
        for key in ("tls_certificate", "tls_key"):
            file: Path | None = getattr(sip, key)
            if file is None:
                yield ("sip", "tls_port"), f"tls_port of [sip] needs {key} too"
            elif not file.is_file():
                yield ("sip", key), f"{key} of [sip]: there is no file {file}"


def _trunks_disagree(trunks: tuple[Trunk, ...]) -> Iterator[tuple[Place, str]]:
    names = [trunk.name for trunk in trunks]
    for index, trunk in enumerate(trunks):
        here = _shown(("trunk", index))
        if trunk.name in names[:index]:
            yield ("trunk", index, "name"), f'another [[trunk]] is called "{trunk.name}" already'
        if trunk.register and not trunk.user:
            yield ("trunk", index), f"{here} needs user to register"
        if trunk.register and not (trunk.password or trunk.password_file):
            yield ("trunk", index), f"{here} needs password or password_file to register"
        for words in _password_disagrees(trunk):
            yield ("trunk", index, "password_file"), f"password_file of {here} {words}"
        for key, words in _tls_disagrees(trunk):
            yield ("trunk", index, key), f"{key} of {here} {words}"


def _modems_disagree(options: Options) -> Iterator[tuple[Place, str]]:
    names = {trunk.name for trunk in options.trunks}
    ports: set[Path] = set()
    modems: list[tuple[str, int, Modem | VoiceModem]] = [
        *(("modem", index, modem) for index, modem in enumerate(options.modems)),
        *(("voice_modem", index, modem) for index, modem in enumerate(options.voice_modems)),
    ]
    for section, index, modem in modems:
        here = _shown((section, index))
        if modem.name in names:
            yield (section, index, "name"), f'another line is called "{modem.name}" already'
        names.add(modem.name)
        for key in ("at", "sound") if isinstance(modem, Modem) else ("port",):
            port: Path | None = getattr(modem, key)
            if port is not None and port in ports:
                yield (section, index, key), f"{key} of {here}: {port} is named twice"
            ports |= {port} if port is not None else set()
        if isinstance(modem, Modem):
            yield from _modem_disagrees(options, index, here)
        elif modem.hands_on and modem.model == "mt9234":
            words = f"hands_on of {here}: how a mt9234 flashes the hook is not known"
            yield (section, index, "hands_on"), words
        elif modem.flash_ms and modem.model != "cx930xx":
            yield (section, index, "flash_ms"), f"flash_ms of {here} is for a cx930xx only"


def _modem_disagrees(options: Options, index: int, here: str) -> Iterator[tuple[Place, str]]:
    modem = options.modems[index]
    for keys, words in (*_sound_disagrees(modem), *_place_disagrees(options.modems, index)):
        yield ("modem", index, *keys), words.format(here=here)
    if modem.hands_on and (modem.model != "ec25" or modem.card):
        words = f'hands_on of {here}: only an "ec25" with sound on a serial port can'
        yield ("modem", index, "hands_on"), words
    elif modem.hands_on and not modem.outbound:
        yield ("modem", index, "hands_on"), f"hands_on of {here} needs outbound = true"
    if modem.when_dead and (words := _cannot_be_rung(modem, options)):
        yield ("modem", index, "when_dead"), f"when_dead of {here}: {words}"


def _sound_disagrees(modem: Modem) -> Iterator[tuple[Place, str]]:
    """A modem whose sound is known has it in one place, of those that its model knows."""
    if modem.model == "generic":
        if modem.sound or modem.card:
            key = "sound" if modem.sound else "card"
            yield (key,), f"{key} of {{here}}: no sound is known of a generic modem; leave it out"
        if modem.at is None:
            yield (), "{here} needs at: what a generic modem's ports are is not known"
    elif modem.card and modem.model != "ec25":
        yield ("card",), 'card of {here} is for model = "ec25" only; give its sound instead'
    elif modem.card and modem.sound:
        yield ("card",), "card and sound of {here} are both given; keep one"
    elif not modem.card and (modem.at is None) != (modem.sound is None):
        yield (), "{here}: at and sound belong together; usb or imei find both"


def _place_disagrees(modems: tuple[Modem, ...], index: int) -> Iterator[tuple[Place, str]]:
    """Which modem is meant is said in one way only, and said where there are several."""
    modem = modems[index]
    ways = [key for key in ("at", "usb", "imei") if getattr(modem, key)]
    if len(ways) > 1:
        yield (ways[1],), f"{' and '.join(ways)} of {{here}} both say which modem it is; keep one"
    elif not ways and not modem.sound and modem.model != "generic" and len(modems) > 1:
        yield (), "{here} needs usb or imei: which of the modems is it?"
    for key in ("usb", "imei"):
        value = getattr(modem, key)
        if value and value in [getattr(other, key) for other in modems[:index]]:
            yield (key,), f"{key} of {{here}}: {value} is named twice"


def own_numbers(options: Options) -> frozenset[str]:
    """The numbers under which the box itself is called."""
    lines: tuple[Modem | Trunk, ...] = (*options.modems, *options.trunks)
    return frozenset(line.number for line in lines if line.number)


def _cannot_be_rung(modem: Modem, options: Options) -> str:
    if modem.when_dead in own_numbers(options):
        return "this is a number of the box itself"
    country = options.box.country
    try:
        dialable(modem.when_dead or "", country, {country, *options.limits.countries})
    except NumberRefused as refused:
        return refused.cause
    return ""


def _tls_disagrees(trunk: Trunk) -> Iterator[tuple[str, str]]:
    """On the Internet an unverified certificate is none: anybody in between could show one."""
    if trunk.tls_ca is not None:
        if trunk.transport != "tls":
            yield "tls_ca", 'needs transport = "tls"'
        elif not trunk.tls_verify:
            yield "tls_ca", "and tls_verify = false are both given; keep one"
        elif not trunk.tls_ca.is_file():
            yield "tls_ca", f"points to {trunk.tls_ca}, which is no file"
    if not trunk.tls_verify and trunk.kind == "provider":
        yield "tls_verify", "can be false for a gateway in the house only; name tls_ca instead"


def _mail_disagrees(mail: Mail | None) -> Iterator[tuple[Place, str]]:
    if mail is not None:
        for words in _password_disagrees(mail):
            yield ("mail", "password_file"), f"password_file of [mail] {words}"


def _password_disagrees(holder: Trunk | Mail) -> Iterator[str]:
    if holder.password_file is None:
        return
    if holder.password:
        yield "and password are both given; keep one"
    try:
        if not holder.password_file.read_text(encoding="utf-8").strip():
            yield f"points to {holder.password_file}, which is empty"
    except (OSError, UnicodeDecodeError):
        yield f"points to {holder.password_file}, which cannot be read"


# --- after all is well ---------------------------------------------------------------------------


def _from_folder(options: Options, folder: Path) -> Options:
    """Relative paths begin at the folder of the settings file, wherever the box is started."""
    sip, mail = options.sip, options.mail
    return replace(
        options,
        box=replace(options.box, data=folder / options.box.data),
        sip=replace(
            sip,
            tls_certificate=_under(folder, sip.tls_certificate),
            tls_key=_under(folder, sip.tls_key),
        ),
        trunks=tuple(
            replace(
                t,
                password_file=_under(folder, t.password_file),
                tls_ca=_under(folder, t.tls_ca),
            )
            for t in options.trunks
        ),
        modems=tuple(
            replace(m, at=_under(folder, m.at), sound=_under(folder, m.sound))
            for m in options.modems
        ),
        voice_modems=tuple(replace(m, port=folder / m.port) for m in options.voice_modems),
        mail=mail and replace(mail, password_file=_under(folder, mail.password_file)),
    )


def _under(folder: Path, path: Path | None) -> Path | None:
    return None if path is None else folder / path


def _with_passwords(options: Options) -> Options:
    return replace(
        options,
        trunks=tuple(_with_password(trunk) for trunk in options.trunks),
        mail=options.mail and _with_password(options.mail),
    )


Holder = TypeVar("Holder", Trunk, Mail)


def _with_password(holder: Holder) -> Holder:
    if holder.password_file is None:
        return holder
    return replace(
        holder, password=Secret(holder.password_file.read_text(encoding="utf-8").strip())
    )
