"""What the future self remembers of what a member wrote, and what it must not."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from futureself_box.bench.running_box import eventually
from futureself_box.futureself.keeper import Keeper
from futureself_box.futureself.recall import index
from futureself_box.futureself.recall.vectors import Cache
from futureself_box.records import messages, writing
from futureself_box.records.kinds import Goal, Letter, Message
from futureself_box.records.revisions import Change
from futureself_box.store.vault import MemberStore, Vault
from futureself_box.sync import replicas
from futureself_box.sync.replicas import Pushed
from tests.futureself.recall.conftest import NOW, PHONE, Memory

NOW_MS = PHONE.now_ms
pytestmark = pytest.mark.timeout(90)


async def test_an_entry_is_found_by_words_at_once_and_by_meaning_soon_after(
    journal: Memory,
) -> None:
    await journal.settle()
    entry = journal.write(
        "2026-09-06", "Adopted a greyhound from the shelter. She is called Pixel."
    )
    assert (await journal.records("Who is Pixel?"))[0] == entry
    await journal.settle()
    assert (await journal.records("When did we get our dog?"))[0] == entry
    assert (await journal.records("Wann haben wir unseren Hund bekommen?"))[0] == entry


async def test_what_is_erased_or_corrected_is_gone_at_once(journal: Memory) -> None:
    entry = journal.write("2026-09-06", "Adopted a greyhound called Pixel.")
    await journal.settle()
    assert entry in await journal.records("Who is Pixel?")
    journal.write("2026-09-06", "Adopted a greyhound called Tosca.", record=entry)
    assert "Pixel" not in str(await journal.ask("What is our greyhound called?"))
    assert (await journal.records("Who is Tosca?"))[0] == entry
    writing.purge(journal.store, entry, PHONE)
    assert entry not in await journal.records("Who is Tosca, the greyhound?")
    await journal.settle()
    assert entry not in await journal.records("Who is Tosca, the greyhound?")


async def test_a_sealed_letter_is_remembered_from_its_day_on_or_once_it_was_opened(
    journal: Memory,
) -> None:
    text = "Adopted a greyhound called Pixel. We moved to Ghent."
    fields: dict[str, Any] = {"text": text, "written_at": NOW, "opens_on": date(2027, 3, 1)}
    letters = [write_letter(journal, **fields) for _ in range(2)]
    await journal.settle()
    for question in ("Who is Pixel?", "Where will I live in 2030?", "What did I write in 2027?"):
        assert not {*letters} & {*await journal.records(question)}
    with journal.store.read() as connection:
        assert connection.execute("SELECT 1 FROM fact WHERE object = 'Ghent'").fetchone() is None
    write_letter(journal, letters[0], **fields, opened_at=NOW)
    await journal.settle()
    assert (await journal.records("Who is Pixel?"))[0] == letters[0]
    on_the_day = NOW.replace(year=2027, month=3, day=1)
    writing.purge(journal.store, letters[0], PHONE)
    await journal.ask("Who is Pixel?", on_the_day)
    await journal.settle()
    found = await journal.ask("Who is Pixel?", on_the_day)
    assert [(one.record, one.day) for one in found.passages][:1] == [(letters[1], NOW.date())]


def write_letter(journal: Memory, record: UUID | None = None, **fields: object) -> UUID:
    body = msgspec.json.encode(msgspec.convert(fields, Letter)).decode()
    if record is None:
        return writing.create(journal.store, "letter", body, PHONE).record
    return writing.replace(journal.store, record, "letter", body, PHONE, parent=None).record


async def test_erased_words_are_in_no_page_of_memory(journal: Memory) -> None:
    entry = journal.write("2026-09-06", "Adopted a canary7f3a.")
    journal.write("2026-09-06", "Adopted a canary7f3a again.", record=entry)
    assert entry in await journal.records("Who is canary7f3a?")
    assert pages_with(journal.store, b"anary7f3a") > 0
    writing.purge(journal.store, entry, PHONE)
    assert pages_with(journal.store, b"anary7f3a") == 0
    assert (await journal.records("Who shovelled the snow?"))[:1] != [entry]


def pages_with(store: MemberStore, letters: bytes) -> int:
    with store.read() as connection:
        row = connection.execute(
            "SELECT count(*) AS n FROM memory_words_data WHERE instr(block, :letters)",
            {"letters": letters},
        ).fetchone()
    return int(row["n"])


async def test_vectors_of_several_members_stay_within_a_limit_and_go_when_a_store_closes(
    vault: Vault, journal: Memory
) -> None:
    await journal.settle()
    member = uuid4()
    await asyncio.to_thread(vault.ensure_member, member)
    other = Memory(vault.member(member), journal.reader)
    other.write("2026-09-06", "Adopted a greyhound called Pixel.")
    await other.settle()
    room = of(Cache(), journal.store) + of(Cache(), other.store)
    wide, narrow = Cache(room), Cache(room - 1)
    for cache in (wide, narrow):
        of(cache, journal.store)
        of(cache, other.store)
    assert (wide.size_bytes, narrow.size_bytes) == (room, of(Cache(), other.store))
    await asyncio.to_thread(other.store.close)
    assert (wide.size_bytes, narrow.size_bytes) == (of(Cache(), journal.store), 0)


def of(cache: Cache, store: MemberStore) -> int:
    """Bytes of a store's vectors, as the cache has them now."""
    with store.read() as connection:
        vectors = cache.of(store, connection)
    return 0 if vectors is None else vectors.size_bytes


