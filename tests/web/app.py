"""The web app in a browser, as a person uses it."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    StorageState,
    expect,
)

from futureself_box.bench.running_box import Device

A_LONG_STORY = "Tell me a very long story about the sea, the wind and our old house."
# A small machine with other things to do writes a long answer for a while.
PATIENCE_MS = 60_000
Scheme = Literal["light", "dark"]


class App:
    """One tab with the app."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.words = page.get_by_label("Message to your future self")
        self.send = page.get_by_role("button", name="Send")
        self.stop = page.get_by_role("button", name="Stop the answer")
        self.retry = page.get_by_role("button", name="Retry")

    async def open(self) -> "App":
        """Go to Talk."""
        await self.page.goto(f"{self.url}/#talk")
        return self

    async def say(self, text: str) -> None:
        """Type a message and send it; it is in the thread at once."""
        mine = self.page.locator("fs-message.mine")
        before = await mine.count()
        await self.words.fill(text)
        await self.words.press("Enter")
        await expect(mine).to_have_count(before + 1)

    async def see_words(self, least: int) -> None:
        """Wait until the answer to the newest message has that many words."""
        await self.page.wait_for_function(
            """least => {
                const newest = [...document.querySelectorAll("fs-message")].at(-1);
                if (!newest?.matches(".theirs")) return false;
                const text = newest.querySelector(".text").textContent.trim();
                return text !== "" && text.split(/\\s+/).length >= least;
            }""",
            arg=least,
        )

    async def see_answer(self) -> None:
        """Wait until the newest message is an answer that is whole."""
        await self.page.wait_for_function(
            """() => {
                const newest = [...document.querySelectorAll("fs-message")].at(-1);
                const send = document.querySelector("fs-composer [data-part=send]");
                return newest?.matches(".theirs:not(.busy)") && send.checkVisibility();
            }"""
        )

    async def see_conversation(self, texts: Sequence[str]) -> None:
        """Wait until the thread shows these texts and nothing else, from the first to the last."""
        await self.page.wait_for_function(
            """texts => {
                const shown = [...document.querySelectorAll("fs-message .text")];
                return JSON.stringify(shown.map((text) => text.textContent)) === texts;
            }""",
            arg=json.dumps(list(texts), ensure_ascii=False, separators=(",", ":")),
        )

    async def go_to(self, tab: str) -> None:
        """Change to another screen."""
        await self.page.get_by_role("link", name=tab).click()

    async def kept(self) -> list[str]:
        """The names of what the app has stored on this device."""
        names: list[str] = await self.page.evaluate("Object.keys(localStorage)")
        return names


async def until(page: Page, predicate: str, arg: Any = None) -> None:
    """Wait for an asynchronous predicate; `wait_for_function` takes its promise for a yes."""
    await page.evaluate(
        f"""async (arg) => {{
          const holds = {predicate};
          while (!(await holds(arg))) await new Promise((done) => setTimeout(done, 50));
        }}""",
        arg,
    )


async def records_read(page: Page, count: int) -> None:
    """Wait until so many versions are on this phone's disk."""
    await until(
        page,
        """async (count) => {
          const opening = indexedDB.open("futureself");
          const opened = await new Promise((done) => {
            opening.onsuccess = () => done(opening.result);
          });
          const asking = opened.transaction("revisions").objectStore("revisions").count();
          const held = await new Promise((done) => (asking.onsuccess = () => done(asking.result)));
          opened.close();
          return held >= count;
        }""",
        count,
    )


async def phone_of(
    browser: Browser, who: Device | None, url: str, scheme: Scheme = "light"
) -> BrowserContext:
    """A browser with its own storage, as somebody's phone or, with nobody's, a new one."""
    storage = None
    if who is not None:
        value = msgspec.json.encode(who.joined).decode()
        kept = {"origin": url, "localStorage": [{"name": "futureself.who", "value": value}]}
        storage = msgspec.convert({"cookies": [], "origins": [kept]}, StorageState)
    context = await browser.new_context(
        viewport={"width": 360, "height": 640},
        color_scheme=scheme,
        # Drawing a pulse without a GPU would take a core from the model.
        reduced_motion="reduce",
        storage_state=storage,
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


async def recorded(who: Device) -> list[dict[str, Any]]:
    """The conversation as the box has it; the app shows an answer under what it answers."""
    messages = await asyncio.to_thread(who.conversation)
    answers = {message["answers"]: message for message in messages}
    said = [message for message in messages if message["role"] == "member"]
    return [m for message in said for m in (message, answers.get(message["id"])) if m]


async def texts(who: Device) -> list[str]:
    """The words of `recorded`."""
    return [message["text"] for message in await recorded(who)]


def axe() -> str:
    """The source of axe-core, which finds what shuts people out."""
    path = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
    return path.read_text(encoding="utf-8")
