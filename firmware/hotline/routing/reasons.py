"""Why somebody is not rung for a call: the other half of every plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from hotline.routing.coverage import pausing
from hotline.routing.office import Office, Person
from hotline.routing.plan import Plan
from hotline.routing.presence import Why, off_duty
from hotline.routing.rules import Opening, may_answer, on_duty
from hotline.routing.shifts import absent, day_of
from hotline.routing.staff import Load, may_ring, speaks


class Reason(StrEnum):
    """Why a person is not rung, in words."""

    NO_NUMBER = "there is no number"
    UNCONFIRMED = "the number is not confirmed"
    CLOSED = "the line is closed"
    AWAY = "away"
    OFF_DUTY = "not on duty"
    PAUSING = "in a break"
    GONE = "off for now"
    PAUSED = "paused after missed calls"
    OWN_CALL = "is calling"
    UNASKED = "is not asked for this topic"
    TOPIC = "does not know the topic"
    LANGUAGE = "does not speak the language"
    BUSY = "on the telephone"
    OVERFLOW = "only for what overflows"
    NOT_CHOSEN = "the others alone answer now"


def not_rung(
    plan: Plan,
    office: Office,
    now: datetime,
    *,
    caller: str | None,
    topic: str | None,
    language: str,
    load: Load,
) -> Iterator[tuple[Person, Reason]]:
    """Everybody whom this plan does not ring, in the order of the list, each with one reason."""
    rung = {candidate.person.id for tier in plan.tiers for candidate in tier.candidates}
    off = off_duty(load.away.values())
    there = {person.id for person in on_duty(office, now, off)}
    in_break = {person.id for person in pausing(office, now, off)}
    for person in office.people:
        if person.id in rung:
            continue
        if person.number is None and person.id not in load.at_computer:
            yield person, Reason.UNCONFIRMED if person.unconfirmed else Reason.NO_NUMBER
        elif plan.opening not in (Opening.OPEN, Opening.UNTRUSTED):
            yield person, Reason.CLOSED
        elif person.id in load.away:
            yield person, _SAID[load.away[person.id].why]
        elif person.id in office.helpers:
            yield person, Reason.OVERFLOW
        elif not may_answer(office, person):
            yield person, Reason.NOT_CHOSEN
        elif person.id not in there and plan.opening is Opening.OPEN:
            yield person, _off_duty(person, office, now, in_break)
        elif person.number == caller:
            yield person, Reason.OWN_CALL
        elif load.talks(person):
            yield person, Reason.BUSY
        else:
            yield person, _filtered(person, office, topic, language)


_SAID = {Why.BREAK: Reason.PAUSING, Why.OFF: Reason.GONE, Why.PAUSED: Reason.PAUSED}


def _off_duty(person: Person, office: Office, now: datetime, in_break: set[str]) -> Reason:
    if person.id in in_break:
        return Reason.PAUSING
    if absent(office, person.id, day_of(office, now)):
        return Reason.AWAY
    return Reason.OFF_DUTY


def _filtered(person: Person, office: Office, topic: str | None, language: str) -> Reason:
    if not may_ring(person, office, topic):
        return Reason.UNASKED
    if topic is not None and person.topics and topic not in person.topics:
        return Reason.TOPIC
    return Reason.LANGUAGE if not speaks(person, office, language) else Reason.OFF_DUTY
