"""What a machine has, and which models fit it."""

from pathlib import Path

import llama_cpp  # noqa: F401 - opens /dev/null for good, which no test may do
import msgspec
import pytest

from futureself_box.inference import hardware
from futureself_box.inference.hardware import Device, Hardware
from futureself_box.inference.loading import Loading

GB = 1_000_000_000
SMALL = Hardware("any", 2, ("avx2",), 4 * GB, 3 * GB, "", (), ())


def machine(root: Path, files: dict[str, str]) -> Path:
    """A machine's /proc, /sys and /etc."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def test_this_machine_is_seen() -> None:
    seen = hardware.look()
    assert seen.cores >= 1
    assert seen.memory > seen.available > 0
    assert seen.features
    assert seen.processor


ORIN = {
    "proc/device-tree/model": "NVIDIA Jetson AGX Orin\0",
    "proc/cpuinfo": "processor: 0\nFeatures: fp asimd asimddp i8mm\n",
}
CARD = {"sys/bus/pci/devices/0000:01/vendor": "0x10de\n"}
DRIVEN = CARD | {"proc/driver/nvidia/version": "NVRM version"}
GRAPHICS = {"dev/dri/renderD128": ""}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (ORIN, "This is a Jetson, but llama.cpp was built without CUDA"),
        (CARD, "its driver is not loaded"),
        (DRIVEN, "llama.cpp was built without CUDA"),
        (GRAPHICS, "built without Vulkan"),
    ],
)
def test_why_a_gpu_is_not_used_is_said(
    tmp_path: Path, files: dict[str, str], sentence: str
) -> None:
    (said,) = hardware.look(machine(tmp_path, files)).missing
    assert sentence in said


def test_an_orin_is_named_with_what_its_cores_can(tmp_path: Path) -> None:
    seen = hardware.look(machine(tmp_path, ORIN))
    assert seen.jetson == "NVIDIA Jetson AGX Orin"
    assert seen.features == ("neon", "dotprod", "i8mm")


def test_the_largest_that_fits_and_is_fast_enough_is_best() -> None:
    fits = hardware.fits(SMALL)
    assert [fit.name for fit in fits if fit.fits] == [
        "smollm2-135m-instruct",
        "ministral-3b-instruct",
    ]
    assert hardware.best(fits).name == "ministral-3b-instruct"
    assert "needs 6.0 GB, and the machine has 4.0 GB" in fits[2].reason

    many = msgspec.structs.replace(SMALL, cores=8, memory=64 * GB)
    assert hardware.best(hardware.fits(many)).tier == "large"
    gpu = Device("A card", "gpu", 8 * GB, 8 * GB)
    with_gpu = hardware.best(hardware.fits(msgspec.structs.replace(SMALL, devices=(gpu,))))
    assert (with_gpu.name, with_gpu.on_gpu) == ("ministral-8b-instruct", True)


def test_layers_on_the_gpu_are_read_where_llama_cpp_counts_them() -> None:
    loading = Loading()
    loading.hear("load_tensors: offloading 20 repeating layers to GPU")
    loading.hear("load_tensors: offloaded 20/33 layers to GPU")
    loading.hear("llama_model_load: error loading model: unknown model architecture: 'x'")
    assert loading.gpu_layers == 20
    assert loading.reason == "unknown model architecture: 'x'"
