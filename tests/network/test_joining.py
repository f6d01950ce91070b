"""A phone joins over the home's Wi-Fi, in Chromium, with certificates that are really checked."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, Playwright, WebSocket, async_playwright, expect

from futureself_box.bench.running_box import Device, RunningBox, eventually
from tests.network.home_network import HomeNetwork, Place, move
from tests.network.phone import PhoneInPlace
from tests.network.test_mdns import box_in
from tests.web.app import PATIENCE_MS, App

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="making networks needs root"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
]
BOX = "192.168.7.20"
BY_NAME = re.compile(r"https://futureself-[a-z0-9]{4}\.local:8443/.*")
MOST_TAPS = 8
_numbers = count(50)


class Taps:
    """A thumb that counts."""

    def __init__(self) -> None:
        self.count = 0

    async def __call__(self, target: Locator) -> None:
        self.count += 1
        await target.click()


@pytest.fixture(scope="module")
def home() -> Iterator[HomeNetwork]:
    """A home with a router."""
    with HomeNetwork() as network:
        yield network


@pytest.fixture(scope="module")
def place(home: HomeNetwork) -> Place:
    """Where the box stands."""
    return home.join(BOX, "eth0")


@pytest.fixture(scope="module")
def box(
    place: Place, tmp_path_factory: pytest.TempPathFactory, models: Path
) -> Iterator[RunningBox]:
    """A box with a model."""
    quick = {"FUTURESELF_INFERENCE_REPLY_TOKENS": "48", "FUTURESELF_INFERENCE_THREADS": "1"}
    folder = tmp_path_factory.mktemp("box")
    running = RunningBox(folder, models, FUTURESELF_LAN_ENABLED="true", **quick)
    running.prefix = place.enter
    running.start()
    place.call(running.wait_until_ready)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def owner(place: Place, box: RunningBox) -> Device:
    """The owner, at the box itself."""
    return place.call(box.set_up)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def playwright() -> AsyncIterator[Playwright]:
    """What drives the browsers."""
    asyncio.get_running_loop().slow_callback_duration = 60
    await asyncio.to_thread(int)
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as driver:
        yield driver


@pytest.fixture
def phone(home: HomeNetwork, tmp_path: Path) -> Iterator[PhoneInPlace]:
    """A new phone on the Wi-Fi."""
    with PhoneInPlace(home.join(f"192.168.7.{next(_numbers)}"), tmp_path) as new:
        new.resolve_names()
        yield new


def invite(place: Place, owner: Device, name: str) -> dict[str, str]:
    """An invitation, as the owner's screen shows it."""
    invitation: dict[str, str] = place.call(
        lambda: owner.call("POST", "/api/invitations", {"name": name})
    )
    return invitation


async def say_yes(place: Place, owner: Device, invitation: str, page: Page) -> None:
    """Compare the number on both screens and let the phone in."""
    shown = page.locator(".number:visible")
    await expect(shown).to_be_visible()
    number = (await shown.inner_text()).replace(" ", "")
    path = f"/api/invitations/{invitation}"
    assert place.call(lambda: owner.call("GET", path))["number"] == number
    place.call(lambda: owner.confirm(invitation, number))


async def come_in(
    playwright: Playwright, phone: PhoneInPlace, place: Place, owner: Device, name: str
) -> App:
    """Scan, trust, be let in; the app at Talk."""
    invitation = invite(place, owner, name)
    await asyncio.to_thread(phone.trust, invitation["url"].partition("/#")[0])
    context = await phone.browser(playwright)
    page = context.pages[0]
    await page.goto(invitation["url"])
    await say_yes(place, owner, invitation["id"], page)
    await page.get_by_role("button", name="Begin").click()
    await page.get_by_role("button", name="Talk first").click()
    await expect(page.get_by_role("button", name="Ask this")).to_be_visible()
    return App(page, page.url)


