"""What `hotline doctor` looks at: everything a call needs, each in one sentence with one action."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hotline.clock import Clock
from hotline.control.client import Control, ServiceDown
from hotline.control.messages.lines import (
    DivertLeft,
    LineDivertState,
    LineNetwork,
    LineSelfCall,
    LineState,
    LineTested,
)
from hotline.control.messages.people import Meter
from hotline.control.messages.status import StatusAnswer
from hotline.control.staffwords import HOW, ONE_PERSON
from hotline.errors import HotlineError, LineDown
from hotline.lines.finder import Finder, Seen, modems
from hotline.lines.quirks import quirks_of
from hotline.lines.usb import this_machine
from hotline.numbering import mask
from hotline.options import Options, dialled_countries, numbers_of_lines, public_authorities
from hotline.options.added import AllLines, every_line, read_added
from hotline.options.chosen import WithChosen, read_chosen
from hotline.options.file import read_options, readable_by_others
from hotline.routing.answers import over
from hotline.routing.confirmed import only_confirmed, waiting
from hotline.routing.office import Office
from hotline.routing.selfcalls import OFF
from hotline.routing.shifts import day_of
from hotline.storage.confirmations import holding
from hotline.storage.files import RESERVE, Recordings
from hotline.storage.office import current
from hotline.storage.officefile import read_stored_office
from hotline.storage.places import Places
from hotline.storage.schema import records_file
from hotline.storage.staffpins import shut_at

REPLUG = "Unplug the modem and plug it in again; see hw/modems.md."
ANOTHER_MODEL = "Set when_dead, so that they reach somebody, or take a Quectel EC25."
TRY_HANDING = "Try it with two telephones: `hotline doctor --call NUMBER --and NUMBER`."
CALL_IT = "Call it from another telephone, and test it: hotline doctor --call NUMBER"
TEST_AGAIN = "Try again: hotline doctor --call NUMBER"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. action: what to do, "" when all is well."""

    well: bool
    words: str
    action: str = ""


def examine(settings: Path) -> list[Finding]:
    """Look at settings, programs, disk, office, clock and lines; never raises HotlineError."""
    try:
        options = read_options(settings)
    except HotlineError as trouble:
        return [Finding(False, trouble.cause, trouble.action), *_programs()]
    places = Places(options.box.data)
    chosen = read_chosen(places.chosen, options)
    lines = read_added(places.lines, chosen.options)
    found = [*_settings(settings, options, lines), *_chosen(chosen)]
    options = lines.options
    return [
        *found,
        *_programs(),
        *_authorities(options),
        *_disk(places),
        *_office(places, options),
        *_clock(),
        *_modems(options),
        *_guardian(options),
        *_lines(places),
    ]


def _settings(path: Path, options: Options, lines: AllLines) -> Iterator[Finding]:
    yield Finding(True, f"The settings {path} are in order.")
    secrets = [trunk.password for trunk in options.trunks] + [m.pin for m in options.modems]
    if any(secrets) and readable_by_others(path):
        yield Finding(
            False, f"Other users of this machine can read {path}.", f"Run: chmod 600 {path}"
        )
    for wrong in lines.wrong:
        yield Finding(False, wrong, "Add that line again on the page Lines, or correct it there.")
    if not every_line(lines.options):
        action = "Add one on the page Lines, with `hotline lines add`, or to box.toml."
        yield Finding(False, "No telephone line is set up.", action)


def _chosen(chosen: WithChosen) -> Iterator[Finding]:
    for wrong in chosen.wrong:
        yield Finding(False, wrong, "Set it again on the page Settings.")


def _programs() -> Iterator[Finding]:
    yield _found(
        importlib.util.find_spec("pjsua2") is not None, "The telephone engine", "Run ./box again."
    )
    yield _found(shutil.which("espeak-ng") is not None, "The voice", "Install espeak-ng.")


def _found(well: bool, what: str, action: str) -> Finding:
    return Finding(well, f"{what} is {'installed' if well else 'missing'}.", "" if well else action)


def _authorities(options: Options) -> Iterator[Finding]:
    """Providers and mail servers prove by them who they are."""
    mail = options.mail is not None and options.mail.security != "none"
    if not mail and not any(trunk.asks_authorities for trunk in options.trunks):
        return
    file = public_authorities()
    if file.is_file():
        yield Finding(True, "The certificates of the public authorities are installed.")
    else:
        yield Finding(
            False,
            f"There are no certificates of the public authorities on this machine ({file}).",
            "Install ca-certificates.",
        )


