"""The app tries every address of its box at once, and tells its token only to the one that won."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from futureself_box.bench.running_box import RunningBox
from tests.web.app import App

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

# Runs the app's own module: which of these addresses wins, and what each socket was told.
RACE = """async (addresses) => {
    const { Race } = await import("/web/race.js");
    return new Promise((resolve) => {
        new Race(addresses, (socket) => resolve(socket.url), () => resolve(null));
    });
}"""


async def winner(page: Page, *addresses: str) -> str | None:
    """The address that won."""
    found: str | None = await page.evaluate(RACE, list(addresses))
    return found


async def listen_and_say_nothing() -> tuple[asyncio.Server, list[bytes], str]:
    """An address where somebody takes connections and never answers, and what came there."""
    heard: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(4096))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    return server, heard, f"ws://localhost:{server.sockets[0].getsockname()[1]}/ws"


@pytest_asyncio.fixture(loop_scope="session")
async def anywhere(browser: Browser, home: RunningBox) -> AsyncIterator[Page]:
    """A page of the app whose policy lets sockets go anywhere: the addresses here are made up."""
    context = await browser.new_context(bypass_csp=True)
    page = await context.new_page()
    await page.goto(home.url)
    yield page
    await context.close()


async def test_a_dead_address_delays_nobody(anywhere: Page, home: RunningBox) -> None:
    server, heard, dead = await listen_and_say_nothing()
    live = f"{home.url.replace('http', 'ws')}/ws"
    async with server:
        assert await winner(anywhere, "ws://localhost:1/ws", dead, live) == live
    assert all(b"hello" not in words for words in heard)


async def test_without_any_answer_it_is_told(anywhere: Page) -> None:
    assert await winner(anywhere, "ws://localhost:1/ws", "ws://localhost:2/ws") is None


async def test_another_box_at_a_known_address_gets_no_socket(
    anywhere: Page, home: RunningBox
) -> None:
    stranger = f"{home.url.replace('http', 'ws')}/ws?box=7q2k"
    assert await winner(anywhere, stranger) is None


async def test_the_app_keeps_what_the_box_says_of_its_addresses(app: App) -> None:
    await expect(app.page.get_by_role("button", name="Ask this")).to_be_visible()
    kept = await app.page.evaluate("localStorage.getItem('futureself.box')")
    assert json.loads(kept) == {"id": None, "origins": []}
