"""The talk of a caller and a colleague, and what the colleague can do in it; see orders.py.

The caller never orders anything. Whoever hangs up, the caller is lost by nobody: they are with a
person, hear music while one is asked for, or come back first in line. In every scene below the one
who has the caller is the holder, somebody asked for help is the other.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Coroutine, Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from hotline.calls import hardcall
from hotline.calls.call import Call
from hotline.calls.choosing import choose_person, moment_of
from hotline.calls.hunt import result_of, send_off
from hotline.calls.leg import Party, either, settled
from hotline.calls.offer import Reached, offer_call, say_last
from hotline.calls.orders import Order, forget, next_order
from hotline.calls.spoken import note_left, note_parting, note_talk
from hotline.errors import CallerGone
from hotline.inbox.step import StepName
from hotline.media.catalogue import Prompt
from hotline.routing import handover
from hotline.routing.office import Person
from hotline.routing.plan import Candidate
from hotline.routing.voicemail import ring_time

T = TypeVar("T")
MINUTE_S = 60.0
A_WORD_S = 1.0  # in less nobody said anything: who is gone by then did not mean to take it


class Happened(Enum):
    """What may come before the next order."""

    HOLDER_GONE = "the holder hung up"
    OTHER_GONE = "the other hung up"
    DONE = "what was waited for is done"
    TOO_LONG = "nothing else happened in time"


class _LeftAlone(Exception):  # noqa: N818 - what happened, no error
    """Nobody is with the caller, and nobody is rung."""


class InTalk:
    """One talk; call `release` when it is over. The scenes are in the order of the keys.

    note: writes down that the caller and somebody talk, if not as usual. on_key: told of every key
    that the first holder presses without a star.
    """

    def __init__(
        self,
        call: Call,
        holder: Reached,
        *,
        note: Callable[[Call, Reached], None] | None = None,
        on_key: Callable[[str], None] = lambda _key: None,
    ) -> None:
        self._call, self._x = call, call.exchange
        self._holder = self._first = holder
        self._waited = note is None  # a caller who waited for somebody can wait for another
        self._note, self._on_key = note or note_talk, on_key
        self._other: Reached | None = None
        self._noted: Reached | None = None  # whose talk with the caller is written down
        self._with_caller = False  # does the holder hear the caller?
        self._unattended = False  # did the holder hang up while the caller waited?
        self._hard: set[Reached] = set()

    async def run(self) -> bool:
        """Until it is over; False where the holder left the caller waiting, or was gone before
        a word was said. Raises CallerGone."""
        began = self._x.clock.monotonic()
        try:
            order = await self._together()
            if not order and self._waited and self._x.clock.monotonic() - began < A_WORD_S:
                raise self._alone()
            while order:
                before = self._holder
                while order:
                    order = await self._scene(order)
                if self._holder is before:
                    self._step("back_again", f"{self._name} and the caller talk again.")
                order = await self._together()
            if self._waited and self._holder.lost:
                raise self._alone()
        except _LeftAlone:
            return False
        finally:
            forget(self._call.leg.keys)  # what the caller pressed meanwhile was for nobody
        note_parting(self._call, self._holder)
        return True

    async def _scene(self, order: Order) -> Order | None:
        """What is ordered; the next order, or None: back to the talk."""
        if order is Order.HOLD:
            return await self._hold()
        if order is Order.HARD:
            self._hard.add(self._holder)
        if not self._x.board.caps.may_forward():
            self._step("cap", "As many calls as allowed are being forwarded already.")
            async with self._music():
                await self._tell(Prompt.TALK_NOBODY)
            return None
        with self._x.board.forwarding():  # for the other one
            if order is Order.TRANSFER:
                await self._transfer()
            elif order is Order.CONSULT:
                await self._consult()
            else:
                await self._hard_call()
        return None

    async def _together(self) -> Order | None:
        """Caller and holder hear each other; None when the holder hangs up."""
        with self._hearing(self._call.party, self._holder.party):
            if self._call.party.gone.done():
                raise CallerGone
            if self._noted is not self._holder:
                self._noted = self._holder
                self._note(self._call, self._holder)
            happened = await self._next()
        return happened if isinstance(happened, Order) else None

    async def _hold(self) -> Order | None:
        self._step("on_hold", f"{self._name} puts the caller on hold.")
        async with self._music():
            seconds = self._call.office.hold_minutes * MINUTE_S
            happened = await self._next(Prompt.TALK_ON_HOLD, seconds=seconds)
            if happened is Happened.HOLDER_GONE:
                raise self._alone()
            if happened is Happened.TOO_LONG:
                self._step("held_too_long", "The caller was on hold for as long as may be.")
                await self._tell(Prompt.TALK_BACK)
        return happened if isinstance(happened, Order) and happened is not Order.HOLD else None

    async def _transfer(self) -> None:
        async with self._music():
            person = await self._chosen()
            if person is None:
                return
            self._step("transfer", f"{self._name} passes the caller on to {person.name}.")
            if other := await self._reached([person]):
                self._hand_over(other)

    async def _consult(self) -> None:
        async with self._music():
            person = await self._chosen()
            if person is None:
                return
            self._step("on_hold", f"{self._name} puts the caller on hold, to ask {person.name}.")
            other = await self._reached([person])
            if other is None:
                return
            if self._unattended:
                self._hand_over(other)
                return
            self._step("consult", f"{self._name} asks {other.name}; the caller hears music.")
            self._other = other
            joins = await self._two_aside(other)
        if joins:
            await self._three(other)
        if self._other is not None:
            self._other = None
            if other.party.gone.done():
                note_parting(self._call, other)
            self._part_from(other)

    async def _hard_call(self) -> None:
        self._step("hard_call", f"{self._name} asks a manager to take over a hard call.")
        async with self._music():
            managers = handover.escalation(moment_of(self._call, self._holder.engagement.person))
            if not managers:
                await self._tell(Prompt.TALK_NOBODY)
            elif other := await self._reached(managers):
                self._hand_over(other)

    # -- with somebody else ------------------------------------------------------------------------

    async def _chosen(self) -> Person | None:
        people = handover.choices(moment_of(self._call, self._holder.engagement.person))
        if not people:
            await self._tell(Prompt.TALK_NOBODY)
            return None
        party, language = self._holder.party, self._call.office.language
        asked = choose_person(party, people, self._x.prompts, language, Prompt.TALK_WHOM)
        return await self._both(asked)

    async def _reached(self, people: Sequence[Person]) -> Reached | None:
        """Ring one after another; None when the holder wants back, or is told that nobody took it.

        Goes on when the holder hangs up: raises _LeftAlone if nobody takes it then.
        """
        for person in people:
            offer = asyncio.create_task(self._offer(person))
            taken: Reached | None = None
            try:
                if not await self._rung(offer):
                    return None
                if taken := offer.result():
                    return taken
            finally:
                await settled([offer])
                late = result_of(offer)
                if late is not None and late is not taken:
                    send_off(self._call, late)
        if self._unattended:
            raise _LeftAlone
        await self._tell(Prompt.TALK_NOT_TAKEN)
        return None

    def _offer(self, person: Person) -> Coroutine[Any, Any, Reached | None]:
        return offer_call(
            self._call,
            Candidate(person, ring_time(person)),
            self._call.ending.topic,
            set(),
            alone=False,
            colleague=self._name,
        )

    async def _rung(self, offer: asyncio.Task[Reached | None]) -> bool:
        """Until it is known whether the person takes it; False when the holder wants back."""
        while not offer.done():
            happened = await self._next(Prompt.TALK_CALLING, also=offer, music=True)
            if happened is Order.HOLD:
                return False
            if happened is Happened.HOLDER_GONE:
                self._left()
                await self._call.party.while_here(asyncio.wait({offer}))
        return True

    async def _two_aside(self, other: Reached) -> bool:
        """Holder and other hear each other, the caller music. True: all three want to talk."""
        saying, seconds = Prompt.TALK_CONSULT, self._call.office.hold_minutes * MINUTE_S
        with self._hearing(self._holder.party, other.party):
            while True:
                happened = await self._next(saying, seconds=seconds)
                if happened is Happened.HOLDER_GONE:
                    self._hand_over(other)
                    return False
                if happened is Happened.OTHER_GONE or happened is Order.HOLD:
                    return False
                if happened is Order.CONSULT:
                    return True
                saying = Prompt.TALK_STILL

    async def _three(self, other: Reached) -> None:
        """All three hear each other, until one of the colleagues is let go or goes."""
        person = other.engagement.person
        self._step("three_way", f"The caller, {self._name} and {other.name} talk.", person)
        with self._hearing(self._call.party, self._holder.party, other.party):
            while isinstance(happened := await self._next(), Order):
                if happened is Order.HOLD:
                    return
        if happened is Happened.HOLDER_GONE:
            self._hand_over(other)

    def _hand_over(self, other: Reached) -> None:
        """The other has the caller from now on."""
        if other.party.gone.done():  # in the very moment
            self._lost(other)
            return
        before, self._holder, self._other = self._holder, other, None
        if before.party.gone.done() and not self._unattended:
            note_parting(self._call, before)
        self._unattended = False
        self._part_from(before)

    def _lost(self, other: Reached) -> None:
        """Who was to have the caller hung up: the holder has him, or nobody."""
        self._other = None
        note_parting(self._call, other)
        other.release()
        if self._holder.party.gone.done():
            raise self._alone()

    def _left(self) -> None:
        """The holder hung up, and nobody is with the caller."""
        if not self._unattended:
            self._unattended = True
            note_parting(self._call, self._holder)
            note_left(self._call, self._holder)
            self._part_from(self._holder)

    def _alone(self) -> _LeftAlone:
        """The same, and nobody is rung for the caller: first of all he stands in line again.

        Else whoever waits would be put through to the holder before him.
        """
        call, person = self._call, self._holder.engagement.person.id
        call.ticket = call.ticket.first()
        self._x.board.queue.wait(call.ticket, frozenset({person}))
        self._left()
        return _LeftAlone()

    # -- who goes ----------------------------------------------------------------------------------

    def release(self) -> None:
        """Everybody of the staff may go; who did not hear the caller go is told."""
        with contextlib.ExitStack() as each:
            for one in (self._holder, self._other):
                if one is not None:
                    each.callback(self._part_from, one, Prompt.TALK_CALLER_LEFT)

    def _part_from(self, one: Reached, word: Prompt = Prompt.TALK_THANKS) -> None:
        """Let one of the staff go, with a last word where it is wanted."""
        hard = one in self._hard
        self._hard.discard(one)
        person, there = one.engagement.person, not one.party.gone.done()
        if hard:
            self._x.board.staff.had_a_hard_call(person)
        if hard and there:
            self._x.board.behind(hardcall.debrief(self._call, one, word), long=True)
        elif there and (word is Prompt.TALK_THANKS or self._to_be_told()):
            self._x.board.behind(say_last(self._call, one.party, one.release, word))
        else:
            one.release()
            if hard:
                hardcall.without_note(self._call, person)

    def _to_be_told(self) -> bool:
        return self._call.party.gone.done() and not self._with_caller

    # -- at hand -----------------------------------------------------------------------------------

    async def _next(
        self,
        saying: Prompt | None = None,
        *,
        also: asyncio.Future[Any] | None = None,
        seconds: float | None = None,
        music: bool = False,
    ) -> Order | Happened:
        """What happens next. Raises CallerGone.

        saying: what the holder hears meanwhile, then music if so. also: something waited for.
        """
        caller, holder = self._call.party.gone, self._holder.party.gone
        other = self._other.party.gone if self._other else None
        order = asyncio.ensure_future(self._ordered(saying, music=music))
        ends: list[asyncio.Future[Any]] = [order, caller, holder]
        ends += [end for end in (other, also) if end is not None]
        try:
            await either(*ends, within=seconds)
        finally:
            await settled([order])
        if caller.done():
            raise CallerGone
        if also is not None and also.done():
            return Happened.DONE
        if holder.done():
            return Happened.HOLDER_GONE
        if other is not None and other.done():
            return Happened.OTHER_GONE
        return Happened.TOO_LONG if order.cancelled() else order.result()

    async def _ordered(self, saying: Prompt | None, *, music: bool) -> Order:
        """The holder's next order; help is given here. Who is of the directory orders nothing."""
        if self._x.office().person(self._holder.engagement.person.id) is None:
            await asyncio.Event().wait()
        while True:
            speaking = asyncio.ensure_future(self._speak(saying, music=music))
            try:
                order = await next_order(self._holder.party.leg.keys, self._alone_pressed)
            finally:
                await settled([speaking])
            if order is not Order.HELP:
                return order
            saying = Prompt.TALK_HELP

    def _alone_pressed(self, key: str) -> None:
        if self._holder is self._first:
            self._on_key(key)

    async def _speak(self, saying: Prompt | None, *, music: bool) -> None:
        """To the holder alone, whoever else they hear."""
        sound = self._holder.party.sound
        if saying is not None:
            await sound.play(await self._words(saying))
        if music:
            await sound.play([self._x.comfort.music], loop=True)

    async def _tell(self, prompt: Prompt) -> None:
        """To the end, while the caller hears music."""
        await self._both(self._holder.party.play(await self._words(prompt)))

    async def _both(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` with the holder, while both are there. Raises CallerGone, _LeftAlone."""
        try:
            return await self._call.party.while_here(work)
        except CallerGone:
            if self._call.party.gone.done():
                raise
        raise self._alone()  # it was the holder who hung up

    @contextlib.contextmanager
    def _hearing(self, *parties: Party) -> Iterator[None]:
        """These hear each other, and nobody else."""
        self._with_caller = self._call.party in parties
        with contextlib.ExitStack() as then:
            for one, other in itertools.combinations(parties, 2):
                then.callback(self._x.engine.part, one.sound, other.sound)
                self._x.engine.join(one.sound, other.sound)
            yield
        self._with_caller = False

    def _music(self) -> contextlib.AbstractAsyncContextManager[None]:
        """The caller hears music."""
        return self._call.party.hearing(self._x.comfort.music)

    async def _words(self, prompt: Prompt) -> list[Path]:
        return await self._x.prompts.files(self._call.office.language, prompt)

    @property
    def _name(self) -> str:
        return self._holder.name

    def _step(self, what: StepName, words: str, person: Person | None = None) -> None:
        who = person or self._holder.engagement.person
        self._call.step(what, words, person=who.id)
