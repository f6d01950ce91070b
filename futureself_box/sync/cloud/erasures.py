"""The copies of members who have left: erased as soon as the project answers.

The member's own database is gone by then, so their session waits in the household's. Where it is over,
only the project's owner can erase the copy; the box's owner is told so until they say that it is done.
"""

from typing import Any
from uuid import UUID

import msgspec
import structlog

from futureself_box.errors import BoxError, CloudSignInAgain
from futureself_box.store.vault import HouseholdStore
from futureself_box.sync.cloud import outcomes
from futureself_box.sync.cloud.account import Session
from futureself_box.sync.cloud.project import Project

log = structlog.get_logger()


class _Left(msgspec.Struct, frozen=True):
    member: UUID
    refresh_token: str


async def finish(store: HouseholdStore, project: Project) -> None:
    """Erase every copy of this project that waits for it; what fails is tried in the next round."""
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT member, refresh_token FROM cloud_erasure
            WHERE project = ? AND problem IS NULL
            """,
            (project.url,),
        ).fetchall()
    for row in rows:
        left = msgspec.convert(dict(row), _Left)
        try:
            await _erase(store, project, left)
        except CloudSignInAgain as error:
            _note(store, left, "problem", error.message)
        except BoxError as error:
            log.info("cloud_erasure_waits", member=str(left.member), code=error.code)


async def _erase(store: HouseholdStore, project: Project, left: _Left) -> None:
    session = await project.refresh(Session("", left.refresh_token, 0))
    # On the disk before it is used, as ever.
    _note(store, left, "refresh_token", session.refresh_token)
    await project.erase(session.access_token, account=False)
    await project.sign_out(session)
    outcomes.confirm_left(store, left.member)
    log.info("cloud_copy_erased", member=str(left.member))


def _note(store: HouseholdStore, left: _Left, column: str, value: Any) -> None:
    with store.write() as tx:
        tx.execute(
            f"UPDATE cloud_erasure SET {column} = ? WHERE member = ?",  # noqa: S608 (names above)
            (value, str(left.member)),
        )
