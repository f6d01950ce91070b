"""A child whose native code dies while it loads; run by test_engine.py."""

import os
import signal

os.kill(os.getpid(), signal.SIGSEGV)
