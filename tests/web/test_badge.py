"""Where an entry is said to lie is where it lies, whatever happens meanwhile."""

import asyncio
import json
import random
from io import BytesIO
from zipfile import ZipFile

import httpx2
import pytest
from playwright.async_api import BrowserContext, Page, expect

from futureself_box.bench.running_box import Device
from tests.web.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

STEPS = 8
SHOWN = """() => [...document.querySelectorAll("fs-journal fs-entry")].map((entry) => [
  entry.querySelector("[data-part=text]").textContent,
  entry.querySelector("[data-part=where]").textContent,
])"""
DAY = {"day": "2026-11-24", "written_at": "2026-11-24T09:00:00Z"}


class Schedule:
    """A phone whose network and tab come and go while its member writes, here and elsewhere."""

    def __init__(self, seed: int, phone: BrowserContext, network: Network, ada: Device) -> None:
        self.chance = random.Random(seed)  # noqa: S311
        self.phone, self.network, self.ada = phone, network, ada
        self.page: Page
        self.seed, self.number = seed, 0

    async def run(self) -> None:
        await self.open_tab()
        acts = [self.write, self.write, self.edit, self.edit, self.elsewhere, self.cut]
        acts += [self.lose_answers, self.restore, self.restore, self.kill_tab]
        for _ in range(STEPS):
            await self.chance.choice(acts)()
            await self.check()
        self.network.restore()
        waiting = self.page.locator("fs-entry").filter(has_text="On this phone")
        await expect(waiting).to_have_count(0)
        await self.check()
        await self.page.close()

    async def check(self) -> None:
        """Nothing is said to be on the box that isn't there; the screen is read first."""
        shown = await self.page.evaluate(SHOWN)
        there = await asyncio.to_thread(on_the_box, self.ada)
        for text, where in shown:
            assert where in {"On the box", "On this phone"}
            assert where != "On the box" or text in there, text

    async def open_tab(self) -> None:
        self.page = await self.phone.new_page()
        await self.page.goto(self.network.url)
        await expect(self.page.get_by_label("One line about today")).to_be_visible()

    async def kill_tab(self) -> None:
        await self.page.close()
        await self.open_tab()

    async def write(self) -> None:
        await self.page.get_by_label("One line about today").fill(self.next_text())
        await self.page.get_by_role("button", name="Save").first.click()

    async def edit(self) -> None:
        entries = self.page.locator("fs-entry")
        if count := await entries.count():
            entry = entries.nth(self.chance.randrange(count))
            await entry.get_by_role("button", name="Edit").click()
            await self.page.get_by_label("Entry", exact=True).fill(self.next_text())
            editor = self.page.locator("fs-entry-editor")
            await editor.get_by_role("button", name="Save").click()

    async def elsewhere(self) -> None:
        items = (await asyncio.to_thread(self.ada.call, "GET", "/api/journal"))["items"]
        if items:
            path = f"/api/journal/{self.chance.choice(items)['id']}"
            body = DAY | {"text": self.next_text()}
            await asyncio.to_thread(self.ada.call, "PUT", path, body)

    async def cut(self) -> None:
        self.network.cut()

    async def lose_answers(self) -> None:
        self.network.lose_answers()

    async def restore(self) -> None:
        self.network.restore()

    def next_text(self) -> str:
        self.number += 1
        return f"Words {self.seed}.{self.number}."


def on_the_box(member: Device) -> set[str]:
    """Every text that any version of any entry has."""
    headers = {"Authorization": f"Bearer {member.token}"}
    answer = httpx2.get(f"{member.box.url}/api/export", headers=headers).raise_for_status()
    with ZipFile(BytesIO(answer.content)) as archive:
        written = json.loads(archive.read("records.json"))["revisions"]
    return {revision["body"]["text"] for revision in written if revision.get("body")}


@pytest.mark.soak
async def test_what_is_said_to_be_on_the_box_is_there_in_every_schedule(
    phone: BrowserContext, network: Network, ada: Device, soak: bool
) -> None:
    page = await phone.new_page()
    await page.goto(network.url)
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    await page.close()
    for seed in range(1000 if soak else 3):
        await Schedule(seed, phone, network, ada).run()
