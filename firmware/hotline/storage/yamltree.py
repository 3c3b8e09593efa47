"""YAML text as plain values that remember their lines. The only reader of YAML.

Every scalar stays the text that was written: YAML's own guesses would make 660 of the time 11:00, a
number without '+' of a telephone number, and `true` of the key `on`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from hotline.errors import BadSettings

MOST_BYTES = 1024 * 1024
_MOST_DEPTH = 20
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_NULL = f"{_CORE}null"
_PLAIN_TAGS = {f"{_CORE}{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq")}

Place = tuple[str | int, ...]


@dataclass
class Tree:
    """`value` is made of dict, list, str and None; `lines` says where each place begins (from 1).

    problems: (line, words) of what YAML itself would let pass, such as a key written twice.
    """

    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """The line of this place, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_tree(given: str | bytes, file_name: str) -> Tree:
    """The tree of one YAML document, at most 1 MiB of UTF-8.

    Raises BadSettings where it is no YAML or is made to harm: aliases, which let a few
    lines grow to gigabytes, tags that ask for objects, nesting without end.
    """
    text = _decoded(given, file_name)
    try:
        for problem in _harmful(text):
            raise BadSettings(file_name, (problem,))
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        raise BadSettings(file_name, (_in_words(error),)) from None
    except yaml.YAMLError as error:
        raise BadSettings(file_name, (f"this is not YAML: {error}",)) from None
    tree = Tree()
    if node is not None:
        tree.value = _plain(node, (), tree)
    return tree


def _decoded(given: str | bytes, file_name: str) -> str:
    try:
        raw = given.encode() if isinstance(given, str) else given
        text = raw.decode("utf-8-sig")
    except UnicodeError:
        problem = "the file is not UTF-8 text: save it again as “UTF-8” in the editor"
        raise BadSettings(file_name, (problem,)) from None
    if len(raw) > MOST_BYTES:
        problem = f"the file has {len(raw)} bytes, an office needs far less than {MOST_BYTES}"
        raise BadSettings(file_name, (problem,))
    return text


def _harmful(text: str) -> Iterator[str]:
    """Looked for in the flat stream of events, before anything nested is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            yield f"line {line}: aliases (*{event.anchor}) are not allowed: write it out again"
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MOST_DEPTH:
                yield f"line {line}: lists inside lists, more than {_MOST_DEPTH} deep"
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        tag = getattr(event, "tag", None)
        if tag is not None and tag not in _PLAIN_TAGS:
            yield f"line {line}: the tag {tag} is not allowed: remove it"


def _in_words(error: yaml.MarkedYAMLError) -> str:
    said = error.problem or "it ends too early"
    mark = error.problem_mark or error.context_mark
    line = f"line {mark.line + 1}: " if mark is not None else ""
    return f"{line}this is not YAML: {said}"


def _plain(node: yaml.Node, place: Place, tree: Tree) -> Any:
    tree.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return None if node.tag == _NULL else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*place, index), tree) for index, child in enumerate(node.value)]
    return _mapping(node, place, tree)


def _mapping(node: yaml.Node, place: Place, tree: Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, child in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            tree.problems.append((line, "a key must be one word"))
        elif key.value in found:
            first = tree.lines[(*place, key.value)]
            tree.problems.append((line, f"`{key.value}` is written twice, first in line {first}"))
        else:
            tree.lines[(*place, key.value)] = line
            found[key.value] = _plain(child, (*place, key.value), tree)
    return found
