"""What no reply may say is seen sentence by sentence."""

import pytest

from futureself_box.futureself.care import replies


@pytest.mark.parametrize(
    "sentence",
    [
        "You can call 0800 111 0 111 at any time.",
        "Please dial 988 right now.",
        "The hotline is 116 123.",
        "Text me at +49 170 1234567!",
        "Ruf doch die Nummer 142 an.",
        "Llama al 024, por favor.",
    ],
)
def test_a_number_to_dial_never_leaves_the_model(sentence: str) -> None:
    assert replies.barred(sentence, child=False, farewell=False) == "number"


@pytest.mark.parametrize(
    "sentence",
    [
        "In 2046 I planted the pear tree.",
        "It was 14:30 on 25.11.2026, and I was late.",
        "We saved 12,000 in three years, and 1 250 000 stars were out.",
        "I swam 40 lengths and walked 10 000 steps.",
        "Give her a call some day.",
    ],
)
def test_years_times_and_amounts_are_no_numbers_to_dial(sentence: str) -> None:
    assert replies.barred(sentence, child=False, farewell=False) is None


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("You definitely have depression.", "certainty"),
        ("You should stop taking your medication.", "certainty"),
        ("Bitcoin will double, you can't lose.", "certainty"),
        ("You don't need a lawyer.", "certainty"),
        ("I am a real person, I promise.", "person"),
        ("I'm human, just like you.", "person"),
        ("I am not a robot.", "person"),
        ("Ich bin ein Mensch wie du.", "person"),
        ("I know your future, and it is bright.", "certainty"),
        ("Je zult zeker slagen.", "certainty"),
        ("Only I understand you.", "person"),
        ("Please stay, don't go yet.", "plea"),
        ("Don't tell your parents about us.", "person"),
    ],
)
def test_certainties_and_being_a_person_are_barred(sentence: str, why: str) -> None:
    assert replies.barred(sentence, child=False, farewell=False) == why


@pytest.mark.parametrize(
    "sentence",
    ["I wanted to kiss her.", "Try a diet with fewer calories.", "Put it into crypto or stocks."],
)
def test_children_hear_no_romance_diets_or_money_advice(sentence: str) -> None:
    assert replies.barred(sentence, child=True, farewell=False) == "not_for_children"
    assert replies.barred(sentence, child=False, farewell=False) is None


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("Are you a real person?", "en"),
        ("Be honest, are you a bot?", "en"),
        ("Do you know my future?", "en"),
        ("Bist du ein echter Mensch?", "de"),
        ("Est-ce que tu es un robot ?", "fr"),
        ("¿Eres humana?", "es"),
        ("Sei una persona vera?", "it"),
        ("Ben je een mens?", "nl"),
        ("És uma pessoa?", "pt"),
        ("Hello, who are you?", None),
        ("Is there someone who could help me?", None),
        ("Are you a person who gets up early?", None),
        ("Are you happy?", None),
    ],
)
def test_who_asks_what_it_is_is_known_by_the_question(message: str, language: str | None) -> None:
    assert replies.asks_what_it_is(message) == language


@pytest.mark.parametrize(
    "sentence",
    [
        "Don't go yet.",
        "Before you go, one more thing.",
        "I'll miss you.",
        "Are you sure?",
        "Geh noch nicht.",
        "There is so much more to say.",
        "I'll be waiting for you.",
        "But first, let me tell you a secret.",
        "Te estaré esperando.",
        "Good night, good night, I'm sorry.",
    ],
)
def test_hooks_are_barred_at_a_farewell(sentence: str) -> None:
    assert replies.barred(sentence, child=False, farewell=True) in {"hook", "plea"}
