"""About the telephone lines: their state, their tests, what their networks do with callers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from hotline.control.messages.wire import Message, Short, Slug, Told
from hotline.said import NOTHING


class LineTest(Message):
    """Call a number over a line and see what the line can do: minutes. Answered by `LineTested`.

    second: another telephone, to try whether the network joins the two; "" to try it not. at_box:
    see `LineDivert`.
    """

    do: Literal["line_test"] = "line_test"
    line: Slug
    number: Short
    second: Short = ""
    at_box: bool = False


class LineBalance(Message):
    """Ask the network what is left on a line's SIM card, 30 s at most. Answered by `Words`."""

    do: Literal["line_balance"] = "line_balance"
    line: Slug


class LineTone(Message):
    """Learn the tone that says on a line that the caller has gone, from the owner's call: minutes.

    forget: forget what was learned instead. Answered by `Words`.
    """

    do: Literal["line_tone"] = "line_tone"
    line: Slug
    forget: bool = False


class LineDivert(Message):
    """Where does the network send a line's callers? Answered by `LineDiverted`, within 90 s.

    to: a number to which it shall send every caller from now on. off: to the box again. at_box:
    set by the daemon, whatever was sent: is it root who asks, or the daemon's own user? Nobody
    else, such as the page, may name a number that its owner did not confirm.
    """

    do: Literal["line_divert"] = "line_divert"
    line: Slug
    to: Short = ""
    off: bool = False
    at_box: bool = False


Section = Literal["trunk", "modem", "voice_modem"]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,32}$")]
Setting = Annotated[str, StringConstraints(max_length=255)] | bool | int
# Passwords and PINs are among them: shown in no log and no traceback.
GivenSettings = Annotated[dict[Key, Setting], Field(max_length=20, repr=False)]


class LinesFound(Message):
    """Which modems carry no line, and which lines can be changed? Answered by `LinesAnswer`."""

    do: Literal["lines_found"] = "lines_found"


class LineAdd(Message):
    """A new line; it is at work when the answer comes. Answered by `LineSet`.

    settings: keys of its section of box.toml, as far as they may be set from outside the box; see
    control/addeddesk.py. Without `name` the box chooses one.
    """

    do: Literal["line_add"] = "line_add"
    section: Section
    settings: GivenSettings
    by: Short


class LineChange(Message):
    """Other settings of a line that was added so; what is not named stays. "" takes a key out.

    Only while the line carries no call. Answered by `LineSet`.
    """

    do: Literal["line_change"] = "line_change"
    line: Slug
    settings: GivenSettings
    by: Short


class LineRemove(Message):
    """Take a line out that was added so, while it carries no call. Answered by `Done`."""

    do: Literal["line_remove"] = "line_remove"
    line: Slug
    by: Short


class LineSet(Message):
    """A line is set up. line: its name."""

    line: str


class FoundModem(Message):
    """A modem that carries no line. settings: what `LineAdd` takes to make it one.

    trouble, action: why it cannot carry one now, and what to do; then there are no settings.
    """

    words: Told
    section: Section = "modem"
    settings: Mapping[str, str] = {}
    trouble: Told = NOTHING
    action: Told = NOTHING


class AddedLine(Message):
    """A line that can be changed. settings: without passwords and PINs."""

    line: str
    section: Section
    settings: Mapping[str, Setting] = {}


class LinesAnswer(Message):
    """wrong: what of the file of the added lines is left out. room: so many more may be added."""

    found: tuple[FoundModem, ...] = ()
    added: tuple[AddedLine, ...] = ()
    wrong: tuple[Told, ...] = ()
    room: int = 0


class LineCheck(Message):
    """One thing that was tried on a line. what: a stable word; see calls/selftest.py."""

    what: str
    outcome: Literal["works", "fails", "unknown"]
    words: str


class LineTested(Message):
    """A self-test. number: that was called, hidden but for its ends."""

    at: AwareDatetime
    number: str
    checks: tuple[LineCheck, ...] = ()


class LineSelfCall(Message):
    """The box called its own line over another one; see SelfCall of storage/linetests.py."""

    at: AwareDatetime
    over: str
    outcome: Literal["works", "fails", "unknown"]
    words: str
    seconds: float = 0.0


class LineNetwork(Message):
    """What a SIM card's line knows of its network; see NetworkFacts of lines/port.py."""

    operator: str = ""
    generation: str = ""
    volte: bool | None = None
    bars: int | None = None
    roaming: bool = False


class LineDiverted(Message):
    """Where the network sends a line's callers: all; when the box is dead. "" for nowhere."""

    always: str
    unreachable: str


class LineDivertState(Message):
    """A divert as the owner wants it; see DivertState of lines/port.py."""

    well: bool
    words: Told
    number: str
    why: Told = NOTHING
    action: Told = NOTHING


class DivertLeft(Message):
    """A divert that the network still keeps for a SIM card which is in no line any more.

    line: whose it was, "" if unknown. number: where callers go, "" if unknown. action: what to do.
    """

    line: str
    number: str
    words: Told
    action: Told


class LineState(Message):
    """One telephone line. `words` says how it is; `action` what the owner can do if it is down.

    kind: its section in box.toml. wants: "pin" while its SIM card asks for one that nobody gave.

    trouble: what is wrong although callers reach it. caution: see Capabilities. network, divert
    (for a dead box), straight (of every caller, past the box): only of SIM cards. handing: is its
    network asked to hold and join callers, None where the owner does not want it. test: the newest.
    tone: learned to say that a caller has gone, in words. self_call: the newest of the box to it.
    """

    id: str
    name: str
    kind: str = ""
    up: bool
    words: Told = NOTHING
    action: Told = NOTHING
    number: str = ""
    wants: Literal["", "pin"] = ""
    trouble: Told = NOTHING
    caution: Told = NOTHING
    network: LineNetwork | None = None
    divert: LineDivertState | None = None
    straight: LineDivertState | None = None
    handing: bool | None = None
    test: LineTested | None = None
    tone: str = ""
    self_call: LineSelfCall | None = None
