"""The one way into memory: what the member wrote that answers what they ask, or that nothing does.

What was written is found by its words at once. Meaning needs the embedding model, and while that is
away or slow, words alone answer.
"""

import asyncio
from datetime import datetime

import structlog

from futureself_box.errors import BoxError
from futureself_box.futureself.onboarding import answers
from futureself_box.futureself.recall import ages, index, question
from futureself_box.futureself.recall.passages import Recalled
from futureself_box.futureself.recall.question import Question
from futureself_box.inference.client import Embedded, InferenceClient
from futureself_box.store.vault import MemberStore

PATIENCE_S = 2.0
"""How long an answer waits for the question's vector, and does without it then."""
_LONGEST = 400  # characters of a message that are read as a question

log = structlog.get_logger()


async def recall(
    store: MemberStore,
    question_text: str,
    *,
    asked_at: datetime,
    inference: InferenceClient,
    patience_s: float = PATIENCE_S,
) -> Recalled:
    """What the member's memory holds of what they say or ask; `asked_at` dates "last spring"."""
    text = question_text[:_LONGEST]
    born = await asyncio.to_thread(_born, store, asked_at) if ages.mentioned(text) else None
    asked = question.read(text, asked_at, born)
    await asyncio.to_thread(index.take_in, store, today=asked_at.date())
    embedded = await _embedded(inference, asked, patience_s)
    return await asyncio.to_thread(_answer, store, asked, embedded)


def _born(store: MemberStore, asked_at: datetime) -> int | None:
    return answers.facts(answers.read(store), "", today=asked_at.date()).birth_year


async def _embedded(
    inference: InferenceClient, asked: Question, patience_s: float
) -> Embedded | None:
    event = asked.times.event
    texts = [asked.text, event.words] if event else [asked.text]
    if not asked.text.strip():
        return None
    try:
        async with asyncio.timeout(patience_s):
            return await inference.embed(texts, query=True)
    except (BoxError, TimeoutError) as error:
        log.info("recall_by_words_alone", code=getattr(error, "code", "timeout"))
        return None


def _answer(store: MemberStore, asked: Question, embedded: Embedded | None) -> Recalled:
    # Only now: it brings numpy, and a box where nobody talks stays small without.
    from futureself_box.futureself.recall import answering  # noqa: PLC0415

    return answering.answer(store, asked, embedded)
