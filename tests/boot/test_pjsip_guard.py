# SPDX-License-Identifier: GPL-3.0-or-later
"""What our PJSIP promises about strangers, and about threads that wake it."""

from __future__ import annotations

import importlib.util
import json
import math
import re
import select
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pjsua2")

PEER = "127.0.0.2"
STRANGER = "127.0.0.3"
DEADLINE = 15.0


class Phone:
    """The telephone under test, in its own process."""

    def __init__(self) -> None:
        program = Path(__file__).with_name("guarded_phone.py")
        self.process = subprocess.Popen(
            [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout
        self.udp, self.tcp, self.tls = self.ask("ports")

    def ask(self, *command: object) -> Any:
        self.stdin.write(json.dumps(command) + "\n")
        self.stdin.flush()
        for line in self.stdout:
            if line.startswith("> "):
                return json.loads(line[2:])
        raise AssertionError("the telephone crashed")

    def close(self) -> None:
        self.stdin.close()
        self.process.wait(DEADLINE)
        self.stdout.close()


@pytest.fixture
def phone() -> Iterator[Phone]:
    with closing(Phone()) as phone:
        yield phone


def from_address(address: str, kind: socket.SocketKind) -> socket.socket:
    ours = socket.socket(socket.AF_INET, kind)
    ours.bind((address, 0))
    ours.settimeout(DEADLINE)
    return ours


def request(method: str, sender: socket.socket, body: str = "", extra: str = "") -> bytes:
    host, port = sender.getsockname()
    via = "UDP" if sender.type == socket.SOCK_DGRAM else "TCP"
    content = "Content-Type: application/sdp\r\n" if body else ""
    return (
        f"{method} sip:hotline@127.0.0.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/{via} {host}:{port};rport;branch=z9hG4bK-{method}-{port}\r\n"
        f"From: <sip:caller@{host}>;tag=1\r\nTo: <sip:hotline@127.0.0.1>\r\n"
        f"Call-ID: {method}-{port}@{host}\r\nCSeq: 1 {method}\r\n"
        f"Contact: <sip:caller@{host}:{port}>\r\nMax-Forwards: 70\r\n{extra}{content}"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def offer(rtp_port: int, attributes: str = "", host: str = PEER) -> str:
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {rtp_port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n{attributes}"
    )


def asks(phone: Phone, sender: socket.socket, packet: bytes) -> None:
    sender.sendto(packet, ("127.0.0.1", phone.udp))


def answered(phone: Phone, sender: socket.socket) -> bool:
    asks(phone, sender, request("OPTIONS", sender))
    return sender.recv(4096).startswith(b"SIP/2.0 ")


def heard_nothing(sender: socket.socket) -> bool:
    sender.setblocking(False)
    try:
        sender.recv(4096)
    except BlockingIOError:
        return True
    return False


def after_everything_sent_so_far(phone: Phone) -> None:
    """One socket, one thread: once a peer has its answer, whatever came before is dealt with."""
    with from_address(PEER, socket.SOCK_DGRAM) as peer:
        assert answered(phone, peer)


STUN_BINDING = struct.pack(">HHI12s", 1, 0, 0x2112A442, b"transaction.")
FROM_STRANGERS: dict[str, Callable[[socket.socket], bytes]] = {
    "a question": lambda me: request("OPTIONS", me),
    "a call": lambda me: request("INVITE", me, offer(4000)),
    "a registration": lambda me: request("REGISTER", me),
    "an unknown method": lambda me: request("HACK", me),
    "a keep-alive": lambda me: b"\r\n\r\n" * 10,
    "a short keep-alive": lambda me: b"\r\n\r\n",
    "a STUN request": lambda me: STUN_BINDING,
    "a long STUN request": lambda me: STUN_BINDING[:2] + b"\0\x20" + STUN_BINDING[4:] + bytes(32),
    "nonsense": lambda me: bytes(range(256)) * 4,
    "half a message": lambda me: request("INVITE", me)[:100],
    "a message too long": lambda me: request("OPTIONS", me, extra=f"X: {'x' * 30_000}\r\n"),
}


@pytest.mark.parametrize("packet", FROM_STRANGERS.values(), ids=FROM_STRANGERS.keys())
def test_a_stranger_gets_not_one_byte_back(
    phone: Phone, packet: Callable[[socket.socket], bytes]
) -> None:
    assert phone.ask("allow", PEER) == "set"
    with from_address(STRANGER, socket.SOCK_DGRAM) as stranger:
        asks(phone, stranger, packet(stranger))
        after_everything_sent_so_far(phone)
        assert heard_nothing(stranger)


def test_a_strangers_call_does_not_reach_the_office(phone: Phone) -> None:
    phone.ask("allow", PEER)
    with from_address(STRANGER, socket.SOCK_DGRAM) as stranger:
        asks(phone, stranger, request("INVITE", stranger, offer(4000)))
        after_everything_sent_so_far(phone)
    assert phone.ask("invites") == []


def test_until_peers_are_named_nobody_is_answered(phone: Phone) -> None:
    with from_address(PEER, socket.SOCK_DGRAM) as early:
        asks(phone, early, request("OPTIONS", early))
        wait_until(lambda: phone.ask("dropped") == 1)
        phone.ask("allow", PEER)
        after_everything_sent_so_far(phone)
        assert heard_nothing(early)


def test_a_network_admits_its_members_and_nobody_else(phone: Phone) -> None:
    phone.ask("allow", "127.0.1.0/24, 127.0.0.2")
    with (
        from_address("127.0.1.200", socket.SOCK_DGRAM) as member,
        from_address("127.0.2.1", socket.SOCK_DGRAM) as neighbour,
    ):
        asks(phone, neighbour, request("OPTIONS", neighbour))
        assert answered(phone, member)
        after_everything_sent_so_far(phone)
        assert heard_nothing(neighbour)


UNREADABLE = [
    "*", "0.0.0.0/0", "any", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/8x",
    "1.2.3.4,", ",1.2.3.4", "1.2.3.4,,1.2.3.5", "::1", "sip.example.org", "1.2.3.4:5060",
    "127.0.0.3\0", "127.0.0.3," * 300 + "127.0.0.3",
]  # fmt: skip


@pytest.mark.parametrize("peers", UNREADABLE, ids=lambda text: repr(text[:12]))
def test_a_list_that_cannot_be_read_changes_nothing(phone: Phone, peers: str) -> None:
    phone.ask("allow", PEER)
    assert phone.ask("allow", peers) == "refused"
    with from_address(STRANGER, socket.SOCK_DGRAM) as stranger:
        asks(phone, stranger, request("OPTIONS", stranger))
        after_everything_sent_so_far(phone)
        assert heard_nothing(stranger)


def test_a_full_list_of_peers_works_to_its_last_entry(phone: Phone) -> None:
    others = ",".join(f"10.0.0.{number}" for number in range(255))
    assert phone.ask("allow", f"{others},{PEER}") == "set"
    after_everything_sent_so_far(phone)


def test_every_refusal_is_counted(phone: Phone) -> None:
    phone.ask("allow", PEER)
    with from_address(STRANGER, socket.SOCK_DGRAM) as stranger:
        for _ in range(5):
            asks(phone, stranger, request("OPTIONS", stranger))
        after_everything_sent_so_far(phone)
    assert phone.ask("dropped") == 5


def received_before_the_end(sender: socket.socket) -> bytes:
    """Everything until the other side closes; a reset is an end like any other."""
    heard = b""
    with suppress(ConnectionResetError):
        while chunk := sender.recv(4096):
            heard += chunk
    return heard


def client_hello() -> bytes:
    outgoing = ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    talk = context.wrap_bio(ssl.MemoryBIO(), outgoing)
    with pytest.raises(ssl.SSLWantReadError):
        talk.do_handshake()
    return outgoing.read()


def connect(phone_port: int, address: str, first: bytes | None = None) -> socket.socket:
    ours = from_address(address, socket.SOCK_STREAM)
    ours.connect(("127.0.0.1", phone_port))
    with suppress(BrokenPipeError, ConnectionResetError):  # Closed before we could speak.
        ours.sendall(request("OPTIONS", ours) if first is None else first)
    return ours


def test_over_tcp_a_stranger_gets_not_one_byte_and_a_peer_is_answered(phone: Phone) -> None:
    phone.ask("allow", PEER)
    with connect(phone.tcp, STRANGER) as stranger:
        assert received_before_the_end(stranger) == b""
    with connect(phone.tcp, PEER) as peer:
        assert peer.recv(4096).startswith(b"SIP/2.0 ")
    assert phone.ask("dropped") == 1


def test_over_tls_a_stranger_gets_not_one_byte_and_a_peer_is_answered(phone: Phone) -> None:
    phone.ask("allow", PEER)
    with connect(phone.tls, STRANGER, client_hello()) as stranger:
        assert received_before_the_end(stranger) == b""
    with connect(phone.tls, PEER, client_hello()) as peer:
        assert peer.recv(4096) != b""  # A TLS record; without a certificate here, an alert.
    assert phone.ask("dropped") == 1


def test_a_peer_taken_off_the_list_loses_its_open_connection(phone: Phone) -> None:
    phone.ask("allow", f"{PEER},127.0.0.4")
    with connect(phone.tcp, "127.0.0.4") as former:
        assert former.recv(4096).startswith(b"SIP/2.0 ")
        phone.ask("allow", PEER)
        former.sendall(request("OPTIONS", former))
        assert received_before_the_end(former) == b""


def call_in(phone: Phone, peer: socket.socket, sdp: str, extra: str = "") -> str:
    """Calls, acknowledges, and returns the telephone's answer."""
    asks(phone, peer, request("INVITE", peer, sdp, extra))
    while not (answer := peer.recv(8192).decode()).startswith(("SIP/2.0 2", "SIP/2.0 4")):
        assert answer.startswith("SIP/2.0 1"), answer
    ack = request("ACK", peer).decode().replace("ACK-", "INVITE-")
    if tag := re.search(r"^To:.*(;tag=\S+)", answer, re.MULTILINE):
        ack = ack.replace("To: <sip:hotline@127.0.0.1>", f"To: <sip:hotline@127.0.0.1>{tag[1]}")
    asks(phone, peer, ack.encode())
    return answer


def rtp(sequence: int, sound: bytes) -> bytes:
    return struct.pack(">BBHII", 0x80, 0, sequence, sequence * 160, 7) + sound


def test_an_incoming_call_shows_its_headers_and_where_it_came_from(phone: Phone) -> None:
    phone.ask("allow", PEER)
    with from_address(PEER, socket.SOCK_DGRAM) as peer:
        vouched = "P-Asserted-Identity: <sip:+380441234567@trunk.example>\r\n"
        assert call_in(phone, peer, offer(4000), vouched).startswith("SIP/2.0 200")
        [[source, message]] = phone.ask("invites")
        assert source == f"{PEER}:{peer.getsockname()[1]}"
        assert message.startswith("INVITE ")
        assert vouched in message


def test_a_stranger_cannot_speak_into_a_call(phone: Phone) -> None:
    phone.ask("allow", PEER)
    with (
        from_address(PEER, socket.SOCK_DGRAM) as peer,
        from_address(PEER, socket.SOCK_DGRAM) as sound,
        from_address(STRANGER, socket.SOCK_DGRAM) as stranger,
    ):
        answer = call_in(phone, peer, offer(sound.getsockname()[1]))
        media = int(re.search(r"^m=audio (\d+) ", answer, re.MULTILINE)[1])  # type: ignore[index]
        refused = phone.ask("dropped")
        for sequence in range(50):
            stranger.sendto(rtp(sequence, b"\x00" * 160), ("127.0.0.1", media))
            stranger.sendto(b"\x80\xc9\x00\x01\x00\x00\x00\x07", ("127.0.0.1", media + 1))
        wait_until(lambda: phone.ask("dropped") == refused + 100)
        sound.recv(4096)  # The call's own sound still goes to the caller ...
        assert heard_nothing(stranger)  # ... and none to the stranger,
        assert not any(phone.ask("frames"))  # who was not heard either.


def test_a_key_ends_a_long_wait_at_once(phone: Phone) -> None:
    phone.ask("allow", PEER)
    with (
        from_address(PEER, socket.SOCK_DGRAM) as peer,
        from_address(PEER, socket.SOCK_DGRAM) as sound,
    ):
        sdp = offer(sound.getsockname()[1], "a=rtpmap:101 telephone-event/8000\r\n")
        answer = call_in(phone, peer, sdp.replace("AVP 0", "AVP 0 101"))
        media = int(re.search(r"^m=audio (\d+) ", answer, re.MULTILINE)[1])  # type: ignore[index]
        phone.ask("tell_keys")
        for digit in range(1, 6):
            after_everything_sent_so_far(phone)
            sound.sendto(key(digit), ("127.0.0.1", media))
            told, _, _ = select.select([phone.stdout], [], [], DEADLINE / 3)
            assert told
            assert phone.stdout.readline() == f"key {digit}\n"


def key(digit: int) -> bytes:
    """The beginning of a key, RFC 4733; each of another instant."""
    return struct.pack(">BBHIIBBH", 0x80, 0x80 | 101, digit, digit * 800, 7, digit, 10, 160)


def wait_until(true: Callable[[], bool]) -> None:
    """Asks again and again; every question goes through the telephone, which has work to do."""
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end, "it never became true"


def test_an_offer_stuffed_with_keys_cannot_stop_the_hotline(phone: Phone) -> None:
    phone.ask("allow", PEER)
    key = "A" * 40
    keys = "".join(f"a=crypto:{n} X inline:{key}\r\n" for n in range(1, 68))
    with from_address(PEER, socket.SOCK_DGRAM) as peer:
        answer = call_in(phone, peer, offer(4000, keys))
        assert answer.startswith("SIP/2.0 4")
    after_everything_sent_so_far(phone)


def test_a_tap_hears_all_that_it_is_fed_and_nothing_else(phone: Phone, tmp_path: Path) -> None:
    started = phone.ask("bridge_clock")
    wait_until(lambda: phone.ask("bridge_clock") >= started + 10)
    assert phone.ask("frames") == []
    phone.ask("play_to_tap", str(tone_then_silence(tmp_path / "prompt.wav")))
    wait_until(lambda: len(phone.ask("frames")) >= 30)
    frames = phone.ask("frames")
    assert any(frames), "the tone is heard"
    assert not all(frames), "and the silence after it comes as frames, too: no gap in a recording"


def test_a_tap_that_is_read_late_keeps_the_oldest_sound_and_counts_what_it_lost(
    phone: Phone,
) -> None:
    phone.ask("feed_late")
    wait_until(lambda: phone.ask("lost") >= 1600)
    assert phone.ask("read_late") == 5
    lost, started = phone.ask("lost"), phone.ask("bridge_clock")
    wait_until(lambda: phone.ask("bridge_clock") >= started + 10)
    assert phone.ask("read_late") == 5, "a closed tap hears nothing more"
    assert phone.ask("lost") == lost


def tone_then_silence(path: Path) -> Path:
    tone = [round(8000 * math.sin(math.tau * 440 * n / 8000)) for n in range(1600)]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{len(tone)}h", *tone) + bytes(8000))
    return path


def run_alone(program: str) -> str:
    """For what needs an end of its own: the program's last line."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


START = """
import pjsua2 as pj, threading, time
def start():
    endpoint = pj.Endpoint(); endpoint.libCreate()
    config = pj.EpConfig(); config.uaConfig.threadCnt = 0; config.uaConfig.mainThreadOnly = True
    config.logConfig.level = config.logConfig.consoleLevel = 0
    endpoint.libInit(config); endpoint.audDevManager().setNullDev(); endpoint.libStart()
    pj.hotlineWakeInit()
    while endpoint.libHandleEvents(0): pass
    return endpoint
"""


def test_another_thread_ends_a_long_wait_at_once() -> None:
    program = """
endpoint = start()
threading.Timer(0, pj.hotlineWake).start()
began = time.monotonic(); events = endpoint.libHandleEvents(30_000)
print(events == 1 and time.monotonic() - began < 15)
"""
    assert run_alone(START + program) == "True"


def test_a_wake_before_the_wait_is_not_lost() -> None:
    program = """
endpoint = start()
woken = 0
for _ in range(2000):
    waker = threading.Thread(target=pj.hotlineWake); waker.start(); waker.join()
    woken += endpoint.libHandleEvents(30_000) > 0  # a timer of PJSIP's own counts, too
print(woken)
"""
    assert run_alone(START + program) == "2000"


def test_many_wakes_count_as_one() -> None:
    program = """
endpoint = start()
for _ in range(100_000): pj.hotlineWake()
print(endpoint.libHandleEvents(30_000), endpoint.libHandleEvents(0))
"""
    assert run_alone(START + program) == "1 0"


def test_waking_is_harmless_before_the_start_and_after_the_end() -> None:
    program = """
pj.hotlineWake()
endpoint = start(); endpoint.libHandleEvents(0)
pj.hotlineWake()
endpoint.libDestroy(); pj.hotlineWake(); del endpoint
again = start(); pj.hotlineWake()
print(again.libHandleEvents(30_000))
again.libDestroy()
"""
    assert run_alone(START + program) == "1"


def test_wakes_from_many_threads_during_the_end_are_harmless() -> None:
    program = """
ended = threading.Event()
def noisy():
    while not ended.is_set(): pj.hotlineWake()
threads = [threading.Thread(target=noisy) for _ in range(4)]
endpoint = start()
for thread in threads: thread.start()
for _ in range(50): endpoint.libHandleEvents(30_000)
endpoint.libDestroy(); ended.set()
for thread in threads: thread.join()
print("ended")
"""
    assert run_alone(START + program) == "ended"


def test_a_telephone_without_an_endpoint_says_that_it_cannot_be_woken() -> None:
    program = """
import pjsua2 as pj
try: pj.hotlineWakeInit()
except pj.Error as error: print(error.status != 0)
"""
    assert run_alone(program) == "True"


def test_nothing_that_pjsip_hands_over_is_kept_for_ever() -> None:
    program = """
import sys, _pjsua2
kept = [name for name in vars(_pjsua2) if name.startswith("new_")
        and not hasattr(getattr(pj, name[4:]), "__swig_destroy__")]
endpoint = start()
config = pj.TransportConfig(); config.boundAddress = "127.0.0.1"
endpoint.transportGetInfo(endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, config))
endpoint.libVersion(); list(endpoint.codecEnum2()); pj.StringVector(["a"])
print(kept)
"""
    done = subprocess.run(
        [sys.executable, "-c", START + program], capture_output=True, text=True, check=True
    )
    assert "memory leak" not in done.stdout + done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"


CALL_OUT = """
import socket
def account(endpoint):
    endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, pj.TransportConfig())
    account = pj.Account(); config = pj.AccountConfig(); config.idUri = "sip:hotline@127.0.0.1"
    account.create(config); return account
def call(account, uri):
    call = pj.Call(account)
    try: call.makeCall(uri, pj.CallOpParam(True))
    except pj.Error as error: print("refused", error.status)
    return call
trunk = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); trunk.bind(("127.0.0.2", 0))
trunk.settimeout(15); uri = f"sip:101@Trunk.Invalid:{trunk.getsockname()[1]}"
"""


def test_a_name_that_nobody_resolved_fails_at_once_and_is_reported_once() -> None:
    program = """
