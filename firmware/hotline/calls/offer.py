"""One person being rung for one call: dial, whisper who calls and why, hear the key.

Answered means key 1: a mobile's voicemail looks like an answer on every network.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from hotline.calls.board import Engagement
from hotline.calls.call import Call
from hotline.calls.leg import Party, cause_of, either
from hotline.calls.ringing import Ringing
from hotline.errors import CallerGone, LineDown, NumberRefused
from hotline.inbox.step import StepName
from hotline.lines.port import AsideLeg, Cause, Leg
from hotline.media.catalogue import Prompt
from hotline.routing.computer import Way, Where, ways
from hotline.routing.plan import Candidate
from hotline.storage.calls import LEG_COST

TAKE_KEY = "1"
NOT_NOW_KEY = "2"
KEY_PATIENCE_S = 3.0
# After that it was a voicemail, and the caller has waited enough. By then both keys are named in
# every language, after 6 to 8 s, and the caller's number was said, which takes 6 to 8 s more.
WHISPER_PATIENCE_S = 14.0
FROM_S = 3.0  # for saying which colleague passes the call on, before all that
# What does not change while a caller waits: ringing again would only use up the caps.
HOPELESS = frozenset(
    {
        Cause.REJECTED,
        Cause.UNREACHABLE,
        Cause.NO_SUCH_NUMBER,
        Cause.LINE_FAILED,
        Cause.FAILED,
    }
)
CHANNEL_S = 3.0  # a network that lives ends a call sooner


@dataclass(eq=False)
class Reached:
    """Somebody took the call: on the bridge, and engaged until `release`.

    joined: they and the caller hear each other by now, through the network. left_alone: the box
    is not with them any more. at_computer: there is no telephone, and nothing was dialled.
    """

    engagement: Engagement
    party: Party
    joined: bool = False
    left_alone: bool = False
    at_computer: bool = False

    @property
    def name(self) -> str:
        """Whom the caller is speaking with."""
        return self.engagement.person.name

    @property
    def lost(self) -> bool:
        """Is the computer gone, with nobody having hung up?"""
        return self.at_computer and cause_of(self.party.leg) in (Cause.LINE_FAILED, Cause.NO_SOUND)

    def release(self) -> None:
        """Let the person go; harmless when repeated."""
        try:
            self.party.hang_up()
        finally:
            self.engagement.release()


async def offer_call(
    call: Call,
    candidate: Candidate,
    topic: str | None,
    refused: set[str],
    *,
    alone: bool = True,
    colleague: str = "",
) -> Reached | None:
    """Ring one person and ask for the key. Nobody is rung who is busy on any line.

    alone: nobody else is rung for this call meanwhile, so the caller may be held for it.
    colleague: the name of who talks with the caller and wants this person.
    """
    person = candidate.person

    def cost(seconds: float) -> None:
        until = " until the caller was handed on" if cause_of(call.leg) is Cause.HANDED_ON else ""
        words = f"{person.name}'s telephone was connected for {seconds:.0f} s{until}."
        call.step(LEG_COST, words, person=person.id, seconds=round(seconds, 1))

    engagement = call.exchange.board.engage(person, cost)
    if engagement is None:
        return None
    # Not before somebody is taken: until then whoever comes later must not take them instead.
    call.exchange.board.queue.leave(call.ticket)
    offer = _Offer(call, engagement, topic, alone, colleague)
    try:
        answer = await offer.make(candidate.ring_seconds)
        if answer is Answer.NEVER:
            refused.add(person.id)
        if answer is Answer.TAKEN:
            return offer.reached
    finally:
        offer.close()
    await offer.line_back()
    return None


async def say_last(
    call: Call, party: Party, release: Callable[[], None], word: Prompt = Prompt.WHISPER_TOO_LATE
) -> None:
    """A last sentence to one of the staff, who is let go then."""
    try:
        language = call.office.language
        await party.play(await call.exchange.prompts.files(language, word))
    except CallerGone:
        pass  # they had hung up already
    finally:
        release()


class Answer(Enum):
    """What came of ringing one person. NEVER: do not ask again during this call."""

    TAKEN = "taken"
    NOT_REACHED = "not reached"
    NEVER = "never"


class _Offer:
    """One person being rung for one call."""

    def __init__(
        self, call: Call, engagement: Engagement, topic: str | None, alone: bool, colleague: str
    ) -> None:
        self._call, self._engagement, self._topic = call, engagement, topic
        self._alone, self._colleague = alone, colleague
        self._ringing: Ringing | None = None
        self._computer: Leg | None = None
        self._aside: AsideLeg | None = None
        self._left_alone = False
        self._party: Party | None = None
        self.reached: Reached | None = None

    @property
    def _name(self) -> str:
        return self._engagement.person.name

    @property
    def _leg(self) -> Leg | None:
        return self._ringing.leg if self._ringing else self._computer

    async def make(self, ring_seconds: int) -> Answer:
        """Ring at the computer, where there is one, then on the telephone."""
        answer: Answer | None = None
        for way in ways(self._engagement.person, ring_seconds):
            if way.where is Where.TELEPHONE:
                return await self._on_the_telephone(way.seconds)
            answer = await self._at_the_computer(way)
            if answer in (Answer.TAKEN, Answer.NEVER):
                break
        return answer or Answer.NOT_REACHED

    async def _at_the_computer(self, way: Way) -> Answer:
        """No key is asked for: what presses the button there is no voicemail."""
        board, person = self._call.exchange.board, self._engagement.person
        try:
            leg = self._computer = board.computers.ring(person.id, *self._who())
        except LineDown:
            return Answer.NOT_REACHED  # gone since the plan was made
        self._step("ringing", f"Ringing {self._name} at the computer.", where=way.where.value)
        await either(leg.answered, leg.gone, within=way.seconds)
        if leg.answered.done() and not leg.gone.done():
            self._engagement.answered()
            self._was_there(True)
            party = Party(leg, self._call.exchange.engine)
            self.reached = Reached(self._engagement, party, at_computer=True)
            return Answer.TAKEN
        cause = cause_of(leg) or Cause.NO_ANSWER
        leg.hang_up()
        if cause is Cause.REJECTED:
            self._step("declined", f"{self._name} cannot now.", where=way.where.value)
            return Answer.NEVER
        if person.number is None:
            self._not_reached(cause)
        return Answer.NOT_REACHED

    def _who(self) -> tuple[str, str]:
        """Who calls, and about what."""
        office, topic = self._call.office, self._topic
        about = office.topic(topic) if topic else None
        name = about.name.get(office.language, about.id) if about else ""
        return self._call.caller.number or "", name

    async def _on_the_telephone(self, ring_seconds: int) -> Answer:
        """Ring, whisper, hear the key."""
        try:
            ringing = self._ringing = Ringing(self._dial(), self._over_another_line)
        except (LineDown, NumberRefused) as trouble:
            self._step("not_dialled", f"{self._name} cannot be rung: {trouble.cause}")
            board = self._call.exchange.board
            later = isinstance(trouble, LineDown) and board.channel_may_come(self._call.leg)
            return Answer.NOT_REACHED if later else Answer.NEVER
        self._step("held" if self._aside else "ringing", self._ringing_words(ring_seconds))
        cause = await ringing.answered(ring_seconds)
        if cause is not None:
            return self._not_reached(cause)
        self._engagement.answered()
        self._party = Party(ringing.leg, self._call.exchange.engine)
        return await self._ask_for_key(self._party)

    def _dial(self) -> Leg:
        """Over another line, where there is one: then the caller hears music and can choose."""
        board, caller = self._call.exchange.board, self._call.leg
        if not board.only_aside(caller):
            return board.dial(self._engagement)
        if not self._alone:
            raise LineDown("Others are rung for the caller already.")
        self._aside = board.dial_aside(self._engagement, caller)
        return self._aside

    def _ringing_words(self, seconds: int) -> str:
        if self._aside is not None:
            return f"Ringing {self._name} over the caller's own line; the caller is on hold."
        person = self._engagement.person
        if seconds < person.ring_seconds:
            after = f"a voicemail answers there after {person.voicemail_after} s"
            return f"Ringing {self._name} for {seconds} s only: {after}."
        return f"Ringing {self._name}."

    async def line_back(self) -> None:
        """Wait until a caller who was held is with the box again, or somebody else can be rung.

        Else the next person would find the only channel taken by a call that is just ending, and in
        each round again.
        """
        if self._aside is not None:
            await self._aside.parted()
        elif self._leg is not None and not self._call.exchange.board.can_dial():
            await either(self._leg.gone, within=CHANNEL_S)

    def _over_another_line(self, tried: Collection[str]) -> Leg:
        """The caller is held for it no longer."""
        board, failing = self._call.exchange.board, self._leg
        if board.only_aside(self._call.leg):
            raise LineDown("No other line can be joined with the caller's.")
        other = board.dial_elsewhere(self._engagement, tried)
        if failing is not None:
            self._step("other_line", f"The line {failing.line} fails; ringing over {other.line}.")
        self._aside = None
        return other

    def close(self) -> None:
        """End the leg unless it was taken; somebody who listens to the whisper is told why."""
        if self.reached is not None:
            return
        if self._party is not None and not self._party.gone.done():
            self._call.exchange.board.behind(say_last(self._call, self._party, self._release))
        else:
            self._release()

    def _release(self) -> None:
        over = self._party or self._leg
        try:
            if over is not None:
                over.hang_up()
        finally:
            # Two who find no line must not wake each other without end: nothing has changed.
            self._engagement.release(tell=over is not None)

    def _not_reached(self, cause: Cause) -> Answer:
        if self._engagement.comes_back:
            words = f"{self._name}'s telephone sends calls back to the hotline."
            self._step("not_reached", words, cause=cause.value)
            return Answer.NEVER
        self._step("not_reached", f"{self._name} did not take it: {cause}.", cause=cause.value)
        if cause is Cause.NO_ANSWER:
            self._was_there(False)
        return Answer.NEVER if cause in HOPELESS else Answer.NOT_REACHED

    async def _ask_for_key(self, party: Party) -> Answer:
        """The whisper; only key 1 takes the call. A voicemail presses nothing."""
        whisper = await _whisper(self._call, self._topic, self._colleague)
        self._step("whisper", f"{self._name}'s phone was picked up; asking for key 1.")
        try:
            key = await key_after(party, whisper, more=self._longer)
        except CallerGone:
            self._step("not_reached", f"{self._name} hung up without pressing 1.")
            return Answer.NOT_REACHED
        if key == TAKE_KEY:
            self._was_there(True)
        if key == TAKE_KEY and await self._through(party):
            self.reached = Reached(
                self._engagement, party, self._aside is not None, self._left_alone
            )
            return Answer.TAKEN
        party.hang_up()
        self._party = None  # they know why; `close` has nothing more to tell them
        if key == TAKE_KEY:
            return Answer.NEVER
        if key == NOT_NOW_KEY:
            self._step("declined", f"{self._name} pressed 2: not now.")
            return Answer.NEVER
        self._step("no_press", f"Nobody pressed 1 on {self._name}'s phone; a voicemail, perhaps.")
        self._was_there(False)
        return Answer.NOT_REACHED

    @property
    def _longer(self) -> float:
        """Seconds by which this whisper is longer than others."""
        why = self._call.why
        return (FROM_S if self._colleague else 0.0) + (why.seconds if why else 0.0)

    def _was_there(self, taken: bool) -> None:
        self._call.exchange.board.staff.rung(self._engagement.person, taken)

    async def _through(self, party: Party) -> bool:
        """Have the network join them where they share a line; where it will not, say so."""
        if self._aside is None:
            return True
        call = self._call
        try:
            self._left_alone = not await self._aside.join()
        except LineDown as refused:
            self._step("not_joined", f"{self._name} pressed 1, but: {refused.cause}")
            sorry = await call.exchange.prompts.files(call.office.language, Prompt.LINE_ERROR)
            with contextlib.suppress(CallerGone):
                await party.play(sorry)
            return False
        return True

    def _step(self, what: StepName, words: str, **facts: object) -> None:
        self._call.step(what, words, person=self._engagement.person.id, **facts)


async def key_after(party: Party, whisper: list[Path], *, more: float = 0.0) -> str | None:
    """Ask until the person presses 1 or 2; None where nobody does. Raises CallerGone.

    more: seconds by which this whisper is longer than usual.
    """
    try:
        async with asyncio.timeout(WHISPER_PATIENCE_S + more):
            while True:
                key = await party.ask(whisper, KEY_PATIENCE_S)
                if key in (TAKE_KEY, NOT_NOW_KEY):
                    return key
    except TimeoutError:
        return None


async def _whisper(call: Call, topic: str | None, colleague: str) -> list[Path]:
    office, prompts = call.office, call.exchange.prompts
    about = office.topic(topic) if topic else None
    asked: list[Path] = []
    if colleague:
        asked = await prompts.files(office.language, Prompt.TALK_FROM, colleague=colleague)
    topic_name = about.name.get(office.language, about.id) if about else None
    values = {"office": office.name, "topic": topic_name, "caller": call.caller.number}
    said = await call.why.files() if call.why else []
    if not said:
        return asked + await prompts.files(office.language, Prompt.WHISPER, **values)
    asked += await prompts.files(office.language, Prompt.WHISPER_ABOUT, **values)
    return [*asked, *said, *await prompts.files(office.language, Prompt.WHISPER_KEYS, **values)]
