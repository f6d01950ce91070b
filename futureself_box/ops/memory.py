"""What a process that runs for months does with memory that it has used."""

import ctypes

_M_MMAP_THRESHOLD = -3  # malloc.h of glibc
_LARGE_BYTES = 64 * 1024


def give_back_large_blocks() -> None:
    """Have large blocks returned to the system as soon as they are free, where the C library can.

    glibc raises what it calls large with every such block it frees, up to 32 MiB, and from then on
    keeps them in an arena for each thread (mallopt(3)). With photos coming in the box took 225 MB so,
    and takes 130 MB with a fixed bound; acknowledged pushes a second stayed the same.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
