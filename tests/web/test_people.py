"""Me, as a household uses it: who lives here, who leaves, who lost a phone, and the recovery sheet."""

import asyncio

import pytest
from playwright.async_api import Browser, Route, expect

from futureself_box.bench.running_box import Device, RunningBox
from futureself_box.lan import qr
from tests.web.app import App, phone_of

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


async def test_a_member_changes_the_own_name(app: App) -> None:
    await app.go_to("Me")
    await app.page.get_by_role("button", name="Rename").click()
    await app.page.get_by_label("New name").fill("Ada Lovelace")
    await app.page.get_by_role("button", name="Save", exact=True).click()
    await expect(app.page.locator("fs-person strong", has_text="Ada Lovelace")).to_be_visible()
    await app.page.reload()
    await expect(app.page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()


async def test_an_adult_manages_nobody_else(app: App) -> None:
    await app.go_to("Me")
    await expect(app.page.get_by_role("button", name="Rename")).to_have_count(1)
    await expect(app.page.locator("fs-person summary:visible")).to_have_count(0)
    await expect(app.page.get_by_role("heading", name="Recovery sheet")).to_be_hidden()


async def test_a_child_is_invited_with_a_year_of_birth(owner_app: App, home: RunningBox) -> None:
    page = owner_app.page
    await page.get_by_label("Their name").fill("Cem")
    await page.get_by_role("region", name="People").get_by_label("This is a child").check()
    await page.get_by_role("button", name="Invite", exact=True).click()
    await expect(page.get_by_text("Type the year of birth, like 2018.")).to_be_visible()
    await page.get_by_role("textbox", name="Year of birth").fill("2018")
    async with page.expect_response("**/api/invitations") as made:
        await page.get_by_role("button", name="Invite", exact=True).click()
    newcomer = await asyncio.to_thread(home.ask, (await (await made.value).json())["secret"])
    await page.get_by_role("button", name="Yes, let in").click()
    await expect(page.get_by_text("Done. Cem is in.")).to_be_hidden()
    child = await asyncio.to_thread(newcomer.come_in)
    await expect(page.get_by_text("Done. Cem is in.")).to_be_visible()
    await expect(page.get_by_text("Child, born 2018")).to_be_visible()
    assert (await asyncio.to_thread(child.call, "GET", "/api/me"))["role"] == "child"


async def test_the_qr_is_drawn_sharp_enough_for_a_camera(owner_app: App) -> None:
    page = owner_app.page

    async def with_qr(route: Route) -> None:
        # The box of these tests is on no network, so its invitations have none.
        answer = await route.fetch()
        drawn = {"qr": qr.as_svg("http://192.168.1.20:8480/#j=abcdefghijklmnopqrstuv")}
        await route.fulfill(response=answer, json={**await answer.json(), **drawn})

    await page.route("**/api/invitations", with_qr)
    await page.get_by_role("button", name="Add a device of mine").click()
    await expect(page.get_by_role("img", name="QR for the camera")).to_be_visible()
    drawing = page.locator(".qr svg")
    size = await drawing.bounding_box()
    assert size is not None
    assert size["width"] >= 180
    style = """svg => {
        const { strokeWidth, strokeLinecap, stroke } = getComputedStyle(svg.querySelector("path[stroke]"));
        return [strokeWidth, strokeLinecap, stroke];
    }"""
    assert await drawing.evaluate(style) == ["1px", "butt", "rgb(0, 0, 0)"]


async def test_the_owner_removes_somebody_after_a_second_thought(
    ada: Device, owner_app: App
) -> None:
    row = owner_app.page.locator("fs-person", has_text=ada.joined.name).last
    await expect(row).to_be_visible()
    await row.get_by_text("More").click()
    await row.get_by_role("button", name=f"Remove {ada.joined.name}").click()
    await expect(row.get_by_text("Erase everything")).to_be_visible()
    await row.get_by_role("button", name="Erase").click()
    await expect(row).to_have_count(0)


async def test_a_lost_phone_s_member_sees_the_notice_and_stops_it(
    app: App, ada: Device, owner_app: App
) -> None:
    row = owner_app.page.locator("fs-person", has_text=ada.joined.name).last
    await row.get_by_text("More").click()
    await row.get_by_role("button", name="lost every phone").click()
    await row.get_by_role("button", name="Ask for it").click()
    await expect(row.get_by_text("A new phone can join from")).to_be_visible()
    notice = app.page.locator("fs-rescue-notice")
    await expect(notice.get_by_text("Ada asked to add a phone for you.")).to_be_visible()
    await notice.get_by_role("button", name="Stop it").click()
    await expect(notice).to_be_hidden()
    assert (await asyncio.to_thread(ada.call, "GET", "/api/me"))["rescue"] is None


async def test_the_owner_proves_the_recovery_sheet(owner_app: App, owner: Device) -> None:
    page = owner_app.page
    await page.get_by_role("button", name="Make the recovery sheet").click()
    lines = page.locator("fs-sheet li")
    await expect(lines).to_have_count(4)
    asked = await page.locator("fs-sheet [data-part=asked]").inner_text()
    await page.get_by_label(asked).fill("AAA AAA AAA")
    await page.get_by_role("button", name="Prove it").click()
    await expect(page.locator("fs-sheet").get_by_role("alert")).not_to_be_empty()
    line = await lines.nth(int(asked.split()[-1]) - 1).inner_text()
    await page.get_by_label(asked).fill(line.lower().replace(" ", ""))
    await page.get_by_role("button", name="Prove it").click()
    await expect(page.get_by_text("Done. The sheet works.")).to_be_visible()
    await page.locator("fs-sheet").get_by_role("button", name="Done").click()
    await expect(page.get_by_text("Proven: Today.")).to_be_visible()
    assert (await asyncio.to_thread(owner.call, "GET", "/api/me"))["sheet_proven_at"]


async def test_only_the_sheet_is_printed(owner_app: App) -> None:
    page = owner_app.page
    await (
        page.get_by_role("button", name="new sheet")
        .or_(page.get_by_role("button", name="Make the recovery sheet"))
        .click()
    )
    await expect(page.locator("fs-sheet li").first).to_be_visible()
    await page.emulate_media(media="print")
    await expect(page.locator("fs-sheet li").first).to_be_visible()
    await expect(page.get_by_text("Keep this where you keep passports.")).to_be_visible()
    await expect(page.get_by_role("button", name="Print")).to_be_hidden()
    await expect(page.get_by_role("heading", name="Devices")).to_be_hidden()
    await expect(page.locator("#tabs")).to_be_hidden()


async def test_the_browser_finds_nothing_missing_to_install_the_app(app: App) -> None:
    devtools = await app.page.context.new_cdp_session(app.page)
    found = await devtools.send("Page.getInstallabilityErrors")
    # A private window, as these tests use, is never installed from.
    assert [e["errorId"] for e in found["installabilityErrors"]] in ([], ["in-incognito"])
    manifest = await devtools.send("Page.getAppManifest")
    assert manifest["errors"] == []


async def test_the_hint_for_the_home_screen_takes_two_noes(
    browser: Browser, ada: Device, home: RunningBox
) -> None:
    context = await phone_of(browser, ada, home.url)
    await context.add_init_script(
        "Object.defineProperty(navigator, 'userAgent', { value: 'Mozilla/5.0 (iPhone) Safari' })"
    )
    app = await App(await context.new_page(), home.url).open()
    for _ in range(2):
        await app.go_to("Me")
        await expect(app.page.get_by_text("Add to Home Screen")).to_be_visible()
        await app.page.get_by_role("button", name="Later").click()
        await app.go_to("Talk")
    await app.go_to("Me")
    await expect(app.page.get_by_text("Add to Home Screen")).to_be_hidden()
    await context.close()
