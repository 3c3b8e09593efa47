"""The tables of the records. Each step runs once, in a transaction; never change an old one."""

from __future__ import annotations

from pathlib import Path

from hotline.storage import auditchain
from hotline.storage.database import DatabaseFile
from hotline.storage.sqlite import Database, Migrations

RECORDS = Migrations("records")


def records_file(directory: Path) -> DatabaseFile:
    """Calls, cases, office and outbox: written by the daemon alone."""
    return DatabaseFile(
        directory / "hotline.sqlite", RECORDS, directory / "backup" / "hotline.sqlite"
    )


@RECORDS()
def calls(database: Database) -> None:
    """The journal of calls with the steps of each."""
    database.execute(
        """create table calls (
            id integer primary key,
            line text not null,
            outgoing integer not null default 0,
            caller_number text,
            caller_name text not null default '',
            started_at text not null,
            answered_at text,
            ended_at text,
            outcome text,
            person text not null default '',
            topic text not null default '',
            case_number integer,
            words text not null default '',
            language text not null default '',
            returned_at text,
            returned_by text not null default ''
        )"""
    )
    database.execute("create index calls_by_number on calls (caller_number, outcome, id)")
    database.execute("create index calls_by_outcome on calls (outcome, id)")
    database.execute("create index calls_open on calls (id) where ended_at is null")
    database.execute(
        """create table steps (
            call_id integer not null references calls (id) on delete cascade,
            seq integer not null,
            at text not null,
            what text not null,
            words text not null default '',
            facts text not null default '{}',
            primary key (call_id, seq)
        ) without rowid"""
    )


@RECORDS()
def cases(database: Database) -> None:
    """Messages, complaints and wishes to be called back.

    `call_id` refers to calls without being bound to it: a case outlives its call, and is worth
    keeping even where the call's row is missing.
    """
    database.execute(
        """create table cases (
            number integer primary key,
            kind text not null,
            state text not null,
            topic text not null default '',
            caller_number text,
            caller_name text not null default '',
            call_id integer,
            language text not null default '',
            recording text,
            seconds real not null default 0,
            created text not null,
            due text not null,
            filed integer not null default 0,
            void integer not null default 0,
            assigned_to text not null default '',
            note text not null default '',
            heard_at text,
            done_at text,
            keep integer not null default 0
        )"""
    )
    database.execute("create index cases_by_state on cases (void, state, number)")
    database.execute("create index cases_by_call on cases (call_id)")
    database.execute("create index cases_by_number on cases (caller_number)")


@RECORDS()
def office_versions(database: Database) -> None:
    """The office as canonical YAML, one row for each saving."""
    database.execute(
        """create table office_versions (
            id integer primary key,
            at text not null,
            author text not null,
            yaml text not null
        )"""
    )


@RECORDS()
def outbox(database: Database) -> None:
    """Letters to people outside the box, until they are delivered."""
    database.execute(
        """create table outbox (
            id text primary key,
            created text not null,
            case_number integer,
            way text not null,
            recipient text not null,
            subject text not null,
            body text not null,
            attachment text,
            state text not null,
            attempts integer not null default 0,
            next_try_at text not null,
            last_error text not null default '',
            sent_at text
        ) without rowid"""
    )
    database.execute("create index outbox_by_state on outbox (state, created)")


@RECORDS()
def texts(database: Database) -> None:
    """Texts, the parts of those that came, and the reports about those that were sent.

    A part keeps its PDU until its text is filed, and its digest as long as the text, so that the
    same one is filed once. A report may come before its text is written down.
    """
    database.execute(
        """create table texts (
            id integer primary key,
            direction text not null,
            line text not null,
            number text not null,
            text text not null,
            at text not null,
            sent_at text,
            state text not null,
            letter text not null default '',
            parts integer not null default 1
        )"""
    )
    database.execute("create index texts_by_letter on texts (letter)")
    database.execute("create index texts_by_number on texts (number)")
    database.execute(
        """create table text_parts (
            digest text primary key,
            text_id integer references texts (id) on delete cascade,
            at text not null,
            line text not null,
            sender text not null,
            reference integer not null,
            total integer not null,
            number integer not null,
            pdu text not null
        )"""
    )
    database.execute("create index text_parts_by_text on text_parts (text_id, sender)")
    database.execute(
        """create table text_reports (
            text_id integer references texts (id) on delete cascade,
            line text not null,
            number text not null,
            reference integer not null,
            state text not null,
            at text not null
        )"""
    )
    database.execute("create index text_reports_by_text on text_reports (text_id)")
    database.execute("create index text_reports_by_number on text_reports (number, reference)")


@RECORDS()
def line_services(database: Database) -> None:
    """What SIM cards diverted before the box changed it, and the last self-test of each line."""
    database.execute(
        """create table diverts_before (
            sim text not null,
            reason integer not null,
            number text not null,
            primary key (sim, reason)
        ) without rowid"""
    )
    database.execute(
        """create table line_tests (
            line text primary key,
            at text not null,
            number text not null,
            checks text not null
        ) without rowid"""
    )


