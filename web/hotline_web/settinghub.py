"""Every page of the set-up: what the page Settings lists, and what its search finds beside them.

One row for each, in the order in which it is listed.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for
from flask_login import current_user

from hotline.storage.users import Role
from hotline_web.languages import _
from hotline_web.said import N_
from hotline_web.settingsearch import Findable, found
from hotline_web.settingwords import EVERY, group_of

ANYBODY = frozenset(Role)
SETTING_UP = frozenset({Role.OWNER, Role.MANAGER})
OWNER = frozenset({Role.OWNER})
WORKING = SETTING_UP | {Role.AGENT}
BEHIND = frozenset({"wifi"})  # rooms that a page of the hub leads to
IN_THE_BAR = frozenset({"home", "inbox", "calls", "duty", "shifts", "people", "answers", "lines"})


@dataclass(frozen=True)
class Row:
    """A page by its endpoint, or by the group of settings that it shows. who: may see it."""

    endpoint: str
    title: str = ""
    does: str = ""
    found_by: str = ""
    who: frozenset[Role] = SETTING_UP
    group: str = ""

    @property
    def address(self) -> str:
        """Where it is."""
        return url_for(self.endpoint, name=self.group) if self.group else url_for(self.endpoint)


def _group(name: str) -> Row:
    group = group_of(name)
    assert group is not None
    words = {"who": ANYBODY, "group": name}
    return Row("settings.group", group.title, group.does, **words)  # type: ignore[arg-type]


HUB: tuple[tuple[str, tuple[Row, ...]], ...] = (
    (
        N_("Calls"),
        (
            Row(
                "prompts.prompts",
                N_("Sentences"),
                N_("Everything callers hear: listen to it, change it, record it."),
                N_("prompts voice record text greeting speech sound"),
                ANYBODY,
            ),
            Row(
                "menu.tree",
                N_("Menu"),
                N_("What callers can choose, key by key."),
                N_("keys digits topics options press choice"),
            ),
            Row(
                "answers.answers",
                N_("Answers"),
                N_("What is asked often: answers by key, their last day, a sheet to print."),
                N_("faq questions address hours price information valid"),
                ANYBODY,
            ),
            Row(
                "menu.greeting",
                N_("Greeting"),
                N_("What callers hear first, while you are open and while you are closed."),
                N_("welcome hello closed text"),
            ),
            Row(
                "hours.hours",
                N_("Opening hours"),
                N_("When callers are connected, and the days on which you are closed."),
                N_("open closed holidays weekend schedule"),
                ANYBODY,
            ),
            Row(
                "closing.closing",
                N_("Close early"),
                N_("Close now, for the rest of the day or until a time; it opens again by itself."),
                N_("shut today holiday ill emergency open again"),
            ),
            Row(
                "prompts.announcement",
                N_("Announcement"),
                N_("Something that every caller hears first, for some hours."),
                N_("notice disruption emergency today"),
                ANYBODY,
            ),
            Row(
                "setup.notice",
                N_("Notice before recording"),
                N_("What callers are told before they are recorded."),
                N_("recording law consent privacy record"),
            ),
            *map(_group, ("ringing", "waiting", "hearing")),
        ),
    ),
    (
        N_("People"),
        (
            Row(
                "people.people",
                N_("People"),
                N_("Who answers calls, and on which telephone."),
                N_("staff colleagues numbers phones confirm PIN"),
                ANYBODY,
            ),
            Row(
                "today.today",
                N_("Today"),
                N_("Swap, stand in, away, a break or closing, for today."),
                N_("swap ill sick replace break close today"),
                ANYBODY,
            ),
            Row(
                "shifts.board",
                N_("Shifts"),
                N_("Who works when; swaps and holidays."),
                N_("plan schedule roster vacation swap absence"),
                ANYBODY,
            ),
            *map(_group, ("plan", "telling")),
            Row(
                "notices.notices",
                N_("Notifications"),
                N_("How people are told of callers, whether it arrives, and who hears of what."),
                N_("e-mail mailbox Telegram messenger SMS text missed test not delivered"),
            ),
            Row(
                "users.users",
                N_("Who may use the page"),
                N_("Let people in, say what each may, take them out."),
                N_("user account role invitation password login"),
                OWNER,
            ),
        ),
    ),
    (
        N_("Lines and costs"),
        (
            Row(
                "lines.lines",
                N_("Lines"),
                N_("The telephone lines over which callers reach you."),
                N_("modem card provider gateway number signal"),
                ANYBODY,
            ),
            _group("limits"),
            Row(
                "tryout.page",
                N_("Call your hotline"),
                N_("Hear in the browser what your callers hear."),
                N_("test try listen call"),
            ),
            Row(
                "atdesk.page",
                N_("Take calls here"),
                N_("Have calls for you ring at this computer."),
                N_("browser headset computer answer take"),
                WORKING,
            ),
        ),
    ),
    (
        N_("The box"),
        (
            _group("office"),
            _group("box"),
            Row(
                "network.network",
                N_("Network"),
                N_("The Wi-Fi and the address of the box in your own network."),
                N_("address IP router DHCP cable Wi-Fi WLAN password LAN DNS"),
                OWNER,
            ),
            Row(
                "backup.backup",
                N_("Backup"),
                N_("The whole box in one locked file, and back."),
                N_("backup restore copy save burnt passphrase"),
                OWNER,
            ),
            Row(
                "update.page",
                N_("Update"),
                N_("A newer version of the whole box."),
                N_("update version firmware upgrade new bundle"),
                OWNER,
            ),
            Row(
                "launch.passport",
                N_("Passport of the hotline"),
                N_("Everything about your hotline on one sheet."),
                N_("pdf print sheet"),
            ),
            Row(
                "launch.flyer",
                N_("Flyer"),
                N_("A sheet or sticker with your number and a code."),
                N_("qr advert poster sticker leaflet"),
            ),
            Row(
                "audit.audit",
                N_("What was done, and by whom"),
                N_("Log-ins, changes, recordings that were listened to."),
                N_("audit log history who protocol"),
                frozenset({Role.OWNER, Role.AUDITOR}),
            ),
            Row(
                "account.account",
                N_("My account"),
                N_("Your password, a code besides it, where you are logged in."),
                N_("password code two-factor language sign out"),
                ANYBODY,
            ),
            Row(
                "setup.begin",
                N_("Step by step"),
                N_("The steps of the first set-up, once more."),
                N_("wizard begin first start assistant"),
            ),
        ),
    ),
)


def rows_seen() -> list[tuple[str, list[Row]]]:
    """What this visitor may see of them."""
    seen = ((title, [row for row in rows if current_user.role in row.who]) for title, rows in HUB)
    return [(title, rows) for title, rows in seen if rows]


def found_now(asked: str) -> list[tuple[str, str, str]]:
    """Address, name and sentence of pages and settings that were asked for, the best first."""
    pages = {row.address: row for _title, rows in rows_seen() for row in rows}
    among = [
        Findable(address, _(row.title), _(row.does), _(row.found_by) if row.found_by else "")
        for address, row in pages.items()
    ]
    for group, one in EVERY:
        address = url_for(
            "settings.group", name=group.name, at=one.key, _anchor=one.key.replace(".", "-")
        )
        more = f"{_(one.found_by)} {one.key}"
        among.append(Findable(address, _(one.name), _(one.does), more))
    by_address = {one.id: one for one in among}
    return [(one, by_address[one].name, by_address[one].does) for one in found(asked, among)]


def in_settings() -> bool:
    """Is the page that is being shown one of the hub or behind one, and none of the bar's own?"""
    endpoints = {row.endpoint for _title, rows in HUB for row in rows}
    rooms = {endpoint.split(".")[0] for endpoint in endpoints} - IN_THE_BAR | BEHIND
    return request.blueprint in rooms
