"""The command line itself is light: each process of the box begins with it, and most of them go on alone."""

import subprocess
import sys

HEAVY = {"litestar", "llama_cpp", "numpy", "onnxruntime", "psycopg", "sqlcipher3", "supabase"}


def test_the_command_line_loads_nothing_that_only_one_command_needs() -> None:
    said = "import sys, futureself_box.cli; print(*sys.modules, sep='\\n')"
    ran = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert not HEAVY & set(ran.stdout.split())
