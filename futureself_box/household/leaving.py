"""A member leaves: everything of theirs is erased, whatever kills the box in between."""

from datetime import datetime
from uuid import UUID

import structlog

from futureself_box.errors import NotAllowed
from futureself_box.household import devices, members
from futureself_box.household.devices import Credential
from futureself_box.store import jobs
from futureself_box.store.vault import Vault

ERASE = "erase"

log = structlog.get_logger()


def shut_out(vault: Vault, who: Credential, member: UUID, now: datetime) -> set[UUID]:
    """Begin: no device of the member is let in any more. Returns them, to cut them off.

    Raises NotAllowed or NotFound.
    """
    found = members.get(vault.household, member)
    if who.role != "owner" or found.role == "owner":
        raise NotAllowed
    gone = devices.of_member(vault.household, member)
    with vault.household.write() as tx:
        tx.execute(
            "UPDATE member SET removed_at = :now WHERE id = :id",
            {"id": str(member), "now": now.isoformat()},
        )
    return gone


def erase(vault: Vault, member: UUID) -> None:
    """Finish: delete the member's keys, database and rows. Nothing of theirs may be in use.

    The worker takes them out of the backups.
    """
    vault.remove_member(member)
    with vault.household.write() as tx:
        jobs.enqueue(tx, ERASE, f"{ERASE}:{member}", not_before_ms=0)
        tx.execute("DELETE FROM member WHERE id = :id", {"id": str(member)})
    log.info("member_removed", member=str(member))


def finish_removing(vault: Vault) -> None:
    """Erase the members whom a process killed in between has left."""
    with vault.household.read() as connection:
        rows = connection.execute("SELECT id FROM member WHERE removed_at IS NOT NULL").fetchall()
    for row in rows:
        erase(vault, UUID(row["id"]))
