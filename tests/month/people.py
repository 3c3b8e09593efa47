"""What callers and staff do, drawn by chance. Every behaviour there is stands in a table here."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from tests.month.network import BEEP, Ring, Sentence, Telephone, Visit, now

MENU = {Prompt.MENU_ITEM, Prompt.LANGUAGE_CHOICE, Prompt.MENU_PERSON}
USUAL_TALK_S = 150.0
# What colleagues order in a talk: hold, pass on, ask a colleague, hand over a hard call.
ORDERS, HOW_OFTEN = {"1": 35, "2": 25, "3": 25, "4": 15}, 0.15
NEVER = 1e9

# --- the staff ------------------------------------------------------------------------------


class Colleague:
    """Whoever holds a telephone of the staff; does one of the ways below."""

    def __init__(self, phone: Telephone, caller: Telephone, chance: random.Random) -> None:
        self.phone, self.caller, self.chance = phone, caller, chance
        self.on_whisper: Callable[[], None] = lambda: None

    @property
    def ring(self) -> Ring:
        """This call in the diary."""
        assert isinstance(self.phone.note, Ring)
        return self.phone.note

    def hears(self, sentences: Sequence[Sentence]) -> None:
        what = {one.what for one in sentences}
        if what & {Prompt.WHISPER, Prompt.RETURN_WHISPER}:
            self.on_whisper()
        elif Prompt.TALK_WHOM in what:
            key = self.chance.choices(["1", "2", "*"], [60, 30, 10])[0]
            self.phone.later(self.chance.uniform(1.0, 6.0), self.phone.presses, key)
        elif BEEP in what:
            self._leaves_a_note()

    def joined(self, other: Telephone) -> None:
        """A talk of exponential length, ended by either; now and then by neither."""
        if isinstance(other.holder, Machine):
            self._finds_a_machine()
            return
        length = 3.0 + self.chance.expovariate(1 / USUAL_TALK_S)
        ends, cause = self.chance.choices(
            [
                (other, Cause.HUNG_UP),
                (self.phone, Cause.HUNG_UP),
                (self.phone, Cause.LINE_FAILED),
            ],
            [70, 29, 1],
        )[0]
        self.phone.later(length, ends.hang_up, cause)
        if isinstance(other.note, Visit) and self.chance.random() < HOW_OFTEN:
            order = self.chance.choices(list(ORDERS), list(ORDERS.values()))[0]
            self.phone.later(self.chance.uniform(1.0, 60.0), self._orders, order)

    def _orders(self, digit: str) -> None:
        """And back from hold, if they do not forget it."""
        self.ring.visit.orders.append((now(), self.ring, digit))
        self.phone.presses("*")
        self.phone.presses(digit)
        if digit == "1" and self.chance.random() < 0.7:
            self.phone.later(self.chance.uniform(5.0, 150.0), self._orders, "1")

    def asks(self, other: Telephone) -> None:
        """Back to the caller, or the colleague gets him."""
        after = self.chance.uniform(4.0, 40.0)
        if self.chance.random() < 0.6:
            self.phone.later(after, self._orders, "1")
        else:
            self.phone.later(after, self.phone.hang_up, Cause.HUNG_UP)

    def _leaves_a_note(self) -> None:
        """About a hard call; some say nothing."""
        length = self.chance.choices([0.0, self.chance.uniform(2.0, 30.0)], [30, 70])[0]
        self.ring.spoken.append((now() + 0.5, now() + 0.5 + length))
        self.phone.later(length + 1.0, self.phone.hang_up, Cause.HUNG_UP)

    def _finds_a_machine(self) -> None:
        self.ring.visit.backs[-1].machine = True
        self.phone.later(3.0, self.phone.presses, "2")
        self.phone.later(4.0, self.phone.hang_up, Cause.HUNG_UP)

    def answers(self, after: float) -> None:
        """Picks up; presses what `on_whisper` says."""
        self.phone.later(self.chance.uniform(0.2, 1.0), self.phone.first_sign)
        self.phone.later(after, self.phone.picked_up)

    def presses(self, key: str) -> None:
        """On hearing the whisper, in the middle of it or after it."""
        self.on_whisper = lambda: self.phone.later(self._thinks(), self.phone.presses, key)

    def ends(self, cause: Cause, after: float) -> None:
        """Nobody answers, and the network says why."""
        self.phone.later(min(after, 0.3), self.phone.first_sign)
        self.phone.later(after, self.phone.hang_up, cause)

    def _thinks(self) -> float:
        return self.chance.uniform(0.5, 9.0)

    def _picks_up_in(self) -> float:
        return self.chance.uniform(3.0, 25.0)


def takes_it(who: Colleague) -> None:
    """Answers, hears the whisper, presses 1."""
    who.answers(who._picks_up_in())
    who.presses("1")


def not_now(who: Colleague) -> None:
    """Answers and presses 2."""
    who.answers(who._picks_up_in())
    who.presses("2")


def gropes(who: Colleague) -> None:
    """A wrong key first, then 1."""
    who.answers(who._picks_up_in())

    def press() -> None:
        who.phone.later(2.0, who.phone.presses, "5")
        who.phone.later(4.0, who.phone.presses, "1")
        who.on_whisper = lambda: None

    who.on_whisper = press


def hangs_up(who: Colleague) -> None:
    """Answers, hears a machine, hangs up."""
    who.answers(who._picks_up_in())
    who.on_whisper = lambda: who.phone.later(2.5, who.phone.hang_up, Cause.HUNG_UP)


def voicemail(who: Colleague) -> None:
    """Answers in somebody's stead and presses nothing."""
    who.answers(who.chance.uniform(8.0, 22.0))


