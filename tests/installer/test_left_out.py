"""What stays out of the frozen program, and what must not."""

import sys

import pytest
from left_out import (
    is_left_out,
    is_of_system,
    is_source_needed,
    needed_by,
    needed_libraries,
)


@pytest.mark.parametrize(
    "place",
    [
        "torch/include/ATen/ATen.h",
        "torch/test/test_nn.py",
        "torch/bin/protoc",
        "torch\\bin\\protoc.exe",
        "torch/lib/libtorchbind_test.so",
        "torch/testing/_internal/common_utils.pyc",
        "libcups.so.2",
        "torch/lib/torch_cpu.lib",
        "PySide6/Qt/plugins/platformthemes/libqgtk3.so",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/lib/libQt6Quick.so.6",
        "PySide6/Qt6Network.dll",
        "PySide6/QtNetwork.abi3.so",
        "pandas/tests/test_frame.py",
        "pillow.libs/libavif-c6062d5f.so.16.4.2",
        "yasa/classifiers/clf_eeg+eog+demo_lgb_0.5.0.joblib",
    ],
)
def test_it_does_without(place):
    assert is_left_out(place)


@pytest.mark.parametrize(
    "place",
    [
        "torch/bin/torch_shm_manager",
        "torch/lib/libtorch_cpu.so",
        "torch/testing/_internal/distributed/fake_pg.pyc",
        "torch/testing/_internal/__init__.pyc",
        "torch/distributed/tests/x.py",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/qwindows.dll",
        "PySide6/QtSvg.abi3.so",
        "PySide6/QtPrintSupport.abi3.so",
        "PySide6/Qt/lib/libQt6Gui.so.6",
        "PySide6/Qt/lib/libQt6PrintSupport.so.6",
        "mne/__init__.pyi",
        "yasa/classifiers/clf_eeg+eog+emg_lgb_0.5.0.joblib",
        "models/sleepedf-ensemble-2/config.json",
    ],
)
def test_it_needs(place):
    assert not is_left_out(place)


def test_torchs_sources_stay_where_torch_reads_them(tmp_path):
    read, unread = tmp_path / "read.py", tmp_path / "unread.py"
    read.write_text("@torch.jit.script\ndef f(x):\n    return x\n")
    unread.write_text("x = 1\n")
    assert is_source_needed("torch/nn/read.py", read)
    assert not is_source_needed("torch/nn/unread.py", unread)
    assert is_source_needed("torch/_dynamo/config.py", unread)
    assert is_source_needed("torch/nn/unread.pyc", unread)
    assert is_source_needed("numpy/unread.py", unread)


def test_libraries_of_the_system_are_those_beside_the_program():
    assert is_of_system("libgtk-3.so.0")
    assert not is_of_system("libpython3.11.so.1.0")
    assert not is_of_system("PySide6/Qt/lib/libQt6Gui.so.6")


@pytest.fixture
def asked(monkeypatch):
    """What each file asks for, in place of ELF's headers."""
    wants = {"/q/libqxcb.so": ["libxcb.so", "libc.so.6"], "/s/libxcb.so": ["libXau.so"]}
    monkeypatch.setattr("left_out.needed_by", lambda path: wants.get(path.as_posix(), []))


@pytest.mark.usefixtures("asked")
def test_what_only_a_left_out_plugin_needs_is_not_needed():
    binaries = [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "/q/libqxcb.so"),
        ("libxcb.so", "/s/libxcb.so"),
        ("libXau.so", "/s/libXau.so"),
        ("libgtk-3.so.0", "/s/libgtk-3.so.0"),
    ]
    assert needed_libraries(binaries) == {"libxcb.so", "libXau.so", "libc.so.6"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="ELF is Linux's")
def test_a_file_that_is_no_program_needs_nothing(tmp_path):
    (tmp_path / "x.txt").write_text("no ELF")
    assert needed_by(tmp_path / "x.txt") == []
