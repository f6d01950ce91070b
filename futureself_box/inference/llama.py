"""The only file that touches llama.cpp's model and its KV cells; `batch.py` and `sampler.py` help it.

It uses llama-cpp-python's low-level functions, not its `Llama` class. One thread decodes; tokenising,
making a sampler and aborting are safe from others. A crash in here is expected of broken weights:
this code runs only in a child process.
"""

import ctypes
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import structlog

# The package's own __init__ is typed; its ctypes module is not.
from llama_cpp import llama_cpp as api

from futureself_box.errors import ModelBroken
from futureself_box.inference.batch import Batch
from futureself_box.inference.loading import Loading
from futureself_box.inference.pipe import Sampling
from futureself_box.inference.sampler import Candidates, Sampler, Scores
from futureself_box.inference.threads import Threads

_log = structlog.get_logger()
_ERROR_LEVEL = 3  # ggml_log_level
_CONTROL = api.LLAMA_TOKEN_ATTR_CONTROL | api.LLAMA_TOKEN_ATTR_UNKNOWN
_libc = ctypes.CDLL(None)
_loading = Loading()


class DecodeFailed(Exception):
    """llama_decode gave up; the KV cells of the batch are in doubt."""


class DecodeAborted(Exception):
    """`Llama.abort` was called while a batch ran; its cells were taken back."""


