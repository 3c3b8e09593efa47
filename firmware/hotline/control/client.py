"""The page's and the commands' side of the control socket. Blocking; one connection per request."""

from __future__ import annotations

import socket
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

from pydantic import JsonValue, ValidationError

from hotline.control.messages.answers import AnswerHear
from hotline.control.messages.backup import (
    BackupAnswer,
    BackupForget,
    BackupLook,
    BackupMake,
    NightCopies,
    NightWords,
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
from hotline.control.messages.closing import (
    ClosingLook,
    ClosingNow,
    OfficeClose,
    OfficeOpenAgain,
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
    NetworkHear,
    NetworkHeard,
    NetworkJoin,
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
    REPLY_LIMIT,
    Done,
    Message,
    Problem,
    Reply,
    Started,
    Words,
)
from hotline.errors import HotlineError
from hotline.said import say

VOICE_S = 10.0
SLOW_S = 90.0  # what a network is asked on the way
TEST_S = 600.0
Answer = TypeVar("Answer", bound=Message)


class ServiceDown(HotlineError):  # noqa: N818 - named for what the owner sees
    """The daemon does not answer; nothing was changed, or it is not known whether it was."""


class Refused(HotlineError):  # noqa: N818 - an answer, not a mistake
    """The daemon refused; `problems` names every wrong place of what was sent, if it did.

    places: the same problems by place, of `office_set` and `box_set`.
    """

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.cause, problem.action)
        self.problems = problem.problems
        self.places = tuple((one.place, one.words) for one in problem.places)


