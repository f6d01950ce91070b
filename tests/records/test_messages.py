"""The conversation: what was said, in order, each message once, each with its answer."""

from uuid import UUID, uuid4

import pytest

from futureself_box.errors import MessageNotLast, TurnInterrupted
from futureself_box.records import finding, messages, revisions
from futureself_box.records.finding import Filter
from futureself_box.records.kinds import Message
from futureself_box.store.vault import MemberStore, Vault

DEVICE = uuid4()


@pytest.fixture
def store(vault: Vault) -> MemberStore:
    member = uuid4()
    vault.ensure_member(member)
    return vault.member(member)


def say(store: MemberStore, text: str, now_ms: int = 1) -> UUID:
    said, _ = messages.say(store, uuid4(), uuid4(), text, device=DEVICE, now_ms=now_ms)
    return said.id


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


def edit(store: MemberStore, message: UUID, text: str) -> messages.Said:
    return messages.say(store, message, uuid4(), text, device=DEVICE, now_ms=3)[0]


def shown(store: MemberStore, thread: UUID | None = None) -> list[str]:
    found = messages.page(store, before=None, limit=100, thread=thread)
    return [said.message.text for said in found]


def test_an_edit_puts_what_came_after_it_in_the_trash(store: MemberStore) -> None:
    reply(store, say(store, "One?"), "One.")
    second = say(store, "Two?")
    reply(store, second, "Two.")
    reply(store, say(store, "Three?"), "Three.")
    edited = edit(store, second, "Two, or three?")
    assert shown(store) == ["One?", "One.", "Two, or three?"]
    trash = finding.page(store, Filter(kind="message", in_trash=True), after=None, limit=10)
    assert len(trash.found) == 3
    versions = [version.rev_id for version in revisions.history(store, second)]
    assert versions[-1] == edited.revision
    assert len(versions) == 2


def test_a_message_sent_again_after_its_edit_changes_nothing(store: MemberStore) -> None:
    message, rev_id = uuid4(), uuid4()
    messages.say(store, message, rev_id, "Frist?", device=DEVICE, now_ms=1)
    edited = edit(store, message, "First?")
    again, _ = messages.say(store, message, rev_id, "Frist?", device=DEVICE, now_ms=4)
    assert again == edited
    assert shown(store) == ["First?"]


def test_an_answer_to_words_that_were_edited_meanwhile_is_not_kept(store: MemberStore) -> None:
    said, _ = messages.say(store, uuid4(), uuid4(), "Frist?", device=DEVICE, now_ms=1)
    edit(store, said.id, "First?")
    late = Message(role="future_self", text="To the frist.", answers=said.id)
    with pytest.raises(TurnInterrupted):
        messages.reply(store, uuid4(), late, now_ms=4, revision=said.revision)
    assert shown(store) == ["First?"]


def test_an_answer_written_anew_is_a_version_of_the_same_record(store: MemberStore) -> None:
    asked = say(store, "How are you?")
    first = reply(store, asked, "Well.")
    turn = uuid4()
    body = Message(role="future_self", text="Very well.", answers=asked)
    messages.reply(store, turn, body, now_ms=3, record=first)
    assert shown(store) == ["How are you?", "Very well."]
    written = messages.written(store, turn)
    assert written is not None
    assert (written.id, written.message.text) == (first, "Very well.")
    assert len(revisions.history(store, first)) == 2


def test_only_the_last_exchange_can_be_written_anew(store: MemberStore) -> None:
    asked = say(store, "One?")
    answer = reply(store, asked, "One.")
    found, question = messages.last_exchange(store, answer)
    assert (found.id, question.id) == (answer, asked)
    say(store, "Two?", now_ms=5)
    for other in (answer, asked, uuid4()):
        with pytest.raises(MessageNotLast):
            messages.last_exchange(store, other)


def test_conversations_are_apart(store: MemberStore) -> None:
    thread = uuid4()
    reply(store, say(store, "Here."), "Here too.")
    messages.say(store, uuid4(), uuid4(), "There.", device=DEVICE, now_ms=4, thread=thread)
    assert shown(store) == ["Here.", "Here too."]
    assert shown(store, thread) == ["There."]
    first = messages.page(store, before=None, limit=10)[0]
    edit(store, first.id, "Here!")
    assert shown(store, thread) == ["There."]


def test_reading_a_conversation_uses_an_index(store: MemberStore) -> None:
    with store.read() as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN " + messages.PAGE, {"thread": "", "before": 1, "limit": 1}
        ).fetchall()
    details = " ".join(row["detail"] for row in plan)
    assert "revision_thread (<expr>=? AND clock<?)" in details


def test_finding_an_answer_uses_an_index(store: MemberStore) -> None:
    with store.read() as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN " + messages.ANSWER, {"message": "x"}
        ).fetchall()
    assert any("revision_answers" in row["detail"] for row in plan)
