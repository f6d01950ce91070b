"""The owner looks the box over at a tap, and mends what is wrong with another."""

import asyncio
import math
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from futureself_box.bench.running_box import Device, RunningBox
from futureself_box.doctor import week
from futureself_box.doctor.week import Stretch
from futureself_box.store import box_key, keys
from futureself_box.store.data_folder import BOX, KEY_FILE
from futureself_box.store.vault import HouseholdStore
from tests.web.app import App, Scheme, phone_of
from tests.web.test_screens import check

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_owner_sees_how_the_week_was(
    browser: Browser, owner: Device, home: RunningBox, scheme: Scheme
) -> None:
    await asyncio.to_thread(keep_a_week, home)
    context = await phone_of(browser, owner, home.url, scheme)
    app = await App(await context.new_page(), home.url).open()
    await app.go_to("Me")
    card = app.page.locator("fs-week")
    await card.get_by_text("The last seven days").click()
    disk = card.locator("fs-week-plot").filter(has_text="Disk space left")
    await expect(
        disk.get_by_role("img", name="Disk space left over seven days: from")
    ).to_be_visible()
    await disk.get_by_text("as a table").click()
    await expect(disk.get_by_role("row").filter(has_text="Yesterday")).to_contain_text("GB")
    await check(app.page)
    await context.close()


def keep_a_week(home: RunningBox) -> None:
    """Rows of seven days, with a night in which the box was off."""
    key_file = home.data / KEY_FILE
    secret = box_key.load_or_create(home.config, household_exists=True)
    key = keys.derive(keys.open_key(key_file, BOX, secret), "database")
    now = datetime.now(UTC)
    with closing(HouseholdStore(home.data / "household.db", key)) as store:
        for number in range(0, 1008, 2):
            at = now - number * timedelta(minutes=10)
            if not 300 < number < 360:
                week.write(store, stretch_of(at, number))


def stretch_of(at: datetime, number: int) -> Stretch:
    wave = math.sin(number / 24)
    return Stretch(
        week.milliseconds(at),
        answers=3,
        answers_failed=int(number % 97 == 0),
        answers_at_once=round(2 + 2 * wave),
        first_words_usual_s=1.2 + wave / 2 if wave > 0 else None,
        first_words_slow_s=3.0 + wave if wave > 0 else None,
        gap_slow_s=0.1 if wave > 0 else None,
        model_ready=1.0,
        phones=round(3 + 2 * wave),
        box_memory_bytes=105_000_000,
        machine_memory_free_bytes=2_500_000_000,
        disk_free_bytes=40_000_000_000 + 10_000_000 * number,
        cloud_waiting=max(0, round(40 * wave)),
        jobs_given_up=0,
    )