endpoint = start(); ours = account(endpoint)
calls = [call(ours, uri), call(ours, uri)]
print(repr(pj.hotlineNamesMissing()), repr(pj.hotlineNamesMissing()))
"""
    assert run_alone(START + CALL_OUT + program) == "'Trunk.Invalid' ''"


def test_a_name_that_the_daemon_resolved_is_called_at_its_address() -> None:
    program = """
pj.hotlineNamesSet("other.invalid=127.0.0.9,trunk.invalid=127.0.0.2")
endpoint = start(); ours = account(endpoint)
ringing = call(ours, uri)
print(trunk.recv(4096).decode().split(":")[0], repr(pj.hotlineNamesMissing()))
"""
    assert run_alone(START + CALL_OUT + program) == "INVITE sip ''"


def test_a_table_of_names_that_cannot_be_read_changes_nothing() -> None:
    program = """
import pjsua2 as pj
long = "a" * 254
bad = ["a", "a=", "=1.2.3.4", "a=b", "a=1.2.3.4,", "a=::1", f"{long}=1.2.3.4", "a=1.2.3.4\\0",
       ",".join(f"n{i}=1.2.3.4" for i in range(65))]
refused = 0
for table in bad:
    try: pj.hotlineNamesSet(table)
    except pj.Error: refused += 1
pj.hotlineNamesSet(",".join(f"n{i}=1.2.3.4" for i in range(64))); pj.hotlineNamesSet("")
print(refused == len(bad))
"""
    assert run_alone(program) == "True"


@pytest.mark.skipif(shutil.which("nm") is None, reason="needs binutils")
def test_our_pjsip_cannot_ask_the_systems_resolver_at_all() -> None:
    module = importlib.util.find_spec("_pjsua2")
    assert module is not None
    listing = subprocess.check_output(["nm", "-D", "--undefined-only", str(module.origin)])
    uses = {line.split()[-1].decode().partition("@")[0] for line in listing.splitlines()}
    assert "socket" in uses, "the list is there"
    assert uses.isdisjoint({"getaddrinfo", "gethostbyname", "res_search", "res_query"})
