"""When does the voicemail of a mobile answer? The box rings it, and everybody lets it ring."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from hotline.calls.board import Engagement
from hotline.calls.checkcall import CheckCall, engaged
from hotline.calls.exchange import Exchange
from hotline.calls.leg import settled
from hotline.errors import CallerGone, HotlineError
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.numbering import mask
from hotline.routing.office import Person
from hotline.said import say
from hotline.storage.numberchecks import NumberChecks, Voicemail

log = logging.getLogger(__name__)

LONGEST_RING_S = 60.0  # a voicemail that needs longer catches no call of the box


class Measured(StrEnum):
    """How far measuring a number has come."""

    RINGING = "ringing"
    VOICEMAIL = "voicemail"  # how many seconds it took is stored
    NONE = "none"  # nothing answered for a minute; that is stored, too
    PICKED_UP = "picked up"  # somebody pressed the key: it was no voicemail
    HUNG_UP = "hung up"  # too soon to tell who or what it was
    NOT_REACHED = "not reached"
    FAILED = "failed"  # no line could make the call


@dataclass
class Measuring:
    """Measures, one call for each number at a time. Lives on the loop.

    states: how the last one of each number came out, since the start. on_change: told of news.
    """

    exchange: Exchange
    checks: NumberChecks
    on_change: Callable[[], None] = lambda: None
    states: dict[str, Measured] = field(default_factory=dict)
    _calls: set[asyncio.Task[None]] = field(default_factory=set)

    def begin(self, person_id: str) -> Person:
        """Ring this person, who is to let it ring. Raises HotlineError."""
        person = self._person(person_id)
        board, number = self.exchange.board, person.number or ""
        board.caps.allowed(number)
        with contextlib.ExitStack() as taking:
            engagement = taking.enter_context(engaged(board, person))
            task = asyncio.create_task(self._measure(person, engagement), name="measuring")
            taken = taking.pop_all()
        self.states[number] = Measured.RINGING
        self._calls.add(task)

        def over(task: asyncio.Task[None]) -> None:
            """Also of a call that was cancelled before it began."""
            self._calls.discard(task)
            taken.close()
            if self.states.get(number) is Measured.RINGING:
                self.states[number] = Measured.FAILED
            self.on_change()

        task.add_done_callback(over)
        return person

    async def close(self) -> None:
        """End every call."""
        await settled(tuple(self._calls))

    def _person(self, person_id: str) -> Person:
        person = self.exchange.office().person(person_id)
        if person is None:
            raise HotlineError(f"Nobody here is called {person_id}.", "See `hotline numbers`.")
        if person.number is None:
            raise HotlineError(
                say("The number of %(person)s is not confirmed.", person=person.name),
                say("Confirm it first."),
            )
        return person

    async def _measure(self, person: Person, engagement: Engagement) -> None:
        number = person.number or ""
        call = CheckCall(self.exchange, engagement)
        try:
            state = await self._state(call)
        except HotlineError as trouble:
            log.info("measuring %s: %s", mask(number), trouble)
            state = Measured.FAILED
        except Exception:  # the seam of a call
            log.exception("measuring %s failed", mask(number))
            state = Measured.FAILED
        finally:
            call.close()
        after = round(call.seconds) if state is Measured.VOICEMAIL else None
        if state in (Measured.VOICEMAIL, Measured.NONE):
            self.checks.keep_voicemail(Voicemail(number, self.exchange.clock.now(), after))
        log.info("the voicemail of %s: %s, %.0f s", mask(number), state, call.seconds)
        self.states[number] = state

    async def _state(self, call: CheckCall) -> Measured:
        """What rings so long, and what answers then."""
        cause = await call.ring(LONGEST_RING_S)
        if cause is Cause.NO_ANSWER:
            return Measured.NONE
        if cause is not None:
            return Measured.NOT_REACHED
        try:
            key = await call.key(Prompt.MEASURE)
        except CallerGone:
            return Measured.HUNG_UP
        return Measured.VOICEMAIL if key is None else Measured.PICKED_UP
