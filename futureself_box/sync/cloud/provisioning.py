"""Preparing a Supabase project: the migrations in this package, printed or applied.

What was applied is written down where Supabase's own command line does it, so that either tool may go
on where the other stopped.
"""

from importlib import resources

import msgspec
import psycopg

from futureself_box.errors import CloudNotPrepared

_LEDGER = """
    CREATE SCHEMA IF NOT EXISTS supabase_migrations;
    CREATE TABLE IF NOT EXISTS supabase_migrations.schema_migrations (
        version text PRIMARY KEY, statements text[], name text
    );
"""


class Migration(msgspec.Struct, frozen=True):
    """One file. `version` is its time, which orders them."""

    version: str
    name: str
    sql: str


def migrations() -> list[Migration]:
    """All of them, oldest first."""
    folder = resources.files("futureself_box.sync.cloud") / "migrations"
    files = sorted((file.name, file) for file in folder.iterdir() if file.name.endswith(".sql"))
    return [_read(name, file.read_text(encoding="utf-8")) for name, file in files]


def apply(url: str) -> list[str]:
    """Apply what is not there yet, all or nothing, and return the names.

    Raises CloudNotPrepared where the database can't be reached or is no Supabase project.
    """
    try:
        with psycopg.connect(url, connect_timeout=30) as connection:
            connection.execute(_LEDGER)
            return [one.name for one in migrations() if _apply_one(connection, one)]
    except psycopg.Error as error:
        said = error.diag.message_primary or "It can't be reached."
        message = f"The database could not be prepared. {said}"
        hint = "Take the connection string of the project, with its password."
        raise CloudNotPrepared(message, hint=hint) from error


def _apply_one(connection: "psycopg.Connection[tuple[object, ...]]", migration: Migration) -> bool:
    added = connection.execute(
        """
        INSERT INTO supabase_migrations.schema_migrations (version, statements, name)
        VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
        """,
        (migration.version, [migration.sql], migration.name),
    )
    if added.rowcount:
        connection.execute(migration.sql.encode())
    return bool(added.rowcount)


def _read(name: str, sql: str) -> Migration:
    version, _, rest = name.removesuffix(".sql").partition("_")
    return Migration(version, rest, sql)
