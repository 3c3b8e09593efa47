"""What an office is: people, hours, shifts, topics, menu. Nouns only; times are local wall time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

MINUTES_PER_DAY = 24 * 60
NOT_SET_UP = "Hotline"  # what an office is called, and where it is, until somebody says so
UNKNOWN_ZONE = ZoneInfo("UTC")


class Strategy(StrEnum):
    """In which order the people of one level are rung."""

    IN_ORDER = "in order"
    ALL = "all at once"
    LONGEST_IDLE = "longest idle"
    FEWEST_CALLS = "fewest calls"
    ROTATING = "rotating"
    WEIGHTED = "weighted"


class AnsweredBy(StrEnum):
    """Who answers: the office's own people, those of the overflow list alone, or both."""

    BOTH = "both"
    HOUSE = "house"
    CENTRE = "centre"


class Fallback(StrEnum):
    """Where a call ends that no person took."""

    MESSAGE = "message"
    COMPLAINT = "complaint"


@dataclass(frozen=True, order=True)
class WallTime:
    """Minutes since local midnight, 0..1440; 1440 is `24:00` and is only an end."""

    minutes: int

    def __str__(self) -> str:
        return f"{self.minutes // 60:02d}:{self.minutes % 60:02d}"


@dataclass(frozen=True)
class Person:
    """Someone who can be rung.

    number: E.164 with '+', or None where it is still missing: such a person is never rung.
    unconfirmed: the number whose owner has not confirmed it, `number` being None then; never part
    of an office file, see routing/confirmed.py.
    voicemail_after: seconds from dialling until a voicemail answers, as it was measured; never part
    of an office file either, see routing/voicemail.py.
    at_computer: takes calls in a browser now, too; known only while a plan is made.
    topics: ids this person is competent for; empty means every topic.
    languages: codes this person speaks; empty means every language of the office.
    level: 1 first line, 2 expert, 3 manager. weight: how many calls somebody takes beside others,
    where the strategy is weighted; 0: only when nobody else is left. at_once: so many calls
    together, as a call centre takes.
    """

    id: str
    name: str
    number: str | None
    topics: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()
    level: int = 1
    ring_seconds: int = 20
    weight: int = 1
    at_once: int = 1
    unconfirmed: str = ""
    voicemail_after: int | None = None
    at_computer: bool = False


@dataclass(frozen=True)
class Break:
    """A pause inside a shift: `start` as wall time, length in minutes.

    A start earlier than the shift's own start lies after midnight. What reaches beyond the end of
    the shift is cut off there.
    """

    start: WallTime
    minutes: int


@dataclass(frozen=True)
class Shift:
    """One person's duty on some weekdays (0 = Monday), or by rotation.

    minutes: nominal length for a duration shift ("08:00 +24h", at most 24 h; `end` is then start +
    minutes by the clock), else None and `end` counts; end <= start means over midnight. Nominal: on
    the night the clock changes "08:00 +24h" still hands over at 08:00. A rotation is `on` days of
    `on + off`, counted in calendar days from `anchor`, which also runs before it.
    valid_from/valid_to bound the starting days.
    """

    person: str
    days: frozenset[int]
    start: WallTime
    end: WallTime
    minutes: int | None = None
    breaks: tuple[Break, ...] = ()
    anchor: date | None = None
    on: int = 0
    off: int = 0
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True)
class Absence:
    """Vacation or sickness; goes with the day on which a shift starts. Both days included."""

    person: str
    first: date
    last: date
    reason: str = ""


@dataclass(frozen=True)
class Swap:
    """On this day each works what was planned for the other: all duties that start on it.

    Who had none takes the other's, and is free instead. Breaks stay with the shift.
    """

    day: date
    one: str
    other: str


@dataclass(frozen=True)
class Closure:
    """The line is closed on these calendar days, both included.

    `notice`: spoken text by language, may be empty. A yearly one goes by month and day alone and
    may run over New Year.
    """

    first: date
    last: date
    name: str = ""
    notice: dict[str, str] = field(default_factory=dict)
    yearly: bool = False


@dataclass(frozen=True)
class EarlyClosing:
    """Somebody closed the line at `at` against its hours; it is over at `until` by itself.

    Instants. `notice`: spoken text by language, may be empty. by: who closed it.
    """

    at: datetime
    until: datetime
    by: str
    notice: dict[str, str] = field(default_factory=dict)

    def holds(self, now: datetime) -> bool:
        """Is it closed by this at `now`?"""
        return self.at <= now < self.until


@dataclass(frozen=True)
class MovedDay:
    """This date works like `as_weekday` (0 = Monday); beats a holiday on the same date."""

    day: date
    as_weekday: int


