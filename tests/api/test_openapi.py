"""The OpenAPI document is true: whatever it allows is answered, and answered as it says."""

import hashlib
import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image

from futureself_box.bench.running_box import Device, RunningBox

HOOKS = "tests.api.schemathesis_hooks"
# /ready is left out as well: without a model it answers 503, as documented.
# Litestar's OPTIONS names the methods of one handler only (nothing may call across origins), and a
# schema can't say that a record exists or that a day is in the calendar.
LEFT_OUT = "allow_header_conformance,positive_data_acceptance"
KINDS: dict[str, Any] = {
    "journal": {"text": "x", "day": "2026-11-24", "written_at": "2026-11-24T09:00:00Z"},
    "affirmations": {"text": "x"},
    "goals": {"title": "x"},
    "check-ins": {"day": "2026-11-24", "written_at": "2026-11-24T09:00:00Z", "mood": 3},
    "preferences": {"name": "tone", "value": "x"},
    "answers": {"question": "hope", "version": 1, "text": "x"},
    "measures": {
        "instrument": "feelings",
        "version": 1,
        "ratings": {"relaxed": 5},
        "day": "2026-11-24",
        "written_at": "2026-11-24T09:00:00Z",
    },
    "future-memories": {
        "written_at": "2026-11-24T09:00:00Z",
        "year": 2051,
        "summary": [],
        "highlights": [],
        "moments": [],
        "setbacks": [],
        "scene": [{"text": "I sat by the window."}],
    },
}


@pytest.mark.soak
@pytest.mark.timeout(400)
def test_every_answer_is_as_the_document_says(silent_box: RunningBox, soak: bool) -> None:
    owner = silent_box.set_up()
    known = {"KNOWN_PARAMETERS": json.dumps(fill(owner)), "SCHEMATHESIS_HOOKS": HOOKS}
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(Path(__file__).with_name("schemathesis.toml")), "run"),
            *("--header", f"Authorization: Bearer {owner.token}", "--exclude-checks", LEFT_OUT),
            *("--phases", "examples,coverage,fuzzing", "--exclude-path", "/ready"),
            *("--max-examples", "300" if soak else "5", "--continue-on-failure", "--no-color"),
            f"{silent_box.url}/schema/openapi.json",
        ],
        env=os.environ | known,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "request_broke" not in silent_box.log


def fill(owner: Device) -> dict[str, dict[str, str]]:
    """One of everything; how each path asks for it."""
    known = {}
    for kind, body in KINDS.items():
        record = owner.call("POST", f"/api/{kind}", body)["id"]
        known[f"/api/{kind}/{{record}}"] = {"record": record}
        if kind == "journal":
            for act in ("history", "restore"):
                known[f"/api/records/{{record}}/{act}"] = {"record": record}
    known["/api/attachments/{attachment}"] = {"attachment": send_photo(owner)}
    return known


def send_photo(owner: Device) -> str:
    photo = BytesIO()
    Image.new("RGB", (8, 8)).save(photo, "PNG")
    content = photo.getvalue()
    announced = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    upload = owner.call("POST", "/api/attachments", announced | {"type": "image/png"})["id"]
    url = f"{owner.box.url}/api/attachments/{upload}"
    headers = {"Authorization": f"Bearer {owner.token}"}
    httpx2.patch(url, content=content, headers=headers).raise_for_status()
    return str(upload)


def test_a_reader_learns_who_may_ask_and_how_a_refusal_looks(silent_box: RunningBox) -> None:
    document = silent_box.call("GET", "/schema/openapi.json")
    journal = document["paths"]["/api/journal"]["post"]
    assert journal["security"] == [{"device": []}]
    assert "security" not in document["paths"]["/api/household"]["get"]
    (refusal,) = journal["responses"]["default"]["content"].items()
    assert refusal == (
        "application/problem+json",
        {"schema": {"$ref": "#/components/schemas/Problem"}},
    )
    named = set(document["components"]["schemas"])
    assert {name.split("/")[-1] for name in references(document)} <= named


def references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(references(inner) for inner in part.values()))
    if isinstance(part, list):
        return set().union(*(references(inner) for inner in part))
    return set()
