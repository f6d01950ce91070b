"""Under Me, every member sees where their words go."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from futureself_box.bench.running_box import RunningBox
from tests.web.app import phone_of

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(tmp_path: Path) -> AsyncIterator[RunningBox]:
    """A box whose owner named a server, but has not agreed to it."""
    box = RunningBox(tmp_path, None, FUTURESELF_INFERENCE_URL="https://model.example/v1")
    box.start()
    await asyncio.to_thread(box.wait_until_up)
    yield box
    await asyncio.to_thread(box.stop)


async def test_a_member_sees_who_would_answer_and_that_the_owner_has_not_agreed(
    browser: Browser, elsewhere: RunningBox
) -> None:
    owner = await asyncio.to_thread(elsewhere.set_up)
    member = await asyncio.to_thread(owner.invite, "Bea")
    phone = await phone_of(browser, member, elsewhere.url)
    page = await phone.new_page()
    await page.goto(f"{elsewhere.url}/#me")
    status = page.locator("fs-box-status")
    await expect(status).to_contain_text(
        "Nobody gets an answer until the owner agrees that words go to model.example."
    )
    await expect(status).to_contain_text("waiting for the owner")
    await phone.close()
