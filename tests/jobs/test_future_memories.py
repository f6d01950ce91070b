"""An imagined life as a job: with no model it is tried again and comes at last, and one draft is kept."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from futureself_box.errors import ModelStarting
from futureself_box.futureself.future_memory import orders
from futureself_box.household import members
from futureself_box.household.members import Member
from futureself_box.jobs.future_memories import FutureMemories
from futureself_box.jobs.run import drain
from futureself_box.records import kinds, revisions, writing
from futureself_box.records.kinds import Answer, FutureMemory
from futureself_box.records.writing import Author
from futureself_box.settings import Settings
from futureself_box.store import jobs
from futureself_box.store.jobs import Job
from futureself_box.store.vault import MemberStore, Vault

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LATER_MS = 10**13


@pytest.fixture
def ada(vault: Vault) -> MemberStore:
    member = uuid4()
    with vault.household.write() as tx:
        members.insert(tx, Member(member, "Ada", "adult", NOW, 1991))
    vault.ensure_member(member)
    return vault.member(member)


@pytest.fixture
def news() -> list[UUID]:
    return []


@pytest.fixture
def work(vault: Vault, tmp_path: Path, news: list[UUID]) -> FutureMemories:
    """The work of a worker that finds no model."""
    settings = Settings(data_folder=str(tmp_path / "data"))
    return FutureMemories(settings, vault.unlock, lambda: NOW, news.append)


def lives(store: MemberStore) -> list[FutureMemory]:
    found = [kinds.decode("future_memory", r.body or "") for r in shown(store)]
    return [life for life in found if isinstance(life, FutureMemory)]


def shown(store: MemberStore) -> list[revisions.Revision]:
    return revisions.shown(store, "future_memory")


def fulfil(work: FutureMemories, vault: Vault, ada: MemberStore, variation: int = 0) -> None:
    key = f"future_memory:{ada.member}:{variation}:1"
    work.fulfil(vault.household, Job(1, orders.KIND, key, attempts=3))


def test_an_order_is_taken_once_and_tried_until_it_is_fulfilled(
    vault: Vault, ada: MemberStore, work: FutureMemories, news: list[UUID]
) -> None:
    assert orders.standing(vault.household, ada.member).state == "none"
    for _ in range(2):
        assert orders.place(vault.household, ada.member, 0, now_ms=1).state == "waiting"
    for attempt in (1, 2):
        at = LATER_MS * attempt
        drain(vault.household, work.work, lambda at=at: at)  # type: ignore[misc]
        order = orders.standing(vault.household, ada.member)
        assert (order.state, order.problem) == ("waiting", ModelStarting.code)
        assert lives(ada) == news == []
    drain(vault.household, work.work, lambda: LATER_MS * 3)
    order = orders.standing(vault.household, ada.member)
    assert (order.state, order.lines) == ("done", order.of)
    (life,) = lives(ada)
    assert (life.year, life.age) == (2056, 65)
    assert news == [ada.member]


def test_the_same_answers_give_the_same_life_and_another_variation_another(
    vault: Vault, ada: MemberStore, work: FutureMemories
) -> None:
    found = []
    for variation in (0, 0, 1):
        fulfil(work, vault, ada, variation)
        found += lives(ada)
    assert found[0] == found[1]
    assert found[0].highlights != found[2].highlights


def test_a_new_life_takes_the_place_of_a_draft_and_of_no_approved_one(
    vault: Vault, ada: MemberStore, work: FutureMemories
) -> None:
    fulfil(work, vault, ada)
    (draft,) = lives(ada)
    approved = msgspec.structs.replace(draft, approved_at=NOW)
    (revision,) = shown(ada)
    body = msgspec.json.encode(approved).decode()
    author = Author("phone", 1)
    writing.replace(ada, revision.record, "future_memory", body, author, parent=None)
    for variation in (1, 2):
        fulfil(work, vault, ada, variation)
    assert {(life.variation, life.approved_at) for life in lives(ada)} == {(0, NOW), (2, None)}


def test_an_order_of_somebody_who_left_is_nobodys(vault: Vault, work: FutureMemories) -> None:
    orders.place(vault.household, uuid4(), 0, now_ms=1)
    drain(vault.household, work.work, lambda: LATER_MS)
    assert jobs.take(vault.household, [orders.KIND], LATER_MS) is None


def test_a_life_follows_what_was_answered_last(
    vault: Vault, ada: MemberStore, work: FutureMemories
) -> None:
    fulfil(work, vault, ada)
    (before,) = lives(ada)
    answer = Answer("future_age", 1, number=40)
    writing.create(ada, "answer", msgspec.json.encode(answer).decode(), Author("phone", 1))
    fulfil(work, vault, ada)
    (after,) = lives(ada)
    assert (after.year, after.age) == (2031, 40)
    assert after.answers != before.answers
