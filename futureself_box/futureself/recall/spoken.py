"""The words of a question one after the other, each with what it means in the question's language.

What is said in several words ("il y a", "the day before yesterday") is one here. Small words between
those of a date are known as fillers and can be stepped over.
"""

import re
from collections.abc import Sequence

import msgspec

from futureself_box.futureself.recall import calendar_words, words
from futureself_box.futureself.recall.calendar_words import CALENDAR, HOLIDAYS, SEASONS, UNITS

YEAR = re.compile(r"(?:19|20)\d\d")
# Between the words of a date: "the spring of 2021", "el 3 de marzo", "im letzten Jahr", "l'été 2020".
_FILLERS = {
    "en": frozenset(["the", "of", "in", "on", "at", "back", "a", "s"]),
    "de": frozenset(["dem", "den", "der", "die", "das", "des", "im", "am", "um", "in", "zu"]),
    "fr": frozenset(["de", "du", "le", "la", "les", "l", "en", "d", "a", "au"]),
    "es": frozenset(["de", "del", "el", "la", "los", "las", "en", "a", "y"]),
    "nl": frozenset(["de", "het", "van", "in", "op", "om"]),
    "it": frozenset(["di", "del", "della", "dello", "dell", "il", "la", "lo", "l", "le", "nel", "nella",
                     "nell", "a", "in", "gli", "i"]),
    "pt": frozenset(["de", "do", "da", "dos", "das", "o", "a", "os", "as", "em", "no", "na", "nos", "nas"]),
}  # fmt: skip
# Some things are said in several words and are read as one, whatever the language.
_ONE_WORD = {
    "ilya": r"il y a",
    "newyear": r"new year(?:[\u2019']?s)?(?: eve| day)?|nouvel an|a[nñ]o nuevo|ano novo|oud en nieuw",
    "valentine": r"valentine[\u2019']?s(?: day)?",
    "mothersday": r"mother[\u2019']?s'? day|f[eê]te des m[eè]res|d[ií]a de la madre|festa della mamma",
    "fathersday": r"father[\u2019']?s'? day|f[eê]te des p[eè]res|d[ií]a del padre|festa del pap[aà]",
    "carnival": r"mardi gras",
    "easter": r"semana santa|settimana santa",
    "allsaints": r"todos los santos",
    "yesterday": r"last night|gestern abend|anoche|hier soir|ieri sera|gisteravond",
    "beforeyesterday": r"the day before yesterday|vorgestern|avant-hier|anteayer|antier|eergisteren|l'altro ieri"
    r"|anteontem",
    "today": r"this (?:morning|afternoon|evening)|tonight|heute (?:morgen|früh|mittag|abend)|ce (?:matin|soir)"
    r"|esta (?:mañana|tarde|noche)|vanmorgen|vanavond|stamattina|stasera|esta (?:manhã|noite)",
    "recently": r"the other (?:day|week)|neulich|l'autre jour|el otro día|l'altro giorno|outro dia",
    "weekend": r"(?:fin|fim) de semana|week-end|fine settimana",
    "halfyear": r"half a year|(?:a|one) half[ -]year|(?:einem |ein )?halbe[ns] jahr|medio a[nñ]o|une demi-année"
    r"|een half jaar|mezzo anno|meio ano",
    "yearandhalf": r"(?:a|one) year and a half|(?:one|1) and a half years|(?:anderthalb|eineinhalb) jahren?"
    r"|un an et demi|un a[nñ]o y medio|anderhalf jaar|un anno e mezzo|um ano e meio",
}
_SPOKEN = re.compile(
    "|".join(rf"(?P<{name}>\b(?:{form})\b)" for name, form in _ONE_WORD.items()) + r"|[^\W_]+",
    re.IGNORECASE,
)
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|e)?")
_MOST_DIGITS = 3
_KINDS: dict[str, tuple[str, ...]] = {
    "unit": UNITS,
    "half": ("halfyear", "yearandhalf"),
    "yearly": (*SEASONS, *HOLIDAYS),
}


class Token(msgspec.Struct, frozen=True):
    """A word as it is compared, what it means, and where it stands."""

    word: str
    means: str
    start: int
    end: int


class Spoken:
    """The tokens of one question. Places outside of it have no word and mean nothing."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.tokens, self.fillers = _tokens(question)

    @property
    def plain(self) -> str:
        """The words, with single blanks."""
        return " ".join(token.word for token in self.tokens)

    @property
    def meaning(self) -> str:
        """What they mean, with single blanks."""
        return " ".join(token.means for token in self.tokens)

    def means(self, at: int) -> str:
        """What the word at a place means."""
        return self.tokens[at].means if 0 <= at < len(self.tokens) else ""

    def word(self, at: int) -> str:
        """The word itself."""
        return self.tokens[at].word if 0 <= at < len(self.tokens) else ""

    def skip(self, at: int) -> int:
        """The first place from here on that is no filler."""
        while self.is_filler(at):
            at += 1
        return at

    def is_filler(self, at: int) -> bool:
        """Whether a word only joins those of a date."""
        return self.word(at) in self.fillers and not self.means(at).isdecimal()

    def shaped(self, at: int, shape: Sequence[str]) -> int:
        """Where tokens of this shape end; 0 where they don't begin at `at`."""
        for number, kind in enumerate(shape):
            if number and self.is_filler(at):
                at += 1
            means = self.means(at)
            fits = is_count(means) if kind == "number" else means in _KINDS.get(kind, (kind,))
            if not fits:
                return 0
            at += 1
        return at

    def count_and_unit(self, start: int, end: int) -> tuple[int, str]:
        """The number and the unit among some words."""
        means = [self.means(at) for at in range(start, end)]
        return next(int(m) for m in means if m.isdecimal()), next(m for m in means if m in UNITS)

    def year_after(self, at: int) -> tuple[int | None, int]:
        """The year that stands at a place, and where it ends."""
        at = self.skip(at)
        return (int(self.word(at)), at + 1) if YEAR.fullmatch(self.word(at)) else (None, at)

    def day(self, at: int) -> int | None:
        """The day of a month that stands at a place."""
        match = _ORDINAL.fullmatch(self.word(at))
        return int(match[1]) if match and 1 <= int(match[1]) <= 31 else None


def is_count(means: str) -> bool:
    """Whether it is a number of something that a calendar can hold."""
    return means.isdecimal() and len(means) <= _MOST_DIGITS


def _tokens(question: str) -> tuple[list[Token], frozenset[str]]:
    """The words, each with what it means in the question's language, and that language's fillers."""
    found = []
    for match in _SPOKEN.finditer(question):
        word = match.lastgroup or words.fold(match[0])
        found.append((word, *match.span()))
    language = calendar_words.language([word for word, _, _ in found])
    known = CALENDAR[language]
    tokens = [Token(word, known.get(word, word), start, end) for word, start, end in found]
    return tokens, _FILLERS[language]
