"""The journal on a phone: written and read without the box, true about where it lies, nothing lost."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from futureself_box.bench.running_box import Device, RunningBox, eventually
from tests.web.app import phone_of, until
from tests.web.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

Opening = Callable[[], Awaitable["Journal"]]


class Journal:
    """The journal in one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.line = page.get_by_label("One line about today")
        self.entries = page.locator("fs-journal fs-entry")
        self.save = page.get_by_role("button", name="Save")

    async def write(self, text: str, mood: str | None = None) -> None:
        await self.line.fill(text)
        if mood:
            await self.page.get_by_text(mood, exact=True).first.click()
        await self.save.first.click()
        await expect(self.line).to_have_value("")

    async def edit(self, entry: str, text: str) -> None:
        await self.page.get_by_role("button", name=f"Edit: {entry}").click()
        editor = self.page.get_by_label("Entry", exact=True)
        await editor.fill(text)
        await self.page.locator("fs-entry-editor").get_by_role("button", name="Save").click()

    async def see(self, text: str, where: str | None = None) -> None:
        entry = self.entries.filter(has_text=text)
        await expect(entry).to_have_count(1)
        if where:
            await expect(entry.locator("[data-part=where]")).to_have_text(where)


@pytest_asyncio.fixture(loop_scope="session")
async def opening(phone: BrowserContext, network: Network) -> Opening:
    async def open_tab() -> Journal:
        page = await phone.new_page()
        await page.goto(network.url)
        journal = Journal(page)
        await expect(page.get_by_role("heading", name="Journal")).to_be_visible()
        return journal

    return open_tab


async def ready_offline(page: Page) -> None:
    """Wait until the service worker has the app."""
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def on_the_box(member: Device) -> list[Any]:
    return [item["body"]["text"] for item in member.call("GET", "/api/journal")["items"]]


async def test_a_line_and_a_mood_go_to_the_box_by_themselves(opening: Opening, ada: Device) -> None:
    journal = await opening()
    await journal.write("The sea was calm today.", "Bright")
    await journal.see("The sea was calm today.", "On the box")
    (item,) = ada.call("GET", "/api/journal")["items"]
    assert (item["body"]["text"], item["body"]["mood"]) == ("The sea was calm today.", 5)


async def test_with_no_network_the_app_opens_and_what_is_written_waits_on_the_phone(
    opening: Opening, ada: Device, network: Network
) -> None:
    journal = await opening()
    await journal.write("Before.")
    await journal.see("Before.", "On the box")
    await ready_offline(journal.page)
    network.cut()
    await journal.page.reload()
    await journal.see("Before.", "On the box")
    await journal.write("On the bus.")
    await journal.edit("Before.", "Before, and after.")
    await journal.see("On the bus.", "On this phone")
    await journal.see("Before, and after.", "On this phone")
    await journal.page.get_by_label("Search", exact=True).fill("bus")
    await expect(journal.entries).to_have_count(1)
    await journal.page.get_by_label("Search", exact=True).fill("")
    network.restore()
    await journal.see("On the bus.", "On the box")
    await journal.see("Before, and after.", "On the box")
    assert sorted(on_the_box(ada)) == ["Before, and after.", "On the bus."]


async def test_a_draft_outlives_a_killed_tab(opening: Opening) -> None:
    journal = await opening()
    await journal.write("An entry.")
    await journal.line.fill("Half a line")
    await journal.page.get_by_role("button", name="Edit: An entry.").click()
    await journal.page.get_by_label("Entry", exact=True).fill("An entry, half changed")
    await journal.page.close()
    again = await opening()
    await expect(again.page.get_by_label("Entry", exact=True)).to_have_value(
        "An entry, half changed"
    )
    await again.page.get_by_role("button", name="Leave as it was").click()
    await expect(again.line).to_have_value("Half a line")