@RECORDS()
def learned_tones(database: Database) -> None:
    """What the exchange of each line sends when the caller has gone, as the box learned it."""
    database.execute(
        """create table learned_tones (
            line text primary key,
            at text not null,
            hertz text not null,
            "on" real not null,
            "off" real not null
        ) without rowid"""
    )


@RECORDS()
def divert_targets(database: Database) -> None:
    """Where a changed divert sends callers, and of which line: told when that line is gone.

    And what the owner ordered by hand.
    """
    for column in ("line", "target"):
        database.execute(f"alter table diverts_before add column {column} text not null default ''")
    database.execute(
        """create table divert_orders (
            line text primary key,
            number text not null,
            instead text not null
        ) without rowid"""
    )


@RECORDS()
def test_costs(database: Database) -> None:
    """What the calls of self-tests cost: they stand in no journal, and count in the caps."""
    database.execute("create table test_costs (at text not null, seconds real not null)")


@RECORDS()
def handing_on(database: Database) -> None:
    """Which modem, with which SIM card, was seen to hold and join two calls, or not to."""
    database.execute(
        """create table handing_tests (
            card text primary key,
            at text not null,
            works integer not null
        ) without rowid"""
    )


@RECORDS()
def confirmations(database: Database) -> None:
    """Which numbers their owners confirmed, what was done with numbers, and what the caps count.

    Until then the minutes of forwarded calls were counted from the journal, and those of test calls
    from `test_costs`, which is not written any more.
    """
    database.execute(
        """create table confirmations (
            number text primary key,
            at text not null,
            person text not null,
            by text not null,
            left_at text
        ) without rowid"""
    )
    database.execute(
        """create table audit (
            id integer primary key,
            at text not null,
            what text not null,
            number text not null default '',
            person text not null default '',
            by text not null default ''
        )"""
    )
    database.execute(
        """create table uses (
            id integer primary key,
            at text not null,
            what text not null,
            number text not null default '',
            amount real not null default 0
        )"""
    )


@RECORDS()
def waiting_list(database: Database) -> None:
    """Who wants to call whom back, and how often it was tried; see storage/waiting.py."""
    database.execute(
        """create table waiting_owners (
            caller text primary key,
            person text not null,
            at text not null,
            upto integer not null
        ) without rowid"""
    )
    database.execute(
        """create table waiting_attempts (
            id text primary key,
            caller text not null,
            person text not null,
            outcome text not null,
            at text not null,
            upto integer not null
        ) without rowid"""
    )
    database.execute("create index waiting_attempts_by_caller on waiting_attempts (caller)")


@RECORDS()
def evenings(database: Database) -> None:
    """On which evenings it was told who still waits."""
    database.execute(
        """create table evenings (
            day text primary key,
            at text not null,
            token text not null
        ) without rowid"""
    )


@RECORDS()
def presence(database: Database) -> None:
    """Who of the staff is away and until when; who was asked to swap; the trail of all of it."""
    database.execute(
        """create table presence (
            person text primary key,
            why text not null,
            since text not null,
            until text not null
        ) without rowid"""
    )
    database.execute(
        """create table swap_asks (
            day text not null,
            one text not null,
            other text not null,
            at text not null,
            until text not null,
            primary key (day, one, other)
        ) without rowid"""
    )
    database.execute(
        """create table staff_trail (
            id integer primary key,
            at text not null,
            person text not null,
            "by" text not null,
            asked text not null,
            answer text not null
        )"""
    )


@RECORDS()
def told_holes(database: Database) -> None:
    """Which holes in the plan the office was warned of."""
    database.execute("create table told_holes (ends text primary key) without rowid")


@RECORDS()
def promises(database: Database) -> None:
    """Who keeps a place in the queue and is called back by the box; see storage/promises.py."""
    database.execute(
        """create table promises (
            arrival integer primary key,
            rank integer not null,
            case_number integer not null,
            tries integer not null default 0
        ) without rowid"""
    )


@RECORDS()
def staff_pins(database: Database) -> None:
    """Whose PIN opens the staff's menu, as argon2; and since when too many were wrong."""
    database.execute(
        """create table staff_pins (
            person text primary key,
            number text not null unique,
            kept text not null,
            at text not null,
            "by" text not null
        ) without rowid"""
    )
    database.execute("create table staff_shut (id integer primary key, at text not null)")


@RECORDS()
def number_checks(database: Database) -> None:
    """What the weekly check found of numbers, when voicemails answer, which weeks were told."""
    database.execute(
        """create table number_checks (
            number text primary key,
            at text not null,
            result text not null,
            tries integer not null,
            gone integer not null
        ) without rowid"""
    )
    database.execute(
        """create table voicemails (
            number text primary key,
            at text not null,
            after integer
        ) without rowid"""
    )
    database.execute("create table number_weeks (monday text primary key) without rowid")


@RECORDS()
def self_calls(database: Database) -> None:
    """The newest call of the box to each of its own lines."""
    database.execute(
        """create table self_calls (
            line text primary key,
            at text not null,
            over text not null,
            outcome text not null,
            words text not null,
            seconds real not null,
            worked integer
        ) without rowid"""
    )


