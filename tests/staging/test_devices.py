"""Which device is chosen where there are several."""

import pytest
import torch

from sleepscorer.core.errors import UsageError
from sleepscorer.staging.devices import choose_device


@pytest.fixture
def machine_with(monkeypatch):
    def have(*names):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in names)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in names)

    return have


@pytest.mark.parametrize(
    ("there", "chosen"),
    [((), "cpu"), (("cuda",), "cuda"), (("mps",), "mps"), (("cuda", "mps"), "cuda")],
)
def test_auto_takes_a_gpu_where_there_is_one(machine_with, there, chosen):
    machine_with(*there)
    assert choose_device("auto").type == chosen
    assert choose_device("cpu").type == "cpu"
    for name in ("cuda", "mps"):
        if name in there:
            assert choose_device(name).type == name
        else:
            with pytest.raises(UsageError, match=f"no device '{name}'"):
                choose_device(name)


def test_a_device_that_nobody_knows_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match=r"no device 'tpu' \(use auto, cpu, cuda, mps\)"):
        choose_device("tpu")
