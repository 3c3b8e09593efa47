"""Who would be rung now, in one sentence."""

from __future__ import annotations

from hotline.control.messages.status import WhoAnswer
from hotline_web.languages import _


def who_now(answer: WhoAnswer) -> str:
    """The first to be rung by name, and who follows."""
    if not answer.open:
        return _("Right now the office is closed: a caller would leave a message.")
    names = list(dict.fromkeys(name for ring in answer.rounds for name in ring.names))
    if not names:
        return _("Right now nobody would be rung: a caller would leave a message.")
    if names[1:]:
        then = ", ".join(names[1:])
        return _(
            "Right now a call would go to %(name)s, then to %(then)s.", name=names[0], then=then
        )
    return _("Right now a call would go to %(name)s.", name=names[0])