def _disk(places: Places) -> Iterator[Finding]:
    if not places.data.is_dir():
        yield Finding(False, f"There is no folder {places.data}.", "Start the hotline once.")
        return
    free = Recordings(places.recordings).free_bytes()
    hours = free / 16_000 / 3600
    well = free > RESERVE
    action = "" if well else "Delete old recordings or use a larger card."
    yield Finding(well, f"The disk has room for {hours:.0f} hours of recordings.", action)


def _office(places: Places, options: Options) -> Iterator[Finding]:
    try:
        with records_file(places.data).reading() as database:
            yaml, confirmed = current(database), holding(database)
            shut = shut_at(database)
        office, warnings = (
            read_stored_office(yaml, "the office", dialled_countries(options))
            if yaml
            else (None, ())
        )
    except HotlineError as trouble:
        yield Finding(False, trouble.cause, trouble.action)
        return
    if office is None:
        yield Finding(False, "No office was set up yet.", "Run: hotline office import office.yaml")
        return
    yield Finding(True, f"{office.name}: {len(office.people)} people, {len(office.menus)} menus.")
    for warning in warnings:
        yield Finding(False, warning, "Correct it in the office file and import it again.")
    for answer in office.answers:
        if over(answer, day_of(office, Clock().now())):
            words = f"The answer {answer.id} is past its day: callers are led to a person instead."
            yield Finding(False, words, "Look whether it is right and date it anew: page Answers.")
    for person in waiting(only_confirmed(office, confirmed)):
        words = ONE_PERSON.format(name=person.name)
        yield Finding(False, words, HOW.format(id=person.id))
    if shut is not None:
        local = shut.astimezone(office.zone)
        words = f"The staff's menu is shut since {local:%Y-%m-%d %H:%M}: too many PINs were wrong."
        yield Finding(False, words, "Open it again: hotline staff unlock")
    yield from _own_numbers(options, office)
    for modem in options.modems:
        if unknown := [one for one in modem.divert_to if office.person(one) is None]:
            words = f"divert_to of {modem.name} names nobody of the office: {', '.join(unknown)}."
            people = ", ".join(person.id for person in office.people)
            yield Finding(False, words, f"Correct it in box.toml; there are: {people}.")


def _own_numbers(options: Options, office: Office) -> Iterator[Finding]:
    """Without its number, or a second line, the box cannot see that callers get through."""
    if office.self_call == OFF:
        return
    modems = [modem.name for modem in options.modems]
    modems += [modem.name for modem in options.voice_modems]
    lines = [*(trunk.name for trunk in options.trunks), *modems]
    unknown = [name for name in lines if name not in numbers_of_lines(options)]
    if len(modems) == len(lines) == 1:
        words = f"The box cannot call itself: {lines[0]} is its only line, and carries one call."
        yield Finding(True, words, "Call it from your own telephone now and then.")
    elif unknown and len(lines) > 1:
        words = f"The box cannot call itself over {', '.join(unknown)}: its number is not known."
        yield Finding(True, words, 'Add number = "+…" of its own to box.toml.')


def _clock() -> Iterator[Finding]:
    well = Clock().trusted()
    words = "is credible" if well else "is wrong; until it is set, the office counts as open"
    yield Finding(well, f"The clock {words}.", "" if well else "Connect the box to the Internet.")


def _modems(options: Options) -> Iterator[Finding]:
    """What is plugged in, whether the daemon runs or not; no modem is spoken to."""
    finder = Finder(this_machine())
    for seen in modems(finder.bus.devices()):
        yield _modem(seen, finder.line_of(seen, options.modems))
    for modem in options.modems:
        if caution := quirks_of(modem).caution:
            yield Finding(bool(modem.when_dead), f"{modem.name}: {caution}", ANOTHER_MODEL)
        if not modem.at and not modem.imei:
            try:
                finder.find(modem)
            except LineDown as down:
                yield Finding(False, f"{modem.name}: {down.cause}", down.action)


def _guardian(options: Options) -> Iterator[Finding]:
    """Whether the board is there; what it says, only the daemon hears."""
    port = options.panel.guardian
    if port is None:
        return
    if port.exists():
        yield Finding(True, f"The guardian board's port is {port}.")
    else:
        words = f"There is no guardian board at {port}; the office's telephone has the line."
        yield Finding(False, words, "Look at its cable and at guardian of [panel] in box.toml.")


