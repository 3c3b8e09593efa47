"""SIP messages, sans-IO: bytes in, nouns out, and back (RFC 3261).

Lenient in what it reads, since it also has to survive what the tests throw about; what it writes is
exactly what it was told to write, hostile or not.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, replace

Header = tuple[str, str]
Address = tuple[str, int]

_COMPACT = {
    "v": "Via",
    "f": "From",
    "t": "To",
    "i": "Call-ID",
    "m": "Contact",
    "l": "Content-Length",
    "c": "Content-Type",
    "k": "Supported",
    "s": "Subject",
    "e": "Content-Encoding",
    "r": "Refer-To",
    "x": "Session-Expires",
}
REASONS = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    302: "Moved Temporarily",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    415: "Unsupported Media Type",
    420: "Bad Extension",
    423: "Interval Too Brief",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    491: "Request Pending",
    500: "Server Internal Error",
    503: "Service Unavailable",
    603: "Decline",
}
# A display name, perhaps quoted and then with any character in it, and the URI behind it.
_NAMED = re.compile(r'\s*(?:"(?:\\.|[^"\\])*"|[^"<]*)\s*<([^>]*)>')


class NotSip(ValueError):  # noqa: N818 - it says what it is
    """These bytes are no SIP message."""


@dataclass(frozen=True)
class Message:
    """A request or a response. `first` is its first line; headers keep their order."""

    first: str
    headers: tuple[Header, ...]
    body: bytes = b""

    def __str__(self) -> str:
        return f"{self.first} ({self.call_id})"

    def get(self, name: str, default: str = "") -> str:
        """The first header of that name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), default)

    def all(self, name: str) -> list[str]:
        """Every value of a header that may be a list, in order."""
        wanted = name.lower()
        lines = [value for key, value in self.headers if key.lower() == wanted]
        return [part for line in lines for part in _split(line)]

    @property
    def status(self) -> int:
        """The code of a response; 0 for a request."""
        return int(self.first[8:11]) if self.first.startswith("SIP/2.0 ") else 0

    @property
    def reason(self) -> str:
        """Code and words of a response, as in `486 Busy Here`."""
        return self.first[8:]

    @property
    def method(self) -> str:
        """The method, of a response too."""
        return self.get("CSeq", "0 ?").split()[-1] if self.status else self.first.split()[0]

    @property
    def uri(self) -> str:
        """What a request is addressed to."""
        return self.first.split()[1]

    @property
    def cseq(self) -> int:
        return int(self.get("CSeq", "0 ?").split()[0])

    @property
    def call_id(self) -> str:
        return self.get("Call-ID")

    @property
    def branch(self) -> str:
        """The transaction's name, from the topmost Via."""
        vias = self.all("Via")
        return parameter(vias[0], "branch") if vias else ""

    def tag(self, header: str) -> str:
        """The tag of From or To."""
        return parameter(self.get(header), "tag")

    def with_headers(self, *headers: Header) -> Message:
        """The same message with these headers replaced or added."""
        names = {name.lower() for name, _ in headers}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in names)
        return replace(self, headers=(*kept, *headers))

    def encoded(self) -> bytes:
        """As sent. Content-Length is added unless it is there, right or wrong."""
        headers = self.headers
        if not self.get("Content-Length"):
            headers = (*headers, ("Content-Length", str(len(self.body))))
        lines = [self.first, *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + self.body


def parse(data: bytes) -> Message:
    """One message from one datagram. Raises NotSip."""
    head, found, body = data.partition(b"\r\n\r\n")
    text = re.sub(r"\r\n[ \t]+", " ", head.decode("utf-8", "surrogateescape"))
    first, *lines = text.split("\r\n")
    if not found or not re.fullmatch(r"SIP/2\.0 \d{3}( .*)?|[\w.!%*+`'~-]+ \S+ SIP/2\.0", first):
        raise NotSip(repr(data[:60]))
    message = Message(first, tuple(_header(line) for line in lines), body)
    if not re.match(r"\d+\s+\S", message.get("CSeq")) or not message.call_id:
        raise NotSip(f"{first} without CSeq or Call-ID")
    return message


def body_length(head: bytes) -> int:
    """How many bytes follow this header block on a stream. Raises NotSip."""
    found = re.search(rb"(?im)^(?:content-length|l)[ \t]*:[ \t]*(\d+)[ \t]*\r?$", head)
    if not found:
        raise NotSip("no Content-Length on a stream")
    return int(found[1])


def answer(request: Message, status: int, *headers: Header, body: bytes = b"") -> Message:
    """A response to `request` (RFC 3261 8.2.6): Via, From, To, Call-ID and CSeq are copied."""
    copied = [(n, v) for n, v in request.headers if n in ("Via", "From", "To", "Call-ID", "CSeq")]
    names = {name for name, _ in headers}
    kept = tuple(pair for pair in copied if pair[0] not in names)
    return Message(f"SIP/2.0 {status} {REASONS.get(status, 'Status')}", (*kept, *headers), body)


def parameter(value: str, name: str) -> str:
    """A parameter of a header value behind its address, as in `;tag=...`; empty if not there."""
    named = _NAMED.match(value)
    behind = value[named.end() :] if named else value
    found = re.search(rf";\s*{re.escape(name)}\s*=\s*\"?([^;,\s\"]+)", behind, re.IGNORECASE)
    return found[1] if found else ""


def uri_in(value: str) -> str:
    """The URI of a From, To, Contact or Route value."""
    named = _NAMED.match(value)
    return named[1] if named else value.split(";")[0].strip()


def name_in(value: str) -> str:
    """The display name of a From or To value, without its quotes."""
    named = _NAMED.match(value)
    name = value[: named.start(1) - 1].strip() if named else ""
    quoted = len(name) > 1 and name[0] == name[-1] == '"'
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if quoted else name


def user_of(uri: str) -> str:
    """The part before the @, without parameters; empty if there is none."""
    found = re.match(r"(?:sips?|tel):([^@;>]*)[^@]*(?:@|$)", uri)
    return found[1] if found and ("@" in uri or uri.startswith("tel:")) else ""


def address_of(uri: str) -> Address:
    """Host and port of a SIP URI."""
    found = re.match(r"sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?>]+)(?::(\d+))?", uri)
    if not found:
        raise NotSip(f"no address in {uri!r}")
    return found[1], int(found[2] or (5061 if uri.startswith("sips:") else 5060))


def token(length: int = 8) -> str:
    """A random tag, branch or Call-ID."""
    return secrets.token_hex(length)


@dataclass(frozen=True)
class Credentials:
    """What a Digest header says (RFC 2617, RFC 7616)."""

    fields: dict[str, str]

    @classmethod
    def read(cls, value: str) -> Credentials:
        """From an Authorization or WWW-Authenticate header."""
        pairs = re.findall(r"(\w+)\s*=\s*(?:\"([^\"]*)\"|([^\s,]+))", value.partition(" ")[2])
        return cls({name.lower(): quoted or plain for name, quoted, plain in pairs})

    def right(self, method: str, password: str) -> bool:
        """Did the sender know the password?"""
        expected = digest(self.fields, method, password)
        return secrets.compare_digest(expected, self.fields.get("response", ""))


def digest(fields: dict[str, str], method: str, password: str) -> str:
    """The `response` of a Digest with these fields (username, realm, nonce, uri, ...)."""

    def of(text: str) -> str:
        name = {"SHA-256": "sha256"}.get(fields.get("algorithm", "MD5"), "md5")
        return hashlib.new(name, text.encode("utf-8", "surrogateescape")).hexdigest()

    secret = of(f"{fields.get('username')}:{fields.get('realm')}:{password}")
    action = of(f"{method}:{fields.get('uri')}")
    nonce = [fields.get("nonce", "")]
    if fields.get("qop"):
        nonce += [fields.get("nc", ""), fields.get("cnonce", ""), fields["qop"]]
    return of(":".join([secret, *nonce, action]))


def _header(line: str) -> Header:
    name, colon, value = line.partition(":")
    if not colon:
        raise NotSip(f"a line without colon: {line[:40]!r}")
    name = name.strip()
    name = _COMPACT.get(name.lower(), name)
    return _KNOWN.get(name.lower(), name), value.strip()


_KNOWN = {n.lower(): n for n in (*_COMPACT.values(), "CSeq", "Max-Forwards", "Record-Route")}


def _split(line: str) -> list[str]:
    """At the commas that stand neither in quotes nor in angle brackets."""
    return [part.strip() for part in re.findall(r'(?:[^,"<]|"(?:\\.|[^"\\])*"|<[^>]*>)+', line)]
