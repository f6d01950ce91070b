"""The requests that a child works on, in the order in which they came.

A call takes the child's reports about one request; those in line hear when their place changes.
"""

import asyncio
import itertools
from collections.abc import Callable

import msgspec

from futureself_box.errors import BoxError, ModelStarting
from futureself_box.inference.pipe import (
    Accepted,
    End,
    Erased,
    Failed,
    Piece,
    Progress,
    Ready,
    Refused,
    Report,
    Started,
    Vectors,
)


class Waiting(msgspec.Struct, frozen=True):
    """The place in line; 1 is next."""

    place: int


News = Accepted | Started | Waiting | Progress | Piece | End | Vectors | Erased


class Call:
    """One request: `next` gives the child's news about it; `close` cancels it unless it is over."""

    def __init__(self, number: int, close: Callable[["Call"], None]) -> None:
        self.id = number
        self.accepted = False
        self.started = False
        self.over = False
        self.place = 0
        self._news: asyncio.Queue[News | BoxError] = asyncio.Queue()
        self._close = close

    async def next(self) -> News:
        """The next news. Raises the BoxError that the request came to."""
        news = await self._news.get()
        if isinstance(news, BoxError):
            raise news
        return news

    def tell(self, news: News | BoxError) -> None:
        """Note what happened."""
        self.over = self.over or isinstance(news, End | Vectors | Erased | BoxError)
        self._news.put_nowait(news)

    def close(self) -> None:
        """Nobody waits for this any more."""
        self._close(self)


class Calls:
    """All open calls of one child."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._open: dict[int, Call] = {}

    @property
    def any(self) -> bool:
        """Whether there are open calls."""
        return bool(self._open)

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return sum(not call.started for call in self._open.values())

    def open(self, cancel: Callable[[int], None]) -> Call:
        """A new call at the end of the line. `cancel` tells the child."""

        def close(call: Call) -> None:
            if self._open.pop(call.id, None) is not None and not call.over:
                cancel(call.id)
            self._tell_places()

        call = Call(next(self._numbers), close)
        self._open[call.id] = call
        return call

    def deliver(self, report: Report) -> None:
        """Hand a report to its call; one that was closed meanwhile needs it no more."""
        if isinstance(report, Ready | Refused):
            return
        call = self._open.get(report.id)
        if call is None:
            return
        if isinstance(report, Failed):
            call.tell(_error(report))
        else:
            call.tell(report)
        if isinstance(report, Accepted | Started):
            call.accepted, call.started = True, isinstance(report, Started)
            self._tell_places()

    def fail_all(self, error: BoxError) -> None:
        """Every open call comes to this error."""
        for call in self._open.values():
            call.tell(error)
        self._open.clear()

    def _tell_places(self) -> None:
        calls = [call for call in self._open.values() if call.accepted and not call.over]
        ahead = any(call.started for call in calls)
        for place, call in enumerate((c for c in calls if not c.started), start=1):
            if (ahead or place > 1) and place != call.place:
                call.place = place
                call.tell(Waiting(place))


def _error(failed: Failed) -> BoxError:
    kinds = {kind.code: kind for kind in BoxError.__subclasses__()}
    return kinds.get(failed.code, ModelStarting)(failed.message)
