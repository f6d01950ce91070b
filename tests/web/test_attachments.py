"""Photos and recordings of an entry: kept on the phone first, true about where they lie."""

import asyncio
import hashlib
import os
import wave
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import httpx
import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import BrowserContext, FilePayload, Locator, Page, Request, expect

from futureself_box.bench.running_box import Device, eventually
from tests.web.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

Opening = Callable[[], Awaitable["Journal"]]
PIECE_BYTES = 1024 * 1024


class Journal:
    """The journal in one tab, as somebody with photos uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.line = page.locator("fs-journal [data-part=reading] form")
        self.entry = page.locator("fs-journal fs-entry")
        self.badge = self.entry.locator("[data-part=where]")

    async def pick(self, *files: FilePayload) -> None:
        await self.line.get_by_label("Photos and recordings", exact=True).set_input_files(files)

    async def write(self, text: str, *files: FilePayload) -> None:
        await self.page.get_by_label("One line about today").fill(text)
        await self.pick(*files)
        await expect(self.line.locator("fs-attachment")).to_have_count(len(files))
        await self.line.get_by_role("button", name="Save").click()
        await expect(self.line.locator("fs-attachment")).to_have_count(0)

    async def see_photo(self, within: Locator) -> None:
        """Wait until a photo is there and has its pixels."""
        photo = await within.locator("fs-attachment img:not([hidden])").element_handle()
        await self.page.wait_for_function("photo => photo.naturalWidth > 0", arg=photo)


@pytest_asyncio.fixture(loop_scope="session")
async def opening(phone: BrowserContext, network: Network) -> Opening:
    async def open_tab() -> Journal:
        page = await phone.new_page()
        await page.goto(network.url)
        await expect(page.get_by_role("heading", name="Journal")).to_be_visible()
        return Journal(page)

    return open_tab


def photo(name: str = "sea.png") -> FilePayload:
    out = BytesIO()
    Image.new("RGB", (320, 200), "teal").save(out, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": out.getvalue()}


def recording(size_bytes: int) -> FilePayload:
    """Noise, so that no other recording is the same."""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(os.urandom(size_bytes))
    return {"name": "waves.wav", "mimeType": "audio/wav", "buffer": out.getvalue()}


def id_of(file: FilePayload) -> str:
    return hashlib.sha256(file["buffer"]).hexdigest()


async def ready_offline(page: Page) -> None:
    """Wait until the service worker has the app."""
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")


async def missing(member: Device, *files: FilePayload) -> list[Any]:
    """Which of these the box lacks."""
    ids = {"ids": [id_of(file) for file in files]}
    answer = await asyncio.to_thread(member.call, "POST", "/api/attachments/missing", ids)
    return list(answer["ids"])


async def upload(member: Device, file: FilePayload) -> None:
    """Send a small file, as another phone does."""
    sent = file["buffer"]
    announced = {"sha256": id_of(file), "size": len(sent), "type": file["mimeType"]}
    await asyncio.to_thread(member.call, "POST", "/api/attachments/", announced)
    headers = {"Authorization": f"Bearer {member.token}", "Upload-Offset": "0"}
    async with httpx.AsyncClient(base_url=member.box.url, headers=headers) as client:
        answer = await client.patch(f"/api/attachments/{id_of(file)}", content=sent)
    answer.raise_for_status()


async def write_elsewhere(member: Device, text: str, *files: FilePayload) -> None:
    """An entry of the member's other phone."""
    links = [
        {
            "id": id_of(file),
            "type": file["mimeType"],
            "size": len(file["buffer"]),
            "name": file["name"],
        }
        for file in files
    ]
    body = {"text": text, "day": "2026-11-24", "written_at": "2026-11-24T08:00:00Z"}
    await asyncio.to_thread(member.call, "POST", "/api/journal", body | {"attachments": links})


