"""Which of the people an account belongs to: the owner gives it their name."""

from __future__ import annotations

from hotline.control.messages.people import Named
from hotline.control.messages.status import StatusAnswer


def person_of(account: str, office: StatusAnswer | None) -> Named | None:
    """Who has the name of the account; None where that is nobody, or could be two."""
    people, name = office.people if office else (), account.casefold()
    by_id = [one for one in people if one.id.casefold() == name]
    found = by_id or [one for one in people if one.name.casefold() == name]
    return found[0] if len(found) == 1 else None
