"""The commands. Each is thin: it reads its words, asks a room, prints; exit code 0, 1 or 2."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import json
import logging
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline import __version__, terminal
from hotline.clock import Clock
from hotline.control.client import Control
from hotline.control.messages import (
    CallBack,
    CallClaim,
    CallReturned,
    CallTried,
    StaffAsk,
    StatusAnswer,
    Who,
    WhoAnswer,
)
from hotline.control.offices import Offices
from hotline.errors import BadSettings, HotlineError
from hotline.inbox.case import Case, CaseKind
from hotline.inbox.label import label
from hotline.inbox.waiting import Tried, Waiting
from hotline.options import Options
from hotline.options.file import read_options
from hotline.routing.presence import LONGEST_BREAK, USUAL_BREAK
from hotline.storage import audit as audit_storage
from hotline.storage import calls as call_storage
from hotline.storage import complaints as case_storage
from hotline.storage import presence as presence_storage
from hotline.storage import texts as text_storage
from hotline.storage import waiting as waiting_storage
from hotline.storage.complaints import Show
from hotline.storage.places import Places
from hotline.storage.schema import records_file

if TYPE_CHECKING:
    from hotline.health.checks import Finding
    from hotline.storage.users import Accounts

DEFAULT_SETTINGS = Path("/etc/hotline/box.toml")
FAILED = 1
LOOK_S = 0.3
LONGEST_SHOWN = 2000  # characters of a text
LONGEST_REHEARSAL = 400  # days
LOOPBACK = frozenset({"127.0.0.1", "localhost"})  # plain HTTP is safe only here


def main(words: Sequence[str] | None = None) -> int:
    """Entry point of `hotline`."""
    given = _parser().parse_args(words)
    command: Callable[[argparse.Namespace], int] = given.command
    try:
        return command(given)
    except BadSettings as trouble:
        terminal.warn(("Not taken:", "red"), str(trouble))
    except HotlineError as trouble:
        terminal.warn((trouble.cause, "red"), trouble.action)
    except KeyboardInterrupt:
        pass
    return FAILED


# -- the daemon and the page -----------------------------------------------------------------------


def run(given: argparse.Namespace) -> int:
    """Run the hotline: answer calls until stopped."""
    from hotline.box import run_daemon  # only the daemon loads PJSIP

    options = read_options(given.settings)
    logging.basicConfig(level=options.box.log.upper(), format="%(levelname)s %(message)s")
    return run_daemon(options)


def web(given: argparse.Namespace) -> int:
    """Serve the page in the local network."""
    from hotline_web.serve import serve  # only the page loads Flask
    from hotline_web.settings import Settings

    options = read_options(given.settings)
    page, data = options.page, options.box.data
    settings = Settings(
        data_dir=data,
        control_socket=Places(data).control,
        secure_cookies=page.host not in LOOPBACK,
        hosts=frozenset({page.public_name}),
    )
    serve(settings, page.host, page.port, _print_claim_code)
    return 0


def _print_claim_code(code: str) -> None:
    terminal.warn("The page has no owner yet. Its one-time code:", (code, "bold"))


def doctor(given: argparse.Namespace) -> int:
    """Look at everything a call needs and say what is wrong."""
    from hotline.health.checks import examine

    if given.call:
        return _self_test(given)
    return _print_findings(examine(given.settings), as_json=given.json)


def lines(given: argparse.Namespace) -> int:
    """The telephone lines: how each is, and what its network is."""
    from hotline.health.checks import divert_words, left_words, network_words

    status = Control(_places(given).control).status()
    found = status.lines
    if given.json:
        print(json.dumps([line.model_dump(mode="json") for line in found], ensure_ascii=False))
        return 0
    for line in found:
        terminal.say((line.name, "bold"), "up" if line.up else "down")
        network = network_words(line.network) if line.network and line.up else ""
        tone = line.tone and f"A caller who has hung up sounds like {line.tone}."
        diverts = (divert_words(one) for one in (line.straight, line.divert) if one)
        told = (line.words, line.trouble, line.caution, network, *diverts, tone)
        for words in filter(None, told):
            terminal.say("  ", words)
    for left in status.diverts_left:
        terminal.say(left_words(left), left.action)
    return 0


def balance(given: argparse.Namespace) -> int:
    """Ask the network what is left on a SIM card."""
    control = Control(_places(given).control)
    mobiles = [line.id for line in control.status().lines if line.network is not None]
    for name in [given.line] if given.line else mobiles:
        terminal.say(f"{name}:", control.line_balance(name))
    if not mobiles:
        raise HotlineError("No line of the box has a SIM card.")
    return 0


def learn_tone(given: argparse.Namespace) -> int:
    """Teach a line how its exchange sounds when a caller has hung up."""
    control = Control(_places(given).control)
    if not given.forget:
        terminal.warn(
            f"Now call the number of {given.line} from another telephone, within three minutes.",
            "Press 1 when the box asks, then hang up; the box listens for a while.",
        )
    terminal.say(control.line_tone(given.line, forget=given.forget))
    return 0


def divert(given: argparse.Namespace) -> int:
    """Where the mobile network sends a line's callers; with a number, send all of them there."""
    off = given.to == "off"
    to = "" if off else given.to or ""
    there = Control(_places(given).control).line_divert(given.line, to, off=off)
    if given.json:
        print(there.model_dump_json())
        return 0
    always = f"every caller is sent straight to {there.always}." if there.always else ""
    terminal.say(f"{given.line}:", always or "callers reach the box.")
    if there.unreachable:
        terminal.say(f"{given.line}:", f"when the box is dead, callers go to {there.unreachable}.")
    return 0


