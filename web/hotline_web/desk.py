"""What a page has at hand while it answers one request: the daemon, the records, the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import cast
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, session, url_for
from flask_login import current_user

from hotline.clock import Clock
from hotline.control.client import Control
from hotline.control.messages.calls import Step
from hotline.control.messages.people import Named, OnDuty
from hotline.control.messages.status import StatusAnswer
from hotline.errors import HotlineError
from hotline.inbox.hindrance import Hindrance
from hotline.routing.office import Office, Person
from hotline.storage.accountschema import accounts_file
from hotline.storage.calendars import CalendarFeeds, Feed
from hotline.storage.calls import Call
from hotline.storage.calls import Step as JournalStep
from hotline.storage.setupsteps import SetupSteps
from hotline_web import hoursforms, inboxwords, peoplewords, plan, rolewords, words
from hotline_web.languages import LANGUAGES, _, spoken
from hotline_web.records import Records
from hotline_web.settings import Settings

# What happens in good calls, too, is no trouble in the steps of a bad one.
USUAL = {Hindrance.CALLER_GONE, Hindrance.RINGING, Hindrance.WAITING, Hindrance.CLOSED}
IN_THE_WAY = {one.value for one in set(Hindrance) - USUAL}
NEW_FEED = "feed"  # of the session: for whom this visitor made an address, and its secret


@dataclass(frozen=True)
class DutyCard:
    """Who is on now and next, ready to show. problem or closed: said instead of names.

    action: what to do about the problem.
    """

    now: tuple[OnDuty, ...] = ()
    next: str = ""
    problem: str = ""
    action: str = ""
    closed: str = ""


@dataclass
class Tools:
    """Shared by all requests. `last` is what the daemon said last, for names while it is down.

    calendars: by person what was written last, and for which plan and hour.
    """

    settings: Settings
    control: Control
    records: Records
    clock: Clock
    feeds: CalendarFeeds
    setup: SetupSteps
    last: StatusAnswer | None = field(default=None)
    calendars: dict[str, tuple[object, bytes]] = field(default_factory=dict)


class Desk:
    """One request's view. The daemon is asked at most once, and not before it is needed."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self.records = tools.records
        self.control = tools.control
        self.down: HotlineError | None = None

    @cached_property
    def status(self) -> StatusAnswer | None:
        """How the hotline is, or None; `down` then says why."""
        try:
            self.tools.last = self.control.status()
        except HotlineError as down:
            self.down = down
            return None
        return self.tools.last

    @property
    def office(self) -> StatusAnswer | None:
        """Names of people, topics and the office: fresh, or as they were last heard."""
        return self.status or self.tools.last

    @cached_property
    def stored(self) -> Office | None:
        """The office as it was last saved: names and hours while nobody has heard the daemon."""
        try:
            saved = self.records.office()
        except HotlineError:
            return None
        return saved[1] if saved else None

    @cached_property
    def now(self) -> datetime:
        """The instant this request is answered at, UTC."""
        return self.tools.clock.now()

    @cached_property
    def times(self) -> words.Times:
        """Instants on the office's wall."""
        if self.office:
            return words.Times(self.now, ZoneInfo(self.office.zone))
        return words.Times(self.now, self.stored.zone if self.stored else ZoneInfo("UTC"))

    def seconds_since(self, at: datetime) -> float:
        """How long ago it was, never less than nothing."""
        return max(0.0, (self.now - at).total_seconds())

    def midnight(self) -> datetime:
        """The start of the office's day."""
        local = self.now.astimezone(self.times.zone)
        return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

    def office_name(self) -> str:
        """What the office calls itself."""
        if not current_user.is_authenticated:
            return "Hotline"  # a stranger learns nothing of the office, not even its name
        known = self.office.office if self.office else self.stored.name if self.stored else ""
        return known or "Hotline"

    def person_name(self, person_id: str) -> str:
        """The name behind an id; the id itself for somebody who has left."""
        people: Iterable[Named | Person] = ()
        if self.office:
            people = (*self.office.people, *self.office.directory)
        elif self.stored:
            people = self.stored.people
        return next((p.name for p in people if p.id == person_id), person_id)

    def topic_name(self, topic_id: str) -> str:
        """The topic in the visitor's language, else in any."""
        known: dict[str, Mapping[str, str]] = {}
        if self.office:
            known = {topic.id: topic.names for topic in self.office.topics}
        elif self.stored:
            known = {topic.id: topic.name for topic in self.stored.topics}
        names = known.get(topic_id, {})
        return names.get(spoken(), next(iter(names.values()), topic_id))

    def call_outcome(self, call: Call) -> str:
        """How the call ended, with the person's name."""
        return words.call_outcome(call, self.person_name(call.person))

    def feeds(self) -> list[Feed]:
        """Whose shifts a calendar may read."""
        return self.tools.feeds.open()

    def new_feed(self) -> tuple[str, str] | None:
        """Whose address is new and what it is; it is shown once."""
        person, secret = session.pop(NEW_FEED, None) or ("", "")
        if not secret:
            return None
        return person, url_for("calendar.feed", secret=secret, _external=True)

    def steps(self, steps: tuple[Step, ...] | tuple[JournalStep, ...]) -> list[words.StepWords]:
        """Steps of a call, names for ids."""
        shown = []
        for step in steps:
            facts = dict(step.facts)
            if "person" in facts:
                facts["person"] = self.person_name(str(facts["person"]))
            told = words.step_words(step.at, step.what, step.words, facts)
            bad = step.what in IN_THE_WAY
            shown.append(replace(told, level="bad") if bad else told)
        return shown

    def duty(self) -> DutyCard:
        """Who is on now, until when, and who comes next."""
        status = self.status
        if status is None:
            down = self.down or HotlineError("")
            return DutyCard(problem=words.say(down.cause), action=words.say(down.action))
        coming = ""
        if status.next_duty:
            names = ", ".join(status.next_duty.names) or _("nobody")
            coming = f"{names} {self.times.until(status.next_duty.at)}"
        return DutyCard(
            now=status.on_duty,
            next=coming,
            closed="" if status.open else _("The line is closed now. Callers hear when it opens."),
        )


