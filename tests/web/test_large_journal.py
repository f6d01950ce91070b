"""A journal of many years opens and is searched on the phone, with the box out of reach."""

import asyncio
import json
import random
import statistics
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import httpx2
import pytest
from playwright.async_api import BrowserContext, expect

from futureself_box.bench.running_box import Device
from tests.web.app import records_read
from tests.web.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)
# From a letter typed to the list drawn, in the page itself.
SEARCH = """async (text) => {
  const field = document.querySelector("#journal-search");
  const begun = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  return performance.now() - begun;
}"""


@pytest.mark.soak
async def test_many_years_open_and_are_searched_offline(
    phone: BrowserContext,
    network: Network,
    ada: Device,
    soak: bool,
    request: pytest.FixtureRequest,
) -> None:
    count = 50_000 if soak else 2000
    await asyncio.to_thread(bring_in, ada, count)
    page = await phone.new_page()
    await page.goto(network.url)
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    begun = time.perf_counter()
    await records_read(page, count)
    synced_s = time.perf_counter() - begun
    network.cut()
    begun = time.perf_counter()
    await page.reload()
    await expect(page.locator("fs-entry").first).to_be_visible(timeout=60_000)
    opened_s = time.perf_counter() - begun
    chance = random.Random(7)  # noqa: S311
    await page.get_by_label("Search", exact=True).focus()
    searched = [await page.evaluate(SEARCH, f"w{chance.randrange(3000)}") for _ in range(40)]
    p95_ms = statistics.quantiles(searched, n=20)[-1]
    figures = f"{count} entries: synced in {synced_s:.1f} s, opened offline in {opened_s:.2f} s,"
    found = f" searched in {statistics.median(searched):.0f} ms, p95 {p95_ms:.0f} ms"
    request.config.get_terminal_writer().line(figures + found)
    await page.get_by_label("Search", exact=True).fill("needle")
    await expect(page.locator("fs-entry")).to_have_count(1)


def bring_in(member: Device, count: int) -> None:
    """Entries of a hundred words, one of them with a needle, as Day One exports them."""
    chance = random.Random(7)  # noqa: S311
    entries = []
    for number in range(count):
        words = [f"w{chance.randrange(3000)}" for _ in range(100)]
        at = FIRST_DAY + timedelta(hours=4 * number)
        text = " ".join([*words, "needle"] if number == count // 2 else words)
        created = f"{at:%Y-%m-%dT%H:%M:%SZ}"
        entries.append({"uuid": f"{number:032X}", "text": text, "creationDate": created})
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("Journal.json", json.dumps({"entries": entries}))
    url = f"{member.box.url}/api/import"
    headers = {"Authorization": f"Bearer {member.token}"}
    httpx2.post(url, content=packed.getvalue(), headers=headers, timeout=600).raise_for_status()
