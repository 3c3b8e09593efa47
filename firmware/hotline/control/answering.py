"""Who would answer a call, in the words of the socket; `hotline who` prints the same."""

from __future__ import annotations

from datetime import datetime

from hotline.control.messages.status import Ring, WhoAnswer
from hotline.control.staffwords import HOW, ONE_PERSON, away_words, voicemail_words
from hotline.routing.office import Campaign, Office, Strategy
from hotline.routing.plan import Plan, Tier
from hotline.routing.rules import Opening
from hotline.said import Said, say, together

OPEN = frozenset({Opening.OPEN, Opening.UNTRUSTED})
_DROPPED = {
    "topic": say("Nobody fits the topic; others are rung."),
    "language": say("Nobody fits the language; others are rung."),
}


def answer_of(plan: Plan, now: datetime, office: Office, campaign: Campaign | None) -> WhoAnswer:
    """A plan in the words of the socket; `hotline who` prints the same."""
    why = [_DROPPED.get(name, together(name)) for name in plan.dropped]
    why += [say("%(person)s is on the telephone.", person=person.name) for person in plan.busy]
    why += [away_words(one, office) for one in plan.away]
    why += [one for tier in plan.tiers for one in _shorter(tier)]
    for person in plan.unconfirmed:
        told = f"{ONE_PERSON.format(name=person.name)} {HOW.format(id=person.id)}"
        why.append(together(told))
    if plan.closure and plan.closure.name:
        why.append(say("Closed: %(name)s.", name=plan.closure.name))
    if plan.opening is Opening.CLOSED_EARLY and office.closed_early:
        why.append(say("Closed early, by %(name)s.", name=office.closed_early.by))
    return WhoAnswer(
        at=now,
        open=plan.opening in OPEN,
        rounds=tuple(ring for tier in plan.tiers for ring in _rings(tier)),
        then=str(plan.fallback),
        why=tuple(why),
        campaign=campaign.name or campaign.id if campaign else "",
    )


def _shorter(tier: Tier) -> list[Said]:
    """Who is not rung for as long as the office says."""
    return [
        voicemail_words(one.person)
        for one in tier.candidates
        if one.ring_seconds < one.person.ring_seconds
    ]


def _rings(tier: Tier) -> list[Ring]:
    names = tuple(c.person.name for c in tier.candidates)
    if tier.strategy is Strategy.ALL:
        return [Ring(names=names, seconds=max(c.ring_seconds for c in tier.candidates))]
    return [Ring(names=(c.person.name,), seconds=c.ring_seconds) for c in tier.candidates]
