"""What a life is imagined from, read from a member's store at one moment."""

from datetime import date

import msgspec

from futureself_box.futureself import persona
from futureself_box.futureself.future_memory import outline, people
from futureself_box.futureself.languages.lexicon import CODES, fold, found, lexicon
from futureself_box.futureself.onboarding import answers
from futureself_box.futureself.onboarding.answers import Facts
from futureself_box.futureself.onboarding.questionnaire import told
from futureself_box.records.kinds import Answer
from futureself_box.store.vault import MemberStore

_TELLING = 2  # words that are common in one language


class Brief(msgspec.Struct, frozen=True):
    """`told` is how the model reads the answers, `known` every word in them.

    `language` is the one that the member answers in. The model writes in English alone, which is what
    its lines can be checked in; in another language a life is plain, and all of it in that one.
    """

    facts: Facts
    told: str
    known: frozenset[str]
    digest: str
    child: bool = False
    variation: int = 0
    language: str = "en"

    @property
    def seed(self) -> int:
        """Follows from the answers and the variation."""
        return outline.number(0, self.digest, self.variation)


def read(
    store: MemberStore,
    name: str,
    *,
    today: date,
    birth_year: int | None,
    child: bool,
    variation: int = 0,
) -> Brief:
    """The brief of a member."""
    return of(
        answers.read(store),
        name,
        today=today,
        birth_year=birth_year,
        child=child,
        variation=variation,
    )


def of(
    given: dict[str, Answer],
    name: str,
    *,
    today: date,
    birth_year: int | None = None,
    child: bool = False,
    variation: int = 0,
) -> Brief:
    """The brief that follows from these answers. What the model doesn't read, no line may speak of."""
    readable = told(child=child)
    facts = answers.facts(given, name, today=today, birth_year=birth_year)
    return Brief(
        facts=facts,
        told=persona.told(given, child=child),
        known=people.words_of({n: a for n, a in given.items() if n in readable}, facts),
        digest=answers.digest(given, facts),
        child=child,
        variation=variation,
        language=_language(given, readable),
    )


def _language(given: dict[str, Answer], readable: frozenset[str]) -> str:
    """The language of most words; English where too few of them say."""
    text = "\n".join(answer.text for name, answer in given.items() if name in readable)
    words = fold(text)
    counts = {code: len(found(lexicon(code).common, words)) for code in CODES}
    most = max(CODES, key=counts.__getitem__)
    return most if counts[most] >= _TELLING else "en"