class Control:
    """Talks to the daemon at `path`; every wait ends after `timeout` seconds.

    Safe to share between threads. Raises ServiceDown if the daemon does not answer, Refused with
    the daemon's own words if it does not want to.
    """

    def __init__(self, path: Path, timeout: float = 5.0) -> None:
        self._path = path
        self._timeout = timeout

    def status(self) -> StatusAnswer:
        """How the hotline is now."""
        return self._ask(Status(), StatusAnswer)

    def who(self, ask: Who) -> WhoAnswer:
        """Who would answer a call."""
        return self._ask(ask, WhoAnswer)

    def staff(self, ask: StaffAsk) -> StaffSaid:
        """Have somebody leave or come back; what became of it."""
        return self._ask(ask, StaffSaid)

    def staff_pin(self, person: str, by: str, *, forget: bool = False) -> StaffPinMade:
        """A new PIN of a person (id or name), told once; or none any more."""
        return self._ask(StaffPin(person=person, by=by, forget=forget), StaffPinMade)

    def staff_open(self, by: str) -> None:
        """Let people into the staff's menu again."""
        self._ask(StaffOpen(by=by), Done)

    def change(
        self,
        ask: CaseAssign
        | CaseDone
        | CaseReopen
        | CaseNote
        | CaseHeard
        | CaseDue
        | CallReturned
        | PlanSwap
        | PlanAway
        | PlanStandIn
        | PlanMove
        | PlanCopy
        | OfficeAnsweredBy
        | OfficeUndo
        | CallClaim
        | CallTried
        | PromptRevert,
    ) -> None:
        """Change a record; returns once the daemon has written it."""
        self._ask(ask, Done)

    def draft(self, ask: PlanDraft) -> StaffSaid:
        """Put the draft in force, or take something out of it; what became of it."""
        return self._ask(ask, StaffSaid)

    def call_back(self, ask: CallBack) -> str:
        """Begin to call somebody back; returns what happens next."""
        return self._ask(ask, Started).words

    def office_get(self) -> str:
        """The office as YAML."""
        return self._ask(OfficeGet(), OfficeAnswer).yaml

    def office_put(self, yaml: str, author: str) -> tuple[str, ...]:
        """Replace the office; returns warnings; Refused names every problem."""
        return self._ask(OfficePut(yaml=yaml, author=author), OfficePutAnswer).warnings

    def office_set(
        self, sections: dict[str, JsonValue], seen: str, by: str, *, only_look: bool = False
    ) -> tuple[str, ...]:
        """Replace some sections of the office, see `OfficeSet`; returns its warnings."""
        ask = OfficeSet(sections=sections, seen=seen, by=by, only_look=only_look)
        return self._ask(ask, OfficePutAnswer).warnings

    def menu_try(self, ask: MenuTry) -> MenuTried:
        """What a caller would hear who presses these keys."""
        return Control(self._path, SLOW_S if ask.sound else self._timeout)._ask(ask, MenuTried)

    def notice_texts(self) -> Mapping[str, str]:
        """What callers hear before they are recorded, by language."""
        return self._ask(NoticeTexts(), NoticeTextsAnswer).texts

    def notice_hear(self, language: str) -> tuple[str, ...]:
        """The files of it as sound; a voice may have to speak it first."""
        slow = Control(self._path, VOICE_S)
        return slow._ask(NoticeHear(language=language), NoticeHeard).sounds

    def numbers(self) -> NumbersAnswer:
        """Whose number may be rung."""
        return self._ask(Numbers(), NumbersAnswer)

    def number_confirm(self, person: str, by: str, *, in_turn: bool = False) -> NumberCode:
        """Ring a person and ask for the code that is returned; in_turn: after others."""
        return self._ask(NumberConfirm(person=person, by=by, in_turn=in_turn), NumberCode)

    def number_forget(self, number: str, by: str) -> None:
        """Ring a number, or that of a person, no more."""
        self._ask(NumberForget(number=number, by=by), Done)

    def number_measure(self, person: str, by: str) -> str:
        """Ring a person until a voicemail answers; returns what is to be done meanwhile."""
        return self._ask(NumberMeasure(person=person, by=by), Started).words

    def prompts(self, language: str = "") -> PromptsAnswer:
        """Every sentence of the office in a language."""
        return self._ask(Prompts(language=language), PromptsAnswer)

    def prompt_look(self, language: str, name: str) -> PromptAnswer:
        """One sentence and its sounds."""
        return self._ask(PromptLook(language=language, name=name), PromptAnswer)

    def prompt_hear(self, language: str, name: str) -> tuple[str, ...]:
        """The files of a sentence as callers hear it now."""
        ask = PromptHear(language=language, name=name)
        return Control(self._path, SLOW_S)._ask(ask, PromptSound).files

    def answer_hear(self, language: str, answer: str) -> tuple[str, ...]:
        """The files of an answer as callers hear it now."""
        ask = AnswerHear(language=language, answer=answer)
        return Control(self._path, SLOW_S)._ask(ask, PromptSound).files

    def prompt_put(self, language: str, name: str, upload: str, by: str) -> float:
        """Let an uploaded sound be heard from now on; returns its seconds."""
        ask = PromptPut(language=language, name=name, upload=upload, by=by)
        return Control(self._path, SLOW_S)._ask(ask, PromptPutAnswer).seconds

    def prompt_text(self, language: str, name: str, text: str, by: str) -> float:
        """Let these words be heard from now on; returns their seconds."""
        ask = PromptText(language=language, name=name, text=text, by=by)
        return Control(self._path, SLOW_S)._ask(ask, PromptPutAnswer).seconds

    def announce(self, ask: Announce) -> AnnouncementNow:
        """Say something before every greeting, or no more."""
        return Control(self._path, SLOW_S)._ask(ask, AnnouncementNow)

    def announcement(self) -> AnnouncementNow:
        """What is said before every greeting."""
        return self._ask(AnnouncementLook(), AnnouncementNow)

    def closing(self) -> ClosingNow:
        """Has somebody closed the line against its hours?"""
        return self._ask(ClosingLook(), ClosingNow)

    def close_early(self, ask: OfficeClose | OfficeOpenAgain) -> ClosingNow:
        """Close the line now, or have it go by its hours again."""
        return Control(self._path, SLOW_S)._ask(ask, ClosingNow)

    def backup_look(self) -> BackupAnswer:
        """Backups of the whole box, and what is being done about them."""
        return self._ask(BackupLook(), BackupAnswer)

    def backup(
        self,
        ask: (
            BackupMake
            | BackupForget
            | RestoreOpen
            | RestoreDrop
            | RestoreTake
            | RestoreBack
            | NightCopies
        ),
    ) -> None:
        """Begin or do something about them."""
        self._ask(ask, Done)

    def night_words(self, ask: NightWords) -> str:
        """The passphrase of the copies that the box makes by itself."""
        return self._ask(ask, Words).words

    def network(self) -> NetworkAnswer:
        """How the box is in the office's network."""
        return self._ask(Network(), NetworkAnswer)

    def network_hear(self, *, again: bool = False) -> NetworkHeard:
        """Which Wi-Fis the box hears. again: it looks anew, without waiting for that."""
        return self._ask(NetworkHear(again=again), NetworkHeard)

    def network_change(
        self, ask: NetworkTry | NetworkJoin | NetworkConfirm | NetworkTakeBack
    ) -> NetworkAnswer:
        """Try another address, keep it or give it back; see lan/trial.py."""
        return self._ask(ask, NetworkAnswer)

    def caps_resume(self, by: str) -> str:
        """Allow some more minutes today; returns how many, in words."""
        return self._ask(CapsResume(by=by), Words).words

    def box_get(self) -> BoxAnswer:
        """What the box is set to."""
        return self._ask(BoxGet(), BoxAnswer)

    def box_set(self, ask: BoxSet) -> None:
        """Choose other settings of the box. Refused names every problem."""
        self._ask(ask, Done)

    def box_anew(self, by: str) -> bool:
        """Have the box begin anew once no call is up; is that now?"""
        return self._ask(BoxAnew(by=by), BoxBegins).at_once

    def lines_found(self) -> LinesAnswer:
        """Modems without a line, and lines that can be changed."""
        return self._ask(LinesFound(), LinesAnswer)

    def line_add(self, ask: LineAdd) -> str:
        """Add a line; returns its name once it is at work. Refused names every problem."""
        return Control(self._path, SLOW_S)._ask(ask, LineSet).line

    def line_change(self, ask: LineChange) -> None:
        """Change a line that was added. Refused names every problem."""
        Control(self._path, SLOW_S)._ask(ask, LineSet)

    def line_remove(self, line: str, by: str) -> None:
        """Take a line out that was added."""
        Control(self._path, SLOW_S)._ask(LineRemove(line=line, by=by), Done)

    def line_look(self, line: str) -> LineSeen:
        """What a line can do, as far as it was seen, and what carries it."""
        return self._ask(LineLook(line=line), LineSeen)

    def line_restart(self, line: str, by: str) -> str:
        """Start a line's modem anew; returns what happens next."""
        return self._ask(LineRestart(line=line, by=by), Started).words

    def letters(self) -> LettersAnswer:
        """By what letters leave, and which wait."""
        return self._ask(LettersLook(), LettersAnswer)

    def set_letters(
        self, ask: MailSet | MailRemove | MessengerRemove | LetterAgain | LetterGiveUp
    ) -> None:
        """Change by what letters leave, or what becomes of one. Refused names every problem."""
        self._ask(ask, Done)

    def messenger_add(self, ask: MessengerAdd) -> str:
        """One more messenger; returns its name. Refused names every problem."""
        return self._ask(ask, MessengerSet).name

    def letter_try(self, ask: LetterTry) -> str:
        """Send a letter to see whether it arrives; returns its id."""
        return self._ask(ask, LetterPut).id

    def letter_ask(self, letter_id: str) -> LetterNow:
        """What became of a letter."""
        return self._ask(LetterAsk(id=letter_id), LetterNow)

    def line_test(self, line: str, number: str, second: str = "") -> LineTested:
        """Have a line tested; returns when it was. second: see `LineTest`."""
        ask = LineTest(line=line, number=number, second=second)
        return Control(self._path, TEST_S)._ask(ask, LineTested)

    def line_balance(self, line: str) -> str:
        """What is left on a line's SIM card, in the network's words."""
        return Control(self._path, SLOW_S)._ask(LineBalance(line=line), Words).words

    def line_tone(self, line: str, *, forget: bool = False) -> str:
        """Have a line learn its tone of a hang-up from a call, or forget it; what came of it."""
        return Control(self._path, TEST_S)._ask(LineTone(line=line, forget=forget), Words).words

    def line_divert(self, line: str, to: str = "", *, off: bool = False) -> LineDiverted:
        """Where the network sends a line's callers; `to` or `off` change it before."""
        ask = LineDivert(line=line, to=to, off=off)
        return Control(self._path, SLOW_S)._ask(ask, LineDiverted)

    def events(self) -> Generator[Event, None, None]:
        """Events until the caller closes the generator; ServiceDown when the daemon goes away."""
        with self._conversation(Subscribe()) as (wire, answers):
            _checked(_read(answers))
            wire.settimeout(None)
            while True:
                yield Event.model_validate_json(_read(answers))

    def _ask(self, ask: Message, answer: type[Answer]) -> Answer:
        with self._conversation(ask) as (_, answers):
            reply = _checked(_read(answers))
            return answer.model_validate(reply.answer)

    @contextmanager
    def _conversation(self, ask: Message) -> Iterator[tuple[socket.socket, BinaryIO]]:
        line = ask.model_dump_json().encode() + b"\n"
        if len(line) > LINE_LIMIT:
            raise HotlineError("This is too much to send at once.", "Make it shorter.")
        with _plain_words(), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
            wire.settimeout(self._timeout)
            wire.connect(str(self._path))
            wire.sendall(line)
            with wire.makefile("rb") as answers:
                yield wire, answers