# -- the office ------------------------------------------------------------------------------------


def office_export(given: argparse.Namespace) -> int:
    """Write the whole office (people, shifts, hours, menu, texts) to one YAML file."""
    yaml = Offices(_places(given)).export()
    if given.file == "-":
        print(yaml, end="")
    else:
        Path(given.file).write_text(yaml, encoding="utf-8")
        terminal.say(f"The office is in {given.file}.")
    return 0


def office_import(given: argparse.Namespace) -> int:
    """Check an office file and put it in force."""
    text = sys.stdin.read() if given.file == "-" else _text_of(Path(given.file))
    for warning in Offices(_places(given)).take(text, given.file, getpass.getuser()):
        terminal.warn(("note", "yellow"), warning)
    terminal.say("The office is in force from the next call on.")
    return 0


def office_holidays(given: argparse.Namespace) -> int:
    """Suggest the country's public holidays, as they may be put into the office file."""
    print(Offices(_places(given)).holidays(given.year), end="")
    return 0


def who(given: argparse.Namespace) -> int:
    """Who would answer a call at an instant?"""
    ask = Who(at=given.at, topic=given.topic, caller=given.caller, line=given.line)
    answer = Offices(_places(given)).who(ask)
    if given.json:
        print(answer.model_dump_json())
    else:
        _print_plan(answer)
    return 0


def staff(given: argparse.Namespace) -> int:
    """Who is on duty and who of them is away; with a name, have them leave or come back."""
    if given.trail:
        return _print_trail(given)
    control = Control(_places(given).control)
    if given.person is None:
        return _print_staff(control.status(), as_json=given.json)
    if given.what is None:
        raise HotlineError("What of it?", "Write break, off or on behind the name.")
    by = f"command: {getpass.getuser()}"
    ask = StaffAsk(person=given.person, what=given.what, minutes=given.minutes, by=by)
    said = control.staff(ask)
    if given.json:
        print(said.model_dump_json())
    else:
        terminal.say(said.words)
    return 0 if said.done else FAILED


def rehearse(given: argparse.Namespace) -> int:
    """Walk every way of a caller through the coming days: who answers, and where nobody does."""
    from hotline.control.rehearsed import page_of, plain_of

    offices = Offices(_places(given))
    office, heard = offices.rehearse(given.first, given.days)
    unconfirmed = offices.unconfirmed(office)
    if given.json:
        plain = plain_of(heard) | {"unconfirmed": unconfirmed}
        print(json.dumps(plain, default=_plain, ensure_ascii=False))
    marks = {"": "", "well": "green", "doubt": "yellow", "hole": "red"}
    for mark, words in () if given.json else page_of(office, heard, unconfirmed):
        terminal.say(*([(mark.ljust(6), marks[mark])] if mark else []), words)
    return 0 if heard.well and not unconfirmed else FAILED


