"""Goals, steps, affirmations and check-ins on a phone, with and without the box."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Locator, Page, expect

from futureself_box.bench.running_box import Device, eventually
from tests.web.network import Network

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(120)]

Opening = Callable[[], Awaitable["Goals"]]


class Goals:
    """The goals in one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.goals = page.locator("fs-goals fs-goal")
        self.affirmations = page.locator("fs-goals fs-affirmation")
        self.check_ins = page.locator("fs-check-ins li")

    async def add(self, label: str, words: str) -> None:
        """Type into the field of that label, and save with Enter."""
        field = self.page.get_by_label(label, exact=True)
        await field.fill(words)
        await field.press("Enter")
        await expect(field).to_have_value("")

    def goal(self, title: str) -> Locator:
        return self.goals.filter(has=self.page.get_by_role("heading", name=title))

    def step(self, title: str) -> Locator:
        return self.page.locator("fs-step").filter(has_text=title)

    async def tick(self, title: str) -> None:
        await self.page.get_by_role("checkbox", name=title).click()

    async def discard(self, within: Locator) -> None:
        """Press "To the trash" there, and say yes."""
        await within.get_by_role("button", name="To the trash").first.click()
        await within.get_by_role("group").get_by_role("button", name="To the trash").click()


@pytest_asyncio.fixture(loop_scope="session")
async def opening(phone: BrowserContext, network: Network) -> Opening:
    async def open_tab() -> Goals:
        page = await phone.new_page()
        await page.goto(f"{network.url}/#goals")
        await expect(page.get_by_role("heading", name="Goals")).to_be_visible()
        return Goals(page)

    return open_tab


async def bodies(member: Device, path: str) -> list[Any]:
    """What the box shows of one kind."""
    page = await asyncio.to_thread(member.call, "GET", f"/api/{path}")
    return [item["body"] for item in page["items"]]


async def ready_offline(page: Page) -> None:
    """Wait until the service worker has the app."""
    await page.wait_for_function("() => navigator.serviceWorker.controller !== null")


async def on_the_box(badge: Locator) -> None:
    await expect(badge.locator("[data-part=where]").first).to_have_text("On the box")


async def test_a_goal_gets_steps_that_are_ticked_and_taken_back(
    opening: Opening, ada: Device
) -> None:
    goals = await opening()
    await expect(goals.page.get_by_text("No goal yet.")).to_be_visible()
    await goals.add("A new goal", "Swim in the sea")
    await goals.add("Next step", "Find a pool")
    await goals.add("Next step", "Go there")
    await goals.tick("Find a pool")
    await on_the_box(goals.goal("Swim in the sea"))
    (pool,) = [step for step in await bodies(ada, "steps") if step["title"] == "Find a pool"]
    assert date.fromisoformat(pool["done_on"]) > date(2000, 1, 1)
    await goals.tick("Find a pool")
    await on_the_box(goals.goal("Swim in the sea"))
    assert not any("done_on" in step for step in await bodies(ada, "steps"))


async def test_with_no_network_goals_open_and_what_is_changed_waits_on_the_phone(
    opening: Opening, ada: Device, network: Network
) -> None:
    goals = await opening()
    await goals.add("A new goal", "Before")
    await on_the_box(goals.goal("Before"))
    await ready_offline(goals.page)
    network.cut()
    await goals.page.reload()
    await goals.add("Next step", "Written on the bus")
    await goals.tick("Written on the bus")
    await goals.add("A sentence to come back to", "I have time.")
    await goals.page.get_by_text("Good", exact=True).last.click()
    await goals.page.get_by_role("button", name="Check in").click()
    badge = goals.goal("Before").locator("[data-part=where]").first
    await expect(badge).to_have_text("On this phone")
    await goals.page.close()
    goals = await opening()
    badge = goals.goal("Before").locator("[data-part=where]").first
    await expect(badge).to_have_text("On this phone")
    await expect(goals.page.get_by_role("checkbox", name="Written on the bus")).to_be_checked()
    network.restore()
    for record in (goals.goal("Before"), goals.affirmations, goals.check_ins):
        await on_the_box(record)
    assert [step["title"] for step in await bodies(ada, "steps")] == ["Written on the bus"]
    assert [one["text"] for one in await bodies(ada, "affirmations")] == ["I have time."]
    assert [one["mood"] for one in await bodies(ada, "check-ins")] == [4]


