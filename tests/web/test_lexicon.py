"""The lexicon on the phone says what the box's says, of everything that was ever labelled."""

import asyncio
from collections.abc import Sequence
from importlib.resources import files
from typing import Literal, get_args

import pytest
from playwright.async_api import BrowserContext, Page

from futureself_box.evaluation import care, plain_days
from futureself_box.futureself.care import head, labelled, lexicon, reading, recogniser, words
from futureself_box.futureself.care.meaning import Topic, Verdict
from tests.futureself.care import spellings
from tests.web.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

ASSESS = """async (asked) => {
    const { assess } = await import("/web/care/recogniser.js");
    const found = [];
    for (const [text, context] of asked) {
        const { tier, topic } = await assess(text, context);
        found.push(`${topic} ${tier}`);
    }
    return found;
}"""
BESIDE = """async ([role, asked]) => {
    localStorage.setItem("futureself.who", JSON.stringify({ role }));
    const { beside } = await import("/web/care/words.js");
    const said = [];
    for (const [tier, topic] of asked) said.push(await beside({ tier, topic }));
    return said;
}"""
AT_ONCE = 500
Asked = tuple[str, Sequence[str]]


@pytest.fixture(scope="module")
def texts(soak: bool) -> list[str]:
    """Every labelled message, and as many disguised ones as there are examples of danger; or a sample."""
    folder = files("futureself_box.evaluation") / "sets" / "care"
    tuning = [
        line.text
        for name in ("en", "other")
        for line in labelled.lines((folder / f"development_{name}.txt").read_text("utf-8"))
    ]
    known = [example.text for example in head.examples()]
    danger = [example.text for example in head.examples() if example.label.tier]
    ordinary = [one.text for one in plain_days.messages("tuned", 500)]
    kept = [line.text for line in care.lines()]
    every = [*known, *tuning, *kept, *ordinary, *spellings.disguised(danger, len(danger))]
    assert len(every) > 5000
    return every if soak else every[::12]


async def differing(page: Page, asked: Sequence[Asked]) -> list[tuple[Asked, str, str]]:
    found: list[str] = []
    for at in range(0, len(asked), AT_ONCE):
        found += await page.evaluate(ASSESS, asked[at : at + AT_ONCE])
    own = await asyncio.to_thread(_by_the_box, asked)
    both = zip(asked, own, found, strict=True)
    return [(what, box, phone) for what, box, phone in both if box != phone]


def _by_the_box(asked: Sequence[Asked]) -> list[str]:
    verdicts = (recogniser.assess(reading.read(text), context=before) for text, before in asked)
    return [f"{verdict.topic or ''} {verdict.tier}" for verdict in verdicts]


@pytest.mark.soak
async def test_phone_and_box_read_every_message_alike(
    phone: BrowserContext, network: Network, texts: list[str]
) -> None:
    page = await phone.new_page()
    await page.goto(network.url)
    assert await differing(page, [(text, ()) for text in texts]) == []


async def test_they_take_the_messages_before_alike(
    phone: BrowserContext, network: Network, texts: list[str]
) -> None:
    page = await phone.new_page()
    await page.goto(network.url)
    asked = [(texts[at], texts[at - 3 : at]) for at in range(3, len(texts), 5)]
    assert await differing(page, asked) == []


async def test_they_read_what_nobody_meant_to_be_read_alike(
    phone: BrowserContext, network: Network
) -> None:
    page = await phone.new_page()
    await page.goto(network.url)
    odd = ["", "\n", "a" * 60_001, "😀 " * 30_001, "I want to\x1cdie\x85now", "İ want to die. ﻿Die"]
    odd += [
        "x\ud7ff\ue000\U0010ffff",
        "ΣΑΣ ς",
        "1st 2nd ②③ ٣٤",
        "k i l l  m y s e l f  n o w",
        "----",
    ]
    assert await differing(page, [(text, ()) for text in odd]) == []


@pytest.mark.parametrize("role", ["adult", "child"])
async def test_they_answer_with_the_same_words(
    phone: BrowserContext, network: Network, role: Literal["adult", "child"]
) -> None:
    page = await phone.new_page()
    await page.goto(f"{network.url}/schema/phone.json")
    asked = [(tier, topic) for topic in get_args(Topic) for tier in (0, 1, 2, 3)]
    said = await page.evaluate(BESIDE, [role, asked])
    verdicts = [Verdict(tier, topic) for tier, topic in asked]
    assert said == [words.beside(one, "en", child=role == "child") for one in verdicts]
    assert words.LANGUAGES == lexicon.LANGUAGES
