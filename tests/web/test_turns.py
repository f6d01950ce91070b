"""The rule of the deltas, in the app's own code: no word is lost or doubled."""

import random
from typing import Any

import pytest
from playwright.async_api import BrowserContext

from tests.web.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(60)]

# Takes frames as conversation.js does, and asks for what is missing as a phone does.
READ = """async ([words, frames]) => {
    const { advance, begin } = await import("/web/turns.js");
    let turn = begin("turn", "message");
    const take = (frame) => {
        turn = advance(turn, frame);
        if (!turn.behind) return;
        const after = turn.sequence;
        const text = words.slice(after).join("");
        turn = advance(turn, { type: "chat.delta", turn: "turn", after, sequence: words.length, text });
        turn = advance(turn, frame);
    };
    for (const frame of frames) take(frame);
    take({ type: "chat.done", turn: "turn", sequence: words.length, outcome: "complete", text: null });
    return turn;
}"""


async def test_deltas_that_are_lost_doubled_or_joined_give_the_same_words(
    phone: BrowserContext, network: Network, repeats: int
) -> None:
    page = await phone.new_page()
    await page.goto(network.url)
    chance = random.Random(7)  # noqa: S311
    for _ in range(10 * repeats):
        words = [f"word{n} " for n in range(chance.randint(1, 40))]
        turn = await page.evaluate(READ, [words, frames(words, chance)])
        assert turn["text"] == "".join(words).strip()
        assert turn["state"] == "done"


async def test_an_answer_from_the_record_replaces_what_was_read(
    phone: BrowserContext, network: Network
) -> None:
    page = await phone.new_page()
    await page.goto(network.url)
    turn = await page.evaluate(
        """async () => {
            const { advance, begin } = await import("/web/turns.js");
            const some = { type: "chat.delta", turn: "t", after: 0, sequence: 2, text: "Half a" };
            const done = { type: "chat.done", turn: "t", sequence: 0, outcome: "length" };
            const turn = advance(begin("t", "m"), some);
            return advance(turn, { ...done, text: "Half a word, and all." });
        }"""
    )
    assert (turn["text"], turn["outcome"]) == ("Half a word, and all.", "length")


@pytest.mark.parametrize(
    ("number", "words"), [(2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")]
)
async def test_places_in_line_are_said_as_people_say_them(
    phone: BrowserContext, network: Network, number: int, words: str
) -> None:
    page = await phone.new_page()
    await page.goto(network.url)
    script = "async (n) => (await import('/web/words.js')).ordinal(n)"
    assert await page.evaluate(script, number) == words


def frames(words: list[str], chance: random.Random) -> list[dict[str, Any]]:
    """Deltas of some words each, some of them missing, some sent twice."""
    found: list[dict[str, Any]] = []
    after = 0
    while after < len(words):
        sequence = min(len(words), after + chance.randint(1, 3))
        text = "".join(words[after:sequence])
        delta = {"type": "chat.delta", "turn": "turn", "after": after, "sequence": sequence}
        found += [{**delta, "text": text}] * chance.choice([0, 1, 1, 1, 2])
        after = sequence
    return found
