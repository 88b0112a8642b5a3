"""What the frozen program does without: told by where it would lie in the folder.

Each line is a part that the smoke test runs without; a part that is wrongly left out fails it.
"""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

EXCLUDED_MODULES = [
    # Other toolkits and notebooks that libraries look for and don't need.
    *("tkinter", "PyQt5", "PyQt6", "PySide2", "IPython", "ipywidgets", "notebook"),
    *("jupyter_client", "pytest", "_pytest", "hypothesis", "sphinx", "setuptools", "pip", "wheel"),
    # Tests and examples of libraries.
    *("numpy.tests", "scipy.tests", "pandas.tests", "matplotlib.tests", "mne.tests"),
    *("sklearn.tests", "pyqtgraph.examples", "pyqtgraph.opengl", "sympy.testing"),
    # What torch offers beside networks that run here.
    *("torch.utils.tensorboard", "tensorboard", "torchvision", "torchaudio", "triton"),
    # What draws and asks in mne.
    *("mne.viz._brain", "pyvista", "vtk", "nibabel"),
    # See plain_numba.py.
    *("numba", "llvmlite"),
]
_FOLDERS = (
    "torch/include",
    "torch/share",
    "torch/test",
    # What compiles networks, and what tests and measures torch.
    "torch/_inductor/autoheuristic",
    "torch/_inductor/codegen",
    "torch/_inductor/fx_passes",
    "torch/_inductor/kernel",
    "torch/_inductor/template_heuristics",
    "torch/_vendor/quack",
    "torch/ao/ns",
    "torch/utils/benchmark",
    "torch/utils/hipify",
    "PySide6/Qt/translations",
    "PySide6/Qt/qml",
    "PySide6/Qt/plugins/platformthemes",
    "PySide6/Qt/plugins/platforminputcontexts",
    "PySide6/Qt/plugins/networkinformation",
    "PySide6/Qt/plugins/tls",
    "PySide6/Qt/plugins/egldeviceintegrations",
    "PySide6/Qt/plugins/sqldrivers",
    "PySide6/Qt/plugins/qmltooling",
    "PySide6/Qt/plugins/wayland-decoration-client",
    "PySide6/Qt/plugins/generic",
    "matplotlib/mpl-data/fonts/afm",
    "matplotlib/mpl-data/fonts/pdfcorefonts",
    "matplotlib/mpl-data/sample_data",
    "matplotlib/tests",
    "mne/commands",
    "mne/data",
    "mne/datasets",
    "mne/gui",
    "mne/report",
    "mne/viz/_brain",
    "sklearn/datasets/data",
    "sklearn/datasets/images",
    "sklearn/datasets/descr",
    "pandas/tests",
    "numpy/tests",
    "scipy/tests",
)
_SUFFIXES = (".a", ".lib", ".h", ".hpp", ".cuh", ".cmake", ".pdb")
# Programs of torch's own compilers; torch starts torch_shm_manager itself.
_TORCH_PROGRAMS = "torch/bin"
_NEEDED_PROGRAM = "torch_shm_manager"
# An optimizer's first step imports these of torch's tests.
_TORCH_TESTS_FOLDER = "torch/testing/_internal"
_NEEDED_TESTS = ("__init__", "common_dtype", "fake_pg", "logging_tensor")
# Torch reads the source of what it compiles or overloads when it is imported.
_READS_SOURCE = re.compile(
    r"jit\.|_overload|_jit_internal|boolean_dispatch|install_config_module|getsource|get_source"
    r"|custom_op|register_fake|triton_op|@torch\.library"
)
# Libraries that test torch and that no other needs.
_TORCH_TESTS = ("jitbackend_test", "torchbind_test", "backend_with_compiler", "aoti_custom_ops")
_QT_MODULES = (
    *("Qml", "Quick", "VirtualKeyboard", "Pdf", "Network", "OpenGLWidgets", "Designer"),
    *("EglFS", "EglFs", "Test"),
)
# Of Python's side of Qt, what the program and pyqtgraph don't import.
_QT_BINDINGS = (
    "QtNetwork",
    "QtTest",
    "QtOpenGLWidgets",
    "QtDBus",
    "QtConcurrent",
    "QtSql",
    "QtXml",
)
# Plugins for screens without a desktop, and for pictures of a library that Qt 6.10 asks for in a
# version that current systems don't have.
_QT_PLUGINS = ("eglfs", "linuxfb", "minimalegl", "vkkhrdisplay", "vnc", "tiff")
# Printing asks the system's own, where it has one; it would bring a third of a desktop along.
_OF_SYSTEM_ALONE = ("libcups.so",)
# Pictures in a format that no logo comes in.
_PILLOW = ("_avif", "libavif")