def numbers(given: argparse.Namespace) -> int:
    """Whose number may be rung."""
    found = Control(_places(given).control).numbers()
    if given.json:
        print(found.model_dump_json())
        return 0
    rows = [
        (
            p.person,
            p.name,
            p.number or "none",
            p.state,
            f"{_local(p.at)} by {p.by}" if p.at else p.tried,
        )
        for p in found.people
    ]
    terminal.table(("person", "name", "number", "state", ""), rows)
    for number in found.former:
        terminal.say(f"{number} is confirmed, and nobody's now.")
    return 0


def numbers_confirm(given: argparse.Namespace) -> int:
    """Have a person's telephone rung and the code asked that is printed here."""
    control = Control(_places(given).control)
    asked = control.number_confirm(given.person, getpass.getuser())
    if asked.line:
        terminal.say(f"Call the line {asked.line} within three minutes, and press 1 when asked.")
    rings = "is rung then" if asked.line else "rings"
    terminal.say(f"{asked.number} {rings}. The code to press there:", (asked.code, "bold"))
    while True:
        found = next((p for p in control.numbers().people if p.person == given.person), None)
        if found is None or found.state != "asking":
            break
        time.sleep(LOOK_S)
    if found is not None and found.state == "confirmed":
        terminal.say(f"{found.name} is rung from now on.")
        return 0
    why = found.tried if found else "the person left the office"
    raise HotlineError(f"Not confirmed: {_NOT_CONFIRMED.get(why, why)}.", "Try again.")


_NOT_CONFIRMED = {
    "wrong": "the right code was not pressed",
    "silent": "nothing was pressed; a voicemail, perhaps",
    "not reached": "nobody answered",
    "not called": "nobody called the line within three minutes and pressed 1",
    "failed": "no line could make the call",
}


def numbers_forget(given: argparse.Namespace) -> int:
    """Ring a number no more until it is confirmed again."""
    Control(_places(given).control).number_forget(given.number, getpass.getuser())
    terminal.say(f"{given.number} is not rung any more.")
    return 0


def numbers_log(given: argparse.Namespace) -> int:
    """What was done with numbers and minutes, when and by whom; the newest first."""
    with records_file(_places(given).data).reading() as database:
        found = audit_storage.newest(database, given.limit)
    rows = [(_local(e.at), str(e.what), label(e.number), label(e.person), e.by) for e in found]
    heads = ("when", "what", "number", "person", "by")
    _print_records(found, rows, heads, as_json=given.json, empty="Nothing yet.")
    return 0


def caps(given: argparse.Namespace) -> int:
    """What of the day's minutes of forwarded calls is used, and by whom."""
    from hotline.health.checks import meter_words

    meter = Control(_places(given).control).status().meter
    if given.json:
        print(meter.model_dump_json() if meter else "null")
    elif meter:
        terminal.say(meter_words(meter))
        terminal.say(f"{meter.forwarding} of {meter.concurrent} calls are being forwarded.")
    return 0


def caps_resume(given: argparse.Namespace) -> int:
    """Allow half a day's minutes more, once a day, when they are used up."""
    terminal.say(Control(_places(given).control).caps_resume(getpass.getuser()))
    return 0


# -- records ---------------------------------------------------------------------------------------


def calls(given: argparse.Namespace) -> int:
    """The last calls, or who was missed and is owed a call, or one call with its steps."""
    one = given.explain if given.explain is not None else given.id
    with records_file(_places(given).data).reading() as database:
        if one is not None:
            story = call_storage.get(database, one)
            if story is None:
                raise HotlineError(f"There is no call {one}.", "See `hotline calls`.")
            return _print_story(story, as_json=given.json)
        if given.missed:
            return _print_waiting(waiting_storage.still_waiting(database), as_json=given.json)
        found = call_storage.recent(database, given.limit)
    rows = [
        (
            str(c.id),
            _local(c.started_at),
            c.line,
            ("to " if c.outgoing else "") + (c.caller_number or "withheld"),
            str(c.outcome or "now"),
            c.person or "",
            str(c.case_number or ""),
        )
        for c in found
    ]
    _print_records(
        found,
        rows,
        ("call", "began", "line", "caller", "ended as", "with", "case"),
        as_json=given.json,
        empty="No calls yet.",
    )
    return 0


