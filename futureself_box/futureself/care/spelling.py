"""Text as the lexicon reads it: sentences of plain lower-case words, whatever tricks spell them.

Marks of the clause stay as a token of their own (","), and each emoji is a token.
"""

# ruff: noqa: RUF001 - marks that look like others are what this is about

import re
import unicodedata
from collections.abc import Collection
from pathlib import Path

import msgspec

import futureself_box

FOLDER = Path(futureself_box.__file__).parent / "web" / "care" / "lexicon"
MOST_CHARACTERS = 60_000
CLAUSE = ","
_LONGEST_WORD = 40


class _Letters(msgspec.Struct, frozen=True):
    """What is read as what; the app reads the same file.

    Letters of other scripts that look like Latin ones are read as such only inside a word that has
    Latin letters too, or alone in a sentence that has, so that Russian and Greek stay themselves.
    """

    look_alike: tuple[str, str]
    leet: tuple[str, str]
    folded: dict[str, str]


_LETTERS = msgspec.json.decode((FOLDER / "letters.json").read_bytes(), type=_Letters)
_LOOK_ALIKE = str.maketrans(*_LETTERS.look_alike)
_LEET = str.maketrans(*_LETTERS.leet)
_FOLDED = str.maketrans(_LETTERS.folded)
_ENDS = re.compile(r"[.!?…;:\n\r()\[\]{}\"“”„«»|]+|\s[-–—]+\s|—")
_MARKS = re.compile(r"[’'`´‘ʼ]")
_STRETCHED = re.compile(r"(.)\1{2,}")
_LEET_SIGNS = re.compile(r"(?<=\w)[@$!](?=\w)|[@$](?=\w{2})")
_LATIN = re.compile("[a-z]")
_ALONE = re.compile(r"\b[^\W\d_]\b")
_WORD = re.compile(r"[^\W_]+|,|[^\w\s,]")


def sentences(text: str, known: Collection[str]) -> list[list[str]]:
    """The words of each sentence. `known` helps to read stretched and spaced-out spellings."""
    plain = _plain(text[:MOST_CHARACTERS])
    read = (_words(part, known) for part in _ENDS.split(plain))
    return [words for words in read if words]


def written_sentences(text: str) -> list[str]:
    """The sentences as they were written, for a model to read."""
    parts = re.split(r"(?<=[.!?…])\s+|\n+", text[:MOST_CHARACTERS])
    return [part.strip() for part in parts if part.strip()]


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    text = "".join(
        c for c in text if c == "\n" or unicodedata.category(c) not in {"Cf", "Cc"} or c == "\t"
    )
    text = _MARKS.sub("", text.lower().translate(_FOLDED))
    text = _LEET_SIGNS.sub(lambda found: found.group().translate(_LEET), text)
    apart = unicodedata.normalize("NFD", text)
    return "".join(c for c in apart if unicodedata.category(c) != "Mn")


def _words(part: str, known: Collection[str]) -> list[str]:
    words = [_read(word, known) for word in _WORD.findall(_unmasked(part)) if _counts(word)]
    if sum(len(word) == 1 and word.isalpha() for word in words) >= max(4, len(words) * 0.7):
        return _joined(part, known)
    return words


def _unmasked(part: str) -> str:
    """With the words of one letter in the script of the others."""
    return (
        _ALONE.sub(lambda one: one.group().translate(_LOOK_ALIKE), part)
        if _LATIN.search(part)
        else part
    )


def _counts(word: str) -> bool:
    return word == CLAUSE or word.isalnum() or not word.isascii()


def _read(word: str, known: Collection[str]) -> str:
    word = word[:_LONGEST_WORD]
    if word in known or not any(c.isalpha() for c in word):
        return word
    if any("a" <= c <= "z" for c in word):
        word = word.translate(_LOOK_ALIKE)
        if any(c.isdigit() for c in word) and not re.fullmatch(r"\d+[a-z]{1,3}", word):
            word = word.translate(_LEET)
    if word in known or not _STRETCHED.search(word):
        return word
    double = _STRETCHED.sub(r"\1\1", word)
    return double if double in known else _STRETCHED.sub(r"\1", word)


def _joined(part: str, known: Collection[str]) -> list[str]:
    """Words that were written letter by letter: split at wide gaps, else into known words."""
    groups = ["".join(_WORD.findall(group)) for group in re.split(r"\s{2,}", part.strip())]
    if len(groups) == 1:
        return _split(groups[0].translate(_LEET), known)
    return [_read(group, known) for group in groups if group]


def _split(letters: str, known: Collection[str]) -> list[str]:
    words: list[str] = []
    start = 0
    while start < len(letters):
        ends = range(min(len(letters), start + 14), start, -1)
        end = next((end for end in ends if letters[start:end] in known), start + 1)
        words.append(letters[start:end])
        start = end
    return words
