"""SIP messages at the edge of the grammar and beyond it, after the kinds that RFC 4475 lists.

`proper` ones are legal, however they look; the others a robust target refuses or ignores. None of
them may crash it, hang it, or touch a call that goes on meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.sim.sip.message import Address, token

_SDP = (
    "v=0\r\no=t 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    "m=audio 49170 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\n"
)


@dataclass(frozen=True)
class Torment:
    """One message. `data` is a template: its braces are filled in by `bytes_for`."""

    name: str
    proper: bool
    data: str

    def __str__(self) -> str:
        return self.name

    def bytes_for(self, mine: Address, target: Address) -> bytes:
        """The message as sent from `mine` to `target`, with a fresh branch and Call-ID."""
        filled = self.data
        body = _SDP.replace("{host}", mine[0])
        values = {
            "{host}": mine[0],
            "{port}": str(mine[1]),
            "{target}": f"{target[0]}:{target[1]}",
            "{branch}": f"z9hG4bK{token()}",
            "{id}": token(),
            "{sdp}": body,
            "{size}": str(len(body)),
        }
        for name, value in values.items():
            filled = filled.replace(name, value)
        return filled.encode("utf-8", "surrogateescape")


def _message(
    name: str,
    proper: bool,
    first: str = "OPTIONS sip:box@{target} SIP/2.0",
    *more: str,
    via: str = "Via: SIP/2.0/UDP {host}:{port};rport;branch={branch}",
    sender: str = 'From: "T" <sip:t@{host}>;tag=1',
    to: str = "To: <sip:box@{target}>",
    call: str = "Call-ID: {id}",
    cseq: str = "",
    hops: str = "Max-Forwards: 70",
    contact: str = "Contact: <sip:t@{host}:{port}>",
    length: str = "Content-Length: 0",
    body: str = "",
) -> Torment:
    """An ordinary message, except for what is given; an empty string leaves a header out."""
    method = first.split(" ")[0]
    lines = [first, via, sender, to, call, cseq or f"CSeq: 1 {method}", hops, contact]
    lines += [*more, length]
    head = "\r\n".join(line for line in lines if line)
    return Torment(name, proper, f"{head}\r\n\r\n{body}")


_INVITE = "INVITE sip:box@{target} SIP/2.0"
_TYPE = "Content-Type: application/sdp"
_SIZE = "Content-Length: {size}"
_LONG = "long" * 250

TORMENTS = (
    # Legal, although it hurts
    _message(
        "everything folded, compact and oddly spaced", True, _INVITE,
        "Subject :\r\n  folded\r\n\ttwice", "c:application/sdp", "k:",
        via="v:  SIP  / 2.0\r\n /UDP\r\n    {host}:{port};branch={branch};rport",
        sender="f    : \"J \\\\\\\"\" <sip:t@{host}>\r\n  ;\r\n  tag  = 98asjd8",
        to="TO :\r\n sip:box@{target} ;   tag    = 1918181833n", call="i:{id}",
        cseq="cseq: 0009\r\n  INVITE", contact="m:\"Quoted string \\\"\\\"\" <sip:t@{host}>",
        length="l:{size}", body="{sdp}",
    ),
    _message(
        "every character a token may have", True,
        "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/"
        "crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@{target} SIP/2.0",
        "extensionHeader-!.%*+_`'~:\ufeff大停電",
        sender="From: token1~` token2'+_ token3*%!.- <sip:mundane@{host}>"
        ";fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.",
    ),
    _message("escaped bytes in addresses", True,
             "OPTIONS sip:sips%3Auser%40example.com@{target} SIP/2.0",
             sender="From: <sip:I%20have%20spaces@{host}>;tag=938"),
    _message("escaped zero bytes", True, "OPTIONS sip:null-%00-null@{target} SIP/2.0",
             sender="From: sip:null-%00-null@{host};tag=839923423"),
    _message("percent that escapes nothing", True,
             "RE%47IST%45R sip:registrar.{target} SIP/2.0", to='To: "%Z%45" <sip:t@{target}>'),
    _message("no space before the bracket", True, to="To: caller<sip:box@{target}>",
             sender="From: caller<sip:t@{host}>;tag=323"),
    _message("values of a thousand characters", True, _INVITE,
             f"X-{_LONG}: {_LONG}", f"Record-Route: <sip:{_LONG}.example;lr>", _TYPE,
             to=f'To: "I have a name of {_LONG} proportion" <sip:box@{{target}};x={"0" * 40}>',
             sender=f"From: sip:{_LONG}@{{host}};tag=12{_LONG}424", call=f"Call-ID: {{id}}{_LONG}",
             length=_SIZE, body="{sdp}"),
    _message("another message behind the first", True, length="Content-Length: 0",
             body=f"{_INVITE}\r\nVia: SIP/2.0/UDP {{host}}\r\n\r\n"),
    _message("semicolon in the user part", True,
             "OPTIONS sip:user;par=u%40example.net@{target} SIP/2.0"),
    _message("transports nobody knows", True, "OPTIONS sip:box@{target} SIP/2.0",
             "Via: SIP/2.0/SCTP a.example;branch=z9hG4bKkc,SIP/2.0/UNKNOWN b.example;branch=z9hGQ"),
    _message("several bodies in one", True, "MESSAGE sip:box@{target} SIP/2.0",
             "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655", length="Content-Length: 97",
             body="--7a9cbec02ceef655\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
             "--7a9cbec02ceef655--\r\n" + " " * 10),
    Torment("an unusual reason", True,
            "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять\r\n"
            "Via: SIP/2.0/UDP {target};branch=z9hG4bK1324923\r\nCall-ID: {id}\r\n"
            "CSeq: 35 INVITE\r\nFrom: <sip:t@{host}>;tag=1\r\nTo: <sip:b@{target}>;tag=2\r\n"
            "Content-Length: 0\r\n\r\n"),
    Torment("no reason at all", True,
            "SIP/2.0 100 \r\nVia: SIP/2.0/UDP {target};branch=z9hG4bK1324923\r\nCall-ID: {id}\r\n"
            "CSeq: 35 INVITE\r\nFrom: <sip:t@{host}>;tag=1\r\nTo: <sip:b@{target}>;tag=2\r\n"
            "Content-Length: 0\r\n\r\n"),
    _message("no hops left", True, hops="Max-Forwards: 0"),
    _message("a method nobody knows", True, "NEWMETHOD sip:box@{target} SIP/2.0"),
    _message("a scheme nobody knows", True, "OPTIONS nobodyKnowsThisScheme:totallyopaque SIP/2.0"),
    _message("an extension that is required and unknown", True, _INVITE,
             "Require: nothingSupportsThis, nothingSupportsThisEither", _TYPE,
             length=_SIZE, body="{sdp}"),
    _message("a body of unknown type", True, _INVITE, "Content-Type: application/unknownformat",
             length="Content-Length: 16", body="<audio><pcmu/></>"[:16]),
    # Broken
    _message("separators with nothing between them", False, _INVITE, _TYPE,
             via="Via: SIP/2.0/UDP {host};;,;,,", to="To: sip:box@{target};tag=33242;;,;,,",
             length=_SIZE, body="{sdp}"),
    _message("longer than it is", False, _INVITE, _TYPE, length="Content-Length: 9999",
             body="{sdp}"),
    _message("shorter than nothing", False, _INVITE, _TYPE, length="Content-Length: -999",
             body="{sdp}"),
    _message("numbers too large", False, "REGISTER sip:{target} SIP/2.0",
             f"Expires: 1{'0' * 80}", cseq="CSeq: 36893488147419103232 REGISTER",
             hops="Max-Forwards: 300", contact=f"Contact: <sip:t@{{host}}>;expires=1{'0' * 30}"),
    Torment("numbers too large, in a response", False,
            "SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP {target};branch=z9hG4bKzzxd\r\n"
            "Call-ID: {id}\r\nCSeq: 9292394834772304023312 OPTIONS\r\n"
            "Retry-After: 949302838503028349304023988\r\nWarning: 1812 x \"y\"\r\n"
            "From: <sip:t@{host}>;tag=1\r\nTo: <sip:b@{target}>;tag=2\r\n\r\n"),
    _message("a quote that does not end", False, to='To: "Mr. J. User <sip:box@{target}>'),
    _message("brackets around the first address", False, "INVITE <sip:box@{target}> SIP/2.0",
             _TYPE, length=_SIZE, body="{sdp}"),
    _message("spaces inside the first address", False,
             "INVITE sip:box@{target}; lr SIP/2.0", _TYPE, length=_SIZE, body="{sdp}"),
    _message("spaces inside the first line", False, "INVITE  sip:box@{target}  SIP/2.0",
             _TYPE, length=_SIZE, body="{sdp}"),
    _message("spaces behind the first line", False, "OPTIONS sip:box@{target} SIP/2.0  "),
    _message("headers in an address, escaped", False,
             "INVITE sip:box@{target}?Route=%3Csip:example.com%3E SIP/2.0"),
    _message("a date of another zone", False, _INVITE, "Date: Fri, 01 Jan 2010 16:00:00 EST",
             _TYPE, length=_SIZE, body="{sdp}"),
    _message("unprotected parameters", False, "REGISTER sip:{target} SIP/2.0",
             contact="Contact: sip:user@example?Route=%3Csip:x.example%3E"),
    _message("spaces inside an address", False, to='To: "Watson, Thomas" < sip:t@{target} >'),
    _message("a display name that is no token", False,
             sender="From: Bell, Alexander <sip:a@{host}>;tag=43"),
    _message("a protocol of the future", False, "OPTIONS sip:box@{target} SIP/7.0",
             via="Via: SIP/7.0/UDP {host};branch={branch}"),
    _message("two methods in one", False, cseq="CSeq: 8 INVITE"),
    _message("an unknown method and a known one", False, "NEWMETHOD sip:box@{target} SIP/2.0",
             cseq="CSeq: 8 INVITE"),
    _message("a password scheme nobody knows", False, "REGISTER sip:{target} SIP/2.0",
             "Authorization: NoOneKnowsThisScheme opaque-data=here"),
    _message("everything twice", False, _INVITE, "CSeq: 8 INVITE", "Call-ID: {id}x",
             "Max-Forwards: 5", "To: <sip:other@{target}>", "From: <sip:x@{host}>;tag=2",
             "Content-Length: 1", _TYPE, length=_SIZE, body="{sdp}"),
    _message("to everybody", False, via="Via: SIP/2.0/UDP 255.255.255.255;branch={branch}"),
    _message("without CSeq, Call-ID, From and To", False, _INVITE, call="", sender="", to="",
             cseq="X-Nothing: here"),
    _message("without Via", False, via=""),
    _message("star as contact of a call", False, _INVITE, contact="Contact: *"),
    _message("ten thousand parameters", False, _INVITE,
             contact="Contact: <sip:t@{host}" + ";a=b" * 10_000 + ">"),
    _message("five hundred Vias", False, _INVITE,
             *["Via: SIP/2.0/UDP h.example;branch=z9hG4bK1"] * 500),
    _message("routes in a circle", False, "OPTIONS sip:box@{target} SIP/2.0",
             *["Route: <sip:{target};lr>"] * 100),
    _message("crypto line of 8 KiB", False, _INVITE, _TYPE, length="",
             body="{sdp}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + "A" * 8192 + "\r\n"),
    _message("a hundred streams", False, _INVITE, _TYPE, length="",
             body="{sdp}" + "m=video 5000 RTP/AVP 31\r\n" * 100),
    _message("a port of ten digits", False, _INVITE, _TYPE, length="",
             body="v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
             "m=audio 9999999999 RTP/AVP 0\r\n"),
    _message("no sound in the description", False, _INVITE, _TYPE, length="",
             body="v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nt=0 0\r\n"),
    _message("payload types of minus one", False, _INVITE, _TYPE, length="",
             body="{sdp}a=rtpmap:-1 X/-8000\r\na=fmtp:-1 " + "1;" * 500 + "\r\n"),
    _message("zero bytes everywhere", False, "OPTIONS sip:b\0x@{target} SIP/2.0", "X: \0\0\0"),
    _message("line ends of one character", False, "OPTIONS sip:box@{target} SIP/2.0\nX: y\rZ: w"),
    Torment("only line ends", False, "\r\n" * 2000),
    Torment("no SIP at all", False, "GET / HTTP/1.1\r\nHost: {target}\r\n\r\n"),
    Torment("half a first line", False, "INVITE sip:"),
)  # fmt: skip