class Llama:
    """A loaded model with its KV cells. Sequences are numbered from 0.

    `context_tokens` is the most that one sequence may have. `threads` is 0 for one on each core that
    this process may use, `cells` a function of the model and its window, or 0 for a whole context
    for each sequence. Where the cells hold a whole context for each of `streams` sequences, there
    are only those and each has its own: with a common pool, a token of one looks at the cells of all
    (measured: 8 sequences of 300 tokens decode 14 % slower).
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
        streams: int = 0,
        cells: int | Callable[[Any, int], int] = 0,
    ) -> None:
        self.threads = threads or len(os.sched_getaffinity(0))
        api.llama_log_set(_log_while_loading, None)
        api.llama_backend_init()
        self._model = _load(path, gpu_layers)
        self.layers = int(api.llama_model_n_layer(self._model))
        self.parameters = int(api.llama_model_n_params(self._model))
        self.gpu_layers = min(_loading.gpu_layers, self.layers)
        self._vocab = api.llama_model_get_vocab(self._model)
        self._abort_flag = ctypes.create_string_buffer(2)
        self.context_tokens = _window(self._model, context_tokens)
        if callable(cells):
            cells = cells(self._model, self.context_tokens)
        cells = max(cells or self.context_tokens * sequences, self.context_tokens)
        self.separate = 0 < streams * self.context_tokens <= cells
        self.sequences = streams if self.separate else sequences
        self._context = self._make_context(cells, batch_tokens, self.sequences)
        self._threads = Threads(self._context)
        self._threads.use(self.threads)
        self._memory = api.llama_get_memory(self._context)
        self.batch = Batch(batch_tokens)
        self._pieces: dict[int, bytes] = {}
        self.cells = int(api.llama_n_ctx(self._context))
        self.vocabulary_size = int(api.llama_vocab_n_tokens(self._vocab))
        self._candidates = Candidates(self.vocabulary_size)
        self.template = (api.llama_model_chat_template(self._model, None) or b"").decode()
        self.bos = self._special(api.llama_vocab_bos(self._vocab))
        self.eos = self._special(api.llama_vocab_eos(self._vocab))
        self.adds_space = self._spells_with_a_space("a")
        api.llama_log_set(_log_nothing, None)

    def tokenize(self, prompt: str) -> list[int]:
        """The tokens of a rendered chat template, with its control tokens understood."""
        return self.begun(self.tokens_of(prompt, controls=True))

    def tokens_of(self, text: str, *, controls: bool) -> list[int]:
        """The tokens of a text; without `controls`, the name of a control token is only letters."""
        data = text.encode()
        room = len(data) + 2
        tokens = (ctypes.c_int32 * room)()
        count = api.llama_tokenize(self._vocab, data, len(data), tokens, room, False, controls)
        if count < 0:
            raise ModelBroken("The model can't split this text into tokens.")
        return list(tokens[:count])

    def _spells_with_a_space(self, text: str) -> bool:
        """Whether the vocabulary puts a space before text; one without words puts nothing."""
        if api.llama_vocab_type(self._vocab) != api.LLAMA_VOCAB_TYPE_SPM:
            return False
        return self.piece(self.tokens_of(text, controls=False)[0]).startswith(b" ")

    def begun(self, tokens: list[int]) -> list[int]:
        """With the beginning-of-sequence token, which most templates write and some leave out."""
        bos = int(api.llama_vocab_bos(self._vocab))
        if api.llama_vocab_get_add_bos(self._vocab) and tokens[:1] != [bos]:
            return [bos, *tokens]
        return tokens

    def control_tokens(self) -> dict[str, int]:
        """The tokens that only a template may write, by their names."""
        return {
            self._special(token): token
            for token in range(self.vocabulary_size)
            if api.llama_vocab_get_attr(self._vocab, token) & _CONTROL and self._special(token)
        }

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

    def decode(self) -> None:
        """Compute what is in `batch`. Raises DecodeAborted or DecodeFailed."""
        code = api.llama_decode(self._context, self.batch.native)
        if code == 2:
            raise DecodeAborted
        if code != 0:
            raise DecodeFailed(f"llama_decode gave {code}")

    def scores(self, row: int) -> Scores:
        """What may come after a row of the last batch; good until the next one."""
        native = api.llama_get_logits_ith(self._context, row)
        return np.ctypeslib.as_array(native, shape=(self.vocabulary_size,))

    def prefill(self, tokens: Sequence[int], position: int, *, last: bool) -> None:
        """Read a slice of sequence 0's prompt; `last` asks for what comes after it."""
        self.batch.clear()
        self.batch.extend(np.array(tokens, np.int32), position, 0, last=last)
        self.decode()

    def step(self, rows: Sequence[tuple[int, int, int]]) -> None:
        """Decode one (token, position, sequence) for each running sequence."""
        self.batch.clear()
        for row in rows:
            self.batch.add(*row)
        self.decode()

    def is_finite(self, row: int = -1) -> bool:
        """Whether the scores after the given row of the last batch are numbers at all."""
        return bool(np.isfinite(self.scores(row)).all())

    def forget(self, position: int, sequence: int = 0) -> bool:
        """Drop the KV cells from `position` on; False if this model can't (recurrent ones)."""
        return bool(api.llama_memory_seq_rm(self._memory, sequence, position, -1))

    def forget_all(self) -> None:
        """Drop every KV cell."""
        api.llama_memory_clear(self._memory, True)

    def share(self, source: int, target: int, count: int) -> None:
        """Let an empty sequence begin with the first cells of another. In a pool nothing is copied.

        Outside of one, llama_memory_seq_cp takes no part of a sequence (a C assertion).
        """
        if not self.separate:
            api.llama_memory_seq_cp(self._memory, source, target, 0, count)
        elif self.restore(target, self.state(source)):
            self.forget(count, target)

    def length(self, sequence: int) -> int:
        """How many cells llama.cpp itself counts in a sequence."""
        return int(api.llama_memory_seq_pos_max(self._memory, sequence)) + 1

    def state(self, sequence: int) -> bytearray:
        """The cells of a sequence, as `restore` takes them."""
        size = api.llama_state_seq_get_size(self._context, sequence)
        data = bytearray(size)
        native = (ctypes.c_uint8 * size).from_buffer(data)
        written = api.llama_state_seq_get_data(self._context, native, size, sequence)
        del native
        return data[:written] if written != size else data

    def restore(self, sequence: int, state: bytearray) -> bool:
        """Fill an empty sequence; False, leaving it empty, where the state doesn't fit."""
        native = (ctypes.c_uint8 * len(state)).from_buffer(state)
        read = api.llama_state_seq_set_data(self._context, native, len(state), sequence)
        if not read:
            self.forget(0, sequence)
        return bool(read)

    def exchange(self, one: int, other: int) -> None:
        """Let two sequences change numbers, by copying their cells. Raises DecodeFailed."""
        states = [(to, self.state(n)) for n, to in ((one, other), (other, one)) if self.length(n)]
        self.forget(0, one)
        self.forget(0, other)
        if not all(self.restore(number, state) for number, state in states):
            raise DecodeFailed("cells could not be copied")

    def use_threads(self, count: int) -> None:
        """Compute the next batches on so many threads."""
        self._threads.use(count)

    def abort(self) -> None:
        """From any thread: stop the batch that is running, within milliseconds on a CPU."""
        self._abort_flag[0] = b"x"

    def clear_abort(self) -> None:
        """Let batches run again."""
        self._abort_flag[0] = b"\0"

    def make_sampler(self, sampling: Sampling, seed: int, grammar: str = "") -> Sampler:
        """What chooses the tokens of one answer. Close it. Raises RequestInvalid."""
        return Sampler(self._vocab, self._candidates, sampling, seed, grammar)

    @contextmanager
    def sampler(self, sampling: Sampling, seed: int) -> Iterator[Sampler]:
        """A sampler for a while."""
        sampler = self.make_sampler(sampling, seed)
        try:
            yield sampler
        finally:
            sampler.close()

    def sample(self, sampler: Sampler, row: int = -1) -> int:
        """Choose the token after the given row of the last batch."""
        return sampler.choose(self.scores(row))

    def _make_context(self, cells: int, batch: int, sequences: int) -> Any:
        params = api.llama_context_default_params()
        params.n_ctx = self.context_tokens * sequences if self.separate else cells
        params.n_batch = params.n_ubatch = batch
        params.n_seq_max = sequences
        # One row of scores for each sequence, not for each token of a prompt, which takes 100 MB.
        params.n_outputs_max = min(batch, sequences)
        params.n_threads = params.n_threads_batch = self.threads
        params.flash_attn_type = api.LLAMA_FLASH_ATTN_TYPE_AUTO
        params.kv_unified = not self.separate
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


