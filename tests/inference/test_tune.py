"""`models tune`: measured on this machine, and advice that follows from the figures."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from futureself_box.errors import ModelBroken
from futureself_box.inference import measure, tune
from futureself_box.inference.random_weights import Shape
from futureself_box.inference.tune import Advice, Candidate, Cells
from futureself_box.settings import Inference

TINY = Shape(width=256, layers=2, heads=4, kv_heads=2, feed_forward=512, vocabulary=256)
GB = 10**9


def candidate(file_type: str, turn_s: float, *, fits: bool = True, size: int = 4 * GB) -> Candidate:
    return Candidate(file_type, size, 1.0, 1.0, turn_s, fits)


def advise(*candidates: Candidate, free: int = 8 * GB, cells: tuple[Cells, ...] = ()) -> Advice:
    kept = cells or (Cells(True, "f16", 100, 100, 131_072),)
    return tune.advise(candidates, kept, free)


def test_the_finest_type_that_costs_little_speed_is_advised() -> None:
    fast = candidate("Q4_0", 10.0)
    assert advise(candidate("Q4_K_M", 10.9), fast).file_type == "Q4_K_M"
    assert advise(candidate("Q4_K_M", 11.1), fast).file_type == "Q4_0"


def test_what_does_not_fit_is_not_advised() -> None:
    small = candidate("Q4_0", 10.0)
    assert advise(candidate("Q8_0", 5.0, fits=False), small).file_type == "Q4_0"


def test_where_nothing_fits_the_smallest_is_named_without_room() -> None:
    advice = advise(
        candidate("Q8_0", 5.0, fits=False, size=8 * GB), candidate("Q4_0", 9.0, fits=False), free=GB
    )
    assert (advice.file_type, advice.tokens) == ("Q4_0", 0)


def test_smaller_cells_are_advised_where_they_are_about_as_fast() -> None:
    half, eighth = Cells(True, "f16", 100, 100, 131_072), Cells(True, "q8_0", 95, 95, 69_632)
    assert advise(candidate("Q4_0", 1.0), cells=(half, eighth)).kv_type == "q8_0"
    slow = msgspec.structs.replace(eighth, decode=60)
    assert advise(candidate("Q4_0", 1.0), cells=(half, slow)).kv_type == "f16"


def test_the_room_is_what_the_weights_leave() -> None:
    assert advise(candidate("Q4_0", 1.0)).tokens == 4 * GB // 131_072


@pytest.mark.timeout(100)
def test_every_candidate_is_measured_on_this_machine() -> None:
    steps: list[str] = []
    advice = tune.tune(Inference(threads=1), steps.append, shape=TINY, memory=16 * GB)
    assert steps == [*tune.CANDIDATES, "attention"]
    assert all(c.prefill > 0 and c.decode > 0 and c.turn_s > 0 for c in advice.candidates)
    sizes = {c.file_type: c.size_bytes for c in advice.candidates}
    assert sizes["Q4_0"] < sizes["Q4_K_M"] < sizes["Q8_0"]
    assert [(c.flash, c.kv_type) for c in advice.cells] == [
        (False, "f16"),
        (True, "f16"),
        (True, "q8_0"),
    ]
    assert json.loads(msgspec.json.encode(advice))["reasons"] == advice.reasons


def test_a_file_that_can_not_be_measured_is_a_broken_model(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken):
        tune.measured(measure.Task(str(tmp_path / "none"), 1, 1, 0))


def test_the_command_takes_the_settings() -> None:
    environment = {**os.environ, "FUTURESELF_INFERENCE_THREADS": "many"}
    command = [sys.executable, "-m", "futureself_box.cli", "models", "tune", "--json"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "inference.threads" in ran.stderr
