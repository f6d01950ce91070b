"""Chooses the tokens of one answer: llama.cpp's sampler chain, and a grammar beside it.

A grammar looks at every token of the vocabulary, which takes as long as a step of a small model. So
the chain chooses freely first, and only a token that the grammar refuses is chosen again from those
that it allows (as llama.cpp's own `common_sampler_sample`).
"""

import ctypes
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as api

from futureself_box.errors import RequestInvalid
from futureself_box.inference.pipe import Sampling

Scores = npt.NDArray[np.float32]

_PENALTY_WINDOW = 256
_CANDIDATE = np.dtype([("id", np.int32), ("score", np.float32), ("p", np.float32)])


class NothingFits(Exception):
    """No token of the vocabulary can follow."""


class Candidates:
    """Room for a whole vocabulary with its scores, shared by all samplers of a model."""

    def __init__(self, vocabulary_size: int) -> None:
        self._ids = np.arange(vocabulary_size, dtype=np.int32)
        self._rows = np.zeros(vocabulary_size, _CANDIDATE)
        data = self._rows.ctypes.data_as(api.llama_token_data_p)
        self._native = api.llama_token_data_array(data=data, size=0, selected=-1, sorted=False)

    def fill(self, scores: Scores) -> None:
        """Every token of the vocabulary."""
        self._rows["id"] = self._ids
        self._rows["score"] = scores
        self._reset(len(self._ids))

    def put(self, token: int) -> None:
        """One token alone."""
        self._rows[0] = (token, 0.0, 0.0)
        self._reset(1)

    def apply(self, sampler: Any) -> None:
        """Let a sampler change the scores, cut and choose."""
        api.llama_sampler_apply(sampler, ctypes.byref(self._native))

    def keep_possible(self) -> int:
        """Leave out those that were refused; how many are left."""
        rows = self._rows[: self._native.size]
        possible = rows[rows["score"] > -np.inf]
        self._rows[: len(possible)] = possible
        self._reset(len(possible))
        return len(possible)

    @property
    def chosen(self) -> int:
        """The token that the last sampler of the chain took."""
        return int(self._rows["id"][self._native.selected])

    def _reset(self, size: int) -> None:
        self._native.size, self._native.selected, self._native.sorted = size, -1, False


class Sampler:
    """The state of one answer: what was said, for penalties; the dice; the place in the grammar.

    Raises RequestInvalid for a grammar that llama.cpp doesn't take.
    """

    def __init__(
        self, vocabulary: Any, candidates: Candidates, sampling: Sampling, seed: int, grammar: str
    ) -> None:
        self._candidates = candidates
        self._grammar = _grammar(vocabulary, grammar) if grammar else None
        links = list(_links(sampling, seed, int(api.llama_vocab_n_tokens(vocabulary))))
        self._plain = sampling.temperature <= 0 and not links and not grammar
        if sampling.temperature <= 0:
            links.append(api.llama_sampler_init_greedy())
        self._chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        for link in links:
            api.llama_sampler_chain_add(self._chain, link)

    def choose(self, scores: Scores) -> int:
        """The next token. Raises NothingFits."""
        if self._plain:
            return int(scores.argmax())
        token = self._choose(scores)
        if self._grammar is not None:
            if not self._allows(token):
                token = self._choose(scores, self._grammar)
            api.llama_sampler_accept(self._grammar, token)
        api.llama_sampler_accept(self._chain, token)
        return token

    def close(self) -> None:
        """Give the memory back."""
        if self._chain is not None:
            api.llama_sampler_free(self._chain)
            self._chain = None
        if self._grammar is not None:
            api.llama_sampler_free(self._grammar)
            self._grammar = None

    def _choose(self, scores: Scores, grammar: Any = None) -> int:
        self._candidates.fill(scores)
        if grammar is not None:
            self._candidates.apply(grammar)
            if not self._candidates.keep_possible():
                raise NothingFits
        self._candidates.apply(self._chain)
        return self._candidates.chosen

    def _allows(self, token: int) -> bool:
        self._candidates.put(token)
        self._candidates.apply(self._grammar)
        return self._candidates.keep_possible() == 1


def _grammar(vocabulary: Any, text: str) -> Any:
    grammar = api.llama_sampler_init_grammar(vocabulary, text.encode(), b"root")
    if not grammar:
        raise RequestInvalid("The response_format's schema is too large or can't be followed.")
    return grammar


def _links(sampling: Sampling, seed: int, vocabulary_size: int) -> Iterator[Any]:
    """The chain, but for the greedy end."""
    if sampling.logit_bias:
        biases = [
            api.llama_logit_bias(token, bias)
            for token, bias in sampling.logit_bias
            if token < vocabulary_size
        ]
        native = (api.llama_logit_bias * len(biases))(*biases)
        yield api.llama_sampler_init_logit_bias(vocabulary_size, len(biases), native)
    if sampling.temperature <= 0:
        yield from _penalties(sampling, vocabulary_size)
        return
    # Penalties look at every candidate, so they come after the cut: 4 % of a step of a small model.
    yield api.llama_sampler_init_top_k(sampling.top_k)
    yield from _penalties(sampling, vocabulary_size)
    yield api.llama_sampler_init_top_p(sampling.top_p, 1)
    yield api.llama_sampler_init_min_p(sampling.min_p, 1)
    yield api.llama_sampler_init_temp(sampling.temperature)
    yield api.llama_sampler_init_dist(seed)


def _penalties(sampling: Sampling, vocabulary_size: int) -> Iterator[Any]:
    penalties = sampling.repeat_penalty, sampling.frequency_penalty, sampling.presence_penalty
    if penalties != (1.0, 0.0, 0.0):
        yield api.llama_sampler_init_penalties(vocabulary_size, _PENALTY_WINDOW, *penalties)
