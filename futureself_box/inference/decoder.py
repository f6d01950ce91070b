"""The decode loop: admit, build one batch, decode, choose a token for each answer, hand out words.

A batch holds one token of every running answer and a slice of one prompt. The loop shares its
processor with the threads that decode, so it does as little as it can: words go out a few at a time,
those of all answers together, since a message takes a core away for about 2 ms.
"""

import math
import time
from collections.abc import Callable

import numpy as np
import structlog

from futureself_box.errors import ModelStarting, RequestInvalid
from futureself_box.inference.batch import NO_TOKENS, Tokens
from futureself_box.inference.cores import Cores
from futureself_box.inference.line import Job, Line, Stop
from futureself_box.inference.llama import DecodeAborted, DecodeFailed, Llama
from futureself_box.inference.pace import Pace
from futureself_box.inference.pipe import (
    Cancel,
    Erase,
    Erased,
    Failed,
    Reason,
    Report,
    Started,
    Usage,
)
from futureself_box.inference.prefix_cache import PrefixCache
from futureself_box.inference.sampler import NothingFits
from futureself_box.inference.turn import Turn

_MESSAGE_INTERVAL_S = 0.1
_IDLE_S = 1.0
_PARK_AFTER_S = 60.0  # of rest: whoever talks does so again within a minute
_log = structlog.get_logger()


