"""What a conversation with the real starter model is like, through the client."""

from contextlib import aclosing

import pytest

from futureself_box.errors import ContextLengthExceeded, RequestInvalid
from futureself_box.inference.client import Finished, InferenceClient, Reading, Words
from tests.inference.conftest import STORY, Inference, end_of, read, says, text_of

pytestmark = pytest.mark.timeout(90)
LONG = "The sea was calm and the boat was old. " * 30


async def test_an_answer_streams_word_by_word(client: InferenceClient) -> None:
    events = await read(client, says(STORY), max_tokens=60)
    words = [event for event in events if isinstance(event, Words)]
    assert len(words) > 2
    assert words[0].tokens == 1
    assert sum(event.tokens for event in words) == end_of(events).completion_tokens == 60


async def test_the_reading_of_a_long_prompt_is_told(client: InferenceClient) -> None:
    events = await read(client, says(LONG * 5))
    readings = [event for event in events if isinstance(event, Reading)]
    total = end_of(events).prompt_tokens
    assert len(readings) > 2
    assert readings[-1] == Reading(total, total)


async def test_a_greedy_answer_is_the_same_again(client: InferenceClient) -> None:
    first = text_of(await read(client, says(STORY)))
    assert first
    assert text_of(await read(client, says(STORY))) == first


async def test_a_seed_makes_a_lively_answer_repeatable(client: InferenceClient) -> None:
    def answer(seed: int):  # type: ignore[no-untyped-def]
        return read(client, says(STORY), temperature=1.0, seed=seed)

    assert text_of(await answer(7)) == text_of(await answer(7)) != text_of(await answer(8))


async def test_an_answer_that_was_cut_short_says_so(client: InferenceClient) -> None:
    assert end_of(await read(client, says(STORY), max_tokens=3)).reason == "length"
    assert end_of(await read(client, says("Say only: yes."), max_tokens=200)).reason == "stop"


async def test_a_stop_string_ends_the_answer_and_never_shows(client: InferenceClient) -> None:
    whole = text_of(await read(client, says(STORY), max_tokens=40))
    stop = whole[len(whole) // 2 :][:6]
    events = await read(client, says(STORY), max_tokens=40, stop=[stop])
    assert text_of(events) == whole[: whole.index(stop)]
    assert end_of(events).reason == "stop"


async def test_characters_of_several_tokens_stay_whole(client: InferenceClient) -> None:
    asked = says("Repeat exactly, nothing else: 🌊⛵ 漢字かな ñandú 🌊⛵ 漢字かな ñandú")
    events = await read(client, asked, max_tokens=40)
    assert not text_of(events).isascii()
    assert "\ufffd" not in text_of(events)


async def test_a_prompt_too_long_is_refused_with_its_counts(client: InferenceClient) -> None:
    with pytest.raises(ContextLengthExceeded, match=r"prompt has \d{4,} tokens.* 4096"):
        await read(client, says(LONG * 20))
    with pytest.raises(ContextLengthExceeded, match="answer may have 4096"):
        await read(client, says("Hi"), max_tokens=4096)


async def test_an_empty_conversation_is_refused(client: InferenceClient) -> None:
    with pytest.raises(RequestInvalid):
        await read(client, [])


async def test_a_conversation_that_goes_on_is_not_read_again(client: InferenceClient) -> None:
    first = await read(client, says(LONG), cache_key="ada")
    again = says(LONG, text_of(first), "And then?")
    end = end_of(await read(client, again, cache_key="ada"))
    assert end.cached_tokens >= end_of(first).prompt_tokens - 8
    assert end.prompt_tokens > end.cached_tokens


@pytest.mark.parametrize("other", ["grace", ""])
async def test_nothing_of_one_conversation_helps_another(
    client: InferenceClient, other: str
) -> None:
    await read(client, says(LONG), cache_key="ada")
    template = end_of(await read(client, says("Hi."), cache_key=f"{other}-new")).cached_tokens
    assert end_of(await read(client, says(LONG), cache_key=other)).cached_tokens == template
    assert end_of(await read(client, says(LONG), cache_key="ada")).cached_tokens > 0


async def test_cells_from_before_change_no_word(client: InferenceClient) -> None:
    # A sure answer: read in other pieces, some machines' sums round otherwise and tip a close one.
    fresh = text_of(await read(client, says(LONG, LONG, LONG)))
    await read(client, says(LONG), cache_key="cem")
    events = await read(client, says(LONG, LONG, LONG), cache_key="cem")
    assert end_of(events).cached_tokens > 0
    assert text_of(events) == fresh


async def test_leaving_frees_the_engine_at_once(
    client: InferenceClient, inference: Inference
) -> None:
    cancelled = len(inference.events("answer_cancelled"))
    async with aclosing(client.chat(says(STORY), max_tokens=3000)) as events:
        async for event in events:
            if isinstance(event, Words):
                break
    events_after = await read(client, says("Hi"), max_tokens=2)
    assert isinstance(events_after[-1], Finished)
    assert len(inference.events("answer_cancelled")) == cancelled + 1


async def test_leaving_while_the_prompt_is_read_frees_it_too(
    client: InferenceClient, inference: Inference
) -> None:
    cancelled = len(inference.events("answer_cancelled"))
    async with aclosing(client.chat(says(LONG * 8), max_tokens=9)) as events:
        assert isinstance(await anext(events), Reading)
    await read(client, says("Hi"), max_tokens=2)
    assert len(inference.events("answer_cancelled")) == cancelled + 1


async def test_a_prompt_left_half_read_is_read_on_from_there(client: InferenceClient) -> None:
    fresh = text_of(await read(client, says(LONG * 4)))
    async with aclosing(client.chat(says(LONG * 4), max_tokens=9, cache_key="ada")) as events:
        half = await anext(events)
    assert isinstance(half, Reading)
    again = await read(client, says(LONG * 4), cache_key="ada")
    assert half.done <= end_of(again).cached_tokens < half.total
    assert text_of(again) == fresh
