"""Letters: sealed until their day, opened, and answered by the member or by the future self."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from futureself_box.bench.running_box import Device, eventually
from tests.web.app import App
from tests.web.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@pytest_asyncio.fixture(loop_scope="session")
async def letters(app: App) -> App:
    """The app at Letters, by the way that a member goes."""
    await app.page.get_by_role("button", name="Conversations").click()
    await app.page.locator("fs-talk").get_by_role("link", name="Letters").click()
    await expect(app.page.get_by_role("heading", name="Letters", exact=True)).to_be_focused()
    return app


async def test_a_letter_is_sealed_until_its_day_or_opened_early(letters: App, ada: Device) -> None:
    page = letters.page
    year = datetime.now(UTC).year + 5
    await page.get_by_label("A letter to your future self").fill("Do you still sing?")
    await page.get_by_label("Sealed until").fill(f"{year}-05-03")
    await page.reload()
    await page.get_by_role("button", name="Put it away").click()
    letter = page.locator("fs-letter")
    await expect(letter).to_contain_text(f"For May 3, {year}. Your future self answers it then.")
    await expect(letter).not_to_contain_text("sing")
    await expect(letter.locator("[data-part=where]").first).to_have_text("On the box")
    (kept,) = await asyncio.to_thread(bodies, ada)
    assert (kept["text"], kept["opens_on"]) == ("Do you still sing?", f"{year}-05-03")
    await throw_away(letter)
    await asyncio.to_thread(eventually, lambda: not bodies(ada))
    trash = page.locator("fs-letters fs-trash")
    await trash.get_by_text("Trash", exact=True).click()
    await expect(trash).to_contain_text(f"Letter, sealed until May 3, {year}")
    await expect(trash).not_to_contain_text("sing")
    await trash.get_by_role("button", name="Bring back").click()
    await letter.get_by_role("button", name="Open early").click()
    await letter.get_by_role("button", name="Open it", exact=True).click()
    await expect(letter.locator("[data-part=text]").first).to_have_text("Do you still sing?")


async def test_a_letter_that_has_come_is_named_in_the_journal_and_answered_with_no_network(
    letters: App, ada: Device, network: Network
) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    body = {"text": "Be kind to us.", "written_at": "2021-05-03T20:00:00Z", "opens_on": yesterday}
    await asyncio.to_thread(ada.call, "POST", "/api/letters", body)
    page = letters.page
    await letters.go_to("Journal")
    await page.get_by_role("link", name="A letter from you has come.").click()
    network.cut()
    letter = page.locator("fs-letter")
    await letter.get_by_role("button", name="Open it", exact=True).click()
    await expect(letter.locator("[data-part=text]").first).to_have_text("Be kind to us.")
    await letter.get_by_role("button", name="Let your future self answer").click()
    await expect(letter.locator("[data-part=status]")).to_contain_text("It did not go through.")
    await letter.get_by_role("button", name="Answer in its place").click()
    await letter.get_by_label("The letter back").fill("I am.")
    await letter.get_by_role("button", name="Keep it", exact=True).click()
    await expect(back(letter)).to_contain_text("You answer, in its place")
    network.restore()
    await expect(back(letter).locator("[data-part=where]")).to_have_text("On the box")
    assert {
        kept["by"]: kept["text"]
        for kept in await asyncio.to_thread(bodies, ada)
        if "answers" in kept
    } == {"member": "I am."}
    await letters.go_to("Journal")
    await expect(page.get_by_role("link", name="A letter from you has come.")).to_be_hidden()


async def test_the_future_self_answers_and_it_is_marked_as_imagined(
    letters: App, ada: Device
) -> None:
    page = letters.page
    await page.get_by_label("A letter to your future self").fill("Did we move to the sea?")
    await page.get_by_label("Who answers it then").select_option("You, in its place")
    await page.get_by_role("button", name="Put it away").click()
    letter = page.locator("fs-letter")
    await expect(letter.locator("[data-part=where]").first).to_have_text("On the box")
    await letter.get_by_role("button", name="Let your future self answer").click()
    await expect(letter.locator("[data-part=status]")).to_contain_text("is writing")
    await expect(back(letter)).to_contain_text("Your future self answers")
    await expect(back(letter).locator("[data-part=mark]")).to_have_text("imagined")
    await expect(letter.locator("[data-part=status]")).to_have_text("")
    (answer,) = [
        kept for kept in await asyncio.to_thread(bodies, ada) if kept["by"] == "future_self"
    ]
    await expect(back(letter).locator(".text")).to_have_text(answer["text"])


async def throw_away(letter: Locator) -> None:
    for button in ("first", "last"):
        await getattr(letter.get_by_role("button", name="To the trash"), button).click()


def back(letter: Locator) -> Locator:
    return letter.locator("fs-letter-back")


def bodies(member: Device) -> list[dict[str, Any]]:
    """The letters as the box has them."""
    return [item["body"] for item in member.call("GET", "/api/letters")["items"]]
