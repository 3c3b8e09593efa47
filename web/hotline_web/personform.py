"""The form of one person, or of one telephone outside: read, checked and written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from hotline.storage.officeform import LANGUAGES
from hotline.storage.officepeople import DIRECTORY, Entry, entries, entry
from hotline.storage.peoplelist import one_line
from hotline_web.languages import _
from hotline_web.newpeople import checked_number, numbers_of

LEAST_RING, LONGEST_RING, USUAL_RING = 5, 60, 20
LEVELS = ("1", "2", "3")


@dataclass(frozen=True)
class Typed:
    """As it stands in the fields."""

    id: str
    name: str
    number: str
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    level: str = LEVELS[0]
    ring_seconds: str = str(USUAL_RING)
    supervisor: bool = False

    @staticmethod
    def of(found: Entry, office: Mapping[str, Any]) -> Typed:
        """As the office file says."""
        return Typed(
            str(found.get("id")),
            str(found.get("name") or ""),
            str(found.get("number") or ""),
            tuple(found.get("languages") or ()),
            tuple(found.get("topics") or ()),
            str(found.get("level") or LEVELS[0]),
            str(found.get("ring_seconds") or USUAL_RING),
            office.get("supervisor") == found.get("id"),
        )

    @staticmethod
    def from_form(one_id: str, office: Mapping[str, Any]) -> Typed:
        """As the visitor sent it; boxes that the form did not have count for nothing."""
        topics = {str(one.get("id")) for one in entries(office, "topics")}
        form = request.form
        return Typed(
            one_id,
            one_line(form.get("name", "")),
            form.get("number", "").strip()[:40],
            tuple(code for code in form.getlist("languages") if code in LANGUAGES),
            tuple(topic for topic in form.getlist("topics") if topic in topics),
            form.get("level", LEVELS[0]) if form.get("level") in LEVELS else LEVELS[0],
            form.get("ring_seconds", "").strip()[:10] or str(USUAL_RING),
            "supervisor" in form,
        )

    def problems(self, office: Mapping[str, Any], name: str) -> list[tuple[tuple[str], str]]:
        """Each with its field."""
        found: list[tuple[tuple[str], str]] = []
        if not self.name:
            found.append((("name",), _("The name is missing. Type it.")))
        country = str(office["country"])
        number, wrong = checked_number(self.number, country) if self.number else ("", "")
        double = numbers_of(office, country, but=self.id).get(number)
        before = str((entry(office, name, self.id) or {}).get("number"))
        if wrong:
            found.append((("number",), wrong))
        elif double and number not in (before, request.form.get("warned")):
            found.append((("double",), double))
        seconds = self.ring_seconds
        if not seconds.isdecimal() or not LEAST_RING <= int(seconds) <= LONGEST_RING:
            told = _("Write a number of seconds from %(least)d to %(most)d.")
            found.append((("ring_seconds",), told % {"least": LEAST_RING, "most": LONGEST_RING}))
        return found

    def over(self, found: Entry, name: str) -> Entry:
        """The item of the file with this in it; what the form does not ask stays."""
        kept = found | {
            "name": self.name,
            "number": self.number or None,
            "languages": list(self.languages),
            "ring_seconds": int(self.ring_seconds),
        }
        if name == DIRECTORY:
            return kept
        return kept | {"topics": list(self.topics), "level": int(self.level)}
