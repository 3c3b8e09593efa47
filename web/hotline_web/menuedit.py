"""Changes of a menu, as an office file writes it: the sections before go in, those after come out.

Nothing is judged here; the daemon does that. What is changed is a copy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

KEYS = "1234567890*#"
Levels = list[dict[str, Any]]


def with_key(levels: Levels, level: int, at: int | None, key: Mapping[str, Any]) -> Levels:
    """The key of this place anew, or one more at the end of its level."""
    after = deepcopy(levels)
    keys = after[level]["keys"]
    if at is None:
        keys.append(dict(key))
    else:
        keys[at] = dict(key)
    return after


def moved(levels: Levels, level: int, at: int, by: int) -> Levels:
    """A key said earlier or later."""
    after = deepcopy(levels)
    keys = after[level]["keys"]
    keys.insert(min(max(at + by, 0), len(keys) - 1), keys.pop(at))
    return after


def without_key(levels: Levels, level: int, at: int) -> Levels:
    """A key less."""
    after = deepcopy(levels)
    del after[level]["keys"][at]
    return after


def with_level(levels: Levels, level: int, said: Mapping[str, Any]) -> Levels:
    """What a level says and how long it waits, its keys as they were."""
    after = deepcopy(levels)
    after[level] = {"id": after[level]["id"], **said, "keys": after[level]["keys"]}
    return after


def with_new_level(levels: Levels, person: Mapping[str, str]) -> tuple[Levels, str]:
    """One level more, from which 0 leads to a person, and its id. person: the words of that key."""
    taken = {level["id"] for level in levels}
    name = next(f"level{n}" for n in range(2, len(levels) + 3) if f"level{n}" not in taken)
    zero = {"key": "0", "do": "person", "label": dict(person)}
    return [*deepcopy(levels), {"id": name, "keys": [zero]}], name


def without_level(levels: Levels, level: int) -> Levels:
    """A level less, and with it the keys that lead to it."""
    gone = levels[level]["id"]
    after = deepcopy([one for one in levels if one["id"] != gone])
    for one in after:
        one["keys"] = [
            key for key in one["keys"] if not (key["do"] == "menu" and key.get("target") == gone)
        ]
    return after


def free_key(level: Mapping[str, Any]) -> str:
    """The first digit nothing is under yet."""
    taken = {key["key"] for key in level["keys"]}
    return next((key for key in KEYS if key not in taken), "")


def new_id(name: str, taken: set[str]) -> str:
    """A short name for the file, made of what people call it, that nothing has yet."""
    plain = re.sub(r"[\W_]+", "-", name.lower()).strip("-")[:32].strip("-") or "topic"
    return next(
        one for n in range(1000) if (one := plain if n == 0 else f"{plain}-{n}") not in taken
    )


def users_of(levels: Levels, topic: str) -> list[str]:
    """The keys that lead to a topic."""
    return [
        key["key"]
        for level in levels
        for key in level["keys"]
        if key["do"] in ("topic", "complaint") and key.get("target") == topic
    ]
