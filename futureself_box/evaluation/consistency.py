"""Whether thirty turns of talk contradict the life that was imagined: names, years, ages, who is who.

The life is imagined from fixed answers by the model in use, and approved. Every reply is then held
against the answers and the life, by rules of their own and not by those of the turn.
"""

import asyncio
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import msgspec

from futureself_box.evaluation import talk
from futureself_box.evaluation.report import Table
from futureself_box.evaluation.talk import NAME, NOON, Ground, Reply, Talk
from futureself_box.futureself.future_memory import brief, people
from futureself_box.futureself.future_memory.brief import Brief
from futureself_box.futureself.future_memory.imagining import imagine
from futureself_box.futureself.future_memory.mending import AGE, YEAR
from futureself_box.futureself.guards.sentences import split
from futureself_box.futureself.languages.lexicon import fold, has
from futureself_box.jobs.future_memories import asker
from futureself_box.records import writing
from futureself_box.records.kinds import Answer, FutureMemory, Relation
from futureself_box.records.writing import Author

ANSWERS = (
    Answer("birth_year", 1, number=1991),
    Answer("future_age", 1, number=60),
    Answer("hope", 1, text="That I still sing in the choir, and live near water."),
    Answer("home", 1, text="A flat in Porto, with a balcony over the river."),
    Answer("people", 1, people=(Relation("Ben", "my brother"), Relation("Clara", "my friend"))),
)
_NOW = ("i am", "i'm", "now")


class Fault(msgspec.Struct, frozen=True):
    """What contradicts, and the sentence."""

    what: str
    sentence: str


class Figures(msgspec.Struct, frozen=True):
    """`contradictions` in all turns; by kind: `names`, `years`, `ages` and `people`."""

    turns: int
    by_box: int
    contradictions: int
    kinds: dict[str, int]
    faults: tuple[Fault, ...]


class Life(msgspec.Struct, frozen=True):
    """What replies are held against; `known` are all words of answers, life and questions."""

    brief: Brief
    memory: FutureMemory
    known: frozenset[str]


@cache
def turns() -> tuple[str, ...]:
    """What the member says, in this order."""
    text = files("futureself_box.evaluation").joinpath("sets/consistency.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if not line.startswith("#"))


async def run(ground: Ground) -> Figures:
    """Imagine a life, approve it, and talk about it."""
    said = (await asyncio.to_thread(turns))[: ground.sample]
    async with talk.somebody(ground) as somebody:
        life = await _imagined(ground, somebody)
        replies = [await somebody.say(one) for one in said]
    return await asyncio.to_thread(judge, life, replies)


def judge(life: Life, replies: list[Reply]) -> Figures:
    """Hold every reply of a model against the life."""
    by_model = [reply for reply in replies if reply.tokens]
    found = [fault for reply in by_model for fault in _faults(life, reply)]
    counts = {kind: sum(one.what == kind for one in found) for kind in _KINDS}
    return Figures(
        turns=len(replies),
        by_box=len(replies) - len(by_model),
        contradictions=len(found),
        kinds=counts,
        faults=tuple(found),
    )


def table(figures: Figures) -> Table:
    """What contradicts, by kind, and the sentences below."""
    return Table(
        title=f"Consistency with the future memory over {figures.turns} turns",
        columns=("kind", "contradictions"),
        rows=(*figures.kinds.items(), ("all", figures.contradictions)),
        bars=("contradictions",),
        note="\n".join(f"- {fault.what}: {fault.sentence}" for fault in figures.faults),
    )


def life_of(wanted: Brief, memory: FutureMemory) -> Life:
    """What may be spoken of."""
    lines = (
        *memory.summary, *memory.highlights, *memory.moments, *memory.setbacks, *memory.scene,
    )  # fmt: skip
    texts = [NAME, *(f"{line.text} {line.taught}" for line in lines), *turns()]
    told = {word for text in texts for word in fold(text).replace(".", " ").split()}
    return Life(wanted, memory, wanted.known | told)


async def _imagined(ground: Ground, somebody: Talk) -> Life:
    given = {answer.question: answer for answer in ANSWERS}
    wanted = await asyncio.to_thread(lambda: brief.of(given, NAME, today=NOON.date()))
    ask = asker(ground.inference, "consistency")
    memory = await imagine(wanted, ask, now=NOON, model="", tell=lambda _: None)
    approved = msgspec.structs.replace(memory, approved_at=NOON)
    await asyncio.to_thread(_keep, somebody, approved)
    return await asyncio.to_thread(life_of, wanted, approved)


def _keep(somebody: Talk, memory: FutureMemory) -> None:
    author = Author("phone", 0)
    for answer in ANSWERS:
        writing.create(somebody.store, "answer", msgspec.json.encode(answer).decode(), author)
    body = msgspec.json.encode(memory).decode()
    writing.create(somebody.store, "future_memory", body, author)


def _faults(life: Life, reply: Reply) -> Iterator[Fault]:
    for sentence in split(reply.text):
        for kind, contradicts in _KINDS.items():
            if contradicts(life, sentence):
                yield Fault(kind, sentence)


def _names(life: Life, sentence: str) -> bool:
    # The first word has a capital letter anyhow.
    first, _, rest = sentence.partition(" ")
    return bool(people.strangers(f"{first.lower()} {rest}", life.known))


def _years(life: Life, sentence: str) -> bool:
    born = life.brief.facts.birth_year or 0
    named = [int(year) for year in YEAR.findall(sentence)]
    if has(("it is", "it's", "the year is", "this year"), fold(sentence)) and named:
        return named != [life.memory.year]
    return any(not born <= year <= life.memory.year for year in named)


def _ages(life: Life, sentence: str) -> bool:
    age = life.memory.age or 0
    named = [int(found["age"] or found["old"]) for found in AGE.finditer(fold(sentence))]
    if named and has(_NOW, fold(sentence)):
        return named != [age]
    return any(one > age for one in named)


def _people(life: Life, sentence: str) -> bool:
    known = life.brief.known
    return people.wrong_role(sentence, life.brief.facts.people) or people.unknown_family(
        sentence, known, child=False
    )


_KINDS = {"names": _names, "years": _years, "ages": _ages, "people": _people}
