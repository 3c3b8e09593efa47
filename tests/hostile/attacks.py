"""Attacks inside and around a call, each a SIPp scenario that fails when the target falls for it.

Every one calls the target from `host`; for those that a provider could try, `host` has to be the
provider's address. After its trick the scenario goes on like an honest caller and hangs up, so
it also fails when the target broke on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.sim.scenario import Scenario, ask, sdp
from tests.sim.sip.message import Address
from tests.sim.sipp import Sipp

NOWHERE: Address = ("127.0.0.66", 9)
DEAR = "+882165550100"  # international networks: what toll fraud likes to call


@dataclass(frozen=True)
class Aim:
    """What a trick may need: a third party's address; a dialog (Call-ID, its tags) to steal."""

    third: Address = NOWHERE
    dialog: str = "stolen@call;to-tag=a;from-tag=b"


@dataclass(frozen=True)
class Attack:
    """hope: what the attacker gets if it works. written: the scenario for an aim."""

    name: str
    hope: str
    written: Callable[[Aim], Scenario]

    def __str__(self) -> str:
        return self.name


async def throw(
    attack: Attack,
    room: Path,
    to: Address,
    *,
    service: str,
    host: str = "",
    aim: Aim | None = None,
    calls: int = 1,
    options: tuple[str, ...] = (),
) -> None:
    """Carry the attack out against `to`; raises AssertionError when it worked, in SIPp's words."""
    file = attack.written(aim or Aim()).write(room)
    many = ("-r", "20", "-l", str(calls)) if calls > 1 else ()
    async with await Sipp.start(
        room, file, "-s", service, *many, *options, to=to, host=host, calls=calls
    ) as sipp:
        await sipp.succeeds()


def _call(name: str, *headers: str, user: str = "+37369777888", label: str = "") -> Scenario:
    """An honest call up to its ACK."""
    scenario = Scenario(name)
    scenario.send(ask("INVITE", *headers, body=sdp(), user=user, name=label), txn="call")
    return _answered(scenario)


def _answered(scenario: Scenario) -> Scenario:
    scenario.expect(100, optional=True, txn="call").expect(180, optional=True, txn="call")
    scenario.expect(183, optional=True, txn="call").expect(200, txn="call")
    return scenario.send(ask("ACK", inside=True), txn="call").pause(300)


def _ends(scenario: Scenario, cseq: int = 90) -> Scenario:
    """Hang up; the target has to be in its senses for that."""
    scenario.send(ask("BYE", cseq=cseq, inside=True), txn="bye")
    return scenario.expect(200, txn="bye")


def _refused_inside(
    name: str, method: str, *headers: str, body: str = "", ack: bool = False
) -> Scenario:
    scenario = _call(name)
    scenario.send(ask(method, *headers, body=body, cseq=2, inside=True), txn="trick")
    scenario.expect_refusal(txn="trick")
    if ack:
        scenario.send(ask("ACK", cseq=2, inside=True), txn="trick")
    return _ends(scenario)


def _answered_inside(name: str, method: str, *headers: str, body: str = "") -> Scenario:
    """A request that may be answered with anything, as long as it is answered."""
    scenario = _call(name)
    scenario.send(ask(method, *headers, body=body, cseq=2, inside=True), txn="trick")
    scenario.expect_any(txn="trick")
    return _ends(scenario)


def refer_inside(aim: Aim) -> Scenario:
    host, port = aim.third
    return _refused_inside("refer-inside", "REFER", f"Refer-To: <sip:{DEAR}@{host}:{port}>")


def refer_from_nowhere(aim: Aim) -> Scenario:
    host, port = aim.third
    scenario = Scenario("refer-from-nowhere")
    scenario.send(ask("REFER", f"Refer-To: <sip:{DEAR}@{host}:{port}>"), txn="trick")
    return scenario.expect_refusal(txn="trick")


def replaces(aim: Aim) -> Scenario:
    scenario = Scenario("replaces")
    header = f"Replaces: {aim.dialog}"
    scenario.send(ask("INVITE", header, "Require: replaces", body=sdp()), txn="call")
    scenario.expect_refusal(txn="call")
    return scenario.send(ask("ACK"), txn="call")


def sound_to_a_third_host(aim: Aim) -> Scenario:
    host, port = aim.third
    body = sdp(address=host, port=str(port), version=2)
    return _refused_inside("sound-to-a-third-host", "INVITE", body=body, ack=True)


def update_to_a_third_host(aim: Aim) -> Scenario:
    host, port = aim.third
    body = sdp(address=host, port=str(port), version=2)
    return _refused_inside("update-to-a-third-host", "UPDATE", body=body)


def info_keys(aim: Aim) -> Scenario:
    header = "X-Kind: application/dtmf-relay"
    return _answered_inside("info-keys", "INFO", header, body="Signal=1\nDuration=160\n")


