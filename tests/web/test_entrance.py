"""The first minutes: setting the box up, joining, and what a wrong code says."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, expect

from futureself_box.bench.running_box import Device, RunningBox
from tests.web.app import App, phone_of, recorded

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@pytest.fixture
def setup_code(box: RunningBox) -> str:
    """The code on the box's terminal."""
    return box.setup_code


async def test_the_first_person_sets_the_box_up_and_talks(
    browser: Browser, box: RunningBox, setup_code: str
) -> None:
    context = await phone_of(browser, None, box.url)
    app = await App(await context.new_page(), box.url).open()
    await app.page.get_by_label("Set-up code").press_sequentially(setup_code)
    await app.page.get_by_label("Your name").fill("Ada")
    await app.page.get_by_role("button", name="Set up the box").click()
    await app.page.get_by_role("button", name="Later").click()
    await app.page.get_by_role("button", name="Talk first").click()
    await app.page.get_by_role("button", name="Ask this").click()
    await app.send.click()
    await app.see_words(1)
    await app.see_answer()
    await context.close()


async def test_a_wrong_code_says_what_to_do_and_keeps_what_was_typed(
    browser: Browser, box: RunningBox, setup_code: str
) -> None:
    context = await phone_of(browser, None, box.url)
    app = await App(await context.new_page(), box.url).open()
    await app.page.get_by_label("Set-up code").fill("1234")
    await app.page.get_by_label("Your name").fill("Ada")
    submit = app.page.get_by_role("button", name="Set up the box")
    await submit.click()
    await expect(app.page.get_by_role("alert")).to_have_text(
        "The code has 8 digits. Type them all."
    )
    wrong = f"{(int(setup_code) + 1) % 10**8:08}"
    await app.page.get_by_label("Set-up code").fill(wrong)
    await submit.click()
    await expect(app.page.get_by_role("alert")).to_have_text(
        "That code is not right. Look at the code again and type all 8 digits."
    )
    await expect(app.page.get_by_label("Your name")).to_have_value("Ada")
    await context.close()


async def test_somebody_joins_by_the_code_that_a_member_shows(
    browser: Browser, app: App, home: RunningBox
) -> None:
    await app.go_to("Me")
    await app.page.get_by_label("Their name").fill("Ben")
    await app.page.get_by_role("button", name="Invite", exact=True).click()
    code = await app.page.locator(".digits:visible").inner_text()
    context = await phone_of(browser, None, home.url)
    theirs = await App(await context.new_page(), home.url).open()
    await theirs.page.get_by_label("Invitation code").fill(code)
    await theirs.page.get_by_role("button", name="Join").click()
    await let_in(app.page, theirs.page)
    await expect(app.page.get_by_text("Done. Ben is in.")).to_be_visible()
    await theirs.page.get_by_role("button", name="Begin").click()
    await theirs.page.get_by_role("button", name="Talk first").click()
    await theirs.go_to("Me")
    await expect(theirs.page.get_by_role("heading", name="Ben")).to_be_visible()
    await context.close()


async def test_a_phone_that_scanned_comes_in_and_keeps_no_secret(
    browser: Browser, app: App, owner: Device, home: RunningBox
) -> None:
    invitation = await asyncio.to_thread(owner.call, "POST", "/api/invitations", {"name": "Gran"})
    context = await phone_of(browser, None, home.url)
    page = await context.new_page()
    await page.goto(f"{home.url}/#j={invitation['secret']}")
    await expect(page.get_by_role("heading", name="Hello Gran.")).to_be_visible()
    assert invitation["secret"] not in page.url
    number = await number_on(page)
    await asyncio.to_thread(owner.confirm, invitation["id"], number)
    await page.get_by_role("button", name="Begin").click()
    await page.get_by_role("button", name="Talk first").click()
    await expect(page.get_by_role("button", name="Ask this")).to_be_visible()
    assert invitation["secret"] not in await page.evaluate("JSON.stringify(localStorage)")
    await context.close()


async def test_a_no_is_told_and_the_way_in_stays_open(
    browser: Browser, owner: Device, home: RunningBox
) -> None:
    invitation = await asyncio.to_thread(owner.call, "POST", "/api/invitations", {"name": "Eve"})
    context = await phone_of(browser, None, home.url)
    page = await context.new_page()
    await page.goto(f"{home.url}/#j={invitation['secret']}")
    await number_on(page)
    await asyncio.to_thread(owner.call, "DELETE", f"/api/invitations/{invitation['id']}")
    await expect(page.get_by_text("They said no this time.")).to_be_visible()
    await expect(page.get_by_label("Invitation code")).to_be_visible()
    await context.close()


