"""The daemon's side of the control socket: checks every line again and asks the Desk."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import socket
import stat
import struct
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from hotline.control.messages import REQUEST, Request
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
)
from hotline.control.messages.people import (
    CapsResume,
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
from hotline.control.messages.status import Event, Status, StatusAnswer, Subscribe, Who, WhoAnswer
from hotline.control.messages.wire import (
    LINE_LIMIT,
    WIRE,
    Done,
    Message,
    Misplaced,
    Problem,
    Reply,
    Started,
    Words,
)
from hotline.errors import BadSettings, HotlineError
from hotline.said import together

CONNECTIONS = 64  # more at once than the page's 8 threads and a few commands ever open
IDLE_SECONDS = 60.0  # a client that says nothing for so long is let go
SEND_SECONDS = 10.0  # a client that does not read for so long is let go
_PEER = struct.Struct("3i")  # struct ucred, unix(7)
FEED_DEPTH = 256  # events a listener may lag behind before it loses the oldest

log = logging.getLogger(__name__)


class Desk(Protocol):
    """Whoever knows the answers. Refuses with a HotlineError: cause and action reach the client."""

    async def status(self, ask: Status) -> StatusAnswer:
        """How the hotline is now."""

    async def line_test(self, ask: LineTest) -> LineTested:
        """Test a line; see calls/selftest.py."""

    async def line_balance(self, ask: LineBalance) -> Words:
        """What is left on a line's SIM card."""

    async def line_tone(self, ask: LineTone) -> Words:
        """Learn or forget a line's tone of a hang-up; see calls/tonelesson.py."""

    async def line_divert(self, ask: LineDivert) -> LineDiverted:
        """Where the network sends a line's callers; see calls/diverting.py."""

    async def lines_found(self, ask: LinesFound) -> LinesAnswer:
        """Modems without a line, and lines that can be changed; see control/addeddesk.py."""

    async def line_add(self, ask: LineAdd) -> LineSet:
        """A new line; raises BadSettings with every problem."""

    async def line_change(self, ask: LineChange) -> LineSet:
        """Other settings of an added line; raises BadSettings with every problem."""

    async def line_remove(self, ask: LineRemove) -> Done:
        """Take an added line out."""

    async def line_look(self, ask: LineLook) -> LineSeen:
        """What a line can do, and what carries it; see control/hardwaredesk.py."""

    async def line_restart(self, ask: LineRestart) -> Started:
        """Start a line's modem anew."""

    async def letters_look(self, ask: LettersLook) -> LettersAnswer:
        """By what letters leave, and which wait; see control/letterdesk.py."""

    async def mail_set(self, ask: MailSet) -> Done:
        """Another mailbox; raises BadSettings with every problem."""

    async def mail_remove(self, ask: MailRemove) -> Done:
        """No mailbox any more."""

    async def messenger_add(self, ask: MessengerAdd) -> MessengerSet:
        """One more messenger; raises BadSettings with every problem."""

    async def messenger_remove(self, ask: MessengerRemove) -> Done:
        """Tell a messenger nothing more."""

    async def letter_try(self, ask: LetterTry) -> LetterPut:
        """Send a letter to see whether it arrives."""

    async def letter_again(self, ask: LetterAgain) -> Done:
        """Try a letter at once."""

    async def letter_give_up(self, ask: LetterGiveUp) -> Done:
        """Send a letter no more."""

    async def letter_ask(self, ask: LetterAsk) -> LetterNow:
        """What became of a letter."""

    async def staff(self, ask: StaffAsk) -> StaffSaid:
        """Have somebody leave or come back; see calls/attendance.py."""

    async def staff_pin(self, ask: StaffPin) -> StaffPinMade:
        """A person's new PIN, or none; see calls/staffdoor.py."""

    async def staff_open(self, ask: StaffOpen) -> Done:
        """Open the staff's menu again."""

    async def who(self, ask: Who) -> WhoAnswer:
        """Who would answer a call."""

    async def case_assign(self, ask: CaseAssign) -> Done:
        """Give a case to a person."""

    async def case_done(self, ask: CaseDone) -> Done:
        """Close a case."""

    async def case_reopen(self, ask: CaseReopen) -> Done:
        """Open a case again."""

    async def case_note(self, ask: CaseNote) -> Done:
        """Add a note to a case."""

    async def case_heard(self, ask: CaseHeard) -> Done:
        """Mark a recording as listened to."""

    async def case_due(self, ask: CaseDue) -> Done:
        """Set another deadline."""

    async def call_returned(self, ask: CallReturned) -> Done:
        """Mark a missed call as returned."""

    async def call_claim(self, ask: CallClaim) -> Done:
        """Note who will call back."""

    async def call_tried(self, ask: CallTried) -> Done:
        """Note that somebody called back in vain."""

    async def call_back(self, ask: CallBack) -> Started:
        """Call back; see calls/returning.py."""

    async def notice_texts(self, ask: NoticeTexts) -> NoticeTextsAnswer:
        """What callers hear before they are recorded."""

    async def notice_hear(self, ask: NoticeHear) -> NoticeHeard:
        """The same as sound."""

    async def office_get(self, ask: OfficeGet) -> OfficeAnswer:
        """The office as YAML."""

    async def office_put(self, ask: OfficePut) -> OfficePutAnswer:
        """Replace the office; raises BadSettings with every problem."""

    async def office_set(self, ask: OfficeSet) -> OfficePutAnswer:
        """Replace some sections of the office; raises BadSettings with every problem."""

    async def menu_try(self, ask: MenuTry) -> MenuTried:
        """What a caller would hear."""

    async def plan_swap(self, ask: PlanSwap) -> Done:
        """Two people swap a day, or take it back."""

    async def plan_away(self, ask: PlanAway) -> Done:
        """Somebody is away for days."""

    async def plan_stand_in(self, ask: PlanStandIn) -> Done:
        """Somebody works once."""

    async def plan_move(self, ask: PlanMove) -> Done:
        """A shift goes to another time, day or person."""

    async def plan_copy(self, ask: PlanCopy) -> Done:
        """A week as another one."""

    async def plan_draft(self, ask: PlanDraft) -> StaffSaid:
        """Put the draft in force, or take something out of it."""

    async def office_answered_by(self, ask: OfficeAnsweredBy) -> Done:
        """Who answers from now on."""

    async def office_undo(self, ask: OfficeUndo) -> Done:
        """The office before the newest saving is in force again."""

    async def numbers(self, ask: Numbers) -> NumbersAnswer:
        """Whose number may be rung."""

    async def number_confirm(self, ask: NumberConfirm) -> NumberCode:
        """Ring somebody and ask for a code; see calls/confirming.py."""

    async def number_forget(self, ask: NumberForget) -> Done:
        """Ring a number no more."""

    async def number_measure(self, ask: NumberMeasure) -> Started:
        """Ring somebody until a voicemail answers; see calls/measuring.py."""

    async def caps_resume(self, ask: CapsResume) -> Words:
        """Allow more minutes today; see calls/caps.py."""

    async def prompts(self, ask: Prompts) -> PromptsAnswer:
        """Every sentence of the office; see media/sentences.py."""

    async def prompt_look(self, ask: PromptLook) -> PromptAnswer:
        """One sentence and its sounds."""

    async def prompt_hear(self, ask: PromptHear) -> PromptSound:
        """A sentence as callers hear it."""

    async def answer_hear(self, ask: AnswerHear) -> PromptSound:
        """An answer as callers hear it."""

    async def prompt_put(self, ask: PromptPut) -> PromptPutAnswer:
        """Take an uploaded sound; see media/uploaded.py."""

    async def prompt_text(self, ask: PromptText) -> PromptPutAnswer:
        """Have other words spoken."""

    async def prompt_revert(self, ask: PromptRevert) -> Done:
        """An earlier sound, or the box's own words."""

    async def announce(self, ask: Announce) -> AnnouncementNow:
        """Say something before every greeting, or no more."""

    async def announcement(self, ask: AnnouncementLook) -> AnnouncementNow:
        """What is said before every greeting."""

    async def backup_look(self, ask: BackupLook) -> BackupAnswer:
        """Backups, and what is being done about them; see control/backupdesk.py."""

    async def backup_make(self, ask: BackupMake) -> Done:
        """Begin to make one."""

    async def backup_forget(self, ask: BackupForget) -> Done:
        """Delete the one there is."""

    async def restore_open(self, ask: RestoreOpen) -> Done:
        """Begin to unpack one."""

    async def restore_drop(self, ask: RestoreDrop) -> Done:
        """Throw away what is unpacked."""

    async def restore_take(self, ask: RestoreTake) -> Done:
        """Restore it: the box starts anew."""

    async def restore_back(self, ask: RestoreBack) -> Done:
        """Restore what was before: the box starts anew."""

    async def box_get(self, ask: BoxGet) -> BoxAnswer:
        """What the box is set to; see control/boxdesk.py."""

    async def box_set(self, ask: BoxSet) -> Done:
        """Choose other settings of the box; raises BadSettings with every problem."""

    async def box_anew(self, ask: BoxAnew) -> BoxBegins:
        """Begin anew once no call is up."""

    async def network(self, ask: Network) -> NetworkAnswer:
        """How the box is in the office's network; see lan/."""

    async def network_try(self, ask: NetworkTry) -> NetworkAnswer:
        """Another address, until it is confirmed."""

    async def network_confirm(self, ask: NetworkConfirm) -> NetworkAnswer:
        """The address on trial holds for good."""

    async def network_take_back(self, ask: NetworkTakeBack) -> NetworkAnswer:
        """The address before it."""

    def events(self) -> AsyncGenerator[Event, None]:
        """Events from now on; closing the generator ends the listening. See `Feed`."""


