"""Nobody reads another's words: every route, frame and job, tried by everyone who might, for a canary."""

import asyncio
import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from futureself_box import settings
from futureself_box.api import wall_clock
from futureself_box.api.frames import (
    ChatCancel,
    ChatResume,
    ChatSend,
    Hello,
    Ping,
    RecordChange,
    RecordsPull,
    RecordsPush,
    Resume,
    encoder,
)
from futureself_box.bench import faults
from futureself_box.bench.running_box import Device, RunningBox, connect_to
from futureself_box.household import leaving
from futureself_box.jobs.backups import Backups
from futureself_box.jobs.run import drain
from futureself_box.store.vault import Vault

pytestmark = pytest.mark.timeout(180)

QUERY = "text={canary}&day=2026-11-24&from=2000-01-01&to=2100-01-01"
# These end the household as the test knows it, so they come last or would only undo the others.
ENDING = {("DELETE", "/api/members/{member}"), ("DELETE", "/api/devices/{device}")}


class Ada:
    """A member whose every word carries a canary, and the ids by which others might ask for them."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.canary = uuid4().hex
        body = {"day": "2026-11-24", "written_at": "2026-11-24T09:00:00+00:00", "mood": 3}
        entry = device.call(
            "POST", "/api/journal", body | {"text": f"I {self.canary}", "tags": [self.canary]}
        )
        device.call("PUT", f"/api/journal/{entry['id']}", body | {"text": f"We {self.canary}"})
        trashed = device.call("POST", "/api/goals", {"title": f"To {self.canary}"})
        device.call("DELETE", f"/api/goals/{trashed['id']}")
        self.record, self.revision = entry["id"], entry["revision"]
        self.ids = [self.record, trashed["id"], self.revision, str(device.joined.member)]


@pytest.fixture
def owner(silent_box: RunningBox) -> Device:
    return silent_box.set_up("Olga")


@pytest.fixture
def ada(owner: Device) -> Ada:
    return Ada(owner.invite("Ada"))


def others(owner: Device) -> dict[str, str | None]:
    """Everyone who is not Ada, by the token that they have."""
    born = {"name": "Cem", "role": "child", "birth_year": 2015}
    invitation = owner.call("POST", "/api/invitations", born)
    newcomer = owner.box.ask(invitation["secret"])
    owner.confirm(invitation["id"], newcomer.number)
    child = newcomer.come_in()
    revoked = owner.invite("Rita")
    owner.call("DELETE", f"/api/devices/{revoked.joined.device}")
    return {
        "another adult": owner.invite("Bea").token,
        "the owner": owner.token,
        "a child": child.token,
        "a removed device": revoked.token,
        "a stranger": None,
    }


def test_no_route_gives_one_member_s_words_to_another(
    silent_box: RunningBox, owner: Device, ada: Ada
) -> None:
    paths = silent_box.call("GET", "/schema/openapi.json")["paths"]
    routes = [(method.upper(), path) for path in paths for method in paths[path]]
    assert len(routes) > 60
    for who, token in others(owner).items():
        for method, path in routes:
            if (method, path) in ENDING or path.startswith("/schema"):
                continue
            for given in ada.ids if "{" in path else ada.ids[:1]:
                real = re.sub(r"\{[^}]+\}", given, path)
                query = QUERY.format(canary=ada.canary)
                body = body_for(method, ada)
                answer = silent_box.request(method, f"{real}?{query}", body, token)
                assert ada.canary not in answer.text, (who, method, path)
                assert answer.status_code != 500, (who, method, path, answer.text)
    mine = ada.device.call("GET", f"/api/journal/{ada.record}")
    assert mine["body"]["text"] == f"We {ada.canary}"
    assert len(ada.device.call("GET", f"/api/records/{ada.record}/history")) == 2


def body_for(method: str, ada: Ada) -> dict[str, Any] | None:
    """What fits as many routes as it can; an id in it is Ada's."""
    if method not in {"POST", "PUT", "PATCH"}:
        return None
    words = {"title": "x", "name": "x", "text": "x", "day": "2026-11-24", "value": 1}
    return words | {"written_at": "2026-11-24T09:00:00Z", "revision": ada.revision, "ids": []}


async def test_no_frame_gives_one_member_s_words_to_another(
    silent_box: RunningBox, owner: Device, ada: Ada
) -> None:
    everyone = await asyncio.to_thread(others, owner)
    for who, token in everyone.items():
        said = await say_everything(silent_box, token or "", ada)
        assert ada.canary not in said, who
    mine = await asyncio.to_thread(ada.device.call, "GET", f"/api/journal/{ada.record}")
    assert (mine["body"]["text"], mine["others"]) == (f"We {ada.canary}", [])


async def say_everything(box: RunningBox, token: str, ada: Ada) -> str:
    """All that the box says to somebody who sends every frame with Ada's ids."""
    record = msgspec.convert(ada.record, type=RecordChange.__annotations__["record"])
    purge = RecordChange(uuid4(), record, "entry", "purge", "0" * 16, msgspec.Raw(b"null"))
    frames: list[Any] = [
        Hello(token=token or "x", schema=1, turns=(Resume(turn=record),)),
        ChatResume(id="1", turn=record),
        ChatCancel(id="2", turn=record),
        ChatSend(id="3", message=record, revision=uuid4(), text="Tell me."),
        RecordsPull(id="4"),
        RecordsPush(id="5", changes=(purge,)),
        RecordsPull(id="6"),
        Ping(id="last"),
    ]
    heard = ""
    async with connect_to(box) as socket:
        try:
            for frame in frames:
                await socket.send(encoder.encode(frame).decode())
            while True:
                text = str(await socket.recv())
                heard += text
                if json.loads(text).get("type") == "pong":
                    return heard
        except ConnectionClosed:
            return heard


def test_no_file_and_no_log_holds_a_member_s_words(
    silent_box: RunningBox, ada: Ada, tmp_path: Path
) -> None:
    ada.device.call("GET", f"/api/search?text={ada.canary}")
    silent_box.request("POST", "/api/journal", {"text": ada.canary}, ada.device.token)
    assert ada.canary not in silent_box.log
    assert silent_box.stop() == 0
    assert faults.search(tmp_path, ada.canary) == []


def test_no_job_leaves_a_member_s_words_anywhere(
    silent_box: RunningBox,
    owner: Device,
    ada: Ada,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bea = owner.invite("Bea")
    owner.call("DELETE", f"/api/members/{bea.joined.member}")
    silent_box.stop()
    loaded = settings.load(silent_box.environment)
    with closing(Vault(loaded.data_path, loaded.config_path)) as vault:
        every = Backups(loaded, vault.unlock, wall_clock.now)
        with vault.household.write() as tx:
            tx.execute("DELETE FROM job WHERE kind <> ?", (leaving.ERASE,))
            tx.execute("UPDATE job SET state = 'waiting', not_before = 0")
        every.enqueue_due(vault.household)
        drain(vault.household, every.work, wall_clock.now_ms)
        with vault.household.read() as connection:
            done = connection.execute("SELECT kind, state FROM job").fetchall()
            tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            rows = [connection.execute(f"SELECT * FROM {row['name']}").fetchall() for row in tables]  # noqa: S608
    kept = str([tuple(row) for table in rows for row in table])
    assert {row["kind"]: row["state"] for row in done} == dict.fromkeys(every.work, "done")
    assert "Ada" in kept
    assert ada.canary not in kept + silent_box.log + capsys.readouterr().out
    assert faults.search(tmp_path, ada.canary) == []
