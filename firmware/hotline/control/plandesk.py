"""Changes of the plan from day to day, checked as a whole office is, stored as a version of it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from hotline.clock import Clock
from hotline.control.messages.office import (
    OfficeAnsweredBy,
    OfficeUndo,
    PlanAway,
    PlanCopy,
    PlanMove,
    PlanStandIn,
    PlanSwap,
)
from hotline.errors import BadSettings, HotlineError
from hotline.inbox.retention import Retention
from hotline.routing.changes import (
    CHOOSE_ANOTHER,
    Change,
    CopyWeek,
    DoesNotFit,
    MoveShift,
    StandIn,
    StayAway,
    SwapDay,
    changed,
    must_stand,
)
from hotline.routing.office import Office
from hotline.routing.past import without_past
from hotline.said import say
from hotline.storage.office import OfficeStore
from hotline.storage.officefile import read_office, read_stored_office
from hotline.storage.officewords import read_wall_time
from hotline.storage.officewriting import write_office

PLAN_KEPT = Retention().calls  # reports of the staff hold the calls against it
PlanAsk = PlanSwap | PlanAway | PlanStandIn | PlanMove | PlanCopy


@dataclass(frozen=True)
class PlanDesk:
    """before: reads the YAML of the version before the newest from the disk. countries: all whose
    numbers people may have, None: the office's own alone.
    """

    office: Callable[[], Office]
    offices: OfficeStore
    clock: Clock
    before: Callable[[int], str | None]
    countries: frozenset[str] | None = None

    def put(self, ask: PlanAsk) -> Future[int]:
        """This change is in force from the next call on. Raises HotlineError where it cannot be."""
        now = self.clock.now()
        office = without_past(changed(self.office(), change_of(ask)), now - PLAN_KEPT)
        return self.offices.save(checked(office, self.office()), ask.by, now)

    def answered_by(self, ask: OfficeAnsweredBy) -> Future[int]:
        """Who answers from the next call on. Raises HotlineError where there is no such centre."""
        office = replace(self.office(), answered_by=ask.whom)
        return self.offices.save(checked(office, self.office()), ask.by, self.clock.now())

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
        office, _ = read_stored_office(yaml, "the office before", self.countries)
        return self.offices.save(write_office(office), ask.by, self.clock.now())


def change_of(ask: PlanAsk) -> Change:
    """What is asked for, as routing knows it."""
    match ask:
        case PlanSwap():
            return SwapDay(ask.day, ask.one, ask.other)
        case PlanAway():
            return StayAway(ask.person, ask.first, ask.last, ask.reason)
        case PlanStandIn():
            return StandIn(ask.person, (ask.start, ask.end))
        case PlanMove():
            at, start, end = map(read_wall_time, (ask.at, ask.start, ask.end))
            return MoveShift(ask.person, ask.day, at, ask.to, ask.to_day, start, end)
        case PlanCopy():
            return CopyWeek(ask.source, ask.target)


def checked(changed: Office, before: Office) -> str:
    """The changed office as YAML, read as `office_put` reads it. Raises DoesNotFit."""
    must_stand(changed, before)
    yaml = write_office(changed)
    if new := _problems(yaml) - _problems(write_office(before)):
        raise DoesNotFit(min(new), CHOOSE_ANOTHER)
    return yaml


def _problems(yaml: str) -> set[str]:
    """Such as a number that may not be dialled any more."""
    try:
        read_office(yaml, "the plan")
    except BadSettings as wrong:
        return {problem.partition(": ")[2] for problem in wrong.problems}
    return set()
