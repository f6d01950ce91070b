"""Times an answer where it is taken: first words, the gaps after them, and how it ended."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from futureself_box.errors import BoxError
from futureself_box.inference.stream import Event, Finished, Words
from futureself_box.ops import metrics


async def timed(
    events: AsyncGenerator[Event, None], clock: Callable[[], float] = time.monotonic
) -> AsyncGenerator[Event, None]:
    """The same events; what they took is counted. Closing it closes them."""
    outcome, last, first = "cancelled", clock(), True
    metrics.RUNNING.inc()
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Words):
                    now = clock()
                    (metrics.FIRST_TOKEN if first else metrics.GAP).observe(now - last)
                    last, first = now, False
                elif isinstance(event, Finished):
                    outcome = event.reason
                    _count(event)
                yield event
    except BoxError as error:
        outcome = error.code
        raise
    finally:
        metrics.RUNNING.dec()
        metrics.ANSWERS.labels(outcome).inc()


def _count(end: Finished) -> None:
    metrics.PROMPT_TOKENS.inc(end.prompt_tokens)
    metrics.CACHED_TOKENS.inc(end.cached_tokens)
    metrics.ANSWER_TOKENS.inc(end.completion_tokens)
