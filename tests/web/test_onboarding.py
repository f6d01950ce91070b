"""The first minutes, the questions, the ratings and the imagined life, as a member meets them."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from futureself_box.bench.running_box import Device, RunningBox, eventually
from tests.web.app import App, Scheme, phone_of
from tests.web.network import Network
from tests.web.test_screens import check

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


async def answers(who: Device) -> dict[str, Any]:
    page = await asyncio.to_thread(who.call, "GET", "/api/answers")
    return {item["body"]["question"]: item["body"] for item in page["items"]}


async def open_screen(page: Page, url: str, name: str) -> None:
    await page.goto(f"{url}/#{name}")


async def test_three_questions_come_before_hello_and_go_on_on_another_phone(
    browser: Browser, phone: BrowserContext, ada: Device, network: Network, home: RunningBox
) -> None:
    page = await phone.new_page()
    await open_screen(page, network.url, "welcome")
    await page.get_by_label("In what year were you born?").fill("1991")
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_label("How old is your future self?")).to_be_focused()
    await expect(page.get_by_role("navigation", name="Screens")).to_be_hidden()
    await page.get_by_role("button", name="Leave it out").click()
    await expect(page.get_by_label("What do you hope will be true by then?")).to_be_visible()
    other = await asyncio.to_thread(ada.invite)
    context = await phone_of(browser, other, home.url)
    theirs = await context.new_page()
    await open_screen(theirs, home.url, "welcome")
    await theirs.get_by_label("What do you hope will be true by then?").fill("That I still sing.")
    await theirs.get_by_role("button", name="Next").click()
    await theirs.get_by_role("button", name="Say hello").click()
    await expect(theirs.get_by_label("Message to your future self")).to_be_visible()
    given = await answers(ada)
    assert given["birth_year"]["number"] == 1991
    assert given["future_age"]["skipped"]
    assert given["hope"]["text"] == "That I still sing."
    await context.close()


async def test_a_hope_that_speaks_of_danger_is_answered_with_people_who_help(
    app: App, network: Network
) -> None:
    await open_screen(app.page, network.url, "welcome")
    for _ in range(2):
        await app.page.get_by_role("button", name="Leave it out").click()
    hope = app.page.get_by_label("What do you hope will be true by then?")
    await hope.fill("Nothing. I want to kill myself.")
    await app.page.get_by_role("button", name="Next").click()
    note = app.page.locator("fs-first-run fs-care-note")
    await expect(note).to_contain_text("This is the box itself now")
    await note.get_by_role("button", name="People who help").click()
    await expect(app.page.get_by_role("heading", name="People who help")).to_be_visible()


async def test_who_would_rather_talk_talks(app: App, network: Network) -> None:
    await open_screen(app.page, network.url, "welcome")
    await app.page.get_by_role("button", name="Talk first").click()
    await expect(app.words).to_be_visible()


async def test_answers_are_written_with_no_network_and_reach_the_box_later(
    app: App, ada: Device, network: Network
) -> None:
    await app.go_to("Me")
    await app.page.get_by_role("link", name="Your answers").click()
    home = app.page.get_by_label("Where do you live, and what is it like there?")
    await expect(home).to_be_visible()
    await app.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    network.cut()
    await app.page.reload()
    await home.fill("In Porto, by the river")
    await app.page.get_by_label("Name 1").fill("Ben")
    await app.page.get_by_label("Who 1 is to you").fill("my brother")
    await app.page.get_by_label("Name 2").fill("Lou")
    for value in ("Enjoying life", "Feeling safe", "Helping others"):
        await app.page.get_by_label(value).check()
    await expect(app.page.get_by_label("Having a say")).to_be_disabled()
    await expect(app.page.get_by_text("On this phone", exact=True).first).to_be_visible()
    network.restore()
    row = app.page.locator(".question-row", has=home)
    await expect(row.locator(".mark")).to_have_text("On the box")
    await expect(app.page.get_by_text("On this phone", exact=True)).to_have_count(0)
    given = await answers(ada)
    assert given["home"]["text"] == "In Porto, by the river"
    assert given["people"]["people"] == [{"name": "Ben", "role": "my brother"}, {"name": "Lou"}]
    assert given["values"]["chosen"] == ["Helping others", "Enjoying life", "Feeling safe"]
    await home.fill("")
    await home.blur()
    await expect(row.locator(".mark")).to_be_hidden()


async def test_a_hard_time_is_kept_and_answered_with_people_who_help(app: App, ada: Device) -> None:
    await app.go_to("Me")
    await app.page.get_by_role("link", name="Your answers").click()
    hard = app.page.get_by_label("Was there a hard time that you want to write down?")
    row = app.page.locator(".question-row", has=hard)
    await hard.fill("I wanted it to be over. I want to kill myself.")
    await hard.blur()
    await expect(row.locator("fs-care-note")).to_contain_text("This is the box itself now")
    await expect(row.locator(".mark")).to_have_text("On the box")
    await row.get_by_role("button", name="People who help").click()
    await expect(app.page.get_by_role("heading", name="People who help")).to_be_visible()
    await app.page.keyboard.press("Escape")
    await hard.fill("We moved twice that winter.")
    await hard.blur()
    await expect(row.locator("fs-care-note")).to_be_hidden()
    assert (await answers(ada))["low_point"]["text"] == "We moved twice that winter."


async def test_ratings_are_kept_and_drawn_and_any_may_be_left_out(app: App, ada: Device) -> None:
    body = {"instrument": "feelings", "version": 1, "ratings": {"relaxed": 3, "anxious": 6}}
    earlier = body | {"day": "2026-10-01", "written_at": "2026-10-01T08:00:00Z"}
    await asyncio.to_thread(ada.call, "POST", "/api/measures", earlier)
    await app.go_to("Me")
    await app.page.get_by_role("link", name="You, now and then").click()
    feelings = app.page.locator("fs-instrument", has_text="Right now you feel")
    await feelings.get_by_role("radiogroup", name="Relaxed").get_by_label("6 of 7").check()
    await feelings.get_by_role("button", name="Save").click()
    await expect(feelings.get_by_text("Last filled in: Today.")).to_be_visible()
    await expect(feelings.locator(".course", has_text="Relaxed")).to_contain_text("6 of 7")
    await expect(feelings.locator(".course", has_text="Anxious")).to_contain_text("6 of 7")
    await feelings.get_by_text("As a table").click()
    cells = await feelings.locator("tbody tr").first.locator("td").all_inner_texts()
    assert cells[1:] == [*["\u2013"] * 3, "6", *["\u2013"] * 2]
    traits = app.page.locator("fs-instrument", has_text="Your manner")
    await expect(traits.locator("fs-measure-chart")).to_be_hidden()


LIFE: dict[str, Any] = {
    "written_at": "2026-11-24T09:00:00Z",
    "year": 2051,
    "age": 60,
    "summary": [{"text": "I took small steps for many years."}, {"text": "These days I sing."}],
    "highlights": [{"text": "I began to sing in a choir.", "year": 2034, "age": 43}],
    "setbacks": [{"text": "A plan came to nothing.", "taught": "It taught me to begin smaller."}],
    "moments": [{"text": "I drink my first cup at the window.", "by": "member"}],
    "scene": [{"text": "I sit at my table and the light is low."}],
}


async def test_a_life_is_corrected_line_by_line_and_approved(app: App, ada: Device) -> None:
    await app.go_to("Me")
    await app.page.get_by_role("link", name="Your imagined life").click()
    await expect(app.page.get_by_role("button", name="Imagine it")).to_be_visible()
    await expect(app.page.locator("fs-life .bar .mark")).to_have_text("imagined")
    older = LIFE | {"approved_at": "2026-11-24T10:00:00Z"}
    await asyncio.to_thread(ada.call, "POST", "/api/future-memories", older)
    lines = app.page.locator("fs-life-line")
    await expect(lines).to_have_count(6)
    await expect(app.page.get_by_text("Your future self remembers this life.")).to_be_visible()
    await asyncio.to_thread(ada.call, "POST", "/api/future-memories", LIFE)
    await expect(app.page.get_by_text("stays until you approve this")).to_be_visible()
    await lines.nth(2).get_by_role("button", name="Correct").click()
    await lines.nth(2).get_by_label("The line").fill("I kept bees with Lou.")
    await lines.nth(2).get_by_role("button", name="Save").click()
    await expect(lines.nth(2)).to_contain_text("I kept bees with Lou.")
    await expect(lines.nth(2).get_by_text("in your words")).to_be_visible()
    await app.page.get_by_role("button", name="This could be me").click()
    await expect(app.page.get_by_text("Your future self remembers this life.")).to_be_visible()

    def only_life() -> Any:
        found = ada.call("GET", "/api/future-memories")["items"]
        return found[0]["body"] if len(found) == 1 else None

    life = await asyncio.to_thread(eventually, only_life)
    assert life["highlights"][0] == {
        "text": "I kept bees with Lou.",
        "year": 2034,
        "age": 43,
        "by": "member",
    }
    assert life["approved_at"] > older["approved_at"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_screens_about_ones_life_shut_nobody_out(
    browser: Browser, ada: Device, home: RunningBox, scheme: Scheme
) -> None:
    await asyncio.to_thread(ada.call, "POST", "/api/future-memories", LIFE)
    context = await phone_of(browser, ada, home.url, scheme)
    page = await context.new_page()
    for screen, seen in (
        ("welcome", "In what year were you born?"),
        ("answers", "Your birth, if you like"),
        ("closeness", "Right now you feel"),
        ("life", "One possible future, and no promise."),
    ):
        await open_screen(page, home.url, screen)
        await expect(page.get_by_text(seen)).to_be_visible()
        await check(page)
        await page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.evaluate("document.documentElement.style.fontSize = ''")
    await context.close()
