"""What is wrong in an office's file, in words for its owner."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, get_args

from pydantic import BaseModel

from hotline.storage.officeform import SECTIONS, MenuForm, TopForm, nearest
from hotline.storage.yamltree import Place

LONGEST_QUOTE = 40


def words_for(kind: type[BaseModel], loc: Place, error: dict[str, Any]) -> str:
    """One of pydantic's errors in words for the owner. `loc` begins at the item."""
    name = ".".join(str(step) for step in loc if isinstance(step, str))
    given, context = str(error["input"])[:LONGEST_QUOTE], error.get("ctx", {})
    match error["type"]:
        case "extra_forbidden":
            key = str(loc[-1])[:LONGEST_QUOTE]
            return f"unknown key `{key}`{did_you_mean(key, _keys(kind, loc[:-1]))}"
        case "missing":
            return f"`{name}` is missing"
        case "value_error":
            return f"{name}: {context['error']}" if name else str(context["error"])
        case "enum":
            right = [
                part.strip(" '") for part in context["expected"].replace(" or ", ",").split(",")
            ]
            return f"{name}: unknown word `{given}`{did_you_mean(given, right)}"
        case "int_parsing" | "int_type":
            return f"{name}: `{given}` must be a whole number"
        case "bool_parsing" | "bool_type":
            return f"{name}: `{given}` must be yes or no"
        case "greater_than_equal":
            return f"{name}: {given} is too small, the least is {context['ge']}"
        case "less_than_equal":
            return f"{name}: {given} is too large, the most is {context['le']}"
        case "string_pattern_mismatch":
            return f"{name}: `{given}` {_PATTERN_WORDS.get(str(loc[-1]), _ID_WORDS)}"
        case "string_type":
            return f"{name}: must be a word or a text"
        case "tuple_type" | "frozen_set_type" | "list_type":
            return f"{name}: must be a list such as [one, two]"
        case "dict_type" | "model_type":
            return f"{name}: must be written as `key: value`, for texts as {{en: …, ro: …}}"
        case _:
            return f"{name}: {error['msg']}"


_ID_WORDS = "must be a short name of letters and digits, without spaces"
_PATTERN_WORDS = {"key": "must be one of the keys 0-9, * and #"}


def did_you_mean(word: str, right: Collection[str]) -> str:
    close = nearest(word, right)
    return f": did you mean `{close}`?" if close else f"; there are: {', '.join(sorted(right))}"


def _keys(kind: type[BaseModel], loc: Place) -> list[str]:
    """The keys that the mapping at `loc` inside the form may have."""
    for step in loc:
        named = {(info.alias or name): info for name, info in kind.model_fields.items()}
        inside = get_args(named[str(step)].annotation)
        kind = next(a for a in inside if isinstance(a, type) and issubclass(a, BaseModel))
    keys = [info.alias or name for name, info in kind.model_fields.items()]
    if kind is TopForm:
        keys += SECTIONS
    return [*keys, "keys"] if kind is MenuForm else keys
