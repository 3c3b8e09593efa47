"""SIPp scenarios, written as a list of steps instead of XML by hand."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

REFUSALS = (
    400,
    401,
    403,
    404,
    405,
    407,
    415,
    416,
    420,
    480,
    481,
    486,
    488,
    491,
    500,
    501,
    503,
    603,
)
SDP = """\
v=0
o=sipp 1 {version} IN IP4 [local_ip]
s=-
c=IN IP4 {address}
t=0 0
m=audio {port} RTP/AVP 8 0 101
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a={direction}
"""


def sdp(
    direction: str = "sendrecv",
    *,
    address: str = "[media_ip]",
    port: str = "[media_port]",
    version: int = 1,
) -> str:
    """One audio stream; PCMA, PCMU and telephone events."""
    return SDP.format(direction=direction, address=address, port=port, version=version)


def ask(
    method: str,
    *headers: str,
    body: str = "",
    cseq: int = 1,
    uri: str = "sip:[service]@[remote_ip]:[remote_port]",
    name: str = "",
    user: str = "+37369777888",
    inside: bool = False,
    branch: str = "[branch]",
    via: bool = True,
) -> str:
    """A request of ours. inside: within the dialog that the last 2xx has set up."""
    target = "[next_url]" if inside else uri
    tag = "[peer_tag_param]" if inside else ""
    lines = [
        f"{method} {target} SIP/2.0",
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];rport;branch={branch}" if via else "",
        f"From: {name}<sip:{user}@[local_ip]:[local_port]>;tag=[call_number]",
        f"To: <sip:[service]@[remote_ip]:[remote_port]>{tag}",
        "Call-ID: [call_id]",
        f"CSeq: {cseq} {method}",
        "Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>",
        "Max-Forwards: 70",
        *headers,
    ]
    return _message(lines, body)


def reply(status: str, *headers: str, body: str = "", tag: bool = True) -> str:
    """Our response to the last request, as in `reply("180 Ringing")`."""
    to = "[last_To:];tag=[call_number]-[pid]" if tag else "[last_To:]"
    lines = [
        f"SIP/2.0 {status}",
        "[last_Via:]",
        "[last_From:]",
        to,
        "[last_Call-ID:]",
        "[last_CSeq:]",
        "Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>",
        *headers,
    ]
    return _message(lines, body)


class Scenario:
    """Steps in order; every method adds one and returns the scenario."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._steps: list[str] = []
        self._labels = 0

    def send(self, message: str, *, repeat: bool = True, txn: str = "") -> Scenario:
        """Send; over UDP repeated until something comes. An ACK is never repeated.

        txn: a name by which `expect` tells the responses to this request from those to others.
        """
        ack = message.startswith("ACK")
        more = ' retrans="500"' if repeat and not ack else ""
        more += f' {"ack" if ack else "start"}_txn="{txn}"' if txn else ""
        return self._add(f"<send{more}><![CDATA[\n\n{message}]]></send>")

    def expect(
        self,
        status: int,
        *,
        optional: bool = False,
        auth: bool = False,
        check: str = "",
        txn: str = "",
    ) -> Scenario:
        """A response. check: a regular expression that has to be found in the message."""
        more = ' optional="true"' if optional else ""
        more += ' auth="true"' if auth else ""
        more += ' rrs="true"' if status == 200 else ""
        more += f' response_txn="{txn}"' if txn else ""
        return self._add(f'<recv response="{status}"{more}>{_check(check)}</recv>')

    def expect_any(self, *, txn: str = "", among: tuple[int, ...] = ()) -> Scenario:
        """Some final response of these; of all the usual ones when none are given."""
        self._labels += 1
        mine = f' response_txn="{txn}"' if txn else ""
        self._add(f'<recv response="100" optional="true"{mine}/>')
        *others, last = among or (200, 202, *REFUSALS)
        for status in others:
            more = f'optional="true" next="{self._labels}"{mine}'
            self._add(f'<recv response="{status}" {more}/>')
        self._add(f'<recv response="{last}"{mine}/>')
        return self._add(f'<label id="{self._labels}"/>')

    def expect_refusal(self, *, txn: str = "") -> Scenario:
        """Some final response that a sane telephone refuses with; 2xx and 3xx fail."""
        return self.expect_any(txn=txn, among=REFUSALS)

    def expect_request(
        self, method: str, *, optional: bool = False, check: str = "", within: int | None = None
    ) -> Scenario:
        """A request of the other side; `within` milliseconds."""
        more = ' optional="true"' if optional else ""
        more += f' timeout="{within}"' if within else ""
        return self._add(f'<recv request="{method}"{more} rrs="true">{_check(check)}</recv>')

    def pause(self, milliseconds: int) -> Scenario:
        """Let time pass; unexpected messages still fail the scenario."""
        return self._add(f'<pause milliseconds="{milliseconds}"/>')

    def stream(self, file: Path, *, times: int = 1) -> Scenario:
        """Send a file of raw PCMA bytes as RTP, over and over with `times` = -1."""
        return self._add(f'<nop><action><exec rtp_stream="{file},{times},8"/></action></nop>')

    def play(self, pcap: Path) -> Scenario:
        """Send the RTP of a capture file; needs the right to raw sockets."""
        return self._add(f'<nop><action><exec play_pcap_audio="{pcap}"/></action></nop>')

    def write(self, room: Path) -> Path:
        """As a file that SIPp reads."""
        room.mkdir(parents=True, exist_ok=True)
        file = room / f"{self.name}.xml"
        steps = "\n".join(self._steps)
        head = f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="{escape(self.name)}">\n'
        file.write_text(f"{head}{steps}\n</scenario>\n", encoding="utf-8")
        return file

    def _add(self, step: str) -> Scenario:
        self._steps.append(step)
        return self


def _message(lines: list[str], body: str) -> str:
    """SIPp makes CR LF of our line ends and counts [len] itself."""
    kept = [line for line in lines if line]
    if body:
        kept.append("Content-Type: application/sdp")
    return "\n".join([*kept, "Content-Length: [len]", "", body])


def _check(pattern: str) -> str:
    if not pattern:
        return ""
    quoted = escape(pattern, {'"': "&quot;"})
    found = f'<ereg regexp="{quoted}" search_in="msg" check_it="true" assign_to="found"/>'
    return f'<action>{found}<strcmp assign_to="found" variable="found" value=""/></action>'
