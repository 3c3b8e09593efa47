"""What is said over the control socket: one JSON object per line, checked on both sides.

A request names itself in `do`. Its answer is a `Reply`: either `ok` with the answer's fields in
`answer`, or an `error` with a cause and one action in plain words. Instants are aware and in UTC.
"""

from __future__ import annotations

from typing import Annotated, Final, get_args

from pydantic import Field, TypeAdapter

from hotline.control.messages.answers import AnswerHear
from hotline.control.messages.backup import (
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
from hotline.control.messages.box import BoxAnew, BoxGet, BoxSet
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
from hotline.control.messages.closing import ClosingLook, OfficeClose, OfficeOpenAgain
from hotline.control.messages.hardware import LineLook, LineRestart
from hotline.control.messages.letters import (
    LetterAgain,
    LetterAsk,
    LetterGiveUp,
    LettersLook,
    LetterTry,
    MailRemove,
    MailSet,
    MessengerAdd,
    MessengerRemove,
)
from hotline.control.messages.lines import (
    LineAdd,
    LineBalance,
    LineChange,
    LineDivert,
    LineRemove,
    LinesFound,
    LineTest,
    LineTone,
)
from hotline.control.messages.network import (
    Network,
    NetworkConfirm,
    NetworkHear,
    NetworkJoin,
    NetworkTakeBack,
    NetworkTry,
)
from hotline.control.messages.office import (
    MenuTry,
    NoticeHear,
    NoticeTexts,
    OfficeAnsweredBy,
    OfficeGet,
    OfficePut,
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
    NumberConfirm,
    NumberForget,
    NumberMeasure,
    Numbers,
    StaffAsk,
    StaffOpen,
    StaffPin,
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
from hotline.control.messages.status import Status, Subscribe, Who
from hotline.control.messages.wire import Message

Request = Annotated[
    Status
    | Who
    | CaseAssign
    | CaseDone
    | CaseReopen
    | CaseNote
    | CaseHeard
    | CaseDue
    | CallReturned
    | CallClaim
    | CallTried
    | CallBack
    | OfficeGet
    | OfficePut
    | OfficeSet
    | MenuTry
    | NoticeTexts
    | NoticeHear
    | PlanSwap
    | PlanAway
    | PlanStandIn
    | PlanMove
    | PlanCopy
    | PlanDraft
    | OfficeAnsweredBy
    | OfficeUndo
    | Numbers
    | NumberConfirm
    | NumberForget
    | NumberMeasure
    | CapsResume
    | LineTest
    | LineBalance
    | LineTone
    | LineDivert
    | LinesFound
    | LineAdd
    | LineChange
    | LineRemove
    | Network
    | NetworkTry
    | NetworkConfirm
    | NetworkHear
    | NetworkJoin
    | NetworkTakeBack
    | LineLook
    | LineRestart
    | LettersLook
    | MailSet
    | MailRemove
    | MessengerAdd
    | MessengerRemove
    | LetterTry
    | LetterAgain
    | LetterGiveUp
    | LetterAsk
    | StaffAsk
    | StaffPin
    | StaffOpen
    | Prompts
    | PromptLook
    | PromptHear
    | AnswerHear
    | PromptPut
    | PromptText
    | PromptRevert
    | Announce
    | AnnouncementLook
    | BackupLook
    | BackupMake
    | BackupForget
    | NightCopies
    | NightWords
    | RestoreOpen
    | RestoreDrop
    | RestoreTake
    | RestoreBack
    | BoxGet
    | BoxSet
    | BoxAnew
    | OfficeClose
    | OfficeOpenAgain
    | ClosingLook
    | Subscribe,
    Field(discriminator="do"),
]
REQUEST: TypeAdapter[Request] = TypeAdapter(Request)
# Every message that has one answer.
KINDS: Final[frozenset[type[Message]]] = frozenset(get_args(get_args(Request)[0])) - {Subscribe}
