"""The threads that a context computes on, of which some can be sent to sleep.

They stay between batches, as llama-bench's do: without them, ggml built without OpenMP starts threads
for every token. Each number of threads has a pool of its own, since a pool's threads that a batch
leaves out poll for work all the same, on the very core that was to be given away (measured: beside a
busy program that made 63 tokens a second of 77). The pool that computed before is put to sleep by
ggml_backend_cpu_set_threadpool.
"""

import ctypes
from typing import Any

from llama_cpp import llama_cpp as api

_PARAMS_BYTES = 4096  # more than any ggml_threadpool_params
_library = api._lib  # noqa: SLF001 - the package wraps no thread pools


class Threads:
    """Those of one context."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._pools: dict[int, ctypes.c_void_p] = {}

    def use(self, count: int) -> None:
        """Compute the next batches on so many threads, the caller's own among them."""
        if count not in self._pools:
            self._pools[count] = _new_pool(count)
        api.llama_set_n_threads(self._context, count, count)
        _library.llama_attach_threadpool(ctypes.c_void_p(self._context), self._pools[count], None)


def _new_pool(count: int) -> ctypes.c_void_p:
    params = ctypes.create_string_buffer(_PARAMS_BYTES)
    _library.ggml_threadpool_params_init(params, count)
    _library.ggml_threadpool_new.restype = ctypes.c_void_p
    return ctypes.c_void_p(_library.ggml_threadpool_new(params))
