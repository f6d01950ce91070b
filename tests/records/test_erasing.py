"""Erasing takes attachments along, but none that another entry shows."""

from uuid import UUID, uuid4

import msgspec
import pytest

from futureself_box.records import attachments
from futureself_box.records.revisions import Change, Op
from futureself_box.store.vault import MemberStore, Vault
from futureself_box.sync import replicas
from futureself_box.sync.replicas import Pushed
from tests.records.test_attachments import send, wav

ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
def store(vault: Vault) -> MemberStore:
    member = uuid4()
    vault.ensure_member(member)
    return vault.member(member)


def push(store: MemberStore, record: UUID, op: Op, shown: str = "") -> None:
    moment = "2026-11-24T21:30:00+01:00"
    links = [{"id": shown, "type": "audio/wav", "size": 9}]
    entry = {"text": "", "day": moment[:10], "written_at": moment, "attachments": links}
    body = msgspec.json.encode(entry).decode() if op == "put" else None
    change = Change(uuid4(), record, "entry", op, body)
    replicas.push(store, [Pushed(change, "phone")], now_ms=1)


def test_a_recording_goes_with_the_last_entry_that_shows_it(store: MemberStore) -> None:
    kept = send(store, wav(), "audio/wav")
    push(store, ONE, "put", kept.id)
    push(store, OTHER, "put", kept.id)
    push(store, ONE, "purge")
    assert attachments.missing(store, [kept.id]) == []
    push(store, OTHER, "purge")
    assert attachments.missing(store, [kept.id]) == [kept.id]


def test_a_recording_of_a_version_that_comes_after_the_erasure_goes_too(
    store: MemberStore,
) -> None:
    kept = send(store, wav(), "audio/wav")
    push(store, ONE, "purge")
    push(store, ONE, "put", kept.id)
    assert attachments.missing(store, [kept.id]) == [kept.id]
