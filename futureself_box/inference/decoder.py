"""The decode loop: reads one prompt in slices, then writes its answer token by token.

It holds the KV cells of the last conversation. They serve again only a request with the same,
non-empty cache key, so that nobody can measure by speed what somebody else has said.
"""

import secrets
import time
from typing import Any, Literal

import structlog

from futureself_box.errors import ModelStarting
from futureself_box.inference.detokenizer import Detokenizer
from futureself_box.inference.line import Job
from futureself_box.inference.llama import DecodeAborted, DecodeFailed, Llama
from futureself_box.inference.pipe import ChildEnd, End, Failed, Piece, Progress, Started, Usage

SLICE_TOKENS = 128  # of a prompt, between looks at whether it is still wanted
_MESSAGE_INTERVAL_S = 0.1  # a message takes a core from the decoding threads for about 2 ms
_log = structlog.get_logger()

Reason = Literal["stop", "length"]


class Cancelled(Exception):
    """Nobody waits for the running answer any more."""


class Decoder:
    """Answers one job at a time. `_cells` are the tokens whose KV cells exist, under `_key`."""

    def __init__(self, model: Llama, pipe: ChildEnd) -> None:
        self._model = model
        self._pipe = pipe
        self._cells: list[int] = []
        self._key = ""

    def answer(self, job: Job) -> None:
        """Read the prompt, write the answer, and report both."""
        request = job.request.id
        self._pipe.send(Started(request))
        try:
            reason, usage = self._answer(job)
        except (Cancelled, DecodeAborted):
            _log.info("answer_cancelled", request=request, cells=len(self._cells))
        except DecodeFailed as error:
            self._drop_cells()
            _log.error("decode_failed", request=request, cause=str(error))
            self._pipe.send(Failed(request, ModelStarting.code, "The model could not go on."))
        else:
            self._pipe.send(End(request, reason, usage))
            _log.info("answered", request=request, reason=reason, **_rounded(usage))

    def _answer(self, job: Job) -> tuple[Reason, Usage]:
        started = time.perf_counter()
        cached = self._reuse_cells(job)
        self._read(job, cached)
        read = time.perf_counter()
        with self._model.sampler(job.request.sampling, _seed(job)) as sampler:
            reason, tokens = self._write(job, sampler)
        return reason, Usage(
            prompt_tokens=len(job.prompt),
            cached_tokens=cached,
            completion_tokens=tokens,
            prompt_ms=(read - started) * 1000,
            decode_ms=(time.perf_counter() - read) * 1000,
        )

    def _reuse_cells(self, job: Job) -> int:
        """How many of the prompt's tokens have their cells already. All other cells go."""
        key, kept = job.request.cache_key, 0
        if key and key == self._key:
            kept = _common_prefix(self._cells, job.prompt)
        self._key = key
        if kept and self._model.forget(kept):
            del self._cells[kept:]
        else:
            self._drop_cells()
        return len(self._cells)

    def _drop_cells(self) -> None:
        self._model.forget_all()
        self._cells.clear()

    def _read(self, job: Job, done: int) -> None:
        total = len(job.prompt)
        while done < total:
            _check(job)
            tokens = job.prompt[done : done + SLICE_TOKENS]
            last = done + len(tokens) == total
            self._model.prefill(tokens, done, last=last)
            self._cells += tokens
            done += len(tokens)
            self._pipe.send(Progress(job.request.id, done, total))

    def _write(self, job: Job, sampler: Any) -> tuple[Reason, int]:
        model, out = self._model, _Outbox(self._pipe, job.request.id)
        text = Detokenizer(job.request.stop)
        reason: Reason = "length"
        for left in reversed(range(job.room)):
            _check(job)
            token = model.sample(sampler)
            if model.ends(token):
                reason = "stop"
                break
            out.add(text.feed(model.piece(token)))
            if text.stopped:
                reason = "stop"
                break
            if left:
                model.step([(token, len(self._cells), 0)])
                self._cells.append(token)
        out.flush(text.finish())
        return reason, out.total


class _Outbox:
    """Hands out the first words at once and later ones a few at a time."""

    def __init__(self, pipe: ChildEnd, request: int) -> None:
        self.total = 0
        self._pipe = pipe
        self._request = request
        self._text = ""
        self._tokens = 0
        self._sent_at = 0.0

    def add(self, text: str) -> None:
        """One token's text, which may be empty."""
        self.total += 1
        self._tokens += 1
        self._text += text
        now = time.monotonic()
        if self._text and now - self._sent_at >= _MESSAGE_INTERVAL_S:
            self._sent_at = now
            self.flush("")

    def flush(self, text: str) -> None:
        """The last words, and everything not yet sent."""
        self._text += text
        if self._text or self._tokens:
            self._pipe.send(Piece(self._request, self._text, self._tokens))
            self._text, self._tokens = "", 0


def _check(job: Job) -> None:
    if job.cancelled:
        raise Cancelled


def _common_prefix(cells: list[int], prompt: list[int]) -> int:
    """Its length; the prompt's last token is left out, since its scores are needed again."""
    longest = min(len(cells), len(prompt) - 1)
    return next((i for i in range(longest) if cells[i] != prompt[i]), longest)


def _seed(job: Job) -> int:
    seed = job.request.sampling.seed
    return secrets.randbits(32) if seed is None else seed


def _rounded(usage: Usage) -> dict[str, int]:
    return {name: round(getattr(usage, name)) for name in usage.__struct_fields__}
