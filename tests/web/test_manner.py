"""How the future self speaks, and what can be done with its words: modes, signs, edits, threads."""

import asyncio

import pytest
from playwright.async_api import expect

from futureself_box.bench.running_box import Device
from futureself_box.futureself.modes.mode import NAMES, mode
from tests.web.app import App, recorded, texts

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


async def test_the_screen_says_which_mode_speaks_and_one_tap_goes_back(
    app: App, ada: Device
) -> None:
    await app.say("What did you learn?")
    await app.see_answer()
    chip = app.page.locator("fs-mode")
    await expect(chip.get_by_role("button", name="Mentor")).to_be_visible()
    await app.say("How do I start saving for a house?")
    await app.see_answer()
    await expect(chip.get_by_role("button", name="Strategist")).to_be_visible()
    await expect(chip).to_contain_text("You asked how to begin.")
    await chip.get_by_role("button", name="Back to Mentor").click()
    await app.say("And how do I start with a garden?")
    await app.see_answer()
    await expect(chip.get_by_role("button", name="Mentor")).to_be_visible()
    assert [m["mode"] for m in await recorded(ada) if m["mode"]] == [
        "mentor",
        "strategist",
        "mentor",
    ]


async def test_the_members_own_choice_wins_until_it_is_taken_back(app: App, ada: Device) -> None:
    chip = app.page.locator("fs-mode")
    await chip.locator("[data-part=current]").click()
    await chip.get_by_role("button", name="Cheerleader").click()
    await app.say("How do I start saving for a house?")
    await app.see_answer()
    assert (await recorded(ada))[-1]["why"] == "chosen"
    await expect(chip).to_contain_text("You chose this.")
    await chip.locator("[data-part=current]").click()
    await chip.get_by_role("button", name="Whatever fits").click()
    await expect(chip).not_to_contain_text("You chose this.")


async def test_modes_are_called_the_same_on_the_screen_and_in_their_files(app: App) -> None:
    shown = await app.page.evaluate("import('/web/talk/modes.js').then(({ MODES }) => MODES)")
    assert shown == {name: {"title": mode(name).title, "line": mode(name).line} for name in NAMES}


async def test_a_message_is_edited_and_answered_anew(app: App, ada: Device) -> None:
    await app.say("Good mroning.")
    await app.see_answer()
    mine = app.page.locator("fs-message.mine").first
    await mine.get_by_role("button", name="More about this message").click()
    await mine.get_by_role("button", name="Edit").click()
    await expect(app.words).to_have_value("Good mroning.")
    await app.words.fill("Good morning.")
    await app.words.press("Enter")
    await app.see_words(1)
    await app.see_answer()
    said = await texts(ada)
    assert said[0] == "Good morning."
    await app.see_conversation(said)


async def test_an_answer_is_written_anew_and_gets_a_sign_and_is_remembered(
    app: App, ada: Device
) -> None:
    await app.say("Good evening.")
    await app.see_answer()
    theirs = app.page.locator("fs-message.theirs").last
    await theirs.get_by_role("button", name="More about this message").click()
    await expect(theirs).to_contain_text("I drew on nothing that you wrote.")
    await theirs.get_by_role("button", name="Write it anew").click()
    await app.see_words(1)
    await app.see_answer()
    assert len(await recorded(ada)) == 2
    await theirs.get_by_role("button", name="Heart").click()
    await expect(theirs.locator("[data-part=sign]")).to_have_text("♥")
    await theirs.get_by_role("button", name="Remember this").click()
    await expect(theirs.get_by_role("button", name="Remembered")).to_be_disabled()
    for path, count in (("reactions", 1), ("keepsakes", 1)):
        await expect_records(ada, path, count)


async def expect_records(member: Device, path: str, count: int) -> None:
    """Wait until the box has so many."""
    while True:
        found = await asyncio.to_thread(member.call, "GET", f"/api/{path}")
        if len(found["items"]) == count:
            return
        await asyncio.sleep(0.1)


async def test_conversations_are_begun_found_renamed_and_thrown_away(app: App, ada: Device) -> None:
    await app.say("In the first one.")
    await app.see_answer()
    opener = app.page.get_by_role("button", name="Conversations")
    threads = app.page.locator("fs-threads")
    await opener.click()
    await threads.get_by_label("A new conversation").fill("The move")
    await threads.get_by_role("button", name="Begin the conversation").click()
    await expect(app.page.locator("fs-message")).to_have_count(0)
    await app.say("About the boxes.")
    await app.see_answer()
    await opener.click()
    await threads.get_by_role("searchbox").fill("boxes")
    await expect(threads.get_by_role("button", name="Our first conversation")).to_have_count(0)
    await threads.get_by_role("button", name="Rename: The move").click()
    await threads.get_by_label("New title").fill("Moving house")
    await threads.get_by_role("button", name="Save").click()
    await threads.get_by_role("searchbox").fill("")
    await threads.get_by_role("button", name="Our first conversation").click()
    await expect(app.page.locator("fs-message.mine .text")).to_have_text(["In the first one."])
    await opener.click()
    await threads.get_by_role("button", name="Moving house", exact=True).click()
    await expect(app.page.locator("fs-message.mine .text")).to_have_text(["About the boxes."])
    await opener.click()
    await threads.get_by_role("button", name="To the trash").click()
    await threads.get_by_role("button", name="To the trash").last.click()
    await expect(app.page.locator("fs-message.mine .text")).to_have_text(["In the first one."])
