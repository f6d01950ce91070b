"""Where the cloud copy stands, for the member and for the owner."""

from datetime import datetime

import msgspec

from futureself_box.household import members, recovery_sheet
from futureself_box.household.devices import Credential
from futureself_box.settings import Supabase
from futureself_box.store.vault import Vault
from futureself_box.sync.cloud import account, outcomes, place
from futureself_box.sync.cloud.account import State
from futureself_box.sync.cloud.outcomes import Left, Trouble


class CloudReport(msgspec.Struct, frozen=True):
    """A member's own copy; `others` and `left` are for the owner.

    `project` is null where the box has none, `allowed` false for a child whose owner has not said yes,
    `has_sheet` false where nothing could open the copy. `wishing`: the worker is about to do what the
    member asked for. `waiting` revisions are on the box only. `good_at` is the last round that went
    well, `problem` what stands in the way of the next. `others` are members whose copy does not go on,
    `left` those who are gone and whose copy only the project's owner can erase.
    """

    project: str | None
    allowed: bool
    has_sheet: bool
    state: State
    wishing: bool
    mail: str | None
    waiting: int
    good_at: datetime | None
    problem: str | None
    others: list[Trouble]
    left: list[Left]


def report(vault: Vault, settings: Supabase, who: Credential) -> CloudReport:
    """Where a member's copy stands. Raises StoreDamaged and the like."""
    store, household = vault.member(who.member), vault.household
    linked, outcome = account.read(store), outcomes.find(household, who.member)
    with store.read() as connection:
        waiting = place.waiting(connection)
    return CloudReport(
        project=settings.url if settings.is_set else None,
        allowed=members.may_be_copied(household, who.member),
        has_sheet=recovery_sheet.proven_at(household) is not None,
        state=linked.state,
        wishing=linked.wishing,
        mail=linked.mail,
        waiting=waiting if linked.state in {"linked", "sign_in"} else 0,
        good_at=outcome.good_at if outcome else None,
        problem=linked.problem or (outcome.problem if outcome else None),
        others=outcomes.troubles(household, but=who.member) if who.role == "owner" else [],
        left=outcomes.left(household) if who.role == "owner" else [],
    )
