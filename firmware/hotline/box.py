"""Where the daemon is put together: builds every part, wires it, runs it, closes it in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from hotline.calls.alarms import Alarms
from hotline.calls.attendance import Attendance
from hotline.calls.board import Board
from hotline.calls.caps import Caps
from hotline.calls.confirming import Confirming
from hotline.calls.diverting import Diverting
from hotline.calls.evening import EveningLetters
from hotline.calls.exchange import Exchange
from hotline.calls.leg import settled
from hotline.calls.notices import Notices, Texting
from hotline.calls.offices import CurrentOffice
from hotline.calls.planwatch import PlanWatch
from hotline.calls.returning import Returning
from hotline.calls.selftest import SelfTests
from hotline.calls.stafftexts import StaffTexts
from hotline.calls.switchboard import Switchboard
from hotline.calls.tonelesson import ToneLessons, tone_of
from hotline.clock import Clock
from hotline.control.desk import FrontDesk
from hotline.control.linedesk import LineDesk
from hotline.control.messages import OfficePut
from hotline.control.numberdesk import NumberDesk
from hotline.control.server import ControlServer, only_one
from hotline.control.staffdesk import StaffDesk
from hotline.control.waitingdesk import WaitingDesk
from hotline.health import chores
from hotline.health.power import Power
from hotline.lines.finder import Finder
from hotline.lines.fxo import OfficeLine
from hotline.lines.gsm import GsmLine
from hotline.lines.gsmcalls import Sound as LineSound
from hotline.lines.place import Place
from hotline.lines.quirks import quirks_of
from hotline.lines.sip import Guard, SipLine
from hotline.lines.usb import this_machine
from hotline.media import sounds
from hotline.media.halfduplex import TurnSound
from hotline.media.mixer import Mixer
from hotline.media.modem import ModemSound
from hotline.media.pjsip.stack import Pjsip
from hotline.media.rate import Known, Measured
from hotline.media.recorder import Recorder
from hotline.media.speech import Voice
from hotline.media.wav import repair
from hotline.notify.apprise_way import AppriseSettings, apprise_way
from hotline.notify.outbox import Outbox, Way
from hotline.notify.sms import TextCap, TextRules, sms_way
from hotline.notify.trial import TextTrial
from hotline.options import Mail, Modem, Options, own_numbers
from hotline.routing.office import Office
from hotline.storage import confirmations as confirmation_storage
from hotline.storage import diverts as divert_storage
from hotline.storage import linetests as test_storage
from hotline.storage import linetones as tone_storage
from hotline.storage import office as stored_office
from hotline.storage import outbox as letters
from hotline.storage import presence as presence_storage
from hotline.storage.audit import Audit
from hotline.storage.calls import Journal, last_came, next_call_id
from hotline.storage.complaints import Cases
from hotline.storage.confirmations import Confirmations
from hotline.storage.database import DatabaseFile
from hotline.storage.diverts import DivertOrders, DivertsBefore
from hotline.storage.evenings import Evenings
from hotline.storage.files import Recordings
from hotline.storage.housekeeping import Housekeeping
from hotline.storage.lastrun import LastRun, file_last_run
from hotline.storage.linetests import LineTests
from hotline.storage.linetones import LearnedTones
from hotline.storage.office import OfficeStore
from hotline.storage.places import Places
from hotline.storage.presence import Presences, StaffTrail, SwapAsks
from hotline.storage.schema import records_file
from hotline.storage.texts import Texts, parts_sent_since
from hotline.storage.toldholes import ToldHoles
from hotline.storage.uses import DAY, Use, Uses, What, last_day
from hotline.storage.waiting import WaitingList
from hotline.storage.writer import Writer

log = logging.getLogger(__name__)

WATCHDOG_PINGS = 3  # in each period that systemd grants


def run_daemon(options: Options) -> int:
    """`hotline run`: answers calls until SIGTERM or SIGINT. Returns the exit code."""
    asyncio.run(_run(options))
    return 0


async def _run(options: Options) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running_box(options) as desk:
        log.info("ready to answer on %d line(s)", len(desk.exchange.board.lines))
        _tell_systemd("READY=1")
        await _until(stop)
        _tell_systemd("STOPPING=1")


@contextlib.asynccontextmanager
async def running_box(options: Options) -> AsyncIterator[FrontDesk]:
    """The whole daemon, from the records to the open telephone port.

    Raises HotlineError when it cannot begin: another daemon runs, the port is taken, no disk.
    """
    clock, places = Clock(), Places(options.box.data)
    places.data.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as closing:
        closing.enter_context(only_one(places.control))
        records = _open_records(options, places, clock, closing)
        clock = Clock(max(clock.last_seen, records.last_call or clock.last_seen))
        channels = sum(trunk.channels for trunk in options.trunks)
        pjsip = Pjsip(options.sip, channels)
        await pjsip.start()
        closing.push_async_callback(pjsip.stop)
        exchange = await _exchange(options, places, clock, records, pjsip, closing)
        exchange.board.hands_on = records.tests.hands_on
        attendance = Attendance(exchange, records.presences, records.trail)
        left = records.left
        exchange.notices.after_restart(exchange.office(), left.cases, left.missed, clock.now())
        switchboard = Switchboard(exchange)
        closing.push_async_callback(switchboard.close)
        audit = Audit(records.writer)
        alarms = _alarms(exchange, records, audit)
        confirming = Confirming(exchange, records.confirmed, audit, switchboard)
        closing.push_async_callback(confirming.close)
        waiting = WaitingList(records.writer)
        returning = Returning(exchange, waiting, switchboard.talks_with)
        closing.push_async_callback(returning.close)
        diverting = _diverting(options, exchange, records)
        supply = Power()
        desk = FrontDesk(
            exchange,
            switchboard,
            records.offices,
            clock.now(),
            trouble=lambda: records.writer.trouble,
            power=lambda: supply.trouble,
            unsent=lambda: len(records.outbox.waiting()),
            before=partial(_office_before, records.file),
            lines=LineDesk(
                exchange.board,
                records.texting,
                records.diverts,
                SelfTests(
                    exchange,
                    records.tests,
                    records.trial if records.texting else None,
                    switchboard,
                ),
                ToneLessons(
                    exchange, switchboard, records.tones, [m.name for m in options.voice_modems]
                ),
                diverting,
            ),
            people=StaffDesk(attendance, exchange.office),
            number_desk=NumberDesk(exchange, confirming, alarms),
            waiting=WaitingDesk(exchange, waiting, returning),
        )
        desk.attach()
        staff_texts = _staff_texts(options, exchange, records, attendance, desk)
        staff_texts.back = returning.by_text
        for modem in records.texting:
            modem.texts.on_text = partial(_keep_text, records.texts, clock, staff_texts)
        await _start_lines(exchange.board, switchboard, desk, closing)
        door = ControlServer(places.control, desk)
        await door.open()
        closing.push_async_callback(door.close)
        evening = EveningLetters(exchange, Evenings(records.writer), records.outbox)
        more = (
            diverting.keep(),
            supply.watch(),
            confirming.keep(),
            attendance.keep(),
            evening.keep(),
            PlanWatch(exchange, ToldHoles(records.writer)).keep(),
        )
        _start_chores(exchange, records, more, closing)
        yield desk


@dataclass(frozen=True)
class Records:
    """Everything durable. left: what the last run left open, filed by now. last_call: came then.

    texting: the lines that carry texts, once they are there. diverts: what their SIM cards
    diverted before. orders: where the owner had them sent. tests: what lines can do. tones: of
    their exchanges. trial: sends a text to see whether it arrives. told: whom a text was sent
    today. cap: what texts may cost. presences: who of the staff is away. trail: what they asked.
    asks: whom they asked to swap.
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


