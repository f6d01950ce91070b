"""A member leaves: everything of theirs is erased, whatever kills the box in between."""

from datetime import datetime
from uuid import UUID

import structlog

from futureself_box.errors import BoxError, NotAllowed
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

    The worker takes them out of the backups and of the cloud.
    """
    _remember_copy(vault, member)
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


def _remember_copy(vault: Vault, member: UUID) -> None:
    """Keep the session by which the worker erases the copy in the cloud, where there is one."""
    with vault.household.read() as connection:
        known = connection.execute(
            "SELECT name FROM member WHERE id = ?", (str(member),)
        ).fetchone()
    try:
        with vault.member(member).read() as connection:
            found = connection.execute(
                "SELECT project, refresh_token FROM cloud_account WHERE state = 'linked'"
            ).fetchone()
    except BoxError as error:
        # Killed after its keys went, or damaged: then nothing knows the session.
        log.warning("cloud_session_unknown", member=str(member), code=error.code)
        return
    if known is not None and found is not None:
        with vault.household.write() as tx:
            tx.execute(
                """
                INSERT OR REPLACE INTO cloud_erasure (member, name, project, refresh_token)
                VALUES (:member, :name, :project, :refresh_token)
                """,
                {"member": str(member), "name": known["name"]} | dict(found),
            )
