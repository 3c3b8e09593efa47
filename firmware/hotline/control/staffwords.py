"""Why somebody is not rung, or not for long, in words. Light: commands read it without a daemon."""

from __future__ import annotations

from collections.abc import Callable

from hotline.routing.confirmed import waiting
from hotline.routing.office import Office, Person
from hotline.routing.presence import Away, Why
from hotline.routing.voicemail import caught_by_voicemail, ring_time
from hotline.said import Said, say

ONE_PERSON = "{name}'s number is not confirmed yet: {name} is not rung."
HOW = "Confirm it on the page People, or with: hotline numbers confirm {id}"


def away_words(away: Away, office: Office) -> Said:
    """Why somebody on duty is not rung, and until when."""
    person, until = office.person(away.person), away.until.astimezone(office.zone)
    name, time = person.name if person else away.person, f"{until:%H:%M}"
    match away.why:
        case Why.BREAK:
            return say("%(name)s is on a break until %(time)s.", name=name, time=time)
        case Why.OFF:
            return say("%(name)s is off until %(time)s.", name=name, time=time)
        case Why.PAUSED:
            return say("%(name)s missed calls and is not rung.", name=name)


def unconfirmed_words(office: Office) -> tuple[str, ...]:
    """Who is not rung, each in a sentence with the one action."""
    return tuple(f"{ONE_PERSON.format(name=p.name)} {HOW.format(id=p.id)}" for p in waiting(office))


def voicemail_words(person: Person) -> Said:
    """Why somebody is rung for a shorter time than the office says."""
    return say(
        "%(person)s is rung for %(seconds)s seconds only: a voicemail answers after %(after)s.",
        person=person.name,
        seconds=ring_time(person),
        after=person.voicemail_after,
    )


def voicemail_doubts(office: Office, measured: Callable[[str], bool]) -> tuple[str, ...]:
    """Whose voicemail would answer before the ringing is over; and once, whose is not known.

    office: with what was measured. measured: was this number?
    """
    told = [
        f"{p.name}: a voicemail answers after {p.voicemail_after} s, but ring_seconds is"
        f" {p.ring_seconds}. The box rings for {ring_time(p)} s."
        for p in office.people
        if caught_by_voicemail(p)
    ]
    unknown = [p for p in office.people if p.number and not measured(p.number)]
    if unknown:
        names = ", ".join(person.name for person in unknown)
        told.append(
            f"When the voicemail answers is not known of: {names}."
            " Measure it on the page People, or with: hotline numbers measure NAME"
        )
    return tuple(told)
