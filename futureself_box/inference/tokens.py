"""A model's vocabulary: prompts to tokens and tokens to bytes, through llama.cpp.

Mistral's and Llama's older vocabularies (SentencePiece) put a space before every text that follows a
control token, and llama.cpp does that for them. Their published templates are written for
transformers, which does it only once, and so write that space themselves. Taken together they give
two, which the model has never seen: so a text's own first space is taken as that one. It makes the
tokens those of mistral-common.
"""

import ctypes
from collections.abc import Sequence
from typing import Any

# The package's own __init__ is typed; its ctypes module is not.
from llama_cpp import llama_cpp as api

from futureself_box.errors import ModelBroken
from futureself_box.inference.template import Part

_LONGEST_PIECE = 512


class Vocabulary:
    """The vocabulary of a loaded model, which must outlive it. Safe from any thread.

    `controls` are the texts of its control tokens; `adds_space` whether it puts a space before text.
    """

    def __init__(self, model: Any) -> None:
        self._vocab = api.llama_model_get_vocab(model)
        self._ids = dict(self._find_controls())
        self.size = int(api.llama_vocab_n_tokens(self._vocab))
        self.controls = tuple(self._ids)
        self.adds_space = self._spells_with_a_space("a")
        self.bos = self._text(api.llama_vocab_bos(self._vocab))
        self.eos = self._text(api.llama_vocab_eos(self._vocab))

    def tokens(self, parts: Sequence[Part]) -> list[int]:
        """The tokens of a prompt. What isn't a control part is text, whatever it looks like."""
        tokens: list[int] = []
        for part in parts:
            tokens += [self._ids[part.text]] if part.is_control else self._split(part.text)
        return self._with_bos(tokens)

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; none for control tokens."""
        room = ctypes.create_string_buffer(_LONGEST_PIECE)
        count = api.llama_token_to_piece(self._vocab, token, room, len(room), 0, False)
        return room.raw[: max(count, 0)]

    def _split(self, text: str) -> list[int]:
        return self._raw_tokens(text.removeprefix(" ") if self.adds_space else text)

    def _raw_tokens(self, text: str) -> list[int]:
        data = text.encode()
        room = len(data) + 2
        tokens = (ctypes.c_int32 * room)()
        count = api.llama_tokenize(self._vocab, data, len(data), tokens, room, False, False)
        if count < 0:
            raise ModelBroken("The model can't split this text into tokens.")
        return list(tokens[:count])

    def _with_bos(self, tokens: list[int]) -> list[int]:
        """Most templates write the beginning-of-sequence token themselves; some leave it out."""
        bos = api.llama_vocab_bos(self._vocab)
        if api.llama_vocab_get_add_bos(self._vocab) and tokens[:1] != [bos]:
            return [bos, *tokens]
        return tokens

    def _find_controls(self) -> "list[tuple[str, int]]":
        control = api.LLAMA_TOKEN_ATTR_CONTROL
        return [
            (self._text(token), token)
            for token in range(api.llama_vocab_n_tokens(self._vocab))
            if api.llama_vocab_get_attr(self._vocab, token) & control
        ]

    def _spells_with_a_space(self, text: str) -> bool:
        return self.piece(self._raw_tokens(text)[0]).startswith(b" ")

    def _text(self, token: int) -> str:
        text = api.llama_vocab_get_text(self._vocab, token) if token >= 0 else b""
        return (text or b"").decode(errors="replace")
