"""Turns a rendered prompt into tokens so that nobody can type a control token.

The names of control tokens count only in the template's own words; in a message they are letters.
Everything between two control tokens is tokenised in one piece, as if the prompt were one text, so
that messages without such names get the very tokens of the usual way.

Mistral's and Llama's older vocabularies (SentencePiece) put a space before every text that follows a
control token, and llama.cpp does that for them. Their published templates are written for
transformers, which does it only once, and so write that space themselves. Taken together they give
two, which the model has never seen: so a text's own first space is taken as that one. It makes the
tokens those of mistral-common.
"""

import re
from collections.abc import Iterator, Sequence

from futureself_box.inference.llama import Llama


class PromptTokens:
    """The tokeniser of one model."""

    def __init__(self, model: Llama) -> None:
        self._model = model
        self._controls = model.control_tokens()
        longest_first = sorted(self._controls, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    @property
    def controls(self) -> tuple[str, ...]:
        """The names of the control tokens."""
        return tuple(self._controls)

    def of(self, parts: Sequence[str]) -> list[int]:
        """The tokens of a prompt: a template's words and a message's, by turns."""
        return self._model.begun(self.inside(parts))

    def inside(self, parts: Sequence[str]) -> list[int]:
        """The same for a piece of a prompt that is not its beginning."""
        tokens: list[int] = []
        text = ""
        for piece in self._pieces(parts):
            if isinstance(piece, str):
                text += piece
                continue
            tokens += [*self._split(text), piece]
            text = ""
        return tokens + self._split(text)

    def _split(self, text: str) -> list[int]:
        own = text.removeprefix(" ") if self._model.adds_space else text
        return self._model.tokens_of(own, controls=False) if own else []

    def _pieces(self, parts: Sequence[str]) -> Iterator[str | int]:
        for index, part in enumerate(parts):
            if index % 2:
                yield part
                continue
            end = 0
            for found in self._pattern.finditer(part):
                yield part[end : found.start()]
                yield self._controls[found.group()]
                end = found.end()
            yield part[end:]
