"""The earlier versions of an entry or a goal: with time and device, shown again at a tap, none lost."""

import asyncio

import pytest
from playwright.async_api import Locator, expect

from futureself_box.bench.running_box import Device
from tests.web.app import App
from tests.web.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]


async def edit(app: App, entry: str) -> Locator:
    """Open an entry's editor, and its earlier versions."""
    await app.page.get_by_role("button", name=f"Edit: {entry}").click()
    editor = app.page.locator("fs-entry-editor")
    await editor.get_by_text("Earlier versions", exact=True).click()
    return editor


async def an_entry_with_two_versions(app: App, ada: Device) -> None:
    """Written on one device of Ada's and changed on another."""
    body = {"text": "First words.", "day": "2026-11-24", "written_at": "2026-11-24T08:00:00Z"}
    item = await asyncio.to_thread(ada.call, "POST", "/api/journal", body)
    other = await asyncio.to_thread(ada.invite)
    changed = body | {"text": "Second words.", "mood": 4}
    await asyncio.to_thread(other.call, "PUT", f"/api/journal/{item['id']}", changed)
    await app.go_to("Journal")
    await expect(app.page.locator("fs-entry")).to_contain_text("Second words.")


async def test_an_earlier_version_is_shown_again(app: App, ada: Device) -> None:
    await an_entry_with_two_versions(app, ada)
    editor = await edit(app, "Second words.")
    versions = editor.locator("fs-versions li")
    await expect(versions).to_have_count(2)
    await expect(versions.first).to_contain_text("shown now")
    await expect(versions.first).to_contain_text("Second words.\nGood", use_inner_text=True)
    devices = {device["id"]: device["name"] for device in ada.call("GET", "/api/devices")}
    name = devices[str(ada.joined.device)]
    await expect(versions.last.locator("[data-part=device]")).to_have_text(name)
    await versions.last.get_by_role("button", name="Show again").click()
    await expect(app.page.locator("fs-entry .text")).to_have_text("First words.")
    await expect(app.page.locator("fs-entry [data-part=where]")).to_have_text("On the box")
    editor = await edit(app, "First words.")
    await expect(versions).to_have_count(3)


async def test_words_that_are_being_typed_are_not_lost_to_an_earlier_version(
    app: App, ada: Device
) -> None:
    await an_entry_with_two_versions(app, ada)
    editor = await edit(app, "Second words.")
    await editor.get_by_label("Entry", exact=True).fill("Third words, half")
    await editor.get_by_role("button", name="Show again").click()
    await expect(editor.get_by_text("Save what you changed above first")).to_be_visible()
    await expect(editor.get_by_label("Entry", exact=True)).to_have_value("Third words, half")


async def test_with_no_network_it_says_that_earlier_versions_need_the_box(
    app: App, ada: Device, network: Network
) -> None:
    await an_entry_with_two_versions(app, ada)
    network.cut()
    editor = await edit(app, "Second words.")
    await expect(editor.get_by_text("Earlier versions are on the box")).to_be_visible()


async def test_an_earlier_version_of_a_goal_is_shown_again(app: App, ada: Device) -> None:
    goal = await asyncio.to_thread(ada.call, "POST", "/api/goals", {"title": "Swim"})
    changed = {"title": "Swim in the sea", "area": "health"}
    await asyncio.to_thread(ada.call, "PUT", f"/api/goals/{goal['id']}", changed)
    await app.go_to("Goals")
    await app.page.get_by_role("button", name="Edit: Swim in the sea").click()
    editor = app.page.locator("fs-goal-editor")
    await editor.get_by_text("Earlier versions", exact=True).click()
    versions = editor.locator("fs-versions li")
    await expect(versions.first).to_contain_text("Swim in the sea\nHealth", use_inner_text=True)
    await versions.last.get_by_role("button", name="Show again").click()
    await expect(app.page.locator("fs-goal [data-part=title]")).to_have_text("Swim")
