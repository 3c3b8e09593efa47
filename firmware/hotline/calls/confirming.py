"""Does the owner of a number want callers? The box rings it and asks for the code the office shows.

Until the right code was keyed nobody is ever forwarded to that number. A wrong number, a mobile's
voicemail and whoever cannot see the office's code key nothing, or the wrong thing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import cast

from hotline.calls.board import Engagement
from hotline.calls.checkcall import CheckCall
from hotline.calls.confirmaside import NextCall
from hotline.calls.exchange import Exchange
from hotline.calls.leg import Party, settled
from hotline.calls.notices import about_office
from hotline.calls.switchboard import Switchboard
from hotline.errors import CallerGone, HotlineError, LineDown
from hotline.lines.port import AsideLeg, Cause, HandingLine, Leg
from hotline.media.catalogue import Prompt
from hotline.notify.alarmwords import about_confirmed
from hotline.notify.staffwords import Told, about_welcome
from hotline.numbering import mask, normalise
from hotline.routing.confirmed import numbers_of
from hotline.routing.office import Office, Person
from hotline.said import say
from hotline.storage.audit import Act, Audit, Entry
from hotline.storage.confirmations import Confirmation, Confirmations

log = logging.getLogger(__name__)
DIGITS = 4
TRIES = 3
RING_S = 40.0
FIRST_KEY_S, NEXT_KEY_S = 8.0, 5.0
ASKING_S = 60.0  # from picking up; the code is worth nothing afterwards
DISK_S = 5.0
LOOK_S = 600.0


class State(StrEnum):
    """How far asking the owner of a number has come."""

    IN_TURN = "in turn"  # others are asked before
    WAITING = "waiting"  # for a call over which the owner can be rung, see confirmaside.py
    RINGING = "ringing"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    WRONG = "wrong"  # somebody keyed another code, three times
    SILENT = "silent"  # nobody keyed anything: a voicemail, perhaps
    NOT_REACHED = "not reached"
    NOT_CALLED = "not called"  # nobody called the line over which it could have been done
    FAILED = "failed"  # no line could make the call


UNDER_WAY = frozenset({State.IN_TURN, State.WAITING, State.RINGING, State.ASKED})


@dataclass
class Attempt:
    """One call to the owner. number: E.164. code: shown only to whoever had the box ask, `by`.

    line: that somebody has to call first, "" where the box calls the owner by itself.
    """

    person: Person
    number: str
    by: str
    code: str
    line: str = ""
    state: State = State.RINGING


@dataclass(frozen=True)
class _Dialled:
    """The owner's telephone is being rung."""

    leg: Leg


