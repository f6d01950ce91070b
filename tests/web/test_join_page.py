"""The page of the join port: the steps of each device, what it finds, and where it hands over."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from futureself_box.api import wall_clock
from tests.web.app import Scheme
from tests.web.conftest import ARGUMENTS, CHROMIUM
from tests.web.doorway import ADDRESS, Doorway, home_that_trusts
from tests.web.test_screens import TOO_WIDE, check

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

INVITATION = "Zm9yLW5vLWVhci1idXQ_-Q"
INVITED = f"#j={INVITATION}"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
FIREFOX_ON_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0 Mobile/15E148 Safari/605.1.15"
ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
CHROMEBOOK = "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
KINDS = {
    "iphone": IPHONE,
    "android": ANDROID,
    "mac": MAC,
    "windows": WINDOWS,
    "chrome": CHROMEBOOK,
    "firefox": FIREFOX,
}
UNTRUSTED = "Not trusted yet. Still checking."
# An iPad says that it is a Mac.
TOUCH = "Object.defineProperty(Navigator.prototype, 'maxTouchPoints', { get: () => 5 })"


@pytest.fixture(scope="module")
def doorway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doorway]:
    """A box with its join port and its https page."""
    with Doorway(tmp_path_factory.mktemp("doorway")).open() as opened:
        yield opened


@pytest.fixture(autouse=True)
def nothing_left_open() -> None:
    """Not looked for here: the box lives in this process, and browsers keep connections to it."""


@pytest.fixture(autouse=True)
def the_box_is_itself(doorway: Doorway) -> Iterator[None]:
    """Whatever a test made of it."""
    yield
    doorway.be_itself()
    doorway.clock = wall_clock.now


async def launched(
    browser: Browser, doorway: Doorway, home: Path, *, trusts: bool, name: str = "127.0.0.1"
) -> Browser:
    """A browser on the home network, with a trust store of its own."""
    authority = doorway.presence.identity.authority.certificate_pem if trusts else None
    rules = (
        f"--host-resolver-rules=MAP {doorway.presence.host_name} {name}, MAP {ADDRESS} 127.0.0.1"
    )
    return await browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=[*ARGUMENTS, rules],
        env=dict(home_that_trusts(home, authority)),
    )


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stranger(
    browser: Browser, doorway: Doorway, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Browser]:
    """A browser that doesn't know the box."""
    home = tmp_path_factory.mktemp("stranger")
    opened = await launched(browser, doorway, home, trusts=False)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def friend(
    browser: Browser, doorway: Doorway, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Browser]:
    """A browser that trusts the box's authority."""
    home = tmp_path_factory.mktemp("friend")
    opened = await launched(browser, doorway, home, trusts=True)
    yield opened
    await opened.close()


