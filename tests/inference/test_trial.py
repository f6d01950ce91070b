"""Another model is tried before it is taken, and the old one stays until a yes."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import llama_cpp  # noqa: F401 - opens /dev/null for good, which no test may do
import pytest

from futureself_box.bench.running_box import RunningBox
from futureself_box.errors import ModelBroken, ModelTooLarge
from futureself_box.inference import catalogue, trial, weights
from futureself_box.inference.hardware import Hardware
from futureself_box.settings import Inference, Settings

STARTER = catalogue.find("smollm2-135m-instruct")[0]
COMMAND = [sys.executable, "-m", "futureself_box.cli"]
pytestmark = pytest.mark.timeout(90)


@pytest.fixture
def settings(tmp_path: Path, models: Path) -> Settings:
    """A box with the starter model in use, and the same weights under another name."""
    folder = tmp_path / "models"
    folder.mkdir()
    os.link(models / STARTER.file, folder / STARTER.file)
    os.link(models / STARTER.file, folder / "other.gguf")
    made = Settings(data_folder=str(tmp_path), inference=Inference(threads=1, reply_tokens=16))
    weights.use(made, STARTER.name)
    return made


def use(settings: Settings, *words: str, says: str = "") -> subprocess.CompletedProcess[str]:
    """`futureself-box models use ...`"""
    environment = {
        **os.environ,
        "FUTURESELF_DATA_FOLDER": settings.data_folder,
        "FUTURESELF_CONFIG_FOLDER": f"{settings.data_folder}/config",
        "FUTURESELF_INFERENCE_REPLY_TOKENS": "16",
        "FUTURESELF_INFERENCE_THREADS": "1",
    }
    return subprocess.run(
        [*COMMAND, "models", "use", *words],
        env=environment,
        input=says,
        capture_output=True,
        text=True,
        check=False,
    )


def test_both_answer_the_same_question_and_the_old_one_stays_until_yes(settings: Settings) -> None:
    question = ("--ask", "What did I worry about?")
    ran = use(settings, "other", *question, says="n\n")
    assert ran.returncode == 1, ran.stderr
    said = ran.stdout
    assert said.index(f"{STARTER.name} answers:") < said.index("other answers:")
    assert said.count("What did I worry about?") == 2
    assert said.endswith("Nothing was changed.\n")
    assert weights.in_use(settings, "language").name == STARTER.name
    assert use(settings, "other", *question, says="y\n").returncode == 0
    assert weights.in_use(settings, "language").name == "other"


def test_without_a_question_nothing_changes(settings: Settings) -> None:
    ran = use(settings, "other")
    assert ran.returncode != 0
    assert "needs your yes" in ran.stderr
    assert weights.in_use(settings, "language").name == STARTER.name


def test_an_unknown_architecture_is_named_and_the_old_model_stays(settings: Settings) -> None:
    strange = settings.models_path / "strange.gguf"
    content = (settings.models_path / STARTER.file).read_bytes()
    strange.write_bytes(content.replace(b"llama", b"mimas", 1))
    ran = use(settings, "strange", "--yes")
    assert ran.returncode != 0
    assert "unknown model architecture: 'mimas'" in ran.stderr
    assert weights.in_use(settings, "language").name == STARTER.name


def test_a_truncated_file_is_told_in_a_sentence(settings: Settings) -> None:
    torn = settings.models_path / "torn.gguf"
    torn.write_bytes((settings.models_path / STARTER.file).read_bytes()[:-4096])
    with pytest.raises(ModelBroken, match="4096 bytes are missing at its end"):
        weights.find(settings, "torn")


def test_weights_larger_than_the_memory_are_refused(settings: Settings) -> None:
    small = Hardware("any", 2, (), 1_000_000_000, 1, "", (), ())
    with pytest.raises(ModelTooLarge, match=r"needs 1\.2 GB, and this machine has 1\.0 GB"):
        trial.check_memory(settings.models_path / "other.gguf", small)
    trial.check_memory(settings.models_path / "other.gguf")


def test_both_are_asked_what_the_member_asked_last(settings: Settings, tmp_path: Path) -> None:
    quick = {"FUTURESELF_INFERENCE_REPLY_TOKENS": "16", "FUTURESELF_INFERENCE_THREADS": "1"}
    asked = "Should I write that letter?"
    with RunningBox(tmp_path / "home", settings.models_path, **quick) as box:
        chat = ["chat", "--code", box.setup_code, "--name", "Ada", "--once", asked]
        subprocess.run([*COMMAND, *chat], env=box.environment, check=True, capture_output=True)
        terminal, keyboard = pty.openpty()
        try:
            os.write(terminal, b"n\n")
            ran = subprocess.run(
                [*COMMAND, "models", "use", "other"],
                env=box.environment,
                stdin=keyboard,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            os.close(terminal)
            os.close(keyboard)
    assert ran.stdout.count(asked) == 2, ran.stderr
    assert ran.stdout.endswith("Nothing was changed.\n")
