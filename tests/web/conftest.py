"""A browser for the session, a box for each file, and a member of its household for each test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from futureself_box.bench.running_box import Device, RunningBox
from tests.web.app import PATIENCE_MS, App, phone_of
from tests.web.network import Network

CHROMIUM = "/usr/bin/chromium"
# The first: the sandbox can't run as root. The others keep it from calling home.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_numbers = count(1)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    # The client of the browser parses its long answers on the loop; that is not ours to mend.
    loop = asyncio.get_running_loop()
    loop.slow_callback_duration = 60
    # One thread for blocking calls, begun here, so that no test seems to leave it behind.
    loop.set_default_executor(ThreadPoolExecutor(max_workers=1))
    await asyncio.to_thread(int)
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        await launched.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[RunningBox]:
    """A box that is set up, shared by the tests of one file."""
    folder = tmp_path_factory.mktemp("home")
    at_length = {
        "FUTURESELF_INFERENCE_REPLY_TOKENS": "96",
        "FUTURESELF_INFERENCE_REPLY_SENTENCES": "100",
    }
    with RunningBox(folder, models, **at_length) as running:
        yield running


@pytest.fixture(scope="module")
def owner(home: RunningBox) -> Device:
    """The owner of that box."""
    return home.set_up()


@pytest.fixture
def ada(owner: Device) -> Device:
    """A new member, who has said nothing yet."""
    return owner.invite(f"Ada {next(_numbers)}")


@pytest_asyncio.fixture(loop_scope="session")
async def network(home: RunningBox) -> AsyncIterator[Network]:
    """What lies between Ada's phone and the box."""
    async with Network(home.port) as relay:
        yield relay


@pytest_asyncio.fixture(loop_scope="session")
async def phone(browser: Browser, ada: Device, network: Network) -> AsyncIterator[BrowserContext]:
    """Ada's phone."""
    context = await phone_of(browser, ada, network.url)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def app(phone: BrowserContext, network: Network) -> App:
    """The app on Ada's phone, at Talk."""
    return await App(await phone.new_page(), network.url).open()


@pytest_asyncio.fixture(loop_scope="session")
async def owner_app(browser: Browser, owner: Device, home: RunningBox) -> AsyncIterator[App]:
    """The owner's phone, at Me."""
    context = await phone_of(browser, owner, home.url)
    app = await App(await context.new_page(), home.url).open()
    await app.go_to("Me")
    yield app
    await context.close()
