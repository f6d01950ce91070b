"""The day after the most urgent answers the box asks once, gently, when the member comes by themselves."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from futureself_box.futureself.care import check_in, hearing
from futureself_box.futureself.turn import CARE
from futureself_box.records import messages, writing
from futureself_box.records.kinds import Care, Message
from futureself_box.records.writing import Author
from futureself_box.store.vault import MemberStore, Vault

EVENING = datetime(2026, 11, 25, 21, tzinfo=UTC)
MORNING = datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.fixture
def store(vault: Vault) -> MemberStore:
    member = uuid4()
    vault.ensure_member(member)
    return vault.member(member)


def answer(store: MemberStore, why: str, at: datetime, *, thread: UUID | None = None) -> None:
    reply = Message(role="future_self", text="…", mode=CARE, why=why, thread=thread)
    messages.reply(store, uuid4(), reply, now_ms=round(at.timestamp() * 1000))


def test_it_asks_once_on_the_next_day(store: MemberStore) -> None:
    answer(store, "suicide 3", EVENING, thread=uuid4())
    assert not check_in.is_due(store, now=EVENING + timedelta(minutes=1))
    assert check_in.is_due(store, now=MORNING)
    assert not check_in.is_due(store, now=MORNING + timedelta(hours=1))
    assert not check_in.is_due(store, now=MORNING + timedelta(days=1))


def test_it_asks_nothing_in_the_same_night(store: MemberStore) -> None:
    answer(store, "abuse 3", EVENING.replace(hour=23, minute=50))
    assert not check_in.is_due(store, now=MORNING.replace(hour=0, minute=10))
    assert check_in.is_due(store, now=MORNING)


def test_it_asks_after_an_urgent_entry_too(store: MemberStore) -> None:
    heard = Care(record=uuid4(), revision=uuid4(), tier=3, topic="suicide", at=EVENING)
    writing.create(store, hearing.KIND, msgspec.json.encode(heard).decode(), Author("box", 1))
    assert not check_in.is_due(store, now=EVENING + timedelta(minutes=1))
    assert check_in.is_due(store, now=MORNING)


@pytest.mark.parametrize("why", ["suicide 2", "quiet"])
def test_it_asks_after_the_top_tier_alone(store: MemberStore, why: str) -> None:
    answer(store, why, EVENING)
    assert not check_in.is_due(store, now=MORNING)


def test_a_hard_day_that_goes_on_is_asked_about_on_the_day_after_it(store: MemberStore) -> None:
    answer(store, "suicide 3", EVENING)
    answer(store, "suicide 3", MORNING)
    assert not check_in.is_due(store, now=MORNING + timedelta(hours=9))
    assert check_in.is_due(store, now=MORNING + timedelta(days=1))
