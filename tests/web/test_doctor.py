"""The owner looks the box over at a tap, and mends what is wrong with another."""

import pytest
from playwright.async_api import expect

from futureself_box.bench.running_box import RunningBox
from tests.web.app import App

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


async def test_the_owner_finds_a_fault_and_mends_it(owner_app: App, home: RunningBox) -> None:
    home.data.chmod(0o755)
    card = owner_app.page.locator("fs-doctor")
    await card.get_by_role("button", name="Look the box over").click()
    fault = card.get_by_text("Other users of this machine can look into the box's folders.")
    await expect(fault).to_be_visible(timeout=60_000)
    await card.get_by_role("button", name="Close the folders").click()
    await expect(fault).to_be_hidden(timeout=60_000)
    assert home.data.stat().st_mode & 0o077 == 0
    await card.get_by_text("What is well").click()
    await expect(card.get_by_text("Only the box's user can look into its folders.")).to_be_visible()


async def test_nobody_else_has_the_examination(app: App) -> None:
    await app.go_to("Me")
    await expect(app.page.get_by_role("heading", name="This box")).to_be_visible()
    await expect(app.page.get_by_role("button", name="Look the box over")).to_be_hidden()
