"""The documents say what is so: generated parts are current, commands exist, links lead somewhere."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from futureself_box import cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md")])
# In two pieces, so that this file does not name them.
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "deb." + "debian.org"]
MACHINE_PATHS = [f"/{folder}/" for folder in ("work", "root", "home", "tmp")]


def words(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def commands(document: str) -> list[list[str]]:
    """The commands that a document shows indented."""
    return [
        line.split()
        for line in re.findall(r"^ {4}((?:scripts|futureself-box)\b.*)$", document, re.MULTILINE)
    ]


def anchors(document: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", document, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def links(document: str) -> list[str]:
    found = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", document)
    return [link or source for link, source in found if "://" not in (link or source)]


def project_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix not in {".png", ".ico"}]


@pytest.mark.timeout(60)
def test_the_generated_parts_say_what_the_code_says() -> None:
    documents = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    checked = subprocess.run(
        [sys.executable, "-m", "cogapp", "--check", "-I", "scripts/lib", *documents],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert checked.returncode == 0, f"Run scripts/docs.\n{checked.stdout}{checked.stderr}"


def test_the_readme_opens_with_its_two_commands() -> None:
    shown = commands(words(ROOT / "README.md"))
    assert shown[:2] == [["scripts/run"], ["scripts/test"]]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_shown_exists(document: Path) -> None:
    for program, *arguments in commands(words(document)):
        if program == "futureself-box":
            assert (
                not arguments or arguments[0].startswith("[") or arguments[0] in cli.main.commands
            )
        else:
            assert os.access(ROOT / program, os.X_OK), program


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in links(words(document)):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(words(target)), link


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(path.name[:3]) for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_no_file_names_a_registry_or_a_machine() -> None:
    for path in project_files():
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [host for host in HOSTS if host in text], path
        if path.suffix not in {".lock", ".json"}:
            found = re.findall(rf"(?<![\w.}}*])(?:{'|'.join(MACHINE_PATHS)})\S*", text)
            assert not found, f"{path}: {found}"
