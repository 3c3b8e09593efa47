"""The office for commands: through the daemon while it runs, else straight from the records."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from hotline.clock import Clock
from hotline.control.answering import answer_of
from hotline.control.client import Control, ServiceDown
from hotline.control.messages.office import OfficeAnsweredBy
from hotline.control.messages.status import Who, WhoAnswer
from hotline.control.server import only_one
from hotline.control.staffwords import unconfirmed_words, voicemail_doubts
from hotline.errors import HotlineError
from hotline.routing.campaigns import as_called, campaign_of
from hotline.routing.confirmed import only_confirmed
from hotline.routing.office import AnsweredBy, Office
from hotline.routing.plan import Load, plan_for
from hotline.routing.presence import Absent
from hotline.routing.rehearsal import Rehearsal, rehearse
from hotline.routing.shifts import DAY, day_of, day_span
from hotline.routing.voicemail import with_voicemails
from hotline.storage.confirmations import holding
from hotline.storage.drafts import Draft, draft_of, drafted
from hotline.storage.earlyclosings import read_early_closing
from hotline.storage.numberchecks import voicemails
from hotline.storage.office import OfficeStore, current, newest
from hotline.storage.officefile import read_office, read_stored_office
from hotline.storage.officewriting import write_closures, write_office
from hotline.storage.places import Places
from hotline.storage.presence import known
from hotline.storage.publicholidays import suggested_holidays
from hotline.storage.schema import records_file
from hotline.storage.writer import Writer

if TYPE_CHECKING:
    from hotline.routing.adherence import Record


@dataclass(frozen=True)
class Offices:
    """Export, import and "who" for the command line.

    countries: all whose numbers people may have, None: the office's own alone.
    """

    places: Places
    clock: Clock = field(default_factory=Clock)
    countries: frozenset[str] | None = None

    def export(self) -> str:
        """The office in force as YAML. Raises HotlineError if none was ever set."""
        try:
            return Control(self.places.control).office_get()
        except ServiceDown:
            return self._stored()

    def take(self, text: str, name: str, author: str) -> tuple[str, ...]:
        """Put an office in force; returns its warnings. Raises BadSettings with every mistake."""
        office, warnings = read_office(text, name, self.countries)
        yaml = write_office(office)
        try:
            Control(self.places.control).office_put(yaml, author)
        except ServiceDown:
            self._store(yaml, author)
        return (*warnings, *unconfirmed_words(self._only_confirmed(office)), *self.doubts(office))

    def answered_by(self, whom: AnsweredBy, author: str) -> tuple[str, ...]:
        """Who answers from now on; otherwise as `take`."""
        try:
            Control(self.places.control).change(OfficeAnsweredBy(whom=whom, by=author))
        except ServiceDown:
            office, _ = read_stored_office(self._stored(), "the stored office", self.countries)
            return self.take(write_office(replace(office, answered_by=whom)), "the office", author)
        office, _ = read_stored_office(self.export(), "the office in force", self.countries)
        return (*unconfirmed_words(self._only_confirmed(office)), *self.doubts(office))

    def who(self, ask: Who) -> WhoAnswer:
        """Who would answer; only the daemon knows who is on the telephone now."""
        try:
            return Control(self.places.control).who(ask)
        except ServiceDown:
            whole, _ = read_stored_office(self._stored(), "the stored office", self.countries)
            early = read_early_closing(self.places.closed_early)
            office = replace(self._only_confirmed(whole), closed_early=early)
        now = ask.at or self.clock.now()
        campaign = campaign_of(office, ask.line, now)
        called, load = as_called(office, campaign), Load(away=self._away(now))
        plan = plan_for(ask.caller, called, now, topic=ask.topic, load=load)
        return answer_of(plan, now, office, campaign)

    def rehearse(self, first: date | None, days: int) -> tuple[Office, Rehearsal]:
        """So many days of the office in force, walked through from `first` on, None for now.

        As if every number were confirmed: of the others `unconfirmed` tells.
        """
        office, _ = read_stored_office(self.export(), "the office in force", self.countries)
        start = self.clock.now() if first is None else day_span(office, first)[0]
        end = day_span(office, day_of(office, start) + days * DAY)[0]
        return office, rehearse(office, start, end)

    def report(
        self, first: date | None, last: date | None, days: int
    ) -> tuple[Office, list[Record]]:
        """How the plan and the calls went from `first` to `last`, both included.

        None: so many days before the last one; and today.
        """
        from hotline.storage.adherence import report  # the daemon makes none

        office, _ = read_stored_office(self.export(), "the office in force", self.countries)
        last = last or day_of(office, self.clock.now())
        first = first or last - (days - 1) * DAY
        if last < first:
            raise HotlineError(f"{last} is before {first}.", "Give the first day with --from.")
        begin, end = day_span(office, first)[0], day_span(office, last)[1]
        with records_file(self.places.data).reading() as database:
            end = min(end, max(self.clock.now(), begin))
            return office, list(report(database, office, begin, end))

    def draft(self) -> Draft:
        """The draft of the plan, over the office in force."""
        with records_file(self.places.data).reading() as database:
            saved, changes = newest(database), drafted(database)
        yaml = saved.yaml if saved else self._stored()
        office, _ = read_stored_office(yaml, "the stored office", self.countries)
        return draft_of(office, saved.id if saved else 0, changes)

    def holidays(self, year: int | None) -> str:
        """The public holidays of the office's country, to be looked through and put into its file.

        year: None means this one. Raises HotlineError where none are known.
        """
        office, _ = read_stored_office(self.export(), "the office in force", self.countries)
        year = year or self.clock.now().astimezone(office.zone).year
        return write_closures(suggested_holidays(office.country, year, office.language))

    def _away(self, now: datetime) -> Absent:
        with records_file(self.places.data).reading() as database:
            return {one.person: one for one in known(database) if one.holds(now)}

    def unconfirmed(self, office: Office) -> tuple[str, ...]:
        """A sentence of each person whose number has not been confirmed yet."""
        return unconfirmed_words(self._only_confirmed(office))

    def doubts(self, office: Office) -> tuple[str, ...]:
        """Sentences about voicemails that would take calls, or may."""
        with records_file(self.places.data).reading() as database:
            measured = {one.number for one in voicemails(database)}
        return voicemail_doubts(self._only_confirmed(office), measured.__contains__)

    def _only_confirmed(self, office: Office) -> Office:
        with records_file(self.places.data).reading() as database:
            rung = only_confirmed(office, holding(database))
            after = {one.number: one.after for one in voicemails(database)}
        return with_voicemails(rung, after.get)

    def _stored(self) -> str:
        with records_file(self.places.data).reading() as database:
            yaml = current(database)
        if yaml is None:
            raise HotlineError(
                "No office was set up yet.", "Run `hotline office import office.yaml`."
            )
        return yaml

    def _store(self, yaml: str, author: str) -> None:
        """Write it ourselves, under the daemon's own lock, so that there is one writer."""
        with only_one(self.places.control):
            file = records_file(self.places.data)
            file.prepare(self.clock.now())
            writer = Writer(file, self.clock)
            try:
                with file.reading() as database:
                    store = OfficeStore(writer, newest(database))
                store.save(yaml, author, self.clock.now()).result(timeout=10)
            finally:
                writer.close()
