"""How the future self speaks, and what can be done with its words: modes, signs, edits, threads."""

import asyncio

import pytest
from playwright.async_api import Browser, Locator, expect

from futureself_box.bench.running_box import Device, RunningBox, eventually
from futureself_box.futureself.modes.mode import NAMES, mode
from tests.web.app import App, phone_of, recorded, records_read, texts
from tests.web.network import Network
from tests.web.test_cloud import a_child

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]

MODES = {name: {"title": mode(name).title, "line": mode(name).line} for name in NAMES}


async def test_the_screen_says_which_mode_speaks_and_one_tap_goes_back(
    app: App, ada: Device
) -> None:
    chip = app.page.locator("fs-mode")
    await app.say("How do I start saving for a house?")
    await app.see_answer()
    await expect(chip.get_by_role("button", name="Strategist")).to_be_visible()
    await expect(chip).to_contain_text("You asked how to begin.")
    await app.say("I just need to vent for a moment.")
    await app.see_answer()
    await expect(chip.get_by_role("button", name="Companion")).to_be_visible()
    await expect(chip).to_contain_text("You wanted to be heard.")
    await chip.get_by_role("button", name="Back to Strategist").click()
    await app.say("I just want to vent again.")
    await app.see_answer()
    await expect(chip.get_by_role("button", name="Strategist")).to_be_visible()
    assert [m["mode"] for m in await recorded(ada) if m["mode"]] == [
        "strategist",
        "companion",
        "strategist",
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
    assert shown == MODES


async def test_a_message_is_edited_and_answered_anew(app: App, ada: Device) -> None:
    await app.say("Good mroning.")
    await app.see_answer()
    mine = await more(app.page.locator("fs-message.mine").first)
    await mine.get_by_role("button", name="Edit").click()
    await expect(app.words).to_have_value("Good mroning.")
    await app.words.fill("Good morning.")
    await app.words.press("Enter")
    await app.see_words(1)
    await app.see_answer()
    said = await texts(ada)
    assert said[0] == "Good morning."
    await app.see_conversation(said)


async def test_an_edit_with_no_network_waits_and_what_needs_the_box_says_so(
    app: App, ada: Device, network: Network
) -> None:
    await app.say("Good mroning.")
    await app.see_answer()
    await app.words.fill("Half a thought")
    await app.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    network.cut()
    await expect(app.page.locator("fs-talk .strip")).to_contain_text("out of reach")
    await (
        (await more(app.page.locator("fs-message.theirs")))
        .get_by_role("button", name="Write it anew")
        .click()
    )
    await expect(app.page.locator("fs-talk .strip")).to_contain_text("This needs the box")
    mine = await more(app.page.locator("fs-message.mine"))
    await mine.get_by_role("button", name="Edit").click()
    await app.words.fill("Good morning.")
    await app.page.reload()
    await expect(app.page.get_by_text("You change what you said.")).to_be_visible()
    await app.words.press("Enter")
    await app.see_conversation(["Good morning."])
    await expect(app.words).to_have_value("Half a thought")
    await app.page.reload()
    await app.see_conversation(["Good morning."])
    network.restore()
    await app.see_words(1)
    await app.see_answer()
    assert (await texts(ada))[0] == "Good morning."
    await app.see_conversation(await texts(ada))


async def test_an_answer_names_what_it_drew_on_and_a_tap_opens_it(app: App, ada: Device) -> None:
    text = "My sister Nora taught me to sail on the lake near Bled."
    entry = {"text": text, "day": "2026-08-14", "written_at": "2026-08-14T20:00:00+02:00"}
    await asyncio.to_thread(ada.call, "POST", "/api/journal", entry)
    await app.say("I sail with my brother Tom in the bay.")
    await app.see_answer()
    await begin_conversation(app, "About the water")
    await app.say("Who taught me to sail?")
    await app.see_answer()
    theirs = await more(app.page.locator("fs-message.theirs").last)
    await theirs.get_by_role("link", name="From what you said, ").click()
    said = app.page.locator("fs-message.mine")
    await expect(said).to_contain_text("my brother Tom")
    await expect(said).to_be_focused()
    await app.page.go_back()
    await open_conversation(app, "About the water")
    theirs = await more(app.page.locator("fs-message.theirs").last)
    await theirs.get_by_role("link", name="From your journal, August 14, 2026").click()
    await expect(
        app.page.locator("fs-entry-editor").get_by_role("textbox", name="Entry")
    ).to_have_value(text)


async def test_a_goal_and_an_answer_are_shown_where_they_stand(app: App, ada: Device) -> None:
    goal = {"title": "Swim in the sea every summer"}
    answer = {"question": "proud", "version": 1, "text": "I repaired the boat."}
    made = [
        (await asyncio.to_thread(ada.call, "POST", f"/api/{path}", body))["id"]
        for path, body in (("goals", goal), ("answers", answer))
    ]
    for screen, record, words in zip(
        ("goals", "answers"), made, (goal["title"], "proud of"), strict=True
    ):
        await records_read(app.page, 2)
        await app.page.evaluate("(hash) => (location.hash = hash)", f"#{screen}/{record}")
        await expect(app.page.locator(":focus")).to_contain_text(words)


async def test_where_care_answers_the_future_self_has_stepped_aside(
    app: App, ada: Device, owner: Device
) -> None:
    await asyncio.to_thread(owner.call, "PUT", "/api/care", {"region": "DE"})
    await app.page.reload()
    await app.page.wait_for_function(
        "() => localStorage.getItem('futureself.care-region') === '\"DE\"'"
    )
    await app.say("I want to kill myself tonight.")
    await app.see_answer()
    box = app.page.locator("fs-message.aside")
    await expect(box.locator("[data-part=mark]")).to_have_text("the box")
    call = box.get_by_role("link", name="Call Emergency services, 112")
    await expect(call).to_have_attribute("href", "tel:112")
    await expect(box.get_by_role("link", name="0800 111 0 111")).to_be_visible()
    await expect(app.page.locator("fs-mode")).to_contain_text("The box itself answered.")
    await expect((await more(box)).get_by_role("button", name="Write it anew")).to_be_hidden()
    await box.get_by_role("button", name="People who help").click()
    await expect(app.page.get_by_role("dialog")).to_be_visible()
    await app.page.keyboard.press("Escape")
    await app.page.reload()
    await expect(box.get_by_role("link", name="0800 111 0 111")).to_be_visible()


async def test_children_are_offered_three_modes(
    browser: Browser, owner: Device, home: RunningBox
) -> None:
    child = await asyncio.to_thread(a_child, owner)
    context = await phone_of(browser, child, home.url)
    app = await App(await context.new_page(), home.url).open()
    await app.page.locator("fs-mode [data-part=current]").click()
    modes = app.page.get_by_role("group", name="How I speak with you").locator("strong")
    await expect(modes).to_have_text(["Mentor", "Companion", "Strategist", "Whatever fits"])
    await context.close()


async def test_an_answer_is_written_anew_and_gets_a_sign_and_is_remembered(
    app: App, ada: Device
) -> None:
    await app.say("Good evening.")
    await app.see_answer()
    theirs = await more(app.page.locator("fs-message.theirs").last)
    await expect(theirs).to_contain_text("I drew on nothing that you wrote.")
    await theirs.get_by_role("button", name="Write it anew").click()
    await app.see_words(1)
    await app.see_answer()
    assert len(await recorded(ada)) == 2
    await theirs.get_by_role("button", name="Heart").click()
    await expect(theirs.locator("[data-part=sign]")).to_have_text("♥")
    remember = theirs.get_by_role("button", name="Remember this")
    await remember.click()
    await expect(remember).to_have_attribute("aria-pressed", "true")
    for path in ("reactions", "keepsakes"):
        await expect_records(ada, path, 1)
    await remember.click()
    await expect(remember).to_have_attribute("aria-pressed", "false")
    await expect_records(ada, "keepsakes", 0)


async def more(message: Locator) -> Locator:
    """Open what can be done with a message."""
    opener = message.get_by_role("button", name="More about this message")
    if await opener.get_attribute("aria-expanded") == "false":
        await opener.click()
    return message


async def begin_conversation(app: App, title: str) -> None:
    await app.page.get_by_role("button", name="Conversations").click()
    await app.page.get_by_label("A new conversation").fill(title)
    await app.page.get_by_role("button", name="Begin the conversation").click()
    await expect(app.page.locator("fs-message")).to_have_count(0)


async def open_conversation(app: App, title: str) -> None:
    await app.page.get_by_role("button", name="Conversations").click()
    await app.page.locator("fs-threads").get_by_role("button", name=title, exact=True).click()


async def expect_records(member: Device, path: str, count: int) -> None:
    """Wait until the box has so many."""

    def has_them() -> bool:
        return len(member.call("GET", f"/api/{path}")["items"]) == count

    await asyncio.to_thread(eventually, has_them)


async def test_conversations_are_begun_found_renamed_and_thrown_away(app: App, ada: Device) -> None:
    await app.say("In the first one.")
    await app.see_answer()
    opener = app.page.get_by_role("button", name="Conversations")
    threads = app.page.locator("fs-threads")
    await begin_conversation(app, "The move")
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
    await open_conversation(app, "Moving house")
    await expect(app.page.locator("fs-message.mine .text")).to_have_text(["About the boxes."])
    await app.page.reload()
    await expect(app.page.get_by_role("heading", name="Moving house")).to_be_visible()
    await expect(app.page.locator("fs-message.mine .text")).to_have_text(["About the boxes."])
    await opener.click()
    await threads.get_by_role("button", name="To the trash").click()
    await threads.get_by_role("button", name="To the trash").last.click()
    await expect(app.page.locator("fs-message.mine .text")).to_have_text(["In the first one."])


async def test_a_conversation_that_another_phone_threw_away_gives_way_to_the_first(
    app: App, ada: Device
) -> None:
    await begin_conversation(app, "The move")
    await expect_records(ada, "threads", 1)
    (thread,) = (await asyncio.to_thread(ada.call, "GET", "/api/threads"))["items"]
    await asyncio.to_thread(ada.call, "DELETE", f"/api/threads/{thread['id']}")
    await expect(app.page.get_by_role("heading", name="Your future self")).to_be_visible()
