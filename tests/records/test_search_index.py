"""The index of words stays whole through any writing, and keeps nothing of what was erased."""

import random
from uuid import UUID, uuid4

import msgspec
import pytest

from futureself_box.records import writing
from futureself_box.records.clock import Clock
from futureself_box.records.revisions import Change
from futureself_box.records.writing import Author
from futureself_box.store.vault import MemberStore, Vault
from futureself_box.sync import replicas
from futureself_box.sync.replicas import Pushed
from tests.records import soundness

NOW_MS = 1_800_000_000_000
PHONE = Author("phone", NOW_MS)


@pytest.fixture
def store(vault: Vault) -> MemberStore:
    member = uuid4()
    vault.ensure_member(member)
    return vault.member(member)


def entry(text: str) -> str:
    moment = "2026-11-24T21:30:00+01:00"
    return msgspec.json.encode({"text": text, "day": moment[:10], "written_at": moment}).decode()


@pytest.mark.parametrize("seed", range(3))
def test_writing_and_erasing_leave_the_index_whole(store: MemberStore, seed: int) -> None:
    made = random.Random(seed)  # noqa: S311 (chance, no secret)
    for clock in range(1, 40):
        pushed = [change(made, clock) for _ in range(made.randint(1, 12))]
        replicas.push(store, pushed, now_ms=NOW_MS)
    soundness.check(store)


def change(made: random.Random, clock: int) -> Pushed:
    record = UUID(int=made.randint(1, 30))
    words = " ".join(f"word{made.randint(1, 999)}" for _ in range(made.randint(1, 300)))
    if made.random() < 0.9:
        written = Change(uuid4(), record, "entry", "put", entry(words), clock=Clock(clock << 16))
    else:
        written = Change(uuid4(), record, "entry", "purge", None, clock=Clock(clock << 16))
    return Pushed(written, "phone")


def test_erased_words_are_in_no_page_of_the_index(store: MemberStore) -> None:
    for number in range(50):
        writing.create(store, "entry", entry(f"ordinary words {number}"), PHONE)
    secret = writing.create(store, "entry", entry("canary7f3a"), PHONE)
    writing.replace(store, secret.record, "entry", entry("canary7f3a again"), PHONE, parent=None)
    assert pages_with(store, b"anary7f3a") > 0
    writing.purge(store, secret.record, PHONE)
    assert pages_with(store, b"anary7f3a") == 0
    soundness.check(store)


def pages_with(store: MemberStore, letters: bytes) -> int:
    with store.read() as connection:
        row = connection.execute(
            "SELECT count(*) AS n FROM search_data WHERE instr(block, :letters)",
            {"letters": letters},
        ).fetchone()
    return int(row["n"])