@dataclass
class Confirming:
    """Asks, one call for each number at a time. Lives on the loop.

    attempts: the last one of each number since the start. on_change: told when one has come on.
    switchboard: brings the calls to a line over which the box can call nobody by itself.
    """

    exchange: Exchange
    confirmed: Confirmations
    audit: Audit
    switchboard: Switchboard | None = None
    on_change: Callable[[], None] = lambda: None
    attempts: dict[str, Attempt] = field(default_factory=dict)
    _calls: set[asyncio.Task[None]] = field(default_factory=set)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def begin(self, person_id: str, by: str) -> Attempt:
        """Ring this person's number, at once or beside a call, and ask for the attempt's code.

        Raises HotlineError: no such person or number, confirmed already, in use, caps, no line.
        """
        person = self._person(person_id)
        engagement, way = self._rings(person)
        attempt = self.attempts[engagement.number] = Attempt(
            person, engagement.number, by, _new_code()
        )
        self._asked(attempt, way)
        self._start(attempt, engagement, way)
        return attempt

    def begin_in_turn(self, person_id: str, by: str) -> Attempt:
        """As `begin`, but the owner is rung only when all who were to be asked before have been.

        Raises HotlineError: no such person or number, confirmed or asked already, caps. What goes
        wrong later makes the attempt FAILED.
        """
        person = self._person(person_id)
        self.exchange.board.caps.need_room()
        held = self.attempts.get(number := person.number or "")
        if held and held.state in UNDER_WAY:
            raise _called_already()
        attempt = Attempt(person, number, by, _new_code(), state=State.IN_TURN)
        self.attempts[number] = attempt
        task = asyncio.create_task(self._in_turn(attempt), name="confirming in turn")
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return attempt

    async def forget(self, given: str, by: str) -> str:
        """A number may not be rung any more; returns it as E.164. Raises HotlineError.

        given: the number, or the id of a person or an entry of the directory.
        """
        person = self.exchange.office().telephone(given)
        raw = (person.number or person.unconfirmed) if person else given
        number = normalise(raw, self.exchange.board.caps.country) or raw
        was = self.confirmed.of(number)
        if was is None:
            raise HotlineError(say("This number is not confirmed."))
        await asyncio.wrap_future(self.confirmed.forget(number))
        self.attempts.pop(number, None)
        now = self.exchange.clock.now()
        self.audit.note(Entry(now, Act.FORGOTTEN, number, was.person, by))
        log.info("%s is not rung any more: %s took it back", mask(number), by)
        self.on_change()
        return number

    def look(self, office: Office) -> None:
        """Revoke what left the office for good; to be asked before an office is in force."""
        now = self.exchange.clock.now()
        for gone in self.confirmed.look(numbers_of(office), now):
            self.audit.note(Entry(now, Act.LEFT, gone.number, gone.person))

    async def keep(self) -> None:
        """Revoke in time what left the office, for ever."""
        while True:
            if self.exchange.clock.trusted():
                self.look(self.exchange.office())
            await asyncio.sleep(LOOK_S)

    async def close(self) -> None:
        """End every call."""
        await settled(tuple(self._calls))

    # -- one call ------------------------------------------------------------------------------

    def _person(self, person_id: str) -> Person:
        """With the number in its place, for the board."""
        person = self.exchange.office().telephone(person_id)
        if person is None:
            raise HotlineError(f"Nobody here is called {person_id}.", "See `hotline numbers`.")
        if person.number:
            raise HotlineError(
                say("The number of %(person)s is confirmed already.", person=person.name)
            )
        if not person.unconfirmed:
            raise HotlineError(
                say("%(person)s has no number yet.", person=person.name),
                say("Add it to the office first."),
            )
        return replace(person, number=person.unconfirmed, unconfirmed="")

    def _engaged(self, person: Person) -> Engagement:
        board = self.exchange.board
        board.caps.need_room()
        engagement = board.engage(person, lambda _seconds: None)
        if engagement is None:
            raise _called_already()
        return engagement

    def _rings(self, person: Person) -> tuple[Engagement, _Dialled | HandingLine]:
        engagement = self._engaged(person)
        try:
            engagement.number = self.exchange.board.permit(person.number or "", confirmed=False)
            return engagement, self._way(engagement)
        except HotlineError:
            engagement.release()
            raise

    def _way(self, engagement: Engagement) -> _Dialled | HandingLine:
        """The owner's telephone, ringing; or the line that somebody has to call for it."""
        board = self.exchange.board
        try:
            return _Dialled(board.dial_elsewhere(engagement, ()))
        except LineDown:
            for line in board.lines:
                alone = line.capabilities.hands_on and not line.capabilities.can_dial
                if self.switchboard and alone and line.state().up:
                    handing = cast(HandingLine, line)
                    if board.hands_on(handing.card()):
                        return handing
            raise

    def _asked(self, attempt: Attempt, way: _Dialled | HandingLine) -> None:
        attempt.state = State.RINGING
        if not isinstance(way, _Dialled):
            attempt.line, attempt.state = way.name, State.WAITING
        self._note(Act.ASKED, attempt)

    async def _in_turn(self, attempt: Attempt) -> None:
        """Wait for the turn, then ask; unless it was asked or forgotten meanwhile."""
        async with self._turn:
            if self.attempts.get(attempt.number) is not attempt:
                return
            try:
                attempt.person = self._person(attempt.person.id)
                engagement, way = self._rings(attempt.person)
            except HotlineError as refused:
                log.info("%s is not asked: %s", mask(attempt.number), refused)
                attempt.state, attempt.code = State.FAILED, ""
                self.on_change()
                return
            attempt.number = engagement.number
            self.attempts[attempt.number] = attempt
            self._asked(attempt, way)
            self.on_change()
            try:
                await self._call(attempt, engagement, way)
            finally:
                if isinstance(way, _Dialled):
                    way.leg.hang_up()

    def _start(self, attempt: Attempt, engagement: Engagement, way: _Dialled | HandingLine) -> None:
        work = self._call(attempt, engagement, way)
        task = asyncio.create_task(work, name="confirming")
        self._calls.add(task)

        def over(task: asyncio.Task[None]) -> None:
            """Also of a call that was cancelled before it began."""
            self._calls.discard(task)
            if isinstance(way, _Dialled):
                way.leg.hang_up()
            engagement.release()

        task.add_done_callback(over)

    async def _call(
        self, attempt: Attempt, engagement: Engagement, way: _Dialled | HandingLine
    ) -> None:
        """The whole call; whatever happens in it, it is over afterwards and told of."""
        state = State.FAILED
        try:
            if isinstance(way, _Dialled):
                state = await self._rung(attempt, engagement, way.leg)
            else:
                state = await self._beside(attempt, engagement, way)
        except Exception:  # the seam of a call: a fault of ours confirms nobody
            log.exception("asking the owner of %s failed", mask(attempt.number))
        finally:
            engagement.release()
            self._over(attempt, state)

    async def _beside(self, attempt: Attempt, engagement: Engagement, line: HandingLine) -> State:
        """Somebody calls the line, and is held while the owner is rung over it."""

        async def ask(leg: AsideLeg) -> State:
            attempt.state = State.RINGING
            self.on_change()
            return await self._rung(attempt, engagement, leg)

        if self.switchboard is None:
            return State.FAILED
        call = NextCall(line, attempt.number, ask)
        return await call.result(self.switchboard) or State.NOT_CALLED

    async def _rung(self, attempt: Attempt, engagement: Engagement, leg: Leg) -> State:
        """Ring, and ask who answers; counted among the calls that go out at once."""
        call = CheckCall(self.exchange, engagement, leg)
        try:
            with self.exchange.board.forwarding():
                cause = await call.ring(RING_S)
                if cause is not None:
                    return State.FAILED if cause is Cause.LINE_FAILED else State.NOT_REACHED
                attempt.state = State.ASKED
                self.on_change()
                return await self._code(attempt, call)
        finally:
            call.close()

    async def _code(self, attempt: Attempt, call: CheckCall) -> State:
        """Ask up to three times; who hangs up in between has keyed what they keyed."""
        state = State.SILENT
        with contextlib.suppress(TimeoutError, CallerGone):
            async with asyncio.timeout(ASKING_S):
                asked = Prompt.CONFIRM_ASK
                for _ in range(TRIES):
                    keys = await _keys(call.party, await call.words(asked))
                    if secrets.compare_digest(keys.encode(), attempt.code.encode()):
                        state = State.CONFIRMED
                        await self._confirm(attempt)
                        break
                    state = State.WRONG if keys else state
                    asked = Prompt.CONFIRM_WRONG if keys else Prompt.CONFIRM_ASK
        last = Prompt.CONFIRM_DONE if state is State.CONFIRMED else Prompt.CONFIRM_NOT
        with contextlib.suppress(CallerGone):
            await call.say(last)
        return state

    async def _confirm(self, attempt: Attempt) -> None:
        """On the disk before it is thanked for, if the disk takes it in time: the writer goes on.

        Cut off before it did, the box asks anew.
        """
        now = self.exchange.clock.now()
        one = Confirmation(attempt.number, now, attempt.person.name, attempt.by)
        await asyncio.wait({asyncio.wrap_future(self.confirmed.keep(one))}, timeout=DISK_S)

    def _over(self, attempt: Attempt, state: State) -> None:
        attempt.state, attempt.code = state, ""
        well = state is State.CONFIRMED
        self._note(Act.CONFIRMED if well else Act.NOT_CONFIRMED, attempt)
        log.info("%s of %s: %s", mask(attempt.number), attempt.person.name, state)
        office = self.exchange.office()
        words = about_confirmed(
            attempt.number, attempt.person.name, attempt.by, about_office(office), well=well
        )
        self.exchange.notices.tell(office, words)
        if well:
            told = Told.to(attempt.person, office, self.exchange.clock.now())
            person = replace(attempt.person, number=attempt.number)
            self.exchange.notices.text_person(person, about_welcome(office.name, told))
        self.on_change()

    def _note(self, what: Act, attempt: Attempt) -> None:
        now = self.exchange.clock.now()
        self.audit.note(Entry(now, what, attempt.number, attempt.person.name, attempt.by))


def _new_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def _called_already() -> HotlineError:
    return HotlineError(
        say("This telephone is being called already."), say("Wait until it is over.")
    )


async def _keys(party: Party, question: list[Path]) -> str:
    """What is keyed after the question: four digits, or fewer from who stops, or none."""
    keys = await party.ask(question, FIRST_KEY_S) or ""
    while keys and len(keys) < DIGITS:
        following = await party.ask([], NEXT_KEY_S)
        if following is None:
            break
        keys += following
    return keys
