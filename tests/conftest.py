"""What every test can use."""

import os
from importlib import import_module
from pathlib import Path

import pytest


def _why_qt_fails() -> str:
    try:
        import_module("PySide6.QtWidgets")
    except ImportError as error:
        return str(error)
    return ""


# On a machine without the system libraries of Qt everything but the window is still tested; the
# plugin would end the run there, so it is loaded here and not by itself.
_QT_FAILS = _why_qt_fails()
pytest_plugins = [] if _QT_FAILS else ["pytestqt.plugin"]
collect_ignore = ["gui"] if _QT_FAILS else []


def pytest_report_header() -> str:
    """Say what is left out."""
    if not _QT_FAILS:
        return ""
    return f"NOT TESTED: the window, because Qt can't be loaded ({_QT_FAILS}); see CONTRIBUTING.md"


_DATA = Path(os.environ.get("SLEEPSCORER_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real recordings: SLEEPSCORER_DATA, else ../shared/data beside the checkout."""
    if not _DATA.is_dir():
        pytest.skip(f"real recordings not found in {_DATA}; set SLEEPSCORER_DATA")
    return _DATA
