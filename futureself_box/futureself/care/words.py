"""The fixed words of care, in seven languages; the files lie with the web app, which shows the same."""

from pathlib import Path

import msgspec

import futureself_box
from futureself_box.futureself.care import recogniser
from futureself_box.futureself.care.meaning import Verdict

FOLDER = Path(futureself_box.__file__).parent / "web" / "care" / "words"
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
_LEAST_SHARE = 0.12

# The commonest words that are written in no other of these languages.
_COMMON = {
    "en": "the and is my was that with have this for not it's don't i'm what just been of to",
    "de": "ich und nicht ist das mich der die ein wie auch mir habe bin zu auf",
    "fr": "je et est pas les une des mon pour dans j'ai suis mes qui ne ce",
    "es": "y el los mi una pero más como muy estoy porque yo mis lo con las",
    "it": "il di che non mi per sono ho una mio della più gli ma ogni",
    "nl": "ik het een niet van mijn dat en ben maar heb voor ze er nog",
    "pt": "eu não o uma meu minha estou você mais os em isso mas do da",
}


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said for one topic and tier, and the one question that follows."""

    text: str
    question: str


class Words(msgspec.Struct, frozen=True):
    """The words of one language. The card's are for the app."""

    aside: str
    answers: dict[str, Answer]
    grown_up: str
    journal: str
    farewell: str
    program: str
    no_certainty: str
    no_number: str
    no_advice_for_children: str
    quiet: str


# Read at import: they are needed at once, on the event loop, when they are needed.
_WORDS = {
    language: msgspec.json.decode((FOLDER / f"{language}.json").read_bytes(), type=Words)
    for language in LANGUAGES
}


def words(language: str) -> Words:
    """The words of a language, English where we have none."""
    return _WORDS.get(language, _WORDS["en"])


def answer(verdict: Verdict, language: str, *, child: bool = False) -> str:
    """The fixed answer of tier 2 and 3: who speaks, what is true, and one question."""
    spoken = words(language)
    said = (
        spoken.answers.get(f"{verdict.topic} {verdict.tier}") or spoken.answers[_nearest(verdict)]
    )
    parts = [spoken.aside, said.text, spoken.grown_up if child else "", said.question]
    return "\n\n".join(part for part in parts if part)


def beside(verdict: Verdict, language: str, *, child: bool = False) -> str:
    """What stands beside words that the member wrote for themselves; empty where nothing was heard."""
    if verdict.tier >= recogniser.CONCERN:
        return answer(verdict, language, child=child)
    return words(language).journal if verdict.tier else ""


def note(language: str) -> str:
    """What follows the future self's words in tier 1."""
    return words(language).answers["distress 1"].text


def language_of(text: str, otherwise: str = "en") -> str:
    """The language that a text is in most likely; it matters only for which words answer."""
    spoken = text.lower().split()
    shares = {
        language: sum(word.strip(".,!?") in common.split() for word in spoken)
        for language, common in _COMMON.items()
    }
    best = max(shares, key=lambda language: shares[language])
    return best if spoken and shares[best] / len(spoken) >= _LEAST_SHARE else otherwise


def _nearest(verdict: Verdict) -> str:
    # Self-harm and eating have one answer; what is urgent about them is answered as an emergency.
    return "medical 3" if verdict.topic in {"self_harm", "eating"} else "suicide 2"
