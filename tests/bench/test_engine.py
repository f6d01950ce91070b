"""`bench engine` on a tiny model: what it measures, prints and draws."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from futureself_box.bench import chart, engine
from futureself_box.bench.answering import Answer, Heard, speed_together
from futureself_box.bench.engine import Row
from futureself_box.bench.own_engine import OwnEngine
from futureself_box.errors import RequestInvalid
from futureself_box.settings import Inference
from tests.inference import mistral


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "tiny.gguf"
    mistral.write(path, "v3")
    return path


def answer(*heard: tuple[float, int]) -> Answer:
    made = Answer()
    made.asked_at = 0.0
    made.heard = [Heard(at, tokens) for at, tokens in heard]
    return made


def test_speed_counts_only_while_all_answers_come() -> None:
    early, late = answer((0, 1), (1, 10), (2, 10)), answer((1, 1), (2, 4), (9, 100))
    assert speed_together([early, late]) == 14.0
    assert speed_together([early]) == 10.0
    assert speed_together([answer((0, 1), (1, 1)), answer((2, 1), (3, 1))]) is None


def test_a_silence_is_also_one_that_has_not_ended() -> None:
    assert answer((0, 1), (1, 1), (3, 1)).worst_gap_s(0.5, 9.0) == 6.0


def test_ratios_are_those_of_the_rounds() -> None:
    row = Row("decode", "tokens/s", "more", box=[10, 30], peer=[10, 10], yardstick=[])
    assert row.against_peer == 2.0
    assert row.against_yardstick is None


@pytest.mark.parametrize(
    ("streams", "chosen", "rounds"), [("0", (), 1), ("two", (), 1), ("1", ("x",), 1), ("1", (), 0)]
)
def test_a_plan_that_makes_no_sense_is_refused(
    streams: str, chosen: tuple[str, ...], rounds: int
) -> None:
    with pytest.raises(RequestInvalid):
        engine.plan(streams, chosen, rounds=rounds, peer=None)


def test_the_drawing_names_and_numbers_every_bar() -> None:
    rows = [
        Row("decode <1>", "tokens/s", "more", box=[90, 100, 110], peer=[50], yardstick=[104]),
        Row("first token", "s", "less", box=[0.5], peer=[], yardstick=[]),
    ]
    assert chart.figure(1234.5) == "1234"
    drawing = ET.fromstring(chart.svg(rows))  # noqa: S314
    words = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {"decode <1>", "100", "50", "104", "first token", "0.5"} <= set(words)


@pytest.mark.timeout(100)
def test_both_sides_are_measured_in_turn(model: Path, tmp_path: Path) -> None:
    with OwnEngine(tmp_path / "peer", Inference(threads=1), model) as peer, on_a_port(peer) as url:
        words = ["--peer", url, "--streams", "1", "--rounds", "2", "--json"]
        words += ["--case", "decode", "--case", "turns", "--plot", str(tmp_path / "plot.svg")]
        report = json.loads(bench_engine(model, tmp_path, *words))
    rows = {row["what"]: row for row in report["rows"]}
    assert set(rows) == {"decode, 1 at once", "1 phones, two turns each"}
    assert all(len(row["box"]) == len(row["peer"]) == 2 for row in rows.values())
    assert all(row["against_peer"] > 0 for row in rows.values())
    assert (tmp_path / "plot.svg").read_text().startswith("<svg")


@pytest.mark.timeout(100)
def test_a_conversation_comes_back_after_a_restart(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = install_llama_bench(tmp_path, monkeypatch)
    words = ["--streams", "1", "--rounds", "1", "--case", "returning", "--json"]
    report = json.loads(bench_engine(model, tmp_path, *words))
    measured = [row["what"].rsplit(", ", maxsplit=1)[-1] for row in report["rows"]]
    assert measured == ["1250 new words", "in memory", "pushed out", "after a restart"]
    assert [len(row["yardstick"]) for row in report["rows"]] == [0, 1, 1, 1]
    for line in asked.read_text().splitlines():
        new, behind = map(int, line.split())
        assert 0 < new < 60
        assert behind > 1250


def install_llama_bench(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a stand-in on the path that notes how many tokens it is to read behind how many others."""
    program, asked = folder / "path" / "llama-bench", folder / "asked"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        "while [ $# -gt 0 ]; do case $1 in -p) p=$2;; -d) d=$2;; esac; shift; done\n"
        f'echo "$p $d" >> {asked}\n'
        """echo '{"avg_ts": 50.0}'\n"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    return asked


def bench_engine(model: Path, folder: Path, *words: str) -> str:
    environment = {
        **os.environ,
        "FUTURESELF_DATA_FOLDER": str(folder / "none"),
        "FUTURESELF_CONFIG_FOLDER": str(folder / "config"),
        "FUTURESELF_INFERENCE_MODEL": str(model),
        "FUTURESELF_INFERENCE_THREADS": "1",
    }
    command = [sys.executable, "-m", "futureself_box.cli", "bench", "engine", *words]
    return subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


@contextmanager
def on_a_port(server: OwnEngine) -> Iterator[str]:
    """The server's socket under a port, as a stranger's would be."""
    ready: list[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = []
    begun = threading.Event()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        theirs, ours = await asyncio.open_unix_connection(server.socket)
        await asyncio.gather(pump(reader, ours), pump(theirs, writer), return_exceptions=True)

    async def serve() -> None:
        stop = asyncio.Event()
        listening = await asyncio.start_server(forward, "127.0.0.1", 0, family=socket.AF_INET)
        ready.append((asyncio.get_running_loop(), stop, listening.sockets[0].getsockname()[1]))
        begun.set()
        await stop.wait()
        listening.close()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    begun.wait()
    loop, stop, port = ready[0]
    yield f"http://127.0.0.1:{port}/v1"
    loop.call_soon_threadsafe(stop.set)
    thread.join()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()