def never_answers(who: Colleague) -> None:
    """The telephone lies in another room."""
    who.phone.later(0.5, who.phone.first_sign)


def mute(who: Colleague) -> None:
    """Not even the network says anything."""


def in_the_last_moment(who: Colleague) -> None:
    """Presses 1 in the very instant in which the caller hangs up."""
    who.answers(who._picks_up_in())
    steps = [
        partial(who.phone.presses, "1"),
        partial(who.caller.hang_up, Cause.HUNG_UP),
    ]
    who.chance.shuffle(steps)
    who.on_whisper = lambda: [who.phone.later(3.0, step) for step in steps] and None


def takes_and_drops_it(who: Colleague) -> None:
    """Presses 1 and is gone in the same instant."""
    who.answers(who._picks_up_in())

    def press() -> None:
        who.phone.later(3.0, who.phone.presses, "1")
        who.phone.later(3.0, who.phone.hang_up, Cause.HUNG_UP)

    who.on_whisper = press


def rejects(who: Colleague) -> None:
    """Presses the red key."""
    who.ends(Cause.REJECTED, who.chance.uniform(2.0, 12.0))


def busy(who: Colleague) -> None:
    """Talks with somebody of their own."""
    who.ends(Cause.BUSY, 1.0)


def off(who: Colleague) -> None:
    """The telephone is switched off."""
    who.ends(Cause.UNREACHABLE, who.chance.uniform(0.5, 4.0))


def no_way_there(who: Colleague) -> None:
    """The line of the box does not carry this call."""
    who.ends(Cause.LINE_FAILED, 0.6)


STAFF: dict[Callable[[Colleague], None], float] = {
    takes_it: 62,
    not_now: 6,
    gropes: 3,
    hangs_up: 3,
    voicemail: 5,
    never_answers: 6,
    mute: 1,
    in_the_last_moment: 3,
    takes_and_drops_it: 1,
    rejects: 4,
    busy: 3,
    off: 2,
    no_way_there: 1,
}


def rung(phone: Telephone, caller: Telephone, chance: random.Random) -> None:
    """A telephone of the staff rings."""
    who = phone.holder = Colleague(phone, caller, chance)
    way = chance.choices(list(STAFF), list(STAFF.values()))[0]
    who.ring.way = way.__name__
    way(who)


# --- who is called back -----------------------------------------------------------------------


class Called:
    """Whoever picks up when the box calls back."""

    def asks(self, other: Telephone) -> None: ...

    def hears(self, sentences: Sequence[Sentence]) -> None: ...

    def joined(self, other: Telephone) -> None: ...


class Machine(Called):
    """Something that answers in somebody's stead."""


# How a call back ends that nobody answers, and how likely; None: nobody is at home.
VAIN = {Cause.BUSY: 8, Cause.UNREACHABLE: 5, Cause.REJECTED: 4, Cause.LINE_FAILED: 2, None: 12}
ANSWERS_BACK, MACHINE_ANSWERS = 60, 9


def called_back(phone: Telephone, chance: random.Random) -> None:
    """The telephone of a caller rings."""
    assert isinstance(phone.note, Ring)
    phone.later(chance.uniform(0.2, 0.3), phone.first_sign)
    how = chance.choices(
        ["answers", "machine", *VAIN], [ANSWERS_BACK, MACHINE_ANSWERS, *VAIN.values()]
    )[0]
    phone.holder = Machine() if how == "machine" else Called()
    phone.note.way = str(how)
    if how in ("answers", "machine"):
        phone.later(chance.uniform(2.0, 25.0), phone.picked_up)
    elif isinstance(how, Cause):
        phone.later(chance.uniform(0.4, 9.0), phone.hang_up, how)


# --- the callers ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Wish:
    """What a caller wants and the keys that lead there. topic: whom the office should ring.

    then: the key after information was heard, "" to hang up.
    """

    name: str
    keys: str
    weight: float
    topic: str | None = None
    to_person: bool = False