# How many photos and recordings the phone holds.
FILES_HERE = """async () => {
    const opening = indexedDB.open("futureself");
    const database = await new Promise((done) => (opening.onsuccess = () => done(opening.result)));
    const asking = database.transaction("files").objectStore("files").count();
    const count = await new Promise((done) => (asking.onsuccess = () => done(asking.result)));
    database.close();
    return count;
}"""


async def test_a_photo_taken_with_no_network_is_seen_at_once_and_goes_to_the_box_later(
    opening: Opening, ada: Device, network: Network
) -> None:
    journal = await opening()
    await ready_offline(journal.page)
    network.cut()
    sea = photo()
    await journal.write("By the sea.", sea)
    await journal.see_photo(journal.entry)
    await expect(journal.badge).to_have_text("On this phone")
    await journal.page.close()
    journal = await opening()
    await journal.see_photo(journal.entry)
    await expect(journal.badge).to_have_text("On this phone")
    await journal.page.get_by_role("link", name="Me").click()
    await expect(journal.page.get_by_text("2 things that you wrote have not")).to_be_visible()
    await journal.page.get_by_role("link", name="Journal").click()
    network.restore()
    await expect(journal.badge).to_have_text("On the box")
    assert await missing(ada, sea) == []


async def test_what_is_erased_takes_its_photo_along(opening: Opening, ada: Device) -> None:
    journal = await opening()
    sea = photo()
    await journal.page.route("**/api/attachments/", lambda route: route.abort())
    await journal.write("Better forgotten.", sea)
    items = await asyncio.to_thread(eventually, lambda: ada.call("GET", "/api/journal")["items"])
    await asyncio.to_thread(ada.call, "POST", f"/api/records/{items[0]['id']}/purge")
    await expect(journal.entry).to_have_count(0)
    await journal.page.unroute("**/api/attachments/")
    await journal.page.reload()
    await expect(journal.page.get_by_text("Nothing yet. One line is enough.")).to_be_visible()
    assert await journal.page.evaluate(FILES_HERE) == 0
    assert await missing(ada, sea) == [id_of(sea)]


async def test_the_badge_waits_for_the_photo_and_not_only_for_the_words(
    opening: Opening, ada: Device
) -> None:
    journal = await opening()
    held = asyncio.Event()
    await journal.page.route("**/api/attachments/**", lambda route: _after(held, route))
    await journal.write("Words and a photo.", photo())
    await asyncio.to_thread(eventually, lambda: ada.call("GET", "/api/journal")["items"])
    await expect(journal.badge).to_have_text("On this phone")
    held.set()
    await expect(journal.badge).to_have_text("On the box")


async def _after(event: asyncio.Event, route: Any) -> None:
    await event.wait()
    await route.continue_()


async def test_an_upload_goes_on_where_the_network_broke_it_off(
    opening: Opening, ada: Device, network: Network
) -> None:
    journal = await opening()
    offsets: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            offsets.append(int(request.headers["upload-offset"]))
            if len(offsets) == 3 and not journal.page.is_closed():
                network.cut()

    journal.page.on("request", note)
    waves = recording(5 * PIECE_BYTES)
    await journal.write("Listen.", waves)
    await expect(journal.badge).to_have_text("On this phone")
    await journal.page.wait_for_function(
        "() => document.querySelector('fs-talk .strip').textContent"
    )
    network.restore()
    await expect(journal.badge).to_have_text("On the box")
    assert offsets.count(0) == 1
    assert max(offsets) == 5 * PIECE_BYTES
    assert await missing(ada, waves) == []


