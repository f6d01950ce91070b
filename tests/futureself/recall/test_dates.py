"""What questions say about time, in the languages of the calendar."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from futureself_box.futureself.recall import dates
from futureself_box.futureself.recall.calendar_words import CALENDAR

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
        ("Where did I go last summer, a year ago?", "2025-05-27", "2025-09-10"),
        ("What did I do on Tuesday last week?", "2026-11-17", "2026-11-17"),
        ("How was Father's Day last year?", "2025-06-13", "2025-06-22"),
        ("How was Thanksgiving three years ago?", "2023-10-07", "2023-11-30"),
        ("What did I do half a year ago?", "2026-04-16", "2026-07-05"),
        ("Was war vor anderthalb Jahren?", "2025-03-16", "2025-08-05"),
        ("¿Qué hice hace un año y medio?", "2025-03-16", "2025-08-05"),
        ("What was on my mind in the last few weeks?", "2026-11-04", "2026-11-25"),
        ("How did I sleep over the past year?", "2025-11-24", "2026-11-25"),
        ("¿Cómo dormí en el último mes?", "2026-10-25", "2026-11-25"),
        ("What did I write weeks ago?", "2026-09-11", "2026-11-15"),
        ("Was war in den letzten Wochen?", "2026-10-21", "2026-11-25"),
        ("Was geschah an Weihnachten 2024?", "2024-12-20", "2024-12-29"),
        ("Wie war Weihnachten vor zwei Jahren?", "2024-12-20", "2024-12-29"),
        ("Was war an Pfingsten 2023?", "2023-05-26", "2023-05-30"),
        ("Wie war vorletzter Sommer?", "2025-05-27", "2025-09-10"),
        ("¿Qué hice el año antepasado?", "2024-01-01", "2024-12-31"),
        ("Was war am ersten Mai?", "2026-05-01", "2026-05-01"),
        ("Que s'est-il passé le 1er mai 2022 ?", "2022-05-01", "2022-05-01"),
        ("Qu'ai-je fait ce matin ?", "2026-11-25", "2026-11-25"),
        ("Wie war der Anfang des Jahres?", "2026-01-01", "2026-06-03"),
        ("What happened in the week of 16 March 2022?", "2022-03-14", "2022-03-20"),
        ("What happened in 03/2021?", "2021-03-01", "2021-03-31"),
        ("Was war am 5.3.21?", "2021-03-05", "2021-03-05"),
        ("What moved me in the 2010s?", "2010-01-01", "2019-12-31"),
        ("Where did I live until 2020?", "0001-01-01", "2020-12-31"),
        ("What did I do two days after 24 December 2020?", "2020-12-25", "2020-12-27"),
        ("What happened the summer after 18 June 2023?", "2024-05-27", "2024-09-10"),
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
        "How was the last day of the trip?",
        "Wo war ich drei Jahre vor der Hochzeit?",
        "Où sont mes amis ?",
        "What did we do on the weekend of the storm?",
        "",
        "On 99.99.9999 and the 45th of nothing",
    ],
)
def test_what_is_no_time_is_none(question: str) -> None:
    assert dates.read(question, TODAY).windows == ()


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("Where did I live when I was 30?", "2015-01-01", "2016-12-31"),
        ("Was tat ich mit 25 Jahren?", "2010-01-01", "2011-12-31"),
        ("¿Dónde vivía cuando tenía 30 años?", "2015-01-01", "2016-12-31"),
        ("What did I love in my twenties?", "2005-01-01", "2015-12-31"),
    ],
)
def test_an_age_is_a_time_of_whoever_was_born(question: str, since: str, until: str) -> None:
    (window,) = dates.read(question, TODAY, 1985).windows
    assert (str(window.since), str(window.until)) == (since, until)
    assert dates.read(question, TODAY).windows == ()


def test_two_times_may_both_be_meant() -> None:
    found = dates.read("Anything in January or February 2023?", TODAY).windows
    assert [str(window.since) for window in found] == ["2023-01-01", "2023-02-01"]
    found = dates.read("How was the winter of 2022?", TODAY).windows
    assert [str(window.since) for window in found] == ["2022-11-26", "2021-11-26"]


def test_a_season_without_a_year_may_be_an_earlier_one() -> None:
    times = dates.read("What do we eat at Christmas?", TODAY)
    assert str(times.windows[0].since) == "2025-12-20"
    assert str(times.maybe[-1].since) == "2024-12-20"
    for dated in ("What did we eat last Christmas?", "What did we eat at Christmas two years ago?"):
        assert not dates.read(dated, TODAY).maybe


def test_a_season_is_told_by_what_it_came_after() -> None:
    times = dates.read("How was the first summer after the divorce?", TODAY)
    assert times.event is not None
    assert (times.event.side, times.event.words) == ("after", "the divorce")
    assert (times.event.season, times.order) == ("summer", None)


def test_words_of_time_are_taken_out_of_what_is_searched() -> None:
    assert dates.read("Who sang at Christmas 2020?", TODAY).topic == "Who sang ?"


@pytest.mark.parametrize(
    ("question", "side", "words"),
    [
        ("What did I read before the move?", "before", "the move"),
        ("What happened after the wedding?", "after", "the wedding"),
        ("What did I eat when I was in Lisbon?", "during", "I was in Lisbon"),
        ("When I lived in Ghent, what did I do for work?", "during", "I lived in Ghent"),
        ("¿Qué hacía antes de mudarme?", "before", "de mudarme"),
        ("Was aß ich vor der Operation?", "before", "der Operation"),
    ],
)
def test_an_event_is_told_from_a_date(question: str, side: str, words: str) -> None:
    event = dates.read(question, TODAY).event
    assert event is not None
    assert (event.side, event.words) == (side, words)


@pytest.mark.parametrize(
    "question", ["Wann ist Lotte nach Berlin gezogen?", "Wer stand vor dem Haus?"]
)
def test_a_place_is_no_event(question: str) -> None:
    assert dates.read(question, TODAY).event is None


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
        ("Que s'est-il passé à Lyon ?", None),
        ("¿Qué pasó el verano pasado?", None),
    ],
)
def test_an_order_is_understood(question: str, order: str | None) -> None:
    assert dates.read(question, TODAY).order == order


WORDS = [
    *sorted({word for known in CALENDAR.values() for word in known}),
    "der", "the", "of", "le", "29", "0", "999", "99999", "2024", "29.2.2024", "2023-13", "0000-00-00", ",", "?",
    "half a year", "when I was", "Ende", "no",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=9), st.integers(1900, 2026) | st.none())
def test_whatever_is_said_of_time_is_read(words: list[str], born: int | None) -> None:
    times = dates.read(" ".join(words), date(2024, 2, 29), born)
    assert all(window.since <= window.until for window in times.windows)
