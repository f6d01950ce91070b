"""The conversation: what was said, in order, each message once, each with its answer."""

from uuid import UUID, uuid4

import pytest

from futureself_box.records import messages
from futureself_box.records.kinds import Message
from futureself_box.store.vault import MemberStore, Vault

DEVICE = uuid4()


@pytest.fixture
def store(vault: Vault) -> MemberStore:
    member = uuid4()
    vault.ensure_member(member)
    return vault.member(member)


def say(store: MemberStore, text: str, now_ms: int = 1) -> UUID:
    revision, _ = messages.say(store, uuid4(), uuid4(), text, device=DEVICE, now_ms=now_ms)
    return revision.record


def reply(store: MemberStore, message: UUID, text: str) -> UUID:
    body = Message(role="future_self", text=text, answers=message)
    return messages.reply(store, uuid4(), body, now_ms=2).record


def test_a_conversation_is_read_oldest_first(store: MemberStore) -> None:
    asked = say(store, "How are you?")
    reply(store, asked, "Well.")
    found = messages.page(store, before=None, limit=10)
    assert [said.message.text for said in found] == ["How are you?", "Well."]


def test_pages_go_back_without_a_gap_or_a_repetition(store: MemberStore) -> None:
    for number in range(7):
        say(store, str(number))
    newest = messages.page(store, before=None, limit=3)
    older = messages.page(store, before=newest[0].clock, limit=3)
    oldest = messages.page(store, before=older[0].clock, limit=3)
    texts = [said.message.text for said in (*oldest, *older, *newest)]
    assert texts == [str(number) for number in range(7)]


def test_a_page_knows_how_many_come_before_it(store: MemberStore) -> None:
    for number in range(5):
        say(store, str(number))
    last = messages.page(store, before=None, limit=1)[0]
    found, offset = messages.page_with_offset(store, before=last.clock, limit=3)
    assert ([said.message.text for said in found], offset) == (["1", "2", "3"], 1)


def test_a_message_sent_again_comes_back_with_its_answer(store: MemberStore) -> None:
    message, rev_id = uuid4(), uuid4()

    def send() -> messages.Said | None:
        return messages.say(store, message, rev_id, "Hello?", device=DEVICE, now_ms=1)[1]

    assert send() is None
    answer = reply(store, message, "Hello.")
    again = send()
    assert again is not None
    assert (again.id, again.message.text) == (answer, "Hello.")
    assert len(messages.page(store, before=None, limit=10)) == 2


def test_finding_an_answer_uses_an_index(store: MemberStore) -> None:
    with store.read() as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN " + messages.ANSWER, {"message": "x"}
        ).fetchall()
    assert any("revision_answers" in row["detail"] for row in plan)
