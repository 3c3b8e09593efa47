"""The steps of the set-up, in their order, and which of them is next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_login import current_user

from hotline.errors import HotlineError
from hotline.routing.office import NOT_SET_UP, Office
from hotline.storage.setupsteps import Mark
from hotline.storage.users import Role
from hotline_web.desk import Desk
from hotline_web.languages import _


@dataclass(frozen=True)
class Step:
    """One decision. done: is it so already, however it came about? Then it is not asked.

    version: raised when an owner who was asked before is to be asked again. never: does this box
    have no use for it at all?
    """

    name: str
    title: Callable[[], str]
    done: Callable[[Desk], bool]
    version: int = 1
    never: Callable[[Desk], bool] = lambda here: False


def _of_office(done: Callable[[Office], bool]) -> Callable[[Desk], bool]:
    def asked(here: Desk) -> bool:
        saved = here.records.office()
        return saved is not None and done(saved[1])

    return asked


def _kept_before(office: Office) -> bool:
    """Who has people has been asked, or has written an office file."""
    return bool(office.recording_notice or office.people)


def _has_network(here: Desk) -> bool:
    """Or it cannot be given one by Wi-Fi. It is asked only while there is no way to a router."""
    if here.status is None or here.status.routed or current_user.role is not Role.OWNER:
        return True
    try:
        return not here.control.network_hear().device
    except HotlineError:
        return True


STEPS = (
    Step("wifi", lambda: _("Wi-Fi"), _has_network, never=_has_network),
    Step("about", lambda: _("About you"), _of_office(lambda office: office.name != NOT_SET_UP)),
    Step("notice", lambda: _("Recorded messages"), _of_office(_kept_before)),
    Step("lines", lambda: _("Lines"), lambda here: bool(here.status and here.status.lines)),
    Step("people", lambda: _("People"), _of_office(lambda office: bool(office.people))),
    Step("hours", lambda: _("Opening hours"), _of_office(lambda office: bool(office.hours))),
    Step("menu", lambda: _("Menu"), _of_office(lambda office: bool(office.menus))),
    Step("test", lambda: _("Test call"), lambda here: False),
)


def steps_for(here: Desk, shown: Step) -> list[Step]:
    """Those of this box, and the one that is shown."""
    return [step for step in STEPS if step is shown or not step.never(here)]


def step_named(name: str) -> Step | None:
    """The step of that name."""
    return next((step for step in STEPS if step.name == name), None)


def next_step(here: Desk) -> Step | None:
    """The first that still wants an answer; None when nothing is left to ask."""
    marks = here.tools.setup.marks()
    return next((step for step in STEPS if _is_asked(step, marks, here)), None)


def _is_asked(step: Step, marks: dict[str, tuple[Mark, int]], here: Desk) -> bool:
    mark, version = marks.get(step.name, (None, 0))
    if step.never(here):
        return False
    if mark is Mark.OPENED:
        return True  # whoever was half through it is led back to it, whatever it has changed
    return version < step.version and not step.done(here)
