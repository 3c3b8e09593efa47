"""Answers what the page and the commands ask, from the parts of the running daemon."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

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
from hotline.control.draftdesk import DraftDesk
from hotline.control.hardwaredesk import HardwareDesk
from hotline.control.letterdesk import LetterDesk
from hotline.control.linedesk import LineDesk
from hotline.control.livedesk import callers_waiting, live_call, live_calls
from hotline.control.menutrial import tried
from hotline.control.messages.answers import AnswerHear
from hotline.control.messages.backup import (
    BackupAnswer,
    BackupForget,
    BackupLook,
    BackupMake,
    RestoreBack,
    RestoreDrop,
    RestoreOpen,
    RestoreTake,
)
from hotline.control.messages.box import BoxAnew, BoxAnswer, BoxBegins, BoxGet, BoxSet
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
from hotline.control.messages.hardware import LineLook, LineRestart, LineSeen
from hotline.control.messages.letters import (
    LetterAgain,
    LetterAsk,
    LetterGiveUp,
    LetterNow,
    LetterPut,
    LettersAnswer,
    LettersLook,
    LetterTry,
    MailRemove,
    MailSet,
    MessengerAdd,
    MessengerRemove,
    MessengerSet,
)
from hotline.control.messages.lines import (
    LineAdd,
    LineBalance,
    LineChange,
    LineDivert,
    LineDiverted,
    LineRemove,
    LinesAnswer,
    LineSet,
    LinesFound,
    LineTest,
    LineTested,
    LineTone,
)
from hotline.control.messages.network import (
    Network,
    NetworkAnswer,
    NetworkConfirm,
    NetworkTakeBack,
    NetworkTry,
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
    NumberCode,
    NumberConfirm,
    NumberForget,
    NumberMeasure,
    Numbers,
    NumbersAnswer,
    StaffAsk,
    StaffOpen,
    StaffPin,
    StaffPinMade,
    StaffSaid,
)
from hotline.control.messages.prompts import (
    Announce,
    AnnouncementLook,
    AnnouncementNow,
    PromptAnswer,
    PromptHear,
    PromptLook,
    PromptPut,
    PromptPutAnswer,
    PromptRevert,
    Prompts,
    PromptsAnswer,
    PromptSound,
    PromptText,
)
from hotline.control.messages.status import Event, Status, StatusAnswer, Who, WhoAnswer
from hotline.control.messages.wire import Done, Started, Words
from hotline.control.networkdesk import NetworkDesk
from hotline.control.numberdesk import NumberDesk
from hotline.control.pindesk import PinDesk
from hotline.control.plandesk import PlanAsk, PlanDesk
from hotline.control.promptdesk import PromptDesk
from hotline.control.server import Feed
from hotline.control.staffdesk import StaffDesk
from hotline.control.stored import stored
from hotline.control.waitingdesk import WaitingDesk
from hotline.errors import BadSettings, HotlineError
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

T = TypeVar("T")
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
    countries: frozenset[str] | None = None
    feed: Feed = field(default_factory=Feed)

    def attach(self) -> None:
        """Listen to calls, lines and numbers, so that pages see them live."""
        self.switchboard.listeners.append(self._call_changed)
        for asks in (self.number_desk.confirming, self.number_desk.measuring):
            asks.on_change = self._numbers_changed
        self.number_desk.roll_calls.on_change = self._numbers_changed
        self.waiting.returning.told = self._called_back

    def line_changed(self, name: str, state: PortState) -> None:
        """A line came up or went down."""
        self._publish(Event(at=self._now(), kind="line", subject=name, words=state.words))

    # -- questions ---------------------------------------------------------------------------

    async def status(self, ask: Status) -> StatusAnswer:
        """See Desk."""
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
        )

    async def who(self, ask: Who) -> WhoAnswer:
        """See Desk."""
        now, office = ask.at or self._now(), self.exchange.office()
        campaign = campaign_of(office, ask.line, now)
        plan = self._plan(as_called(office, campaign), now, ask)
        return answer_of(plan, now, office, campaign)

    async def office_get(self, ask: OfficeGet) -> OfficeAnswer:
        """See Desk."""
        return OfficeAnswer(yaml=self._yaml())

    async def menu_try(self, ask: MenuTry) -> MenuTried:
        """See Desk."""
        voice = self.exchange.prompts if ask.sound else None
        return await tried(self.exchange.office(), ask, self._now(), voice)

    async def notice_texts(self, ask: NoticeTexts) -> NoticeTextsAnswer:
        """See Desk."""
        office = self.exchange.office()
        return NoticeTextsAnswer(texts={one: notice_text(one, office) for one in office.languages})

    async def notice_hear(self, ask: NoticeHear) -> NoticeHeard:
        """See Desk."""
        sounds = await notice_in(ask.language, self.exchange.office(), self.exchange.prompts)
        return NoticeHeard(sounds=tuple(str(path.absolute()) for path in sounds))

    async def line_test(self, ask: LineTest) -> LineTested:
        """See Desk."""
        tested = await self.lines.test(ask)
        self._publish(Event(at=self._now(), kind="line", subject=ask.line))
        return tested

    async def line_balance(self, ask: LineBalance) -> Words:
        """See Desk."""
        return await self.lines.balance(ask)

    async def line_tone(self, ask: LineTone) -> Words:
        """See Desk."""
        words = await self.lines.tone(ask)
        self._publish(Event(at=self._now(), kind="line", subject=ask.line))
        return words

    async def line_divert(self, ask: LineDivert) -> LineDiverted:
        """See Desk."""
        there = await self.lines.divert(ask)
        self._publish(Event(at=self._now(), kind="line", subject=ask.line))
        return there

    async def lines_found(self, ask: LinesFound) -> LinesAnswer:
        """See Desk."""
        return await self.added.found()

    async def line_look(self, ask: LineLook) -> LineSeen:
        """See Desk."""
        return await self.hardware.look(ask)

    async def line_restart(self, ask: LineRestart) -> Started:
        """See Desk."""
        return await self.hardware.restart(ask)

    def events(self) -> AsyncGenerator[Event, None]:
        """See Desk."""
        return self.feed.listen()

    async def numbers(self, ask: Numbers) -> NumbersAnswer:
        """See Desk."""
        return self.pins.added_to(self.number_desk.all())

    async def number_confirm(self, ask: NumberConfirm) -> NumberCode:
        """See Desk."""
        return await self.number_desk.confirm(ask)

    async def prompts(self, ask: Prompts) -> PromptsAnswer:
        """See Desk."""
        return await self.sentences.all(ask)

    async def prompt_look(self, ask: PromptLook) -> PromptAnswer:
        """See Desk."""
        return await self.sentences.one(ask)

    async def prompt_hear(self, ask: PromptHear) -> PromptSound:
        """See Desk."""
        return await self.sentences.hear(ask)

    async def answer_hear(self, ask: AnswerHear) -> PromptSound:
        """See Desk."""
        return await self.sentences.answer(ask)

    async def announcement(self, ask: AnnouncementLook) -> AnnouncementNow:
        """See Desk."""
        return self.sentences.announcement()

    async def box_get(self, ask: BoxGet) -> BoxAnswer:
        """See Desk."""
        return self.box.all()

    async def network(self, ask: Network) -> NetworkAnswer:
        """See Desk."""
        return await self.lan.look()

    # -- changes -----------------------------------------------------------------------------

    async def network_try(self, ask: NetworkTry) -> NetworkAnswer:
        """See Desk."""
        return await self.lan.try_out(ask)

    async def network_confirm(self, ask: NetworkConfirm) -> NetworkAnswer:
        """See Desk."""
        return await self.lan.confirm(ask)

    async def network_take_back(self, ask: NetworkTakeBack) -> NetworkAnswer:
        """See Desk."""
        return await self.lan.take_back(ask)

    async def line_add(self, ask: LineAdd) -> LineSet:
        """See Desk."""
        done = await self.added.add(ask)
        self._publish(Event(at=self._now(), kind="line", subject=done.line))
        return done

    async def line_change(self, ask: LineChange) -> LineSet:
        """See Desk."""
        done = await self.added.change(ask)
        self._publish(Event(at=self._now(), kind="line", subject=ask.line))
        return done

    async def line_remove(self, ask: LineRemove) -> Done:
        """See Desk."""
        await self.added.remove(ask)
        self._publish(Event(at=self._now(), kind="line", subject=ask.line))
        return Done()

    async def letters_look(self, ask: LettersLook) -> LettersAnswer:
        """See Desk."""
        return await self.letters.look()

    async def mail_set(self, ask: MailSet) -> Done:
        """See Desk."""
        await self.letters.set_mail(ask)
        return Done()

    async def mail_remove(self, ask: MailRemove) -> Done:
        """See Desk."""
        await self.letters.remove_mail(ask)
        return Done()

    async def messenger_add(self, ask: MessengerAdd) -> MessengerSet:
        """See Desk."""
        return await self.letters.add(ask)

    async def messenger_remove(self, ask: MessengerRemove) -> Done:
        """See Desk."""
        await self.letters.remove(ask)
        return Done()

    async def letter_try(self, ask: LetterTry) -> LetterPut:
        """See Desk."""
        return await self.letters.try_out(ask)

    async def letter_again(self, ask: LetterAgain) -> Done:
        """See Desk."""
        await self.letters.again(ask)
        return Done()

    async def letter_give_up(self, ask: LetterGiveUp) -> Done:
        """See Desk."""
        await self.letters.give_up(ask)
        return Done()

    async def letter_ask(self, ask: LetterAsk) -> LetterNow:
        """See Desk."""
        return await self.letters.ask(ask)

    async def office_put(self, ask: OfficePut) -> OfficePutAnswer:
        """See Desk."""
        office, warnings = self._alarmed(
            lambda: read_office(ask.yaml, "office.yaml", self.countries)
        )
        await self._put(office, ask.author)
        return OfficePutAnswer(warnings=warnings)

    async def office_set(self, ask: OfficeSet) -> OfficePutAnswer:
        """See Desk."""
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

    async def box_set(self, ask: BoxSet) -> Done:
        """See Desk."""
        await self.box.put(ask)
        return Done()

    async def box_anew(self, ask: BoxAnew) -> BoxBegins:
        """See Desk."""
        return await self.box.anew(ask)

    async def staff(self, ask: StaffAsk) -> StaffSaid:
        """See Desk."""
        return self.people.ask(ask)

    async def staff_pin(self, ask: StaffPin) -> StaffPinMade:
        """See Desk."""
        made = await self.pins.pin(ask)
        self._numbers_changed()
        return made

    async def backup_look(self, ask: BackupLook) -> BackupAnswer:
        """See Desk."""
        return self.backups.look()

    async def backup_make(self, ask: BackupMake) -> Done:
        """See Desk."""
        self.backups.make(ask)
        return Done()

    async def backup_forget(self, ask: BackupForget) -> Done:
        """See Desk."""
        await self.backups.forget()
        return Done()

    async def restore_open(self, ask: RestoreOpen) -> Done:
        """See Desk."""
        self.backups.open(ask)
        return Done()

    async def restore_drop(self, ask: RestoreDrop) -> Done:
        """See Desk."""
        await self.backups.drop()
        return Done()

    async def restore_take(self, ask: RestoreTake) -> Done:
        """See Desk."""
        self.backups.take(ask)
        return Done()

    async def restore_back(self, ask: RestoreBack) -> Done:
        """See Desk."""
        self.backups.take_back(ask)
        return Done()

    async def staff_open(self, ask: StaffOpen) -> Done:
        """See Desk."""
        self.pins.open(ask)
        self._numbers_changed()
        return Done()

    async def prompt_put(self, ask: PromptPut) -> PromptPutAnswer:
        """See Desk."""
        return self._respoken(await self.sentences.put(ask), ask.by)

    async def prompt_text(self, ask: PromptText) -> PromptPutAnswer:
        """See Desk."""
        return self._respoken(await self.sentences.text(ask), ask.by)

    async def prompt_revert(self, ask: PromptRevert) -> Done:
        """See Desk."""
        await self.sentences.revert(ask)
        return self._respoken(Done(), ask.by)

    async def announce(self, ask: Announce) -> AnnouncementNow:
        """See Desk."""
        return self._respoken(await self.sentences.announce(ask), ask.by)

    async def plan_swap(self, ask: PlanSwap) -> Done:
        """See Desk."""
        return await self._plan_change(ask)

    async def plan_away(self, ask: PlanAway) -> Done:
        """See Desk."""
        return await self._plan_change(ask)

    async def plan_stand_in(self, ask: PlanStandIn) -> Done:
        """See Desk."""
        return await self._plan_change(ask)

    async def plan_move(self, ask: PlanMove) -> Done:
        """See Desk."""
        return await self._plan_change(ask)

    async def plan_copy(self, ask: PlanCopy) -> Done:
        """See Desk."""
        return await self._plan_change(ask)

    async def plan_draft(self, ask: PlanDraft) -> StaffSaid:
        """See Desk."""
        if ask.what == "take_out":
            await self._planned(self.drafts.take_out(ask), ask.by)
            return StaffSaid(done=True, words=say("Taken out of the draft."))
        published = self.drafts.publish(ask)
        await self._planned(published.saved, ask.by)
        return self.drafts.tell(published)

    async def office_answered_by(self, ask: OfficeAnsweredBy) -> Done:
        """See Desk."""
        return await self._planned(self._plans().answered_by(ask), ask.by)

    async def office_undo(self, ask: OfficeUndo) -> Done:
        """See Desk."""
        done = await self._planned(self._plans().undo(ask), ask.by)
        self.pins.door.look(self.exchange.office())
        return done

    async def case_assign(self, ask: CaseAssign) -> Done:
        """See Desk."""
        if self.exchange.office().person(ask.person) is None:
            raise HotlineError(f"Nobody here is called {ask.person}.", "Choose one of the list.")
        return await self._case(ask.case, self.exchange.cases.assign(ask.case, ask.person))

    async def case_done(self, ask: CaseDone) -> Done:
        """See Desk."""
        if ask.note:
            await stored(self._note(ask.case, ask.by, ask.note))
        return await self._case(ask.case, self.exchange.cases.done(ask.case, self._now()))

    async def case_reopen(self, ask: CaseReopen) -> Done:
        """See Desk."""
        if ask.note:
            await stored(self._note(ask.case, ask.by, ask.note))
        return await self._case(ask.case, self.exchange.cases.reopen(ask.case, self._now()))

    async def case_note(self, ask: CaseNote) -> Done:
        """See Desk."""
        return await self._case(ask.case, self._note(ask.case, ask.by, ask.text))

    async def case_heard(self, ask: CaseHeard) -> Done:
        """See Desk."""
        cases, now = self.exchange.cases, self._now()
        return await self._case(ask.case, cases.heard(ask.case, now, ask.by, saved=ask.saved))

    async def case_due(self, ask: CaseDue) -> Done:
        """See Desk."""
        change = self.exchange.cases.put_off(ask.case, ask.due, self._now(), ask.by)
        return await self._case(ask.case, change)

    async def call_returned(self, ask: CallReturned) -> Done:
        """See Desk."""
        journal = self.exchange.journal
        await stored(journal.mark_returned(int(ask.call_id), ask.by, self._now()))
        self._publish(Event(at=self._now(), kind="call", subject=str(ask.call_id)))
        return Done()

    def _plans(self) -> PlanDesk:
        exchange = self.exchange
        return PlanDesk(exchange.office, self.offices, exchange.clock, self.before, self.countries)

    async def _plan_change(self, ask: PlanAsk) -> Done:
        """Into the draft, or in force at once."""
        change = self.drafts.add(ask) if ask.draft else self._plans().put(ask)
        return await self._planned(change, ask.by)

    async def _planned(self, change: Future[Any], by: str) -> Done:
        await stored(change)
        self._publish(Event(at=self._now(), kind="office", words=f"Changed by {by}."))
        return Done()

    async def number_forget(self, ask: NumberForget) -> Done:
        """See Desk."""
        return await self.number_desk.forget(ask)

    async def number_measure(self, ask: NumberMeasure) -> Started:
        """See Desk."""
        return self.number_desk.measure(ask)

    async def caps_resume(self, ask: CapsResume) -> Words:
        """See Desk."""
        words = await self.number_desk.resume(ask)
        self._publish(Event(at=self._now(), kind="office", words=f"{ask.by}: {words.words}"))
        return words

    async def call_claim(self, ask: CallClaim) -> Done:
        """See Desk."""
        done = await self.waiting.claim(ask)
        self._publish(Event(at=self._now(), kind="call", subject=str(ask.call_id)))
        return done

    async def call_tried(self, ask: CallTried) -> Done:
        """See Desk."""
        done = await self.waiting.tried(ask)
        self._publish(Event(at=self._now(), kind="call", subject=str(ask.call_id)))
        return done

    async def call_back(self, ask: CallBack) -> Started:
        """See Desk."""
        return await self.waiting.back(ask)

    # -- helpers of the above ----------------------------------------------------------------

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

    def _respoken(self, answer: T, by: str) -> T:
        """What callers hear is another thing from now on."""
        self._publish(Event(at=self._now(), kind="office", words=f"Changed by {by}."))
        return answer

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
