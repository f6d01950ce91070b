"""llama.cpp's own benches on the same weights, where they are on the path (scripts/yardstick)."""

import shutil
import subprocess
from pathlib import Path

import msgspec

from futureself_box.bench.running_box import BoxMisbehaved

_PROMPT, _ANSWER = 64, 128
_ATTEMPTS = 3  # it writes from a thread, and has been seen to end before that thread wrote


def decode(model: Path, streams: int, threads: int) -> float | None:
    """Tokens a second of so many streams together; None where the program isn't on the path."""
    return alone(model, threads) if streams == 1 else _batched(model, streams, threads)


def alone(model: Path, threads: int, *, depth: int = 0) -> float | None:
    """Tokens a second of one stream behind so many tokens; None where the program isn't there."""
    options = ["-t", str(threads), "-p", "0", "-n", str(_ANSWER), "-d", str(depth), "-r", "1"]
    line = _last_line("llama-bench", model, [*options, "-fa", "1", "-o", "jsonl"])
    return None if line is None else float(line["avg_ts"])


def prefill_s(model: Path, tokens: int, depth: int, threads: int) -> float | None:
    """Seconds for so many tokens behind so many others; None where the program isn't on the path."""
    options = ["-t", str(threads), "-p", str(tokens), "-d", str(depth), "-n", "0", "-r", "1"]
    line = _last_line("llama-bench", model, [*options, "-fa", "1", "-o", "jsonl"])
    return None if line is None else tokens / float(line["avg_ts"])


def _batched(model: Path, streams: int, threads: int) -> float | None:
    cells = streams * (_PROMPT + _ANSWER + 64)
    options = ["-t", str(threads), "-npp", str(_PROMPT), "-ntg", str(_ANSWER)]
    options += ["-npl", str(streams), "-c", str(cells), "-fa", "on", "--output-format", "jsonl"]
    line = _last_line("llama-batched-bench", model, options)
    return None if line is None else float(line["speed_tg"])


def _last_line(program: str, model: Path, options: list[str]) -> dict[str, float] | None:
    binary = shutil.which(program)
    if binary is None:
        return None
    said = ""
    for _ in range(_ATTEMPTS):
        ran = subprocess.run(
            [binary, "-m", str(model), *options], capture_output=True, check=False, text=True
        )
        lines = [line for line in ran.stdout.splitlines() if line.startswith("{")]
        if ran.returncode == 0 and lines:
            figures: dict[str, float] = msgspec.json.decode(lines[-1])
            return figures
        said = f"{program} ended with {ran.returncode}: {ran.stderr[-500:]}"
    raise BoxMisbehaved(said)
