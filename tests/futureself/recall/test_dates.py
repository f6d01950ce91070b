"""What questions say about time, in the languages of the calendar."""

from datetime import date

import pytest

from futureself_box.futureself.recall import dates

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("What did I do last spring?", "2026-02-24", "2026-06-10"),
        ("What did I do in March?", "2026-03-01", "2026-03-31"),
        ("What did I do in December?", "2025-12-01", "2025-12-31"),
        ("What happened on 3 March 2022?", "2022-03-03", "2022-03-03"),
        ("What happened on March 3rd?", "2026-03-03", "2026-03-03"),
        ("What happened on 2022-03-03?", "2022-03-03", "2022-03-03"),
        ("In the summer of 2019, who did I meet?", "2019-05-27", "2019-09-10"),
        ("Who visited us at Christmas 2020?", "2020-12-20", "2020-12-29"),
        ("Where was I two years ago?", "2024-01-01", "2025-04-14"),
        ("What was on my mind three weeks ago?", "2026-10-28", "2026-11-11"),
        ("What did I do yesterday?", "2026-11-24", "2026-11-24"),
        ("What did I read in the last three months?", "2026-08-24", "2026-11-25"),
        ("What did I write between May and July 2021?", "2021-05-01", "2021-07-31"),
        ("How was the end of last year?", "2025-07-31", "2025-12-31"),
        ("What happened in March last year?", "2025-03-01", "2025-03-31"),
        ("What happened two years ago in autumn?", "2024-08-27", "2024-12-10"),
        ("What did I do two summers ago?", "2024-05-27", "2025-09-10"),
        ("Where did we go the summer before last?", "2025-05-27", "2025-09-10"),
        ("How was the spring of last year?", "2025-02-24", "2025-06-10"),
        ("What happened in the second half of 2022?", "2022-07-31", "2022-12-31"),
        ("What happened in the first week of March?", "2026-03-01", "2026-03-14"),
        ("What did I write a year ago today?", "2025-11-21", "2025-11-29"),
        ("What did I do on New Year's Eve?", "2025-12-30", "2026-01-03"),
        ("What did I do the day before yesterday?", "2026-11-23", "2026-11-23"),
        ("What did I do on 5/3/2021?", "2021-03-05", "2021-03-05"),
        ("What have I cooked since 2024?", "2024-01-01", "2026-11-25"),
        ("Was habe ich vor drei Wochen gemacht?", "2026-10-28", "2026-11-11"),
        ("Was war letzten Sommer?", "2026-05-27", "2026-09-10"),
        ("Où étais-je l'été dernier ?", "2026-05-27", "2026-09-10"),
        ("Qu'ai-je fait il y a deux ans ?", "2024-01-01", "2025-04-14"),
        ("¿Qué hice la semana pasada?", "2026-11-16", "2026-11-22"),
        ("¿Qué pasó hace dos meses?", "2026-08-26", "2026-10-25"),
        ("Wat deed ik in maart 2021?", "2021-03-01", "2021-03-31"),
        ("Cosa ho fatto tre anni fa?", "2023-01-01", "2024-04-13"),
        ("O que eu fiz no verão passado?", "2026-05-27", "2026-09-10"),
    ],
)
def test_a_time_is_a_window_of_days(question: str, since: str, until: str) -> None:
    (window,) = dates.read(question, TODAY).windows
    assert (str(window.since), str(window.until)) == (since, until)


@pytest.mark.parametrize(
    "question",
    [
        "May I ask what I may eat?",
        "What did I fall off?",
        "Did I march against it?",
        "How many days ago did I see her?",
        "Wann bin ich nach Berlin gezogen?",
        "Où sont mes amis ?",
        "",
        "On 99.99.9999 and the 45th of nothing",
    ],
)
def test_what_is_no_time_is_none(question: str) -> None:
    assert dates.read(question, TODAY).windows == ()


def test_words_of_time_are_taken_out_of_what_is_searched() -> None:
    assert dates.read("Who sang at Christmas 2020?", TODAY).topic == "Who sang ?"


@pytest.mark.parametrize(
    ("question", "side", "words"),
    [
        ("What did I read before the move?", "before", "the move"),
        ("What happened after the wedding?", "after", "the wedding"),
        ("What did I eat when I was in Lisbon?", "during", "I was in Lisbon"),
        ("When I lived in Ghent, what did I do for work?", "during", "I lived in Ghent"),
    ],
)
def test_an_event_is_told_from_a_date(question: str, side: str, words: str) -> None:
    event = dates.read(question, TODAY).event
    assert event is not None
    assert (event.side, event.words) == (side, words)


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("When did I first swim in the sea?", "first"),
        ("When was the last time I saw Tom?", "last"),
        ("Wann war ich zum letzten Mal beim Zahnarzt?", "last"),
        ("Where do I live now?", "now"),
        ("Où est-ce que j'habite actuellement ?", "now"),
        ("What did I do last week?", None),
        ("Who is Tom?", None),
    ],
)
def test_an_order_is_understood(question: str, order: str | None) -> None:
    assert dates.read(question, TODAY).order == order
