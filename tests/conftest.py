"""What every test can use."""

import os
from pathlib import Path

import pytest

_DATA = Path(os.environ.get("SLEEPSCORER_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real recordings: SLEEPSCORER_DATA, else ../shared/data beside the checkout."""
    if not _DATA.is_dir():
        pytest.skip(f"real recordings not found in {_DATA}; set SLEEPSCORER_DATA")
    return _DATA
