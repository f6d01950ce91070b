"""BERT's tokenizer (uncased), enough of it for the embedding model.

The steps and their order are those of Devlin et al.'s tokenization.py: clean, lower, strip accents,
split at spaces, punctuation and CJK characters, then take the longest known piece from the left.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_VOCABULARY = Path(__file__).with_name("vocabulary") / "minilm.txt"
_UNKNOWN, _BEGIN, _END = "[UNK]", "[CLS]", "[SEP]"
_LONGEST_WORD = 100
_CJK = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


def encode(text: str, most: int) -> list[int]:
    """The tokens of a text with its beginning and end, `most` at most."""
    known = _vocabulary()
    tokens = [known[_BEGIN]]
    for word in _words(text):
        tokens += _pieces(word, known)
        if len(tokens) >= most:
            break
    return [*tokens[: most - 1], known[_END]]


@cache
def _vocabulary() -> dict[str, int]:
    lines = _VOCABULARY.read_text(encoding="utf-8").splitlines()
    return {piece: number for number, piece in enumerate(lines)}


def _words(text: str) -> Iterator[str]:
    for word in "".join(map(_spaced, text)).split():
        plain = unicodedata.normalize("NFD", word.lower())
        letters = "".join(c for c in plain if unicodedata.category(c) != "Mn")
        yield from "".join(f" {c} " if _is_punctuation(c) else c for c in letters).split()


def _spaced(character: str) -> str:
    """The character; nothing for control characters, and spaces around a CJK one."""
    if character in "\t\n\r" or unicodedata.category(character) == "Zs":
        return " "
    if character in "\0\ufffd" or unicodedata.category(character).startswith("C"):
        return ""
    point = ord(character)
    return f" {character} " if any(low <= point <= high for low, high in _CJK) else character


def _is_punctuation(character: str) -> bool:
    # ASCII symbols such as $ and ^ count too, though Unicode says otherwise.
    if character.isascii():
        return not character.isalnum()
    return unicodedata.category(character).startswith("P")


def _pieces(word: str, known: dict[str, int]) -> list[int]:
    if len(word) > _LONGEST_WORD:
        return [known[_UNKNOWN]]
    pieces: list[int] = []
    start = 0
    while start < len(word):
        prefix = "##" if start else ""
        ends = range(len(word), start, -1)
        end = next((end for end in ends if prefix + word[start:end] in known), None)
        if end is None:
            return [known[_UNKNOWN]]
        pieces.append(known[prefix + word[start:end]])
        start = end
    return pieces