def claim(given: argparse.Namespace) -> int:
    """Say who will call back a caller of `calls --missed`."""
    if bool(given.person) == given.release:
        raise HotlineError("Who is to call back?", "Name one with --person, or use --release.")
    ask = CallClaim(call_id=given.call, person=given.person, by=getpass.getuser())
    Control(_places(given).control).change(ask)
    terminal.say(f"Call {given.call} is free again." if given.release else "Noted.")
    return 0


def returned(given: argparse.Namespace) -> int:
    """Note that a caller of `calls --missed` was called back; or, with --tried, in vain."""
    control, by = Control(_places(given).control), getpass.getuser()
    if given.tried:
        control.change(CallTried(call_id=given.call, by=by, outcome=Tried(given.tried)))
    else:
        control.change(CallReturned(call_id=given.call, by=by))
    terminal.say("Noted.")
    return 0


def back(given: argparse.Namespace) -> int:
    """Call a caller back through the box: it rings the person first, then the caller."""
    if (given.call is None) == (given.case is None):
        raise HotlineError("Whom to call back?", "Name a call of `calls --missed`, or a --case.")
    ask = CallBack(
        call_id=given.call,
        case=given.case,
        person=given.person,
        by=getpass.getuser(),
        text=given.text,
    )
    terminal.say(Control(_places(given).control).call_back(ask))
    return 0


def complaints(given: argparse.Namespace) -> int:
    """Complaints of callers."""
    return _print_cases(given, (CaseKind.COMPLAINT,), "No complaints.")


def messages(given: argparse.Namespace) -> int:
    """Messages of callers, and wishes to be called back."""
    return _print_cases(given, (CaseKind.MESSAGE, CaseKind.CALLBACK), "No messages.")


def texts(given: argparse.Namespace) -> int:
    """Texts that came or were sent, and what became of them."""
    with records_file(_places(given).data).reading() as database:
        found = text_storage.recent(database, given.limit)
    rows = [
        (
            str(t.id),
            _local(t.at),
            t.direction,
            t.line,
            label(t.number),
            t.state,
            label(t.text, LONGEST_SHOWN),
        )
        for t in found
    ]
    heads = ("text", "when", "way", "line", "number", "state", "words")
    _print_records(found, rows, heads, as_json=given.json, empty="No texts yet.")
    return 0


def reset_password(given: argparse.Namespace) -> int:
    """Set a new password for the page; ends every session of that user."""
    password = sys.stdin.readline().rstrip("\n") if given.stdin else getpass.getpass("New: ")
    _accounts(given).set_password(given.user, password)
    terminal.say(f"The password of {given.user} is changed.")
    return 0


def claim_code(given: argparse.Namespace) -> int:
    """Print a new one-time code with which the owner takes over the page."""
    accounts = _accounts(given)
    if not accounts.empty():
        raise HotlineError("The page has an owner already.", "Use `hotline admin reset-password`.")
    print(accounts.new_claim_code())
    return 0


def _accounts(given: argparse.Namespace) -> Accounts:
    from hotline.storage.users import Accounts, accounts_file  # the daemon needs no argon2

    file, clock = accounts_file(_places(given).data), Clock()
    file.prepare(clock.now())
    return Accounts(file, clock)


# -- testing lines ---------------------------------------------------------------------------------


_TRANSFER = (
    "Call the line {line} from {first} and press 1. {second} rings twice: take it the second time, "
    "and press 1. Then the box hangs up: say something to each other, and hang up. Call the line "
    "from {first} again; press 1 if each heard the other, else 2."
)


