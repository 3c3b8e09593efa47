"""When a mobile's voicemail takes a call, and so for how long the box rings: a little less. Pure.

A voicemail that answers records the question for key 1, and the caller has waited for nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hotline.routing.office import Office, Person

SPARE_S = 3  # networks begin to ring a second or two sooner or later from call to call
SHORTEST_RING_S = 5  # nobody picks up sooner; key 1 keeps a voicemail from taking the call


def ring_time(person: Person) -> int:
    """Seconds for which this person is rung, from dialling on."""
    if person.voicemail_after is None:
        return person.ring_seconds
    return min(person.ring_seconds, max(person.voicemail_after - SPARE_S, SHORTEST_RING_S))


def caught_by_voicemail(person: Person) -> bool:
    """Would the voicemail answer while the office wants the person rung?"""
    return person.voicemail_after is not None and person.ring_seconds >= person.voicemail_after


def with_voicemails(office: Office, after: Callable[[str], int | None]) -> Office:
    """The office with what was measured of each number. after: seconds from dialling until the
    voicemail answers, None where it is not known or there is none.
    """
    return replace(
        office, people=tuple(replace(p, voicemail_after=_after(p, after)) for p in office.people)
    )


def _after(person: Person, after: Callable[[str], int | None]) -> int | None:
    number = person.number or person.unconfirmed
    return after(number) if number else None
