"""The draft of the plan: changes are gathered, looked at together and put in force at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.calls.notices import Notices
from hotline.clock import Clock
from hotline.control.messages.office import PlanDraft
from hotline.control.messages.people import StaffSaid
from hotline.control.plandesk import PLAN_KEPT, PlanAsk, change_of, checked
from hotline.errors import HotlineError
from hotline.notify.planwords import about_changes
from hotline.routing.changes import all_changed, changed, days_changed
from hotline.routing.difference import ChangedDay, changed_days, from_today, hours_differ
from hotline.routing.office import Office
from hotline.routing.past import without_past
from hotline.said import Said, say
from hotline.storage.drafts import Drafted, DraftStore, mark_of
from hotline.storage.office import OfficeStore


@dataclass(frozen=True)
class Published:
    """A draft that is in force. days: of those to be told, from today on."""

    saved: Future[int]
    days: tuple[ChangedDay, ...]


@dataclass(frozen=True)
class DraftDesk:
    """office: the one in force, which no draft touches before it is published."""

    office: Callable[[], Office]
    offices: OfficeStore
    drafts: DraftStore
    notices: Notices
    clock: Clock

    def add(self, ask: PlanAsk) -> Future[int]:
        """One change more. Raises HotlineError where it does not fit what is drafted so far."""
        drafted, _ = all_changed(self.office(), _of(self.drafts.changes))
        change = change_of(ask)
        checked(changed(drafted, change), drafted)
        return self.drafts.add(change, ask.by, self.clock.now())

    def take_out(self, ask: PlanDraft) -> Future[Any]:
        """One change less, or all of them: `number` 0."""
        self._as_seen(ask)
        return self.drafts.take_out(ask.number) if ask.number else self.drafts.drop()

    def publish(self, ask: PlanDraft) -> Published:
        """All of it at once. Raises HotlineError where anybody changed anything since it was seen,
        or a change does not fit any more.
        """
        self._as_seen(ask)
        before, gathered = self.office(), _of(self.drafts.changes)
        if not gathered:
            raise HotlineError(say("The draft is empty."), say("Change the plan first."))
        after, unfit = all_changed(before, gathered)
        for trouble in filter(None, unfit):
            raise HotlineError(trouble.cause, say("Take this change out of the draft."))
        now = self.clock.now()
        yaml = checked(without_past(after, now - PLAN_KEPT), before)
        touched = sorted({day for one in gathered for day in days_changed(before, one)})
        days = tuple(changed_days(before, after, from_today(before, touched, now)))
        return Published(self.offices.save(yaml, ask.by, now, self.drafts.emptied()), days)

    def tell(self, published: Published) -> StaffSaid:
        """Text everybody whose hours are others now; who of them was."""
        office, now = self.office(), self.clock.now()
        told = [name for name, days in _by_person(published.days) if self._text(office, days, now)]
        words = say("The plan is changed.")
        if told:
            words = Said(*words.parts, *say("By text: %(names)s.", names=", ".join(told)).parts)
        return StaffSaid(done=True, words=words)

    def _text(self, office: Office, days: Sequence[ChangedDay], now: datetime) -> bool:
        text = about_changes(days, self.notices.about(office, now))
        return self.notices.text_person(days[0].person, text)

    def _as_seen(self, ask: PlanDraft) -> None:
        if ask.seen != mark_of(self.offices.version, self.drafts.changes):
            raise HotlineError(
                say("Somebody has changed the office or the draft since."),
                say("Look at the draft again."),
            )


def _of(gathered: Iterable[Drafted]) -> list[Any]:
    return [one.change for one in gathered]


def _by_person(days: Iterable[ChangedDay]) -> list[tuple[str, list[ChangedDay]]]:
    found: dict[str, list[ChangedDay]] = {}
    for one in filter(hours_differ, days):
        found.setdefault(one.person.id, []).append(one)
    return [(days[0].person.name, days) for days in found.values()]
