"""A tab that the browser left empty comes to life by itself."""

import asyncio

import pytest
from playwright.async_api import Browser, Route, expect

from futureself_box.bench.running_box import RunningBox

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


class Modules:
    """The app's modules, of which none runs the first so many times."""

    def __init__(self, lost: int) -> None:
        self.asked, self._lost = 0, lost
        self.given_up = asyncio.Event()

    async def answer(self, route: Route) -> None:
        self.asked += 1
        if self.asked == 4:
            self.given_up.set()
        if self.asked > self._lost:
            await route.continue_()
        else:
            await route.fulfill(content_type="text/javascript", body="")


async def test_a_tab_in_which_nothing_ran_loads_itself_again(
    browser: Browser, home: RunningBox
) -> None:
    modules = Modules(lost=2)
    page = await browser.new_page(service_workers="block")
    await page.route("**/web/app.js", modules.answer)
    await page.goto(home.url)
    await expect(page.get_by_role("button", name="Set up the box")).to_be_visible()
    assert await page.evaluate("sessionStorage.length") == 0
    await page.context.close()


async def test_where_nothing_ever_runs_it_gives_up(browser: Browser, home: RunningBox) -> None:
    modules = Modules(lost=100)
    page = await browser.new_page(service_workers="block")
    await page.route("**/web/app.js", modules.answer)
    await page.goto(home.url)
    await modules.given_up.wait()
    await page.wait_for_load_state("load")
    assert await page.evaluate("sessionStorage.getItem('futureself.awake')") == "3"
    assert modules.asked == 4
    await page.context.close()
