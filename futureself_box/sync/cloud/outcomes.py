"""How each member's copy went, for them and for the owner: states and times, never words.

They lie in the household's database, since the owner has no way into a member's own.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from futureself_box.errors import BoxError
from futureself_box.store.database import Row
from futureself_box.store.vault import HouseholdStore


class Outcome(msgspec.Struct, frozen=True):
    """The last round, and the last that went well. `waiting` revisions were not in the cloud then."""

    at: datetime
    good_at: datetime | None
    waiting: int
    problem: str | None


class Trouble(msgspec.Struct, frozen=True):
    """A member whose copy does not go on, as the owner sees it."""

    name: str
    problem: str
    good_at: datetime | None


class Left(msgspec.Struct, frozen=True):
    """A member who has left, and whose copy is still in the cloud."""

    member: UUID
    name: str


def note(
    store: HouseholdStore, member: UUID, now: datetime, *, waiting: int, error: BoxError | None
) -> None:
    """Keep how a round went; without an error it went well."""
    with store.write() as tx:
        tx.execute(
            """
            INSERT INTO cloud_outcome (member, at, good_at, waiting, code, problem)
            SELECT :member, :at, iif(:code IS NULL, :at, NULL), :waiting, :code, :problem
            WHERE EXISTS (SELECT 1 FROM member WHERE id = :member)
            ON CONFLICT (member) DO UPDATE SET
                at = excluded.at,
                good_at = ifnull(excluded.good_at, good_at),
                waiting = excluded.waiting,
                code = excluded.code,
                problem = excluded.problem
            """,
            {
                "member": str(member),
                "at": now.isoformat(),
                "waiting": waiting,
                "code": error and error.code,
                "problem": error and f"{error.message} {error.hint}",
            },
        )


def forget(store: HouseholdStore, member: UUID) -> None:
    """The member has no copy any more."""
    with store.write() as tx:
        tx.execute("DELETE FROM cloud_outcome WHERE member = ?", (str(member),))


def find(store: HouseholdStore, member: UUID) -> Outcome | None:
    """How it last went for a member; None before the first round."""
    with store.read() as connection:
        row = connection.execute(
            "SELECT * FROM cloud_outcome WHERE member = ?", (str(member),)
        ).fetchone()
    return None if row is None else _outcome(row)


def left(store: HouseholdStore) -> list[Left]:
    """Members who have left and whose copy only the project's owner can erase."""
    with store.read() as connection:
        rows = connection.execute(
            "SELECT member, name FROM cloud_erasure WHERE problem IS NOT NULL ORDER BY name"
        ).fetchall()
    return [msgspec.convert(dict(row), Left) for row in rows]


def confirm_left(store: HouseholdStore, member: UUID) -> None:
    """The copy of a member who has left is no more."""
    with store.write() as tx:
        tx.execute("DELETE FROM cloud_erasure WHERE member = ?", (str(member),))


def troubles(store: HouseholdStore, *, but: UUID) -> list[Trouble]:
    """Whose copy does not go on, `but` the one who asks."""
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT name, problem, good_at FROM cloud_outcome JOIN member ON member.id = member
            WHERE problem IS NOT NULL AND member <> ? ORDER BY name
            """,
            (str(but),),
        ).fetchall()
    return [msgspec.convert(dict(row), Trouble) for row in rows]


def _outcome(row: Row) -> Outcome:
    return msgspec.convert({field: row[field] for field in Outcome.__struct_fields__}, Outcome)
