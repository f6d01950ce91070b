"""HTTP: oneself, the people of the household, and the notice for one who lost every phone."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from litestar import Router, delete, get, patch, post

from futureself_box.api.parts import Parts
from futureself_box.errors import NotAllowed
from futureself_box.household import care_region, devices, members, recovery_sheet, rescue
from futureself_box.household.devices import Credential
from futureself_box.household.members import BirthYear, Member, Name, Role
from futureself_box.household.rescue import Rescue


class Me(msgspec.Struct, frozen=True):
    """Who this device speaks for, and what stands for them to know.

    `sheet_proven_at` is for the owner; null where there is no recovery sheet yet. `region` is the
    country whose helplines the household is shown; null where the owner chose none.
    """

    member: UUID
    name: str
    role: Role
    device: UUID
    rescue: Rescue | None
    sheet_proven_at: datetime | None
    region: str | None


class Person(msgspec.Struct, frozen=True):
    """A member as the household sees them.

    `cloud_allowed`, for the owner and oneself: whether their words may go to the cloud.
    """

    id: UUID
    name: str
    role: Role
    birth_year: int | None
    devices: int
    current: bool
    rescue: Rescue | None
    cloud_allowed: bool | None = None


class Change(msgspec.Struct, frozen=True):
    """What to change of a member. Anyone may change their own name, the owner everything."""

    name: Name | None = None
    birth_year: BirthYear | None = None
    role: Literal["adult", "child"] | None = None


@get("/me", sync_to_thread=True)
def show_me(parts: Parts, who: Credential) -> Me:
    """Oneself."""
    store = parts.vault.household
    return Me(
        member=who.member,
        name=who.name,
        role=who.role,
        device=who.device,
        rescue=rescue.of(store, who.member),
        sheet_proven_at=recovery_sheet.proven_at(store) if who.role == "owner" else None,
        region=care_region.get(store),
    )


@get("/members", sync_to_thread=True)
def list_members(parts: Parts, who: Credential) -> list[Person]:
    """Everybody in the household."""
    return [_person(parts, who, member) for member in members.every(parts.vault.household)]


@patch("/members/{member:uuid}", sync_to_thread=True)
def change_member(parts: Parts, who: Credential, member: UUID, data: Change) -> Person:
    """Rename somebody, correct a year of birth, let a child be an adult."""
    own_name_only = who.member == member and data.birth_year is None and data.role is None
    if who.role != "owner" and not own_name_only:
        raise NotAllowed
    changed = members.change(
        parts.vault.household,
        member,
        name=data.name,
        birth_year=data.birth_year,
        role=data.role,
    )
    return _person(parts, who, changed)


@delete("/members/{member:uuid}")
async def remove_member(parts: Parts, who: Credential, member: UUID) -> None:
    """Erase a member with everything of theirs."""
    await parts.remove(who, member)


@post("/members/{member:uuid}/rescue")
async def ask_rescue(parts: Parts, who: Credential, member: UUID) -> Rescue:
    """Begin the notice that a member gets a new phone."""
    return await parts.rescue(who, member)


@delete("/members/{member:uuid}/rescue", sync_to_thread=True)
def end_rescue(parts: Parts, who: Credential, member: UUID) -> None:
    """Stop it or, once it has happened, take note of it."""
    rescue.end(parts.vault.household, who, member)


def _person(parts: Parts, who: Credential, member: Member) -> Person:
    store = parts.vault.household
    may_see = who.role == "owner" or who.member == member.id
    return Person(
        id=member.id,
        name=member.name,
        role=member.role,
        birth_year=member.birth_year if may_see else None,
        devices=len(devices.of_member(store, member.id)) if may_see else 0,
        current=member.id == who.member,
        rescue=rescue.of(store, member.id) if may_see else None,
        cloud_allowed=members.may_be_copied(store, member.id) if may_see else None,
    )


router = Router(
    "/api",
    route_handlers=[
        show_me,
        list_members,
        change_member,
        remove_member,
        ask_rescue,
        end_rescue,
    ],
)