@dataclass(frozen=True)
class OpenInterval:
    """Opening on some weekdays; end <= start means over midnight."""

    days: frozenset[int]
    start: WallTime
    end: WallTime


@dataclass(frozen=True)
class Topic:
    """What a caller may want. `name` by language is spoken to staff in the whisper.

    urgent: its callers go before all others who wait. People of `levels_never_unasked` are rung for
    this topic only if they list it themselves: neither "every topic" nor a dropped filter brings
    them in.
    """

    id: str
    name: dict[str, str]
    strategy: Strategy = Strategy.IN_ORDER
    fallback: Fallback = Fallback.MESSAGE
    levels_never_unasked: frozenset[int] = frozenset()
    urgent: bool = False


class Do(StrEnum):
    """What a key of the menu does."""

    PERSON = "person"  # any person on duty
    TOPIC = "topic"  # a person competent for `target`
    MENU = "menu"  # the second level, `target` is a Menu id
    SAY = "say"  # information, then the menu again; `text`
    ANSWER = "answer"  # `target` is an Answer id or one of routing/answers.py; then a choice
    CALLBACK = "callback"  # the wish to be called back; `target` may name a topic
    MESSAGE = "message"
    COMPLAINT = "complaint"  # `target` may name a topic
    LANGUAGE = "language"  # `target` is a language code
    REPEAT = "repeat"
    STAFF = "staff"  # the staff's menu, behind a PIN


@dataclass(frozen=True)
class Key:
    """One key of a menu. `label` by language is what the menu says: "for <label>, press <key>".

    ask_why: before somebody is rung the caller is asked to say in a few words what it is about;
    whoever is rung hears it. Only of keys that lead to a person.
    """

    key: str
    do: Do
    target: str = ""
    label: dict[str, str] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    ask_why: bool = False


@dataclass(frozen=True)
class Menu:
    """One level. `prompt` by language replaces the sentence made of the labels, if given."""

    id: str
    keys: tuple[Key, ...]
    prompt: dict[str, str] = field(default_factory=dict)
    wait_seconds: int = 6
    tries: int = 3


@dataclass(frozen=True)
class Answer:
    """What callers ask again and again, and what the office says to it; texts by language.

    owner: id of who keeps it right, "" for nobody in particular. valid_until: the last day on which
    it is said, None for any day. reviewed: when somebody last looked whether it is right.
    sensitive: a matter to be spoken of with care. variants: other ways to say it, for the staff.
    """

    id: str
    question: dict[str, str] = field(default_factory=dict)
    text: dict[str, str] = field(default_factory=dict)
    owner: str = ""
    valid_until: date | None = None
    reviewed: date | None = None
    sensitive: bool = False
    variants: tuple[str, ...] = ()


@dataclass(frozen=True)
class Campaign:
    """A hotline of its own for a while: a season, a promotion, one number beside the office's.

    first/last: the days on which it begins a day or a night, both included; None has no edge; a
    yearly one goes by month and day alone. hours: when it is on, within these days; empty is all
    day. lines: of box.toml on which callers reach it; empty is every one. What it does not say is
    as for the office: greeting and closed_greeting by language, menu (id of its first level),
    people (ids), strategy, fallback, total_seconds. Outside its time its lines are the office's.
    """

    id: str
    name: str = ""
    first: date | None = None
    last: date | None = None
    yearly: bool = False
    hours: tuple[OpenInterval, ...] = ()
    lines: tuple[str, ...] = ()
    greeting: dict[str, str] = field(default_factory=dict)
    closed_greeting: dict[str, str] = field(default_factory=dict)
    menu: str = ""
    people: tuple[str, ...] = ()
    answered_by: AnsweredBy | None = None
    strategy: Strategy | None = None
    fallback: Fallback | None = None
    total_seconds: int | None = None


