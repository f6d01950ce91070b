"""What members write for themselves is read once it is kept: the verdict lies beside it, and goes with it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest

from futureself_box.futureself.care.hearing import KIND, Hearing
from futureself_box.futureself.care.watch import Watch
from futureself_box.inference.client import InferenceClient
from futureself_box.records import revisions, writing
from futureself_box.records.kinds import Care
from futureself_box.records.writing import Author
from futureself_box.store.vault import MemberStore, Vault

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NOW_MS = round(NOW.timestamp() * 1000)
PHONE = Author("phone", NOW_MS)
HEAVY = "The day was long and I talked to nobody. I want to kill myself. Then I made tea."
PLAIN = "We planted beans, and the deadline nearly killed me."


@pytest.fixture
def store(vault: Vault) -> MemberStore:
    member = uuid4()
    vault.ensure_member(member)
    return vault.member(member)


@pytest.fixture
async def hearing(store: MemberStore, tmp_path: Path) -> AsyncIterator[Hearing]:
    """With no model at hand."""
    inference = await asyncio.to_thread(InferenceClient, tmp_path / "nobody")

    async def tell(_: MemberStore) -> None:
        return

    yield Hearing(
        lambda: [store],
        Watch(inference, tmp_path),
        is_child=lambda _: False,
        tell=tell,
        now_ms=lambda: NOW_MS,
    )
    await inference.aclose()


def entry(text: str, when: datetime = NOW) -> str:
    return json.dumps({"text": text, "day": f"{when:%F}", "written_at": when.isoformat()})


def write(store: MemberStore, text: str, when: datetime = NOW) -> UUID:
    return writing.create(store, "entry", entry(text, when), PHONE).record


def heard(store: MemberStore) -> list[Care]:
    shown = revisions.shown(store, KIND)
    return [msgspec.json.decode(one.body or "", type=Care) for one in shown]


async def test_a_heavy_entry_gets_a_verdict_beside_it_and_an_ordinary_one_none(
    store: MemberStore, hearing: Hearing
) -> None:
    written = write(store, HEAVY)
    write(store, PLAIN)
    await hearing.look(store)
    (one,) = heard(store)
    assert (one.record, one.tier, one.topic) == (written, 2, "suicide")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("letter", {"text": HEAVY, "written_at": NOW.isoformat()}),
        ("check_in", {"note": HEAVY, "day": "2026-11-25", "written_at": NOW.isoformat()}),
        ("goal", {"title": "Nothing", "why": HEAVY}),
    ],
)
async def test_letters_check_ins_and_goals_are_read_too(
    store: MemberStore, hearing: Hearing, kind: str, body: dict[str, str]
) -> None:
    writing.create(store, kind, json.dumps(body), PHONE)
    await hearing.look(store)
    assert [one.tier for one in heard(store)] == [2]


async def test_what_the_future_self_wrote_is_not_read(store: MemberStore, hearing: Hearing) -> None:
    body = {"text": HEAVY, "written_at": NOW.isoformat(), "by": "future_self"}
    writing.create(store, "letter", json.dumps(body), PHONE)
    await hearing.look(store)
    assert heard(store) == []


async def test_a_verdict_goes_with_the_words_that_it_is_about(
    store: MemberStore, hearing: Hearing
) -> None:
    edited, trashed, erased = (write(store, HEAVY) for _ in range(3))
    await hearing.look(store)
    assert len(heard(store)) == 3
    writing.replace(store, edited, "entry", entry(PLAIN), PHONE, parent=None)
    writing.discard(store, trashed, "entry", PHONE)
    writing.purge(store, erased, PHONE)
    await hearing.look(store)
    assert heard(store) == []
    with store.read() as connection:
        rows = connection.execute("SELECT body FROM revision WHERE kind = ?", (KIND,)).fetchall()
    assert not any(row["body"] for row in rows)


async def test_killed_before_it_was_noted_it_reads_again_and_says_nothing_twice(
    store: MemberStore, hearing: Hearing
) -> None:
    write(store, HEAVY)
    await hearing.look(store)
    with store.write() as tx:
        tx.execute("UPDATE care_place SET sequence = 0")
    await hearing.look(store)
    assert len(heard(store)) == 1


@pytest.mark.parametrize(("phones_tier", "verdicts"), [(1, [1, 2]), (2, [2]), (3, [3])])
async def test_only_what_is_more_than_the_phone_heard_is_added(
    store: MemberStore, hearing: Hearing, phones_tier: int, verdicts: list[int]
) -> None:
    written = writing.create(store, "entry", entry(HEAVY), PHONE)
    own = Care(written.record, written.rev_id, phones_tier, "suicide", NOW)
    writing.create(store, KIND, msgspec.json.encode(own).decode(), PHONE)
    await hearing.look(store)
    assert sorted(one.tier for one in heard(store)) == verdicts


async def test_what_was_written_long_ago_is_let_be(store: MemberStore, hearing: Hearing) -> None:
    write(store, HEAVY, NOW - timedelta(days=400))
    await hearing.look(store)
    assert heard(store) == []


async def test_more_than_it_reads_at_once_is_all_read(store: MemberStore, hearing: Hearing) -> None:
    for number in range(40):
        write(store, f"Day {number} was plain.")
    write(store, HEAVY)
    assert await hearing.look(store)
    assert not await hearing.look(store)
    assert len(heard(store)) == 1


async def test_who_leaves_is_let_go_of(store: MemberStore, hearing: Hearing) -> None:
    write(store, HEAVY)
    await hearing.forget(store.member)
    await hearing.look(store)
    assert heard(store) == []
