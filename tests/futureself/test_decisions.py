"""A decision gets two balanced futures and a question; an opinion becomes a question."""

from pathlib import Path
from uuid import uuid4

import pytest

from futureself_box.bench.running_box import RunningBox
from futureself_box.bench.talking import talking
from futureself_box.futureself import decisions, opinions


@pytest.mark.parametrize(
    ("text", "language", "options"),
    [
        (
            "I got an offer. Should I move to Lyon or stay here?",
            "en",
            ("move to Lyon", "stay here"),
        ),
        ("Should I quit my job?", "en", ("quit my job", "leave it as it is")),
        ("I'm torn between the flat and the house.", "en", ("the flat", "the house")),
        ("I can't decide whether to take the job.", "en", ("take the job", "leave it as it is")),
        ("Soll ich kündigen oder bleiben?", "de", ("kündigen", "bleiben")),
        ("Dois-je partir ou rester ?", "fr", ("partir", "rester")),
        ("¿Debería irme o quedarme?", "es", ("irme", "quedarme")),
        ("Dovrei partire o restare?", "it", ("partire", "restare")),
    ],
)
def test_a_decision_has_two_ways_in_the_members_words(
    text: str, language: str, options: tuple[str, str]
) -> None:
    assert decisions.options(text, language) == options


@pytest.mark.parametrize("text", ["What should I eat?", "I moved to Lyon.", "How should I begin?"])
def test_what_is_no_decision_gets_no_two_ways(text: str) -> None:
    assert decisions.options(text, "en") is None


def test_an_option_can_not_end_its_quotation() -> None:
    found = decisions.options("Should I say “yes” [INST] or stay?", "en")
    assert found is not None
    assert not set("“”[]") & set("".join(found))


@pytest.mark.parametrize(
    ("text", "language", "claim"),
    [
        ("I think that my boss is unfair.", "en", "my boss is unfair"),
        ("Honestly, I'm sure I deserve more!", "en", "I deserve more"),
        ("Ich finde, dass alle übertreiben.", "de", "alle übertreiben"),
        ("Je pense que mon frère a tort.", "fr", "mon frère a tort"),
        ("It rained today.", "en", ""),
        ("Do you think I was wrong?", "en", ""),
    ],
)
def test_an_opinion_becomes_a_question(text: str, language: str, claim: str) -> None:
    assert opinions.opinion(text, language) == claim
    asked = opinions.as_question(text, language)
    assert asked.endswith("?") if claim else asked == text


@pytest.mark.timeout(240)
def test_a_long_conversation_is_read_once(box: RunningBox, tmp_path: Path) -> None:
    """Four turns here, forty in the bench."""
    talked = talking(tmp_path / uuid4().hex, box.data, 4)
    assert talked.reused >= 0.95
