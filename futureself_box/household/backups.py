"""How the household's backups went, for the owner: in sentences, and only what is good or bad news."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec
import structlog

from futureself_box.errors import NotAllowed
from futureself_box.household.devices import Credential
from futureself_box.store import jobs
from futureself_box.store.database import Row
from futureself_box.store.vault import HouseholdStore

BACKUP = "backup"
DRILL = "drill"
_OVERDUE = timedelta(days=3)

Kind = Literal["backup", "second", "drill"]

log = structlog.get_logger()


class Outcome(msgspec.Struct, frozen=True):
    """The last try, and the last one that went well. `problem` is null where that was the last."""

    at: datetime
    good_at: datetime | None
    name: str | None
    problem: str | None


class Report(msgspec.Struct, frozen=True):
    """Where the backups stand.

    `second` is the copy in the second folder, `drill` the monthly restore into a throw-away folder;
    each is null before its first time. `problem` is what the owner should know, in one sentence.
    """

    backup: Outcome | None
    second: Outcome | None
    drill: Outcome | None
    under_way: bool
    problem: str | None


def report(store: HouseholdStore, who: Credential, now: datetime) -> Report:
    """Where the backups stand. Raises NotAllowed for all but the owner."""
    if who.role != "owner":
        raise NotAllowed
    with store.read() as connection:
        under_way = jobs.is_open(connection, BACKUP)
    found = outcomes(store)
    return Report(
        backup=found.get("backup"),
        second=found.get("second"),
        drill=found.get("drill"),
        under_way=under_way,
        problem=problem_of(found, now),
    )


def ask(store: HouseholdStore, who: Credential, now: datetime) -> None:
    """Put a backup in for now, unless one is under way. Raises NotAllowed."""
    if who.role != "owner":
        raise NotAllowed
    put_in(store, now)


def outcomes(store: HouseholdStore) -> dict[str, Outcome]:
    """How each kind went last."""
    with store.read() as connection:
        rows = connection.execute("SELECT * FROM backup_outcome").fetchall()
    return {row["kind"]: _outcome(row) for row in rows}


def problem_of(found: dict[str, Outcome], now: datetime) -> str | None:
    """What the owner should know, in one sentence."""
    said = [one.problem for one in found.values() if one.problem]
    last = found["backup"].good_at if "backup" in found else None
    if not said and last is not None and now - last > _OVERDUE:
        said = [f"The last backup is {(now - last).days} days old. Was the box off?"]
    return " ".join(said) or None


def put_in(store: HouseholdStore, now: datetime) -> None:
    """Put a backup in for now, unless one is under way."""
    with store.write() as tx:
        if not jobs.is_open(tx, BACKUP):
            now_ms = int(now.timestamp() * 1000)
            jobs.enqueue(tx, BACKUP, f"{BACKUP}:{now.isoformat()}", not_before_ms=now_ms)


def note(
    store: HouseholdStore,
    kind: Kind,
    now: datetime,
    *,
    name: str | None = None,
    problem: str | None = None,
) -> None:
    """Keep how it went; without a problem it went well."""
    with store.write() as tx:
        tx.execute(
            """
            INSERT INTO backup_outcome (kind, at, good_at, name, problem)
            VALUES (:kind, :at, iif(:problem IS NULL, :at, NULL), :name, :problem)
            ON CONFLICT (kind) DO UPDATE SET
                at = excluded.at,
                good_at = ifnull(excluded.good_at, good_at),
                name = ifnull(excluded.name, name),
                problem = excluded.problem
            """,
            {"kind": kind, "at": now.isoformat(), "name": name, "problem": problem},
        )
    log.info("backup_outcome", kind=kind, good=problem is None)


def _outcome(row: Row) -> Outcome:
    return msgspec.convert({field: row[field] for field in Outcome.__struct_fields__}, Outcome)