async def test_edits_that_crossed_are_both_there_until_one_is_chosen(
    opening: Opening, ada: Device, network: Network
) -> None:
    journal = await opening()
    await journal.write("First.")
    await journal.see("First.", "On the box")
    (item,) = ada.call("GET", "/api/journal")["items"]
    network.cut()
    await journal.edit("First.", "Changed on the phone.")
    body = item["body"] | {"text": "Changed elsewhere."}
    ada.call("PUT", f"/api/journal/{item['id']}", body)
    network.restore()
    crossed = journal.page.get_by_role("group", name="Another version of this entry")
    await expect(crossed).to_have_count(1)
    text = await journal.entries.text_content() or ""
    assert "Changed on the phone." in text
    assert "Changed elsewhere." in text
    await crossed.get_by_role("button", name="Keep both").click()
    await expect(crossed).to_have_count(0)
    await expect(journal.entries).to_have_count(2)
    await journal.see("Changed elsewhere.", "On the box")
    await journal.see("Changed on the phone.", "On the box")
    assert sorted(on_the_box(ada)) == ["Changed elsewhere.", "Changed on the phone."]


async def test_a_wiped_phone_gets_everything_back(
    browser: Browser, opening: Opening, ada: Device, network: Network
) -> None:
    journal = await opening()
    for number in range(3):
        await journal.write(f"Entry {number}.")
    await journal.see("Entry 2.", "On the box")
    await journal.page.evaluate(
        "async () => { await new Promise(r => indexedDB.deleteDatabase('futureself').onsuccess = r) }"
    )
    await journal.page.reload()
    await expect(journal.entries).to_have_count(3)


async def test_an_entry_goes_to_the_trash_and_comes_back(opening: Opening, ada: Device) -> None:
    journal = await opening()
    await journal.write("Not so good.")
    await journal.see("Not so good.", "On the box")
    await journal.page.get_by_role("button", name="Edit: Not so good.").click()
    await journal.page.get_by_role("button", name="To the trash").click()
    await journal.page.get_by_role("group").get_by_role("button", name="To the trash").click()
    await expect(journal.entries).to_have_count(0)
    await asyncio.to_thread(eventually, lambda: not on_the_box(ada))
    await journal.page.locator("fs-journal").get_by_text("Trash", exact=True).click()
    await journal.page.get_by_role("button", name="Bring back").click()
    await journal.see("Not so good.", "On the box")
    assert on_the_box(ada) == ["Not so good."]


async def test_a_phone_that_signs_out_keeps_nothing(opening: Opening) -> None:
    journal = await opening()
    await journal.write("Mine.")
    await journal.see("Mine.", "On the box")
    await journal.page.get_by_role("link", name="Me").click()
    await journal.page.get_by_role("button", name="Sign out").click()
    await journal.page.get_by_role("group").get_by_role("button", name="Sign out").click()
    await expect(journal.page.get_by_role("heading", name="Welcome")).to_be_visible()
    gone = "async () => !(await indexedDB.databases()).some(({name}) => name === 'futureself')"
    await until(journal.page, gone)


async def test_what_is_new_while_the_phone_reads_is_read_too(opening: Opening, ada: Device) -> None:
    journal = await opening()
    for number in range(20):
        body = {"text": f"N{number}.", "day": "2026-11-24", "written_at": "2026-11-24T08:00:00Z"}
        await asyncio.to_thread(ada.call, "POST", "/api/journal", body)
    await expect(journal.entries).to_have_count(20)


async def test_everything_can_be_taken_along_and_brought_in_elsewhere(
    opening: Opening, browser: Browser, home: RunningBox, owner: Device, tmp_path: Path
) -> None:
    journal = await opening()
    await journal.write("Take me along.")
    await journal.see("Take me along.", "On the box")
    await journal.page.get_by_role("link", name="Me").click()
    async with journal.page.expect_download() as download:
        await journal.page.get_by_role("button", name="Save a copy").click()
    file = tmp_path / "futureself.zip"
    await (await download.value).save_as(file)
    bea = await asyncio.to_thread(owner.invite, "Bea")
    theirs = await phone_of(browser, bea, home.url)
    page = await theirs.new_page()
    await page.goto(f"{home.url}/#me")
    await page.get_by_label("Journal to bring in").set_input_files(file)
    await expect(page.get_by_text("are in your journal")).to_be_visible()
    await page.get_by_role("link", name="Journal").click()
    await Journal(page).see("Take me along.", "On the box")
    await theirs.close()