@RECORDS()
def away_spells(database: Database) -> None:
    """When somebody was away, also after it is over; `presence` holds only what still is."""
    database.execute(
        """create table away_spells (
            person text not null,
            since text not null,
            why text not null,
            until text not null,
            ended text,
            primary key (person, since)
        ) without rowid"""
    )
    database.execute("insert into away_spells select person, since, why, until, null from presence")


@RECORDS()
def office_draft(database: Database) -> None:
    """Changes of the plan that are gathered and not in force; see storage/drafts.py."""
    database.execute(
        """create table office_draft (
            number integer primary key,
            at text not null,
            "by" text not null,
            change text not null
        )"""
    )


@RECORDS()
def campaign_ends(database: Database) -> None:
    """What came of each campaign that is over; see storage/campaignends.py."""
    database.execute(
        """create table campaign_ends (
            campaign text not null,
            ended text not null,
            at text not null,
            name text not null,
            began text not null,
            calls integer not null,
            spoken integer not null,
            messages integer not null,
            informed integer not null,
            missed integer not null,
            owed integer not null,
            primary key (campaign, ended)
        ) without rowid"""
    )


@RECORDS()
def many_years(database: Database) -> None:
    """With a million calls, too, the page finds who is owed one, a day's and a month's at once.

    settled_by: the later call in which a missed caller was spoken with. Nobody else is left in
    `calls_owed` than who may still be owed a call.
    """
    database.execute("alter table calls add column settled_by integer")
    database.execute(
        """update calls set settled_by = (
            select min(later.id) from calls as later
            where later.caller_number = calls.caller_number
            and later.outcome = 'spoken' and later.id > calls.id
        ) where outcome = 'missed'"""
    )
    database.execute(
        """create index calls_owed on calls (id)
        where outcome = 'missed' and not outgoing and returned_at is null and settled_by is null"""
    )
    database.execute("create index calls_by_start on calls (started_at)")
    database.execute(
        """create index cases_wished on cases (number)
        where kind = 'callback' and state != 'done' and filed and not void"""
    )


@RECORDS()
def audit_chain(database: Database) -> None:
    """Each line of the audit vouches for the one before; see storage/auditchain.py."""
    auditchain.begin(database)


@RECORDS()
def deadlines(database: Database) -> None:
    """Who set the deadline of a case, and who listened to its recording; see storage/duecases.py.

    listened: nothing refers to a case of which the row was lost.
    """
    database.execute("alter table cases add column due_by text not null default ''")
    database.execute(
        """create index cases_due on cases (due, number)
        where state != 'done' and filed and not void"""
    )
    database.execute(
        """create table listened (
            number integer not null,
            at text not null,
            "by" text not null,
            saved integer not null,
            primary key (number, at, "by", saved)
        ) without rowid"""
    )


@RECORDS()
def line_history(database: Database) -> None:
    """How lines were, by quarters of an hour; what was done when one was lost.

    See storage/linehistory.py and storage/linetroubles.py.
    """
    database.execute(
        """create table line_quarters (
            line text not null,
            slot integer not null,
            part integer not null,
            watched real not null,
            down real not null,
            heard integer not null,
            lowest integer,
            mean real,
            highest integer,
            trip real,
            network text not null,
            primary key (line, slot, part)
        ) without rowid"""
    )
    database.execute(
        """create table line_troubles (
            number integer primary key,
            line text not null,
            began text not null,
            kind text not null,
            why text not null,
            seconds real not null,
            ended text,
            stopped integer not null,
            steps text not null
        )"""
    )
    database.execute("create index line_troubles_by_line on line_troubles (line, began)")


@RECORDS()
def hindrances(database: Database) -> None:
    """Why nobody was spoken with in a call; and calls are found by number, person and trouble.

    Of calls before it the strongest reason is told by their steps, as inbox/hindrance.py orders
    them.
    """
    database.execute("alter table calls add column hindrance text not null default ''")
    wrong = (
        *("fault", "restart", "line_failed", "disk_trouble", "cap", "unconfirmed", "not_dialled"),
        *("not_joined", "staff_shut"),
    )
    people = (
        *("held_too_long", "left_waiting", "queue_full", "machine", "not_called", "no_press"),
        *("declined", "not_reached", "deadline", "waiting", "nobody", "greeting_closed"),
    )
    callers = ("staff_wrong", "message_empty", "ringing", "caller_gone")
    for outcomes, steps in (
        (("message", "complaint", "callback"), wrong + people),
        (("missed", "not reached"), wrong + people + callers),
    ):
        database.execute(
            f"""update calls set hindrance = coalesce((
                select what from steps
                where call_id = calls.id and instr(:steps, ' ' || what || ' ')
                order by instr(:steps, ' ' || what || ' ') limit 1
            ), '') where outcome in ({", ".join(map(repr, outcomes))})""",  # noqa: S608
            {"steps": f" {' '.join(steps)} "},
        )
    database.execute("create index calls_by_tail on calls (substr(caller_number, -4), id)")
    database.execute("create index calls_by_person on calls (person, id) where person != ''")
    database.execute(
        f"create index calls_wrong on calls (id) where hindrance in ({', '.join(map(repr, wrong))})"
    )
