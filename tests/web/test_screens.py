"""Everybody can use every screen: axe, the keyboard alone, large text, a small phone, a thumb."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from futureself_box.bench.running_box import Device, RunningBox
from tests.web.app import App, Scheme, axe, phone_of
from tests.web.test_attachments import photo, recording

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

SMALLEST_TARGET_PX = 44
# What can be pressed, and is smaller than a thumb needs.
SMALL_TARGETS = """least => [...document.querySelectorAll("a, button, input, select, textarea")]
    .filter((target) => target.checkVisibility())
    .filter((target) => {
        const { width, height } = target.getBoundingClientRect();
        return width < least || height < least;
    })
    .map((target) => target.outerHTML)"""
# What is wider than the screen, and would have to be scrolled sideways.
TOO_WIDE = """[...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && !element.classList.contains("unseen"))
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .map((element) => element.outerHTML)"""


@pytest_asyncio.fixture(loop_scope="session", params=["light", "dark"])
async def colours(
    request: pytest.FixtureRequest, browser: Browser, ada: Device, home: RunningBox
) -> AsyncIterator[App]:
    """The app in light and in dark."""
    scheme: Scheme = request.param
    context = await phone_of(browser, ada, home.url, scheme)
    yield await App(await context.new_page(), home.url).open()
    await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_set_up_shuts_nobody_out(browser: Browser, box: RunningBox, scheme: Scheme) -> None:
    context = await phone_of(browser, None, box.url, scheme)
    app = await App(await context.new_page(), box.url).open()
    await app.page.get_by_role("button", name="Set up the box").click()
    await expect(app.page.get_by_role("alert")).not_to_be_empty()
    await check(app.page)
    await context.close()


async def test_joining_shuts_nobody_out(colours: App) -> None:
    # Before the app's own scripts: cleared while it runs, it would write down who it speaks for.
    await colours.page.add_init_script("localStorage.clear()")
    await colours.page.reload()
    await expect(colours.page.get_by_label("Invitation code")).to_be_visible()
    await check(colours.page)


async def test_talk_shuts_nobody_out(colours: App, home: RunningBox) -> None:
    await expect(colours.page.get_by_role("button", name="Ask this")).to_be_visible()
    await check(colours.page)
    await colours.say("A first message.")
    await colours.see_answer()
    await check(colours.page)
    for opener in ("More about this message", "Mentor"):
        await colours.page.get_by_role("button", name=opener).last.click()
    await check(colours.page)
    await colours.page.get_by_role("button", name="Conversations").click()
    await colours.page.get_by_label("A new conversation").fill("About the water")
    await colours.page.get_by_role("button", name="Begin the conversation").click()
    await colours.page.get_by_role("button", name="Conversations").click()
    await colours.page.get_by_role("button", name="Rename: About the water").click()
    await check(colours.page)


async def test_the_journal_shuts_nobody_out(colours: App, ada: Device) -> None:
    for day, mood in (("2025-11-24", 4), ("2026-11-20", 2), ("2026-11-21", 5)):
        body = {"text": f"Words of {day}", "day": day, "written_at": f"{day}T08:00:00Z"}
        await asyncio.to_thread(ada.call, "POST", "/api/journal", body | {"mood": mood})
    await colours.go_to("Journal")
    await expect(colours.page.locator("fs-entry")).to_have_count(3)
    await colours.page.locator("fs-journal").get_by_text("Trash", exact=True).click()
    await colours.page.get_by_text("As a table").click()
    await check(colours.page)
    await colours.page.get_by_role("button", name="Edit").first.click()
    await check(colours.page)


async def test_an_entry_with_files_and_versions_shuts_nobody_out(colours: App, ada: Device) -> None:
    await colours.go_to("Journal")
    form = colours.page.locator("fs-journal [data-part=reading] form")
    files = form.get_by_label("Photos and recordings", exact=True)
    await files.set_input_files([photo(), recording(2000)])
    await expect(form.locator("fs-attachment")).to_have_count(2)
    await check(colours.page)
    await form.get_by_role("button", name="Save").click()
    await expect(colours.page.locator("fs-entry [data-part=where]")).to_have_text("On the box")
    await check(colours.page)
    await colours.page.get_by_role("button", name="Edit").first.click()
    editor = colours.page.locator("fs-entry-editor")
    await editor.get_by_text("Earlier versions", exact=True).click()
    await expect(editor.locator("fs-versions li")).to_have_count(1)
    await check(colours.page)


async def test_letters_shut_nobody_out(colours: App, ada: Device) -> None:
    at = {"written_at": "2026-10-01T20:00:00Z"}
    for fields in ({"opens_on": "2100-01-01"}, {"opens_on": "2026-11-01"}):
        body = {"text": "Do you still sing?"} | at | fields
        await asyncio.to_thread(ada.call, "POST", "/api/letters", body)
    kept = await asyncio.to_thread(ada.call, "POST", "/api/letters", {"text": "To now."} | at)
    answer = {"text": "I do.", "answers": kept["id"], "by": "future_self", "mode": "mentor"}
    await asyncio.to_thread(ada.call, "POST", "/api/letters", answer | at)
    await colours.go_to("Journal")
    await expect(colours.page.get_by_role("link", name="A letter from you")).to_be_visible()
    await check(colours.page)
    await colours.page.get_by_role("link", name="A letter from you").click()
    await expect(colours.page.locator("fs-letter")).to_have_count(3)
    await colours.page.get_by_role("button", name="Answer in its place").click()
    await colours.page.get_by_role("button", name="Open early").click()
    await check(colours.page)


async def test_goals_shut_nobody_out(colours: App, ada: Device) -> None:
    await colours.go_to("Goals")
    await check(colours.page)
    goal = await asyncio.to_thread(
        ada.call, "POST", "/api/goals", {"title": "Swim", "area": "love"}
    )
    for title in ("Find a pool", "Go there"):
        await asyncio.to_thread(
            ada.call, "POST", "/api/steps", {"goal": goal["id"], "title": title}
        )
    await asyncio.to_thread(ada.call, "POST", "/api/affirmations", {"text": "I have time."})
    check_in = {"day": "2026-11-24", "written_at": "2026-11-24T08:00:00Z", "mood": 4}
    await asyncio.to_thread(ada.call, "POST", "/api/check-ins", check_in)
    page = colours.page
    await expect(page.locator("fs-check-ins li")).to_have_count(1)
    await page.get_by_role("checkbox", name="Find a pool").click()
    await page.get_by_role("button", name="Change: Go there").click()
    await page.get_by_role("button", name="Change: I have time.").click()
    await page.locator("fs-goals").get_by_text("Trash", exact=True).click()
    await check(page)
    await page.get_by_role("button", name="Edit: Swim").click()
    await check(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_owners_me_shuts_nobody_out(
    browser: Browser, owner: Device, home: RunningBox, scheme: Scheme
) -> None:
    context = await phone_of(browser, owner, home.url, scheme)
    app = await App(await context.new_page(), home.url).open()
    await app.go_to("Me")
    backup = app.page.locator("fs-backups [data-part=backup]")
    await expect(backup).not_to_have_text("Asking the box")
    await check(app.page)
    await context.close()


async def test_me_shuts_nobody_out(colours: App, ada: Device) -> None:
    await asyncio.to_thread(ada.invite)
    await colours.go_to("Me")
    await colours.page.get_by_role("button", name="Remove").click()
    await colours.page.get_by_role("button", name="Add a device of mine").click()
    await colours.page.get_by_role("button", name="Invite").click()
    await expect(colours.page.locator(".digits:visible")).not_to_be_empty()
    await colours.page.get_by_role("button", name="Sign out").click()
    await expect(colours.page.get_by_text("for trying out")).to_be_visible()
    await check(colours.page)


async def test_everything_can_be_done_by_keyboard(app: App) -> None:
    await expect(app.page.get_by_role("button", name="Ask this")).to_be_visible()
    await tab_to(app.page, "Ask this")
    await app.page.keyboard.press("Enter")
    await expect(app.words).to_be_focused()
    await app.page.keyboard.press("Shift+Enter")
    await app.page.keyboard.type("Tell me.")
    await expect(app.words).to_have_value("What do you still remember about this year?\nTell me.")
    await app.page.keyboard.press("Enter")
    await app.see_answer()
    await tab_to(app.page, "Me")
    await app.page.keyboard.press("Enter")
    await tab_to(app.page, "Sign out")
    await app.page.keyboard.press("Enter")
    stay = app.page.get_by_role("button", name="Stay")
    await expect(stay).to_be_focused()
    await app.page.keyboard.press("Escape")
    await expect(app.page.get_by_role("button", name="Sign out")).to_be_focused()


@pytest.mark.parametrize("screen", ["Journal", "Talk", "Goals", "Me"])
async def test_text_of_twice_the_size_fits_a_small_phone(app: App, screen: str) -> None:
    await app.say("A message with averyveryveryveryveryverylongwordthatdoesnotend in it.")
    await app.see_answer()
    await app.page.evaluate("document.documentElement.style.fontSize = '200%'")
    await app.go_to(screen)
    assert await app.page.evaluate(TOO_WIDE) == []
    await expect(app.page.get_by_role("link", name=screen)).to_be_in_viewport()


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of that name has the focus, which can be seen."""
    for _ in range(30):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus-visible")
        if (await focused.inner_text()).strip() == name:
            return
    raise AssertionError(f"Tab does not lead to {name}")


async def check(page: Page) -> None:
    """Axe finds nothing, nothing is too wide, and everything can be hit with a thumb."""
    await page.evaluate(axe())
    found: dict[str, Any] = await page.evaluate("axe.run()")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert await page.evaluate(SMALL_TARGETS, SMALLEST_TARGET_PX) == []
    assert await page.evaluate(TOO_WIDE) == []
