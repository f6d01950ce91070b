"""A child's quiet hours: who sets them, when they hold, and that they go with childhood."""

from datetime import UTC, datetime, time
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from futureself_box.errors import NotAllowed
from futureself_box.household import members, quiet_hours
from futureself_box.household.devices import Credential
from futureself_box.household.members import Member, Role
from futureself_box.household.quiet_hours import Protections, QuietHours
from futureself_box.store.vault import Vault

NIGHT = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)
NIGHTLY = QuietHours("21:00", "07:00")


def person(vault: Vault, role: Role) -> Credential:
    member = Member(uuid4(), role, role, NIGHT)
    with vault.household.write() as tx:
        members.insert(tx, member)
    return Credential(device=uuid4(), member=member.id, name=role, role=role)


def test_a_child_rests_in_the_hours_that_the_owner_set(vault: Vault) -> None:
    owner, child = person(vault, "owner"), person(vault, "child")
    quiet_hours.choose(vault.household, owner, child.member, NIGHTLY)
    at_night = quiet_hours.protections(vault.household, child.member, now=NIGHT)
    at_noon = quiet_hours.protections(vault.household, child.member, now=NIGHT.replace(hour=12))
    assert at_night == Protections(child=True, quiet_until="07:00")
    assert at_noon == Protections(child=True)
    quiet_hours.choose(vault.household, owner, child.member, None)
    assert quiet_hours.of(vault.household, child.member) is None


def test_who_grew_up_rests_when_they_like(vault: Vault) -> None:
    owner, child = person(vault, "owner"), person(vault, "child")
    quiet_hours.choose(vault.household, owner, child.member, NIGHTLY)
    members.change(vault.household, child.member, role="adult")
    assert quiet_hours.protections(vault.household, child.member, now=NIGHT) == Protections()


@pytest.mark.parametrize("role", ["adult", "child"])
def test_only_the_owner_sets_them_and_only_a_childs(vault: Vault, role: Role) -> None:
    owner, child, other = person(vault, "owner"), person(vault, "child"), person(vault, role)
    with pytest.raises(NotAllowed):
        quiet_hours.choose(vault.household, other, child.member, None)
    with pytest.raises(NotAllowed):
        quiet_hours.choose(vault.household, owner, owner.member, NIGHTLY)


@given(begins=st.times(), ends=st.times(), now=st.times())
def test_hours_past_midnight_are_the_rest_of_the_others(
    begins: time, ends: time, now: time
) -> None:
    one, other = f"{begins:%H:%M}", f"{ends:%H:%M}"
    moment = datetime.combine(NIGHT.date(), now.replace(tzinfo=None), tzinfo=UTC)
    if one != other:
        assert QuietHours(one, other).holds(moment) != QuietHours(other, one).holds(moment)
    else:
        assert not QuietHours(one, other).holds(moment)
