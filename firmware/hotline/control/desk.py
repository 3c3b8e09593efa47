"""Answers what the page and the commands ask, from the parts of the running daemon."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hotline import __version__
from hotline.calls.call import Call
from hotline.calls.call import Step as CallStep
from hotline.calls.exchange import Exchange
from hotline.calls.message import notice_in, notice_text
from hotline.calls.switchboard import Switchboard
from hotline.control.addeddesk import AddedDesk
from hotline.control.answering import OPEN, answer_of
from hotline.control.backupdesk import BackupDesk
from hotline.control.boxdesk import BoxDesk
from hotline.control.closingdesk import ClosingDesk
from hotline.control.draftdesk import DraftDesk
from hotline.control.hardwaredesk import HardwareDesk
from hotline.control.letterdesk import LetterDesk
from hotline.control.linedesk import LineDesk
from hotline.control.livedesk import callers_waiting, live_call, live_calls
from hotline.control.menutrial import tried
from hotline.control.messages.answers import AnswerHear
from hotline.control.messages.calls import (
    CallBack,
    CallClaim,
    CallReturned,
    CallTried,
    CaseAssign,
    CaseDone,
    CaseDue,
    CaseHeard,
    CaseNote,
    CaseReopen,
)
from hotline.control.messages.lines import (
    LineAdd,
    LineBalance,
    LineChange,
    LineDivert,
    LineRemove,
    LineSet,
    LinesFound,
    LineTest,
    LineTone,
)
from hotline.control.messages.office import (
    MenuTried,
    MenuTry,
    NoticeHear,
    NoticeHeard,
    NoticeTexts,
    NoticeTextsAnswer,
    OfficeAnswer,
    OfficeAnsweredBy,
    OfficeGet,
    OfficePut,
    OfficePutAnswer,
    OfficeSet,
    OfficeUndo,
    PlanAway,
    PlanCopy,
    PlanDraft,
    PlanMove,
    PlanStandIn,
    PlanSwap,
    TopicName,
)
from hotline.control.messages.people import (
    CapsResume,
    Named,
    NextDuty,
    NumberConfirm,
    NumberForget,
    NumberMeasure,
    Numbers,
    StaffAsk,
    StaffOpen,
    StaffPin,
    StaffSaid,
)
from hotline.control.messages.prompts import (
    Announce,
    AnnouncementLook,
    PromptHear,
    PromptLook,
    PromptPut,
    PromptRevert,
    Prompts,
    PromptText,
)
from hotline.control.messages.status import Event, Status, StatusAnswer, Who, WhoAnswer
from hotline.control.messages.wire import Done, Message, Words
from hotline.control.networkdesk import NetworkDesk
from hotline.control.numberdesk import NumberDesk
from hotline.control.pindesk import PinDesk
from hotline.control.plandesk import PlanAsk, PlanDesk
from hotline.control.promptdesk import PromptDesk
from hotline.control.server import Feed
from hotline.control.staffdesk import StaffDesk
from hotline.control.stored import stored
from hotline.control.table import Row, row, row_at_once, telling
from hotline.control.waitingdesk import WaitingDesk
from hotline.errors import BadSettings, HotlineError
from hotline.lan.watch import own_address
from hotline.lines.port import LineState as PortState
from hotline.routing.campaigns import as_called, campaign_of
from hotline.routing.office import Office
from hotline.routing.plan import Plan, plan_for
from hotline.routing.rules import next_duty
from hotline.routing.staff import Load
from hotline.said import Said, say
from hotline.storage.office import OfficeStore
from hotline.storage.officefile import read_office
from hotline.storage.officesections import mark_of, sections_of, with_sections
from hotline.storage.officewriting import write_office

Spoken = PromptPut | PromptText | PromptRevert | Announce
OfLine = LineTest | LineTone | LineDivert | LineChange | LineRemove
PLANS: tuple[type[PlanAsk], ...] = (PlanSwap, PlanAway, PlanStandIn, PlanMove, PlanCopy)
Read = tuple[Office, tuple[str, ...]]  # an office, and warnings


@dataclass
class FrontDesk:
    """`Desk` of the daemon. trouble, power (and what to do), unsent: asked for each status.

    before: the YAML of the office before that version, from the disk. countries: all whose numbers
    people of the office may have, None: the office's own alone.
    """

    exchange: Exchange
    switchboard: Switchboard
    offices: OfficeStore
    started_at: datetime
    trouble: Callable[[], str]
    power: Callable[[], tuple[Said, Said]]
    unsent: Callable[[], int]
    lines: LineDesk
    added: AddedDesk
    hardware: HardwareDesk
    people: StaffDesk
    before: Callable[[int], str | None]
    number_desk: NumberDesk
    pins: PinDesk
    waiting: WaitingDesk
    drafts: DraftDesk
    sentences: PromptDesk
    backups: BackupDesk
    box: BoxDesk
    lan: NetworkDesk
    letters: LetterDesk
    closing: ClosingDesk
    countries: frozenset[str] | None = None
    feed: Feed = field(default_factory=Feed)

    def attach(self) -> None:
        """Listen to calls, lines and numbers, so that pages see them live."""
        self.switchboard.listeners.append(self._call_changed)
        for asks in (self.number_desk.confirming, self.number_desk.measuring):
            asks.on_change = self._numbers_changed
        self.number_desk.roll_calls.on_change = self._numbers_changed
        self.waiting.returning.told = self._called_back
        self.closing.told = self._changed_by

    def line_changed(self, name: str, state: PortState) -> None:
        """A line came up or went down."""
        self._publish(Event(at=self._now(), kind="line", subject=name, words=state.words))

    def rows(self) -> Iterator[Row]:
        """Its own rows, and those of every desk that is part of it.

        Here stand those of which pages are told, and their neighbours; see `telling`.
        """
        for desk in (self.hardware, self.box, self.lan, self.letters, self.backups, self.closing):
            yield from desk.rows()
        yield row(Status, self.status)
        yield row(Who, self.who)
        yield from self._office_rows()
        yield from self._case_rows()
        yield from self._line_rows()
        yield from self._people_rows()
        yield from self._prompt_rows()

    def _office_rows(self) -> Iterator[Row]:
        yield row_at_once(OfficeGet, lambda _: OfficeAnswer(yaml=self._yaml()))
        yield row(OfficePut, self.office_put)
        yield row(OfficeSet, self.office_set)
        yield row(OfficeAnsweredBy, self.office_answered_by)
        yield row(OfficeUndo, self.office_undo)
        yield row(MenuTry, self.menu_try)
        yield row(NoticeTexts, self.notice_texts)
        yield row(NoticeHear, self.notice_hear)
        for kind in PLANS:
            yield row(kind, self.plan_change)
        yield row(PlanDraft, self.plan_draft)

    def _case_rows(self) -> Iterator[Row]:
        yield row(CaseAssign, self.case_assign)
        yield row(CaseDone, self.case_done)
        yield row(CaseReopen, self.case_reopen)
        yield row(CaseNote, self.case_note)
        yield row(CaseHeard, self.case_heard)
        yield row(CaseDue, self.case_due)
        yield row(CallReturned, self.call_returned)
        yield row(CallClaim, telling(self._call_told, self.waiting.claim))
        yield row(CallTried, telling(self._call_told, self.waiting.tried))
        yield row(CallBack, self.waiting.back)

    def _line_rows(self) -> Iterator[Row]:
        yield row(LineTest, telling(self._line_told, self.lines.test))
        yield row(LineBalance, self.lines.balance)
        yield row(LineTone, telling(self._line_told, self.lines.tone))
        yield row(LineDivert, telling(self._line_told, self.lines.divert))
        yield row(LinesFound, lambda _: self.added.found())
        yield row(LineAdd, telling(self._line_added, self.added.add))
        yield row(LineChange, telling(self._line_told, self.added.change))
        yield row(LineRemove, telling(self._line_told, self.added.remove))

    def _people_rows(self) -> Iterator[Row]:
        numbers, pins = self.number_desk, self.pins
        yield row_at_once(Numbers, lambda _: pins.added_to(numbers.all()))
        yield row(NumberConfirm, numbers.confirm)
        yield row(NumberForget, numbers.forget)
        yield row_at_once(NumberMeasure, numbers.measure)
        yield row(CapsResume, telling(self._resumed, numbers.resume))
        yield row_at_once(StaffAsk, self.people.ask)
        yield row(StaffPin, telling(self._pins_told, pins.pin))
        yield row(StaffOpen, telling(self._pins_told, pins.open))

    def _prompt_rows(self) -> Iterator[Row]:
        sentences = self.sentences
        yield row(Prompts, sentences.all)
        yield row(PromptLook, sentences.one)
        yield row(PromptHear, sentences.hear)
        yield row(AnswerHear, sentences.answer)
        yield row_at_once(AnnouncementLook, lambda _: sentences.announcement())
        yield row(PromptPut, telling(self._respoken, sentences.put))
        yield row(PromptText, telling(self._respoken, sentences.text))
        yield row(PromptRevert, telling(self._respoken, sentences.revert))
        yield row(Announce, telling(self._respoken, sentences.announce))

    # -- questions ---------------------------------------------------------------------------

    async def status(self, ask: Status) -> StatusAnswer:
        """How the hotline is now."""
        now, office = self._now(), self.exchange.office()
        plan = self._plan(office, now, Who())
        switchboard = self.switchboard
        calls = [
            call
            for call in switchboard.live.values()
            if not call.ending.test
            or call.leg.line in switchboard.trials  # somebody is on the line
        ]
        live = live_calls(calls)
        waiting, more = callers_waiting(calls, self.exchange.board.queue, office)
        coming, power = next_duty(office, now), self.power()
        copies = self.backups.pressing
        return StatusAnswer(
            version=__version__,
            started_at=self.started_at,
            now=now,
            office=office.name,
            zone=office.zone.key,
            open=plan.opening in OPEN,
            lines=self.lines.states(),
            countries=tuple(sorted(self.countries or ())),
            live=live,
            live_more=len(calls) - len(live),
            waiting=waiting,
            waiting_more=more,
            on_duty=self.people.on_duty(now),
            next_duty=coming and NextDuty(at=coming[0], names=tuple(p.name for p in coming[1])),
            trouble=self.trouble(),
            power=power[0],
            power_action=power[1],
            unsent=self.unsent(),
            unsent_since=self.letters.outbox.unsent_since(),
            diverts_left=self.lines.diverts_left(),
            people=tuple(Named(id=p.id, name=p.name) for p in office.people),
            directory=tuple(Named(id=p.id, name=p.name) for p in office.directory),
            topics=tuple(TopicName(id=t.id, names=t.name) for t in office.topics),
            unconfirmed=self.number_desk.unconfirmed(),
            meter=self.number_desk.meter(),
            announcement_until=self._announced_until(now),
            closed_early=self.closing.closed(),
            copies=copies[0],
            copies_action=copies[1],
            routed=bool(own_address()),
        )

    async def who(self, ask: Who) -> WhoAnswer:
        """Who would answer a call."""
        now, office = ask.at or self._now(), self.exchange.office()
        campaign = campaign_of(office, ask.line, now)
        plan = self._plan(as_called(office, campaign), now, ask)
        return answer_of(plan, now, office, campaign)

    async def menu_try(self, ask: MenuTry) -> MenuTried:
        """What a caller would hear."""
        voice = self.exchange.prompts if ask.sound else None
        return await tried(self.exchange.office(), ask, self._now(), voice)

    async def notice_texts(self, ask: NoticeTexts) -> NoticeTextsAnswer:
        """What callers hear before they are recorded."""
        office = self.exchange.office()
        return NoticeTextsAnswer(texts={one: notice_text(one, office) for one in office.languages})

    async def notice_hear(self, ask: NoticeHear) -> NoticeHeard:
        """The same as sound."""
        sounds = await notice_in(ask.language, self.exchange.office(), self.exchange.prompts)
        return NoticeHeard(sounds=tuple(str(path.absolute()) for path in sounds))

    def events(self) -> AsyncGenerator[Event, None]:
        """Events from now on; closing the generator ends the listening. See `Feed`."""
        return self.feed.listen()

    async def office_put(self, ask: OfficePut) -> OfficePutAnswer:
        """Replace the office; raises BadSettings with every problem."""
        office, warnings = self._alarmed(
            lambda: read_office(ask.yaml, "office.yaml", self.countries)
        )
        await self._put(office, ask.author)
        return OfficePutAnswer(warnings=warnings)

    async def office_set(self, ask: OfficeSet) -> OfficePutAnswer:
        """Replace some sections of the office; raises BadSettings with every problem."""
        held = self._yaml()
        if mark_of(sections_of(held), ask.sections) != ask.seen:
            raise HotlineError(
                say("Somebody has changed this meanwhile."),
                say("Look at it again, then change it."),
            )
        office, warnings = self._alarmed(lambda: with_sections(held, ask.sections, self.countries))
        if not ask.only_look:
            await self._put(office, ask.by)
        return OfficePutAnswer(warnings=warnings)

    async def plan_change(self, ask: PlanAsk) -> Done:
        """Into the draft, or in force at once."""
        change = self.drafts.add(ask) if ask.draft else self._plans().put(ask)
        return await self._planned(change, ask.by)

    async def plan_draft(self, ask: PlanDraft) -> StaffSaid:
        """Put the draft in force, or take something out of it."""
        if ask.what == "take_out":
            await self._planned(self.drafts.take_out(ask), ask.by)
            return StaffSaid(done=True, words=say("Taken out of the draft."))
        published = self.drafts.publish(ask)
        await self._planned(published.saved, ask.by)
        return self.drafts.tell(published)

    async def office_answered_by(self, ask: OfficeAnsweredBy) -> Done:
        """Who answers from now on."""
        return await self._planned(self._plans().answered_by(ask), ask.by)

    async def office_undo(self, ask: OfficeUndo) -> Done:
        """The office before the newest saving is in force again."""
        done = await self._planned(self._plans().undo(ask), ask.by)
        self.pins.door.look(self.exchange.office())
        return done

    async def case_assign(self, ask: CaseAssign) -> Done:
        """Give a case to a person."""
        if self.exchange.office().person(ask.person) is None:
            raise HotlineError(f"Nobody here is called {ask.person}.", "Choose one of the list.")
        return await self._case(ask.case, self.exchange.cases.assign(ask.case, ask.person))

    async def case_done(self, ask: CaseDone) -> Done:
        """Close a case."""
        if ask.note:
            await stored(self._note(ask.case, ask.by, ask.note))
        return await self._case(ask.case, self.exchange.cases.done(ask.case, self._now()))

    async def case_reopen(self, ask: CaseReopen) -> Done:
        """Open a case again."""
        if ask.note:
            await stored(self._note(ask.case, ask.by, ask.note))
        return await self._case(ask.case, self.exchange.cases.reopen(ask.case, self._now()))

    async def case_note(self, ask: CaseNote) -> Done:
        """Add a note to a case."""
        return await self._case(ask.case, self._note(ask.case, ask.by, ask.text))

    async def case_heard(self, ask: CaseHeard) -> Done:
        """Mark a recording as listened to."""
        cases, now = self.exchange.cases, self._now()
        return await self._case(ask.case, cases.heard(ask.case, now, ask.by, saved=ask.saved))

    async def case_due(self, ask: CaseDue) -> Done:
        """Set another deadline."""
        change = self.exchange.cases.put_off(ask.case, ask.due, self._now(), ask.by)
        return await self._case(ask.case, change)

    async def call_returned(self, ask: CallReturned) -> Done:
        """Mark a missed call as returned."""
        journal = self.exchange.journal
        await stored(journal.mark_returned(int(ask.call_id), ask.by, self._now()))
        self._publish(Event(at=self._now(), kind="call", subject=str(ask.call_id)))
        return Done()

    def _plans(self) -> PlanDesk:
        exchange = self.exchange
        return PlanDesk(exchange.office, self.offices, exchange.clock, self.before, self.countries)

    async def _planned(self, change: Future[Any], by: str) -> Done:
        await stored(change)
        self._publish(Event(at=self._now(), kind="office", words=f"Changed by {by}."))
        return Done()

    async def _put(self, office: Office, author: str) -> None:
        self.number_desk.confirming.look(office)
        self.pins.door.look(office)
        await stored(self.offices.save(write_office(office), author, self._now()))
        self._publish(Event(at=self._now(), kind="office", words=f"Changed by {author}."))

    def _yaml(self) -> str:
        return self.offices.current() or write_office(self.exchange.office())

    def _alarmed(self, read: Callable[[], Read]) -> Read:
        """A number in it that is never dialled is an alarm, wherever the office comes from."""
        try:
            return read()
        except BadSettings as wrong:
            for number, why in wrong.refused:
                self.exchange.board.numbers.refused(number, why)
            raise

    def _announced_until(self, now: datetime) -> datetime | None:
        said = self.exchange.announcement()
        return said.until if said is not None and said.on(now) else None

    def _respoken(self, ask: Spoken, _answer: Message) -> None:
        """What callers hear is another thing from now on."""
        self._changed_by(ask.by)

    def _changed_by(self, by: str) -> None:
        self._publish(Event(at=self._now(), kind="office", words=f"Changed by {by}."))

    def _line_told(self, ask: OfLine, _answer: Message) -> None:
        self._publish(Event(at=self._now(), kind="line", subject=ask.line))

    def _line_added(self, _ask: LineAdd, added: LineSet) -> None:
        self._publish(Event(at=self._now(), kind="line", subject=added.line))

    def _call_told(self, ask: CallClaim | CallTried, _answer: Message) -> None:
        self._publish(Event(at=self._now(), kind="call", subject=str(ask.call_id)))

    def _resumed(self, ask: CapsResume, words: Words) -> None:
        self._publish(Event(at=self._now(), kind="office", words=f"{ask.by}: {words.words}"))

    def _pins_told(self, _ask: Message, _answer: Message) -> None:
        self._numbers_changed()

    def _numbers_changed(self) -> None:
        self._publish(Event(at=self._now(), kind="office"))

    async def _case(self, number: int, change: Future[Any]) -> Done:
        await stored(change)
        self._publish(Event(at=self._now(), kind="case", subject=str(number)))
        return Done()

    def _note(self, number: int, by: str, text: str) -> Future[Any]:
        """Who wrote it and when stands before it."""
        at = self._now().astimezone(self.exchange.office().zone)
        return self.exchange.cases.note(number, f"{at:%Y-%m-%d %H:%M} {by}: {text}")

    def _call_changed(self, call: Call, step: CallStep) -> None:
        live = live_call(call)
        self._publish(
            Event(at=step.at, kind="call", subject=str(call.id), words=step.words, call=live)
        )

    def _called_back(self, call_id: int) -> None:
        self._publish(Event(at=self._now(), kind="call", subject=str(call_id)))

    def _publish(self, event: Event) -> None:
        self.feed.publish(event)

    def _plan(self, office: Office, now: datetime, ask: Who) -> Plan:
        board = self.exchange.board
        return plan_for(
            ask.caller,
            office,
            now,
            topic=ask.topic,
            # Who is on the telephone now says nothing of another instant; when a break ends, does.
            load=Load(away=self.people.away_at(now))
            if ask.at
            else board.load(ask.caller, office.zone),
            clock_trusted=self.exchange.clock.trusted(),
        )

    def _now(self) -> datetime:
        return self.exchange.clock.now()
