"""The commands. Each is thin: it reads its words, asks a room, prints; exit code 0, 1 or 2."""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import json
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline import __version__, terminal
from hotline.clock import Clock
from hotline.control.client import Control
from hotline.control.messages import Who, WhoAnswer
from hotline.control.offices import Offices
from hotline.errors import BadSettings, HotlineError
from hotline.inbox.case import Case, CaseKind
from hotline.inbox.label import label
from hotline.options import Options
from hotline.options.file import read_options
from hotline.storage import calls as call_storage
from hotline.storage import complaints as case_storage
from hotline.storage import texts as text_storage
from hotline.storage.complaints import Show
from hotline.storage.places import Places
from hotline.storage.schema import records_file

if TYPE_CHECKING:
    from hotline.health.checks import Finding
    from hotline.storage.users import Accounts

DEFAULT_SETTINGS = Path("/etc/hotline/box.toml")
FAILED = 1
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


def rehearse(given: argparse.Namespace) -> int:
    """Walk every way of a caller through the coming days: who answers, and where nobody does."""
    from hotline.control.rehearsed import page_of, plain_of

    office, heard = Offices(_places(given)).rehearse(given.first, given.days)
    if given.json:
        print(json.dumps(plain_of(heard), default=_plain, ensure_ascii=False))
    marks = {"": "", "well": "green", "doubt": "yellow", "hole": "red"}
    for mark, words in () if given.json else page_of(office, heard):
        terminal.say(*([(mark.ljust(6), marks[mark])] if mark else []), words)
    return 0 if heard.well else FAILED


# -- records ---------------------------------------------------------------------------------------


def calls(given: argparse.Namespace) -> int:
    """The last calls, or those missed and not returned, or one call with its steps."""
    with records_file(_places(given).data).reading() as database:
        if given.id is not None:
            story = call_storage.get(database, given.id)
            if story is None:
                raise HotlineError(f"There is no call {given.id}.", "See `hotline calls`.")
            return _print_story(story, as_json=given.json)
        found = (
            call_storage.missed_open(database, given.limit)
            if given.missed
            else call_storage.recent(database, given.limit)
        )
    rows = [
        (
            str(c.id),
            _local(c.started_at),
            c.line,
            c.caller_number or "withheld",
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
    for step in story.steps:
        terminal.say(_local(step.at, "%H:%M:%S"), step.words)
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
    ask = _verb(verbs, "who", who, json_too=True)
    ask.add_argument("--at", type=_instant, help="2026-12-05T09:00, local time; default: now")
    ask.add_argument("--caller", help="a caller's number")
    ask.add_argument("--topic", help="id of a topic")
    ask.add_argument("--line", help="on which the call comes; default: any")


def _record_verbs(verbs: Any) -> None:
    journal = _verb(verbs, "calls", calls, json_too=True)
    journal.add_argument("id", type=int, nargs="?", help="one call with its steps")
    journal.add_argument("--missed", action="store_true", help="missed and not yet returned")
    journal.add_argument("--limit", type=int, default=50)
    _verb(verbs, "texts", texts, json_too=True).add_argument("--limit", type=int, default=200)
    for name, command in (("complaints", complaints), ("messages", messages)):
        verb = _verb(verbs, name, command, json_too=True)
        verb.add_argument("--all", action="store_true", help="those that are done, too")
        verb.add_argument("--limit", type=int, default=200)


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
