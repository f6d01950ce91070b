"""A new phone for somebody who lost all of theirs is never behind their back."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from futureself_box.errors import NotAllowed, NotFound
from futureself_box.household import members, rescue
from futureself_box.household.devices import Credential
from futureself_box.household.members import Member, Role
from futureself_box.store.vault import Vault

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def person(vault: Vault, name: str, role: Role) -> Credential:
    member = Member(id=uuid4(), name=name, role=role, created_at=NOW, birth_year=2018)
    with vault.household.write() as tx:
        members.insert(tx, member)
    return Credential(member=member.id, name=name, role=role, device=uuid4())


@pytest.fixture
def ada(vault: Vault) -> Credential:
    return person(vault, "Ada", "owner")


@pytest.fixture
def bea(vault: Vault) -> Credential:
    return person(vault, "Bea", "adult")


def test_the_notice_for_an_adult_stands_48_hours(
    vault: Vault, ada: Credential, bea: Credential
) -> None:
    asked = rescue.ask(vault.household, ada, bea.member, NOW)
    assert asked.ready_at == NOW + timedelta(hours=48)
    assert rescue.of(vault.household, bea.member) == asked


def test_a_child_gets_a_phone_at_once_and_a_notice_just_the_same(
    vault: Vault, ada: Credential
) -> None:
    child = person(vault, "Cem", "child")
    rescue.ask(vault.household, ada, child.member, NOW)
    rescue.check_ready(vault.household, ada, child.member, NOW)
    rescue.note_used(vault.household, child.member, NOW)
    notice = rescue.of(vault.household, child.member)
    assert notice is not None
    assert notice.used_at == NOW


def test_asking_twice_does_not_begin_again(vault: Vault, ada: Credential, bea: Credential) -> None:
    first = rescue.ask(vault.household, ada, bea.member, NOW)
    assert rescue.ask(vault.household, ada, bea.member, NOW + timedelta(hours=40)) == first


def test_the_member_stops_it(vault: Vault, ada: Credential, bea: Credential) -> None:
    rescue.ask(vault.household, ada, bea.member, NOW)
    rescue.end(vault.household, bea, bea.member)
    assert rescue.of(vault.household, bea.member) is None
    with pytest.raises(NotFound):
        rescue.end(vault.household, bea, bea.member)


def test_once_used_only_the_member_puts_the_notice_away(
    vault: Vault, ada: Credential, bea: Credential
) -> None:
    rescue.ask(vault.household, ada, bea.member, NOW)
    rescue.note_used(vault.household, bea.member, NOW)
    with pytest.raises(NotAllowed):
        rescue.end(vault.household, ada, bea.member)
    rescue.end(vault.household, bea, bea.member)


def test_only_the_owner_asks_and_not_for_oneself(
    vault: Vault, ada: Credential, bea: Credential
) -> None:
    child = person(vault, "Cem", "child")
    for who, member in ((bea, child.member), (child, bea.member), (ada, ada.member)):
        with pytest.raises(NotAllowed):
            rescue.ask(vault.household, who, member, NOW)
    with pytest.raises(NotAllowed):
        rescue.check_ready(vault.household, bea, child.member, NOW)
