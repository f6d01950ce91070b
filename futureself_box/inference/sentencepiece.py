"""SentencePiece's unigram tokenizer (Kudo 2018), as XLM-RoBERTa's vocabulary needs it.

The likeliest way to cut a word into known pieces, found by Viterbi's algorithm. No piece crosses a
space, so each word is cut once and remembered.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

SPACE = "\u2581"
_MOST_WORDS_KEPT = 20_000
_LONGEST_WORD = 200


class Vocabulary:
    """Pieces with their log-probabilities, and what each character is normalised to."""

    def __init__(
        self, pieces: list[str], scores: list[float], normal: Mapping[int, str], *, unknown: int
    ) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._scores = scores
        self._normal = normal
        self._unknown = unknown
        self._longest = max(map(len, pieces))
        # As SentencePiece does: an unknown character costs ten more than the rarest piece.
        self._unknown_score = min(scores) - 10.0
        self._cut = lru_cache(_MOST_WORDS_KEPT)(self._cut_word)

    def encode(self, text: str, most: int) -> list[int]:
        """The numbers of a text's pieces, `most` at most."""
        numbers: list[int] = []
        for word in text.translate(self._normal).split():
            for part in _parts(SPACE + word):
                numbers += self._cut(part)
            if len(numbers) >= most:
                break
        return numbers[:most]

    def _cut_word(self, word: str) -> tuple[int, ...]:
        best = [0.0] + [float("-inf")] * len(word)
        came = [(0, self._unknown)] * (len(word) + 1)
        for start in range(len(word)):
            for end in range(start + 1, min(start + self._longest, len(word)) + 1):
                number = self._numbers.get(word[start:end])
                if number is not None and number != self._unknown:
                    score = best[start] + self._scores[number]
                elif end == start + 1:
                    score, number = best[start] + self._unknown_score, self._unknown
                else:
                    continue
                if score > best[end]:
                    best[end], came[end] = score, (start, number)
        return tuple(reversed(list(_way_back(came))))


def _way_back(came: list[tuple[int, int]]) -> Iterator[int]:
    at = len(came) - 1
    while at > 0:
        at, number = came[at]
        yield number


def _parts(word: str) -> Iterator[str]:
    """A word in pieces of bearable length: time grows with its square, and texts may lack spaces."""
    for start in range(0, len(word), _LONGEST_WORD):
        yield word[start : start + _LONGEST_WORD]