class Feed:
    """Hands each event to every listener; a slow listener loses the oldest, nobody waits for it."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event]] = set()

    def publish(self, event: Event) -> None:
        """Never blocks. Call it on the loop's thread."""
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    async def listen(self) -> AsyncGenerator[Event, None]:
        """Events published from the first `anext` on."""
        queue: asyncio.Queue[Event] = asyncio.Queue(FEED_DEPTH)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)


class ControlServer:
    """Listens on `path` (mode 0660) until closed. Whoever opens it holds `only_one(path)`."""

    def __init__(self, path: Path, desk: Desk) -> None:
        self._path = path
        self._desk = desk
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Start to listen; a socket left by a killed daemon is removed first."""
        _remove_stale(self._path)
        # The limit of the reader is what makes an endless line an error instead of memory.
        with _umask(0o117):
            self._server = await asyncio.start_unix_server(
                self._connected, str(self._path), limit=LINE_LIMIT
            )

    async def close(self) -> None:
        """Stop listening, end every conversation, remove the socket."""
        if self._server is None:
            return
        self._server.close()
        for task in tuple(self._clients):
            task.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        self._path.unlink(missing_ok=True)
        self._server = None

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= CONNECTIONS:
            writer.transport.abort()
            return
        task = asyncio.ensure_future(self._talk(reader, writer))
        self._clients.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._clients.discard(task)
        if not task.cancelled() and (mistake := task.exception()):
            # A mistake of ours: this client loses its answer, the daemon goes on.
            log.error("control request failed", exc_info=mistake)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (line := await _line(reader)) is not None:
                ask = _understood(line)
                if isinstance(ask, LineTest | LineDivert):
                    ask = ask.model_copy(update={"at_box": _at_box(writer)})
                if isinstance(ask, Subscribe):
                    await self._stream(reader, writer)
                    return
                await _send(writer, ask if isinstance(ask, Reply) else await self._answer(ask))
                if isinstance(ask, Reply):
                    return  # whoever speaks nonsense is not listened to any further
        except (ConnectionError, TimeoutError):
            pass  # the client is gone; nothing of ours is left undone
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, ask: Request) -> Reply:
        try:
            answer: Message = await getattr(self._desk, ask.do)(ask)
        except BadSettings as wrong:
            cause = wrong.cause.split("\n", 1)[0].rstrip(":") + "."
            return _refusal(cause, wrong.action, wrong.problems, wrong.places)
        except HotlineError as refusal:
            return _refusal(refusal.cause, refusal.action)
        return Reply(ok=True, answer=answer.model_dump(mode="json", context=WIRE))

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def tell() -> None:
            async with aclosing(self._desk.events()) as events:
                async for event in events:
                    await _send(writer, event)

        teller = asyncio.ensure_future(tell())
        gone = asyncio.ensure_future(reader.read(1))
        try:
            await _send(writer, Reply(ok=True))
            await asyncio.wait({teller, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            teller.cancel()
            with suppress(asyncio.CancelledError, ConnectionError, TimeoutError):
                await teller


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Be the one daemon of the data folder in which the socket `path` lies.

    Also for a command that writes in the daemon's stead. Raises HotlineError if there is another.
    """
    # The kernel frees the lock however the daemon ended, so there is no stale lock to judge.
    lock = os.open(
        path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
    )
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise HotlineError(
            "The hotline is already running.",
            "Use the one that runs, or stop it before you start another.",
        ) from None
    finally:
        os.close(lock)


