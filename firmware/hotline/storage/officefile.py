"""A whole office read from its one YAML file; every mistake is told at once, with its line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from hotline.errors import BadSettings, NumberRefused
from hotline.numbering import dialable, normalise
from hotline.routing.office import (
    Absence,
    Answer,
    Campaign,
    Closure,
    Key,
    Menu,
    MovedDay,
    Office,
    OpenInterval,
    Person,
    Shift,
    Swap,
    Topic,
)
from hotline.routing.remarks import remarks_on
from hotline.said import say, together
from hotline.storage.officeform import (
    ALWAYS,
    LANGUAGES,
    SECTIONS,
    AbsenceForm,
    AnswerForm,
    CampaignForm,
    ClosureForm,
    DirectoryForm,
    Form,
    HoursForm,
    KeyForm,
    MenuForm,
    MovedDayForm,
    PersonForm,
    ShiftForm,
    SwapForm,
    TopForm,
    TopicForm,
)
from hotline.storage.officemistakes import words_for
from hotline.storage.yamltree import Place, Tree, read_tree

_MOST_ITEMS = 1000
_MOST_PROBLEMS = 100
_Form = TypeVar("_Form", bound=Form)
_Noun = TypeVar("_Noun")


def read_office(
    given: str | bytes, file_name: str, allowed_countries: Collection[str] | None = None
) -> tuple[Office, tuple[str, ...]]:
    """The office in this YAML, and warnings: what works, but perhaps not as meant.

    allowed_countries: whose numbers the box may dial; None means the office's own country only.
    Raises BadSettings with all problems, each beginning with its line.
    """
    draft = _Draft(read_tree(given, file_name), allowed_countries)
    office = draft.office()
    if draft.problems:
        refused, misplaced = tuple(draft.refused), tuple(draft.misplaced)
        raise BadSettings(file_name, _in_order(draft.problems), refused, misplaced)
    return office, _in_order(draft.warnings)


def read_stored_office(
    given: str | bytes, file_name: str, allowed_countries: Collection[str] | None = None
) -> tuple[Office, tuple[str, ...]]:
    """An office that was right when it was stored, and what is not right any more.

    Numbering plans, time zones and the box itself are updated: none of it may keep a line from
    answering. So nothing that is wrong is refused here, it is left out: a number that may not be
    dialled any more leaves its person without one. Raises BadSettings only where it is no YAML.
    """
    draft = _Draft(read_tree(given, file_name), allowed_countries)
    office = draft.office()
    return office, _in_order(draft.problems + draft.warnings)


def _in_order(remarks: Iterable[tuple[int, str]]) -> tuple[str, ...]:
    told = [f"line {line}: {words}" for line, words in sorted(set(remarks))]
    if len(told) > _MOST_PROBLEMS:
        told[_MOST_PROBLEMS:] = [f"and {len(told) - _MOST_PROBLEMS} more"]
    return tuple(told)


@dataclass
class _Draft:
    """An office being read: what is right is kept, what is wrong is written down.

    problems: by line. misplaced: the same by place, but for what is wrong with the YAML itself.
    """

    tree: Tree
    allowed: Collection[str] | None
    problems: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)
    refused: list[tuple[str, NumberRefused]] = field(default_factory=list)
    misplaced: list[tuple[Place, str]] = field(default_factory=list)
    country: str | None = None
    # Where each noun of the office stood in the file, and the ids of items that were not read.
    places: dict[Place, Place] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    def office(self) -> Office:
        """The office as far as it could be read; it counts only if there are no problems."""
        self.problems += self.tree.problems
        if not isinstance(self.tree.value, dict):
            self.problem(
                (), say("an office is written as `key: value` lines, beginning with `name: …`")
            )
            return Office(**_values(_STAND_IN, without={"version"}))
        raw = dict(self.tree.value)
        sections = {name: self.section(name, raw.pop(name, None)) for name in SECTIONS}
        top = self.top(raw)
        office = Office(
            **_values(top, without={"version", "first_in_line"}),
            first_in_line=self.first_in_line(top),
            people=self.items("people", PersonForm, sections, self.person),
            directory=self.items("directory", DirectoryForm, sections, self.outside),
            shifts=self.items("shifts", ShiftForm, sections, _shift),
            absences=self.items("absences", AbsenceForm, sections, _absence),
            swaps=self.items("swaps", SwapForm, sections, _swap),
            hours=self.items("hours", HoursForm, sections, _hours),
            closures=self.items("closures", ClosureForm, sections, _closure),
            moved_days=self.items("moved_days", MovedDayForm, sections, _moved_day),
            topics=self.items("topics", TopicForm, sections, lambda form, _: _topic(form, top)),
            menus=self.menus(sections["menus"]),
            campaigns=self.items("campaigns", CampaignForm, sections, _campaign),
            answers=self.items("answers", AnswerForm, sections, _answer),
        )
        self.remark_on(office)
        return office

    def problem(self, place: Place, words: str) -> None:
        """Writes down a mistake at this place of the file."""
        self.problems.append((self.tree.line(place), words))
        self.misplaced.append((place, words))

    def section(self, name: str, given: Any) -> list[Any]:
        """The items of one of the lists; `hours: always` is the empty one."""
        if given is None or (name == "hours" and given == ALWAYS):
            return []
        if not isinstance(given, list):
            words = say("`%(name)s` must be a list: lines beginning with `- `", name=name)
            self.problem((name,), words)
            return []
        if len(given) > _MOST_ITEMS:
            words = say(
                "`%(name)s` has %(count)s entries, the most is %(most)s",
                name=name,
                count=len(given),
                most=_MOST_ITEMS,
            )
            self.problem((name,), words)
        return given[:_MOST_ITEMS]

    def form(self, kind: type[_Form], given: Any, place: Place) -> _Form | None:
        """The item in its form, or None and the problems written down."""
        if not isinstance(given, dict):
            self.problem(place, say("must be written as `key: value`"))
            return None
        try:
            return kind.model_validate(given)
        except ValidationError as error:
            self.tell(error, kind, place)
            return None

    def tell(self, error: ValidationError, kind: type[Form], place: Place) -> None:
        """Writes down all that is wrong with one form."""
        for one in error.errors(include_url=False):
            loc = tuple(step for step in one["loc"] if step != "[key]")
            self.problem((*place, *loc), words_for(kind, loc, dict(one)))

    def top(self, raw: dict[str, Any]) -> TopForm:
        """What the office says once; with stand-ins for what is wrong, so the rest is read."""
        try:
            form = TopForm.model_validate(raw)
        except ValidationError as error:
            self.tell(error, TopForm, ())
            wrong = {str(one["loc"][0]) for one in error.errors(include_url=False)}
            right = {key: value for key, value in raw.items() if key not in wrong}
            form = TopForm.model_validate(_STAND_IN.model_dump(include=_REQUIRED) | right)
            self.country = None if "country" in wrong else form.country
        else:
            self.country = form.country
        return form

    def items(
        self,
        name: str,
        kind: type[_Form],
        sections: dict[str, list[Any]],
        build: Callable[[_Form, Place], _Noun],
    ) -> tuple[_Noun, ...]:
        """The nouns of one list, without those that could not be read."""
        return tuple(self.nouns(kind, sections[name], (name,), (name,), build))

    def nouns(
        self,
        kind: type[_Form],
        given: list[Any],
        here: Place,
        there: Place,
        build: Callable[[_Form, Place], _Noun],
    ) -> Iterator[_Noun]:
        """here: the list's place in the file; there: in the office, without wrong items."""
        built = 0
        for position, item in enumerate(given):
            place = (*here, position)
            form = self.form(kind, item, place)
            if form is None:
                self.lost.add(_id_of(item))
                continue
            self.places[(*there, built)] = place
            built += 1
            yield build(form, place)

    def person(self, form: PersonForm, place: Place) -> Person:
        """The person, without a number if it may not be dialled."""
        values = _values(form, without={"number", "topics"})
        return Person(**values, number=self.number(form, place), topics=frozenset(form.topics))

    def outside(self, form: DirectoryForm, place: Place) -> Person:
        """An entry of the directory, held to the same rules."""
        return Person(**_values(form, without={"number"}), number=self.number(form, place))

    def number(self, form: PersonForm | DirectoryForm, place: Place) -> str | None:
        """The number as E.164 if it may be dialled."""
        if form.number is None or self.country is None:
            return None
        allowed = None if self.allowed is None else {*self.allowed, self.country}
        try:
            return dialable(form.number, self.country, allowed)
        except NumberRefused as refused:
            self.problem(
                (*place, "number"), together(f"{form.name}:", refused.cause, refused.action)
            )
            self.refused.append((form.number, refused))
            return None

    def first_in_line(self, top: TopForm) -> tuple[str, ...]:
        """Callers' numbers: of any country, for nobody dials them."""
        numbers = [normalise(given, self.country or top.country) for given in top.first_in_line]
        for position, (given, number) in enumerate(zip(top.first_in_line, numbers, strict=True)):
            if number is None:
                words = say("`%(given)s` is no telephone number", given=given)
                self.problem(("first_in_line", position), words)
        return tuple(number for number in numbers if number is not None)

    def menus(self, given: list[Any]) -> tuple[Menu, ...]:
        """Menus with their keys; a wrong key does not hide the mistakes of the others."""
        menus: list[Menu] = []
        for position, item in enumerate(given):
            here, there = ("menus", position), ("menus", len(menus))
            raw = dict(item) if isinstance(item, dict) else item
            keys = raw.pop("keys", None) if isinstance(raw, dict) else None
            form = self.form(MenuForm, raw, here)
            if not isinstance(keys, list) or not keys:
                self.problem((*here, "keys"), say("a menu needs a list of `keys`"))
                keys = []
            made = tuple(self.nouns(KeyForm, keys, (*here, "keys"), (*there, "keys"), _key))
            if form is None:
                self.lost.add(_id_of(raw))
                continue
            self.places[there] = here
            menus.append(Menu(**_values(form), keys=made))
        return tuple(menus)

    def remark_on(self, office: Office) -> None:
        """What does not fit together; ids of items that could not be read count as known."""
        for remark in remarks_on(office):
            if remark.refers is not None and remark.refers in self.lost:
                continue
            place = self.in_file(remark.place)
            if remark.mistake:
                self.problem(place, remark.words)
            else:
                self.warnings.append((self.tree.line(place), remark.words))

    def in_file(self, place: Place) -> Place:
        """Where something of the office stands in the file."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.places:
                return (*self.places[place[:length]], *place[length:])
        return place


# What stands in for what the office does not say rightly: every language, no country's numbers.
_STAND_IN = TopForm.model_validate(
    {"name": "Hotline", "zone": "UTC", "country": "MD", "languages": LANGUAGES}
)
_REQUIRED = {"name", "zone", "country", "languages"}


def _id_of(item: Any) -> str:
    return str(item.get("id")) if isinstance(item, dict) else ""


def _values(form: Form, without: Collection[str] = ()) -> dict[str, Any]:
    return {name: getattr(form, name) for name in type(form).model_fields if name not in without}


def _shift(form: ShiftForm, _: Place) -> Shift:
    start, end, minutes = form.time
    turn = form.rotation
    return Shift(
        person=form.person,
        days=form.days,
        start=start,
        end=end,
        minutes=minutes,
        breaks=form.breaks,
        anchor=turn.anchor if turn else None,
        on=turn.on if turn else 0,
        off=turn.off if turn else 0,
        valid_from=form.from_,
        valid_to=form.to,
    )


def _absence(form: AbsenceForm, _: Place) -> Absence:
    return Absence(form.person, form.from_, form.to or form.from_, form.reason)


def _swap(form: SwapForm, _: Place) -> Swap:
    return Swap(form.day, *form.between)


def _hours(form: HoursForm, _: Place) -> OpenInterval:
    return OpenInterval(form.days, *form.time)


def _closure(form: ClosureForm, _: Place) -> Closure:
    return Closure(form.from_, form.to or form.from_, form.name, form.notice, form.yearly)


def _moved_day(form: MovedDayForm, _: Place) -> MovedDay:
    return MovedDay(form.date, form.as_)


def _topic(form: TopicForm, top: TopForm) -> Topic:
    """What the topic leaves out is as for the whole office."""
    values = _values(form, without={"strategy", "fallback"})
    values["strategy"] = form.strategy or top.strategy
    values["fallback"] = form.fallback or top.fallback
    return Topic(**values)


def _campaign(form: CampaignForm, place: Place) -> Campaign:
    return Campaign(
        **_values(form, without={"from_", "to", "hours"}),
        first=form.from_,
        last=form.to,
        hours=tuple(_hours(one, place) for one in form.hours),
    )


def _answer(form: AnswerForm, _: Place) -> Answer:
    return Answer(**_values(form))


def _key(form: KeyForm, _: Place) -> Key:
    return Key(**_values(form))
