"""A member links themselves under Me, and sees of each entry whether it is in the cloud."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from futureself_box.bench.running_box import Device, RunningBox
from tests.supabase.project import PASSWORD, Project, a_double
from tests.web.app import App, axe

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    with a_double() as made:
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, project: Project) -> Iterator[RunningBox]:
    """A box with a Supabase project, and without a model."""
    cloud = {"FUTURESELF_SUPABASE_URL": project.url, "FUTURESELF_SUPABASE_KEY": project.key}
    running = RunningBox(tmp_path_factory.mktemp("home"), None, **cloud)
    running.start()
    running.wait_until_up()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def owner(home: RunningBox) -> Device:
    """The owner, with a recovery sheet."""
    owner = home.set_up()
    new = owner.call("POST", "/api/sheet")
    owner.call("POST", "/api/sheet/proof", {"text": new["lines"][new["line"] - 1]})
    return owner


async def sign(card: Locator, mail: str, password: str, button: str) -> None:
    await card.get_by_label("Mail address of your account").fill(mail)
    await card.get_by_label("Its password").fill(password)
    await card.get_by_role("button", name=button).click()


async def test_a_member_links_themselves_and_their_words_are_said_to_be_in_the_cloud(
    app: App, project: Project
) -> None:
    await app.go_to("Me")
    card = app.page.locator("fs-cloud")
    mail = project.new_mail()
    await sign(card, mail, "wrong password", "Sign in")
    await expect(card.locator("[data-part=problem]")).to_contain_text("is wrong")
    await expect(card.get_by_label("Its password")).to_have_value("")
    await sign(card, mail, PASSWORD, "Make an account")
    await expect(card.get_by_text(f"Signed in as {mail}.")).to_be_visible()
    await app.go_to("Journal")
    await app.page.get_by_label("One line about today").fill("The sea was calm.")
    await app.page.get_by_role("button", name="Save").first.click()
    where = app.page.locator("fs-entry [data-part=where]")
    await expect(where).to_have_text("On the box and in the cloud")
    await app.page.reload()
    await expect(where).to_have_text("On the box and in the cloud")
    await app.go_to("Me")
    await expect(card.get_by_text("Everything you wrote is in the cloud.")).to_be_visible()
    await app.page.evaluate(axe())
    found = await app.page.evaluate("axe.run('fs-cloud')")
    assert [violation["id"] for violation in found["violations"]] == []
    await card.get_by_role("button", name="Erase the copy", exact=True).click()
    await card.get_by_role("button", name="Erase the copy", exact=True).click()
    await expect(card.get_by_role("button", name="Make an account")).to_be_visible()


async def test_the_owner_lets_a_child_have_a_copy(owner_app: App, owner: Device) -> None:
    child = await asyncio.to_thread(a_child, owner)
    page = owner_app.page
    await page.reload()
    row = page.locator("fs-person").filter(has_text="Cem")
    await row.locator("summary").click()
    await row.get_by_role("button", name="Let Cem have a cloud copy").click()
    await row.get_by_role("button", name="Yes").click()
    await row.locator("summary").click()
    await expect(row.get_by_role("button", name="words in the house")).to_be_visible()
    report = await asyncio.to_thread(child.call, "GET", "/api/cloud")
    assert report["allowed"]


def a_child(owner: Device) -> Device:
    born = {"name": "Cem", "role": "child", "birth_year": 2015}
    invitation = owner.call("POST", "/api/invitations", born)
    newcomer = owner.box.ask(invitation["secret"])
    owner.confirm(invitation["id"], newcomer.number)
    return newcomer.come_in()


async def test_the_owner_sees_whose_copy_does_not_go_on_and_who_left_one(owner_app: App) -> None:
    left = {"member": "00000000-0000-0000-0000-000000000001", "name": "Dora"}
    report: dict[str, Any] = {
        "project": "https://abcd.supabase.co",
        "allowed": True,
        "has_sheet": True,
        "state": "sign_in",
        "wishing": False,
        "mail": "ada@example.com",
        "waiting": 2,
        "good_at": None,
        "problem": "The session with the Supabase project has ended.",
        "others": [{"name": "Bea", "problem": "The project is full.", "good_at": None}],
        "left": [left],
    }
    await owner_app.page.route("**/api/cloud", lambda route: route.fulfill(json=report))
    await owner_app.page.route("**/api/cloud/left/*", lambda route: route.fulfill(status=204))
    await owner_app.page.reload()
    card = owner_app.page.locator("fs-cloud")
    await expect(card.get_by_text("2 versions wait.")).to_be_visible()
    await expect(card.get_by_text("Bea: The project is full.")).to_be_visible()
    report["left"] = []
    await card.get_by_role("button", name="The copy of Dora is deleted").click()
    await expect(card.get_by_text("Dora")).to_be_hidden()