def _at_box(writer: asyncio.StreamWriter) -> bool:
    """Is the far end of this connection a program of root's, or of the daemon's own user?"""
    wire = writer.get_extra_info("socket")
    told = wire.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    _process, user, _group = _PEER.unpack(told)
    return user in (0, os.geteuid())


def _remove_stale(path: Path) -> None:
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.lstat().st_mode):
        raise HotlineError(
            f"{path} is a file, not the hotline's socket.", "Choose another place for the socket."
        )
    path.unlink()


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


async def _line(reader: asyncio.StreamReader) -> bytes | None:
    """The next line, None at the end, or an empty line for one that is too long."""
    async with asyncio.timeout(IDLE_SECONDS):
        try:
            return await reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            return None
        except asyncio.LimitOverrunError:
            return b""


def _understood(line: bytes) -> Request | Reply:
    if not line:
        return _refusal(
            f"The request is longer than {LINE_LIMIT // 1024} KiB.", "Send less at once."
        )
    try:
        return REQUEST.validate_json(line)
    except ValidationError as wrong:
        places = tuple(
            f"{'.'.join(str(part) for part in e['loc']) or 'request'}: {e['msg']}"
            for e in wrong.errors(include_url=False, include_input=False)[:20]
        )
        return _refusal("The request was not understood.", "Update the page and the box.", places)


def _refusal(
    cause: str,
    action: str = "",
    problems: tuple[str, ...] = (),
    places: tuple[tuple[tuple[str | int, ...], str], ...] = (),
) -> Reply:
    return Reply(
        ok=False,
        error=Problem(
            cause=together(cause),
            action=together(action),
            problems=problems,
            places=tuple(Misplaced(place=place, words=together(words)) for place, words in places),
        ),
    )


async def _send(writer: asyncio.StreamWriter, message: Message) -> None:
    writer.write(message.model_dump_json(context=WIRE).encode() + b"\n")
    async with asyncio.timeout(SEND_SECONDS):
        await writer.drain()
