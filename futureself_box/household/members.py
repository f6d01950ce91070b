"""The people of the household and their roles."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from futureself_box.errors import NotFound
from futureself_box.store.database import Connection
from futureself_box.store.vault import HouseholdStore

Role = Literal["owner", "adult"]
Name = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S", description="A name.")]


class Member(msgspec.Struct, frozen=True):
    """One person. The owner administers the box, not the diaries."""

    id: UUID
    name: str
    role: Role
    created_at: datetime


def every(store: HouseholdStore) -> list[Member]:
    """All members, in the order in which they came."""
    with store.read() as connection:
        rows = connection.execute("SELECT * FROM member ORDER BY created_at, id").fetchall()
    return [msgspec.convert(dict(row), Member) for row in rows]


def get(store: HouseholdStore, member: UUID) -> Member:
    """One member. Raises NotFound."""
    with store.read() as connection:
        row = connection.execute(
            "SELECT * FROM member WHERE id = :id", {"id": str(member)}
        ).fetchone()
    if row is None:
        raise NotFound
    return msgspec.convert(dict(row), Member)


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
        INSERT INTO member (id, name, role, created_at) VALUES (:id, :name, :role, :created_at)
        ON CONFLICT (id) DO NOTHING
        """,
        msgspec.to_builtins(member),
    )
