"""Finds the day of an event that a question is dated by: "before the move", "when I was in Lisbon"."""

from datetime import date, timedelta

import msgspec

from futureself_box.futureself.recall import ranking, search
from futureself_box.futureself.recall.dates import Event, Times
from futureself_box.futureself.recall.question import Question
from futureself_box.futureself.recall.search import Floats
from futureself_box.futureself.recall.spans import Window, next_to
from futureself_box.futureself.recall.vectors import Vectors
from futureself_box.store.database import Connection

_SURE = 0.55
"""The part of the event's telling words that an entry must hold."""
_STANDS_OUT = 2.8
"""Or how far an entry must stand out in meaning, in standard deviations."""
_AROUND = timedelta(days=45)
_SAME_EVENT = timedelta(days=120)


def dated(
    connection: Connection, asked: Question, vectors: Vectors | None, near: Floats | None
) -> Question:
    """The question with the days of its event; all its words again where no entry tells of it."""
    event = asked.times.event
    if event is None:
        return asked
    about = msgspec.structs.replace(asked, times=Times(topic=event.words))
    pool = search.gather(connection, about, vectors, near)
    ranked = ranking.rank(pool.candidates, about.times)
    sure = [one.candidate for one in ranked[:5] if one.candidate.coverage >= _SURE]
    if not sure and ranked and ranked[0].candidate.nearness >= _STANDS_OUT:
        sure = [ranked[0].candidate]
    if not sure:
        return _undated(asked, event)
    days = sorted(one.day for one in sure if abs(one.day - sure[0].day) <= _SAME_EVENT)
    window = _window(event, days)
    if window is None or window.since > asked.day:
        return _undated(asked, event)
    times = msgspec.structs.replace(
        asked.times, windows=(window,), maybe=(), loosely=event.side == "during"
    )
    return msgspec.structs.replace(asked, times=times)


def _undated(asked: Question, event: Event) -> Question:
    times = msgspec.structs.replace(asked.times, topic=f"{asked.topic} {event.words}", event=None)
    return msgspec.structs.replace(asked, times=times)


def _window(event: Event, days: list[date]) -> Window | None:
    if event.season is not None:
        return next_to(event.season, event.side, days[0] if event.side == "after" else days[-1])
    if event.side == "before":
        return Window(days[-1] - event.within if event.within else date.min, days[-1])
    if event.side == "after":
        return Window(days[0], days[0] + event.within if event.within else date.max)
    return Window(days[0] - _AROUND, days[-1] + _AROUND)
