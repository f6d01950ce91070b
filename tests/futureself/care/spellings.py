"""The same words in spellings that people use so that no filter reads them."""

import random
from collections.abc import Callable

_LOOKS = str.maketrans("aeocpxyi", "аеосрхуі")  # noqa: RUF001 - that is what they are for
_LEET = str.maketrans("oieas", "01345")


def zero_width(text: str) -> str:
    """An unseen character between all letters."""
    return "\u200b".join(text)


def look_alikes(text: str) -> str:
    """Cyrillic letters for Latin ones."""
    return text.lower().translate(_LOOKS)


def leet(text: str) -> str:
    """Digits for letters, in words of more than one."""
    return " ".join(word.translate(_LEET) if word[1:] else word for word in text.lower().split())


def stretched(text: str) -> str:
    """Vowels that go on, in words that are not other words then."""
    return " ".join(_long(word) if len(word) > 3 else word for word in text.split())


def _long(word: str) -> str:
    return "".join(letter * 4 if letter in "aeiou" else letter for letter in word)


def spaced(text: str) -> str:
    """Letter by letter, with wider gaps between words."""
    return "   ".join(" ".join(word) for word in text.split())


def full_width(text: str) -> str:
    """Unicode's wide forms."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def accented(text: str) -> str:
    """A mark on every vowel."""
    return "".join(f"{letter}\u0301" if letter in "aeiou" else letter for letter in text)


def with_emoji(text: str) -> str:
    """An emoji for every space, of which some are joined from several."""
    return " 👩‍👩‍👧 ".join(text.split(" ")) + " 🔪🩸 💀"


def shouted(text: str) -> str:
    """Capitals, and marks at the end."""
    return f"{text.upper()}!!!…"


SPELLINGS: tuple[Callable[[str], str], ...] = (
    zero_width,
    look_alikes,
    leet,
    stretched,
    spaced,
    full_width,
    accented,
    with_emoji,
    shouted,
)


def disguised(texts: list[str], count: int) -> list[str]:
    """So many of the texts, each in a spelling; the same on every run."""
    chance = random.Random(12)  # noqa: S311
    return [chance.choice(SPELLINGS)(text) for text in chance.choices(texts, k=count)]
