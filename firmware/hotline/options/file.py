"""box.toml -> Options. Every mistake of the file is told at once, with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from hotline.errors import BadSettings, HotlineError
from hotline.options import SIP_PORT, SIPS_PORT, Mail, Options, Secret, Trunk
from hotline.options.mistakes import Mistake, Place, of_pydantic
from hotline.options.rules import disagreements

_OPTIONS: TypeAdapter[Options] = TypeAdapter(Options)


def read_options(path: Path) -> Options:
    """The options in the file at `path`; relative paths in it start at its own folder.

    Raises BadSettings with every mistake found, HotlineError when the file cannot be read.
    """
    text = _text_of(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(str(path), (_in_words_of_toml(error),)) from None
    lines = _lines_of_keys(text)
    try:
        options = options_of(raw, path.parent)
    except ValidationError as error:
        problems = {_problem(dict(e), lines) for e in error.errors(include_input=False)}
        raise BadSettings(str(path), tuple(text for _, text in sorted(problems))) from None
    problems = {_told(one, lines) for one in disagreements(options)}
    if problems:
        raise BadSettings(str(path), tuple(text for _, text in sorted(problems)))
    return with_passwords(options)


def options_of(raw: dict[str, Any], folder: Path) -> Options:
    """What was read of a file in `folder`, each key by itself. Raises ValidationError."""
    _set_defaults_by_kind(raw)
    return _from_folder(_OPTIONS.validate_python(raw), folder)


def readable_by_others(path: Path) -> bool:
    """May other users of this machine read the file? One with passwords should be 0600."""
    return path.stat().st_mode & 0o077 != 0


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise HotlineError(
            f"There is no settings file {path}.",
            f"Copy box.example.toml to {path} and fill it in.",
        ) from None
    except UnicodeDecodeError:
        raise HotlineError(
            f"{path} is not a text file in UTF-8.", "Save it again as UTF-8."
        ) from None
    except OSError as error:
        raise HotlineError(
            f"The settings file {path} cannot be read: {error.strerror}.",
            "See that the file belongs to the user the box runs as.",
        ) from None


def _in_words_of_toml(error: tomllib.TOMLDecodeError) -> str:
    said = str(error)
    found = re.search(r" \(at line (\d+), column \d+\)$", said)
    if found is None:
        return f"this is not TOML: {said}"
    return f"line {found[1]}: this is not TOML: {said[: found.start()]}"


def _set_defaults_by_kind(raw: dict[str, Any]) -> None:
    """What a key means when absent goes by its neighbours: TLS has its own ports."""
    trunks = raw.get("trunk")
    for row in trunks if isinstance(trunks, list) else ():
        if isinstance(row, dict):
            row.setdefault("port", SIPS_PORT if row.get("transport") == "tls" else SIP_PORT)
            row.setdefault("register", row.get("kind") != "gateway")
    mail = raw.get("mail")
    if isinstance(mail, dict) and mail.get("security") == "tls":
        mail.setdefault("port", 465)  # RFC 8314 §7.3


def _problem(error: dict[str, Any], lines: dict[Place, int]) -> tuple[int, str]:
    return _told(of_pydantic(error["type"], error["loc"], error.get("ctx", {})), lines)


def _told(one: Mistake, lines: dict[Place, int]) -> tuple[int, str]:
    line = _line_of(one.place, lines)
    return line, f"line {line}: {one}" if line else str(one)


# --- lines of keys -------------------------------------------------------------------------------

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\"'-]+)\s*\]")
_ENTRY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")
_QUOTED_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*')


def _lines_of_keys(text: str) -> dict[Place, int]:
    """Line number, from 1, of each header and key; enough of TOML for a settings file."""
    lines: dict[Place, int] = {}
    count: dict[Place, int] = {}
    table: Place = ()
    for number, line in _logical_lines(text):
        if header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                count[table] = count.get(table, -1) + 1
                table += (count[table],)
            lines.setdefault(table, number)
        elif entry := _ENTRY.match(line):
            lines.setdefault(table + _parts(entry[1]), number)
    return lines


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines on which something begins: not those inside a list or a long text."""
    depth, in_text = 0, False
    for number, line in enumerate(text.splitlines(), start=1):
        if depth == 0 and not in_text:
            yield number, line
        if (line.count('"""') + line.count("'''")) % 2:
            in_text = not in_text
        elif not in_text:
            bare = _QUOTED_OR_COMMENT.sub("", line)
            depth += bare.count("[") - bare.count("]")


def _parts(dotted: str) -> Place:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def _line_of(place: Place, lines: dict[Place, int]) -> int:
    """The line of the key, else of what holds it, else 0."""
    while place and place not in lines and (*place, 0) not in lines:
        place = place[:-1]
    return lines.get(place) or lines.get((*place, 0), 0)


# --- after all is well ---------------------------------------------------------------------------


def _from_folder(options: Options, folder: Path) -> Options:
    """Relative paths begin at the folder of the settings file, wherever the box is started."""
    sip, mail, panel = options.sip, options.mail, options.panel
    return replace(
        options,
        box=replace(options.box, data=folder / options.box.data),
        sip=replace(
            sip,
            tls_certificate=_under(folder, sip.tls_certificate),
            tls_key=_under(folder, sip.tls_key),
        ),
        trunks=tuple(
            replace(
                t,
                password_file=_under(folder, t.password_file),
                tls_ca=_under(folder, t.tls_ca),
            )
            for t in options.trunks
        ),
        modems=tuple(
            replace(m, at=_under(folder, m.at), sound=_under(folder, m.sound))
            for m in options.modems
        ),
        voice_modems=tuple(replace(m, port=folder / m.port) for m in options.voice_modems),
        mail=mail and replace(mail, password_file=_under(folder, mail.password_file)),
        panel=replace(panel, guardian=_under(folder, panel.guardian)),
    )


def _under(folder: Path, path: Path | None) -> Path | None:
    return None if path is None else folder / path


def with_passwords(options: Options) -> Options:
    """With what stands in the files that are named for passwords. Raises OSError."""
    return replace(
        options,
        trunks=tuple(_with_password(trunk) for trunk in options.trunks),
        mail=options.mail and _with_password(options.mail),
    )


Holder = TypeVar("Holder", Trunk, Mail)


def _with_password(holder: Holder) -> Holder:
    if holder.password_file is None:
        return holder
    return replace(
        holder, password=Secret(holder.password_file.read_text(encoding="utf-8").strip())
    )