WISHES = (
    Wish("orders", "1", 20, "orders", to_person=True),
    Wish("delivery", "21", 14, "delivery", to_person=True),
    Wish("repairs", "3", 16, "repairs", to_person=True),
    Wish("advice", "24", 9, "advice", to_person=True),
    Wish("money", "23", 8, "money", to_person=True),
    Wish("anybody", "0", 8, to_person=True),
    Wish("repeat, then anybody", "*0", 2, to_person=True),
    Wish("wrong key, then orders", "91", 3, "orders", to_person=True),
    Wish("prices", "22", 6),
    Wish("prices, then anybody", "220", 3, to_person=True),
    Wish("prices, then delivery", "221", 2, "delivery", to_person=True),
    Wish("message", "4", 5),
    Wish("complaint", "5", 6),
    Wish("wrong bill", "25", 3, "money"),
    Wish("nothing", "", 4, to_person=True),
)
# Of those who hear that they called about a campaign.
SEASON_WISHES = (
    Wish("season check", "1", 50, "advice", to_person=True),
    Wish("season anybody", "0", 15, to_person=True),
    Wish("season offer", "2", 10),
    Wish("season offer, then a check", "21", 10, "advice", to_person=True),
    Wish("season booking", "3", 15),
)
SEASON = "o verificare"  # of its menu
ONLY_ASK = {"prices", "season offer"}
LANGUAGES = {"": 45, "6": 30, "7": 12, "8": 13}  # the key that chooses it, "" for the first one


class Customer:
    """Whoever calls the office, for one call."""

    def __init__(self, phone: Telephone, chance: random.Random) -> None:
        self.phone, self.chance = phone, chance
        self._keys: list[str] = []
        self._wants(WISHES)
        self._impatience: asyncio.TimerHandle | None = None
        self._patience = chance.choices([chance.uniform(2, 50), NEVER], [35, 65])[0]
        if chance.random() < 0.12:  # hangs up anywhere, whatever it is that goes on
            phone.later(chance.uniform(0.05, 90), phone.hang_up, Cause.HUNG_UP)

    @property
    def visit(self) -> Visit:
        """This call in the diary."""
        assert isinstance(self.phone.note, Visit)
        return self.phone.note

    def _wants(self, wishes: Sequence[Wish]) -> None:
        language = self.chance.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
        wish = self.chance.choices(wishes, [one.weight for one in wishes])[0]
        self.visit.wish, self._keys = wish.name, list(language + wish.keys)

    def hears(self, sentences: Sequence[Sentence]) -> None:
        what = {one.what for one in sentences}
        if what & MENU:
            if not self.visit.pressed and any(_offers(one, SEASON) for one in sentences):
                self._wants(SEASON_WISHES)
            self._chooses()
        elif Prompt.PLEASE_HOLD in what:
            self._impatience = self.phone.later(self._patience, self.phone.hang_up, Cause.HUNG_UP)
        elif Prompt.STILL_WAITING in what:
            self._may_leave()
        elif BEEP in what:
            self._speaks()
        elif Prompt.SURVEY_ASK in what:
            self._marks()

    def asks(self, other: Telephone) -> None: ...

    def joined(self, other: Telephone) -> None:
        """Whoever is patient enough to be reached stays until the talk is over."""
        if self._impatience is not None:
            self._impatience.cancel()

    def _chooses(self) -> None:
        """The next key, during the menu or after it; who knows nothing more stays silent."""
        if self._keys:
            self.phone.later(self._thinks(), self._presses_next)
        elif self.visit.wish in ONLY_ASK and self.chance.random() < 0.9:
            self.phone.later(self.chance.uniform(1, 8), self.phone.hang_up, Cause.HUNG_UP)

    def _presses_next(self) -> None:
        if self._keys:
            self.phone.presses(self._keys.pop(0))

    def _thinks(self) -> float:
        return self.chance.choices([self.chance.uniform(0.3, 20), 45.0], [97, 3])[0]

    def _may_leave(self) -> None:
        key = self.chance.choices(["", "*", "9", "4"], [70, 12, 14, 4])[0]
        if key:
            self.phone.later(self.chance.uniform(0.2, 4.5), self.phone.presses, key)

    def _speaks(self) -> None:
        """How much, and how it ends: #, silence, the receiver; or right in the middle."""
        begin = self.chance.uniform(0.5, 2.5)
        length = self.chance.choices([0.0, 0.6, self.chance.uniform(2, 45), 240.0], [8, 4, 85, 3])[
            0
        ]
        self.visit.spoken.append((now() + begin, now() + begin + length))
        end = begin + length + self.chance.uniform(0.1, 1.5)
        how = self.chance.choices(["#", "silence", "gone", "middle"], [50, 15, 25, 10])[0]
        if how == "#":
            self.phone.later(end, self.phone.presses, "#")
        elif how == "gone":
            self.phone.later(end, self.phone.hang_up, Cause.HUNG_UP)
        elif how == "middle":
            self.phone.later(begin + length / 2, self.phone.hang_up, Cause.HUNG_UP)

    def _marks(self) -> None:
        how = self.chance.choices(["5", "", "gone"], [50, 20, 30])[0]
        if how == "gone":
            self.phone.later(1.0, self.phone.hang_up, Cause.HUNG_UP)
        elif how:
            self.phone.later(4.0, self.phone.presses, how)


def _offers(sentence: Sentence, label: str) -> bool:
    return sentence.what == Prompt.MENU_ITEM and sentence.values["label"] == label


def calls(phone: Telephone, chance: random.Random) -> None:
    """Somebody calls the office."""
    phone.holder = Customer(phone, chance)
