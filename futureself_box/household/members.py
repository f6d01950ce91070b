"""The people of the household and their roles."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from futureself_box.errors import NotFound
from futureself_box.store.database import Connection, Row
from futureself_box.store.vault import HouseholdStore

Role = Literal["owner", "adult", "child"]
Name = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S", description="A name.")]
BirthYear = Annotated[int, Meta(ge=1900, le=2200, description="The year of birth.")]

_ROW = "id, name, role, child, birth_year, created_at"


class Member(msgspec.Struct, frozen=True):
    """One person. The owner administers the box, not the diaries."""

    id: UUID
    name: str
    role: Role
    created_at: datetime
    birth_year: int | None = None


def every(store: HouseholdStore) -> list[Member]:
    """All members, in the order in which they came."""
    with store.read() as connection:
        rows = connection.execute(
            f"SELECT {_ROW} FROM member WHERE removed_at IS NULL ORDER BY created_at, id"  # noqa: S608
        ).fetchall()
    return [_member(row) for row in rows]


def get(store: HouseholdStore, member: UUID) -> Member:
    """One member. Raises NotFound."""
    found = next((one for one in every(store) if one.id == member), None)
    if found is None:
        raise NotFound
    return found


def owner(store: HouseholdStore) -> Member | None:
    """The owner, if there is one."""
    return next((member for member in every(store) if member.role == "owner"), None)


def is_set_up(store: HouseholdStore) -> bool:
    """Whether the household has an owner with a device that has come in at least once."""
    with store.read() as connection:
        row = connection.execute(
            """
            SELECT 1 FROM member JOIN device ON device.member = member.id
            WHERE member.role = 'owner' AND device.last_seen IS NOT NULL
            """
        ).fetchone()
    return row is not None


def insert(tx: Connection, member: Member) -> None:
    """Add a member inside the caller's transaction; one who is there already stays."""
    tx.execute(
        """
        INSERT INTO member (id, name, role, child, birth_year, created_at)
        VALUES (:id, :name, :role, :child, :birth_year, :created_at)
        ON CONFLICT (id) DO NOTHING
        """,
        msgspec.to_builtins(member) | _role_columns(member.role),
    )


def change(
    store: HouseholdStore,
    member: UUID,
    *,
    name: str | None = None,
    birth_year: int | None = None,
    role: Literal["adult", "child"] | None = None,
) -> Member:
    """Rename a member, correct a year of birth, or let a child be an adult. Raises NotFound."""
    old = get(store, member)
    new = Member(
        id=old.id,
        name=name.strip() if name else old.name,
        role=role or old.role,
        created_at=old.created_at,
        birth_year=birth_year or old.birth_year,
    )
    with store.write() as tx:
        tx.execute(
            """
            UPDATE member SET name = :name, role = :role, child = :child, birth_year = :birth_year
            WHERE id = :id
            """,
            msgspec.to_builtins(new) | _role_columns(new.role),
        )
    return new


def may_be_copied(store: HouseholdStore, member: UUID) -> bool:
    """Whether a member's words may go to the cloud: a child's only where the owner allows it."""
    with store.read() as connection:
        row = connection.execute(
            "SELECT cloud_allowed OR NOT child AS allowed FROM member WHERE id = ?", (str(member),)
        ).fetchone()
    return row is not None and bool(row["allowed"])


def allow_copy(store: HouseholdStore, member: UUID, *, allowed: bool) -> None:
    """Let a child's words go to the cloud, or no longer."""
    with store.write() as tx:
        tx.execute(
            "UPDATE member SET cloud_allowed = :allowed WHERE id = :id",
            {"id": str(member), "allowed": int(allowed)},
        )


def _member(row: Row) -> Member:
    values = dict(row)
    if values.pop("child"):
        values["role"] = "child"
    return msgspec.convert(values, Member)


def _role_columns(role: Role) -> dict[str, object]:
    # The release before knows two roles only; what makes a child is a column of its own.
    return {"role": "adult" if role == "child" else role, "child": role == "child"}
