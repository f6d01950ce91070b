"""Help is one tap away on every screen, with and without the box, in the household's country."""

import asyncio

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from futureself_box.bench.running_box import Device, RunningBox
from futureself_box.futureself.care import words
from tests.web.app import App, phone_of
from tests.web.test_screens import check

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@pytest_asyncio.fixture(loop_scope="session")
async def german(app: App, owner: Device) -> App:
    """A phone of a household whose owner chose Germany."""
    await asyncio.to_thread(owner.call, "PUT", "/api/care", {"region": "DE"})
    await app.page.reload()
    await app.page.wait_for_function(
        "() => localStorage.getItem('futureself.care-region') === '\"DE\"'"
    )
    return app


async def open_help(page: Page) -> None:
    await page.wait_for_function("() => customElements.get('fs-help-button') !== undefined")
    await page.get_by_role("button", name="Help", exact=True).click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_every_screen_has_the_card_at_one_tap_without_the_box(german: App) -> None:
    page = german.page
    await page.evaluate("navigator.serviceWorker.ready")
    await page.context.set_offline(True)
    await page.reload()
    for screen in ("Journal", "Talk", "Goals", "Me"):
        await german.go_to(screen)
        await open_help(page)
        emergency = page.get_by_role("link", name="Call Emergency services, 112")
        await expect(emergency).to_have_attribute("href", "tel:112")
        await expect(page.get_by_role("link", name="0800 111 0 111")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_who_was_not_let_in_has_the_card_too(browser: Browser, home: RunningBox) -> None:
    context = await phone_of(browser, None, home.url)
    app = await App(await context.new_page(), home.url).open()
    await open_help(app.page)
    await expect(app.page.get_by_role("heading", name="People who help")).to_be_visible()
    await context.close()


async def test_the_card_shuts_nobody_out(german: App) -> None:
    await open_help(german.page)
    await check(german.page)


async def test_a_code_that_phones_refuse_in_links_is_shown_to_dial(app: App) -> None:
    await open_help(app.page)
    await app.page.get_by_role("dialog").get_by_label("Country").select_option("CL")
    await expect(app.page.get_by_text("Dial it by hand: *4141")).to_be_visible()


async def test_the_owner_chooses_the_country_for_everybody(
    owner_app: App, ada: Device, app: App
) -> None:
    card = owner_app.page.locator("fs-region-card")
    await card.get_by_label("Country").select_option("IE")
    await expect(card.get_by_text("Everybody sees these lines under Help.")).to_be_visible()
    assert ada.call("GET", "/api/me")["region"] == "IE"
    await app.page.reload()
    await open_help(app.page)
    await expect(app.page.get_by_role("link", name="Call Samaritans, 116 123")).to_be_visible()


async def test_it_says_that_it_is_a_program_until_that_is_taken_note_of(app: App) -> None:
    notice = app.page.locator("fs-reminders")
    await expect(notice).to_be_hidden()
    await app.say("Good night!")
    await expect(notice.get_by_text(words.words("en").program)).to_be_visible()
    await app.see_answer()
    await check(app.page)
    await notice.get_by_role("button", name="All right").click()
    await expect(notice).to_be_hidden()
    await app.say("See you tomorrow!")
    await app.see_answer()
    await expect(notice).to_be_hidden()


async def test_what_the_box_itself_says_is_not_called_imagined(app: App) -> None:
    await app.say("I want to kill myself tonight")
    await app.see_answer()
    theirs = app.page.locator("fs-message.theirs")
    await expect(theirs.locator(".mark")).to_have_text("the box")
    await app.page.reload()
    await expect(theirs.locator(".mark")).to_have_text("the box")


async def test_a_parent_sets_quiet_hours_and_the_child_sees_what_the_parent_sees(
    browser: Browser, owner_app: App, owner: Device, ada: Device, home: RunningBox
) -> None:
    name, member = ada.joined.name, ada.joined.member
    await asyncio.to_thread(owner.call, "PATCH", f"/api/members/{member}", {"role": "child"})
    await owner_app.page.reload()
    row = owner_app.page.locator("fs-person", has_text=name).last
    card = row.locator("fs-time-card")
    await expect(card.get_by_text("No quiet hours are set.")).to_be_visible()
    await expect(card.get_by_text("Protections for children are on.")).to_be_visible()
    await card.get_by_label("Quiet from").fill("20:30")
    await card.get_by_role("button", name="Keep quiet hours").click()
    rests = "From 20:30 until 07:00 the future self rests."
    await expect(card.get_by_text(rests)).to_be_visible()
    await check(owner_app.page)
    context = await phone_of(browser, ada, home.url)
    theirs = await App(await context.new_page(), home.url).open()
    await theirs.go_to("Me")
    own = theirs.page.locator("fs-time-card").first
    for sentence in (rests, "Protections for children are on.", "since Monday: 0 minutes."):
        await expect(own.get_by_text(sentence)).to_be_visible()
        await expect(card.get_by_text(sentence)).to_be_visible()
    await expect(own.get_by_role("button")).to_have_count(0)
    await context.close()
    await card.get_by_role("button", name="No quiet hours").click()
    await expect(card.get_by_text("No quiet hours are set.")).to_be_visible()
