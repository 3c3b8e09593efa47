"""Menus ready to be taken: for each kind of office a greeting, topics and keys, in every language.

They lie in menutemplates/<name>.yaml, in the form of an office file; `{office}` is its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hotline.storage.yamltree import read_tree

NAMES = ("shop", "clinic", "school", "public_office", "support_desk", "complaints_line")
SECTIONS = ("greeting", "menus", "topics")
_FOLDER = Path(__file__).parent / "menutemplates"
_LANGUAGE_KEYS = "987"
_MAIN = "main"


@dataclass(frozen=True)
class Template:
    """One of them, as its file says. title: by language, for its owner."""

    name: str
    title: Mapping[str, str]
    greeting: Mapping[str, str]
    topics: tuple[Mapping[str, Any], ...]
    keys: tuple[Mapping[str, Any], ...]

    def taken(self, office: Mapping[str, Any]) -> dict[str, Any]:
        """The sections this office has when it takes the template, as an office file writes them.

        office: all its sections as they are. Who speaks another language can choose it first. What
        people are competent for, and the menus of campaigns with their topics, stay.
        """
        languages = list(office["languages"])
        kept = list(_of_campaigns(office))
        greeting = {
            code: text.replace("{office}", str(office["name"]))
            for code, text in _in(self.greeting, languages).items()
        }
        own = [{**key, "label": _in(key["label"], languages)} for key in self.keys]
        topics = [{**topic, "name": _in(topic["name"], languages)} for topic in self.topics]
        return {
            "greeting": greeting,
            "menus": [{"id": _MAIN, "keys": [*_choices(languages), *own]}, *kept],
            "topics": [*topics, *self._still_named(office, kept)],
        }

    def _still_named(
        self, office: Mapping[str, Any], kept: Iterable[Mapping[str, Any]]
    ) -> Iterator[Mapping[str, Any]]:
        """Topics of people and kept menus that the template does not bring itself."""
        named = {topic for person in office["people"] for topic in person.get("topics", ())}
        named |= {key.get("target", "") for menu in kept for key in menu["keys"]}
        own = {topic["id"] for topic in self.topics}
        yield from (one for one in office["topics"] if one["id"] in named - own)


def templates() -> list[Template]:
    """All of them, the most usual first."""
    return [template(name) for name in NAMES]


@cache
def template(name: str) -> Template:
    """The one of that name. Raises KeyError if there is none."""
    if name not in NAMES:
        raise KeyError(name)
    file = _FOLDER / f"{name}.yaml"
    said = read_tree(file.read_bytes(), file.name).value
    (menu,) = said["menus"]
    return Template(
        name, said["title"], said["greeting"], tuple(said["topics"]), tuple(menu["keys"])
    )


def _in(texts: Mapping[str, str], languages: Iterable[str]) -> dict[str, str]:
    return {code: texts[code] for code in languages if code in texts}


def _choices(languages: list[str]) -> Iterator[dict[str, Any]]:
    """Keys for every language but the first, which is spoken without them."""
    for key, language in zip(_LANGUAGE_KEYS, languages[1:], strict=False):
        yield {"key": key, "do": "language", "target": language}


def _of_campaigns(office: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The levels that campaigns begin with, and those below them."""
    levels = {menu["id"]: menu for menu in office["menus"]}
    first = {campaign.get("menu", "") for campaign in office["campaigns"]} - {_MAIN}
    below = {
        key.get("target", "")
        for name in first & set(levels)
        for key in levels[name]["keys"]
        if key["do"] == "menu"
    }
    yield from (menu for name, menu in levels.items() if name in (first | below) - {_MAIN})
