"""What can be said of a line by what was kept of it: sentences for the owner, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from math import ceil

from hotline.said import NOTHING, Said, say, together
from hotline.storage.linehistory import QUARTER_S, Quarter
from hotline.storage.linetroubles import Kind, LineTrouble

WEAK_DBM = -99  # below it people see one bar or none (3GPP 27.007 §8.5 counts 0 to 31)
WEAK_DAY = 4  # quarters of an hour: one hour of a day, all in all
OFTEN = 3  # times in a week
WEEK = timedelta(days=7)

_TO_A_WINDOW = say("Move the modem to a window.")
_PARTS = (
    say("Mostly at night."),
    say("Mostly in the morning."),
    say("Mostly in the afternoon."),
    say("Mostly in the evening."),
)


def is_weak(one: Quarter) -> bool:
    """Was it heard so badly that calls may break off?"""
    return one.mean is not None and one.mean < WEAK_DBM


def signal_words(quarters: Sequence[Quarter], zone: tzinfo, days: int) -> Said:
    """How well a SIM card's line was heard; nothing of a line that no network tells of.

    quarters: of the last `days` days: 1, 7 or 30.
    """
    if not any(one.heard for one in quarters):
        return NOTHING
    weak = [one for one in quarters if is_weak(one)]
    by_day = Counter(one.at.astimezone(zone).date() for one in weak)
    bad_days = sum(n >= WEAK_DAY for n in by_day.values())
    if days == 1 and len(weak) >= WEAK_DAY:
        hours = ceil(len(weak) * QUARTER_S / 3600)
        said = say("The signal was weak for %(hours)s of the last 24 hours.", hours=hours)
    elif days == 7 and bad_days:
        said = say("The signal was weak on %(days)s of the last 7 days.", days=bad_days)
    elif days > 7 and bad_days:
        said = say("The signal was weak on %(days)s of the last 30 days.", days=bad_days)
    else:
        return say("The signal was good enough.")
    return together(said, _mostly(weak, zone), _TO_A_WINDOW)


def advice(troubles: Sequence[LineTrouble], kind: str, now: datetime) -> Said:
    """What the owner should do about a line that is lost again and again; "" if it is not.

    kind: its section of box.toml.
    """
    lately = Counter(one.kind for one in troubles if one.began >= now - WEEK)
    for what in (Kind.HUNG, Kind.GONE, Kind.AWAY):
        times = lately[what]
        if times >= OFTEN:
            return _advised(what, kind, times)
    return NOTHING


def _advised(what: Kind, kind: str, times: int) -> Said:
    if what is Kind.HUNG:
        return together(
            say(
                "This modem hung again and again in the last 7 days (%(times)s times).", times=times
            ),
            say(
                "Give the box a stronger power supply, plug the modem into a USB hub with its own"
                " power, and take another cable."
            ),
        )
    if what is Kind.GONE:
        return together(
            say(
                "The USB connection of this modem broke again and again in the last 7 days"
                " (%(times)s times).",
                times=times,
            ),
            say("Press its plug in firmly; take another cable, and a USB hub with its own power."),
        )
    if kind == "trunk":
        return together(
            say(
                "The provider could not be reached again and again in the last 7 days"
                " (%(times)s times).",
                times=times,
            ),
            say("Look at the Internet router and its cables; then ask the provider."),
        )
    return together(
        say(
            "The network of this line was away again and again in the last 7 days"
            " (%(times)s times).",
            times=times,
        ),
        say("Move the modem to a window, or ask the operator."),
    )


def _mostly(weak: Sequence[Quarter], zone: tzinfo) -> Said:
    parts = Counter(one.at.astimezone(zone).hour // 6 for one in weak)
    ((part, most),) = parts.most_common(1)
    return _PARTS[part] if 2 * most > len(weak) else NOTHING
