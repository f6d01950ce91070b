"""Recall on sets: our own are in order, and others' questions are answered line by line."""

import io
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from futureself_box.errors import RequestInvalid
from futureself_box.evaluation import foreign, recall
from futureself_box.settings import Settings

ENTRIES = [
    ("a1", "2024-02-03T21:00:00+01:00", "We moved to Antwerp, into a flat above a bakery.", None, 4),
    ("a2", "2025-05-11", "Planted tomatoes and beans behind the shed.", ["garden"], None),
    ("a3", "2025-07-20T08:00:00Z", "The car broke down on the motorway, three hours\u2028of waiting.", [], 9),
    ("a4", "2025-10-12T20:30:00", "Adopted a greyhound from the shelter, Pixel.", None, "glad"),
    ("a5", "2026-03-07T20:00:00", "Painted the kitchen yellow, the ceiling too by accident.", None, 2),
]  # fmt: skip


def test_there_are_entries_and_questions_of_every_kind_and_their_keys_exist() -> None:
    kinds: Counter[str] = Counter()
    entries = 0
    for name in recall.names():
        ids = [entry.id for entry in foreign.read_entries(recall.file(name, "entries"))]
        assert len(ids) == len(set(ids))
        entries += len(ids)
        for question in recall.questions(name):
            assert set(question.answers) <= set(ids)
            assert bool(question.answers) == (question.kind != recall.UNANSWERABLE)
            kinds[f"{question.kind}, {question.half}"] += 1
    assert entries >= 300
    assert kinds.total() >= 150
    assert min(kinds.values()) >= 6
    halves = {
        half: sum(kinds[key] for key in kinds if key.endswith(half)) for half in ("open", "kept")
    }
    assert abs(halves["open"] - halves["kept"]) < 10


@pytest.mark.timeout(180)
def test_questions_of_others_are_answered_line_by_line(tmp_path: Path, models: Path) -> None:
    file = tmp_path / "entries.jsonl"
    lines = [
        {"id": one, "created_at": at, "text": text, "tags": tags, "mood": mood}
        for one, at, text, tags, mood in ENTRIES
    ]
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n")
    asked = [
        {"entries": str(file)},
        {"id": "q1", "asked_at": "2026-11-20", "text": "Who is Pixel?"},
        {"id": "q2", "asked_at": "2026-11-20T10:00:00+02:00", "text": "Where do I live now?"},
        {"id": "q3", "asked_at": "2026-11-20T10:00:00Z", "text": ""},
    ]
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(models)
    folders = {"FUTURESELF_DATA_FOLDER": str(data), "FUTURESELF_CONFIG_FOLDER": str(tmp_path / "c")}
    answered = subprocess.run(
        [sys.executable, "-m", "futureself_box.cli", "eval", "recall", "--stdin"],
        input="\n".join(map(json.dumps, asked)),
        env={**os.environ, **folders},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in answered.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["q1", "q2", "q3"]
    assert [answer["hits"][:1] for answer in answers] == [["a4"], ["a1"], []]
    assert [path.name for path in data.iterdir()] == ["models"]


@pytest.mark.parametrize("first", ["", "{}", "nonsense", '{"entries": "/nowhere"}'])
def test_a_wrong_line_is_told(first: str) -> None:
    with pytest.raises(RequestInvalid):
        foreign.run(Settings(), io.StringIO(first), io.StringIO())