async def arrive(
    browser: Browser, url: str, agent: str = IPHONE, scheme: Scheme = "light", script: str = ""
) -> Page:
    """Somebody's camera has opened the QR."""
    context = await browser.new_context(
        user_agent=agent,
        viewport={"width": 320, "height": 640},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    if script:
        await context.add_init_script(script)
    page = await context.new_page()
    await page.goto(url)
    return page


def live(page: Page) -> Any:
    """The line that says what the page found."""
    return expect(page.get_by_role("status"))


@pytest.mark.parametrize("kind", KINDS)
async def test_each_device_sees_its_own_steps(
    stranger: Browser, doorway: Doorway, kind: str
) -> None:
    page = await arrive(stranger, doorway.url + INVITED, KINDS[kind])
    await live(page).to_have_text(UNTRUSTED)
    steps = page.locator("ol:visible")
    await expect(steps).to_have_count(1)
    await expect(steps).to_have_attribute("data-steps", kind)
    get = page.get_by_role("link", name="Get the certificate")
    file = "/future-self-box.mobileconfig" if kind == "iphone" else "/future-self-box.crt"
    await expect(get).to_have_attribute("href", file)
    # Firefox asks about a certificate only where it is not told to save it.
    assert (await get.get_attribute("download") is None) == (kind in {"iphone", "firefox"})
    for picture in await page.locator("ol:visible img").all():
        await picture.scroll_into_view_if_needed()
        await expect(picture).to_have_js_property("complete", value=True)
        assert await picture.evaluate("picture => picture.naturalWidth") > 0
    await page.context.close()


async def test_an_ipad_that_calls_itself_a_mac_sees_the_steps_of_an_ipad(
    stranger: Browser, doorway: Doorway
) -> None:
    page = await arrive(stranger, doorway.url + INVITED, MAC, script=TOUCH)
    await expect(page.locator("ol:visible")).to_have_attribute("data-steps", "iphone")
    await page.context.close()


async def test_a_browser_that_takes_no_profiles_is_told_so(
    stranger: Browser, doorway: Doorway
) -> None:
    page = await arrive(stranger, doorway.url + INVITED, FIREFOX_ON_IPHONE)
    await expect(page.get_by_text("Or copy this address into Safari.")).to_be_visible()
    await page.get_by_role("button", name="Copy the address").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_focused()
    await page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
async def test_the_page_shuts_nobody_out(
    stranger: Browser, doorway: Doorway, kind: str, scheme: Scheme
) -> None:
    page = await arrive(stranger, doorway.url, KINDS[kind], scheme)
    await expect(page.locator("ol:visible")).to_have_count(1)
    await check(page)
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert await page.evaluate(TOO_WIDE) == []
    await expect(page.get_by_role("status")).to_be_in_viewport()
    await page.context.close()


async def test_every_sentence_is_short_and_calm(stranger: Browser, doorway: Doorway) -> None:
    page = await arrive(stranger, doorway.url)
    texts: list[str] = await page.evaluate(
        "[...document.querySelectorAll('p, li, h1, h2, button')].map((e) => e.textContent)"
    )
    sentences = [s for text in texts for s in re.split(r"(?<=[.?])\s", " ".join(text.split()))]
    assert [s for s in sentences if len(s.split()) > 12 or "!" in s] == []
    await page.context.close()


async def test_what_was_done_is_kept_over_a_visit_to_settings(
    stranger: Browser, doorway: Doorway
) -> None:
    page = await arrive(stranger, doorway.url + INVITED, ANDROID)
    await page.get_by_label("Steps for").select_option("Windows")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Get the certificate").click()
    assert (await download.value).suggested_filename == "future-self-box.crt"
    await page.get_by_role("button", name="Check again").click()
    await expect(page.get_by_role("link", name="Get the certificate again")).to_be_visible()
    await expect(page.get_by_label("Steps for")).to_have_value("windows")
    await live(page).to_have_text(UNTRUSTED)
    assert page.url == doorway.url + INVITED
    await page.context.close()


async def test_a_phone_that_trusts_the_box_goes_straight_to_the_app(
    friend: Browser, doorway: Doorway
) -> None:
    page = await arrive(friend, doorway.url + INVITED)
    await page.wait_for_url(f"{doorway.presence.origins[0]}/{INVITED}")
    await expect(page.get_by_role("heading", name="The app")).to_be_visible()
    await page.context.close()


async def test_the_page_hands_over_by_itself_once_the_box_is_trusted(
    friend: Browser, doorway: Doorway
) -> None:
    await asyncio.to_thread(doorway.be_a_stranger)
    page = await arrive(friend, doorway.url + INVITED)
    await live(page).to_have_text(UNTRUSTED)
    await asyncio.to_thread(doorway.be_itself)
    await page.wait_for_url(f"{doorway.presence.origins[0]}/{INVITED}")
    await page.context.close()


async def test_a_phone_that_cannot_resolve_the_name_gets_the_address(
    browser: Browser, doorway: Doorway, tmp_path: Path
) -> None:
    nameless = await launched(browser, doorway, tmp_path, trusts=True, name="~NOTFOUND")
    page = await arrive(nameless, doorway.url + INVITED)
    await live(page).to_contain_text("Trusted. Looking")
    await page.wait_for_url(f"{doorway.presence.origins[1]}/{INVITED}")
    await nameless.close()


async def test_another_box_under_the_same_name_is_not_taken_for_this_one(
    friend: Browser, doorway: Doorway
) -> None:
    doorway.https.box_id = "zzzz"
    page = await arrive(friend, doorway.url + INVITED)
    await live(page).to_have_text(UNTRUSTED)
    await page.context.close()


@pytest.mark.parametrize("fragment", ["", "#j=short", "#x=" + INVITATION, INVITED + "&more"])
async def test_without_an_invitation_the_phone_comes_to_the_app_all_the_same(
    friend: Browser, doorway: Doorway, fragment: str
) -> None:
    await asyncio.to_thread(doorway.be_a_stranger)
    page = await arrive(friend, doorway.url + fragment)
    await expect(page.get_by_text("No invitation came along.")).to_be_visible()
    await asyncio.to_thread(doorway.be_itself)
    await page.wait_for_url(f"{doorway.presence.origins[0]}/")
    await page.context.close()


async def test_a_wrong_date_is_named_with_what_to_do(stranger: Browser, doorway: Doorway) -> None:
    doorway.clock = lambda: wall_clock.now() + timedelta(days=400)
    page = await arrive(stranger, doorway.url + INVITED)
    await live(page).to_have_text("Not trusted. The date looks wrong.")
    await expect(page.get_by_role("alert")).to_contain_text("switch on the automatic date")
    await check(page)
    await page.context.close()


async def test_a_box_out_of_reach_is_named_and_found_again(
    stranger: Browser, doorway: Doorway
) -> None:
    page = await arrive(stranger, doorway.url + INVITED)
    await live(page).to_have_text(UNTRUSTED)
    await page.context.set_offline(offline=True)
    await live(page).to_have_text("The box is out of reach. Join the home Wi-Fi.")
    await page.context.set_offline(offline=False)
    await live(page).to_have_text(UNTRUSTED)
    await page.context.close()


async def test_the_secret_is_told_to_nobody(friend: Browser, doorway: Doorway) -> None:
    await asyncio.to_thread(doorway.be_a_stranger)
    page = await arrive(friend, doorway.url + INVITED)
    await live(page).to_have_text(UNTRUSTED)
    await asyncio.to_thread(doorway.be_itself)
    await page.wait_for_url(f"{doorway.presence.origins[0]}/{INVITED}")
    assert len(doorway.heard) > len(KINDS)
    assert not [told for told in doorway.heard + doorway.https.heard if INVITATION in told]
    await page.context.close()