async def test_steps_change_their_words_and_their_order(opening: Opening) -> None:
    goals = await opening()
    await goals.add("A new goal", "A boat")
    await goals.add("Next step", "Paint")
    for step in ("Wood", "Nails"):
        await goals.add("Next step", step)
    titles = goals.page.locator("fs-step [data-part=title]")
    await expect(titles).to_have_text(["Paint", "Wood", "Nails"])
    await goals.page.get_by_role("button", name="Change: Paint").click()
    paint = goals.step("Paint")
    await paint.get_by_role("button", name="Later").click()
    await expect(titles).to_have_text(["Wood", "Paint", "Nails"])
    await paint.get_by_role("button", name="Later").click()
    await expect(titles).to_have_text(["Wood", "Nails", "Paint"])
    await expect(paint.get_by_role("button", name="Later")).to_be_disabled()
    await paint.get_by_label("Step", exact=True).fill("Paint it blue")
    await goals.page.keyboard.press("Enter")
    await expect(titles).to_have_text(["Wood", "Nails", "Paint it blue"])
    await goals.page.reload()
    await expect(titles).to_have_text(["Wood", "Nails", "Paint it blue"])


async def test_a_goal_is_edited_and_rests_when_it_is_done(opening: Opening, ada: Device) -> None:
    goals = await opening()
    await goals.add("A new goal", "Write a book")
    await goals.page.get_by_role("button", name="Edit: Write a book").click()
    await goals.page.get_by_label("Why it matters").fill("For Bea.")
    await goals.page.get_by_label("By when").fill("2030-05-01")
    await goals.page.get_by_label("How it stands").select_option("Done")
    await goals.page.close()
    goals = await opening()
    await expect(goals.page.get_by_label("Why it matters")).to_have_value("For Bea.")
    await goals.page.locator("fs-goal-editor").get_by_role("button", name="Save").click()
    await expect(goals.goal("Write a book")).to_be_hidden()
    await goals.page.get_by_text("Paused and done").click()
    await on_the_box(goals.goal("Write a book"))
    (body,) = await bodies(ada, "goals")
    assert (body["why"], body["due"], body["state"]) == ("For Bea.", "2030-05-01", "done")


async def test_edits_of_a_goal_that_crossed_are_both_there_until_one_is_chosen(
    opening: Opening, ada: Device, network: Network
) -> None:
    goals = await opening()
    await goals.add("A new goal", "First words")
    await on_the_box(goals.goal("First words"))
    page = await asyncio.to_thread(ada.call, "GET", "/api/goals")
    network.cut()
    await goals.page.get_by_role("button", name="Edit: First words").click()
    await goals.page.get_by_label("Goal", exact=True).fill("Words of the phone")
    await goals.page.locator("fs-goal-editor").get_by_role("button", name="Save").click()
    path = f"/api/goals/{page['items'][0]['id']}"
    await asyncio.to_thread(ada.call, "PUT", path, {"title": "Words from elsewhere"})
    network.restore()
    crossed = goals.page.get_by_role("group", name="Another version of this goal")
    await expect(crossed).to_have_count(1)
    await crossed.get_by_role("button", name="Keep both").click()
    await expect(crossed).to_have_count(0)
    for title in ("Words of the phone", "Words from elsewhere"):
        await on_the_box(goals.goal(title))