def _self_test(given: argparse.Namespace) -> int:
    """Test lines one after another, each with a call."""
    from hotline.health.checks import of_test

    control = Control(_places(given).control)
    lines = {line.id: line for line in control.status().lines}
    findings: list[Finding] = []
    for name in [given.line] if given.line else lines:
        line = lines.get(name)
        if given.second and line and line.handing is not None and line.network is None:
            words = _TRANSFER.format(line=name, first=given.call, second=given.second)
        else:
            words = f"Calling {given.call} over {name}: pick up, follow the words."
        terminal.warn(f"{words} It takes minutes.")
        findings += of_test(name, control.line_test(name, given.call, given.second))
    return _print_findings(findings, as_json=given.json)


# -- printing --------------------------------------------------------------------------------------


def _print_cases(given: argparse.Namespace, kinds: Iterable[CaseKind], empty: str) -> int:
    show = Show.ALL if given.all else Show.OPEN
    found: list[Case] = []
    with records_file(_places(given).data).reading() as database:
        for kind in kinds:
            found += case_storage.list_cases(database, show, kind, given.limit)
    found.sort(key=lambda case: case.number, reverse=True)
    rows = [
        (
            str(c.number),
            str(c.kind),
            str(c.state),
            _local(c.created),
            c.topic,
            c.caller_number or "withheld",
            f"{c.seconds:.0f} s",
            c.assigned_to,
        )
        for c in found
    ]
    heads = ("case", "kind", "state", "when", "topic", "caller", "length", "for")
    _print_records(found, rows, heads, as_json=given.json, empty=empty)
    return 0


def _print_findings(findings: Sequence[Finding], *, as_json: bool) -> int:
    if as_json:
        print(json.dumps([dataclasses.asdict(f) for f in findings], ensure_ascii=False))
    for finding in () if as_json else findings:
        mark = ("well   ", "green") if finding.well else ("trouble", "red")
        terminal.say(mark, finding.words, finding.action)
    return 0 if all(finding.well for finding in findings) else FAILED


def _print_records(
    records: Sequence[Any],
    rows: Iterable[Sequence[str]],
    heads: Sequence[str],
    *,
    as_json: bool,
    empty: str,
) -> None:
    if as_json:
        whole = [dataclasses.asdict(record) for record in records]
        print(json.dumps(whole, default=_plain, ensure_ascii=False))
        return
    if not records:
        terminal.say(empty)
        return
    terminal.table(heads, rows)


def _print_story(story: call_storage.CallStory, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps(dataclasses.asdict(story), default=_plain, ensure_ascii=False))
        return 0
    call = story.call
    who = call.caller_number or "a withheld number"
    way = "to" if call.outgoing else "from"
    ended = f"ended as {call.outcome}" if call.outcome else "is under way"
    terminal.say((f"Call {call.id}", "bold"), f"{way} {who} on {call.line}, {ended}.")
    for step in story.steps:
        terminal.say(_local(step.at, "%H:%M:%S"), step.words)
    return 0


def _print_waiting(found: Sequence[Waiting], *, as_json: bool) -> int:
    """Everybody, however many: nobody who waits is left out."""
    rows = [
        (
            str(w.call_id),
            _local(w.since),
            str(len(w.owed)),
            w.caller_number or "withheld",
            w.topic,
            str(w.case_number or ""),
            w.owner,
            ", ".join(f"{one.person}: {one.outcome}" for one in w.attempts),
        )
        for w in found
    ]
    if as_json:
        whole = [dataclasses.asdict(w) | {"call_id": w.call_id, "since": w.since} for w in found]
        print(json.dumps(whole, default=_plain, ensure_ascii=False))
        return 0
    heads = ("call", "waits since", "called", "caller", "topic", "case", "owner", "tried")
    _print_records(found, rows, heads, as_json=False, empty="Nobody waits for a call.")
    return 0


def _print_staff(status: StatusAnswer, *, as_json: bool) -> int:
    if as_json:
        people = [one.model_dump(mode="json") for one in status.on_duty]
        print(json.dumps(people, ensure_ascii=False))
        return 0
    for one in status.on_duty:
        until = f"until {_local(one.until, '%H:%M')}" if one.until else ""
        away = f"{one.away} until {_local(one.away_until, '%H:%M')}" if one.away_until else ""
        terminal.say((one.name, "bold"), away or until)
    if not status.on_duty:
        terminal.say("Nobody is on duty.")
    if status.next_duty:
        names = ", ".join(status.next_duty.names) or "nobody"
        terminal.say(f"next: {names}, {_local(status.next_duty.at)}")
    return 0


