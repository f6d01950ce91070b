"""What every test gets: a fault for whatever it leaves behind, and a real box to talk to."""

import os
import threading

# Before numpy is imported: where the machine is busy, more threads than cores wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest
from blockbuster import blockbuster_ctx
from hypothesis import Phase, settings

from futureself_box.bench.running_box import RunningBox
from futureself_box.store.vault import Vault
from tests.starter import starter_models
from tests.supabase.project import Double, Project, a_double, real_project

# Answers are short and written by one thread, so that a test waits for seconds and not for minutes where
# the machine is busy.
QUICK = {
    "FUTURESELF_INFERENCE_REPLY_TOKENS": "64",
    "FUTURESELF_INFERENCE_REPLY_SENTENCES": "100",
    "FUTURESELF_INFERENCE_THREADS": "1",
}

# For mutants: that a test goes red is enough, the smallest reason is not looked for.
settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.generate])


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="full counts instead of samples")
    parser.addoption("--no-skips", action="store_true", help="a skipped test is a failure")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "soak: has a full count, run by scripts/soak")
    hypothesis.settings.register_profile("patient", deadline=None)
    hypothesis.settings.load_profile("patient")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--soak"):
        for item in items:
            item.add_marker(pytest.mark.timeout(4 * 3600), append=False)
    elif hasattr(config, "workerinput"):
        longest_first(items)


def longest_first(items: list[pytest.Item]) -> None:
    """Sort files by how long their tests may take, so that no process is left alone with a long one."""
    size = Counter(item.path for item in items)
    patience: dict[Path, float] = {}
    for item in items:
        marker = item.get_closest_marker("timeout")
        seconds = float(marker.args[0] if marker else item.config.getini("timeout"))
        patience[item.path] = max(seconds, patience.get(item.path, 0))
    items.sort(key=lambda item: (patience[item.path], size[item.path]), reverse=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and item.config.getoption("--no-skips"):
        report.outcome = "failed"
    return report


def open_files() -> dict[str, str]:
    found: dict[str, str] = {}
    for fd in Path("/proc/self/fd").iterdir():
        if fd.is_symlink():
            found[fd.name] = os.fspath(fd.readlink())
    return found


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    files, threads = open_files(), set(threading.enumerate())
    yield
    assert open_files() == files
    left = set(threading.enumerate()) - threads
    for thread in left:
        # asyncio reaps a child in a thread that may outlive the loop by a moment.
        thread.join(timeout=5 if thread.name.startswith("asyncio-waitpid") else 0)
    assert not {thread for thread in left if thread.is_alive()}


@pytest.fixture(autouse=True)
def no_blocking_calls() -> Iterator[None]:
    # The bench talks to a box from outside; its own loop may wait.
    with blockbuster_ctx("futureself_box", excluded_modules=["futureself_box.bench"]):
        yield


@pytest.fixture(autouse=True)
def no_complaint_of_the_loop(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    said = [r.getMessage() for r in caplog.get_records("call") if r.name == "asyncio"]
    # A test may wait for a box in another process, and its end for threads; what is under test may not.
    # Futures handed from loop to loop run no code but asyncio's: there only the machine can be slow.
    own = ("coro=<test_", "shutdown_default_executor", "_chain_future")
    assert not [message for message in said if not any(name in message for name in own)]


@pytest.fixture(scope="session")
def soak(request: pytest.FixtureRequest) -> bool:
    """Whether the full counts are asked for."""
    return bool(request.config.getoption("--soak"))


@pytest.fixture(scope="session")
def repeats(soak: bool) -> int:
    """How often a test of chance is repeated."""
    return 50 if soak else 2


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """An open vault in an empty folder."""
    opened = Vault(tmp_path / "data", tmp_path / "config")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def models() -> Path:
    """The starter set, pulled once a machine by the product's own code."""
    return starter_models()


@pytest.fixture
def box(tmp_path: Path, models: Path) -> Iterator[RunningBox]:
    """A whole box, real processes and the starter model, ready and waiting for its owner."""
    with RunningBox(tmp_path, models, **QUICK) as running:
        yield running


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[RunningBox]:
    """A whole box as `box`, shared by the tests of one file that leave it whole."""
    with RunningBox(tmp_path_factory.mktemp("home"), models, **QUICK) as running:
        yield running


@pytest.fixture
def silent_box(tmp_path: Path) -> Iterator[RunningBox]:
    """A whole box without a model: it takes everything in and answers nothing."""
    with silent(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def silent_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningBox]:
    """A whole box without a model, shared by the tests of one file that leave it whole."""
    with silent(tmp_path_factory.mktemp("home")) as running:
        yield running


@contextmanager
def silent(folder: Path) -> Iterator[RunningBox]:
    running = RunningBox(folder, None)
    running.start()
    running.wait_until_up()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def double() -> Iterator[Double]:
    """A Supabase project's double, which does what a test says."""
    with a_double() as made:
        yield made


@pytest.fixture
def cloud(request: pytest.FixtureRequest) -> Iterator[Project]:
    """A Supabase project: a real one where the environment names it, else the double, unharmed."""
    found = real_project() or request.getfixturevalue("double")
    yield found
    if isinstance(found, Double):
        found.heal()
