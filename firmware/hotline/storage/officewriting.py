"""An office as the YAML file that its owner reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any

import yaml

from hotline.routing.office import (
    Absence,
    Campaign,
    Closure,
    Menu,
    Office,
    OpenInterval,
    Person,
    Shift,
    Topic,
)
from hotline.storage.officeform import ALWAYS, VERSION, TopForm
from hotline.storage.officewords import (
    EVERY_DAY,
    write_break,
    write_days,
    write_shift_time,
    write_weekday,
)

_LONGEST_LINE = 90
_NO_FOLDING = 10_000


def write_office(office: Office) -> str:
    """The office as YAML that `read_office` reads back to an equal one; the same office, same text.

    What the office says once is written whole; of people, shifts and the like what is not usual.
    """
    written: dict[str, Any] = {"version": VERSION}
    for name in TopForm.model_fields:
        if name != "version":
            written[name] = _written(getattr(office, name))
    written["zone"] = office.zone.key
    written["hours"] = [_hours_out(h) for h in office.hours] or ALWAYS
    written["people"] = [_person_out(p) for p in office.people]
    written["directory"] = [_person_out(p) for p in office.directory]
    written["shifts"] = [_shift_out(s) for s in office.shifts]
    written["absences"] = [_span_out(a) for a in office.absences]
    written["swaps"] = [{"day": s.day, "between": [s.one, s.other]} for s in office.swaps]
    written["closures"] = [_span_out(c) for c in office.closures]
    written["moved_days"] = [
        {"date": m.day, "as": write_weekday(m.as_weekday)} for m in office.moved_days
    ]
    written["topics"] = [_topic_out(t) for t in office.topics]
    written["menus"] = [_menu_out(m) for m in office.menus]
    written["campaigns"] = [_campaign_out(c) for c in office.campaigns]
    written["answers"] = [_usual_left_out(one) for one in office.answers]
    return _text(written)


def write_sections(sections: Mapping[str, Any]) -> str:
    """An office of these sections, each as the file writes it; right or wrong."""
    return _text(dict(sections))


def write_closures(closures: Iterable[Closure]) -> str:
    """These days as they stand in the office's file under `closures`."""
    return _text({"closures": [_span_out(closure) for closure in closures]})


def _text(written: dict[str, Any]) -> str:
    return yaml.dump(
        written,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_NO_FOLDING,
        default_flow_style=None,
    )


class _Dumper(yaml.SafeDumper):
    """Short things on one line in brackets, texts and whatever is long on lines of their own."""

    def ignore_aliases(self, data: Any) -> bool:
        """A day that occurs twice is written twice: no owner reads `*id001`, nor does the box."""
        return True

    def represent_mapping(
        self, tag: str, mapping: Any, flow_style: bool | None = None
    ) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        length = sum(len(str(key.value)) + len(str(value.value)) + 4 for key, value in node.value)
        if length > _LONGEST_LINE:
            node.flow_style = False
        return node


def _written(value: Any) -> Any:
    """Values as safe YAML: enums as words, sets sorted, tuples as lists."""
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_written(one) for one in value]
    return dict(value) if isinstance(value, dict) else value


def _usual_left_out(noun: Any, without: Collection[str] = ()) -> dict[str, Any]:
    """The fields of a noun that differ from their defaults."""
    kept: dict[str, Any] = {}
    for known in fields(noun):
        value = getattr(noun, known.name)
        if known.name not in without and value != known.default and value != {}:
            kept[known.name] = _written(value)
    return kept


def _person_out(person: Person) -> dict[str, Any]:
    """With the number, confirmed or not: whether it is does not belong to the office."""
    whole = replace(person, number=person.number or person.unconfirmed or None)
    return _usual_left_out(whole, without={"unconfirmed", "voicemail_after", "at_computer"})


def _hours_out(interval: OpenInterval) -> dict[str, Any]:
    return {"days": write_days(interval.days), "time": f"{interval.start}-{interval.end}"}


def _shift_out(shift: Shift) -> dict[str, Any]:
    out: dict[str, Any] = {"person": shift.person}
    if shift.days != EVERY_DAY or shift.anchor is None:
        out["days"] = write_days(shift.days)
    out["time"] = write_shift_time(shift.start, shift.end, shift.minutes)
    if shift.breaks:
        out["breaks"] = [write_break(pause) for pause in shift.breaks]
    if shift.anchor is not None:
        out["rotation"] = {"anchor": shift.anchor, "on": shift.on, "off": shift.off}
    if shift.valid_from is not None:
        out["from"] = shift.valid_from
    if shift.valid_to is not None:
        out["to"] = shift.valid_to
    return out


def _span_out(span: Absence | Closure) -> dict[str, Any]:
    out: dict[str, Any] = {"person": span.person} if isinstance(span, Absence) else {}
    out["from"] = span.first
    if span.last != span.first:
        out["to"] = span.last
    return out | _usual_left_out(span, without={"person", "first", "last"})


def _topic_out(topic: Topic) -> dict[str, Any]:
    """Strategy and fallback always: left out they would follow the office's."""
    out = _usual_left_out(topic, without={"strategy", "fallback"})
    return out | {"strategy": topic.strategy.value, "fallback": topic.fallback.value}


def _campaign_out(campaign: Campaign) -> dict[str, Any]:
    out = _usual_left_out(campaign, without={"first", "last", "hours"})
    edges = {"from": campaign.first, "to": campaign.last}
    out |= {name: day for name, day in edges.items() if day is not None}
    return out | ({"hours": [_hours_out(h) for h in campaign.hours]} if campaign.hours else {})


def _menu_out(menu: Menu) -> dict[str, Any]:
    out = _usual_left_out(menu, without={"keys"})
    return out | {"keys": [_usual_left_out(key) for key in menu.keys]}