def _print_trail(given: argparse.Namespace) -> int:
    with records_file(_places(given).data).reading() as database:
        found = presence_storage.trail(database)
    rows = [(_local(t.at), t.person, t.by, t.asked, t.answer) for t in found]
    heads = ("when", "person", "by", "asked", "answer")
    _print_records(found, rows, heads, as_json=given.json, empty="Nobody asked for anything yet.")
    return 0


def _print_plan(answer: WhoAnswer) -> None:
    terminal.say(_local(answer.at), "open" if answer.open else "closed")
    if answer.campaign:
        terminal.say(f"«{answer.campaign}» answers.")
    for number, ring in enumerate(answer.rounds, start=1):
        terminal.say(f"{number}.", " and ".join(ring.names), f"({ring.seconds} s)")
    terminal.say("then:", answer.then)
    for reason in answer.why:
        terminal.say(reason)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _local(at: datetime, form: str = "%Y-%m-%d %H:%M") -> str:
    return at.astimezone().strftime(form)


# -- words of the command line ---------------------------------------------------------------------


def _options(given: argparse.Namespace) -> Options:
    return read_options(given.settings)


def _places(given: argparse.Namespace) -> Places:
    return Places(given.data or _options(given).box.data)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HotlineError(f"{path} cannot be read: {error}.", "Name another file.") from error


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.astimezone()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text} is no day such as 2026-12-24") from wrong


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= LONGEST_REHEARSAL:
        words = f"{text} is no number of days from 1 to {LONGEST_REHEARSAL}"
        raise argparse.ArgumentTypeError(words)
    return int(text)


def _year(text: str) -> int:
    try:
        return date(int(text), 1, 1).year
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"{text} is no year such as 2027") from wrong


def _minutes(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_BREAK:
        raise argparse.ArgumentTypeError(f"a break is 1 to {LONGEST_BREAK} minutes")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="hotline", description="The Hotline Box.")
    top.add_argument("--version", action="version", version=__version__)
    top.add_argument("--settings", type=Path, default=DEFAULT_SETTINGS, help="box.toml")
    top.add_argument("--data", type=Path, help="data folder, instead of the one box.toml names")
    verbs = top.add_subparsers(required=True, metavar="command")
    _verb(verbs, "run", run)
    _verb(verbs, "web", web)
    _line_verbs(verbs)
    _office_verbs(verbs)
    _staff_verbs(verbs)
    _record_verbs(verbs)
    admin = verbs.add_parser("admin", help="accounts of the page").add_subparsers(required=True)
    reset = _verb(admin, "reset-password", reset_password)
    reset.add_argument("user", nargs="?", default="owner")
    reset.add_argument("--stdin", action="store_true", help="read the password from stdin")
    _verb(admin, "claim-code", claim_code)
    return top


def _line_verbs(verbs: Any) -> None:
    look = _verb(verbs, "doctor", doctor, json_too=True)
    look.add_argument(
        "--call", metavar="NUMBER", help="test each line with a call to this telephone"
    )
    look.add_argument(
        "--and",
        metavar="NUMBER",
        dest="second",
        default="",
        help="with --call: this telephone, too, where hands_on is set: does the network join both?",
    )
    look.add_argument("--line", help="with --call: this line only")
    _verb(verbs, "lines", lines, json_too=True)
    lesson = _verb(verbs, "learn-tone", learn_tone)
    lesson.add_argument("line", help="a line on a voice modem")
    lesson.add_argument("--forget", action="store_true", help="go by the usual tones again")
    calls_go = _verb(verbs, "divert", divert, json_too=True)
    calls_go.add_argument("line", help="a line with a SIM card")
    calls_go.add_argument("to", nargs="?", metavar="NUMBER|off", help="default: only look")
    _verb(verbs, "balance", balance).add_argument("line", nargs="?", help="default: every SIM card")


