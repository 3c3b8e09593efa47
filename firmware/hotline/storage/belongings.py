"""What belongs to an office and has to be on its box: the parts of a whole backup, and how much.

Everything else in the data folder can be made again, or belongs to this one box: sockets, caches,
uploads, the key of the page's cookies, backups themselves.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from hotline.errors import BadSettings, HotlineError
from hotline.storage import office as stored_office
from hotline.storage.accountschema import accounts_file
from hotline.storage.database import Database, DatabaseFile
from hotline.storage.files import call_of_why, case_of_name
from hotline.storage.officefile import read_stored_office
from hotline.storage.places import Places
from hotline.storage.schema import records_file

RECORDS, ACCOUNTS = "hotline.sqlite", "web.sqlite"
RECORDINGS = "recordings"
# Below the data folder; files or folders. Whoever adds one adds it to `allowed`, too.
SETTINGS = ("lines.toml", "notices.toml", "settings.toml")
SPOKEN_NOW = ("announcement.json", "closed-early.json")
PARTS = (RECORDS, ACCOUNTS, *SETTINGS, *SPOKEN_NOW, "prompts", RECORDINGS)
DATABASES = frozenset({RECORDS, ACCOUNTS})
# What a restored backup takes the place of, in this order. The nightly copies go first: a database
# that is not there is made of them. The accounts are exchanged in their file.
MOVED = ("backup", "prompts", RECORDINGS, *SPOKEN_NOW, *SETTINGS, RECORDS)
T = TypeVar("T")

_PROMPT = re.compile(r"prompts/[a-z]{2}/[a-z0-9][a-z0-9_-]{0,60}(\.wav|/\d{6}\.(wav|json))")
_LINK = re.compile(r"prompts/[a-z]{2}/([a-z0-9][a-z0-9_-]{0,60})\.wav")
_TARGET = re.compile(r"([a-z0-9][a-z0-9_-]{0,60})/\d{6}\.wav")


def allowed(name: str) -> bool:
    """A file of that name may be in a backup: nothing else is written into the data folder."""
    folder, _, rest = name.partition("/")
    if folder == RECORDINGS:
        return case_of_name(rest) is not None or call_of_why(rest) is not None
    return bool(_PROMPT.fullmatch(name)) or (name in PARTS and "." in name)


def allowed_link(name: str, target: str) -> bool:
    """The same of a link: which sound of a sentence is in force."""
    sentence, sound = _LINK.fullmatch(name), _TARGET.fullmatch(target)
    return bool(sentence and sound and sentence[1] == sound[1])


def files(places: Places, *, recordings: bool) -> Iterator[tuple[str, Path]]:
    """Every file but the databases, by its name in a backup, in one order."""
    for part in PARTS:
        top = places.data / part
        if part in DATABASES or (part == RECORDINGS and not recordings):
            continue
        found = [top] if top.is_file() else sorted(top.rglob("*"))
        for path in found:
            name = path.relative_to(places.data).as_posix()
            if path.is_symlink():
                if allowed_link(name, str(path.readlink())):
                    yield name, path
            elif path.is_file() and allowed(name):
                yield name, path


@dataclass(frozen=True)
class Contents:
    """How much there is. lines: those added on the page. last_call: when the newest call came, as
    it is stored; "" for none.
    """

    office: str = ""
    people: int = 0
    lines: int = 0
    calls: int = 0
    cases: int = 0
    recordings: int = 0
    sentences: int = 0
    accounts: int = 0
    last_call: str = ""


def contents(places: Places) -> Contents:
    """Of a data folder, or of one that is unpacked; nothing of what cannot be read."""
    records, accounts = records_file(places.data), accounts_file(places.data)
    office, people = _office(_answer(records, stored_office.current))
    names = [name for name, _ in files(places, recordings=True)]
    return Contents(
        office=office,
        people=people,
        lines=_lines(places.lines),
        calls=_count(records, "select count(*) from calls"),
        cases=_count(records, "select count(*) from cases where void = 0"),
        recordings=sum(name.startswith(f"{RECORDINGS}/") for name in names),
        sentences=sum(bool(_LINK.fullmatch(name)) for name in names),
        accounts=_count(accounts, "select count(*) from users"),
        last_call=_answer(records, _last_call) or "",
    )


def _last_call(database: Database) -> str:
    last: str | None = database.execute(
        "select max(started_at) from calls where outgoing = 0"
    ).fetchone()[0]
    return last or ""


def _count(file: DatabaseFile, question: str) -> int:
    return _answer(file, lambda database: int(database.execute(question).fetchone()[0])) or 0


def _answer(file: DatabaseFile, ask: Callable[[Database], T]) -> T | None:
    """None where there is no such file, or none that can be read."""
    try:
        with file.reading() as database:
            return ask(database)
    except HotlineError:
        return None


def _office(yaml: str | None) -> tuple[str, int]:
    try:
        office, _ = read_stored_office(yaml or "", "office")
    except BadSettings:
        return "", 0
    return office.name, len(office.people)


def _lines(path: Path) -> int:
    try:
        sections = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0
    return sum(len(rows) for rows in sections.values() if isinstance(rows, list))