def _read(answers: BinaryIO) -> bytes:
    line = answers.readline(REPLY_LIMIT)
    if not line.endswith(b"\n"):
        raise ServiceDown(
            "The hotline service ended the conversation before it answered.",
            "Look whether it did what you asked, then try again.",
        )
    return line


def _checked(line: bytes) -> Reply:
    reply = Reply.model_validate_json(line)
    if reply.ok:
        return reply
    problem = reply.error or Problem(cause=say("The hotline service refused without a reason."))
    raise Refused(problem)


@contextmanager
def _plain_words() -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, ConnectionRefusedError):
        raise ServiceDown(
            "The hotline service is not running.",
            "Wait a minute: it starts by itself. If it does not, switch the box off and on.",
            "Start it with: sudo systemctl start hotline (or: hotline run).",
        ) from None
    except PermissionError:
        raise ServiceDown(
            "This user may not talk to the hotline service.",
            "Use the user the service runs as, or add yours to its group.",
        ) from None
    except TimeoutError:
        raise ServiceDown(
            "The hotline service does not answer.",
            "Wait a minute. If it stays so, switch the box off and on.",
        ) from None
    except OSError as broken:
        raise ServiceDown(
            f"The talk with the hotline service broke off: {broken.strerror}.", "Try again."
        ) from broken
    except ValidationError as strange:
        raise ServiceDown(
            "The page and the hotline service are not of one version.", "Switch the box off and on."
        ) from strange