def _office_verbs(verbs: Any) -> None:
    office = verbs.add_parser("office", help="the whole office as one file")
    ways = office.add_subparsers(required=True)
    _verb(ways, "export", office_export).add_argument("file", help="- writes to the terminal")
    _verb(ways, "import", office_import).add_argument("file", help="- reads from stdin")
    days = _verb(ways, "holidays", office_holidays)
    days.add_argument("year", type=_year, nargs="?", help="default: this one")
    week = _verb(verbs, "rehearse", rehearse, json_too=True)
    week.add_argument("--from", dest="first", type=_day, metavar="DAY", help="default: now")
    week.add_argument("--days", type=_days, default=7, help="how many; default: 7")
    _number_verbs(verbs)
    ask = _verb(verbs, "who", who, json_too=True)
    ask.add_argument("--at", type=_instant, help="2026-12-05T09:00, local time; default: now")
    ask.add_argument("--caller", help="a caller's number")
    ask.add_argument("--topic", help="id of a topic")
    ask.add_argument("--line", help="on which the call comes; default: any")


def _staff_verbs(verbs: Any) -> None:
    ask = _verb(verbs, "staff", staff, json_too=True)
    ask.add_argument("person", nargs="?", help="id or name; default: everybody on duty")
    ask.add_argument("what", nargs="?", choices=("break", "off", "on"))
    minutes = f"of a break, 1 to {LONGEST_BREAK}; default: {USUAL_BREAK}"
    ask.add_argument("minutes", nargs="?", type=_minutes, default=USUAL_BREAK, help=minutes)
    ask.add_argument("--trail", action="store_true", help="what was asked and answered")


def _number_verbs(verbs: Any) -> None:
    """Each group also does something by itself: it looks."""
    ways = _verb(verbs, "numbers", numbers, json_too=True).add_subparsers()
    _verb(ways, "confirm", numbers_confirm).add_argument("person", help="id of a person")
    _verb(ways, "forget", numbers_forget).add_argument("number", help="or the id of a person")
    history = _verb(ways, "log", numbers_log, json_too=True)
    history.add_argument("--limit", type=int, default=100)
    meter = _verb(verbs, "caps", caps, json_too=True)
    _verb(meter.add_subparsers(), "resume", caps_resume)


def _record_verbs(verbs: Any) -> None:
    journal = _verb(verbs, "calls", calls, json_too=True)
    journal.add_argument("id", type=int, nargs="?", help="one call with its steps")
    journal.add_argument("--explain", type=int, metavar="ID", help="what happened, and why")
    journal.add_argument("--missed", action="store_true", help="who is owed a call, with owner")
    journal.add_argument("--limit", type=int, default=50)
    _returning_verbs(verbs)
    _verb(verbs, "texts", texts, json_too=True).add_argument("--limit", type=int, default=200)
    for name, command in (("complaints", complaints), ("messages", messages)):
        verb = _verb(verbs, name, command, json_too=True)
        verb.add_argument("--all", action="store_true", help="those that are done, too")
        verb.add_argument("--limit", type=int, default=200)


def _returning_verbs(verbs: Any) -> None:
    owner = _verb(verbs, "claim", claim)
    owner.add_argument("call", type=int, help="as `calls --missed` shows it")
    owner.add_argument("--person", help="id of who will call back")
    owner.add_argument("--release", action="store_true", help="nobody in particular will")
    done = _verb(verbs, "returned", returned)
    done.add_argument("call", type=int, help="as `calls --missed` shows it")
    outcomes = [one.value for one in Tried if one is not Tried.SPOKEN]
    done.add_argument("--tried", choices=outcomes, help="the caller was not reached")
    ring = _verb(verbs, "back", back)
    ring.add_argument("call", type=int, nargs="?", help="as `calls --missed` shows it")
    ring.add_argument("--case", type=int, help="who left this case, which is open")
    ring.add_argument("--person", required=True, help="id of who is rung, and then talks")
    ring.add_argument("--text", action="store_true", help="only send them the number by text")


def _verb(
    verbs: Any, name: str, command: Callable[[argparse.Namespace], int], *, json_too: bool = False
) -> argparse.ArgumentParser:
    words = (command.__doc__ or "").strip()
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=words, description=words)
    verb.set_defaults(command=command)
    if json_too:
        verb.add_argument("--json", action="store_true", help="print JSON")
    return verb


if __name__ == "__main__":
    sys.exit(main())
