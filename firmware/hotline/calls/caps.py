"""What outgoing calls may cost. A hotline that can dial out is a target of toll fraud; pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hotline.errors import HotlineError, NumberRefused
from hotline.numbering import dialable
from hotline.options import Limits
from hotline.said import say
from hotline.storage.uses import DAY, Use, What

HOUR = timedelta(hours=1)
EXTRA = 0.5  # of the minutes of a day: so many more are given when the owner asks, once a day


class MinutesUsed(NumberRefused):
    """Nobody is rung any more today."""


class NotConfirmed(NumberRefused):
    """The owner of this number has not keyed the code yet; see calls/confirming.py."""


class Waits(NumberRefused):
    """This number was rung too often within the hour; it is no attempt of anybody."""


def _nobody(_number: str) -> bool:
    return False


@dataclass
class Caps:
    """The caps of box.toml over a sliding day and hour. Instants are those of `Clock.steady`.

    A talk under way counts as it goes on, but is never cut: at a breach the next caller is not
    forwarded. confirmed: did the owner of this E.164 number confirm it? on_use: told of everything
    that is to be counted after a restart, too. talking: the numbers connected now, each as often as
    it is, and since when that is not counted yet.
    """

    limits: Limits
    country: str
    confirmed: Callable[[str], bool] = _nobody
    on_use: Callable[[Use], object] = lambda _use: None
    spent: deque[Use] = field(default_factory=deque)
    dialled: deque[Use] = field(default_factory=deque)
    talking: list[tuple[str, datetime]] = field(default_factory=list)
    resumed: Use | None = None
    forwarding: int = 0

    def remember(self, uses: Iterable[Use]) -> None:
        """What the last run used of this day, the oldest first."""
        for use in uses:
            if use.what is What.TALKED:
                self.spent.append(use)
            elif use.what is What.DIALLED:
                self.dialled.append(use)
            elif use.what is What.RESUMED:
                self.resumed = use

    def check(self, number: str, now: datetime, *, confirmed: bool = True) -> str:
        """The number as E.164 if it may be dialled now; else NumberRefused says which cap.

        confirmed: only if its owner confirmed it. False is for whom a command at the box names, and
        for asking the owner.
        """
        allowed = self.allowed(number, confirmed=confirmed)
        self._forget(now)
        if not self.minutes_left(now):
            raise MinutesUsed(
                say(
                    "Today's %(minutes)s minutes of forwarded calls are used up.",
                    minutes=round(self.allowance(now) / 60),
                ),
                say("If these calls are your own, allow some more on the page People."),
            )
        if sum(one.number == allowed for one in self.dialled) >= self._per_hour:
            raise Waits(
                f"This number was already called {self._per_hour} times within the hour.",
                "Raise [limits] calls_per_hour_per_number in box.toml if that is meant.",
            )
        self._note(self.dialled, Use(now, What.DIALLED, allowed))
        return allowed

    def not_dialled(self, number: str) -> None:
        """What was checked last for this number came to nothing: no line could dial it."""
        last = next((one for one in reversed(self.dialled) if one.number == number), None)
        if last is not None:
            self.dialled.remove(last)

    def allowed(self, number: str, *, confirmed: bool = True) -> str:
        """The number as E.164 if it may be dialled at all. Raises NumberRefused."""
        allowed = dialable(number, self.country, {self.country, *self.limits.countries})
        if confirmed and not self.confirmed(allowed):
            raise NotConfirmed(
                "Nobody has confirmed this number yet.",
                "Confirm it on the page People, or with `hotline numbers confirm`.",
            )
        return allowed

    def may_forward(self) -> bool:
        """Is there room for one more caller to be forwarded?"""
        return self.forwarding < self.limits.concurrent

    def need_room(self) -> None:
        """For a call that no caller waits for. Raises HotlineError while there is no room."""
        if not self.may_forward():
            raise HotlineError(
                say("As many calls as allowed are going out already."), say("Wait a minute.")
            )

    def answered(self, number: str, now: datetime) -> None:
        """An outgoing leg was answered: it costs from here on."""
        self.talking.append((number, now))

    def talked(self, number: str, seconds: float, now: datetime) -> None:
        """An outgoing leg that was answered has ended: what is not counted yet, is now.

        Of several calls of one number it does not matter which began when: the sum is the same.
        """
        under_way = next((one for one in self.talking if one[0] == number), None)
        rest = seconds
        if under_way is not None:
            self.talking.remove(under_way)
            rest = (now - under_way[1]).total_seconds()
        self._note(self.spent, Use(now, What.TALKED, number, rest))

    def count(self, now: datetime) -> None:
        """Write down the talks under way, so that a power cut loses little of them."""
        for number, since in self.talking:
            self._note(self.spent, Use(now, What.TALKED, number, (now - since).total_seconds()))
        self.talking = [(number, now) for number, _ in self.talking]

    # -- the meter -----------------------------------------------------------------------------

    def used(self, now: datetime) -> float:
        """Seconds of the last day."""
        return sum(self.users(now).values())

    def allowance(self, now: datetime) -> float:
        """Seconds a day may have, with what the owner added."""
        return self.limits.minutes_per_day * 60 + self._added(now)

    def minutes_left(self, now: datetime) -> bool:
        """May anybody be called today?"""
        return self.used(now) < self.allowance(now)

    def may_resume(self, now: datetime) -> bool:
        """Were no minutes added within a day? Never where the owner allowed none at all."""
        return not self._added(now) and self.limits.minutes_per_day > 0

    def resume(self, now: datetime) -> float:
        """Add half a day's minutes, for a day from now; returns how many. Raises HotlineError.

        Once a day, and no more than that: whoever stole the page can have no more, either.
        """
        if not self.limits.minutes_per_day:
            raise HotlineError(
                say("No minutes of forwarded calls are allowed at all."),
                say("Raise the limit: Settings, What calls may cost."),
            )
        if not self.may_resume(now):
            raise HotlineError(
                say("Minutes were added today already, and that is possible once a day."),
                say("If these calls are your own, raise the limit: Settings, What calls may cost."),
            )
        self.resumed = Use(now, What.RESUMED, amount=self.limits.minutes_per_day * 60 * EXTRA)
        self.on_use(self.resumed)
        return self.resumed.amount / 60

    def users(self, now: datetime) -> dict[str, float]:
        """Who used how many seconds of the last day, by number; the most first."""
        self._forget(now)
        each: dict[str, float] = {}
        going_on = ((number, (now - since).total_seconds()) for number, since in self.talking)
        for number, seconds in (*((use.number, use.amount) for use in self.spent), *going_on):
            each[number] = each.get(number, 0.0) + seconds
        return dict(sorted(each.items(), key=lambda one: -one[1]))

    # -- inside --------------------------------------------------------------------------------

    @property
    def _per_hour(self) -> int:
        return self.limits.calls_per_hour_per_number

    def _added(self, now: datetime) -> float:
        return self.resumed.amount if self.resumed and now - self.resumed.at < DAY else 0.0

    def _note(self, where: deque[Use], use: Use) -> None:
        where.append(use)
        self.on_use(use)

    def _forget(self, now: datetime) -> None:
        while self.spent and now - self.spent[0].at > DAY:
            self.spent.popleft()
        while self.dialled and now - self.dialled[0].at > HOUR:
            self.dialled.popleft()