async def test_a_goal_goes_to_the_trash_and_comes_back_with_its_steps(
    opening: Opening, ada: Device
) -> None:
    goals = await opening()
    await goals.add("A new goal", "Learn to sing")
    await goals.add("Next step", "Hum")
    await on_the_box(goals.goal("Learn to sing"))
    await goals.page.get_by_role("button", name="Edit: Learn to sing").click()
    await goals.discard(goals.page.locator("fs-goal-editor"))
    await expect(goals.goals).to_have_count(0)
    await asyncio.to_thread(eventually, lambda: not ada.call("GET", "/api/goals")["items"])
    await goals.page.locator("fs-goals").get_by_text("Trash", exact=True).click()
    await expect(goals.page.get_by_text("Goal: Learn to sing")).to_be_visible()
    await goals.page.get_by_role("button", name="Bring back").click()
    await expect(goals.step("Hum")).to_be_visible()
    await on_the_box(goals.goal("Learn to sing"))


async def test_an_affirmation_greets_in_the_journal_unless_it_is_paused(opening: Opening) -> None:
    goals = await opening()
    await goals.add("A sentence to come back to", "The sea was here before me.")
    await goals.page.get_by_role("link", name="Journal").click()
    greeting = goals.page.locator("fs-journal .affirmation")
    await expect(greeting).to_have_text("The sea was here before me.")
    await goals.page.get_by_role("link", name="Goals").click()
    await goals.page.get_by_role("button", name="Change: The sea").click()
    await goals.page.get_by_role("button", name="Pause it").click()
    await expect(goals.affirmations.get_by_text("Paused", exact=True)).to_be_visible()
    await goals.page.get_by_role("link", name="Journal").click()
    await expect(greeting).to_be_hidden()


async def test_the_affirmation_stays_all_day_and_is_another_tomorrow(opening: Opening) -> None:
    goals = await opening()
    seen = await goals.page.evaluate(
        """async () => {
            const { affirmationOf } = await import("/web/goals/goals.js");
            const shown = ["a", "b", "c"].map((id) => ({ id, head: { body: { text: id } } }));
            const days = ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"];
            return days.map((day) => affirmationOf(shown, day));
        }"""
    )
    assert sorted(seen[:3]) == ["a", "b", "c"]
    assert seen[3] == seen[0]


async def test_a_check_in_for_a_goal_is_listed_and_in_the_moods(
    opening: Opening, ada: Device
) -> None:
    earlier = {"day": "2026-11-20", "written_at": "2026-11-20T08:00:00Z", "mood": 2}
    await asyncio.to_thread(ada.call, "POST", "/api/check-ins", earlier)
    goals = await opening()
    await goals.add("A new goal", "Run")
    await goals.page.get_by_label("About", exact=True).first.select_option("Run")
    await goals.page.get_by_text("Bright", exact=True).last.click()
    await goals.page.get_by_label("A few words").fill("Around the lake")
    await goals.page.get_by_role("button", name="Check in").click()
    await expect(goals.check_ins).to_have_count(2)
    await expect(goals.check_ins.first).to_contain_text("Bright · Run · Around the lake")
    await goals.page.get_by_role("link", name="Journal").click()
    chart = goals.page.get_by_role("img", name="Mood of 2 days; the latest: Bright")
    await expect(chart).to_be_visible()
    await goals.page.get_by_role("link", name="Goals").click()
    await goals.discard(goals.check_ins.first)
    await expect(goals.check_ins).to_have_count(1)


async def test_a_step_is_ticked_and_moved_by_keyboard_alone(opening: Opening) -> None:
    goals = await opening()
    await goals.add("A new goal", "A boat")
    for step in ("Paint", "Wood"):
        await goals.add("Next step", step)
    keyboard = goals.page.keyboard
    paint = goals.page.get_by_role("checkbox", name="Paint")
    await paint.focus()
    await keyboard.press("Space")
    await expect(paint).to_be_checked()
    await keyboard.press("Tab")
    await expect(goals.page.get_by_role("button", name="Change: Paint")).to_be_focused()
    await keyboard.press("Enter")
    later = goals.step("Paint").get_by_role("button", name="Later")
    await later.focus()
    await keyboard.press("Enter")
    titles = goals.page.locator("fs-step [data-part=title]")
    await expect(titles).to_have_text(["Wood", "Paint"])
    await expect(goals.step("Paint").get_by_label("Step", exact=True)).to_be_visible()