def desk() -> Desk:
    """The desk of this request."""
    if "desk" not in g:
        g.desk = Desk(cast(Tools, current_app.extensions["hotline"]))
    return cast(Desk, g.desk)


def install(app: Flask, settings: Settings, clock: Clock) -> None:
    """Give every request its desk, and every template its words."""
    control = Control(settings.control_socket, timeout=3.0)
    accounts = accounts_file(settings.data_dir)
    feeds, setup = CalendarFeeds(accounts, clock), SetupSteps(accounts, clock)
    app.extensions["hotline"] = Tools(
        settings, control, Records(settings.data_dir), clock, feeds, setup
    )
    app.jinja_env.filters["topic_name"] = lambda topic: desk().topic_name(topic)
    app.jinja_env.filters["language_name"] = lambda code: LANGUAGES.get(code, code)
    app.jinja_env.globals.update(
        say=words.say,
        day_words=hoursforms.day_words,
        days_words=hoursforms.days_words,
        weekday=plan.weekday,
        longer=plan.longer,
        cell_anchor=plan.cell_anchor,
        phone=words.phone,
        length=words.length,
        bytes_words=words.bytes_words,
        network_words=words.network_words,
        check_words=words.check_words,
        check_level=words.check_level,
        self_call_words=words.self_call_words,
        case_name=words.case_name,
        call_level=words.call_level,
        case_need=lambda case: words.case_need(case, desk().now),
        case_level=lambda case: words.case_level(case, desk().now),
        same_words=inboxwords.same_words,
        tried=words.tried,
        call_outcome=lambda call: desk().call_outcome(call),
        person_name=lambda person: desk().person_name(person),
        number_words=peoplewords.number_words,
        number_level=peoplewords.number_level,
        tried_words=peoplewords.tried_words,
        found_words=peoplewords.found_words,
        measured_words=peoplewords.measured_words,
        voicemail_words=peoplewords.voicemail_words,
        record_words=peoplewords.record_words,
        level_words=peoplewords.level_words,
        role_words=rolewords.role_words,
        topic_name=lambda topic: desk().topic_name(topic),
        office_name=lambda: desk().office_name(),
        when=lambda at: desk().times.when(at),
        until=lambda at: desk().times.until(at),
        asked_by=words.asked_by,
        away_words=lambda person: words.away_words(person, desk().times),
        from_the_page=words.from_the_page,
        clock=lambda at: desk().times.clock(at),
        span=lambda edges: desk().times.span(*edges),
        exactly=lambda at: desk().times.exactly(at),
    )


def utc(local: datetime, zone: ZoneInfo) -> datetime:
    """A wall time of the office as an instant."""
    return local.replace(tzinfo=zone).astimezone(UTC)


def instant(typed: str) -> datetime | None:
    """What a field for day and time sends, in the office's zone; None for anything else."""
    try:
        local = datetime.fromisoformat(typed)
        return utc(local, desk().times.zone) if local.tzinfo is None else None
    except (ValueError, OverflowError):
        return None
