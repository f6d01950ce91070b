"""The only file that touches llama.cpp: weights, KV cells, decoding and sampling.

It uses llama-cpp-python's low-level functions, not its `Llama` class. One thread decodes; tokenising
and aborting are safe from others. A crash in here is expected of broken weights: this code runs only
in a child process.
"""

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import structlog

# The package's own __init__ is typed; its ctypes module is not.
from llama_cpp import llama_cpp as api

from futureself_box.errors import ModelBroken
from futureself_box.inference.pipe import Sampling

_log = structlog.get_logger()
_ERROR_LEVEL = 3  # ggml_log_level
_PARAMS_BYTES = 4096  # more than any ggml_threadpool_params
_PENALTY_WINDOW = 256
_libc = ctypes.CDLL(None)


class DecodeFailed(Exception):
    """llama_decode gave up; the KV cells of the batch are in doubt."""


class DecodeAborted(Exception):
    """`Llama.abort` was called while a batch ran."""


class Llama:
    """A loaded model with its KV cells. Sequences are numbered from 0.

    `threads` is 0 for one on each core that this process may use.
    """

    def __init__(
        self,
        path: Path,
        *,
        context_tokens: int,
        threads: int,
        gpu_layers: int,
        batch_tokens: int,
        sequences: int = 1,
    ) -> None:
        threads = threads or len(os.sched_getaffinity(0))
        api.llama_log_set(_log_while_loading, None)
        api.llama_backend_init()
        self._model = _load(path, gpu_layers)
        self._vocab = api.llama_model_get_vocab(self._model)
        self._abort_flag = ctypes.create_string_buffer(2)
        self._context = self._make_context(context_tokens, threads, batch_tokens, sequences)
        _attach_threads(self._context, threads)
        self._memory = api.llama_get_memory(self._context)
        self._batch = api.llama_batch_init(batch_tokens, 0, 1)
        self._pieces: dict[int, bytes] = {}
        self.context_tokens = int(api.llama_n_ctx(self._context))
        self.vocabulary_size = int(api.llama_vocab_n_tokens(self._vocab))
        self.template = (api.llama_model_chat_template(self._model, None) or b"").decode()
        self.bos = self._special(api.llama_vocab_bos(self._vocab))
        self.eos = self._special(api.llama_vocab_eos(self._vocab))
        api.llama_log_set(_log_nothing, None)

    def tokenize(self, prompt: str) -> list[int]:
        """The tokens of a rendered chat template, with its control tokens understood."""
        text = prompt.encode()
        room = len(text) + 2
        tokens = (ctypes.c_int32 * room)()
        count = api.llama_tokenize(self._vocab, text, len(text), tokens, room, False, True)
        if count < 0:
            raise ModelBroken("The model can't split this text into tokens.")
        return self._with_bos(tokens[:count])

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; none for control tokens."""
        if token not in self._pieces:
            room = ctypes.create_string_buffer(512)
            count = api.llama_token_to_piece(self._vocab, token, room, len(room), 0, False)
            self._pieces[token] = room.raw[: max(count, 0)]
        return self._pieces[token]

    def ends(self, token: int) -> bool:
        """Whether this token ends an answer."""
        return bool(api.llama_vocab_is_eog(self._vocab, token))

    def prefill(self, tokens: Sequence[int], position: int, *, last: bool) -> None:
        """Read a slice of sequence 0's prompt; `last` asks for what comes after it."""
        end = len(tokens) - 1
        self._decode([(t, position + i, 0, last and i == end) for i, t in enumerate(tokens)])

    def step(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """Decode one (token, position, sequence) for each running sequence."""
        self._decode([(*row, True) for row in rows])

    def is_finite(self, row: int = -1) -> bool:
        """Whether the scores after the given row of the last batch are numbers at all."""
        scores = api.llama_get_logits_ith(self._context, row)
        values = np.ctypeslib.as_array(scores, shape=(self.vocabulary_size,))
        return bool(np.isfinite(values).all())

    def sample(self, sampler: Any, row: int = -1) -> int:
        """Choose the token after the given row of the last batch."""
        return int(api.llama_sampler_sample(sampler, self._context, row))

    def forget(self, position: int, sequence: int = 0) -> bool:
        """Drop the KV cells from `position` on; False if this model can't (recurrent ones)."""
        return bool(api.llama_memory_seq_rm(self._memory, sequence, position, -1))

    def forget_all(self) -> None:
        """Drop every KV cell."""
        api.llama_memory_clear(self._memory, True)

    def abort(self) -> None:
        """From any thread: stop the batch that is running, within milliseconds on a CPU."""
        self._abort_flag[0] = b"x"

    def clear_abort(self) -> None:
        """Let batches run again."""
        self._abort_flag[0] = b"\0"

    @contextmanager
    def sampler(self, sampling: Sampling, seed: int) -> Iterator[Any]:
        """A sampler chain for one answer."""
        chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        for link in _links(sampling, seed, self.vocabulary_size):
            api.llama_sampler_chain_add(chain, link)
        try:
            yield chain
        finally:
            api.llama_sampler_free(chain)

    def _decode(self, rows: Sequence[tuple[int, int, int, bool]]) -> None:
        batch = self._batch
        batch.n_tokens = len(rows)
        for i, (token, position, sequence, wanted) in enumerate(rows):
            batch.token[i] = token
            batch.pos[i] = position
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = sequence
            batch.logits[i] = wanted
        code = api.llama_decode(self._context, batch)
        if code == 2:
            raise DecodeAborted
        if code != 0:
            raise DecodeFailed(f"llama_decode gave {code}")

    def _make_context(self, tokens: int, threads: int, batch: int, sequences: int) -> Any:
        params = api.llama_context_default_params()
        params.n_ctx = min(tokens, api.llama_model_n_ctx_train(self._model) or tokens) * sequences
        params.n_batch = params.n_ubatch = batch
        params.n_seq_max = sequences
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type = api.LLAMA_FLASH_ATTN_TYPE_AUTO
        params.kv_unified = True
        params.no_perf = True
        # ggml asks this between operations. strlen of the flag is a native answer to "stop?": a
        # Python callback would take the interpreter's lock hundreds of times for each token.
        strlen = ctypes.cast(_libc.strlen, ctypes.c_void_p)
        params.abort_callback = ctypes.cast(strlen, api.ggml_abort_callback)
        params.abort_callback_data = ctypes.cast(self._abort_flag, ctypes.c_void_p)
        context = api.llama_init_from_model(self._model, params)
        if not context:
            raise ModelBroken(
                "There is not enough memory for this model.",
                hint="Choose a smaller model, or lower inference.context_tokens.",
            )
        return context

    def _special(self, token: int) -> str:
        text = api.llama_vocab_get_text(self._vocab, token) if token >= 0 else b""
        return (text or b"").decode(errors="replace")

    def _with_bos(self, tokens: list[int]) -> list[int]:
        """Most templates write the beginning-of-sequence token themselves; some leave it out."""
        bos = api.llama_vocab_bos(self._vocab)
        if api.llama_vocab_get_add_bos(self._vocab) and tokens[:1] != [bos]:
            return [bos, *tokens]
        return tokens


def _load(path: Path, gpu_layers: int) -> Any:
    params = api.llama_model_default_params()
    params.n_gpu_layers = gpu_layers
    model = api.llama_model_load_from_file(bytes(path), params)
    if not model:
        raise ModelBroken("llama.cpp can't load this model's file.")
    return model


def _attach_threads(context: Any, threads: int) -> None:
    """Keep decoding threads between batches, as llama-bench does.

    Without this, ggml built without OpenMP starts threads for every token.
    """
    library = api._lib  # noqa: SLF001 - the package wraps no thread pools
    params = ctypes.create_string_buffer(_PARAMS_BYTES)
    library.ggml_threadpool_params_init(params, threads)
    library.ggml_threadpool_new.restype = ctypes.c_void_p
    pool = ctypes.c_void_p(library.ggml_threadpool_new(params))
    library.llama_attach_threadpool(ctypes.c_void_p(context), pool, None)


def _links(sampling: Sampling, seed: int, vocabulary_size: int) -> Iterator[Any]:
    if sampling.temperature <= 0:
        yield from _penalties(sampling, vocabulary_size)
        yield api.llama_sampler_init_greedy()
        return
    # Penalties look at every candidate, so they come after the cut: 4 % of a step of a small model.
    yield api.llama_sampler_init_top_k(sampling.top_k)
    yield from _penalties(sampling, vocabulary_size)
    yield api.llama_sampler_init_top_p(sampling.top_p, 1)
    yield api.llama_sampler_init_min_p(sampling.min_p, 1)
    yield api.llama_sampler_init_temp(sampling.temperature)
    yield api.llama_sampler_init_dist(seed)


def _penalties(sampling: Sampling, vocabulary_size: int) -> Iterator[Any]:
    if sampling.frequency_penalty or sampling.presence_penalty:
        penalties = sampling.frequency_penalty, sampling.presence_penalty
        yield api.llama_sampler_init_penalties(vocabulary_size, _PENALTY_WINDOW, 1.0, *penalties)


@api.llama_log_callback  # type: ignore[untyped-decorator]
def _log_while_loading(level: int, text: bytes, _data: Any) -> None:
    """No prompt has been seen yet, so the library's own words may be logged."""
    if level == _ERROR_LEVEL:
        _log.warning("llama_cpp_error", text=text.decode(errors="replace").strip())


@api.llama_log_callback  # type: ignore[untyped-decorator]
def _log_nothing(_level: int, _text: bytes, _data: Any) -> None:
    """Once prompts come, the library's words could hold a member's."""