def is_left_out(place: str) -> bool:
    """Tell whether the program does without a file that would lie at this place of the folder."""
    path = PurePosixPath(place.replace("\\", "/"))
    text, name = str(path), path.name
    stem = name.split(".")[0]
    if any(text == folder or text.startswith(f"{folder}/") for folder in _FOLDERS):
        return True
    if text.startswith(f"{_TORCH_PROGRAMS}/"):
        return path.stem != _NEEDED_PROGRAM
    if text.startswith(f"{_TORCH_TESTS_FOLDER}/"):
        return stem not in _NEEDED_TESTS
    # They stand in THIRD_PARTY_LICENCES.txt.
    if ".dist-info/licenses/" in text:
        return True
    if "/tests/" in f"/{text}" and not text.startswith("torch/"):
        return True
    if text.startswith("torch/lib/") and stem.removeprefix("lib") in _TORCH_TESTS:
        return True
    if name.startswith(("libQt6", "Qt6")):
        return any(name.removeprefix("lib")[3:].startswith(module) for module in _QT_MODULES)
    return (
        path.suffix in _SUFFIXES
        or name.startswith(_OF_SYSTEM_ALONE)
        or (path.parts[0] == "PySide6" and stem in _QT_BINDINGS)
        or ("Qt/plugins/" in text and stem.removeprefix("lib").removeprefix("q") in _QT_PLUGINS)
        or (path.parts[0] in ("PIL", "pillow.libs") and name.startswith(_PILLOW))
        # YASA's classifiers for people whose age and sex are known, which nobody asks for here.
        or ("yasa/classifiers/" in text and "+demo_" in name)
    )


def is_source_needed(place: str, source: Path) -> bool:
    """Tell whether a module's source has to lie beside what Python compiled of it.

    PyInstaller's hook takes all of torch's sources along. A source that torch itself looks into
    stays, told by what it says.

    Parameters
    ----------
    place
        Where it would lie in the folder.
    source
        Where it lies now.
    """
    path = PurePosixPath(place.replace("\\", "/"))
    if path.parts[0] != "torch" or path.suffix != ".py" or path.stem in ("config", "_config"):
        return True
    return _READS_SOURCE.search(source.read_text(encoding="utf-8", errors="replace")) is not None


def needed_libraries(binaries: Iterable[tuple[str, str]]) -> set[str]:
    """Names of all libraries that files need, by what ELF's headers say; for Linux.

    Qt's plugins brought libraries of the building machine along. Where a plugin is left out,
    nothing else needs them.

    Parameters
    ----------
    binaries
        Where each file will lie, and where it lies now.
    """
    files = dict(binaries)
    by_name: dict[str, list[str]] = {}
    for place in files:
        by_name.setdefault(PurePosixPath(place).name, []).append(place)
    waiting = [place for place in files if not is_of_system(place)]
    needed: set[str] = set()
    while waiting:
        for name in needed_by(Path(files[waiting.pop()])):
            if name not in needed:
                needed.add(name)
                waiting += by_name.get(name, [])
    return needed


def needed_by(path: Path) -> list[str]:
    """Names of the libraries that one file asks for; none where it is no ELF file."""
    answer = subprocess.run(["readelf", "--dynamic", path], capture_output=True, text=True)
    return [
        line.rpartition("[")[2].rstrip("]")
        for line in answer.stdout.splitlines()
        if "(NEEDED)" in line
    ]


def is_of_system(place: str) -> bool:
    """Tell whether a library was found beside the system's, and not in a Python package."""
    path = PurePosixPath(place)
    is_python = path.name.startswith("libpython")
    return len(path.parts) == 1 and ".so" in path.name and not is_python
