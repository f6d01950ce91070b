"""Memory that a process has used goes back to the system."""

import subprocess
import sys

# Large blocks with small ones between them that stay, as photos and connections come and go.
USE_AND_FREE = """
import threading
import psutil
from futureself_box.ops import memory

{begin}

def work():
    first = bytearray(1 << 20)
    del first
    large, small = [], []
    for _ in range(40):
        large.append(bytearray(900_000))
        small.append(bytes(2000))
    large.clear()
    kept.append(small)

kept = []
before = psutil.Process().memory_info().rss
thread = threading.Thread(target=work)
thread.start()
thread.join()
print(psutil.Process().memory_info().rss - before)
"""


def grown_bytes(begin: str) -> int:
    ran = subprocess.run(
        [sys.executable, "-c", USE_AND_FREE.format(begin=begin)],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(ran.stdout)


def test_large_blocks_that_are_free_go_back_though_small_ones_between_them_stay() -> None:
    assert grown_bytes("") > 20_000_000
    assert grown_bytes("memory.give_back_large_blocks()") < 5_000_000