async def test_a_grandparent_joins_and_says_the_first_sentence_in_eight_taps(
    playwright: Playwright, phone: PhoneInPlace, place: Place, owner: Device
) -> None:
    tap = Taps()
    invitation = invite(place, owner, "Gran")
    assert invitation["url"].startswith(f"http://{BOX}:8480/#j=")
    context = await phone.browser(playwright)
    page = context.pages[0]
    await page.goto(invitation["url"])
    async with page.expect_download():
        await tap(page.get_by_role("link", name="Get the certificate"))
    await expect(page.get_by_text("Not trusted yet")).to_be_visible()
    await context.close()
    # Chromium on Linux reads its trust store when it starts; phones take a certificate at once.
    await asyncio.to_thread(phone.trust, f"http://{BOX}:8480")
    context = await phone.browser(playwright)
    page = context.pages[0]
    frames: list[str] = []
    page.on("websocket", lambda socket: listen(socket, frames))
    await page.goto(invitation["url"])
    await page.wait_for_url(BY_NAME)
    assert invitation["secret"] not in page.url
    await say_yes(place, owner, invitation["id"], page)
    begin = page.get_by_role("button", name="Begin")
    # The last step is the yes; then the phone is in, and the first frame comes with the first screen.
    await expect(begin).to_be_visible(timeout=2_000)
    await tap(begin)
    talk_first = page.get_by_role("button", name="Talk first")
    await expect(talk_first).to_be_visible(timeout=2_000)
    await tap(talk_first)
    await expect(page.get_by_role("button", name="Ask this")).to_be_visible(timeout=2_000)
    await tap(page.get_by_role("button", name="Ask this"))
    app = App(page, page.url)
    await tap(app.send)
    await app.see_words(1)
    assert any('"welcome"' in frame for frame in frames)
    assert tap.count <= MOST_TAPS
    await context.close()


def listen(socket: WebSocket, frames: list[str]) -> None:
    """Note the frames that come over a socket."""
    socket.on("framereceived", lambda frame: frames.append(str(frame)))


async def test_where_multicast_does_not_pass_the_address_is_the_origin(
    playwright: Playwright, home: HomeNetwork, place: Place, owner: Device, tmp_path: Path
) -> None:
    with PhoneInPlace(home.join_as_guest("192.168.8.50"), tmp_path) as guest:
        guest.resolve_names()
        app = await come_in(playwright, guest, place, owner, "Guest")
        assert app.page.url.startswith(f"https://{BOX}:8443/")
        await app.page.context.close()


async def test_a_phone_that_does_not_trust_the_box_sends_nothing(
    playwright: Playwright, phone: PhoneInPlace, place: Place, owner: Device
) -> None:
    invitation = invite(place, owner, "Nobody")
    context = await phone.browser(playwright)
    page = context.pages[0]
    await page.goto(invitation["url"])
    await expect(page.get_by_text("Not trusted yet")).to_be_visible()
    with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
        await page.goto(f"https://{BOX}:8443/")
    path = f"/api/invitations/{invitation['id']}"
    assert place.call(lambda: owner.call("GET", path))["state"] == "open"
    await context.close()


async def test_a_phone_comes_back_to_its_own_box_that_moved_while_the_wi_fi_was_gone(
    playwright: Playwright,
    phone: PhoneInPlace,
    home: HomeNetwork,
    place: Place,
    box: RunningBox,
    owner: Device,
    tmp_path: Path,
    *,
    soak: bool,
) -> None:
    neighbour = home.join("192.168.7.21")
    app = await come_in(playwright, phone, place, owner, "Bea")
    await app.words.fill("A draft that must stay.")
    strip = app.page.locator("fs-talk [data-part=strip]")
    with box_in(neighbour, tmp_path / "neighbour") as other:
        await asyncio.to_thread(neighbour.call, other.wait_until_up)
        phone.place.run("ip", "link", "set", "wlan0", "down")
        # Another box gets the address that this phone's had.
        move(place, BOX, "192.168.7.30", "eth0")
        move(neighbour, "192.168.7.21", BOX)
        await expect(strip).not_to_be_empty()
        await asyncio.sleep(60 if soak else 8)
        phone.place.run("ip", "link", "set", "wlan0", "up")
        phone.place.run("ip", "route", "replace", "default", "via", "192.168.7.1")
        await expect(strip).to_be_empty(timeout=5_000)
        await expect(app.words).to_have_value("A draft that must stay.")
        await app.say("I am back.")
        await app.see_answer()
        move(neighbour, BOX, "192.168.7.21")
    await app.page.context.close()
    move(place, "192.168.7.30", BOX, "eth0")
    await asyncio.to_thread(eventually, lambda: f'"addresses": ["{BOX}"]' in box.log)
