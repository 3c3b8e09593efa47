"""Changes of the plan from day to day, checked as a whole office is, stored as a version of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta

from hotline.clock import Clock
from hotline.control.messages import OfficeUndo, PlanAway, PlanStandIn, PlanSwap
from hotline.errors import BadSettings, HotlineError
from hotline.routing.changes import with_absence, with_stand_in, with_swap
from hotline.routing.office import Office
from hotline.routing.shifts import DAY
from hotline.said import say
from hotline.storage.office import OfficeStore
from hotline.storage.officefile import read_office, read_stored_office
from hotline.storage.officewriting import write_office

LONGEST_ABSENCE = timedelta(days=400)


@dataclass(frozen=True)
class PlanDesk:
    """before: reads the YAML of the version before the newest from the disk."""

    office: Callable[[], Office]
    offices: OfficeStore
    clock: Clock
    before: Callable[[int], str | None]

    def swap(self, ask: PlanSwap) -> Future[int]:
        """Two people swap a day, or take it back."""
        self._known(ask.one, ask.other)
        return self._save(with_swap(self.office(), ask.day, ask.one, ask.other), ask.by)

    def away(self, ask: PlanAway) -> Future[int]:
        """Somebody is away."""
        self._known(ask.person)
        if not timedelta() <= ask.last - ask.first <= LONGEST_ABSENCE:
            raise HotlineError(
                say("The last day lies before the first, or more than a year after it."),
                say("Choose the days again."),
            )
        changed = with_absence(self.office(), ask.person, ask.first, ask.last, ask.reason)
        return self._save(changed, ask.by)

    def stand_in(self, ask: PlanStandIn) -> Future[int]:
        """Somebody works once."""
        self._known(ask.person)
        if not timedelta(minutes=1) <= ask.end - ask.start <= DAY:
            raise HotlineError(
                say("Somebody can stand in for a minute to a day."), say("Choose the times again.")
            )
        return self._save(with_stand_in(self.office(), ask.person, (ask.start, ask.end)), ask.by)

    def undo(self, ask: OfficeUndo) -> Future[int]:
        """The office before the newest saving is in force again."""
        if ask.newest != self.offices.version:
            raise HotlineError(
                say("Somebody has changed the office since."), say("Look at the plan again.")
            )
        yaml = self.before(ask.newest)
        if yaml is None:
            raise HotlineError(
                say("There is nothing before this change."), say("Change the plan instead.")
            )
        office, _ = read_stored_office(yaml, "the office before")
        return self.offices.save(write_office(office), ask.by, self.clock.now())

    def _known(self, *people: str) -> None:
        if any(self.office().person(one) is None for one in people):
            raise HotlineError(
                say("One of these people is not in the office any more."),
                say("Choose one of the list."),
            )

    def _save(self, changed: Office, by: str) -> Future[int]:
        """As `office_put` takes it: what cannot stand is refused in words."""
        yaml = write_office(changed)
        try:
            read_office(yaml, "the plan")
        except BadSettings as wrong:
            # The office itself may have a number that may not be dialled any more: not our doing.
            known = _problems(write_office(self.office()))
            new = [one for one in wrong.problems if _words(one) not in known]
            if new:
                raise HotlineError(_words(new[0]), say("Choose another day or person.")) from None
        return self.offices.save(yaml, by, self.clock.now())


def _problems(yaml: str) -> set[str]:
    try:
        read_office(yaml, "the plan")
    except BadSettings as wrong:
        return set(map(_words, wrong.problems))
    return set()


def _words(problem: str) -> str:
    return problem.partition(": ")[2]
