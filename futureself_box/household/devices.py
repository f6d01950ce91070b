"""The phones, browsers and terminals of the members, and the tokens by which the box knows them.

A token is 256 random bits. The box keeps its hash, to find the device, and with it a wrap of the
member's key; revoking a device deletes both.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from futureself_box.errors import NotFound, TokenUnknown
from futureself_box.household.members import Member, Role
from futureself_box.store.database import Connection
from futureself_box.store.vault import HouseholdStore, Vault

_TOKEN_BYTES = 32

DeviceName = Annotated[
    str, Meta(min_length=1, max_length=60, pattern=r"\S", description="What the device is called.")
]


class Token(msgspec.Struct, frozen=True):
    """A device's secret. Only its text leaves the box, once, to the device."""

    secret: bytes

    @property
    def text(self) -> str:
        """As the device keeps and sends it."""
        return base64.urlsafe_b64encode(self.secret).decode().rstrip("=")

    @property
    def hash(self) -> bytes:
        """As the box finds the device by it. High entropy, so a plain hash will do."""
        return hashlib.sha256(self.secret).digest()

    def __repr__(self) -> str:
        return "Token(…)"


class Credential(msgspec.Struct, frozen=True):
    """Who speaks: a member, through a device."""

    member: UUID
    name: str
    role: Role
    device: UUID


class Joined(msgspec.Struct, frozen=True):
    """A new device's token, and whom it speaks for."""

    token: str
    member: UUID
    name: str
    role: Role
    device: UUID

    def __repr__(self) -> str:
        return f"Joined({self.device}, …)"


class Device(msgspec.Struct, frozen=True):
    """A device that is let in."""

    id: UUID
    name: str
    member: UUID
    member_name: str
    created_at: datetime
    last_seen: datetime | None


def new_token() -> Token:
    """A fresh token."""
    return Token(secrets.token_bytes(_TOKEN_BYTES))


def read_token(text: str) -> Token:
    """The token of a text from outside. Raises TokenUnknown where it can't be one."""
    try:
        secret = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenUnknown from error
    if len(secret) != _TOKEN_BYTES:
        raise TokenUnknown
    return Token(secret)


def insert(
    tx: Connection, device: UUID, member: Member, name: str, token: Token, now: datetime
) -> None:
    """Add a device inside the caller's transaction."""
    tx.execute(
        """
        INSERT INTO device (id, member, name, token_hash, created_at)
        VALUES (:id, :member, :name, :token_hash, :created_at)
        """,
        {
            "id": str(device),
            "member": str(member.id),
            "name": name,
            "token_hash": token.hash,
            "created_at": now.isoformat(),
        },
    )


def authenticate(store: HouseholdStore, token: Token, now: datetime) -> Credential:
    """Who a token belongs to; notes that the device was seen. Raises TokenUnknown."""
    with store.read() as connection:
        row = connection.execute(
            """
            SELECT device.id AS device, device.token_hash, device.last_seen,
                member.id AS member, member.name,
                CASE WHEN member.child THEN 'child' ELSE member.role END AS role
            FROM device JOIN member ON member.id = device.member
            WHERE token_hash = :token_hash AND member.removed_at IS NULL
            """,
            {"token_hash": token.hash},
        ).fetchone()
    if row is None or not hmac.compare_digest(row["token_hash"], token.hash):
        raise TokenUnknown
    _note_seen(store, row["device"], row["last_seen"], now)
    return msgspec.convert(dict(row), Credential)


def visible_to(store: HouseholdStore, who: Credential) -> list[Device]:
    """A member's own devices; for the owner, those of the whole household."""
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT device.id, device.name, device.member, member.name AS member_name,
                device.created_at, device.last_seen
            FROM device JOIN member ON member.id = device.member
            WHERE revoked_at IS NULL AND (:everyone OR device.member = :member)
            ORDER BY device.member <> :member, member.name, device.created_at
            """,
            {"member": str(who.member), "everyone": who.role == "owner"},
        ).fetchall()
    return [msgspec.convert(dict(row), Device) for row in rows]


def revoke(vault: Vault, who: Credential, device: UUID, now: datetime) -> None:
    """Shut a device out, for ever. Raises NotFound for one that `who` can't see."""
    found = next((d for d in visible_to(vault.household, who) if d.id == device), None)
    if found is None:
        raise NotFound
    with vault.household.write() as tx:
        tx.execute(
            "UPDATE device SET token_hash = NULL, revoked_at = :now WHERE id = :id",
            {"id": str(device), "now": now.isoformat()},
        )
    vault.remove_devices(found.member, {device})


def of_member(store: HouseholdStore, member: UUID) -> set[UUID]:
    """The devices of one member that are let in."""
    with store.read() as connection:
        rows = connection.execute(
            "SELECT id FROM device WHERE member = :member AND revoked_at IS NULL",
            {"member": str(member)},
        ).fetchall()
    return {UUID(row["id"]) for row in rows}


def finish_revoking(vault: Vault) -> None:
    """Remove the wraps that a process killed in the middle of `revoke` has left."""
    with vault.household.read() as connection:
        rows = connection.execute(
            "SELECT id, member FROM device WHERE revoked_at IS NOT NULL"
        ).fetchall()
    by_member: dict[UUID, set[UUID]] = {}
    for row in rows:
        by_member.setdefault(UUID(row["member"]), set()).add(UUID(row["id"]))
    for member, gone in by_member.items():
        vault.remove_devices(member, gone)


def _note_seen(store: HouseholdStore, device: str, last_seen: str | None, now: datetime) -> None:
    # Once a minute is enough for a person, and a commit for each request would not be.
    if last_seen and abs((now - datetime.fromisoformat(last_seen)).total_seconds()) < 60:
        return
    with store.write() as tx:
        tx.execute(
            "UPDATE device SET last_seen = :now WHERE id = :id",
            {"id": device, "now": now.isoformat()},
        )
