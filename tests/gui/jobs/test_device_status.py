"""The status line names the device before anything is staged, and torch is not imported for it."""

import subprocess
import sys

import pytest

from sleepscorer.gui.frame.status_line import StatusLine
from sleepscorer.gui.jobs import device as device_status
from sleepscorer.gui.jobs.device import DeviceLookup
from sleepscorer.gui.process.tasks import TaskRunner
from sleepscorer.gui.settings import SettingsFile
from sleepscorer.session_documents import expected_device, hardware


def test_the_device_is_named_and_follows_the_setting(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(device_status, "_LOOK_AFTER_MS", 1)
    monkeypatch.setattr(device_status, "expected_device", lambda wanted: f"for {wanted}")
    tasks, settings = TaskRunner(), SettingsFile(tmp_path / "settings.json")
    status = StatusLine(tasks)
    qtbot.addWidget(status)
    device = DeviceLookup(tasks, settings, status)
    device.found.connect(status.show_device)
    qtbot.waitUntil(lambda: status.text_of("device") == "Auto-scorer: for auto")
    settings.set(device="cpu")
    qtbot.waitUntil(lambda: status.text_of("device") == "Auto-scorer: for cpu")
    qtbot.waitUntil(lambda: not tasks.running)
    assert device.parent() is status


def test_torch_is_not_imported():
    script = (
        "import sys; from sleepscorer.session_documents import expected_device;"
        "print(expected_device('cpu'), bool(expected_device('auto')), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("CPU True False\n", "")


@pytest.fixture
def nvidia(tmp_path, monkeypatch):
    """A driver that answers, and a torch that can use it."""
    asking = tmp_path / "nvidia-smi"
    asking.write_text("#!/bin/sh\necho 'NVIDIA H100'\necho 'NVIDIA T4'\n")
    asking.chmod(0o755)
    monkeypatch.setattr(hardware.shutil, "which", lambda _name: str(asking))
    monkeypatch.setattr(hardware, "_torch_knows_cuda", lambda: True)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return asking


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for the driver")
def test_a_gpu_is_named_where_torch_can_use_it(nvidia, monkeypatch):
    assert expected_device("auto") == expected_device("cuda") == "GPU: NVIDIA H100"
    assert expected_device("cpu") == "CPU"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert (expected_device("auto"), expected_device("cuda")) == ("CPU", "no GPU found")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    nvidia.write_text("#!/bin/sh\nexit 9\n")
    assert expected_device("auto") == "CPU"
    monkeypatch.setattr(hardware, "_torch_knows_cuda", lambda: False)
    assert expected_device("auto") == "CPU"
