"""scripts/run says in a sentence what it lacks, before it has changed anything."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from futureself_box.bench.running_box import eventually

ROOT = Path(__file__).parents[2]
TOOLS = [
    *("awk", "basename", "bash", "cat", "cc", "c++", "cut", "date", "df", "dirname", "env", "grep"),
    *(
        "head",
        "id",
        "ln",
        "ls",
        "mkdir",
        "mktemp",
        "nproc",
        "rm",
        "rmdir",
        "sed",
        "sha256sum",
        "sleep",
    ),
    *("tail", "tee", "touch", "tr", "uname"),
]


class Clone:
    """The scripts and lock files in an empty folder, with a path that holds only what is put there."""

    def __init__(self, folder: Path) -> None:
        self.root, self.programs = folder / "clone", folder / "programs"
        self.cache = folder / "cache"
        shutil.copytree(ROOT / "scripts", self.root / "scripts")
        for name in ("pyproject.toml", *(path.name for path in ROOT.glob("requirements*.lock"))):
            shutil.copy(ROOT / name, self.root)
        self.programs.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            if found:
                (self.programs / tool).symlink_to(found)

    def has(self, name: str, script: str) -> None:
        """Put a program on the path."""
        program = self.programs / name
        program.unlink(missing_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)

    def has_python(self) -> None:
        """Put this Python on the path."""
        self.has("python3", f'exec "{sys.executable}" "$@"')

    def lacks(self, name: str) -> None:
        (self.programs / name).unlink()

    def bash(self, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            # A runner in the background ignores SIGINT, and bash can't take that back by itself.
            ["env", "--default-signal=INT", "bash", "-c", command],
            cwd=self.root,
            env={
                "PATH": str(self.programs),
                "HOME": str(self.cache),
                "XDG_CACHE_HOME": str(self.cache),
                **variables,
            },
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )

    def run(self, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.bash("scripts/run", **variables)

    def part(self, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """One function of scripts/lib."""
        return self.bash(f"source scripts/lib/load.sh; {command}", **variables)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_without_python_it_says_which_one_to_install(clone: Clone) -> None:
    ended = clone.run()
    assert ended.returncode == 1
    assert "needs Python 3.11, 3.12 or 3.13" in ended.stderr
    assert "apt install python3" in ended.stderr


def test_a_python_that_is_too_old_or_a_shim_without_one_is_passed_over(clone: Clone) -> None:
    clone.has("python3.13", "echo 'pyenv: python3.13: command not found' >&2; exit 127")
    clone.has("python3.12", "exit 1")
    clone.has_python()
    assert clone.part("find_python").stdout == "python3\n"


def test_a_wrong_choice_of_python_is_named(clone: Clone) -> None:
    clone.has_python()
    clone.has("python3.9", "exit 1")
    ended = clone.run(PYTHON="python3.9")
    assert ended.returncode == 1
    assert "PYTHON is python3.9" in ended.stderr


def test_a_full_disk_is_a_sentence(clone: Clone) -> None:
    clone.has_python()
    clone.has("df", "echo 'File 1M Used Free'; echo 'disk 100 88 12 88% /'")
    ended = clone.run()
    assert ended.returncode == 1
    assert "There are 12 MB left" in ended.stderr
    assert not (clone.root / ".venv").exists()


@pytest.mark.timeout(60)
def test_without_a_network_it_says_so_and_goes_on_the_next_time(clone: Clone) -> None:
    clone.has_python()
    ended = clone.run(
        PIP_INDEX_URL="http://127.0.0.1:9/",
        PIP_CONFIG_FILE=os.devnull,
        PIP_NO_CACHE_DIR="1",
        PIP_RETRIES="1",
    )
    assert ended.returncode == 1
    assert "registry can't be reached" in ended.stderr
    assert "Connect this machine to the internet" in ended.stderr
    assert "Making the environment" in clone.part("make_venv").stdout


@pytest.mark.timeout(60)
def test_an_install_that_was_cut_short_starts_over(clone: Clone) -> None:
    clone.has_python()
    assert clone.part("make_venv").returncode == 0
    (clone.root / ".venv" / "left over").touch()
    assert "Making" not in clone.part("make_venv").stdout
    (clone.root / ".venv" / "installing").touch()
    assert "Making" in clone.part("make_venv").stdout
    assert not (clone.root / ".venv" / "left over").exists()


def test_without_a_compiler_it_names_the_package(clone: Clone) -> None:
    clone.lacks("c++")
    ended = clone.part("start_llama")
    assert ended.returncode == 1
    assert "apt install build-essential" in ended.stderr


def test_a_build_that_crashed_is_not_tried_again(clone: Clone) -> None:
    made = clone.part(
        'mkdir -p "$(llama_folder native)" "$(llama_folder plain)"\n'
        'touch "$(llama_folder native)/crashed" "$(llama_folder plain)/llama.whl"\n'
        "start_llama\n"
        'echo "$building_kind"'
    )
    assert made.stdout == "plain\n"


def test_ctrl_c_ends_the_build_too_and_leaves_nothing_half_made(clone: Clone) -> None:
    stopped = clone.part(
        "build_wheel() { sleep 600; }\n"
        "start_llama\n"
        'echo "$building_pid"\n'
        "kill -INT $$\n"
        "echo 'goes on'"
    )
    assert stopped.returncode == 130
    building = stopped.stdout.splitlines()[-1]
    eventually(lambda: clone.bash(f"kill -0 -- -{building}").returncode == 1)
    assert not list(clone.cache.glob("**/making.*"))


def test_a_build_that_crashes_in_its_proof_gives_way_to_the_next(clone: Clone) -> None:
    made = clone.part(
        'for kind in native plain; do mkdir -p "$(llama_folder $kind)"\n'
        'touch "$(llama_folder $kind)/llama.whl"; done\n'
        "install_wheel() { installed=$1; }\n"
        "run_proof() { [[ $installed == */plain-* ]] || return 132; }\n"
        "finish_llama model\n"
        'ls "$(llama_folder native)" "$(llama_folder plain)"'
    )
    assert made.returncode == 0
    assert "The native build does not work on this machine." in made.stdout
    assert made.stdout.count("crashed") == made.stdout.count("proven") == 1


def test_a_proof_that_fails_without_a_crash_is_not_held_against_the_build(clone: Clone) -> None:
    made = clone.part("run_proof() { return 1; }; prove model . || ls")
    assert "crashed" not in made.stdout
    assert "proven" not in made.stdout


def test_a_machine_where_every_build_crashes_is_told_so(clone: Clone) -> None:
    ended = clone.part(
        'for kind in native plain; do mkdir -p "$(llama_folder $kind)"\n'
        'touch "$(llama_folder $kind)/crashed"; done\n'
        "finish_llama model"
    )
    assert ended.returncode == 1
    assert "could not be built so that it runs" in ended.stderr


def test_another_processor_or_compiler_is_another_build(clone: Clone) -> None:
    here = clone.part("llama_folder native").stdout
    clone.has("c++", "echo another compiler")
    compiler = clone.part("llama_folder native").stdout
    clone.has("uname", "echo aarch64")
    processor = clone.part("llama_folder native").stdout
    assert len({here, compiler, processor}) == 3


def test_amx_is_left_out_on_x86_only(clone: Clone) -> None:
    clone.has("uname", "echo x86_64")
    assert "-mno-amx-tile" in clone.part("cmake_args native").stdout
    clone.has("uname", "echo aarch64")
    assert "amx" not in clone.part("cmake_args native; cmake_args plain").stdout