async def test_a_stolen_secret_lets_nobody_in_and_both_screens_say_so(
    browser: Browser, app: App, home: RunningBox
) -> None:
    await app.go_to("Me")
    await app.page.get_by_label("Their name").fill("Gran")
    async with app.page.expect_response("**/api/invitations") as made:
        await app.page.get_by_role("button", name="Invite", exact=True).click()
    secret = (await (await made.value).json())["secret"]
    await asyncio.to_thread(home.ask, secret)
    context = await phone_of(browser, None, home.url)
    page = await context.new_page()
    await page.goto(f"{home.url}/#j={secret}")
    await expect(page.get_by_text("opened on two devices")).to_be_visible()
    await expect(app.page.get_by_text("It was opened on two devices.")).to_be_visible()
    await context.close()


async def test_an_old_invitation_says_what_to_do(browser: Browser, home: RunningBox) -> None:
    context = await phone_of(browser, None, home.url)
    page = await context.new_page()
    await page.goto(f"{home.url}/#j={'A' * 22}")
    await expect(
        page.get_by_text("There is no such invitation. Ask for a new one.")
    ).to_be_visible()
    await context.close()


async def test_the_owner_who_lost_every_phone_comes_back_by_the_sheet(
    browser: Browser, box: RunningBox
) -> None:
    owner = await asyncio.to_thread(box.set_up)
    made = await asyncio.to_thread(owner.call, "POST", "/api/sheet", {})
    line = made["lines"][made["line"] - 1]
    await asyncio.to_thread(owner.call, "POST", "/api/sheet/proof", {"text": line})
    context = await phone_of(browser, None, box.url)
    app = await App(await context.new_page(), box.url).open()
    await app.page.get_by_text("Lost every phone?").click()
    lines = app.page.get_by_label("The four lines of the sheet")
    await lines.fill("\n".join(made["lines"]).lower())
    await app.page.get_by_role("button", name="Come back as the owner").click()
    await app.page.get_by_role("button", name="Talk first").click()
    await app.go_to("Me")
    await expect(app.page.get_by_role("heading", name="Ada")).to_be_visible()
    await context.close()


async def number_on(page: Page) -> str:
    """The number that a screen shows."""
    shown = page.locator(".number:visible")
    await expect(shown).to_be_visible()
    return (await shown.inner_text()).replace(" ", "")


async def let_in(inviting: Page, joining: Page) -> None:
    """Compare the number on both screens, and say yes."""
    assert await number_on(joining) == await number_on(inviting)
    await inviting.get_by_role("button", name="Yes, let in").click()


async def test_a_device_is_removed_from_another_one_and_forgets_everything(
    app: App, ada: Device
) -> None:
    await app.say("This stays on the box.")
    await app.see_answer()
    await app.words.fill("A draft")
    other = await asyncio.to_thread(ada.invite)
    await asyncio.to_thread(other.call, "DELETE", f"/api/devices/{ada.joined.device}")
    notice = app.page.get_by_text("This device was removed from the box.")
    await expect(notice).to_be_visible()
    assert await app.kept() == []
    assert len(await recorded(other)) == 2


async def test_a_member_removes_another_device_after_a_second_thought(
    app: App, ada: Device
) -> None:
    await asyncio.to_thread(ada.invite)
    await app.go_to("Me")
    devices = app.page.locator("fs-devices li")
    await expect(devices).to_have_count(2)
    await app.page.get_by_role("button", name="Remove").click()
    await app.page.get_by_role("button", name="Keep it").click()
    await expect(devices).to_have_count(2)
    await app.page.get_by_role("button", name="Remove").click()
    await app.page.get_by_role("group").get_by_role("button", name="Remove").click()
    await expect(devices).to_have_count(1)
    assert len(await asyncio.to_thread(ada.call, "GET", "/api/devices")) == 1


async def test_signing_out_leaves_nothing_on_the_device(app: App, owner: Device) -> None:
    await app.go_to("Me")
    await app.page.get_by_role("button", name="Sign out").click()
    await app.page.get_by_role("group").get_by_role("button", name="Sign out").click()
    await expect(app.page.get_by_text("You are signed out.")).to_be_visible()
    assert await app.kept() == []
