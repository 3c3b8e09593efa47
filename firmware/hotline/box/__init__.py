"""Where the daemon is put together: builds every part, wires it, runs it, closes it in reverse."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotline.box import supervisor
from hotline.box.equipment import exchange_of, texting
from hotline.box.rack import Rack
from hotline.box.records import Records, office_before, open_records
from hotline.calls.alarms import Alarms
from hotline.calls.answerwatch import AnswerWatch
from hotline.calls.attendance import Attendance
from hotline.calls.call import Call
from hotline.calls.campaignends import CampaignReports
from hotline.calls.confirming import Confirming
from hotline.calls.diverting import Diverting
from hotline.calls.evening import EveningLetters
from hotline.calls.exchange import Exchange
from hotline.calls.leg import settled
from hotline.calls.measuring import Measuring
from hotline.calls.planwatch import PlanWatch
from hotline.calls.promising import Promising
from hotline.calls.returning import Returning
from hotline.calls.rollcall import RollCalls
from hotline.calls.selftest import SelfTests
from hotline.calls.staffdoor import StaffDoor
from hotline.calls.stafftexts import StaffTexts
from hotline.calls.switchboard import Switchboard
from hotline.calls.tonelesson import ToneLessons
from hotline.clock import Clock
from hotline.control.addeddesk import AddedDesk
from hotline.control.backupdesk import BackupDesk
from hotline.control.boxdesk import BoxDesk
from hotline.control.closingdesk import ClosingDesk
from hotline.control.desk import FrontDesk
from hotline.control.draftdesk import DraftDesk
from hotline.control.hardwaredesk import HardwareDesk
from hotline.control.letterdesk import LetterDesk
from hotline.control.linedesk import LineDesk
from hotline.control.messages.lines import Section
from hotline.control.messages.office import PlanSwap
from hotline.control.networkdesk import NetworkDesk
from hotline.control.numberdesk import NumberDesk
from hotline.control.pindesk import PinDesk
from hotline.control.promptdesk import PromptDesk
from hotline.control.server import ControlServer, only_one
from hotline.control.staffdesk import StaffDesk
from hotline.control.waitingdesk import WaitingDesk
from hotline.errors import HotlineError
from hotline.health import chores
from hotline.health.linewatch import LineWatch
from hotline.health.power import Power
from hotline.lan.country import keep_country
from hotline.lan.manager import NetworkManager
from hotline.lan.trial import Lan
from hotline.lan.watch import watch
from hotline.lines.browser import BrowserLine, Wire
from hotline.lines.port import LineState
from hotline.media.browser import BrowserPlace
from hotline.media.pjsip.stack import Pjsip
from hotline.notify.outbox import Outbox
from hotline.options import (
    Modem,
    Options,
    VoiceModem,
    dialled_countries,
    numbers_of_lines,
    own_numbers,
)
from hotline.options.added import ROOM_FOR_CALLS, read_added
from hotline.options.chosen import WithChosen, read_chosen
from hotline.routing.changes import SwapDay
from hotline.routing.office import NOT_SET_UP
from hotline.said import Said, say
from hotline.storage.announcements import Announcements
from hotline.storage.answerstold import AnswersTold
from hotline.storage.audit import Act, Audit, Entry
from hotline.storage.campaignends import CampaignEnds
from hotline.storage.evenings import Evenings
from hotline.storage.housekeeping import Housekeeping
from hotline.storage.linetests import LineTests
from hotline.storage.ownprompts import OwnPrompts
from hotline.storage.peers import Peers
from hotline.storage.places import Places
from hotline.storage.presence import StaffTrail
from hotline.storage.promises import Promises
from hotline.storage.restored import complete, forget_previous
from hotline.storage.texts import Texts
from hotline.storage.toldholes import ToldHoles
from hotline.storage.uploads import Uploads
from hotline.storage.uses import Uses, What
from hotline.storage.waiting import WaitingList

if TYPE_CHECKING:
    from hotline.box.frontpanel import BoxPanel
    from hotline.box.guarding import Guarding

log = logging.getLogger(__name__)
FROM_BROWSERS = 2  # calls from the page at once; each holds one of its threads
LOOK_FOR_LINES_S = 60.0  # that can be called by the box itself
BEGIN_COPIES_S = 60.0  # after the start, which has more to do
TOLD_S = 0.5  # until the page has heard that the box begins anew
FILED_ALONE = "HOTLINE_AS_FILED"  # why the box begins as box.toml says, without the page's words


def run_daemon(options: Options) -> bool:
    """`hotline run`: answers calls until SIGTERM or SIGINT, or until it is to begin anew: True.

    options: of box.toml. Raises HotlineError when it cannot begin.
    """
    try:
        return asyncio.run(_run(options))
    except HotlineError as trouble:
        if FILED_ALONE in os.environ or not read_chosen(_chosen(options), options).chosen:
            raise
        log.error("%s", trouble)
        os.environ[FILED_ALONE] = trouble.cause
        return True


async def _run(options: Options) -> bool:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with running_box(options) as desk:
        _give_back_memory()
        log.info("ready to answer on %d line(s)", len(desk.exchange.board.lines))
        supervisor.tell("READY=1")
        restored = asyncio.Event()
        desk.backups.again = _set_soon(restored, stop)
        anew = asyncio.create_task(desk.box.until_anew())
        anew.add_done_callback(lambda _: stop.set())
        await stop.wait()
        again = anew.done() or restored.is_set()
        anew.cancel()
        if not again:  # the same process goes on
            supervisor.tell("STOPPING=1")
    os.environ.pop(FILED_ALONE, None)
    return again


def _set_soon(restored: asyncio.Event, stop: asyncio.Event) -> Callable[[], None]:
    def set_soon() -> None:
        restored.set()
        asyncio.get_running_loop().call_later(TOLD_S, stop.set)

    return set_soon


@contextlib.asynccontextmanager
async def running_box(options: Options) -> AsyncIterator[FrontDesk]:
    """The whole daemon, from the records to the open telephone port.

    Raises HotlineError when it cannot begin: another daemon runs, the port is taken, no disk.
    """
    clock, places = Clock(), Places(options.box.data)
    places.data.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as closing:
        closing.enter_context(only_one(places.control))
        if done := complete(places):
            log.warning("a backup has taken the place of everything, as %s wished", done.by)
        forget_previous(places, clock.now())
        filed, chosen = options, _with_chosen(options)
        for wrong in chosen.wrong:
            log.warning("%s", wrong)
        options = chosen.options
        records = open_records(options, places, clock, closing)
        clock = Clock(max(clock.last_seen, records.last_call or clock.last_seen))
        fixed = sum(trunk.channels for trunk in options.trunks)
        lines = read_added(places.lines, options)
        for wrong in lines.wrong:
            log.warning("%s", wrong)
        for wrong in records.carriers.now.wrong:
            log.warning("%s", wrong)
        options = lines.options
        channels = sum(trunk.channels for trunk in options.trunks)
        pjsip = Pjsip(options.sip, max(channels, fixed + ROOM_FOR_CALLS))
        await pjsip.start()
        closing.push_async_callback(pjsip.stop)
        rack = Rack(options.box.country, pjsip, records, clock)
        rack.tell_of_peers(_peers(options, places).are)
        if _on_trial():
            rack.let_itself_in()
        exchange = await exchange_of(options, places, clock, records, pjsip, rack, closing)
        attendance = Attendance(exchange, records.presences, records.trail)
        left = records.left
        exchange.notices.after_restart(exchange.office(), left.cases, left.missed, clock.now())
        panel = _panel(options, places)
        if panel is not None:
            closing.push_async_callback(panel.close)  # calls end before the line is given back
        switchboard = Switchboard(exchange)
        closing.push_async_callback(switchboard.close)
        audit = Audit(records.writer)
        alarms = _alarms(exchange, records, audit)
        confirming = Confirming(exchange, records.confirmed, audit, switchboard)
        closing.push_async_callback(confirming.close)
        measuring = Measuring(exchange, records.checks)
        closing.push_async_callback(measuring.close)
        roll_calls = RollCalls(exchange, records.checks, records.confirmed, switchboard)
        waiting = WaitingList(records.writer)
        door = StaffDoor(exchange, records.pins, Uses(records.writer), alarms, audit)
        door.remember(records.used)
        if (office := exchange.office()).people:
            door.look(office)  # it may have been changed while no daemon ran
        returning = Returning(exchange, waiting, switchboard.talks_with)
        closing.push_async_callback(returning.close)
        promising = Promising(exchange, waiting, returning, Promises(records.writer))
        promising.resume(records.promised)
        closing.push_async_callback(promising.close)
        diverting = _diverting(options, exchange, records)
        tests = SelfTests(exchange, records.tests, None, switchboard)
        lessons = ToneLessons(exchange, switchboard, records.tones, [])
        noted = _noted(audit, clock)
        added = AddedDesk(rack, places.lines, lines, noted)
        lan = Lan(NetworkManager(), places.lan, lambda: bool(switchboard.live))
        lan.kept = partial(noted, Act.NETWORK_CHANGED)
        await lan.resume()
        closing.push_async_callback(lan.close)
        supply, guarding = Power(), _guarding(options, pjsip, rack)
        people = StaffDesk(attendance, exchange.office, lambda: exchange.board.computers.there())
        if done:
            audit.note(Entry(clock.now(), Act.RESTORED, person=done.made_at, by=done.by))
        backups = BackupDesk(
            places,
            clock,
            lambda: len(switchboard.live),
            _noted(audit, clock),
            lambda: None,
            lambda: exchange.office().zone,
            partial(_tell_of_copies, exchange),
        )
        closing.push_async_callback(backups.close)
        desk = FrontDesk(
            exchange,
            switchboard,
            records.offices,
            clock.now(),
            trouble=lambda: records.writer.trouble,
            power=lambda: _of_board(guarding) or supply.trouble,
            unsent=lambda: len(records.outbox.waiting()),
            before=partial(office_before, records.file),
            lines=LineDesk(
                exchange.board,
                records.texting,
                records.diverts,
                tests,
                lessons,
                diverting,
                partial(_settings_of, added),
            ),
            added=added,
            hardware=HardwareDesk(
                exchange.board, records.tests, records.file, " ".join(options.sip.codecs), noted
            ),
            people=people,
            number_desk=NumberDesk(exchange, confirming, alarms, measuring, roll_calls),
            pins=PinDesk(door, people.person),
            waiting=WaitingDesk(exchange, waiting, returning),
            drafts=DraftDesk(
                exchange.office, records.offices, records.drafts, exchange.notices, clock
            ),
            sentences=PromptDesk(
                exchange.office,
                exchange.prompts,
                OwnPrompts(places.own_prompts),
                Uploads(places.uploads),
                Announcements(places.announcement),
                clock,
            ),
            box=BoxDesk(
                filed,
                chosen,
                places.chosen,
                lambda: bool(switchboard.live) or exchange.board.calls_out(),
                _noted(audit, clock),
            ),
            lan=NetworkDesk(lan, _noted(audit, clock)),
            letters=LetterDesk(
                records.carriers,
                places.notices,
                records.outbox,
                exchange.notices,
                exchange.office,
                records.file,
                clock,
                _noted(audit, clock),
            ),
            closing=ClosingDesk(
                exchange.office, exchange.prompts, records.early, clock, _noted(audit, clock)
            ),
            countries=dialled_countries(options),
            backups=backups,
        )
        desk.attach()
        staff_texts = _staff_texts(options, exchange, records, attendance, desk)
        staff_texts.back = returning.by_text
        exchange.doors.staff = _staff_menu(
            door, attendance, staff_texts, returning, records.trail, desk.sentences
        )
        numbers = dict[str, str]()

        def follow(now: Options) -> None:
            """What the box has changed: everybody goes by it from here on."""
            own = own_numbers(now)
            exchange.board.own = diverting.own = staff_texts.own = own
            diverting.by_shift = {modem.name: modem.divert_to for modem in now.modems}
            lessons.lines = [modem.name for modem in now.voice_modems]
            tests.texting = records.trial if now.modems else None
            if (exchange.notices.texting is None) == bool(now.modems):
                exchange.notices.texting = texting(now, records, exchange.office(), clock)
            numbers.clear()
            numbers.update(numbers_of_lines(now))

        rack.follow.append(follow)
        on_text = partial(_keep_text, records.texts, clock, staff_texts)
        line_watch = LineWatch(exchange.board, clock, records.history, records.troubles)
        rack.mending = line_watch.mending
        rack.connect(
            exchange.board, switchboard, _changed(desk, records.outbox, line_watch), on_text
        )
        line_watch.look()
        if guarding is not None:
            await closing.enter_async_context(guarding.at_work(exchange.board))
        await rack.start(options)
        closing.push_async_callback(rack.close)
        closing.callback(line_watch.close)
        await _start_browsers(pjsip, places, exchange, switchboard, closing)
        server = ControlServer(places.control, desk)
        await server.open()
        closing.push_async_callback(server.close)

        def moved() -> None:
            if ip_address(options.sip.listen).is_unspecified:  # another one has not moved
                desk.box.begin_anew()

        evening = EveningLetters(exchange, Evenings(records.writer), records.outbox)
        more = (
            supervisor.keep_alive(lambda: pjsip.ask(lambda: None)),
            diverting.keep(),
            supply.watch(),
            watch(moved, lambda: lan.undecided),
            keep_country(places.country, partial(_country, exchange)),
            line_watch.keep(),
            confirming.keep(),
            attendance.keep(),
            evening.keep(),
            PlanWatch(exchange, ToldHoles(records.writer)).keep(),
            CampaignReports(exchange, CampaignEnds(records.writer)).keep(),
            AnswerWatch(exchange, AnswersTold(places.answers_told)).keep(),
            roll_calls.keep(),
            _copy_by_night(backups),
            _call_own_lines(exchange, switchboard, records.tests, numbers),
        )
        _start_chores(exchange, records, more, closing)
        if panel is not None:
            panel.begin(desk, records)
        yield desk


def _country(exchange: Exchange) -> str:
    """Of an office that somebody has set up."""
    office = exchange.office()
    return office.country if office.name != NOT_SET_UP else ""


def _on_trial() -> bool:
    """Is this the first start of an update, which is asked whether it answers? See trial.sh."""
    return Path(os.environ.get("HOTLINE_RUN", "/run/hotline"), "trial").exists()


def _peers(options: Options, places: Places) -> Peers:
    sip = options.sip
    ports = (sip.port, sip.tls_port) if sip.tls_port else (sip.port,)
    return Peers(places.peers, ports, (sip.rtp_first, sip.rtp_last))


def _guarding(options: Options, pjsip: Pjsip, rack: Rack) -> Guarding | None:
    """Loaded only where a guardian board is named."""
    if options.panel.guardian is None:
        return None
    from hotline.box.guarding import Guarding

    guarding = Guarding(options.panel.guardian, pjsip, rack.busy)
    rack.follow.append(guarding.follow)
    rack.cut = guarding.cut_modem
    return guarding


def _of_board(guarding: Guarding | None) -> tuple[Said, Said] | None:
    """What is wrong with the guardian board."""
    return guarding.trouble if guarding is not None and guarding.trouble[0] else None


def _panel(options: Options, places: Places) -> BoxPanel | None:
    """Most boxes have none, and carry nothing of it."""
    if not any(options.panel.pins()):
        return None
    from hotline.box.frontpanel import BoxPanel

    return BoxPanel(options, places)


def _with_chosen(options: Options) -> WithChosen:
    """With what was set on the page, but where the box could not begin with it a moment ago."""
    found = read_chosen(_chosen(options), options)
    if why := os.environ.get(FILED_ALONE):
        told = say("The box could not begin as it was set on the page: %(why)s", why=why)
        return WithChosen(options, found.chosen, (*found.wrong, told))
    return found


def _chosen(options: Options) -> Path:
    return Places(options.box.data).chosen


def _alarms(exchange: Exchange, records: Records, audit: Audit) -> Alarms:
    """Attached to the board: no number is refused without the office hearing of it."""
    told = {use.number: use.at for use in records.used if use.what is What.TOLD}
    caps, clock = exchange.board.caps, exchange.clock
    alarms = Alarms(caps, exchange.notices, audit, clock, exchange.office, told)
    exchange.board.numbers = alarms
    return alarms


def _staff_texts(
    options: Options,
    exchange: Exchange,
    records: Records,
    attendance: Attendance,
    desk: FrontDesk,
) -> StaffTexts:
    """What the staff text changes the plan through the same door as the page."""

    async def swap(change: SwapDay, by: str) -> None:
        await desk.plan_change(PlanSwap(day=change.day, one=change.one, other=change.other, by=by))

    return StaffTexts(
        exchange,
        attendance,
        records.asks,
        records.trail,
        own_numbers(options),
        swap,
    )


def _staff_menu(
    door: StaffDoor,
    attendance: Attendance,
    texts: StaffTexts,
    returning: Returning,
    trail: StaffTrail,
    sentences: PromptDesk,
) -> Callable[[Call], Awaitable[bool]]:
    """Loaded with the first who asks for it: most boxes never need its 0.1 MB."""

    async def used(call: Call) -> bool:
        from hotline.calls.staffmenu import StaffMenu

        menu = StaffMenu(door, attendance, texts, returning, trail, sentences)
        return await menu.used(call)

    return used


async def _keep_text(
    texts: Texts, clock: Clock, staff: StaffTexts, line: str, written: str
) -> None:
    """A modem may forget a text once it is on the disk."""
    for text in await asyncio.wrap_future(texts.came(line, written, clock.now())):
        staff.came(text)


def _changed(desk: FrontDesk, outbox: Outbox, watch: LineWatch) -> Callable[[str, LineState], None]:
    def changed(name: str, state: LineState) -> None:
        desk.line_changed(name, state)
        watch.changed(name, state)
        if state.up:
            outbox.try_now("sms")

    return changed


def _noted(audit: Audit, clock: Clock) -> Callable[[Act, str, str], None]:
    def noted(act: Act, line: str, by: str) -> None:
        audit.note(Entry(clock.now(), act, person=line, by=by))

    return noted


def _settings_of(added: AddedDesk, name: str) -> tuple[Section, str]:
    """The section of box.toml to which a line belongs, and its own number."""
    one = added.lines.line(name)
    kinds: dict[type[object], Section] = {Modem: "modem", VoiceModem: "voice_modem"}
    return kinds.get(type(one), "trunk"), (one.number or "") if one else ""


async def _start_browsers(
    pjsip: Pjsip,
    places: Places,
    exchange: Exchange,
    switchboard: Switchboard,
    closing: AsyncExitStack,
) -> None:
    """Not among the lines of the board: no caller comes over it, and nobody is dialled."""
    line = BrowserLine(places.calling, [BrowserPlace(pjsip) for _ in range(FROM_BROWSERS)])
    switchboard.trials = frozenset({line.name})
    line.on_computer = _at_computers(pjsip, exchange)
    await line.start(switchboard.ring)
    closing.push_async_callback(line.stop)


def _at_computers(pjsip: Pjsip, exchange: Exchange) -> Callable[[Wire, str], None]:
    """Loaded with the first page that takes calls: most boxes never need it."""
    board = exchange.board

    def came(wire: Wire, person: str) -> None:
        from hotline.lines.computers import Computers

        if exchange.office().person(person) is None:
            wire.end(b"B")
            return
        if not isinstance(board.computers, Computers):
            board.computers = Computers(lambda: BrowserPlace(pjsip), board.tell_changed)
        board.computers.came(wire, person)

    return came


def _diverting(options: Options, exchange: Exchange, records: Records) -> Diverting:
    """Who is sent callers past the box."""
    by_shift = {modem.name: modem.divert_to for modem in options.modems}
    own = own_numbers(options)
    return Diverting(exchange, records.texting, by_shift, records.orders, own)


async def _copy_by_night(backups: BackupDesk) -> None:
    """What does it is loaded after the start."""
    await asyncio.sleep(BEGIN_COPIES_S)
    await backups.nightly.keep()


def _tell_of_copies(exchange: Exchange, missing: bool) -> None:
    from hotline.notify.copywords import about_copies

    office = exchange.office()
    about = exchange.notices.about(office, exchange.clock.now())
    exchange.notices.tell(office, about_copies(about, missing=missing))


async def _call_own_lines(
    exchange: Exchange, switchboard: Switchboard, tests: LineTests, numbers: Mapping[str, str]
) -> None:
    """What does it is loaded only where a line can be called, if only by and by."""
    while not numbers:  # noqa: ASYNC110 - most boxes are never told another
        await asyncio.sleep(LOOK_FOR_LINES_S)
    from hotline.calls.selfcall import SelfCalls

    await SelfCalls(exchange, switchboard, tests, numbers).keep()


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


def _give_back_memory() -> None:
    """What only the start needed goes back to the system, malloc_trim(3): most of a megabyte."""
    with contextlib.suppress(OSError, AttributeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)
