"""What the frozen program does without: told by where it would lie in the folder.

Each line is a part that the smoke test runs without; a part that is wrongly left out fails it.
"""

from pathlib import PurePosixPath

EXCLUDED_MODULES = [
    # Other toolkits and notebooks that libraries look for and don't need.
    *("tkinter", "PyQt5", "PyQt6", "PySide2", "IPython", "ipywidgets", "notebook", "jupyter_client"),
    *("pytest", "_pytest", "hypothesis", "sphinx", "setuptools", "pip", "wheel"),
    # Tests of libraries.
    *("numpy.tests", "scipy.tests", "pandas.tests", "matplotlib.tests", "mne.tests", "sklearn.tests"),
    # What torch offers beside networks that run here.
    *("torch.utils.tensorboard", "tensorboard", "torchvision", "torchaudio", "triton"),
    # What draws and asks in YASA and mne.
    *("seaborn.tests", "mne.viz._brain", "pyvista", "vtk", "nibabel", "numba.cuda"),
]
_FOLDERS = (
    "torch/include",
    "torch/share",
    "torch/test",
    "torch/testing/_internal/data",
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
    "matplotlib/mpl-data/sample_data",
    "matplotlib/tests",
    "mne/datasets",
    "mne/data",
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
_QT_MODULES = ("Qml", "Quick", "VirtualKeyboard", "Pdf", "Network", "OpenGLWidgets", "Designer")


def is_left_out(place: str) -> bool:
    """Tell whether the program does without a file that would lie at this place of the folder."""
    path = PurePosixPath(place.replace("\\", "/"))
    text = str(path)
    if any(text == folder or text.startswith(f"{folder}/") for folder in _FOLDERS):
        return True
    if text.startswith(f"{_TORCH_PROGRAMS}/"):
        return path.stem != _NEEDED_PROGRAM
    if "/tests/" in f"/{text}" and not text.startswith("torch/"):
        return True
    if path.name.startswith(("libQt6", "Qt6")):
        return any(path.name.removeprefix("lib")[3:].startswith(module) for module in _QT_MODULES)
    return path.suffix in _SUFFIXES
