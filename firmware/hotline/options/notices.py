"""notices.toml: the mailbox and the messengers that were set up while the box ran.

What box.toml says comes first, and no mistake here keeps the box from its calls: what is wrong is
left out and told.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import AfterValidator, ConfigDict, TypeAdapter, ValidationError

from hotline.errors import BadSettings
from hotline.options import CONFIG, Flag, Hidden, LineName, Mail, Options, Secret
from hotline.options.file import options_of
from hotline.options.messengers import Kind, allowed
from hotline.options.mistakes import Mistake, bad_settings, of_pydantic
from hotline.options.rules import disagreements
from hotline.said import Said, say, together

MOST_MESSENGERS = 8
Row: TypeAlias = Mapping[str, str | int | bool]

_FIRST = (
    "# The mailbox and the messengers that were set up while the box ran. The box writes this\n"
    "# file; what you want to look after yourself belongs into box.toml.\n"
)


def _service(secret: Secret) -> Secret:
    if not allowed(secret.reveal()):
        raise ValueError(say("must be a service, not a part of this machine"))
    return secret


@dataclass(frozen=True, slots=True)
class Messenger:
    """One more way to tell people. target: in Apprise's words, with its tokens.

    house: it may be a machine of the office's own network.
    """

    __pydantic_config__: ClassVar[ConfigDict] = CONFIG

    name: LineName
    target: Annotated[Hidden, AfterValidator(_service)]
    kind: Kind = "other"
    house: Flag = False


@dataclass(frozen=True)
class Mailbox:
    """What the box writes from. house: its server may be in the office's own network.

    fixed: it stands in box.toml.
    """

    mail: Mail
    house: bool = False
    fixed: bool = False


@dataclass(frozen=True)
class AllNotices:
    """How the box can tell people. added: what stands in notices.toml.

    fixed: the messengers of box.toml. wrong: what is left out, a sentence for each.
    """

    fixed_mail: Mail | None = None
    added_mail: Mailbox | None = None
    fixed: tuple[Messenger, ...] = ()
    added: tuple[Messenger, ...] = ()
    wrong: tuple[Said, ...] = field(default=())

    @property
    def mailbox(self) -> Mailbox | None:
        """From which letters leave."""
        if self.fixed_mail is not None:
            return Mailbox(self.fixed_mail, house=True, fixed=True)
        return self.added_mail

    @property
    def messengers(self) -> tuple[Messenger, ...]:
        """Each gets every letter."""
        return (*self.fixed, *self.added)


def read_notices(path: Path, options: Options) -> AllNotices:
    """What box.toml says, and all of the file at `path` that can be used beside it."""
    fixed = (
        Messenger(f"apprise {number}", url, house=True)
        for number, url in enumerate(options.notify.apprise, 1)
    )
    found = AllNotices(fixed_mail=options.mail, fixed=tuple(fixed))
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return found
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return replace(found, wrong=(_told(path, str(error)),))
    wrong: list[Said] = []
    mail = raw.pop("mail", None)
    if mail is not None:
        try:
            found = with_mail(found, mail, path.parent)
        except BadSettings as mistakes:
            wrong += (_told(path, what) for what in mistakes.problems)
    for row in _rows(raw.pop("messenger", [])):
        try:
            found = with_messenger(found, row)
        except BadSettings as mistakes:
            name = f"{row.get('name', '')}:"
            wrong += (_told(path, together(name, what)) for what in mistakes.problems)
    wrong += (_told(path, f"[{section}] does not belong here") for section in raw)
    return replace(found, wrong=tuple(wrong))


def with_mail(notices: AllNotices, row: Any, folder: Path) -> AllNotices:
    """The same with another mailbox, checked as that of box.toml is. Raises BadSettings."""
    given = dict(row) if isinstance(row, dict) else row
    house = given.pop("house", False) is True if isinstance(given, dict) else False
    try:
        options = options_of({"mail": given}, folder)
    except ValidationError as error:
        raise bad_settings("The mailbox", _mistakes(error)) from None
    if found := tuple(disagreements(options)):
        raise bad_settings("The mailbox", found)
    assert options.mail is not None
    return replace(notices, added_mail=Mailbox(options.mail, house))


def with_messenger(notices: AllNotices, row: Row) -> AllNotices:
    """One messenger more. Raises BadSettings."""
    try:
        one = _MESSENGER.validate_python(dict(row))
    except ValidationError as error:
        raise bad_settings("The messenger", _mistakes(error)) from None
    if any(one.name == other.name for other in notices.messengers):
        raise BadSettings("The messenger", (f'another one is called "{one.name}" already',))
    return replace(notices, added=(*notices.added, one))


def written(notices: AllNotices) -> str:
    """The text of notices.toml."""
    pieces = [_FIRST]
    if notices.added_mail is not None:
        pieces.append("[mail]\n" + _lines(_mail_row(notices.added_mail)))
    for one in notices.added:
        row = {"name": one.name, "kind": one.kind, "target": one.target.reveal()}
        pieces.append("[[messenger]]\n" + _lines(row | {"house": one.house}))
    return "\n".join(pieces)


def _mail_row(box: Mailbox) -> Row:
    mail = box.mail
    row: dict[str, str | int | bool] = {
        "host": mail.host,
        "port": mail.port,
        "security": mail.security,
        "sender": mail.sender,
        "user": mail.user,
        "password": mail.password.reveal(),
        "house": box.house,
    }
    return row


def _lines(row: Row) -> str:
    """JSON's texts and values are TOML's, but for a letter that TOML wants escaped."""
    told = ((key, json.dumps(value, ensure_ascii=False)) for key, value in row.items())
    return "".join(f"{key} = {value}\n".replace("\x7f", "\\u007f") for key, value in told)


def _rows(given: Any) -> Iterator[dict[str, Any]]:
    yield from (one for one in given if isinstance(one, dict)) if isinstance(given, list) else ()


def _mistakes(error: ValidationError) -> tuple[Mistake, ...]:
    found: dict[str, Mistake] = {}
    for one in error.errors(include_input=False):
        place = one["loc"]
        mistake = of_pydantic(one["type"], place, one.get("ctx", {}))
        if place[0] != "mail":
            mistake = replace(
                mistake, subject=mistake.subject.replace(f"[{place[0]}]", str(place[0]))
            )
        found.setdefault(str(mistake), mistake)
    return tuple(found.values())


def _told(path: Path, what: str) -> Said:
    return together(say("Something of %(file)s is left out:", file=path), what)


_MESSENGER: TypeAdapter[Messenger] = TypeAdapter(Messenger)
