"""What was done with the box and its page, by whom and when; for the owner and who audits."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, abort, render_template, request
from flask_login import current_user

from hotline.storage.audit import Entry, Wanted
from hotline.storage.users import Role
from hotline_web.auditwords import KINDS, audit_words, doer_words, kind_words
from hotline_web.desk import desk, utc
from hotline_web.sessions import accounts

pages = Blueprint("audit", __name__, url_prefix="/audit")

ROWS = 50
LAST_PAGE = 400  # of all that both logs keep


@pages.before_request
def theirs() -> None:
    """Who decides who may be here, and who looks after them."""
    if current_user.role not in (Role.OWNER, Role.AUDITOR):
        abort(403)


@pages.get("")
def audit() -> str:
    """Page by page, the newest first; ?who= ?what= ?day= narrow it, ?check=1 reads every line."""
    number = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    wanted, day, day_wrong = _wanted()
    found = _found(number * ROWS + 1, wanted)
    return render_template(
        "audit.html",
        entries=found[(number - 1) * ROWS : number * ROWS],
        older=number + 1 if len(found) > number * ROWS else None,
        newer=number - 1,
        who=wanted.by,
        what=request.args.get("what", ""),
        day=day,
        day_wrong=day_wrong,
        people=_people(),
        kinds=list(KINDS),
        kind_words=kind_words,
        audit_words=audit_words,
        doer_words=doer_words,
        broken=_broken() if "check" in request.args else None,
    )


def _wanted() -> tuple[Wanted, str, bool]:
    """What the form asks for; the day as it was typed, and whether there is no such day."""
    day = request.args.get("day", "")
    since = until = None
    try:
        begin = datetime.strptime(day, "%Y-%m-%d") if day else None
        if begin:
            zone = desk().times.zone
            since, until = utc(begin, zone), utc(begin + timedelta(days=1), zone)
        wrong = False
    except (ValueError, OverflowError):
        wrong = True
    kind = KINDS.get(request.args.get("what", ""), frozenset())
    return Wanted(request.args.get("who", ""), kind, since, until), day, wrong


def _found(limit: int, wanted: Wanted) -> list[Entry]:
    both = [*desk().records.audit(limit, wanted), *accounts().audited(limit, wanted)]
    return sorted(both, key=lambda entry: entry.at, reverse=True)[:limit]


def _people() -> list[str]:
    return sorted({*desk().records.audit_people(), *accounts().audited_people()})


def _broken() -> bool:
    chains = (desk().records.audit_chain(), accounts().chain())
    return any(chain.broken is not None for chain in chains)