async def test_what_cannot_be_kept_is_said_plainly_and_the_words_stay(opening: Opening) -> None:
    journal = await opening()
    await journal.page.get_by_label("One line about today").fill("My words.")
    await journal.pick({"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    error = journal.line.locator("fs-attachment-field [role=alert]")
    await expect(error).to_contain_text("“letter.pdf” is neither a photo nor a recording")
    await journal.pick(recording(26_000_000))
    await expect(error).to_contain_text("“waves.wav” has 26 MB. I take up to 25 MB")
    await expect(journal.page.get_by_label("One line about today")).to_have_value("My words.")
    await expect(journal.line.locator("fs-attachment")).to_have_count(0)


async def test_a_file_that_the_box_cannot_read_is_not_called_on_the_box(opening: Opening) -> None:
    journal = await opening()
    broken: FilePayload = {"name": "torn.png", "mimeType": "image/png", "buffer": os.urandom(900)}
    await journal.write("A torn photo.", broken)
    await expect(journal.badge).to_have_text(
        "On this phone. The box can't read that file as what it says it is."
        " Open it on your phone, save it anew and send that."
    )


async def test_a_picked_photo_outlives_a_killed_tab_and_can_be_removed(opening: Opening) -> None:
    journal = await opening()
    await journal.pick(photo())
    await journal.see_photo(journal.line)
    await journal.page.close()
    journal = await opening()
    await journal.see_photo(journal.line)
    await journal.line.get_by_role("button", name="Remove: sea.png").click()
    await expect(journal.line.locator("fs-attachment")).to_have_count(0)
    await journal.page.reload()
    await expect(journal.page.get_by_role("heading", name="Journal")).to_be_visible()
    await expect(journal.line.locator("fs-attachment")).to_have_count(0)


async def test_a_photo_leaves_an_entry(opening: Opening, ada: Device) -> None:
    journal = await opening()
    await journal.write("With a photo.", photo())
    await journal.page.get_by_role("button", name="Edit: With a photo.").click()
    editor = journal.page.locator("fs-entry-editor")
    await journal.see_photo(editor)
    await editor.get_by_role("button", name="Remove: sea.png").click()
    await editor.get_by_role("button", name="Save").click()
    await expect(journal.entry.locator("fs-attachment")).to_have_count(0)
    await expect(journal.badge).to_have_text("On the box")
    (item,) = (await asyncio.to_thread(ada.call, "GET", "/api/journal"))["items"]
    assert "attachments" not in item["body"]


async def test_photos_of_another_phone_come_from_the_box_and_stay_for_the_journey(
    opening: Opening, ada: Device, network: Network
) -> None:
    sea = photo()
    await upload(ada, sea)
    await write_elsewhere(ada, "From my other phone.", sea)
    journal = await opening()
    await journal.see_photo(journal.entry)
    await expect(journal.badge).to_have_text("On the box")
    await ready_offline(journal.page)
    network.cut()
    await journal.page.reload()
    await journal.see_photo(journal.entry)
    await expect(journal.badge).to_have_text("On the box")


async def test_a_photo_that_was_out_of_reach_comes_with_the_network(
    opening: Opening, ada: Device, network: Network
) -> None:
    journal = await opening()
    await ready_offline(journal.page)
    await journal.page.route("**/api/attachments/*", lambda route: route.abort())
    sea = photo()
    await upload(ada, sea)
    await write_elsewhere(ada, "Out of reach.", sea)
    status = journal.entry.get_by_role("status").first
    await expect(status).to_have_text("The box is out of reach. This file shows when it is back.")
    await journal.page.unroute("**/api/attachments/*")
    network.cut()
    network.restore()
    await journal.see_photo(journal.entry)


async def test_a_file_that_is_only_on_another_phone_is_not_called_on_the_box(
    opening: Opening, ada: Device
) -> None:
    sea, waves = photo(), recording(2000)
    await write_elsewhere(ada, "Soon with a photo.", sea, waves)
    journal = await opening()
    await expect(journal.entry.get_by_role("status").first).to_have_text(
        "This file has not reached the box. It is on the device that added it."
    )
    await expect(journal.badge).to_have_text("Words on the box")
    await upload(ada, sea)
    await upload(ada, waves)
    await journal.page.reload()
    await journal.see_photo(journal.entry)
    await journal.entry.get_by_role("button", name="Listen").click()
    await expect(journal.entry.get_by_label("Recording: waves.wav")).to_be_visible()
    await expect(journal.badge).to_have_text("On the box")