async def test_it_says_when_it_does_not_remember(journal: Memory) -> None:
    await journal.settle()
    for question in ("Who is Bartholomew?", "What did the appendix operation cost?"):
        recalled = await journal.ask(question)
        assert (recalled.passages, recalled.remembers) == ((), False)


async def test_an_empty_journal_remembers_nothing(memory: Memory) -> None:
    assert not (await memory.ask("Where do I live now?")).remembers
    assert not (await memory.ask("")).remembers


async def test_times_in_a_question_choose_the_entry(journal: Memory) -> None:
    early = journal.write("2024-12-24", "Christmas with my parents, the goose was burnt.")
    late = journal.write("2025-12-24", "Christmas with my parents, this time a nut roast.")
    await journal.settle()
    assert (await journal.records("What was Christmas like in 2024?"))[0] == early
    assert (await journal.records("What was last Christmas like?"))[0] == late
    assert (await journal.records("Wie war Weihnachten vor zwei Jahren?"))[0] == early


async def test_the_latest_answers_and_what_was_before_is_history(journal: Memory) -> None:
    old = journal.write("2024-02-03", "We moved to Antwerp, into a flat above a bakery.")
    new = journal.write("2026-03-07", "Moved to Rotterdam at last. The harbour from every window.")
    await journal.settle()
    recalled = await journal.ask("Where do I live now?")
    assert recalled.passages[0].record == new
    assert {one.record: one.history for one in recalled.passages}[new] is False
    assert {one.record: one.history for one in recalled.passages}.get(old, True) is True
    then = NOW.replace(year=2025)
    assert (await journal.records("Where do I live now?", then))[0] == old


async def test_where_somebody_else_lives_is_not_where_the_member_does(journal: Memory) -> None:
    journal.write("2026-03-07", "We moved to Antwerp, into a flat above a bakery.")
    hers = journal.write("2025-06-07", "My daughter Lea has moved to Bruges with her cat.")
    await journal.settle()
    assert (await journal.records("Where does my daughter live now?"))[0] == hers


async def test_a_season_is_found_by_what_came_before_it(journal: Memory) -> None:
    journal.write("2024-10-03", "The divorce is final, signed in a corridor.")
    then = journal.write("2024-12-24", "Carols in the kitchen, the two of us and a small goose.")
    journal.write("2025-12-24", "Carols again, this time with the neighbours.")
    await journal.settle()
    found = await journal.records("How was the first Christmas after the divorce?")
    assert found[0] == then


async def test_spelling_and_accents_are_forgiven(journal: Memory) -> None:
    entry = journal.write("2025-08-16", "Hiked the Gaißalm trail with Zoë and Przemysław.")
    await journal.settle()
    journal.reader.away = True
    for misspelt in ("gaissalm", "Who is Zoe?", "Przemyslav", "PRZEMSYLAW"):
        assert (await journal.records(misspelt))[:1] == [entry]


async def test_tags_are_searched_too(journal: Memory) -> None:
    entry = journal.write("2025-08-16", "Two hours, then home.", tags=("bouldering",))
    await journal.settle()
    assert (await journal.records("When did I go bouldering?"))[0] == entry


async def test_without_the_model_words_answer(journal: Memory) -> None:
    entry = journal.write("2025-03-08", "Bought a harpsichord from a widow in Delft.")
    journal.reader.away = True
    assert (await journal.records("Where did I buy the harpsichord?"))[0] == entry
    assert not (await journal.ask("Who is Bartholomew?")).remembers


async def test_what_the_future_self_said_is_no_fact_and_is_found_when_asked_for(
    journal: Memory,
) -> None:
    said = Message(
        role="future_self", text="I learned the bagpipes in Inverness, try the bagpipes."
    )
    reply = messages.reply(journal.store, uuid4(), said, now_ms=NOW_MS)
    await journal.settle()
    assert reply.record not in await journal.records("Which bagpipes did I learn in Inverness?")
    (first, *_) = (await journal.ask("What did you tell me about the bagpipes?")).passages
    assert (first.record, first.kind) == (reply.record, "reply")


async def test_a_question_is_not_its_own_answer(journal: Memory) -> None:
    question = "What do I know about zeppelins?"
    asked, told = uuid4(), uuid4()
    messages.say(journal.store, asked, uuid4(), question, device=uuid4(), now_ms=NOW_MS)
    await journal.settle()
    assert asked not in await journal.records(question)
    text = "I saw a zeppelin over the lake. Is that not odd?"
    messages.say(journal.store, told, uuid4(), text, device=uuid4(), now_ms=NOW_MS)
    assert (await journal.records(question))[0] == told


