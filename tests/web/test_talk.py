"""Talking: words stream in, the status is true, and nothing is lost or shown twice."""

import asyncio
from uuid import uuid4

import msgspec
import pytest
from playwright.async_api import BrowserContext, expect

from futureself_box.api.frames import (
    ChatAccepted,
    ChatCancel,
    RecordChange,
    RecordsAck,
    RecordsPush,
)
from futureself_box.bench.running_box import Device, RunningBox
from futureself_box.records.clock import Clock, to_text
from tests.web.app import A_LONG_STORY, App, recorded, records_read, texts
from tests.web.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

# Notes each status that a person could have read, from the first frame on.
NOTE_STATUSES = """() => {
    window.statuses = [];
    new MutationObserver(() => {
        for (const { textContent } of document.querySelectorAll("fs-message .status")) {
            if (textContent && !window.statuses.includes(textContent)) {
                window.statuses.push(textContent);
            }
        }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


async def record(member: Device, said: list[str]) -> None:
    """Put messages on the box that nobody answers, as records of another phone."""
    device = await asyncio.to_thread(member.invite)
    changes = tuple(
        RecordChange(
            rev_id=uuid4(),
            record=uuid4(),
            kind="message",
            op="put",
            clock=to_text(Clock(number + 1)),
            body=msgspec.Raw(msgspec.json.encode({"role": "member", "text": text})),
        )
        for number, text in enumerate(said)
    )
    async with device.phone() as phone:
        await phone.send(RecordsPush(id="push", changes=changes))
        await phone.receive_a(RecordsAck)


async def test_words_stream_in_and_are_what_the_box_records(app: App, ada: Device) -> None:
    await app.say(A_LONG_STORY)
    await app.see_words(3)
    await expect(app.stop).to_be_visible()
    await app.see_answer()
    await app.see_conversation(await texts(ada))


async def test_the_status_is_true_from_the_first_moment(app: App) -> None:
    await expect(app.page.get_by_role("button", name="Ask this")).to_be_visible()
    await app.page.evaluate(NOTE_STATUSES)
    await app.say("Good evening.")
    await app.see_answer()
    statuses = await app.page.evaluate("window.statuses")
    order = ["Sending", "Sent", "Waiting", "Reading", "Writing"]
    outcome = "Cut short: it grew too long"
    places = [order.index(status.split(",")[0]) for status in statuses if status != outcome]
    assert places == sorted(places)
    assert statuses[0] == "Sending"


async def test_stop_ends_the_answer_and_keeps_its_words(app: App, ada: Device) -> None:
    await app.say(A_LONG_STORY)
    await app.see_words(3)
    while not await app.stop.is_visible():
        # Words come by the sentence, and a story of one sentence is over with it.
        await app.say(A_LONG_STORY)
        await app.see_words(3)
    await app.stop.click()
    await expect(app.page.get_by_text("You stopped it")).to_be_visible()
    await expect(app.send).to_be_visible()
    assert (await recorded(ada))[-1]["outcome"] == "cancelled"
    await app.see_conversation(await texts(ada))


async def test_older_pages_come_as_the_reader_scrolls_and_the_place_is_kept(
    app: App, ada: Device
) -> None:
    other = await asyncio.to_thread(ada.invite)
    async with other.phone() as phone:
        for number in range(30):
            await phone.say(f"Number {number}: stop at once.")
            turn = (await phone.receive_a(ChatAccepted)).turn
            await phone.send(ChatCancel(id="stop", turn=turn))
            await phone.read(turn)
    # Records come oldest first: a phone that has only some of them would show the first one.
    await records_read(app.page, 60)
    await app.page.reload()
    mine = app.page.locator("fs-message.mine")
    await expect(mine.filter(has_text="Number 29:")).to_be_in_viewport()
    await expect(mine.filter(has_text="Number 0:")).to_have_count(0)
    oldest = app.page.locator("fs-message").first
    before = await oldest.get_attribute("id")
    await app.page.locator(".scroller").evaluate("scroller => scroller.scrollTo(0, 100)")
    await expect(mine.filter(has_text="Number 0:")).to_have_count(1)
    await expect(app.page.locator(f"#{before}")).to_be_in_viewport()
    await app.see_conversation(await texts(ada))


async def test_a_killed_tab_loses_neither_message_nor_draft(
    app: App, phone: BrowserContext, network: Network, ada: Device
) -> None:
    await expect(app.page.get_by_role("button", name="Ask this")).to_be_visible()
    network.cut()
    await app.say("I wrote this out of reach.")
    await expect(app.page.get_by_text("Waiting for the box")).to_be_visible()
    await app.words.fill("And this is half")
    await app.page.close()
    network.restore()
    again = await App(await phone.new_page(), network.url).open()
    await expect(again.words).to_have_value("And this is half")
    await again.see_words(1)
    await again.see_answer()
    await again.see_conversation(await texts(ada))
    assert len(await recorded(ada)) == 2


async def test_with_no_network_the_conversation_is_read_and_goes_on_later(
    app: App, network: Network, ada: Device
) -> None:
    await app.say("Before the tunnel.")
    await app.see_answer()
    before = await texts(ada)
    await app.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    await records_read(app.page, len(before))
    network.cut()
    await app.page.reload()
    await app.see_conversation(before)
    await app.say("In the tunnel.")
    await expect(app.page.get_by_text("Waiting for the box")).to_be_visible()
    await app.page.reload()
    await app.see_conversation([*before, "In the tunnel."])
    network.restore()
    await app.see_words(1)
    await app.see_answer()
    await app.see_conversation(await texts(ada))
    assert [message["role"] for message in await recorded(ada)] == ["member", "future_self"] * 2


async def test_with_no_network_older_messages_come_as_the_reader_scrolls(
    app: App, network: Network, ada: Device
) -> None:
    await record(ada, [f"Number {number}." for number in range(60)])
    await app.page.reload()
    await app.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    await records_read(app.page, 60)
    network.cut()
    await app.page.reload()
    mine = app.page.locator("fs-message.mine")
    await expect(mine.filter(has_text="Number 59.")).to_be_in_viewport()
    await expect(mine).to_have_count(50)
    await app.page.locator(".scroller").evaluate("scroller => scroller.scrollTo(0, 100)")
    await expect(mine).to_have_count(60)
    await expect(mine.first).to_contain_text("Number 0.")


async def test_another_tab_takes_over_and_gives_back(
    app: App, phone: BrowserContext, network: Network
) -> None:
    await app.say("Hello from the first tab.")
    await app.see_answer()
    other = await App(await phone.new_page(), network.url).open()
    elsewhere = "This conversation is open in another tab."
    await expect(app.page.get_by_text(elsewhere)).to_be_visible()
    await expect(other.page.locator("fs-message.mine")).to_have_count(1)
    await app.page.get_by_role("button", name="Use it here").click()
    await expect(other.page.get_by_text(elsewhere)).to_be_visible()
    await expect(app.page.locator("fs-message.mine")).to_have_count(1)
    await app.say("And back.")
    await app.see_answer()


async def test_an_answer_that_the_box_lost_comes_at_a_tap(
    app: App, ada: Device, home: RunningBox
) -> None:
    await app.say(A_LONG_STORY)
    await app.see_words(2)
    await asyncio.to_thread(home.kill, "box")
    await expect(app.retry).to_be_visible()
    await expect(app.page.locator(".failed .status")).to_contain_text("Your message is safe.")
    await app.retry.click()
    await app.see_words(3)
    await app.see_answer()
    assert [message["role"] for message in await recorded(ada)] == ["member", "future_self"]
    await app.see_conversation(await texts(ada))


async def test_an_answer_shows_on_the_members_other_phone(app: App, ada: Device) -> None:
    await expect(app.page.get_by_role("button", name="Ask this")).to_be_visible()
    device = await asyncio.to_thread(ada.invite)
    async with device.phone() as other:
        await other.say("From my other phone.")
        await other.read()
        await app.see_conversation(await texts(ada))


async def test_a_screen_reader_hears_the_answer_once_and_whole(app: App, ada: Device) -> None:
    await app.say("Good morning.")
    await app.see_answer()
    heard = app.page.locator("fs-thread [role=status]")
    await expect(heard).to_have_text(f"Your future self: {(await texts(ada))[-1]}")
    await expect(app.page.get_by_role("log")).to_have_attribute("aria-live", "off")
