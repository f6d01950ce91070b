"""A reply survives what happens to phones: no network, a frozen page, a reload.

Each test waits for the reply's first words, breaks something, and compares what is shown in the
end with what the box has recorded. `--soak` repeats it and holds the time of coming back to 1 s.
"""

import asyncio
import time

import pytest
from playwright.async_api import BrowserContext, CDPSession

from futureself_box.bench.running_box import Device, eventually
from tests.web.app import A_LONG_STORY, App, texts
from tests.web.network import Network

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(3000),
    pytest.mark.soak,
]
LONGEST_WAY_BACK_S = 1.0


@pytest.fixture
def way_back(soak: bool) -> "WayBack":
    """How long it took to come back."""
    return WayBack(soak)


class WayBack:
    """Measures from the moment that all is well again to the moment that the page shows it."""

    def __init__(self, soak: bool) -> None:
        self._soak = soak

    async def measure(self, app: App, ada: Device) -> None:
        """Wait until the page shows the conversation as recorded."""
        began = time.monotonic()
        await app.see_conversation(await texts(ada))
        if self._soak:
            assert time.monotonic() - began < LONGEST_WAY_BACK_S


@pytest.mark.parametrize("ends", ["away", "here"])
async def test_a_reply_resumes_after_the_network_was_cut(
    app: App, ada: Device, network: Network, repeats: int, way_back: WayBack, ends: str
) -> None:
    for number in range(repeats):
        await app.say(A_LONG_STORY)
        await app.see_words(1 + number % 12)
        network.cut()
        if ends == "away":
            await answered(ada, number + 1)
            network.restore()
        else:
            network.restore()
            await answered(ada, number + 1)
        await way_back.measure(app, ada)


@pytest.mark.parametrize("ends", ["frozen", "awake"])
async def test_a_reply_resumes_after_the_page_was_frozen(
    app: App, phone: BrowserContext, ada: Device, repeats: int, way_back: WayBack, ends: str
) -> None:
    devtools = await phone.new_cdp_session(app.page)
    for number in range(repeats):
        await app.say(A_LONG_STORY)
        await app.see_words(1 + number % 12)
        await set_state(devtools, "frozen")
        if ends == "frozen":
            await answered(ada, number + 1)
            await set_state(devtools, "active")
        else:
            await set_state(devtools, "active")
            await answered(ada, number + 1)
        await way_back.measure(app, ada)


async def test_a_frozen_page_comes_back_to_a_connection_that_died(
    app: App, phone: BrowserContext, ada: Device, network: Network, way_back: WayBack
) -> None:
    devtools = await phone.new_cdp_session(app.page)
    await app.say(A_LONG_STORY)
    await app.see_words(2)
    await set_state(devtools, "frozen")
    network.cut()
    await answered(ada, 1)
    network.restore()
    await set_state(devtools, "active")
    await way_back.measure(app, ada)


async def test_a_reply_resumes_after_a_reload(app: App, ada: Device, repeats: int) -> None:
    for number in range(repeats):
        await app.say(A_LONG_STORY)
        await app.see_words(2)
        await app.page.reload()
        await app.see_answer()
        await answered(ada, number + 1)
        await app.see_conversation(await texts(ada))


async def set_state(devtools: CDPSession, state: str) -> None:
    """Freeze or thaw the page, as a phone's system does with a page in the background."""
    await devtools.send("Page.setWebLifecycleState", {"state": state})


async def answered(ada: Device, number: int) -> None:
    """Wait until the box has recorded that many answers."""
    await asyncio.to_thread(eventually, lambda: len(ada.conversation()) == 2 * number)