async def test_goals_are_remembered_and_the_trash_is_not(journal: Memory) -> None:
    body = msgspec.json.encode(
        Goal(title="Sail around the Faroe islands", why="The light")
    ).decode()
    goal = writing.create(journal.store, "goal", body, PHONE)
    await journal.settle()
    assert (await journal.records("Do I want to sail anywhere?"))[0] == goal.record
    writing.discard(journal.store, goal.record, "goal", PHONE)
    assert goal.record not in await journal.records("Do I want to sail anywhere?")


async def test_a_long_entry_is_found_by_any_of_its_parts(journal: Memory) -> None:
    dull = "We talked about the budget and the roof and nothing was decided once more. " * 9
    text = f"{dull}\nThen Aunt Rosalind showed her medal from the Olympic fencing. {dull}"
    entry = journal.write("2025-05-11", text)
    await journal.settle()
    (first, *_) = (await journal.ask("Who in my family won an Olympic medal?")).passages
    assert first.record == entry
    assert "medal" in first.text
    assert len(first.text) < 1000


async def test_entries_that_say_the_same_are_one(journal: Memory) -> None:
    for day in ("2025-06-02", "2025-06-03", "2025-06-04"):
        journal.write(day, "Trumpet practice, the scales again.")
    await journal.settle()
    recalled = await journal.ask("How is the trumpet going?")
    assert sum("Trumpet" in one.text for one in recalled.passages) == 1


async def test_vectors_of_another_model_are_made_anew(journal: Memory) -> None:
    await journal.settle()
    entry = journal.write("2026-09-06", "Adopted a greyhound from the shelter.")
    journal.reader.name = "another-model"
    await journal.settle()
    with journal.store.read() as connection:
        (row,) = connection.execute("SELECT name, dimensions FROM memory_model").fetchall()
        unread = connection.execute("SELECT 1 FROM memory WHERE vector IS NULL").fetchall()
    assert (row["name"], row["dimensions"], unread) == ("another-model", 384, [])
    assert (await journal.records("When did we adopt the greyhound?"))[0] == entry


async def test_what_phones_push_is_remembered(journal: Memory) -> None:
    record = uuid4()
    body = '{"text":"Rode a camel.","day":"2025-05-05","written_at":"2025-05-05T10:00:00+00:00"}'
    change = Change(uuid4(), record, "entry", "put", body)
    replicas.push(journal.store, [Pushed(change, "phone")], now_ms=NOW_MS)
    assert (await journal.records("When did I ride a camel?"))[0] == record


async def test_a_hard_time_of_the_questionnaire_is_for_the_member_alone(journal: Memory) -> None:
    for question, text in (
        ("proud", "The bakery opened."),
        ("low_point", "The bakery burnt down."),
        ("challenge", "Since the bakery burnt I want to kill myself."),
    ):
        body = f'{{"question":"{question}","version":1,"text":"{text}"}}'
        change = Change(uuid4(), uuid4(), "answer", "put", body)
        replicas.push(journal.store, [Pushed(change, "phone")], now_ms=NOW_MS)
        expected = await journal.records("What happened to the bakery?")
        assert (change.record in expected) == (question == "proud")


@pytest.mark.parametrize(
    "text",
    ["?", "\0", "who " * 5000, '"; DROP TABLE memory; --', "NEAR(a b) OR *", "é" * 3000, "?!…"],
)
async def test_any_question_is_answered(journal: Memory, text: str) -> None:
    await journal.settle()
    await journal.ask(text)


async def test_the_keeper_takes_in_what_is_written_and_lets_go_of_who_leaves(
    journal: Memory,
) -> None:
    keeper = Keeper(lambda: [journal.store], journal.reader, is_busy=lambda _: False)
    asyncio.get_running_loop().slow_callback_duration = 10  # the machine may be busy
    task = asyncio.create_task(keeper.run())
    try:
        await asyncio.to_thread(eventually, lambda: not unread(journal))
        await keeper.forget(journal.store.member)
    finally:
        task.cancel()
        await asyncio.wait({task})
    assert await journal.records("Who pulled my tooth?")


def unread(memory: Memory) -> bool:
    with memory.store.read() as connection:
        waiting = connection.execute("SELECT 1 FROM memory_waiting").fetchone()
        return waiting is not None or bool(index.unread(memory.store, 1))


async def test_nobody_is_read_while_somebody_is_answered(journal: Memory) -> None:
    asked: list[UUID] = []
    asked_again = asyncio.Event()

    def is_busy(member: UUID) -> bool:
        if member in asked:
            # It asks before each kind of work, so with the second time it has refrained from the first.
            asked_again.set()
        asked.append(member)
        return True

    keeper = Keeper(lambda: [journal.store], journal.reader, is_busy=is_busy)
    asyncio.get_running_loop().slow_callback_duration = 10  # the machine may be busy
    task = asyncio.create_task(keeper.run())
    try:
        await asked_again.wait()
        assert len(await asyncio.to_thread(index.unread, journal.store, 64)) == 12
    finally:
        task.cancel()
        await asyncio.wait({task})
