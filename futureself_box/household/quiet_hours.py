"""Children's quiet hours, as the owner set them, and whether somebody is a child at this moment.

The future self rests then and says so; help, care and the journal stay open. Both are looked up for
every answer, so that a phone that has been connected since before gains nothing.
"""

from datetime import datetime, time
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from futureself_box.errors import NotAllowed
from futureself_box.household import members
from futureself_box.household.devices import Credential
from futureself_box.store.vault import HouseholdStore

Clock = Annotated[
    str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", description="A time of the day.")
]


class QuietHours(msgspec.Struct, frozen=True):
    """From when to when, by the household's clock; past midnight where `ends` is the earlier one."""

    begins: Clock
    ends: Clock

    def holds(self, now: datetime) -> bool:
        """Whether it is quiet at a moment of the household's zone.

        >>> QuietHours("21:00", "07:00").holds(datetime(2026, 11, 25, 6, 59))
        True
        """
        begins, ends = time.fromisoformat(self.begins), time.fromisoformat(self.ends)
        clock = now.time()
        if begins <= ends:
            return begins <= clock < ends
        return clock >= begins or clock < ends


class Protections(msgspec.Struct, frozen=True):
    """What holds for a member now. `quiet_until` is the end of the quiet time that it is, if it is."""

    child: bool = False
    quiet_until: str = ""


def protections(store: HouseholdStore, member: UUID, *, now: datetime) -> Protections:
    """What holds for a member. `now` is in the household's zone. Raises NotFound."""
    if members.get(store, member).role != "child":
        return Protections()
    hours = of(store, member)
    return Protections(True, hours.ends if hours and hours.holds(now) else "")


def of(store: HouseholdStore, member: UUID) -> QuietHours | None:
    """A member's quiet hours, if there are some."""
    with store.read() as connection:
        row = connection.execute(
            "SELECT begins, ends FROM quiet_hours WHERE member = :member", {"member": str(member)}
        ).fetchone()
    return QuietHours(row["begins"], row["ends"]) if row else None


def choose(store: HouseholdStore, who: Credential, member: UUID, chosen: QuietHours | None) -> None:
    """Set or lift a child's quiet hours; the owner's. Raises NotAllowed or NotFound."""
    if who.role != "owner" or members.get(store, member).role != "child":
        raise NotAllowed
    with store.write() as tx:
        tx.execute("DELETE FROM quiet_hours WHERE member = :member", {"member": str(member)})
        if chosen is not None:
            tx.execute(
                "INSERT INTO quiet_hours (member, begins, ends) VALUES (:member, :begins, :ends)",
                {"member": str(member)} | msgspec.structs.asdict(chosen),
            )