def message_inside(aim: Aim) -> Scenario:
    return _answered_inside("message-inside", "MESSAGE", body="transfer to " + DEAR)


def notify_of_no_subscription(aim: Aim) -> Scenario:
    headers = ("Event: refer", "Subscription-State: active")
    return _answered_inside("notify-of-no-subscription", "NOTIFY", *headers, body="SIP/2.0 200 OK")


def no_common_codec(aim: Aim) -> Scenario:
    body = sdp(version=2).replace("8 0 101", "96").replace("a=rtpmap:8 PCMA", "a=rtpmap:96 VOX")
    return _refused_inside("no-common-codec", "INVITE", body=body, ack=True)


def hold_and_back(aim: Aim) -> Scenario:
    """No trick: a provider's music on hold."""
    scenario = _call("hold-and-back")
    for number, direction in ((2, "sendonly"), (3, "inactive"), (4, "sendrecv")):
        name = f"offer{number}"
        body = sdp(direction, version=number)
        scenario.send(ask("INVITE", body=body, cseq=number, inside=True), txn=name)
        scenario.expect(100, optional=True, txn=name).expect(200, txn=name)
        scenario.send(ask("ACK", cseq=number, inside=True), txn=name).pause(200)
    return _ends(scenario)


def bye_before_ack(aim: Aim) -> Scenario:
    scenario = Scenario("bye-before-ack").send(ask("INVITE", body=sdp()))
    scenario.expect(100, optional=True).expect(180, optional=True)
    return _ends(scenario.expect(200))


def never_acknowledged(aim: Aim) -> Scenario:
    """The answer is repeated and never acknowledged, then the caller is gone."""
    scenario = Scenario("never-acknowledged").send(ask("INVITE", body=sdp()))
    scenario.expect(100, optional=True).expect(180, optional=True)
    return _ends(scenario.expect(200).pause(1700))


def old_numbering(aim: Aim) -> Scenario:
    """A request with a CSeq lower than the last one (RFC 3261 12.2.2 asks for a 500)."""
    scenario = _call("old-numbering")
    scenario.send(ask("OPTIONS", cseq=50, inside=True), txn="first").expect_any(txn="first")
    scenario.send(ask("INFO", cseq=7, inside=True), txn="old").expect_any(txn="old")
    return _ends(scenario)


def huge_headers(aim: Aim) -> Scenario:
    """40 KiB of headers in one datagram: refused or answered, but survived."""
    filling = [f"X-Filling-{n}: {'x' * 1000}" for n in range(40)]
    scenario = Scenario("huge-headers").send(ask("OPTIONS", *filling), txn="huge")
    return scenario.expect_any(txn="huge")


def hostile_name(aim: Aim) -> Scenario:
    """A display name that wants to be markup, a formula and a command; the call itself is fine."""
    name = "\"<script>alert(1)</script>=HYPERLINK('x');$(reboot) Ион 🐟\\\"'; --\" "
    return _ends(_call("hostile-name", label=name))


def name_of_four_kilobytes(aim: Aim) -> Scenario:
    return _ends(_call("name-of-four-kilobytes", label='"' + "Ж" * 2048 + '" '))


def staff_number_as_caller(aim: Aim) -> Scenario:
    """Caller ID is a label and opens nothing."""
    headers = ("P-Asserted-Identity: <sip:+37369000001@office>", "Remote-Party-ID: <sip:+3736900>")
    return _ends(_call("staff-number-as-caller", *headers, user="+37369000001"))


ATTACKS = (
    Attack("refer inside a call", "the box calls a dear number", refer_inside),
    Attack("refer out of the blue", "the box calls a dear number", refer_from_nowhere),
    Attack("replaces", "somebody else's call is taken over", replaces),
    Attack("sound to a third host", "the box floods a stranger", sound_to_a_third_host),
    Attack("update to a third host", "the box floods a stranger", update_to_a_third_host),
    Attack("no common codec", "the call dies or the box crashes", no_common_codec),
    Attack("keys by INFO", "keys from outside the sound", info_keys),
    Attack("message inside a call", "text is taken for a command", message_inside),
    Attack("notify", "the box believes in a transfer", notify_of_no_subscription),
    Attack("hold and back", "the call is lost", hold_and_back),
    Attack("bye before ack", "a line stays busy for ever", bye_before_ack),
    Attack("never acknowledged", "a line stays busy for ever", never_acknowledged),
    Attack("old numbering", "an old request is done twice", old_numbering),
    Attack("huge headers", "memory is overwritten", huge_headers),
    Attack("hostile name", "the page runs a script", hostile_name),
    Attack("name of four kilobytes", "a buffer overflows", name_of_four_kilobytes),
    Attack("staff number as caller", "staff menus open", staff_number_as_caller),
)
