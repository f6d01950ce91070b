"""How many threads decode while other programs want the processor."""

import time
from pathlib import Path

from futureself_box.inference.cores import Cores
from futureself_box.inference.llama import Llama


class Machine:
    """A clock and the processor time of everybody and of the engine, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.all_s = 0.0
        self.own_s = 0.0

    def pass_time(self, seconds: float, *, own: float, others: float) -> None:
        self.now += seconds
        self.all_s += (own + others) * seconds
        self.own_s += own * seconds

    def cores(self, count: int, most: int) -> Cores:
        return Cores(
            most, cores=count, used_s=lambda: (self.all_s, self.own_s), clock=lambda: self.now
        )


def test_a_busy_program_gets_a_core_and_gives_it_back_within_half_a_second() -> None:
    machine = Machine()
    cores = machine.cores(2, most=2)
    machine.pass_time(0.25, own=1.3, others=0.7)
    assert cores.look()
    assert cores.threads == 1
    machine.pass_time(0.25, own=1.0, others=0.1)
    assert cores.look()
    assert cores.threads == 2


def test_what_the_box_itself_needs_changes_nothing() -> None:
    machine = Machine()
    cores = machine.cores(2, most=2)
    for others in (0.3, 0.5, 0.45, 0.55):
        machine.pass_time(0.25, own=1.5, others=others)
        assert not cores.look()
    assert cores.threads == 2


def test_one_thread_stays_however_busy_the_machine_is() -> None:
    machine = Machine()
    cores = machine.cores(4, most=3)
    machine.pass_time(0.25, own=0.5, others=4.0)
    cores.look()
    assert cores.threads == 1


def test_cores_that_are_not_used_anyway_are_given_first() -> None:
    machine = Machine()
    cores = machine.cores(8, most=4)
    machine.pass_time(0.25, own=4.0, others=4.0)
    assert not cores.look()
    assert cores.threads == 4


def test_a_long_pause_says_nothing() -> None:
    machine = Machine()
    cores = machine.cores(2, most=2)
    machine.pass_time(3600, own=0.0, others=2.0)
    assert not cores.look()


def test_the_real_machine_is_measured() -> None:
    now = [0.0]
    cores = Cores(2, clock=lambda: now[0])
    now[0] = 0.5
    cores.look()
    assert cores.threads in {1, 2}


def test_a_thread_that_is_not_needed_sleeps(models: Path) -> None:
    strangers = threads()
    model = Llama(models / "language", context_tokens=128, threads=2, gpu_layers=0, batch_tokens=8)
    model.step([(1, 0, 0)])
    model.use_threads(1)
    model.step([(1, 1, 0)])
    helpers = threads() - strangers
    assert helpers
    before, begun = sum(map(used_s, helpers)), time.thread_time()
    for position in range(2, 32):
        model.step([(1, position, 0)])
    assert sum(map(used_s, helpers)) - before < (time.thread_time() - begun) / 10
    model.use_threads(2)
    model.step([(1, 32, 0)])
    assert model.is_finite()


def threads() -> set[Path]:
    return set(Path("/proc/self/task").iterdir())


def used_s(thread: Path) -> float:
    """proc(5): the first number is the time on a processor, in nanoseconds."""
    return int((thread / "schedstat").read_text().split()[0]) / 1e9
