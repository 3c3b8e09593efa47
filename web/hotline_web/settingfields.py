"""What may stand in a setting, taken from the models themselves, and how a form shows and reads it.

A value is what an office file would write: text, or a list of texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from zoneinfo import available_timezones

from annotated_types import Ge, Le
from babel.units import format_unit
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from werkzeug.datastructures import MultiDict

from hotline.numbering import is_country
from hotline.options import Options
from hotline.options.chosen import CHOOSABLE, plain
from hotline.storage.officeform import TopForm
from hotline_web.languages import LANGUAGES, _, spoken
from hotline_web.settingwords import CHOICES, Setting

Value = str | list[str]
Kind = Literal["yes", "one", "number", "text", "lines", "languages", "person", "people", "daily"]
OWN_KINDS: Mapping[str, Kind] = {
    "languages": "languages",
    "supervisor": "person",
    "overflow": "people",
    "self_call": "daily",
}
WORDS_OF_DAY = ("before opening", "off")
LONGEST = 500  # letters of a value in a form
MOST_LINES = 100


@dataclass(frozen=True)
class Field:
    """kind: which control. usual: what holds when nobody says anything else, None: it must be said.

    fixed: for box.toml alone.
    """

    kind: Kind
    usual: Value | None
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    fixed: bool = False


@cache
def field_of(key: str) -> Field:
    """Of a key of the office, or of a section and a key of the box."""
    return _of_box(*key.split(".")) if "." in key else _of_office(key)


def read(key: str, form: MultiDict[str, str], held: Value) -> Value:
    """What was typed; where the form has nothing of it, `held`."""
    match field_of(key).kind:
        case "yes":
            return "true" if key in form else "false"
        case "languages":
            if key not in form:
                return held
            more = {*form.getlist(f"{key}.more"), form[key]}
            order = dict.fromkeys([form[key][:LONGEST], *held, *LANGUAGES])
            return [one for one in order if one in more]
        case "people":
            return [one[:LONGEST] for one in form.getlist(key)[:MOST_LINES]]
        case "lines" if key in form:
            lines = (line.strip()[:LONGEST] for line in form[key].splitlines()[:MOST_LINES])
            return [line for line in lines if line]
        case "daily" if form.get(key) not in (None, *WORDS_OF_DAY):
            return form.get(f"{key}.time", "").strip()[:LONGEST]
    return form[key].strip()[:LONGEST] if key in form else held


def mistake(key: str, value: Value) -> str:
    """What is wrong with it at first sight, and what to do; "" if nothing is."""
    field = field_of(key)
    if field.kind == "number" and isinstance(value, str):
        return _no_number(field, value)
    if field.usual is None and not value:
        return _("This may not be empty.")
    if key == "zone" and value not in available_timezones():
        return _("There is no such time zone. Write it like %(zone)s.", zone="Europe/Chisinau")
    countries = value if isinstance(value, list) else [value]
    if key.endswith(("country", "countries")) and not all(is_country(c.upper()) for c in countries):
        return _("Write two letters of each country, such as %(country)s.", country="MD")
    if field.kind == "daily" and not value:
        return _("Write a time such as 07:30.")
    return ""


def to_send(key: str, value: Value) -> Any:
    """As the daemon takes it."""
    field = field_of(key)
    if field.kind == "number":
        return int(str(value))
    if key.endswith(("country", "countries")):
        return [one.upper() for one in value] if isinstance(value, list) else value.upper()
    return value


def in_words(setting: Setting, value: Value, people: Mapping[str, str]) -> str:
    """How a value is told. people: names by id."""
    field = field_of(setting.key)
    if not value:
        return _("nobody") if field.kind in ("person", "people") else _("none")
    if isinstance(value, list):
        names = LANGUAGES if field.kind == "languages" else people
        return ", ".join(names.get(one, one) for one in value)
    match field.kind:
        case "yes":
            return _("yes") if value == "true" else _("no")
        case "one" | "daily":
            return _(CHOICES[value]) if value in CHOICES else value
        case "person":
            return people.get(value, value)
        case "number":
            return _counted(setting, value)
    return value


def _counted(setting: Setting, value: str) -> str:
    if value == "0" and setting.none:
        return _(setting.none)
    if not setting.unit or not value.isdecimal():
        return value
    return format_unit(int(value), f"duration-{setting.unit}", locale=spoken())


def _no_number(field: Field, value: str) -> str:
    # More digits than any setting has are not worth to be read.
    good = value.isascii() and value.isdecimal() and len(value) < 10
    least, most = field.least or 0, field.most
    if good and int(value) >= least and (most is None or int(value) <= most):
        return ""
    return _("Write a whole number from %(least)s to %(most)s.", least=least, most=most)


def _of_office(key: str) -> Field:
    model = TopForm.model_fields[key]
    usual = None if model.default is PydanticUndefined else _as_value(model.default)
    return _field(key, model.annotation, model.metadata, usual)


def _of_box(section: str, key: str) -> Field:
    # Its own hints: those of the section's class, with what they are annotated with.
    (one,) = [each for each in fields(getattr(Options(), section)) if each.name == key]
    hint = get_type_hints(type(getattr(Options(), section)), include_extras=True)[key]
    usual = _as_value(plain(Options(), section, key)) if one.default is not MISSING else None
    hint, metadata = _without_none(hint), list[Any]()
    if get_origin(hint) is Annotated:
        hint, *metadata = get_args(hint)
    fixed = key not in CHOOSABLE.get(section, ())
    found = _field(key, hint, metadata, usual)
    return Field(found.kind, usual, found.choices, found.least, found.most, fixed)


def _field(key: str, hint: Any, metadata: list[Any], usual: Value | None) -> Field:
    bounds = [
        *metadata,
        *(more for one in metadata if isinstance(one, FieldInfo) for more in one.metadata),
    ]
    least = next((int(str(one.ge)) for one in bounds if isinstance(one, Ge)), None)
    most = next((int(str(one.le)) for one in bounds if isinstance(one, Le)), None)
    if kind := OWN_KINDS.get(key):
        return Field(kind, usual)
    if hint is bool:
        return Field("yes", usual)
    if hint is int:
        return Field("number", usual, (), least, most)
    if get_origin(hint) is tuple:
        return Field("lines", usual)
    if get_origin(hint) is Literal:
        return Field("one", usual, get_args(hint))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Field("one", usual, tuple(hint))
    return Field("text", usual)


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        return next(one for one in get_args(hint) if one is not type(None))
    return hint


def _as_value(value: Any) -> Value:
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