@dataclass(frozen=True)
class Office:
    """Everything the office wants; read at each call. A number of 0 sets no limit.

    greeting, closed_greeting, recording_notice: own text by language; empty means the system's.
    hours: empty means always open.
    total_seconds: the one deadline from "please hold" to a person or the fallback.
    queue_length: callers who may wait for the same people.
    first_in_line: numbers (E.164) whose calls go before others.
    overflow: people, of the house or outside it, who are rung after overflow_seconds, or where
        nobody else can be. They have no shifts.
    answered_by: the house alone leaves the overflow list out; the centre alone is that list, and
        nobody's shift counts then.
    least_on_duty: planned breaks that would leave fewer people than this are held back.
    calls_per_hour: who took so many in the last hour is rung only when nobody else is left.
    hours_in_a_row: of duty without a break; more are told before the plan is in force.
    callback: who waits may press 9 to be called back. callback_by_itself: they keep their place in
        the queue, and the box calls them when it is their turn, callback_tries times.
    supervisor: id of who watches the plan and hears of its holes, "" for nobody.
    pause_after: after so many rings in a row at which nobody was there, a person is not rung until
        they are back or the duty ends.
    text_staff: people on duty get a text of each case and missed caller, where a line can send one.
    text_missed: so does the missed caller. text_caller: who takes a call gets the caller's number.
    directory: telephones outside the office to which a talk may be passed on; nobody there is ever
        rung by the plan.
    hold_minutes: so long a caller may be on hold during a talk; then both hear each other again.
    pause_after_hard: minutes for which who handed a hard call over is not rung, as in a break.
    roll_call: once a week, while at work, people press a key to show that calls reach them.
    self_call: when the box calls its own lines each day: "before opening", "off", or a local time
        such as "07:30".
    never_said: names and words no text for callers may hold, such as those of competitors.
    address: where the office is, by language; email and website: told to callers who ask.
    closed_early: never part of an office file; see storage/earlyclosings.py.

    That key 1 takes a forwarded call cannot be configured.
    """

    name: str
    zone: ZoneInfo
    country: str
    languages: tuple[str, ...]
    people: tuple[Person, ...] = ()
    directory: tuple[Person, ...] = ()
    shifts: tuple[Shift, ...] = ()
    absences: tuple[Absence, ...] = ()
    swaps: tuple[Swap, ...] = ()
    hours: tuple[OpenInterval, ...] = ()
    closures: tuple[Closure, ...] = ()
    moved_days: tuple[MovedDay, ...] = ()
    topics: tuple[Topic, ...] = ()
    menus: tuple[Menu, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    answers: tuple[Answer, ...] = ()
    greeting: dict[str, str] = field(default_factory=dict)
    closed_greeting: dict[str, str] = field(default_factory=dict)
    recording_notice: dict[str, str] = field(default_factory=dict)
    strategy: Strategy = Strategy.IN_ORDER
    fallback: Fallback = Fallback.MESSAGE
    total_seconds: int = 90
    queue_length: int = 0
    first_in_line: tuple[str, ...] = ()
    overflow: tuple[str, ...] = ()
    overflow_seconds: int = 45
    answered_by: AnsweredBy = AnsweredBy.BOTH
    least_on_duty: int = 0
    max_message_seconds: int = 180
    survey: bool = False
    callback: bool = True
    callback_by_itself: bool = True
    callback_tries: int = 2
    calls_per_hour: int = 0
    hours_in_a_row: int = 0
    supervisor: str = ""
    pause_after: int = 3
    hold_minutes: int = 3
    pause_after_hard: int = 10
    notify_to: tuple[str, ...] = ()
    text_staff: bool = True
    text_missed: bool = False
    text_caller: bool = False
    roll_call: bool = True
    self_call: str = "before opening"
    never_said: tuple[str, ...] = ()
    address: dict[str, str] = field(default_factory=dict)
    email: str = ""
    website: str = ""
    closed_early: EarlyClosing | None = None
    # What `shifts.duties_of` found, by what it was asked; another office begins with none.
    worked_out: dict[tuple[date, Any], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    @property
    def language(self) -> str:
        """The language spoken before the caller chose one."""
        return self.languages[0]

    @property
    def by_shift(self) -> bool:
        """Do shifts say who is there?"""
        return bool(self.shifts) and self.answered_by is not AnsweredBy.CENTRE

    @property
    def helpers(self) -> tuple[str, ...]:
        """Ids of who takes what overflows, while there is anybody from whom it does."""
        return self.overflow if self.answered_by is AnsweredBy.BOTH else ()

    def person(self, person_id: str) -> Person | None:
        """The person of that id, or None."""
        return next((p for p in self.people if p.id == person_id), None)

    def telephone(self, one_id: str) -> Person | None:
        """The person or the entry of the directory of that id, or None."""
        return self.person(one_id) or next((p for p in self.directory if p.id == one_id), None)

    def topic(self, topic_id: str) -> Topic | None:
        """The topic of that id, or None."""
        return next((t for t in self.topics if t.id == topic_id), None)

    def answer(self, answer_id: str) -> Answer | None:
        """The answer of that id, or None."""
        return next((one for one in self.answers if one.id == answer_id), None)

    @property
    def asks_why(self) -> bool:
        """Does any key of its menus ask the caller why?"""
        return any(key.ask_why for menu in self.menus for key in menu.keys)

    def menu(self, menu_id: str) -> Menu | None:
        """The menu of that id, or None; the first level is called `main`."""
        return next((m for m in self.menus if m.id == menu_id), None)