def cell_bytes(model: Any) -> int:
    """What one token's keys and values take, in float16."""
    heads = int(api.llama_model_n_head(model)) or 1
    kept = int(api.llama_model_n_embd(model)) // heads * int(api.llama_model_n_head_kv(model))
    return max(4 * kept * int(api.llama_model_n_layer(model)), 1)


def _load(path: Path, gpu_layers: int) -> Any:
    params = api.llama_model_default_params()
    params.n_gpu_layers = gpu_layers
    model = api.llama_model_load_from_file(bytes(path), params)
    if not model:
        reason = f": {_loading.reason}" if _loading.reason else ""
        raise ModelBroken(f"llama.cpp can't load this model's file{reason}.")
    return model


def _window(model: Any, tokens: int) -> int:
    return min(tokens, int(api.llama_model_n_ctx_train(model)) or tokens)


@api.llama_log_callback  # type: ignore[untyped-decorator]
def _log_while_loading(level: int, text: bytes, _data: Any) -> None:
    """No prompt has been seen yet, so the library's own words may be logged."""
    said = text.decode(errors="replace").strip()
    _loading.hear(said)
    if level == _ERROR_LEVEL:
        _log.warning("llama_cpp_error", text=said)


@api.llama_log_callback  # type: ignore[untyped-decorator]
def _log_nothing(_level: int, _text: bytes, _data: Any) -> None:
    """Once prompts come, the library's words could hold a member's."""
