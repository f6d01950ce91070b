"""The box's numbers: for the owner only, without a word of anybody, and all that alerts and plots need."""

import json
import re
import subprocess
from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import uuid4

import pytest

from futureself_box.bench.running_box import RunningBox
from futureself_box.errors import ModelStarting
from futureself_box.inference.stream import Event, Finished, Words
from futureself_box.inference.timing import timed
from futureself_box.ops import metrics

MONITORING = Path(__file__).parents[2] / "monitoring"
NAME = re.compile(r"\bfutureself_[a-z_]+\b")


def scraped(box: RunningBox, token: str | None) -> tuple[int, str]:
    answer = box.request("GET", "/metrics", token=token)
    return answer.status_code, answer.text


def value(text: str, name: str) -> float:
    (found,) = re.findall(rf"^{re.escape(name)} (\S+)$", text, flags=re.MULTILINE)
    return float(found)


@pytest.mark.timeout(120)
async def test_a_talk_is_counted_and_nobody_is_named(box: RunningBox) -> None:
    canary = uuid4().hex
    owner = box.set_up(f"Olga {canary}")
    adult = owner.invite("Ada")
    async with owner.phone() as phone:
        await phone.say(f"My secret is {canary}.")
        await phone.read()
        # The box may answer by itself, and how long a prompt was is known at the model's own end,
        # which a barred sentence comes before.
        while value(scraped(box, owner.token)[1], "futureself_prompt_tokens_total") == 0:
            await phone.say("What do you see from your window?")
            await phone.read()
        status, text = scraped(box, owner.token)
    assert status == 200
    answers = re.findall(r"^futureself_answers_total\{.*\} (\S+)$", text, flags=re.MULTILINE)
    assert value(text, "futureself_first_token_seconds_count") == sum(map(float, answers)) > 0
    assert value(text, "futureself_prompt_tokens_total") > 0
    assert value(text, "futureself_gap_seconds_count") > 0
    assert value(text, "futureself_answers_running") == 0
    assert value(text, "futureself_phones_connected") == 1
    assert value(text, "futureself_model_ready") == 1
    assert value(text, "futureself_disk_free_bytes") > 0
    assert canary not in text
    assert str(owner.joined.member) not in text
    assert "Ada" not in text

    assert scraped(box, adult.token)[0] == 403
    assert scraped(box, None)[0] == 401

    missing = asked_for() - set(NAME.findall(text))
    assert not missing


def asked_for() -> set[str]:
    """Every metric that the dashboard or an alert names."""
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    plotted = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    assert all(NAME.search(expression) for expression in plotted)
    rules = re.findall(r"expr: (.*)", (MONITORING / "alerts.yml").read_text())
    return {name for text in [*plotted, *rules] for name in NAME.findall(text)}


@pytest.mark.timeout(60)
def test_each_alert_has_a_firing_and_a_silent_case_that_hold() -> None:
    alerts = set(re.findall(r"alert: (\w+)", (MONITORING / "alerts.yml").read_text()))
    cases = (MONITORING / "alerts_test.yml").read_text().split("  - interval:")[1:]
    silent = {case.split("alertname: ")[1].split()[0] for case in cases if "exp_alerts: []" in case}
    firing = {case.split("alertname: ")[1].split()[0] for case in cases if "exp_labels" in case}
    assert silent == firing == alerts
    for words in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        ran = subprocess.run(
            ["promtool", *words], cwd=MONITORING, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


def sample(name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


async def answer(*, fails: bool) -> AsyncGenerator[Event, None]:
    yield Words("One", 1)
    yield Words(" two", 1)
    if fails:
        raise ModelStarting
    yield Finished("stop", 10, 8, 2, 1.0, 1.0)


@pytest.mark.parametrize(
    ("fails", "ended", "outcome"),
    [(False, True, "stop"), (True, True, "model_starting"), (False, False, "cancelled")],
)
async def test_first_words_gaps_and_ends_are_timed(
    *, fails: bool, ended: bool, outcome: str
) -> None:
    names = ("futureself_first_token_seconds_sum", "futureself_gap_seconds_sum")
    before = [sample(name) for name in names]
    answers = sample("futureself_answers_total", outcome=outcome)
    running = sample("futureself_answers_running")
    times = iter([0.0, 3.0, 3.5])
    events = timed(answer(fails=fails), lambda: next(times))
    try:
        async for event in events:
            if not ended and isinstance(event, Words) and event.text == " two":
                break
    except ModelStarting:
        assert fails
    await events.aclose()
    took = [sample(name) - had for name, had in zip(names, before, strict=True)]
    assert took == pytest.approx([3.0, 0.5])
    assert sample("futureself_answers_total", outcome=outcome) == answers + 1
    assert sample("futureself_answers_running") == running
