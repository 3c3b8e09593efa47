"""settings.toml: what was chosen on the page for the box itself, over what box.toml says.

It holds only what differs from box.toml. No mistake here keeps the box from answering: what is
wrong is left out and told. Folders, files, secrets and lines are for box.toml alone.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from hotline.errors import BadSettings
from hotline.options import Options
from hotline.options.file import options_of
from hotline.options.mistakes import Mistake, bad_settings, of_pydantic
from hotline.options.rules import disagreements
from hotline.said import Said, say, together

Value: TypeAlias = str | int | bool | list[str]
Chosen: TypeAlias = Mapping[str, Mapping[str, Value]]

CHOOSABLE: Mapping[str, tuple[str, ...]] = {
    "box": ("country", "log"),
    "sip": ("listen", "port", "tls_port", "rtp_first", "rtp_last", "public_address", "codecs"),
    "limits": (
        *("minutes_per_day", "concurrent", "calls_per_hour_per_number", "texts_per_day"),
        "countries",
    ),
}
_WHOSE = "The setting"
_FIRST = (
    "# What was set on the page for the box itself. The box writes this file, and reads it after\n"
    "# box.toml when it starts.\n"
)


@dataclass(frozen=True)
class WithChosen:
    """options: of box.toml, with what was chosen. wrong: what is left out, a sentence for each."""

    options: Options
    chosen: Chosen
    wrong: tuple[Said, ...] = ()


def read_chosen(path: Path, base: Options) -> WithChosen:
    """box.toml's options, and all of the file at `path` that can be used over them."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return WithChosen(base, {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return WithChosen(base, {}, (_told(path, str(error)),))
    try:
        return WithChosen(with_chosen(base, raw), raw)
    except BadSettings:
        return _one_by_one(path, base, raw)


def with_chosen(base: Options, chosen: Chosen) -> Options:
    """box.toml's options with other settings. Raises BadSettings with each problem in its place."""
    _check_names(chosen)
    try:
        given = options_of({name: dict(keys) for name, keys in chosen.items()}, Path())
    except ValidationError as error:
        raise bad_settings(_WHOSE, _mistakes(error)) from None
    after = base
    for name, keys in chosen.items():
        values = {key: getattr(getattr(given, name), key) for key in keys}
        after = replace(after, **{name: replace(getattr(base, name), **values)})
    known = set(disagreements(base))
    if new := [each for each in disagreements(after) if each not in known]:
        raise bad_settings(_WHOSE, new)
    return after


def only_lowered(before: Options, after: Options) -> bool:
    """Do they differ in nothing but limits that allow less than before?"""
    old, new = before.limits, after.limits
    numbers = (one.name for one in fields(old) if one.name != "countries")
    return (
        replace(after, limits=old) == before
        and set(new.countries) <= set(old.countries)
        and all(getattr(new, name) <= getattr(old, name) for name in numbers)
    )


def plain(options: Options, section: str, key: str) -> Value:
    """One setting as TOML writes it; "" for none."""
    value = getattr(getattr(options, section), key)
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return value if isinstance(value, int) else str(value or "")


def differing(base: Options, options: Options) -> Chosen:
    """What of it differs from box.toml."""
    found = {
        section: {
            key: plain(options, section, key)
            for key in keys
            if plain(options, section, key) != plain(base, section, key)
        }
        for section, keys in CHOOSABLE.items()
    }
    return {section: keys for section, keys in found.items() if keys}


def written(chosen: Chosen) -> str:
    """The text of settings.toml."""
    tables = (
        "".join((f"[{section}]\n", *(f"{key} = {_toml(value)}\n" for key, value in keys.items())))
        for section, keys in chosen.items()
    )
    return "\n".join((_FIRST, *tables))


def _one_by_one(path: Path, base: Options, raw: Mapping[str, Any]) -> WithChosen:
    good, options, wrong = dict[str, dict[str, Value]](), base, list[Said]()
    for section, key, value in _keys(raw):
        more = {**good, section: {**good.get(section, {}), key: value}}
        try:
            options = with_chosen(base, more)
        except BadSettings as mistakes:
            wrong += (_told(path, what) for what in mistakes.problems)
        else:
            good = more
    return WithChosen(options, good, tuple(wrong))


def _keys(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for section, keys in raw.items():
        if isinstance(keys, dict):
            yield from ((section, key, value) for key, value in keys.items())
        else:
            yield section, "", keys


def _check_names(chosen: Mapping[str, Any]) -> None:
    strange = [
        Mistake((section, key), f"{key} of [{section}]", say("is for box.toml alone"))
        for section, key, _ in _keys(chosen)
        if key not in CHOOSABLE.get(section, ())
    ]
    if strange:
        raise bad_settings(_WHOSE, strange)


def _mistakes(error: ValidationError) -> list[Mistake]:
    found = dict[Mistake, None]()
    for one in error.errors(include_input=False):
        mistake = of_pydantic(one["type"], one["loc"], one.get("ctx", {}))
        found[replace(mistake, place=mistake.place[:2])] = None
    return list(found)


def _told(path: Path, what: str) -> Said:
    return together(say("A setting of %(file)s is left out:", file=path), what)


def _toml(value: Value) -> str:
    """JSON's texts, numbers and lists are TOML's, but for a letter that TOML wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
