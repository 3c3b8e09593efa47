"""Parts of an office as its file writes them: looked at on a page, and put back one by one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from hotline.errors import BadSettings
from hotline.routing.office import Office
from hotline.storage.officefile import read_office, read_stored_office
from hotline.storage.officewriting import write_sections
from hotline.storage.yamltree import read_tree

_CALLED = "the office"


def sections_of(yaml: str) -> dict[str, Any]:
    """What the office file says under each of its keys: text, lists, dicts, None; all words text.

    `yaml` is what `write_office` wrote.
    """
    return dict(read_tree(yaml, _CALLED).value)


def mark_of(sections: Mapping[str, Any], names: Iterable[str]) -> str:
    """Stands for what these sections say: another one when any of them says something else."""
    told = [(name, sections.get(name)) for name in sorted(names)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def with_sections(
    yaml: str, changed: Mapping[str, Any], countries: Collection[str] | None = None
) -> tuple[Office, tuple[str, ...]]:
    """The office of `yaml` with other sections, and warnings.

    changed: as an office file writes them; numbers and yes or no may be such, not only text.
    countries: as `read_office` takes them.
    Raises BadSettings, with the place of each problem, for what is wrong now and was not before: an
    old number that may not be dialled any more is no reason to refuse other opening hours.
    """
    written = write_sections({**sections_of(yaml), **changed})
    try:
        return read_office(written, _CALLED, countries)
    except BadSettings as wrong:
        old = _problems(yaml, countries)
        new = tuple((place, words) for place, words in wrong.places if words not in old)
        if new or not wrong.places:
            told = tuple(words for _, words in new) or wrong.problems
            raise BadSettings(_CALLED, told, wrong.refused, new) from None
    return read_stored_office(written, _CALLED, countries)


def _problems(yaml: str, countries: Collection[str] | None) -> set[str]:
    try:
        read_office(yaml, _CALLED, countries)
    except BadSettings as wrong:
        return {words for _, words in wrong.places}
    return set()
