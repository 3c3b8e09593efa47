"""What does not fit together in an office: mistakes that cannot stand, and doubts worth saying."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from hotline.routing.answers import can_say, ids
from hotline.routing.menuwalk import IMPLIED, MAIN, key_of
from hotline.routing.office import (
    MINUTES_PER_DAY,
    AnsweredBy,
    Break,
    Campaign,
    Do,
    Key,
    Menu,
    Office,
    Shift,
    Topic,
)
from hotline.routing.staff import may_ring
from hotline.said import Said, say, together

# A caller remembers five choices; 0 (a person) and * (again) are habits, not choices.
MOST_CHOICES = 5
_HABITS = frozenset({"0", "*", "#"})
# Neither is one of a caller's own choices: who needs it knows it by its sound, or by heart.
_NOT_CHOSEN = frozenset({Do.STAFF, Do.LANGUAGE})
_WAYS_OUT = frozenset({Do.PERSON, Do.TOPIC, Do.MESSAGE, Do.COMPLAINT, Do.CALLBACK})
_OF_TOPIC = frozenset({Do.COMPLAINT, Do.CALLBACK})  # where they name one

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Remark:
    """One thing to say about an office.

    place: field names and positions from the office down, such as ("shifts", 2, "person"). words:
    what a change of the plan can bring about can be said in any language. mistake: the office
    cannot be used so; otherwise a doubt. refers: the id that was not found.
    """

    place: Place
    words: str
    mistake: bool = False
    refers: str | None = None


def remarks_on(office: Office) -> Iterator[Remark]:
    """Everything there is to say, in no order."""
    yield from _twice(office)
    yield from _people(office)
    yield from _directory(office)
    yield from _times(office)
    yield from _topics(office)
    yield from _menus(office)
    yield from _campaigns(office)
    yield from _answers(office)
    for place, menu in enumerate(office.menus):
        for position, key in enumerate(menu.keys):
            yield from _key(office, menu, key, ("menus", place, "keys", position))


def _unknown(place: Place, words: Said, name: str, known: Iterable[str]) -> Remark:
    from difflib import get_close_matches  # only a mistake needs it

    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        hint = say("Did you mean `%(meant)s`?", meant=close[0])
    elif names:
        hint = say("There are: %(known)s.", known=", ".join(names))
    else:
        hint = say("There is none yet.")
    return Remark(place, together(words, hint), mistake=True, refers=name)


def _no_person(place: Place, name: str, office: Office) -> Remark:
    known = [person.id for person in office.people]
    return _unknown(place, say("there is no person `%(name)s`.", name=name), name, known)


def _no_topic(place: Place, name: str, office: Office) -> Remark:
    known = [topic.id for topic in office.topics]
    return _unknown(place, say("there is no topic `%(name)s`.", name=name), name, known)


def _no_menu(place: Place, name: str, office: Office) -> Remark:
    known = [menu.id for menu in office.menus]
    return _unknown(place, say("there is no menu `%(name)s`.", name=name), name, known)


def _twice(office: Office) -> Iterator[Remark]:
    lists: list[tuple[Place, list[str]]] = [
        (("people",), [p.id for p in office.people]),
        (("directory",), [p.id for p in office.directory]),
        (("topics",), [t.id for t in office.topics]),
        (("menus",), [m.id for m in office.menus]),
        (("campaigns",), [c.id for c in office.campaigns]),
        (("answers",), [a.id for a in office.answers]),
    ]
    lists += [
        (("menus", n, "keys"), [k.key for k in menu.keys]) for n, menu in enumerate(office.menus)
    ]
    for place, names in lists:
        field = "key" if place[-1] == "keys" else "id"
        for position, name in enumerate(names):
            if name in names[:position]:
                where = (*place, position, field)
                yield Remark(where, _given_twice(field, name), mistake=True)


def _given_twice(field: str, name: str) -> Said:
    if field == "key":
        return say("the key `%(name)s` is given twice", name=name)
    return say("the id `%(name)s` is given twice", name=name)


def _people(office: Office) -> Iterator[Remark]:
    if not office.people:
        yield Remark(
            ("people",),
            say("nobody is named: calls are answered, and every caller may leave a message"),
        )
    topics = [topic.id for topic in office.topics]
    with_shift = {shift.person for shift in office.shifts}
    with_shift |= {person for swap in office.swaps for person in (swap.one, swap.other)}
    for position, one in enumerate(office.overflow):
        if office.person(one) is None:
            yield _no_person(("overflow", position), one, office)
        elif one in {shift.person for shift in office.shifts}:
            words = say(
                "`%(person)s` takes what overflows while the line is open, so no shift applies",
                person=one,
            )
            yield Remark(("overflow", position), words)
    if office.answered_by is AnsweredBy.CENTRE and not office.overflow:
        yield _no_centre(("answered_by",))
    if office.supervisor and office.person(office.supervisor) is None:
        yield _no_person(("supervisor",), office.supervisor, office)
    for position, person in enumerate(office.people):
        place = ("people", position)
        if person.number is None and not person.unconfirmed:
            words = say("%(person)s has no number yet and is not rung", person=person.name)
            yield Remark(place, words)
        if office.shifts and person.id not in with_shift and person.id not in office.overflow:
            words = say("%(person)s has no shift and is not rung", person=person.name)
            yield Remark(place, words)
        for topic in sorted(person.topics.difference(topics)):
            yield _no_topic((*place, "topics"), topic, office)


def _directory(office: Office) -> Iterator[Remark]:
    for position, one in enumerate(office.directory):
        place: Place = ("directory", position)
        if office.person(one.id) is not None:
            words = say("the id `%(name)s` is one of the people's already", name=one.id)
            yield Remark((*place, "id"), words, mistake=True)
        if one.number is None and not one.unconfirmed:
            words = say("%(person)s has no number yet and cannot be chosen", person=one.name)
            yield Remark(place, words)


def _times(office: Office) -> Iterator[Remark]:
    people = [person.id for person in office.people]
    for position, shift in enumerate(office.shifts):
        place = ("shifts", position)
        if shift.person not in people:
            yield _no_person((*place, "person"), shift.person, office)
        for pause in shift.breaks:
            if not _inside(pause, shift):
                words = say(
                    "the break at %(time)s is not inside the shift and is not taken",
                    time=pause.start,
                )
                yield Remark((*place, "breaks"), words)
    for position, absence in enumerate(office.absences):
        if absence.person not in people:
            yield _no_person(("absences", position, "person"), absence.person, office)
    yield from _swaps(office)


def _swaps(office: Office) -> Iterator[Remark]:
    people, taken = [person.id for person in office.people], set[tuple[date, str]]()
    for position, swap in enumerate(office.swaps):
        place: Place = ("swaps", position)
        if swap.one == swap.other:
            words = say("`%(person)s` cannot swap with themselves", person=swap.one)
            yield Remark(place, words, mistake=True)
        for field, person in (("one", swap.one), ("other", swap.other)):
            if person not in people:
                yield _no_person((*place, field), person, office)
            if (swap.day, person) in taken:
                words = say(
                    "`%(person)s` swaps twice on %(day)s: only one of them can hold",
                    person=person,
                    day=swap.day,
                )
                yield Remark((*place, field), words, mistake=True)
        taken |= {(swap.day, swap.one), (swap.day, swap.other)}


def _inside(pause: Break, shift: Shift) -> bool:
    length = shift.minutes
    if length is None:
        length = (shift.end.minutes - shift.start.minutes - 1) % MINUTES_PER_DAY + 1
    return (pause.start.minutes - shift.start.minutes) % MINUTES_PER_DAY < length


def _topics(office: Office) -> Iterator[Remark]:
    for position, topic in enumerate(office.topics):
        if office.people and not _covered(office, topic):
            words = say(
                "nobody who can be rung covers `%(topic)s`: whoever is there is asked",
                topic=topic.id,
            )
            yield Remark(("topics", position), words)


def _covered(office: Office, topic: Topic) -> bool:
    return any(
        may_ring(person, office, topic.id) and (not person.topics or topic.id in person.topics)
        for person in office.people
    )


def _menus(office: Office) -> Iterator[Remark]:
    if not office.menus:
        return
    if office.menu(MAIN) is None:
        words = say("none of the menus is `main`, the one a caller hears first")
        yield Remark(("menus",), words, mistake=True)
    if office.people and not any(_to_person(key) for menu in office.menus for key in menu.keys):
        yield Remark(("menus",), say("no key leads to a person: 0 is the one callers try"))
    reached = {key.target for menu in office.menus for key in menu.keys if key.do is Do.MENU}
    for position, menu in enumerate(office.menus):
        place: Place = ("menus", position)
        if menu.id not in reached | _first_levels(office):
            words = say(
                "no key leads to the menu `%(menu)s`: add one to it, or remove it", menu=menu.id
            )
            yield Remark(place, words, mistake=True)
        if menu.keys and not _leaves(office, menu):
            words = say(
                "the menu `%(menu)s` has no way out: add a key to a person or a message",
                menu=menu.id,
            )
            yield Remark(place, words, mistake=True)
        yield from _too_many(menu, place)


def _leaves(office: Office, menu: Menu) -> bool:
    """Can a caller get out of this level by a key, its own or an implied one?"""
    seen, ahead = {menu.id}, [menu]
    while ahead:
        here = ahead.pop()
        keys = [key_of(here, one) for one in {key.key for key in here.keys} | set(IMPLIED)]
        for key in filter(None, keys):
            if key.do in _WAYS_OUT:
                return True
            below = office.menu(key.target) if key.do is Do.MENU else None
            if below is not None and below.id not in seen:
                seen.add(below.id)
                ahead.append(below)
    return False


def _too_many(menu: Menu, place: Place) -> Iterator[Remark]:
    choices = [k for k in menu.keys if k.key not in _HABITS and k.do not in _NOT_CHOSEN]
    if len(choices) > MOST_CHOICES:
        words = say(
            "`%(menu)s` has %(count)s choices: callers remember %(most)s",
            menu=menu.id,
            count=len(choices),
            most=MOST_CHOICES,
        )
        yield Remark(place, words)


def _first_levels(office: Office) -> set[str]:
    return {MAIN} | {campaign.menu for campaign in office.campaigns if campaign.menu}


def _campaigns(office: Office) -> Iterator[Remark]:
    people, menus = [p.id for p in office.people], [m.id for m in office.menus]
    for position, campaign in enumerate(office.campaigns):
        place: Place = ("campaigns", position)
        if campaign.answered_by is AnsweredBy.CENTRE and not office.overflow:
            yield _no_centre((*place, "answered_by"))
        if campaign.menu and campaign.menu not in menus:
            yield _no_menu((*place, "menu"), campaign.menu, office)
        for person in campaign.people:
            if person not in people:
                yield _no_person((*place, "people"), person, office)
        if campaign.yearly and (campaign.first is None or campaign.last is None):
            words = say("a yearly campaign needs its first and its last day: `from` and `to`")
            yield Remark(place, words, mistake=True)
        alike = [one for one in office.campaigns[:position] if _always(one) and not one.lines]
        if alike:
            words = say(
                "is never reached: `%(other)s` is on at all times and on every line",
                other=alike[0].id,
            )
            yield Remark(place, words)


def _answers(office: Office) -> Iterator[Remark]:
    for position, answer in enumerate(office.answers):
        place: Place = ("answers", position)
        if not any(answer.text.values()):
            words = say("the answer `%(answer)s` says nothing: write its text", answer=answer.id)
            yield Remark((*place, "text"), words, mistake=True)
        if answer.owner and office.person(answer.owner) is None:
            words = say("nobody keeps this answer right any more: choose another person")
            yield Remark((*place, "owner"), words)


def _always(campaign: Campaign) -> bool:
    return campaign.first is None and campaign.last is None and not campaign.hours


def _to_person(key: Key) -> bool:
    return key.do in {Do.PERSON, Do.TOPIC}


def _key(office: Office, menu: Menu, key: Key, place: Place) -> Iterator[Remark]:
    target = (*place, "target")
    if key.do is Do.TOPIC or (key.do in _OF_TOPIC and key.target):
        topics = [topic.id for topic in office.topics]
        if key.target not in topics:
            yield _no_topic(target, key.target, office)
    elif key.do is Do.MENU:
        yield from _leads_to(office, menu, key, target)
    elif key.do is Do.ANSWER:
        yield from _leads_to_answer(office, key, target)
    elif key.do is Do.LANGUAGE:
        if key.target not in office.languages:
            words = say("there is no language of the office `%(name)s`.", name=key.target)
            yield _unknown(target, words, key.target, office.languages)
    elif key.target:
        words = say("key %(key)s (`%(does)s`) takes no target", key=key.key, does=key.do)
        yield Remark(target, words, mistake=True)
    if key.ask_why and not _to_person(key):
        words = say(
            "key %(key)s (`%(does)s`) rings nobody who could hear why:"
            " `ask_why` is for person and topic",
            key=key.key,
            does=key.do,
        )
        yield Remark((*place, "ask_why"), words, mistake=True)
    yield from _words_missing(office, menu, key, place)


def _leads_to(office: Office, menu: Menu, key: Key, place: Place) -> Iterator[Remark]:
    menus = [m.id for m in office.menus]
    if key.target not in menus:
        yield _no_menu(place, key.target, office)
    elif key.target == menu.id:
        words = say("key %(key)s leads to its own menu: let it say the menu again", key=key.key)
        yield Remark(place, words, mistake=True)
    elif menu.id not in _first_levels(office) and key.target != MAIN:
        words = say(
            "`%(menu)s` would be a third level: a menu has two, callers get lost below",
            menu=key.target,
        )
        yield Remark(place, words, mistake=True)


def _leads_to_answer(office: Office, key: Key, place: Place) -> Iterator[Remark]:
    if key.target not in ids(office):
        words = say("there is no answer `%(name)s`.", name=key.target)
        yield _unknown(place, words, key.target, ids(office))
    elif office.answer(key.target) is None and not can_say(office, key.target):
        words = say(
            "key %(key)s has nothing to say: write the address, or the e-mail and the site",
            key=key.key,
        )
        yield Remark(place, words, mistake=True)


def _words_missing(office: Office, menu: Menu, key: Key, place: Place) -> Iterator[Remark]:
    if key.do is Do.SAY and not key.text:
        words = say("key %(key)s says nothing: write its text", key=key.key)
        yield Remark((*place, "text"), words, mistake=True)
    elif key.do is Do.SAY:
        missing = [code for code in office.languages if code not in key.text]
        if missing:
            words = say("key %(key)s has no text in: %(codes)s", key=key.key, codes=listed(missing))
            yield Remark(place, words)
    if key.do in {Do.REPEAT, Do.LANGUAGE, Do.STAFF}:
        return
    missing = [c for c in office.languages if c not in key.label and c not in menu.prompt]
    if missing:
        words = say("key %(key)s has no label in: %(codes)s", key=key.key, codes=listed(missing))
        yield Remark(place, words)


def listed(codes: Iterable[str]) -> str:
    """Codes of languages in a sentence."""
    return ", ".join(codes)


def _no_centre(place: Place) -> Remark:
    words = say("nobody is in overflow, so there is no centre to answer")
    return Remark(place, words, mistake=True)