def _modem(seen: Seen, line: str) -> Finding:
    try:
        seen.ports(this_machine().dev)
    except LineDown as down:
        return Finding(False, down.cause, down.action or "Unplug it, and plug it in again.")
    if line:
        return Finding(True, f"{seen.words}: line {line}.")
    add = f"Use it: hotline lines add modem usb={seen.device.path} model={_model(seen)}"
    return Finding(True, f"{seen.words}: no line uses it.", add)


def _model(seen: Seen) -> str:
    return seen.known.model if seen.known else "generic"


def _lines(places: Places) -> Iterator[Finding]:
    try:
        status = Control(places.control).status()
    except ServiceDown as down:
        yield Finding(False, down.cause, down.action)
        return
    yield from _of_daemon(status)


def _of_daemon(status: StatusAnswer) -> Iterator[Finding]:
    for line in status.lines:
        yield Finding(line.up, f"{line.name}: {line.words}", "" if line.up else line.action)
        yield from _of_line(line)
    for left in status.diverts_left:
        yield Finding(False, left_words(left), left.action)
    if status.trouble:
        yield Finding(False, status.trouble, "See the disk above.")
    if status.meter is not None:
        action = "" if not status.meter.breach else "Run: hotline caps resume, or raise [limits]."
        yield Finding(not status.meter.breach, meter_words(status.meter), action)
    if status.power:
        yield Finding(False, status.power, status.power_action)
    if status.unsent:
        waits = f"{status.unsent} letter(s) wait to be sent."
        yield Finding(False, waits, "See why: hotline outbox, or the page Notifications.")


def meter_words(meter: Meter) -> str:
    """What of the day's minutes is used, and by whom."""
    by = ", ".join(f"{one.name} {one.minutes:.0f}" for one in meter.users)
    words = f"{meter.minutes:.0f} of {meter.allowed:.0f} minutes of forwarded calls are used today"
    return f"{words}: {by}." if by else f"{words}."


def _of_line(line: LineState) -> Iterator[Finding]:
    if line.network is not None and line.up:
        yield Finding(True, f"{line.name}: {network_words(line.network)}")
    if line.trouble:
        yield Finding(False, f"{line.name}: {line.trouble}", REPLUG)
    if line.divert is not None:
        words = f"{line.name}: {divert_words(line.divert)}"
        yield Finding(line.divert.well, words, line.divert.action)
    if line.straight is not None:
        words = f"{line.name}: {divert_words(line.straight)}"
        yield Finding(line.straight.well, words, line.straight.action)
    if line.handing is False:
        words = (
            f"{line.name}: callers are not joined with staff by its network (hands_on): untried."
        )
        yield Finding(False, words, TRY_HANDING)
    if line.test is not None:
        yield from of_test(line.name, line.test)
    if line.self_call is not None:
        fails = line.self_call.outcome == "fails"
        words = f"{line.name}: {self_call_words(line.self_call)}"
        yield Finding(not fails, words, CALL_IT if fails else "")


def of_test(line: str, test: LineTested) -> Iterator[Finding]:
    """What a self-test found, one finding for each thing that was tried."""
    tried = f"{line}, tried on {test.at:%Y-%m-%d} with {test.number}:"
    for check in test.checks:
        fails = check.outcome == "fails"
        yield Finding(not fails, f"{tried} {check.words}", TEST_AGAIN if fails else "")


def self_call_words(call: LineSelfCall) -> str:
    """When the box called its own line, what came of it, and what of the minutes it took."""
    cost = f" It took {call.seconds:.0f} s of {call.over}." if call.seconds else ""
    return f"Called by the box itself over {call.over} on {call.at:%Y-%m-%d}: {call.words}{cost}"


def divert_words(divert: LineDivertState) -> str:
    """Where the network sends callers, or why not as the owner wants it."""
    return f"{divert.words} {divert.why or mask(divert.number)}"


def left_words(left: DivertLeft) -> str:
    """Which SIM card is meant, as far as it is known, and where its callers go."""
    line = f" It was the line {left.line}:" if left.line else ""
    return f"{left.words}{line} {mask(left.number)}" if left.number else left.words


def network_words(network: LineNetwork) -> str:
    """What a SIM card's line knows of its network, in one line."""
    speech = {True: "speech over LTE works", False: "no speech over LTE", None: ""}
    parts = (
        network.operator or "operator not told",
        network.generation,
        speech[network.volte],
        "" if network.bars is None else f"signal {network.bars} of 4",
        "abroad (roaming)" if network.roaming else "",
    )
    return ", ".join(part for part in parts if part)
