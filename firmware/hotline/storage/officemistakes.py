"""What is wrong in an office's file, in words for its owner."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, get_args

from pydantic import BaseModel

from hotline.said import Said, say, together
from hotline.storage.officeform import SECTIONS, MenuForm, TopForm, nearest
from hotline.storage.yamltree import Place

LONGEST_QUOTE = 40


def words_for(kind: type[BaseModel], loc: Place, error: dict[str, Any]) -> Said:
    """One of pydantic's errors in words for the owner. `loc` begins at the item."""
    name = ".".join(str(step) for step in loc if isinstance(step, str))
    if error["type"] == "extra_forbidden":
        key = str(loc[-1])[:LONGEST_QUOTE]
        return together(say("unknown key `%(key)s`.", key=key), meant(key, _keys(kind, loc[:-1])))
    if error["type"] == "missing":
        return say("`%(name)s` is missing", name=name)
    words = _wrong(str(loc[-1]) if loc else "", error)
    return together(f"{name}:", words) if name else words


def _wrong(field: str, error: dict[str, Any]) -> Said:
    """What is wrong with the value of a field."""
    given, context = str(error["input"])[:LONGEST_QUOTE], error.get("ctx", {})
    match error["type"]:
        case "value_error":
            return together(context["error"].args[0])
        case "enum":
            right = [
                part.strip(" '") for part in context["expected"].replace(" or ", ",").split(",")
            ]
            return together(say("unknown word `%(given)s`.", given=given), meant(given, right))
        case "int_parsing" | "int_type":
            return say("`%(given)s` must be a whole number", given=given)
        case "bool_parsing" | "bool_type":
            return say("`%(given)s` must be yes or no", given=given)
        case "greater_than_equal":
            least = context["ge"]
            return say("%(given)s is too small, the least is %(least)s", given=given, least=least)
        case "less_than_equal":
            most = context["le"]
            return say("%(given)s is too large, the most is %(most)s", given=given, most=most)
        case "string_pattern_mismatch" if field == "key":
            return say("`%(given)s` must be one of the keys 0-9, * and #", given=given)
        case "string_pattern_mismatch":
            return say(
                "`%(given)s` must be a short name of letters and digits, without spaces",
                given=given,
            )
        case "string_too_long":
            most = context["max_length"]
            return say("is too long: %(most)s letters at most", most=most)
        case "string_type":
            return say("must be a word or a text")
        case "tuple_type" | "frozen_set_type" | "list_type":
            return say("must be a list such as `[one, two]`")
        case "dict_type" | "model_type":
            return say("must be written as `key: value`, for texts as {en: …, ro: …}")
        case _:
            return together(error["msg"])


def meant(word: str, right: Collection[str]) -> Said:
    """The nearest of the right words, or all of them."""
    close = nearest(word, right)
    if close:
        return say("Did you mean `%(meant)s`?", meant=close)
    return say("There are: %(known)s.", known=", ".join(sorted(right)))


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
