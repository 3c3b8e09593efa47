"""A small office to look at: records written by the real storage, and a desk over them."""

from __future__ import annotations

import math
import struct
import wave
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline.calls.notices import Notices
from hotline.clock import Clock
from hotline.control.backupdesk import BackupDesk
from hotline.control.closingdesk import ClosingDesk
from hotline.control.draftdesk import DraftDesk
from hotline.control.messages.answers import AnswerHear
from hotline.control.messages.calls import (
    CallClaim,
    CallReturned,
    CallTried,
    CaseAssign,
    CaseDone,
    CaseDue,
    CaseHeard,
    CaseNote,
    CaseReopen,
    LiveCall,
    Step,
    Waits,
)
from hotline.control.messages.closing import (
    ClosingLook,
    ClosingNow,
    OfficeClose,
    OfficeOpenAgain,
)
from hotline.control.messages.hardware import Ability, LineSeen
from hotline.control.messages.lines import (
    AddedLine,
    FoundModem,
    LineCheck,
    LinesAnswer,
    LineSelfCall,
    LineState,
    LineTested,
)
from hotline.control.messages.network import (
    Network,
    NetworkAnswer,
    NetworkConfirm,
    NetworkHear,
    NetworkHeard,
    NetworkJoin,
    NetworkTakeBack,
    NetworkTry,
)
from hotline.control.messages.office import (
    OfficeAnsweredBy,
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
    Meter,
    Named,
    NextDuty,
    NumbersAnswer,
    NumberState,
    OnDuty,
    StaffSaid,
    Used,
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
from hotline.control.messages.status import StatusAnswer
from hotline.control.messages.wire import Done, Message
from hotline.control.networkdesk import NetworkDesk
from hotline.control.plandesk import PlanDesk
from hotline.control.promptdesk import PromptDesk
from hotline.inbox.case import CaseKind
from hotline.inbox.outcome import Outcome
from hotline.lan.trial import Lan
from hotline.media import sounds
from hotline.media.speech import Voice
from hotline.notify.outbox import Outbox
from hotline.routing.office import Office as OfficeNoun
from hotline.said import NOTHING, say
from hotline.storage import office as stored_office
from hotline.storage.announcements import Announcements
from hotline.storage.calls import Journal
from hotline.storage.complaints import Cases, get
from hotline.storage.drafts import DraftStore, drafted
from hotline.storage.earlyclosings import EarlyClosings
from hotline.storage.files import why_name
from hotline.storage.linehistory import LineHistory, Quarter, slot_of
from hotline.storage.linetroubles import Kind, LineTrouble, LineTroubles, Mended
from hotline.storage.office import OfficeStore
from hotline.storage.officefile import read_office
from hotline.storage.officewriting import write_office
from hotline.storage.ownprompts import OwnPrompts
from hotline.storage.places import Places
from hotline.storage.schema import records_file
from hotline.storage.uploads import Uploads
from hotline.storage.waiting import WaitingList
from hotline.storage.writer import Writer
from tests.control.desk import FakeDesk
from tests.lan.fake import FakeManager
from tests.web.letters import everything

NOW = datetime(2026, 12, 5, 10, 30, tzinfo=UTC)
HUAWEI = say("%(modem)s at USB %(place)s", modem="Huawei 12d1:1f01", place="1-1.4")
DISK = say("The %(modem)s at USB %(place)s shows itself as a disk.", modem="Huawei", place="1-1.4")
EC25 = say("%(modem)s at USB %(place)s", modem="Quectel EC25", place="1-1.3")
SWITCH = say("Pull it out, and plug it in again after ten seconds.")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"


# Where nobody answers: on Monday the 7th from 15 to 16 o'clock, and in Ana's break.
PLAN = """
name: Flori
zone: Europe/Chisinau
country: MD
languages: [ro, en]
notify_to: [flori@example.com]
hours: [{days: mon-fri, time: 09:00-18:00}]
people:
  - {id: ana, name: Ana, number: 069000101}
  - {id: ion, name: Ion, number: 069000102}
  - {id: maria, name: Maria, number: 069000103, level: 3}
shifts:
  - {person: ana, days: mon-fri, time: 09:00-15:00, breaks: [11:00 +15m]}
  - {person: ion, days: mon, time: 16:00-18:00}
  - {person: ion, days: tue-fri, time: 15:00-18:00}
absences:
  - {person: ion, from: 2026-12-10, to: 2026-12-11, reason: vacation}
"""


# Two levels, every kind of key, things to advise on, and words that would like to be run.
MENU = f"""
greeting: {{ro: "Bună ziua, Flori.", en: "Good day, this is Flori."}}
topics:
  - {{id: orders, name: {{ro: comenzi, en: orders}}}}
  - {{id: delivery, name: {{ro: livrare, en: delivery}}, urgent: true}}
answers:
  - id: price
    question: {{ro: Cât costă livrarea?, en: "What does delivery cost?{HOSTILE}"}}
    text: {{ro: Cincizeci de lei., en: Fifty lei.}}
    owner: maria
    valid_until: 2027-06-30
    reviewed: 2026-11-02
    sensitive: true
    variants: ["Free from five hundred lei on.", "{HOSTILE}"]
address: {{ro: "Strada Florilor 1.", en: "1 Flower Street."}}
email: flori@example.com
menus:
  - id: main
    keys:
      - {{key: 1, do: topic, target: orders, label: {{ro: comenzi, en: orders}}, ask_why: true}}
      - {{key: 2, do: menu, target: delivering, label: {{ro: livrare, en: delivery}}}}
      - {{key: 3, do: complaint, label: {{ro: o reclamație, en: "{HOSTILE}"}}}}
      - {{key: 9, do: language, target: en}}
      - {{key: "#", do: staff}}
  - id: delivering
    prompt: {{ro: "Pentru prețuri, apăsați tasta patru.", en: "The best prices: press one."}}
    keys:
      - key: 1
        do: say
        label: {{ro: prețuri, en: prices}}
        text: {{ro: "Până la 31.12.2020 livrarea este gratuită.", en: "Delivery costs fifty lei."}}
      - {{key: 2, do: topic, target: delivery, label: {{ro: o livrare, en: a delivery}}}}
"""


@dataclass(frozen=True)
class Caller:
    """What a network says of a caller."""

    number: str | None
    name: str = ""


class OfficeDesk(FakeDesk):
    """The daemon's desk over real records: every change is on the disk before it is answered."""

    def __init__(
        self,
        journal: Journal,
        cases: Cases,
        waiting: WaitingList,
        records: Path,
        now: datetime,
        offices: OfficeStore,
        writer: Writer,
    ) -> None:
        super().__init__()
        self.waiting = waiting
        self.journal, self.cases, self.file, self.at = journal, cases, records_file(records), now
        clock = Clock(wall=lambda: now)
        self.plans = PlanDesk(self._office, offices, clock, self._before)
        notices = Notices(Outbox(writer, (), {}, clock), ())
        with self.file.reading() as database:
            drafts = DraftStore(writer, drafted(database))
        self.drafting = DraftDesk(self._office, offices, drafts, notices, clock)
        places = Places(records)
        self.voice = Voice(
            places.spoken, places.own_prompts, sounds.places(places.sounds), patience=60
        )
        self.sentences = PromptDesk(
            self._office,
            self.voice,
            OwnPrompts(places.own_prompts),
            Uploads(places.uploads),
            Announcements(places.announcement),
            clock,
        )
        self.early = EarlyClosings(places.closed_early)
        self.closings = ClosingDesk(
            self._office_now, self.voice, self.early, clock, lambda *_: None
        )
        self.lan = Lan(FakeManager(), places.lan, lambda: False)

        self.calls_now, self.began_anew = 0, 0
        self.backups = BackupDesk(
            places, clock, lambda: self.calls_now, lambda *_: None, self._begin_anew
        )

    def _begin_anew(self) -> None:
        self.began_anew += 1

    async def close(self) -> None:
        await self.backups.close()
        await self.voice.close()
        await self.lan.close()

    def _office_now(self) -> OfficeNoun:
        return replace(self._office(), closed_early=self.early.current)

    async def closing(self, ask: ClosingLook) -> ClosingNow:
        return self.closings.look()

    async def office_close(self, ask: OfficeClose) -> ClosingNow:
        await self._change(ask)
        await self.closings.close_early(ask.until, ask.by, ask.notice)
        return self._closed()

    async def office_open_again(self, ask: OfficeOpenAgain) -> ClosingNow:
        await self._change(ask)
        await self.closings.open_again(ask.by)
        return self._closed()

    def _closed(self) -> ClosingNow:
        self.state = self.state.model_copy(update={"closed_early": self.closings.closed()})
        return self.closings.look()

    async def network(self, ask: Network) -> NetworkAnswer:
        return await self._network().look()

    async def network_try(self, ask: NetworkTry) -> NetworkAnswer:
        if not ask.only_look:
            await self._change(ask)
        return await self._network().try_out(ask)

    async def network_hear(self, ask: NetworkHear) -> NetworkHeard:
        return await self._network().hear(ask)

    async def network_join(self, ask: NetworkJoin) -> NetworkAnswer:
        await self._change(ask)
        return await self._network().join(ask)

    async def network_confirm(self, ask: NetworkConfirm) -> NetworkAnswer:
        await self._change(ask)
        return await self._network().confirm(ask)

    async def network_take_back(self, ask: NetworkTakeBack) -> NetworkAnswer:
        await self._change(ask)
        return await self._network().take_back(ask)

    def _network(self) -> NetworkDesk:
        return NetworkDesk(self.lan, lambda act, number, by: None)

    async def prompts(self, ask: Prompts) -> PromptsAnswer:
        return await self.sentences.all(ask)

    async def prompt_look(self, ask: PromptLook) -> PromptAnswer:
        return await self.sentences.one(ask)

    async def prompt_hear(self, ask: PromptHear) -> PromptSound:
        return await self.sentences.hear(ask)

    async def answer_hear(self, ask: AnswerHear) -> PromptSound:
        return await self.sentences.answer(ask)

    async def prompt_put(self, ask: PromptPut) -> PromptPutAnswer:
        await self._change(ask)
        return await self.sentences.put(ask)

    async def prompt_text(self, ask: PromptText) -> PromptPutAnswer:
        await self._change(ask)
        return await self.sentences.text(ask)

    async def prompt_revert(self, ask: PromptRevert) -> Done:
        await self.sentences.revert(ask)
        return await self._change(ask)

    async def announcement(self, ask: AnnouncementLook) -> AnnouncementNow:
        return self.sentences.announcement()

    async def announce(self, ask: Announce) -> AnnouncementNow:
        await self._change(ask)
        said = await self.sentences.announce(ask)
        self.state = self.state.model_copy(update={"announcement_until": said.until})
        return said

    async def _change(self, ask: Message) -> Done:
        done = await super()._change(ask)
        match ask:
            case CaseAssign():
                self.cases.assign(ask.case, ask.person).result(5)
            case CaseDone():
                self.cases.done(ask.case, self.at).result(5)
                if ask.note:
                    self._note(ask.case, ask.by, ask.note)
            case CaseReopen():
                self.cases.reopen(ask.case, self.at).result(5)
            case CaseNote():
                self._note(ask.case, ask.by, ask.text)
            case CaseHeard():
                self.cases.heard(ask.case, self.at, ask.by, saved=ask.saved).result(5)
            case CaseDue():
                self.cases.put_off(ask.case, ask.due, self.at, ask.by).result(5)
            case CallReturned():
                self.journal.mark_returned(ask.call_id, ask.by, self.at).result(5)
            case PlanSwap() | PlanAway() | PlanStandIn() | PlanMove() | PlanCopy() if ask.draft:
                self.drafting.add(ask).result(5)
            case PlanSwap() | PlanAway() | PlanStandIn() | PlanMove() | PlanCopy():
                self.plans.put(ask).result(5)
            case OfficeAnsweredBy():
                self.plans.answered_by(ask).result(5)
            case OfficeUndo():
                self.plans.undo(ask).result(5)
            case CallClaim(person=None):
                self.waiting.release(ask.call_id).result(5)
            case CallClaim():
                self.waiting.claim(ask.call_id, ask.person or "", self.at).result(5)
            case CallTried():
                self.waiting.tried(ask.call_id, ask.by, ask.outcome, self.at).result(5)
        return done

    async def plan_draft(self, ask: PlanDraft) -> StaffSaid:
        await FakeDesk._change(self, ask)
        if ask.what == "take_out":
            self.drafting.take_out(ask).result(5)
            return StaffSaid(done=True, words=say("Taken out of the draft."))
        published = self.drafting.publish(ask)
        published.saved.result(5)
        return self.drafting.tell(published)

    def _office(self) -> OfficeNoun:
        yaml = self.plans.offices.current()
        assert yaml
        return read_office(yaml, "the office")[0]

    def _before(self, version: int) -> str | None:
        with self.file.reading() as database:
            found = stored_office.version(database, version - 1)
        return found.yaml if found else None

    def _note(self, number: int, by: str, text: str) -> None:
        with self.file.reading() as database:
            found = get(database, number)
        before = f"{found.note}\n" if found and found.note else ""
        self.cases.note(number, f"{before}{by}: {text}").result(5)


def tone(path: Path, seconds: float = 2.0) -> None:
    """A recording as the box makes them: 8 kHz, mono, 16 bit."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        samples = (
            round(9000 * math.sin(2 * math.pi * 440 * n / 8000)) for n in range(int(8000 * seconds))
        )
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


class Office:
    """Flori, a flower shop: three lines' worth of a day, two complaints, two missed calls."""

    # Numbers that `_day` gives out; it asserts them.
    callback, complaint, hostile, missed = 101, 102, 103, 9

    def __init__(self, directory: Path, *, filled: bool = False) -> None:
        """filled: the directory is a copy of one whose day is written already."""
        self.directory = directory
        self.now = NOW
        self.file = records_file(directory)
        self.file.prepare(self.now)
        self.writer = Writer(self.file, Clock())
        self.journal = Journal(self.writer, 100 if filled else 1)
        self.cases = Cases(self.writer, 200 if filled else 101)
        with self.file.reading() as database:
            offices = OfficeStore(self.writer, stored_office.newest(database))
        self.desk = OfficeDesk(
            self.journal,
            self.cases,
            WaitingList(self.writer),
            directory,
            self.now,
            offices,
            self.writer,
        )
        self.desk.state = self._status()
        self.desk.people = self._people()
        self.desk.box.path = directory / "settings.toml"
        self.desk.seen = self._hardware()
        self.desk.yaml = write_office(read_office(PLAN + MENU, "the plan")[0])
        self.desk.letters = everything(f"Complaint 103: {HOSTILE}")
        self.desk.set_up = LinesAnswer(
            found=(
                FoundModem(
                    words=EC25,
                    settings={"model": "ec25", "usb": "1-1.3"},
                ),
                FoundModem(words=HUAWEI, trouble=DISK, action=SWITCH),
            ),
            added=(
                AddedLine(
                    line="line",
                    section="trunk",
                    settings={"kind": "provider", "host": "sip.example.net", "user": "office"},
                ),
                AddedLine(line="mobile", section="modem", settings={"model": "ec25"}),
            ),
            room=6,
        )
        if not filled:
            (directory / "recordings").mkdir()
            (directory / "prompts" / "en").mkdir(parents=True)
            tone(directory / "prompts" / "en" / "goodbye.wav")
            self.desk.sentences.own.use("en", "goodbye", 1)
            self._day()
            self._weeks()
            offices.save(write_office(read_office(PLAN, "the plan")[0]), "maria", self.now)
            self.writer.submit(lambda _: None).result(10)

    def close(self) -> None:
        """Nothing more is written."""
        self.writer.close()

    def _status(self) -> StatusAnswer:
        ago = self.now - timedelta(seconds=9)
        return StatusAnswer(
            version="0.1.0",
            started_at=self.now - timedelta(days=2),
            now=self.now,
            office="Flori, Chișinău",
            zone="Europe/Chisinau",
            lines=(
                LineState(
                    id="office",
                    name="Office line",
                    kind="voice_modem",
                    up=True,
                    number="+37322000000",
                    test=LineTested(
                        at=self.now - timedelta(minutes=4),
                        number="+373 69… 56",
                        checks=(
                            LineCheck(what="hears", outcome="fails", words="x"),
                            LineCheck(what="speaks", outcome="works", words="x"),
                            LineCheck(what="transfers", outcome="unknown", words="x"),
                        ),
                    ),
                    self_call=LineSelfCall(
                        at=self.now - timedelta(hours=2),
                        over="mobile",
                        outcome="works",
                        words="It came in, and both ends heard each other.",
                        seconds=6.0,
                    ),
                ),
                LineState(
                    id="mobile",
                    name="Mobile",
                    kind="modem",
                    up=False,
                    words="The SIM card asks for its PIN.",
                    action="Enter it on the page Lines.",
                ),
            ),
            live=(
                LiveCall(
                    id="40",
                    line="office",
                    caller="+37369123456",
                    started_at=ago,
                    steps=(
                        Step(at=ago, what="answered", words="answered"),
                        Step(at=ago, what="key", words="pressed 1", facts={"key": "1"}),
                        Step(at=ago, what="ringing", words="ringing", facts={"person": "ana"}),
                    ),
                ),
            ),
            waiting=(
                Waits(id="40", caller="+373 69… 56", topic="orders", since=ago, rung=("Ana",)),
                Waits(id="41", caller="", since=ago, position=1),
            ),
            waiting_more=98,
            on_duty=(
                OnDuty(person="ana", name="Ana", until=self.now + timedelta(hours=2)),
                OnDuty(person="vasile", name="Vasile Țurcanu"),
            ),
            next_duty=NextDuty(at=self.now + timedelta(hours=2), names=("Ion",)),
            people=(Named(id="ana", name="Ana"), Named(id="ion", name="Ion")),
            meter=Meter(
                minutes=12.4,
                allowed=60,
                forwarding=1,
                concurrent=2,
                breach=False,
                may_resume=True,
                users=(Used(name="Ana", minutes=12.4),),
            ),
            topics=(
                TopicName(
                    id="orders",
                    names={"en": "orders", "ro": "comenzi", "ru": "заказы", "uk": "замовлення"},
                ),
                TopicName(
                    id="delivery",
                    names={"en": "delivery", "ro": "livrare", "ru": "доставка", "uk": "доставка"},
                ),
            ),
        )

    def _people(self) -> NumbersAnswer:
        """One of each state that lasts."""
        ana = NumberState(
            person="ana",
            name="Ana",
            number="+373 69… 01",
            state="confirmed",
            at=self.now - timedelta(days=3),
            by="maria",
            check="no key",
            checked_at=self.now - timedelta(days=1),
            voicemail=17,
            voicemail_at=self.now - timedelta(days=2),
            ring_seconds=14,
            topics=("orders", "delivery"),
            languages=("ro", "ru"),
        )
        ion = NumberState(
            person="ion", name="Ion", number="+373 69… 02", state="unconfirmed", level=2
        )
        vasile = NumberState(person="vasile", name=HOSTILE, number="", state="missing")
        return NumbersAnswer(people=(ana, ion, vasile), former=("+373 79… 99",))

    def _day(self) -> None:
        hour, now = timedelta(hours=1), self.now
        given = (
            self.case(CaseKind.CALLBACK, now - 28 * hour, "+380671234567", "orders", ""),
            self.call(now - 26 * hour, "+37360111222", Outcome.SPOKEN, person="ana"),
            self.case(CaseKind.COMPLAINT, now - 16 * hour, "+37369555666", "delivery", ""),
            self.call(now - 4 * hour, "+37379333444", Outcome.SPOKEN, person="ion"),
            self.call(now - 3 * hour, "+40721000111", Outcome.SELF_SERVICE),
            self.call(now - 2 * hour, None, Outcome.MISSED, words="The caller hung up at once."),
            self.case(CaseKind.MESSAGE, now - hour, "+37368777888", "", HOSTILE),
            self.call(now - hour / 2, "+37322123456", Outcome.SPOKEN, person="ana"),
            self.call(now - hour / 15, "+37369444555", Outcome.MISSED, words="Nobody answered."),
        )
        tone(self.directory / "recordings" / why_name(self.missed))
        assert given[0::2] == (self.callback, self.complaint, 5, self.hostile, self.missed)

    def _hardware(self) -> LineSeen:
        """A modem of which one of each kind is known."""
        ago = self.now - timedelta(days=1)
        return LineSeen(
            abilities=(
                Ability(what="answers", state="proven", at=ago),
                Ability(what="calls_out", state="known"),
                Ability(what="connects", state="known", over="line"),
                Ability(what="both", state="no"),
                Ability(what="keys", state="failed", at=ago),
                Ability(what="records", state="proven", at=ago),
                Ability(what="shows", state="unknown"),
                Ability(what="texts", state="proven", at=self.now - timedelta(minutes=4)),
                Ability(what="hands_on", state="unknown"),
                Ability(what="conference", state="known"),
            ),
            model="Quectel EC25",
            firmware="EC25EFAR06A06M4G",
            imei="8611…0111",
            ports=("/dev/ttyUSB2", "/dev/ttyUSB1", "/dev/ttyUSB3"),
            usb="1-1.3",
            registration="CEREG 1, CREG 1",
            codecs="PCM 8000",
            network="Orange 4G",
            dbm=-91,
            restarts=True,
        )

    def _weeks(self) -> None:
        """A month of the mobile line: weak in the evening of the last three days, lost thrice."""
        now, minute = slot_of(self.now), timedelta(minutes=1)
        mobile, wires = list[Quarter](), list[Quarter]()
        for slot in range(now - 30 * 96, now):
            mean = -80.0 - slot % 7
            evening = 16 <= (slot // 4) % 24 < 20
            if slot > now - 3 * 96 and evening:
                mean = -104.0
            down = 240.0 if slot % 400 == 7 else 0.0
            low, high = round(mean) - 6, round(mean) + 6
            mobile.append(Quarter("mobile", slot, 900.0, down, 90, low, mean, high, None, "Orange"))
            wires.append(Quarter("office", slot, 900.0, 0.0))
        LineHistory(self.writer).keep([*mobile, *wires[: 20 * 96]], 0).result(30)
        silent = say("The modem does not answer any more.")
        opened = say("The box opens it anew.")
        restarts = say("The box restarts it.")
        hung = [
            LineTrouble(
                n,
                "mobile",
                self.now - n * 1500 * minute,
                Kind.HUNG,
                silent,
                41.0,
                self.now - n * 1500 * minute + timedelta(seconds=41),
                steps=(
                    Mended(self.now - n * 1500 * minute, silent, opened),
                    Mended(self.now - n * 1500 * minute, silent, restarts, helped=True),
                ),
            )
            for n in (1, 2, 3)
        ]
        gone = say("The modem is gone.")
        away = LineTrouble(
            4,
            "mobile",
            self.now - timedelta(days=20),
            Kind.GONE,
            gone,
            4000.0,
            self.now - timedelta(days=20) + timedelta(seconds=4000),
            steps=(Mended(self.now - timedelta(days=20), gone, NOTHING, helped=True),),
        )
        LineTroubles(self.writer).keep([*hung, away]).result(10)

    def call(
        self,
        at: datetime,
        number: str | None,
        outcome: Outcome,
        *,
        person: str = "",
        words: str = "",
    ) -> int:
        """One finished call with its steps; returns its id."""
        call_id = self._ring(at, Caller(number))
        end = at + timedelta(seconds=95)
        self.journal.end(call_id, end, outcome, person=person, words=words)
        return call_id

    def case(self, kind: CaseKind, at: datetime, number: str, topic: str, name: str) -> int:
        """One filed case with its call and, unless it is a call-back, its recording."""
        caller = Caller(number, name)
        call_id = self._ring(at, caller)
        opened = self.cases.open(kind, call_id, topic, caller, "ro", at)
        if opened.recording:
            tone(self.directory / "recordings" / opened.recording)
            self.cases.filed(opened.number, 2.0)
        end = at + timedelta(seconds=95)
        self.journal.end(call_id, end, Outcome(kind.value), case_number=opened.number)
        return opened.number

    def _ring(self, at: datetime, caller: Caller) -> int:
        call_id = self.journal.begin("Office line", caller, at)
        second = timedelta(seconds=1)
        self.journal.answered(call_id, at + second)
        self.journal.step(call_id, at + second, "answered", "answered")
        self.journal.step(call_id, at + 2 * second, "greeting", "greeting")
        self.journal.step(call_id, at + 8 * second, "key", "pressed 1", key="1")
        self.journal.step(call_id, at + 9 * second, "ringing", "ringing", person="ana")
        return call_id
