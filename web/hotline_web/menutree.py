"""The menu as it is shown: levels, each with its keys, and below a key the level it leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hotline.routing.menuwalk import IMPLIED, MAIN
from hotline_web import menuwords
from hotline_web.languages import _

Place = tuple[str | int, ...]
Advice = Callable[[Place], list[str]]


@dataclass(frozen=True)
class KeyShown:
    """One key. at: its place in its level. below: the level it leads to, where it is shown here."""

    at: int
    key: str
    leads: str
    label: Mapping[str, str]
    text: Mapping[str, str]
    ask_why: bool
    advice: list[str]
    below: LevelShown | None = None


@dataclass(frozen=True)
class LevelShown:
    """One level. at: its place in the office. implied: keys that work though nobody wrote them."""

    at: int
    id: str
    name: str
    prompt: Mapping[str, str]
    keys: list[KeyShown]
    implied: list[tuple[str, str]]
    in_vain: str
    wait: str
    advice: list[str]


@dataclass
class _Drawing:
    levels: list[dict[str, Any]]
    topics: list[dict[str, Any]]
    fallback: str
    advice: Advice
    answers: list[dict[str, Any]] = field(default_factory=list)
    drawn: set[str] = field(default_factory=set)

    def level(self, name: str, called: str) -> LevelShown | None:
        at = next((n for n, one in enumerate(self.levels) if one["id"] == name), None)
        if at is None or name in self.drawn:
            return None
        self.drawn.add(name)
        said, place = self.levels[at], ("menus", at)
        return LevelShown(
            at=at,
            id=name,
            name=called,
            prompt=said.get("prompt") or {},
            keys=[self.key((*place, "keys", n), n, key) for n, key in enumerate(said["keys"])],
            implied=[
                (key, menuwords.leads({"do": one.do}, ()))
                for key, one in IMPLIED.items()
                if all(own["key"] != key for own in said["keys"])
            ],
            in_vain=menuwords.in_vain(int(said.get("tries", 3)), self.fallback),
            wait=str(said.get("wait_seconds", 6)),
            advice=self.advice(place),
        )

    def key(self, place: Place, at: int, key: Mapping[str, Any]) -> KeyShown:
        label = key.get("label") or {}
        below = None
        if key["do"] == "menu":
            name = menuwords.of(label) or _("Level below key %(key)s", key=key["key"])
            below = self.level(str(key.get("target", "")), name)
        return KeyShown(
            at=at,
            key=key["key"],
            leads=menuwords.leads(key, self.topics, self.answers),
            label=label,
            text=key.get("text") or {},
            ask_why=key.get("ask_why") == "true",
            advice=self.advice(place),
            below=below,
        )


def tree_of(
    levels: list[dict[str, Any]],
    topics: list[dict[str, Any]],
    campaigns: Iterable[Mapping[str, Any]],
    fallback: str,
    advice: Advice,
    answers: list[dict[str, Any]],
) -> list[LevelShown]:
    """The first level with all below it; then what campaigns begin with."""
    drawing = _Drawing(levels, topics, fallback, advice, answers)
    shown = [drawing.level(MAIN, _("What callers hear first"))]
    for one in campaigns:
        name = one.get("name") or one["id"]
        shown.append(
            drawing.level(one.get("menu", ""), _("What callers of %(name)s hear first", name=name))
        )
    shown += [drawing.level(one["id"], one["id"]) for one in levels]
    return [level for level in shown if level is not None]


def names_of(levels: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Ids of the levels, and what people call them: by the key that leads there."""
    called = {
        key.get("target", ""): menuwords.of(key.get("label"))
        for level in levels
        for key in level["keys"]
        if key["do"] == "menu"
    }
    first = {MAIN: _("What callers hear first")}
    return [
        (one["id"], first.get(one["id"]) or called.get(one["id"]) or one["id"]) for one in levels
    ]
