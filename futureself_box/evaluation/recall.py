"""Scores recall: made-up journals of years, questions with exact keys, beside plain rank fusion.

Half of the questions is open, and weights may be tuned on it; the other half is kept, and only ever
scored. A question counts by the part of its entries among the first five (of five where there are
more); one that the journal can't answer counts by whether nothing was recalled.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from futureself_box.evaluation import foreign, journal, plain
from futureself_box.evaluation.journal import Journal
from futureself_box.evaluation.report import Cell, Table
from futureself_box.evaluation.talk import Ground
from futureself_box.inference.client import InferenceClient

Half = Literal["open", "kept"]
UNANSWERABLE = "unanswerable"
_FIRST = 5


class Question(msgspec.Struct, frozen=True):
    """A question, the entries that answer it, and to which half it belongs."""

    id: str
    asked_at: str
    text: str
    kind: str
    answers: tuple[str, ...]
    half: Half


class Answered(msgspec.Struct, frozen=True):
    """A question with what was recalled, by us and by plain fusion, and how long it took."""

    question: Question
    hits: tuple[str, ...]
    plain_hits: tuple[str, ...]
    duration_ms: float


class Score(msgspec.Struct, frozen=True):
    """The figures of some questions. None where there was none of their kind."""

    questions: int
    recall_at_5: float | None
    any_at_5: float | None
    plain_recall_at_5: float | None
    abstained: float | None
    """Of those that can't be answered."""
    lost: float | None
    """Of those that can: how many were not answered at all."""


class Figures(msgspec.Struct, frozen=True):
    """What the set shows. The first figures are those of the kept half."""

    recall_at_5: float
    plain_recall_at_5: float
    time_recall_at_5: float
    abstained: float
    lost: float
    p95_ms: float
    model: str
    halves: dict[str, Score]
    kinds: dict[str, dict[str, Score]]
    """By half, then by kind of question."""


@contextmanager
def journals() -> Iterator[dict[str, Journal]]:
    """Every made-up writer's journal, written down."""
    with ExitStack() as stack:
        yield {
            name: journal.fill(
                stack.enter_context(journal.store()), foreign.read_entries(file(name, "entries"))
            )
            for name in names()
        }


async def run(ground: Ground) -> Figures:
    """Ask every question of every journal."""
    inference, answered = ground.inference, list[Answered]()
    async with journal.aside(journals()) as written:
        for name, kept in written.items():
            await journal.embed(kept.store, inference)
            asked = ground.some(questions(name))
            answered += [await _ask(kept, one, inference) for one in asked]
        models = await asyncio.to_thread(
            lambda: [plain.model_of(one.store) for one in written.values()]
        )
    return _figures(answered, models[0])


def table(figures: Figures) -> Table:
    """Both halves, then the kept half by kind of question."""
    kept = figures.kinds["kept"]
    return Table(
        title=f"Recall, with {figures.model or 'no embedding model'}",
        columns=(
            "questions", "number", "recall@5", "any@5", "plain rank fusion", "abstained", "lost",
        ),
        rows=(
            *(_row(f"{half} half", score) for half, score in figures.halves.items()),
            *(_row(f"kept: {kind}", score) for kind, score in kept.items()),
        ),
        bars=("recall@5", "plain rank fusion"),
        note=f"A question takes {figures.p95_ms} ms (p95), its vector included.",
    )  # fmt: skip


def _row(name: str, score: Score) -> tuple[Cell, ...]:
    return (
        name, score.questions, score.recall_at_5, score.any_at_5, score.plain_recall_at_5,
        score.abstained, score.lost,
    )  # fmt: skip


def names() -> list[str]:
    """The made-up writers."""
    folder = resources.files("futureself_box.evaluation") / "sets" / "recall"
    return sorted(
        found.name.removesuffix(".entries.jsonl")
        for found in folder.iterdir()
        if found.name.endswith(".entries.jsonl")
    )


def questions(name: str) -> list[Question]:
    """What a writer is asked."""
    lines = file(name, "questions").read_text(encoding="utf-8").splitlines()
    return [msgspec.json.decode(line, type=Question) for line in lines]


def file(name: str, what: str) -> Path:
    """A writer's `entries` or `questions`."""
    path = resources.files("futureself_box.evaluation") / "sets" / "recall" / f"{name}.{what}.jsonl"
    return Path(str(path))


def score(answered: Sequence[Answered]) -> Score:
    """The figures of some questions."""
    known = [one for one in answered if one.question.answers]
    unknown = [one for one in answered if not one.question.answers]
    return Score(
        questions=len(answered),
        recall_at_5=_mean(recall_at_5(one.hits, one.question.answers) for one in known),
        any_at_5=_mean(
            float(not set(one.hits[:_FIRST]).isdisjoint(one.question.answers)) for one in known
        ),
        plain_recall_at_5=_mean(recall_at_5(one.plain_hits, one.question.answers) for one in known),
        abstained=_mean(float(not one.hits) for one in unknown),
        lost=_mean(float(not one.hits) for one in known),
    )


def recall_at_5(hits: Sequence[str], answers: Sequence[str]) -> float:
    """The part of the answers among the first five hits.

    >>> recall_at_5(["a", "x", "b"], ["a", "b", "c", "d"])
    0.5
    """
    return len(set(hits[:_FIRST]) & set(answers)) / min(_FIRST, len(answers))


async def _ask(written: Journal, question: Question, inference: InferenceClient) -> Answered:
    begun = time.perf_counter()
    hits = await foreign.find(written, question.text, question.asked_at, inference)
    duration_ms = (time.perf_counter() - begun) * 1000
    fused = await plain.find(written, question.text, inference)
    return Answered(question, hits, fused, round(duration_ms, 1))


def _figures(answered: Sequence[Answered], model: str) -> Figures:
    halves = {
        half: [one for one in answered if one.question.half == half] for half in ("open", "kept")
    }
    kinds = {
        half: {
            kind: score(_of_kind(some, kind))
            for kind in dict.fromkeys(one.question.kind for one in answered)
        }
        for half, some in halves.items()
    }
    kept = score(halves["kept"])
    return Figures(
        recall_at_5=kept.recall_at_5 or 0.0,
        plain_recall_at_5=kept.plain_recall_at_5 or 0.0,
        time_recall_at_5=score(_of_kind(halves["kept"], "time")).recall_at_5 or 0.0,
        abstained=kept.abstained or 0.0,
        lost=kept.lost or 0.0,
        p95_ms=round(statistics.quantiles([one.duration_ms for one in answered], n=20)[-1], 1),
        model=model,
        halves={half: score(some) for half, some in halves.items()},
        kinds=kinds,
    )


def _of_kind(answered: Sequence[Answered], kind: str) -> list[Answered]:
    return [one for one in answered if one.question.kind == kind]


def _mean(values: Iterator[float]) -> float | None:
    found = list(values)
    return round(statistics.fmean(found), 3) if found else None
