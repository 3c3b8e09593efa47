"""What each kind of account may do, in words."""

from __future__ import annotations

from hotline.storage.users import Role
from hotline_web.languages import _


def role_words(role: Role | str) -> str:
    """The role as the owner chooses it; as it is for one that nobody knows."""
    known = {
        Role.OWNER: _("Owner"),
        Role.MANAGER: _("Manager"),
        Role.AGENT: _("Works with calls and complaints"),
        Role.AUDITOR: _("Looks and listens"),
    }
    return known.get(Role(role), str(role)) if role in set(Role) else str(role)


def role_means(role: Role) -> str:
    """What comes with it."""
    return {
        Role.OWNER: _("May do everything, also let others in."),
        Role.MANAGER: _("Sets up people, hours and the menu, but no lines and no accounts."),
        Role.AGENT: _("Answers callers, messages and complaints, and plans shifts."),
        Role.AUDITOR: _("Sees and hears everything, and changes nothing."),
    }[role]
