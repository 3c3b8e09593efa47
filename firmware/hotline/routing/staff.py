"""Which of the people on duty are rung, and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hotline.routing.office import Office, Person, Strategy
from hotline.routing.presence import Absent

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Load:
    """What the daemon knows of the people at this moment; everything keyed by person id.

    busy: rung or talking now, on any line. engaged: telephones of which the same is true, under
    whatever name: somebody of the staff may be a caller, too. last_ended: end of the last call.
    last_rung: when last offered a call; both by a clock that nobody sets. last_spoken_with: the
    person this caller last spoke with. last_hour: calls taken in it. away: who is neither rung nor
    waited for, whatever the plan says. at_computer: who takes calls in a browser, too.
    """

    busy: frozenset[str] = frozenset()
    engaged: frozenset[str] = frozenset()
    last_ended: Mapping[str, datetime] = field(default_factory=dict)
    calls_today: Mapping[str, int] = field(default_factory=dict)
    last_rung: Mapping[str, datetime] = field(default_factory=dict)
    last_spoken_with: str | None = None
    away: Absent = field(default_factory=dict)
    last_hour: Mapping[str, int] = field(default_factory=dict)
    at_computer: frozenset[str] = frozenset()

    def talks(self, person: Person) -> bool:
        """Is this person on the telephone?"""
        return person.id in self.busy or (person.at_once == 1 and person.number in self.engaged)


def may_ring(person: Person, office: Office, topic: str | None) -> bool:
    """Whether this person may be rung at all for the topic, competent or not."""
    if person.number is None and not person.at_computer:
        return False
    wanted = office.topic(topic) if topic is not None else None
    if wanted is None or person.level not in wanted.levels_never_unasked:
        return True
    return wanted.id in person.topics


def matching(
    people: Iterable[Person], office: Office, topic: str | None, language: str | None
) -> tuple[tuple[Person, ...], tuple[str, ...]]:
    """The people a call is for, and the filters ("topic", "language") that had to be dropped.

    A filter that would leave nobody is dropped. People who may not be rung are left out before.
    """
    chosen = tuple(p for p in people if may_ring(p, office, topic))
    dropped: list[str] = []
    if topic is not None:
        able = tuple(p for p in chosen if competent(p, topic))
        chosen, dropped = (able, dropped) if able else (chosen, ["topic"])
    if language is not None:
        speaking = tuple(p for p in chosen if speaks(p, office, language))
        chosen, dropped = (speaking, dropped) if speaking else (chosen, [*dropped, "language"])
    return chosen, tuple(dropped) if chosen else ()


def competent(person: Person, topic: str | None) -> bool:
    """Whether the person answers for the topic; who names none answers for all of them."""
    return topic is None or not person.topics or topic in person.topics


def speaks(person: Person, office: Office, language: str) -> bool:
    """Whether the person speaks the language; who names none speaks all of the office's."""
    return language in (person.languages or office.languages)


def tired(person: Person, office: Office, load: Load) -> bool:
    """Whether the person took as many calls in the last hour as the office wants them to."""
    most = office.calls_per_hour
    return 0 < most <= load.last_hour.get(person.id, 0)


def levels(people: Iterable[Person], office: Office, load: Load) -> list[tuple[Person, ...]]:
    """The people level by level, then those of weight 0 and the tired, again level by level."""
    groups: dict[tuple[bool, int], list[Person]] = {}
    for person in people:
        last = person.weight == 0 or tired(person, office, load)
        groups.setdefault((last, person.level), []).append(person)
    return [tuple(groups[key]) for key in sorted(groups)]


def in_turn(
    people: Sequence[Person], office: Office, strategy: Strategy, load: Load
) -> tuple[Person, ...]:
    """The people of one level in the order they are rung; ties keep the order of the list."""
    ordered = list(people)
    if strategy is Strategy.LONGEST_IDLE:
        ordered.sort(key=lambda p: load.last_ended.get(p.id, _NEVER))
    elif strategy is Strategy.FEWEST_CALLS:
        ordered.sort(key=lambda p: load.calls_today.get(p.id, 0))
    elif strategy is Strategy.WEIGHTED:
        ordered.sort(key=lambda p: load.calls_today.get(p.id, 0) / max(p.weight, 1))
    elif strategy is Strategy.ROTATING:
        ordered = _rotated(ordered, office, load.last_rung)
    ordered.sort(key=lambda p: p.id != load.last_spoken_with)
    return tuple(ordered)


def _rotated(
    people: list[Person], office: Office, last_rung: Mapping[str, datetime]
) -> list[Person]:
    """Beginning after whoever of this level was rung last, even if that person is busy or gone."""
    level = people[0].level
    ring = [p.id for p in office.people if p.level == level]
    rung = [
        (last_rung[person_id], place)
        for place, person_id in enumerate(ring)
        if person_id in last_rung
    ]
    if not rung:
        return people
    last = max(rung)[1]
    return sorted(people, key=lambda p: (ring.index(p.id) - last - 1) % len(ring))
