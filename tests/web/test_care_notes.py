"""What stands beside words that speak of danger: with and without the box, on the member's own phones."""

import asyncio

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from futureself_box.bench.running_box import Device, RunningBox
from futureself_box.futureself.care import words
from tests.web.app import App, phone_of
from tests.web.network import Network
from tests.web.test_screens import check

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

HEAVY = "I want to kill myself."
PLANNED = "I am going to shoot myself tonight."
# Found by what it means; no phrase of the lexicon is in it.
BY_MEANING = "The letters are in the drawer, one for each of you."
WORDS = words.words("en")


async def write(page: Page, text: str) -> None:
    await page.get_by_label("One line about today").fill(text)
    await page.locator("fs-journal [data-part=save]").first.click()
    await expect(page.get_by_label("One line about today")).to_have_value("")


def note_beside(page: Page, text: str) -> Locator:
    return page.locator("fs-entry").filter(has_text=text).locator("fs-care-note")


async def whole_app_is_here(page: Page) -> None:
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")


async def test_beside_a_heavy_entry_stand_words_and_the_card_with_no_network_too(
    app: App, network: Network
) -> None:
    page = app.page
    await whole_app_is_here(page)
    await app.go_to("Journal")
    network.cut()
    await write(page, HEAVY)
    note = note_beside(page, HEAVY)
    await expect(note).to_contain_text(WORDS.answers["suicide 2"].text)
    await expect(note).to_contain_text("Are you safe right now?")
    await note.get_by_role("button", name="People who help").click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await write(page, "We planted beans.")
    await expect(note_beside(page, "We planted beans.")).to_be_hidden()
    await check(page)


async def test_a_note_stands_on_the_members_other_phone_until_it_is_hidden(
    app: App, ada: Device, browser: Browser, home: RunningBox
) -> None:
    await app.go_to("Journal")
    await write(app.page, HEAVY)
    other = await phone_of(browser, await asyncio.to_thread(ada.invite), home.url)
    page = await other.new_page()
    await page.goto(home.url)
    note = note_beside(page, HEAVY)
    await expect(note).to_be_visible()
    await note.get_by_role("button", name="Close").click()
    for one in (page, app.page):
        await expect(note_beside(one, HEAVY)).to_be_hidden()
    await other.close()


async def test_the_box_hears_what_no_phrase_says(app: App, home: RunningBox) -> None:
    await app.go_to("Journal")
    await write(app.page, BY_MEANING)
    note = note_beside(app.page, BY_MEANING)
    await expect(note).to_contain_text("This is the box itself now")
    assert "suicide" not in home.log


async def test_on_a_hard_day_nothing_greets(app: App, ada: Device) -> None:
    await asyncio.to_thread(ada.call, "POST", "/api/affirmations", {"text": "I have time."})
    await app.go_to("Journal")
    greeting = app.page.locator("fs-journal [data-part=affirmation]")
    await expect(greeting).to_be_visible()
    await write(app.page, PLANNED)
    await expect(note_beside(app.page, PLANNED)).to_contain_text("call the emergency number first")
    await expect(greeting).to_be_hidden()


async def test_without_the_box_the_app_itself_answers_what_is_said(
    app: App, network: Network
) -> None:
    page = app.page
    await whole_app_is_here(page)
    network.cut()
    await expect(
        page.locator("fs-talk [data-part=strip]").filter(has_text="out of reach")
    ).to_be_visible()
    await app.say(HEAVY)
    note = page.locator("fs-composer fs-care-note")
    await expect(note).to_contain_text(WORDS.answers["suicide 2"].text)
    await app.say("How was your day?")
    await expect(note).to_be_hidden()
    await check(page)


async def test_beside_a_heavy_check_in_and_goal_stand_words_too(app: App) -> None:
    page = app.page
    await app.go_to("Goals")
    await page.get_by_label("A few words, if you like").fill(HEAVY)
    await page.locator("fs-check-ins").get_by_role("button", name="Check in").click()
    await expect(page.locator("fs-check-ins fs-care-note")).to_contain_text("safe right now")
    await page.get_by_label("A new goal").fill("I want to die")
    await page.get_by_label("A new goal").press("Enter")
    await expect(page.locator("fs-goal fs-care-note")).to_contain_text("safe right now")
    await check(page)
