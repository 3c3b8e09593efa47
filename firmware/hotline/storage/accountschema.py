"""The tables of the accounts, as schema.py has those of the records: never change an old step."""

from __future__ import annotations

from pathlib import Path

from hotline.storage import auditchain
from hotline.storage.database import DatabaseFile
from hotline.storage.places import Places
from hotline.storage.sqlite import Database, Migrations

ACCOUNTS = Migrations("accounts")
BOTH = 0o660


def accounts_file(directory: Path) -> DatabaseFile:
    """The file of the accounts; `prepare` it before use."""
    folder = Places(directory).page
    return DatabaseFile(folder / "web.sqlite", ACCOUNTS, folder / "backup" / "web.sqlite")


def hand_over(path: Path, directory: Path) -> None:
    """Let page and daemon both write the accounts at `path`, where they are two users.

    They share a group there: the page writes, the daemon backs up and restores.
    """
    if Places(directory).page != directory:
        path.chmod(BOTH)


@ACCOUNTS()
def accounts(database: Database) -> None:
    """Users, their sessions and devices, the tries to log in, the code of the first set-up."""
    database.execute(
        """create table users (
            name text primary key, hash text not null, role text not null,
            language text not null default '', created text not null
        ) without rowid"""
    )
    database.execute(
        """create table sessions (
            secret text primary key,
            user text not null references users (name) on delete cascade,
            created text not null, last_seen text not null, confirmed_at text not null
        ) without rowid"""
    )
    database.execute(
        """create table devices (
            secret text primary key,
            user text not null references users (name) on delete cascade,
            last_used text not null
        ) without rowid"""
    )
    database.execute(
        "create table tries (at text not null, address text not null, account text not null)"
    )
    database.execute("create index tries_by_address on tries (address, at)")
    database.execute("create index tries_by_account on tries (account, at)")
    database.execute(
        """create table claim (
            id integer primary key check (id = 1), secret text not null, created text not null
        )"""
    )


@ACCOUNTS()
def calendar_feeds(database: Database) -> None:
    """Whose shifts a calendar may read; see storage/calendars.py."""
    database.execute(
        """create table calendar_feeds (
            person text primary key, secret text not null unique,
            at text not null, "by" text not null
        ) without rowid"""
    )


@ACCOUNTS()
def setup_steps(database: Database) -> None:
    """How far the owner has come in setting up the box; see storage/setupsteps.py."""
    database.execute(
        """create table setup_steps (
            step text primary key,
            mark text not null check (mark in ('opened', 'finished', 'put_off')),
            version integer not null, at text not null, "by" text not null
        ) without rowid"""
    )
    database.execute(
        """create table setup_reports (
            call integer not null, worked text not null, at text not null, "by" text not null
        )"""
    )


@ACCOUNTS()
def more_than_one_person(database: Database) -> None:
    """Invitations, a second factor and its codes, where each session is, and what was done.

    claimed: this account was made with the code of the first set-up. half_logins: the password
    was right, the code is asked for. last_step: the newest half minute whose code was used.
    """
    for table, column in (
        ("users", "last_seen text"),
        ("users", "claimed integer not null default 0"),
        ("sessions", "browser text not null default ''"),
        ("sessions", "address text not null default ''"),
    ):
        database.execute(f"alter table {table} add column {column}")
    database.execute(
        """create table invitations (
            secret text primary key, name text not null unique, role text not null,
            created text not null, "by" text not null
        ) without rowid"""
    )
    database.execute(
        """create table second_factors (
            user text primary key references users (name) on delete cascade,
            secret text not null, switched_on text, last_step integer not null default 0
        ) without rowid"""
    )
    database.execute(
        """create table recovery_codes (
            user text not null references users (name) on delete cascade,
            place text not null, hash text not null, primary key (user, place)
        ) without rowid"""
    )
    database.execute(
        """create table half_logins (
            secret text primary key,
            user text not null references users (name) on delete cascade,
            created text not null
        ) without rowid"""
    )
    auditchain.begin(database)
