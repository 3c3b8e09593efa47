"""One incoming call while it lasts: its caller, its language, its steps, its ending."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hotline.calls.ending import Ending
from hotline.calls.exchange import Exchange
from hotline.calls.leg import Party
from hotline.inbox.outcome import Outcome
from hotline.inbox.step import StepName
from hotline.lines.port import Caller, Leg
from hotline.media.catalogue import Prompt
from hotline.routing.office import Campaign, Office, Person
from hotline.routing.plan import Plan, plan_for
from hotline.routing.queue import Ticket, ticket_for
from hotline.routing.reasons import Reason, not_rung

if TYPE_CHECKING:
    from hotline.calls.askwhy import SaidWhy


@dataclass(frozen=True)
class Step:
    """One step of a call: `what` for programs, `words` in English for people, `facts` for both."""

    at: datetime
    what: StepName
    words: str
    facts: Mapping[str, object]


@dataclass
class Call:
    """One incoming call. Lives on the loop; its task is the only one that changes it.

    ticket: the caller's turn among those who wait. left: who talked with the caller hung up while
    he waited, so he comes first. on_step: told of every step, for the live page. pins_keyed: how
    often somebody tried to be let into the staff's menu. why: what the caller said it is about.
    campaign: whose callers these are, None for the office's own.
    """

    id: int
    leg: Leg
    exchange: Exchange
    office: Office
    started_at: datetime
    on_step: Callable[[Call, Step], None]
    steps: list[Step] = field(default_factory=list)
    ending: Ending = field(default_factory=Ending)
    language: str = ""
    ticket: Ticket = field(init=False)
    left: bool = False
    party_or_none: Party | None = None
    pins_keyed: int = 0
    why: SaidWhy | None = None
    campaign: Campaign | None = None

    def __post_init__(self) -> None:
        self.language = self.language or self.office.language
        self.ticket = ticket_for(self.office, self.caller.number, None, self.id)

    @property
    def caller(self) -> Caller:
        """Who calls, as the network says."""
        return self.leg.caller

    @property
    def party(self) -> Party:
        """The caller on the bridge; only after `pick_up`."""
        if self.party_or_none is None:
            raise RuntimeError("the call was not picked up yet")
        return self.party_or_none

    async def pick_up(self) -> None:
        """Answer and join the sound; what of it was done before a fault is not done again."""
        if not self.leg.answered.done() or self.leg.gone.done():
            await self.leg.answer()
        if self.party_or_none is not None:
            return
        self.party_or_none = Party(self.leg, self.exchange.engine)
        self.exchange.journal.answered(self.id, self.exchange.clock.now())
        self.step("answered", "The box answered.")

    def plan(self, topic: str | None = None, *, overflows: bool = False) -> Plan:
        """Who answers now. The office is read anew at each call, not during it."""
        clock = self.exchange.clock
        return plan_for(
            self.caller.number,
            self.office,
            clock.now(),
            topic=topic,
            language=self.language,
            overflows=overflows,
            load=self.exchange.board.load(self.caller.number, self.office.zone),
            clock_trusted=clock.trusted(),
            can_join=self.exchange.board.can_join(self.leg),
        )

    def not_rung(self, plan: Plan, topic: str | None) -> Iterator[tuple[Person, Reason]]:
        """Whom this plan does not ring, and why not."""
        x, number = self.exchange, self.caller.number
        return not_rung(
            plan,
            self.office,
            x.clock.now(),
            caller=number,
            topic=topic,
            language=self.language,
            load=x.board.load(number),
        )

    def step(self, what: StepName, words: str, **facts: object) -> None:
        """Write down what happens; never waits."""
        step = Step(self.exchange.clock.now(), what, words, facts)
        self.steps.append(step)
        self.exchange.journal.step(self.id, step.at, what, words, **facts)
        self.on_step(self, step)

    async def words(self, prompt: Prompt, **values: object) -> list[Path]:
        """A system prompt in the caller's language, as files."""
        return await self.exchange.prompts.files(self.language, prompt, **values)

    async def own_words(self, texts: Mapping[str, str], own: str = "") -> list[Path]:
        """The office's own text in the caller's language, or in its first one; maybe none.

        own: the name of the office's recording of it, which is played instead.
        """
        text = texts.get(self.language) or texts.get(self.office.language, "")
        if not text and not own:
            return []
        return await self.exchange.prompts.say(self.language, text, own)

    async def say(self, prompt: Prompt, **values: object) -> None:
        """Say a system prompt to its end."""
        await self.party.play(await self.words(prompt, **values))

    def close(self) -> None:
        """Let the caller go, tell, write the ending: each also when the one before it failed.

        Safe at any point of the call.
        """
        with contextlib.ExitStack() as then:
            then.callback(self._write_ending)
            # Before the row is closed: a row left open by a kill is told of at the next start.
            then.callback(self._tell_ending)
            then.callback(self.exchange.board.queue.hang_up, self.ticket)
            (self.party_or_none or self.leg).hang_up()

    def _tell_ending(self) -> None:
        self.step("ended", self.ending.words or f"The call ended: {self.ending.outcome}.")
        if self.ending.outcome is Outcome.MISSED:
            self.exchange.notices.missed(self)

    def _write_ending(self) -> None:
        end = self.ending
        self.exchange.journal.end(
            self.id,
            self.exchange.clock.now(),
            end.outcome,
            person=end.person or "",
            topic=end.topic or "",
            case_number=end.case_number,
            words=end.words,
            language=self.language,
        )
