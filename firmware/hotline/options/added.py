"""lines.toml: the lines that were added while the box ran, in the form of box.toml.

box.toml comes first, and no mistake here keeps the box from its other lines: what is wrong is left
out and told.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import ValidationError

from hotline.errors import BadSettings
from hotline.options import Modem, Options, Trunk, VoiceModem
from hotline.options.file import options_of, with_passwords
from hotline.options.mistakes import Mistake, Place, bad_settings, of_pydantic
from hotline.options.rules import disagreements
from hotline.said import Said, say, together

MOST_ADDED = 8
ROOM_FOR_CALLS = 24  # over all added trunks together; set aside when the box starts
Section = Literal["trunk", "modem", "voice_modem"]
SECTIONS: tuple[Section, ...] = ("trunk", "modem", "voice_modem")
Settings: TypeAlias = Trunk | Modem | VoiceModem
Value: TypeAlias = str | int | bool | list[str]

_TABLE = re.compile(r"(?m)^(?=\s*\[\[)")
_OF_WHICH = re.compile(r" of \[\[\w+\]\] number \d+")
_FIRST = (
    "# The lines that were added while the box ran. The box writes this file; a line that you\n"
    "# want to look after yourself belongs into box.toml.\n"
)


@dataclass(frozen=True)
class Added:
    """One line. row: its keys as they stand in the file, secrets among them: never for a log."""

    section: Section
    row: Mapping[str, Value]

    @property
    def name(self) -> str:
        """Of the line."""
        return str(self.row.get("name", ""))

    def __repr__(self) -> str:
        return f"Added({self.section} {self.name})"


@dataclass(frozen=True)
class AllLines:
    """What the box has. options: those of box.toml with the lines that were added.

    wrong: what of lines.toml is left out, a sentence for each.
    """

    options: Options
    added: tuple[Added, ...] = ()
    wrong: tuple[Said, ...] = ()

    def line(self, name: str) -> Settings | None:
        """The settings of a line, wherever it stands."""
        return next((one for one in every_line(self.options) if one.name == name), None)

    def added_line(self, name: str) -> Added | None:
        """A line of lines.toml."""
        return next((one for one in self.added if one.name == name), None)


def every_line(options: Options) -> tuple[Settings, ...]:
    """In the order in which the box dials over them."""
    return (*options.trunks, *options.modems, *options.voice_modems)


def read_added(path: Path, options: Options) -> AllLines:
    """box.toml's lines, and all of the file at `path` that can be used beside them."""
    lines = AllLines(options)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return lines
    except (OSError, UnicodeDecodeError) as error:
        return replace(lines, wrong=(_told(path, str(error)),))
    wrong: list[Said] = []
    for one in _tables(text, path, wrong):
        try:
            lines = with_line(lines, one, path.parent)
        except BadSettings as mistakes:
            wrong += (_told(path, together(f"{one.name}:", what)) for what in mistakes.problems)
    return replace(lines, wrong=tuple(wrong))


def with_line(lines: AllLines, one: Added, folder: Path) -> AllLines:
    """One line more. folder: where relative paths in it begin. Raises BadSettings."""
    try:
        more = options_of({one.section: [dict(one.row)]}, folder)
    except ValidationError as error:
        raise bad_settings(f"The line {one.name}", _mistakes(error)) from None
    before = lines.options
    after = replace(
        before,
        trunks=(*before.trunks, *more.trunks),
        modems=(*before.modems, *more.modems),
        voice_modems=(*before.voice_modems, *more.voice_modems),
    )
    known = set(disagreements(before))
    new = (each for each in disagreements(after) if each not in known)
    if found := [_alone(each) if _is_last(each.place, after) else each for each in new]:
        raise bad_settings(f"The line {one.name}", found)
    return replace(lines, options=with_passwords(after), added=(*lines.added, one))


def without_line(lines: AllLines, name: str) -> AllLines:
    """The same without an added line."""
    options = lines.options
    return replace(
        lines,
        options=replace(
            options,
            trunks=tuple(one for one in options.trunks if one.name != name),
            modems=tuple(one for one in options.modems if one.name != name),
            voice_modems=tuple(one for one in options.voice_modems if one.name != name),
        ),
        added=tuple(one for one in lines.added if one.name != name),
    )


def written(added: Iterable[Added]) -> str:
    """The text of lines.toml."""
    return "\n".join((_FIRST, *(_table(one) for one in added)))


def _table(one: Added) -> str:
    keys = (f"{key} = {_toml(value)}\n" for key, value in one.row.items())
    return "".join((f"[[{one.section}]]\n", *keys))


def _tables(text: str, path: Path, wrong: list[Said]) -> Iterable[Added]:
    """Each table by itself, so that one that is no TOML does not take the others with it."""
    for piece in _TABLE.split(text):
        try:
            raw: dict[str, Any] = tomllib.loads(piece)
        except tomllib.TOMLDecodeError as error:
            wrong.append(_told(path, str(error)))
            continue
        for section, rows in raw.items():
            known = next((one for one in SECTIONS if one == section), None)
            if known is None or not isinstance(rows, list):
                wrong.append(_told(path, f"[{section}] does not belong here"))
                continue
            yield from (Added(known, row) for row in rows if isinstance(row, dict))


def _mistakes(error: ValidationError) -> tuple[Mistake, ...]:
    """Each is said once, of whichever of several values it is true."""
    found: dict[str, Mistake] = {}
    for one in error.errors(include_input=False):
        mistake = _alone(of_pydantic(one["type"], one["loc"], one.get("ctx", {})))
        found.setdefault(str(mistake), mistake)
    return tuple(found.values())


def _is_last(place: Place, options: Options) -> bool:
    """Is the line meant that was put behind all others of its section?"""
    counts = {
        "trunk": len(options.trunks),
        "modem": len(options.modems),
        "voice_modem": len(options.voice_modems),
    }
    return len(place) > 1 and place[1] == counts.get(str(place[0]), 0) - 1


def _alone(one: Mistake) -> Mistake:
    """Which of its section it is says nothing of a line that is looked at by itself."""
    subject = re.sub(r"\[\[\w+\]\] number \d+", "it", _OF_WHICH.sub("", one.subject))
    return replace(one, subject=subject)


def _told(path: Path, what: str) -> Said:
    return together(say("A line of %(file)s is left out:", file=path), what)


def _toml(value: Value) -> str:
    """JSON's texts and lists are TOML's, but for a letter that TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