class Decoder:
    """Everything that is being answered: `_waiting` for room, `_turns` with a sequence."""

    def __init__(
        self,
        model: Llama,
        cache: PrefixCache,
        cores: Cores,
        line: Line,
        send: Callable[..., None],
        most: int,
    ) -> None:
        self._model = model
        self._cache = cache
        self._cores = cores
        self._line = line
        self._send_reports = send
        self._most = most
        self._pace = Pace()
        self._waiting: list[Job] = []
        self._turns: list[Turn] = []
        self._reports: list[Report] = []
        self._sent_at = 0.0
        self._interrupted = False

    def run(self) -> None:
        """Answer until `Stop`; then the cells of all conversations are parked."""
        going_on = True
        while going_on:
            busy = self._turns or self._cache.next_ahead()
            going_on = self.turn(0.0 if busy else _IDLE_S)
        while self._cache.park(time.monotonic()):
            pass

    def turn(self, patience_s: float) -> bool:
        """Once round the loop, waiting so long for work; False after `Stop`."""
        for news in self._line.news(patience_s):
            if isinstance(news, Stop):
                return False
            self._take(news)
        self._admit()
        if self._turns:
            self._step()
        elif not self._waiting:
            self._rest()
        self._send()
        return True

    def _take(self, news: Job | Cancel | Erase) -> None:
        match news:
            case Job():
                self._waiting.append(news)
            case Cancel(request):
                self._cancel(request)
            case Erase(request, key):
                self._erase(key)
                self._reports.append(Erased(request))

    def _cancel(self, request: int) -> None:
        for job in [job for job in self._waiting if job.request.id == request]:
            self._leave_line(job)
        for turn in [turn for turn in self._turns if turn.id == request]:
            _log.info("answer_cancelled", request=request, cells=turn.sequence.length)
            self._leave(turn)

    def _erase(self, key: str) -> None:
        said = ModelStarting.code, "This conversation was erased."
        for job in [job for job in self._waiting if job.wish.key == key]:
            self._reports.append(Failed(job.request.id, *said))
            self._leave_line(job)
        for turn in [turn for turn in self._turns if turn.job.wish.key == key]:
            self._fail(turn, *said)
        self._cache.erase(key)

    def _admit(self) -> None:
        while self._waiting and len(self._turns) < self._most:
            sequence = self._cache.begin(self._waiting[0].wish, time.monotonic())
            if sequence is None:
                return
            drop_space = self._model.adds_space
            self._turns.append(Turn(self._waiting.pop(0), sequence, drop_space=drop_space))

    def _step(self) -> None:
        started = time.monotonic()
        if self._cores.look():
            self._model.use_threads(self._cores.threads)
            _log.debug("threads_changed", threads=self._cores.threads)
        self._cache.gather()
        writing = [turn for turn in self._turns if not turn.left]
        reader, count = self._next_slice(started, len(writing))
        rows = self._fill_batch(writing, reader, count)
        if not self._decode(writing, reader, count):
            return
        ended = time.monotonic()
        self._pace.note(count, ended - started)
        for turn in writing:
            self._cache.grow(turn.sequence, [turn.token])
            self._choose(turn, rows[turn.id], ended)
        if reader is not None:
            reader.served_s += ended - started
            self._read(reader, count, rows[reader.id], ended)

    def _fill_batch(self, writing: list[Turn], reader: Turn | None, count: int) -> dict[int, int]:
        """The row after which each turn goes on.

        In the order of their sequences: where these have cells of their own, llama.cpp computes
        only such neighbours together that come one after the other (llama_batch_allocr::split_equal).
        """
        batch, rows = self._model.batch, {}
        batch.clear()
        turns = [*writing, reader] if reader else writing
        for turn in sorted(turns, key=lambda turn: turn.sequence.number):
            place = turn.sequence.length, turn.sequence.number
            if turn is reader:
                last = count == turn.left
                rows[turn.id] = batch.extend(turn.slice(count), *place, last=last)
            else:
                rows[turn.id] = batch.add(turn.token, *place)
        return rows

    def _next_slice(self, now: float, beside: int) -> tuple[Turn | None, int]:
        """Whose prompt goes on `beside` so many answers, and by how many tokens."""
        reading = [turn for turn in self._turns if turn.left]
        if not reading:
            return None, 0
        turn = self._pace.first(reading, now)
        if not turn.started:
            turn.start(now)
            self._reports.append(Started(turn.id))
        gentle = self._interrupted or len(reading) < len(self._turns)
        room = self._model.batch.size - beside
        return turn, self._pace.slice(turn.left, room, gentle=gentle)

    def _decode(self, writing: list[Turn], reader: Turn | None, count: int) -> bool:
        """Whether the batch was computed."""
        self._interrupted = False
        self._line.begin_step(reader.id if reader else 0, self._pace.expected_s(count))
        try:
            self._model.decode()
        except DecodeAborted:
            self._interrupted = True
            # A part of the batch may have been computed before.
            for turn in [*writing, *([reader] if reader else [])]:
                self._model.forget(turn.sequence.length, turn.sequence.number)
            return False
        except DecodeFailed as error:
            _log.error("decode_failed", cause=str(error), answers=len(self._turns))
            for turn in [*writing, *([reader] if reader else [])]:
                self._break(turn)
            return False
        finally:
            self._line.end_step()
        return True

    def _read(self, turn: Turn, count: int, row: int, now: float) -> None:
        self._cache.grow(turn.sequence, turn.slice(count))
        self._reports.append(turn.progress())
        if not turn.left:
            turn.end_reading(now)
            self._choose(turn, row, now)

    def _choose(self, turn: Turn, row: int, now: float) -> None:
        try:
            token = turn.job.sampler.choose(self._model.scores(row))
        except NothingFits:
            message = "No text can follow the response_format's schema from here."
            self._fail(turn, RequestInvalid.code, message)
            return
        if self._model.ends(token):
            self._end(turn, "stop", now)
        elif not turn.say(token, self._model.piece(token)):
            self._end(turn, "stop" if turn.stopped else "length", now)

    def _end(self, turn: Turn, reason: Reason, now: float) -> None:
        reports, usage = turn.end(reason, now)
        self._reports += reports
        self._leave(turn, turn.ahead(reason))
        _log.info("answered", request=turn.id, reason=reason, **_rounded(usage))

    def _fail(self, turn: Turn, code: str, message: str) -> None:
        self._reports.append(Failed(turn.id, code, message))
        self._leave(turn)

    def _break(self, turn: Turn) -> None:
        """Its cells are in doubt."""
        self._fail(turn, ModelStarting.code, "The model could not go on.")
        if turn.sequence in self._cache.live:
            self._cache.drop(turn.sequence)

    def _leave_line(self, job: Job) -> None:
        self._waiting.remove(job)
        job.sampler.close()

    def _leave(self, turn: Turn, ahead: Tokens = NO_TOKENS) -> None:
        self._turns.remove(turn)
        turn.job.sampler.close()
        self._cache.rest(turn.sequence, time.monotonic(), ahead)

    def _rest(self) -> None:
        """Nobody is answered: time for what is sure to be read next, or for parking."""
        sequence = self._cache.next_ahead()
        if sequence is None:
            self._cache.park(time.monotonic() - _PARK_AFTER_S)
            return
        batch = self._model.batch
        batch.clear()
        tokens, left = np.split(sequence.ahead, [batch.size])
        batch.extend(tokens, sequence.length, sequence.number, last=False)
        self._line.begin_step(0, math.inf)  # anybody new ends it
        try:
            self._model.decode()
        except DecodeAborted:
            self._model.forget(sequence.length, sequence.number)
        except DecodeFailed as error:
            _log.error("decode_failed", cause=str(error), answers=0)
            self._cache.drop(sequence)
        else:
            self._cache.grow(sequence, tokens)
            sequence.ahead = left
        finally:
            self._line.end_step()

    def _send(self) -> None:
        """Hand out what is due: first words and ends at once, others with them or soon."""
        now = time.monotonic()
        due = now - self._sent_at >= _MESSAGE_INTERVAL_S
        if due or self._reports or any(turn.silent for turn in self._turns):
            for turn in self._turns:
                self._reports += turn.words()
        if self._reports:
            self._send_reports(*self._reports)
            self._reports, self._sent_at = [], now


def _rounded(usage: Usage) -> dict[str, int]:
    return {name: round(getattr(usage, name)) for name in usage.__struct_fields__}
