"""What is written down: opened at the start, with what the last run left behind."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime

from hotline.box.carriers import Carriers
from hotline.clock import Clock
from hotline.lines.gsm import GsmLine
from hotline.media.wav import repair
from hotline.notify.outbox import Outbox
from hotline.notify.sms import TextCap, TextRules, sms_way
from hotline.notify.trial import TextTrial
from hotline.options import Options, dialled_countries
from hotline.options.notices import read_notices
from hotline.storage import confirmations as confirmation_storage
from hotline.storage import diverts as divert_storage
from hotline.storage import drafts as draft_storage
from hotline.storage import linehistory as history_storage
from hotline.storage import linetests as test_storage
from hotline.storage import linetones as tone_storage
from hotline.storage import linetroubles as trouble_storage
from hotline.storage import numberchecks as check_storage
from hotline.storage import office as stored_office
from hotline.storage import outbox as letters
from hotline.storage import presence as presence_storage
from hotline.storage import promises as promise_storage
from hotline.storage import staffpins as pin_storage
from hotline.storage.calls import Journal, last_came, next_call_id
from hotline.storage.complaints import Cases
from hotline.storage.confirmations import Confirmations
from hotline.storage.database import DatabaseFile
from hotline.storage.diverts import DivertOrders, DivertsBefore
from hotline.storage.drafts import DraftStore
from hotline.storage.earlyclosings import EarlyClosings
from hotline.storage.files import Recordings
from hotline.storage.lastrun import LastRun, file_last_run
from hotline.storage.linehistory import LineHistory
from hotline.storage.linetests import LineTests
from hotline.storage.linetones import LearnedTones
from hotline.storage.linetroubles import LineTroubles
from hotline.storage.numberchecks import NumberChecks
from hotline.storage.office import OfficeStore
from hotline.storage.places import Places
from hotline.storage.presence import Presences, StaffTrail, SwapAsks
from hotline.storage.promises import Promise
from hotline.storage.schema import records_file
from hotline.storage.staffpins import StaffPins
from hotline.storage.texts import Texts, parts_sent_since
from hotline.storage.uses import DAY, Use, last_day
from hotline.storage.writer import Writer

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Records:
    """Everything durable. left: what the last run left open, filed by now. last_call: came then.

    texting: the lines that carry texts, once they are there. diverts: what their SIM cards
    diverted before. orders: where the owner had them sent. tests: what lines can do. tones: of
    their exchanges. trial: sends a text to see whether it arrives. told: whom a text was sent
    today. cap: what texts may cost. presences: who of the staff is away. trail: what they asked.
    asks: whom they asked to swap. promised: who keeps a place in the queue. pins: what lets them
    into their menu. checks: what was found of their telephones. drafts: changes of the plan that
    are not in force. history, troubles: how lines were, and what was done about it. carriers: what
    letters leave by. early: whether somebody has closed the line.
    """

    file: DatabaseFile
    writer: Writer
    journal: Journal
    cases: Cases
    offices: OfficeStore
    outbox: Outbox
    left: LastRun
    used: list[Use]
    confirmed: Confirmations
    last_call: datetime | None
    texts: Texts
    texting: list[GsmLine]
    diverts: DivertsBefore
    orders: DivertOrders
    tests: LineTests
    tones: LearnedTones
    trial: TextTrial
    told: Mapping[str, datetime]
    cap: TextCap
    presences: Presences
    trail: StaffTrail
    asks: SwapAsks
    promised: list[Promise]
    pins: StaffPins
    checks: NumberChecks
    drafts: DraftStore
    history: LineHistory
    troubles: LineTroubles
    carriers: Carriers
    early: EarlyClosings


def open_records(
    options: Options, places: Places, clock: Clock, closing: AsyncExitStack
) -> Records:
    """Open the records and file what the last run left open."""
    file = records_file(places.data)
    if finding := file.prepare(clock.now()):
        log.warning("%s", finding)
    writer = Writer(file, clock)
    closing.callback(writer.close)
    left = _file_last_run(writer, places, clock)
    with file.reading() as database:
        first_call = next_call_id(database)
        newest = stored_office.newest(database)
        waiting = letters.waiting(database)
        last_call = last_came(database)
        # Not the day before a wrong clock: since 1970 far more was spent than a day may cost.
        today = max(clock.now(), last_call or clock.now()) - DAY
        diverts = DivertsBefore(writer, divert_storage.known(database))
        orders = DivertOrders(writer, divert_storage.orders(database))
        tests = LineTests(
            writer,
            test_storage.known(database),
            test_storage.handing(database),
            test_storage.self_calls(database),
        )
        checks = NumberChecks(
            writer, check_storage.checks(database), check_storage.voicemails(database)
        )
        confirmed = confirmation_storage.known(database)
        tones = LearnedTones(writer, tone_storage.known(database))
        told = letters.recipients_since(database, "sms", today)
        presences = Presences(writer, presence_storage.known(database))
        asks = SwapAsks(writer, presence_storage.swap_asks(database))
        trail = StaffTrail(writer, presence_storage.next_turn(database))
        promised = promise_storage.kept(database)
        pins = StaffPins(writer, pin_storage.known(database), pin_storage.shut_at(database))
        drafts = DraftStore(writer, draft_storage.drafted(database))
        history = LineHistory(writer, history_storage.next_part(database))
        troubles = LineTroubles(writer, trouble_storage.next_number(database))
        cap = TextCap(options.limits.texts_per_day, deque(parts_sent_since(database, today)))
    writer.submit(trouble_storage.close_open)
    steady = max(clock.now(), last_call or clock.now())
    used = writer.submit(lambda db: last_day(db, steady)).result()
    texts, texting = Texts(writer, options.box.country), list[GsmLine]()
    rules = TextRules(options.box.country, dialled_countries(options), cap)
    carriers = Carriers(read_notices(places.notices, options), places.recordings)
    ways = carriers.ways() | {"sms": sms_way(lambda: texting, rules, texts, clock)}
    return Records(
        file,
        writer,
        Journal(writer, first_call),
        Cases(writer, left.next_case),
        OfficeStore(writer, newest),
        Outbox(writer, waiting, ways, clock),
        left,
        used,
        Confirmations(writer, confirmed),
        last_call,
        texts,
        texting,
        diverts,
        orders,
        tests,
        tones,
        TextTrial(rules, texts, file, clock),
        told,
        cap,
        presences,
        trail,
        asks,
        promised,
        pins,
        checks,
        drafts,
        history,
        troubles,
        carriers,
        EarlyClosings(places.closed_early),
    )


def _file_last_run(writer: Writer, places: Places, clock: Clock) -> LastRun:
    """File the recordings and rows a power cut left open."""
    recordings = Recordings(places.recordings).directory
    left = writer.submit(lambda db: file_last_run(db, recordings, clock.now(), repair)).result()
    if left.rescued or left.calls:
        log.warning(
            "from the last run: %d call(s), %d recording(s) filed", left.calls, left.rescued
        )
    return left


def office_before(file: DatabaseFile, version: int) -> str | None:
    with file.reading() as database:
        found = stored_office.version(database, version - 1)
    return found.yaml if found else None