def _open_records(
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
        tests = LineTests(writer, test_storage.known(database), test_storage.handing(database))
        confirmed = confirmation_storage.known(database)
        tones = LearnedTones(writer, tone_storage.known(database))
        told = letters.recipients_since(database, "sms", today)
        presences = Presences(writer, presence_storage.known(database))
        asks = SwapAsks(writer, presence_storage.swap_asks(database))
        trail = StaffTrail(writer, presence_storage.next_turn(database))
        cap = TextCap(options.limits.texts_per_day, deque(parts_sent_since(database, today)))
    steady = max(clock.now(), last_call or clock.now())
    used = writer.submit(lambda db: last_day(db, steady)).result()
    texts, texting = Texts(writer, options.box.country), list[GsmLine]()
    country = options.box.country
    rules = TextRules(country, frozenset({country, *options.limits.countries}), cap)
    ways = _ways(options, places) | {"sms": sms_way(lambda: texting, rules, texts, clock)}
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


def _ways(options: Options, places: Places) -> dict[str, Way]:
    """How letters leave the box."""
    targets = {f"apprise {n}": url.reveal() for n, url in enumerate(options.notify.apprise, 1)}
    messengers = AppriseSettings(targets) if targets else None
    return {
        "email": _email(options.mail, places),
        "apprise": apprise_way(lambda: messengers, places.recordings),
    }


def _email(mail: Mail | None, places: Places) -> Way:
    """What writes and sends letters is loaded with the first one: 1.3 MB."""

    def load() -> Way:
        from hotline.notify.email import Security, SmtpSettings, email_way

        if mail is None:
            return email_way(lambda: None, places.recordings)
        security, password = Security(mail.security), mail.password.reveal()
        mailbox = SmtpSettings(mail.host, mail.port, security, mail.user, password, mail.sender)
        return email_way(lambda: mailbox, places.recordings)

    async def send(letter: letters.Letter) -> None:
        way = await asyncio.to_thread(load)
        await way(letter)

    return send


async def _exchange(
    options: Options,
    places: Places,
    clock: Clock,
    records: Records,
    pjsip: Pjsip,
    closing: AsyncExitStack,
) -> Exchange:
    """The equipment of a call."""
    country = options.box.country
    recorder = Recorder()
    closing.callback(recorder.close)
    wordless = await sounds.ready(places.sounds, country)
    mixer = Mixer(pjsip, recorder, wordless.hush)
    closing.callback(mixer.close)
    voice = Voice(places.spoken, places.own_prompts, wordless)
    closing.push_async_callback(voice.close)
    guard = Guard(pjsip)
    trunks = [SipLine(trunk, country, pjsip, guard) for trunk in options.trunks]
    modems = _modems(options, pjsip)
    for modem in modems:
        modem.diverts.memory = records.diverts
        modem.on_time = clock.offer
    office_lines = [
        OfficeLine(m, country, TurnSound(pjsip, partial(tone_of, records.tones, m.name)))
        for m in options.voice_modems
    ]
    records.texting.extend(modems)
    offices = CurrentOffice(
        records.offices,
        country,
        frozenset({country, *options.limits.countries}),
        records.confirmed,
    )
    messengers = tuple(f"apprise {n}" for n, _ in enumerate(options.notify.apprise, 1))
    return Exchange(
        board=Board(
            [*trunks, *modems, *office_lines],
            _caps(options, records),
            clock,
        ),
        engine=mixer,
        prompts=voice,
        comfort=wordless,
        journal=records.journal,
        cases=records.cases,
        recordings=Recordings(places.recordings),
        notices=Notices(
            records.outbox, messengers, _texting(options, records, offices.office(), clock)
        ),
        clock=clock,
        office=offices.office,
    )


def _caps(options: Options, records: Records) -> Caps:
    caps = Caps(
        options.limits, options.box.country, records.confirmed.holds, Uses(records.writer).note
    )
    caps.remember(records.used)
    return caps


def _alarms(exchange: Exchange, records: Records, audit: Audit) -> Alarms:
    """Attached to the board: no number is refused without the office hearing of it."""
    told = {use.number: use.at for use in records.used if use.what is What.TOLD}
    caps, clock = exchange.board.caps, exchange.clock
    alarms = Alarms(caps, exchange.notices, audit, clock, exchange.office, told)
    exchange.board.on_refused = alarms.refused
    return alarms


def _modems(options: Options, pjsip: Pjsip) -> list[GsmLine]:
    finder = Finder(this_machine())
    lines = []
    for modem in options.modems:
        place = Place(modem, finder, quirks_of(modem).restart)
        lines.append(GsmLine(modem, options.box.country, _sound_of(modem, place, pjsip), place))
    return lines


def _sound_of(modem: Modem, place: Place, pjsip: Pjsip) -> LineSound | None:
    """Where the sound of this modem comes from."""
    quirks = quirks_of(modem)
    if modem.card:
        # Loading it looks at every sound card: not for a box without one.
        from hotline.media.soundcard import CardSound

        return CardSound(pjsip, modem.card)
    if quirks.speech is None:
        return None
    return ModemSound(pjsip, place.sound, Measured if quirks.any_rate else Known)


def _staff_texts(
    options: Options,
    exchange: Exchange,
    records: Records,
    attendance: Attendance,
    desk: FrontDesk,
) -> StaffTexts:
    """What the staff text changes the plan through the same door as the page."""

    async def put_plan(yaml: str, author: str) -> None:
        await desk.office_put(OfficePut(yaml=yaml, author=author))

    return StaffTexts(
        exchange,
        attendance,
        records.asks,
        records.trail,
        own_numbers(options),
        lambda: records.offices.current() or "",
        put_plan,
    )


async def _keep_text(
    texts: Texts, clock: Clock, staff: StaffTexts, line: str, written: str
) -> None:
    """A modem may forget a text once it is on the disk."""
    for text in await asyncio.wrap_future(texts.came(line, written, clock.now())):
        staff.came(text)


def _texting(options: Options, records: Records, office: Office, clock: Clock) -> Texting | None:
    if not options.modems:
        return None

    def room() -> int:
        waiting = sum(letter.way == "sms" for letter in records.outbox.waiting())
        return records.cap.left(clock.now()) - waiting

    days = {number: at.astimezone(office.zone).date() for number, at in records.told.items()}
    return Texting(options.box.country, room, options.limits.texts_per_day // 2, days)


async def _start_lines(
    board: Board, switchboard: Switchboard, desk: FrontDesk, closing: AsyncExitStack
) -> None:
    """Each line on its own: one that cannot start does not keep the others from answering."""
    for line in board.lines:
        line.on_state = partial(desk.line_changed, line.name)
        await line.start(switchboard.ring)
        closing.push_async_callback(line.stop)


def _office_before(file: DatabaseFile, version: int) -> str | None:
    with file.reading() as database:
        found = stored_office.version(database, version - 1)
    return found.yaml if found else None


def _diverting(options: Options, exchange: Exchange, records: Records) -> Diverting:
    """Who is sent callers past the box."""
    by_shift = {modem.name: modem.divert_to for modem in options.modems}
    own = own_numbers(options)
    return Diverting(exchange, records.texting, by_shift, records.orders, own)


def _start_chores(
    exchange: Exchange,
    records: Records,
    more: Iterable[Coroutine[Any, Any, None]],
    closing: AsyncExitStack,
) -> None:
    """What runs beside the calls."""
    housekeeping = Housekeeping(records.file, records.writer, exchange.recordings)
    work = (
        *more,
        records.outbox.run(),
        chores.prepare_voice(exchange),
        chores.count_talks(exchange.board),
        chores.keep_room(exchange, housekeeping),
        chores.every_night(exchange, records.file, housekeeping),
        chores.keep_texts(exchange, records.texts),
    )
    tasks = [asyncio.create_task(each) for each in work]
    closing.push_async_callback(settled, tasks)


async def _until(stop: asyncio.Event) -> None:
    """Wait for the end; meanwhile tell systemd's watchdog that the loop lives."""
    granted = float(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
    while not stop.is_set():
        if granted:
            _tell_systemd("WATCHDOG=1")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(granted / WATCHDOG_PINGS if granted else None):
                await stop.wait()


def _tell_systemd(words: str) -> None:
    """sd_notify(3), which is one datagram."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    # A supervisor that does not listen must not end a hotline that answers calls.
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify,
    ):
        notify.sendto(words.encode(), "\0" + address[1:] if address[0] == "@" else address)
