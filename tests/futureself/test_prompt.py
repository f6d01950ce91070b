"""What the model reads: a beginning that stays, a history that is cut rarely, the new message."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from futureself_box.futureself import prompt
from futureself_box.futureself.line import Line
from futureself_box.records import messages
from futureself_box.records.kinds import Message
from futureself_box.records.messages import Said
from futureself_box.store.vault import MemberStore, Vault


@pytest.fixture
def store(vault: Vault) -> MemberStore:
    member = uuid4()
    vault.ensure_member(member)
    return vault.member(member)


def say(store: MemberStore, text: str) -> Said:
    return messages.say(store, uuid4(), uuid4(), text, device=uuid4(), now_ms=1)[0]


def reply(store: MemberStore, to: Said, text: str) -> None:
    body = Message(role="future_self", text=text, answers=to.id)
    messages.reply(store, uuid4(), body, now_ms=1)


OPENING = (Line("user", "You are Ada."), Line("assistant", "I am Ada."))


def build(store: MemberStore, said: Said, tokens: int = 4096) -> list[tuple[str, str]]:
    before, offset = messages.page_with_offset(store, before=said.clock, limit=256)
    last = said.message.text
    lines = prompt.build(OPENING, before, last, offset=offset, tokens=tokens)
    return [(line.role, line.content) for line in lines]


def test_roles_alternate_and_the_new_message_is_last(store: MemberStore) -> None:
    first = say(store, "one")
    reply(store, first, "two")
    say(store, "never answered")
    last = say(store, "three")
    lines = build(store, last)
    assert [role for role, _ in lines] == ["user", "assistant"] * 2 + ["user"]
    assert lines[2:] == [("user", "one"), ("assistant", "two"), ("user", "never answered\n\nthree")]


def test_what_comes_later_in_the_conversation_is_not_read(store: MemberStore) -> None:
    first = say(store, "first")
    say(store, "second")
    assert build(store, first)[-1] == ("user", "first")


def test_the_prompt_grows_only_at_its_end(store: MemberStore) -> None:
    first = say(store, "one")
    before = build(store, first)
    reply(store, first, "two")
    assert build(store, say(store, "three"))[: len(before)] == before


def test_a_long_conversation_keeps_its_newest_messages(store: MemberStore) -> None:
    for number in range(60):
        reply(store, say(store, f"{number} " + "x" * 200), "y" * 200)
    lines = build(store, say(store, "last"), tokens=1536)
    assert sum(len(text) for _, text in lines) < 1536 * 3
    assert lines[-1] == ("user", "last")
    assert lines[-3][1].startswith("59 ")


@given(st.lists(st.integers(0, 500), max_size=80), st.integers(0, 1000), st.integers(0, 20_000))
def test_the_history_fits_its_room(lengths: list[int], offset: int, room: int) -> None:
    start = prompt.history_start(lengths, offset, room)
    assert sum(lengths[start:]) <= room


@given(st.lists(st.integers(1, 100), min_size=40, max_size=80))
def test_the_cut_stays_where_it_is_for_many_turns(lengths: list[int]) -> None:
    starts = [prompt.history_start(lengths[:n], 0, 1500) for n in range(len(lengths))]
    assert all(start % 16 == 0 or start == n for n, start in enumerate(starts))


def test_a_cancelled_reply_without_words_is_left_out(store: MemberStore) -> None:
    first = say(store, "one")
    reply(store, first, "")
    assert build(store, say(store, "two"))[2:] == [("user", "one\n\ntwo")]
