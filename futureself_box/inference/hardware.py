"""What this machine has for a model, and which tier of models fits.

Devices are asked of llama.cpp as it was built here, since a GPU that it can't use is none; what lies in
/proc and /sys says why one is missing. Nothing here needs a driver's library of its own.
"""

import ctypes
import os
import platform
from collections.abc import Sequence
from pathlib import Path

import msgspec
import psutil

from futureself_box.inference import catalogue
from futureself_box.inference.catalogue import Entry

# Features of a processor that decide over the speed of 4-bit weights (ggml-cpu, arch/).
_FEATURES = (
    "avx2",
    "fma",
    "f16c",
    "avx512f",
    "avx512_vnni",
    "avx_vnni",
    "amx_int8",
    "neon",
    "dotprod",
    "i8mm",
    "sve",
)
_ARM_NAMES = {"asimd": "neon", "asimddp": "dotprod"}
_RESERVE_BYTES = 1 << 30  # for the box, its phones and the system
_CELLS_SHARE = 8  # of the memory, for conversations
# The starter model's 98 MB on 2 cores at 124 tokens a second; more than 8 wait for the memory.
_BYTES_PER_CORE_S = 6e9
_MOST_CORES = 8
_COMFORTABLE = 3.0  # tokens a second; about as fast as one reads aloud
_GPU_KINDS = {1: "gpu", 2: "integrated gpu"}  # ggml_backend_dev_type


class Device(msgspec.Struct, frozen=True):
    """A GPU that llama.cpp can use. Memory in bytes."""

    name: str
    kind: str
    memory: int
    free: int


class Hardware(msgspec.Struct, frozen=True):
    """What the machine has. `missing` says of each GPU that can't be used, why."""

    processor: str
    cores: int
    features: tuple[str, ...]
    memory: int
    available: int
    jetson: str
    devices: tuple[Device, ...]
    missing: tuple[str, ...]


class Fit(msgspec.Struct, frozen=True):
    """Whether a model of the catalogue suits the machine, and why. Speed in tokens a second."""

    name: str
    tier: str
    fits: bool
    on_gpu: bool
    speed: float
    reason: str


def look(root: Path = Path("/")) -> Hardware:
    """Look at this machine; `root` is where its /proc, /sys and /usr are."""
    devices = _devices()
    memory = psutil.virtual_memory()
    flags = _flags(root)
    return Hardware(
        processor=_processor(root),
        cores=len(os.sched_getaffinity(0)),
        features=tuple(feature for feature in _FEATURES if feature in flags),
        memory=memory.total,
        available=memory.available,
        jetson=_text(root / "proc/device-tree/model").rstrip("\0") if _is_jetson(root) else "",
        devices=devices,
        missing=tuple(_missing(root, devices)),
    )


def needed_bytes(size_bytes: int) -> int:
    """What weights of that size need beside the rest of the box, with room for conversations."""
    return size_bytes + size_bytes // _CELLS_SHARE + _RESERVE_BYTES


def fits(hardware: Hardware) -> list[Fit]:
    """Every language model of the catalogue, smallest first."""
    entries = [entry for entry in catalogue.entries() if entry.role == "language"]
    return [_fit(entry, hardware) for entry in sorted(entries, key=lambda e: e.size_bytes)]


def best(found: Sequence[Fit]) -> Fit:
    """The largest model that fits and is fast enough; the smallest one where none is."""
    good = [fit for fit in found if fit.fits and fit.speed >= _COMFORTABLE]
    return good[-1] if good else found[0]


def _fit(entry: Entry, hardware: Hardware) -> Fit:
    needed = needed_bytes(entry.size_bytes)
    gpu = next((d for d in hardware.devices if d.memory >= needed), None)
    if gpu is not None:
        reason = f"Its {_gb(needed)} fit into the memory of {gpu.name}."
        return Fit(entry.name, entry.tier, True, True, 30.0, reason)
    speed = _BYTES_PER_CORE_S * min(hardware.cores, _MOST_CORES) / entry.size_bytes
    if needed > hardware.memory:
        reason = f"It needs {_gb(needed)}, and the machine has {_gb(hardware.memory)}."
        return Fit(entry.name, entry.tier, False, False, 0.0, reason)
    pace = "comfortable" if speed >= _COMFORTABLE else "slower than reading aloud"
    reason = f"It needs {_gb(needed)} of memory; about {speed:.1f} tokens a second, {pace}."
    return Fit(entry.name, entry.tier, True, False, round(speed, 1), reason)


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"


def _devices() -> tuple[Device, ...]:
    """The GPUs among llama.cpp's backends."""
    from llama_cpp import llama_cpp as api  # noqa: PLC0415 - loads the native library

    api.llama_backend_init()
    library = ctypes.CDLL(str(Path(api.__file__).with_name("lib") / "libggml.so"))
    base = ctypes.CDLL(str(Path(api.__file__).with_name("lib") / "libggml-base.so"))
    library.ggml_backend_dev_count.restype = ctypes.c_size_t
    library.ggml_backend_dev_get.restype = ctypes.c_void_p
    base.ggml_backend_dev_description.restype = ctypes.c_char_p
    found = []
    for number in range(library.ggml_backend_dev_count()):
        device = ctypes.c_void_p(library.ggml_backend_dev_get(ctypes.c_size_t(number)))
        kind = _GPU_KINDS.get(base.ggml_backend_dev_type(device))
        if kind:
            free, total = ctypes.c_size_t(), ctypes.c_size_t()
            base.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
            name = base.ggml_backend_dev_description(device).decode(errors="replace")
            found.append(Device(name, kind, total.value, free.value))
    return tuple(found)


def has_cuda_card(root: Path = Path("/")) -> bool:
    """Whether there is a GPU that CUDA would use, with or without a driver."""
    return _has_nvidia_card(root) or _is_jetson(root)


def _missing(root: Path, devices: tuple[Device, ...]) -> list[str]:
    """Why a GPU that is built in isn't used."""
    if devices:
        return []
    said = []
    if _has_nvidia_card(root):
        if not (root / "proc/driver/nvidia/version").exists():
            said.append(
                "There is an NVIDIA card, but its driver is not loaded. Install the driver."
            )
        else:
            said.append(
                "There is an NVIDIA card with its driver, but llama.cpp was built without CUDA. "
                "Install the CUDA compiler (nvcc) and run scripts/run again."
            )
    elif _is_jetson(root):
        said.append(
            "This is a Jetson, but llama.cpp was built without CUDA. Install JetPack's nvcc."
        )
    if any((root / "dev/dri").glob("renderD*")) and not said:
        said.append("There is a GPU for graphics; the box's llama.cpp is built without Vulkan.")
    return said


def _has_nvidia_card(root: Path) -> bool:
    vendors = (root / "sys/bus/pci/devices").glob("*/vendor")
    return (root / "proc/driver/nvidia").exists() or any(
        _text(v).strip() == "0x10de" for v in vendors
    )


def _is_jetson(root: Path) -> bool:
    return (root / "etc/nv_tegra_release").exists() or "Jetson" in _text(
        root / "proc/device-tree/model"
    )


def _processor(root: Path) -> str:
    for line in _text(root / "proc/cpuinfo").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"model name", "Model"}:
            return value.strip()
    return platform.machine()


def _flags(root: Path) -> set[str]:
    for line in _text(root / "proc/cpuinfo").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"flags", "Features"}:
            return {_ARM_NAMES.get(flag, flag) for flag in value.split()}
    return set()


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
