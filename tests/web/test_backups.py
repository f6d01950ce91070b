"""The owner sees how the backups went, and makes one at a tap."""

import pytest
from playwright.async_api import expect

from futureself_box.bench.running_box import Device
from tests.web.app import App

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


async def test_the_owner_makes_a_backup_and_sees_that_it_is_there(
    owner_app: App, owner: Device
) -> None:
    card = owner_app.page.locator("fs-backups")
    await expect(card.locator("[data-part=backup]")).not_to_have_text("Asking the box")
    await card.get_by_role("button", name="Back up now").click()
    await expect(card.get_by_text("A backup is being made.")).to_be_visible()
    await expect(card.locator("[data-part=backup]")).to_contain_text("Made today")
    await expect(card.get_by_role("button", name="Back up now")).to_be_enabled()
    assert owner.call("GET", "/api/backups")["backup"]["problem"] is None


async def test_a_backup_that_failed_says_so_with_the_last_good_one(owner_app: App) -> None:
    problem = "The second folder is not there."
    failed = {"at": "2026-11-24T03:00:00Z", "good_at": "2026-11-20T03:00:00Z", "name": None}
    report = {
        "backup": failed | {"problem": problem},
        "second": None,
        "drill": failed | {"good_at": "2026-11-24T03:00:00Z", "problem": None},
        "under_way": False,
        "problem": problem,
    }
    await owner_app.page.route("**/api/backups", lambda route: route.fulfill(json=report))
    await owner_app.page.reload()
    card = owner_app.page.locator("fs-backups")
    await expect(card.locator("[data-part=problem]")).to_have_text(problem)
    await expect(card.locator("[data-part=backup]")).to_contain_text("it failed. The last good one")
    await expect(card.locator("[data-part=drill]")).to_contain_text("Everything came back")


async def test_nobody_else_has_the_card(app: App) -> None:
    await app.go_to("Me")
    await expect(app.page.get_by_role("heading", name="This box")).to_be_visible()
    await expect(app.page.get_by_role("button", name="Back up now")).to_be_hidden()
